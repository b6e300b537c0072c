"""What two versions do not share, line by line, and why as far as that can be told."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.datasets import queries, service
from cofounder.flow.train.datasets.absence import service as absence
from cofounder.flow.train.datasets.schemas import Change, CompareOut
from cofounder.flow.train.datasets.tables import Dataset, Member
from cofounder.flow.train.roles.redaction import Redactor
from cofounder.people import Caller

_LABELS = ("tags", "decision", "quality_score", "success", "intent", "metrics", "channel", "timestamp", "patterns")
_WORDS = 200  # characters of a request that are shown
_Pair = tuple[Member | None, Member | None]


async def compare(session: AsyncSession, first: UUID, second: UUID, by: Caller, *, limit: int = 50) -> CompareOut:
    """What lies between two versions, seen from the first; at most `limit` lines of each kind, the counts are whole.

    Who may not have the personal data that one of them keeps sees placeholders.

    Raises DatasetMissing, DatasetDeleted, DatasetNotReady, ArtifactLost, StoreOutOfReach.
    """
    one, other = await service.ready(session, first), await service.ready(session, second)
    same, added, removed, relabelled, moved = await queries.compared(session, one, other)
    found: dict[str, list[_Pair]] = {
        kind: await queries.differing(session, one, other, kind, limit) for kind in ("added", "removed", "relabelled")
    }
    clean = _Words(service.hides_from(one, by) or service.hides_from(other, by))
    return CompareOut(
        first=first,
        second=second,
        same=same,
        added=added,
        removed=removed,
        relabelled=relabelled,
        moved=moved,
        recipe=_differences(one.recipe, other.recipe),
        added_lines=await _told(session, [(b, None) for _, b in found["added"]], clean, absent=one, held=other),
        removed_lines=await _told(session, [(a, None) for a, _ in found["removed"]], clean, absent=other, held=one),
        relabelled_lines=await _relabelled(one, other, found["relabelled"], clean),
    )


class _Words:
    """What of lines is shown: to who may not have what they keep, with placeholders. Never asked of an id."""

    def __init__(self, hide: bool) -> None:
        self._clean = Redactor() if hide else None

    def of(self, given: Any) -> Any:
        return self._clean.value(given) if self._clean else given

    def request(self, line: dict[str, Any]) -> str:
        """The beginning of what is asked; cut last, for half an address is not known for one."""
        asked = next((one["content"] for one in line["messages"] if one["role"] == "user"), "")
        return str(self.of(str(asked)))[:_WORDS]


def _differences(one: dict[str, Any], other: dict[str, Any]) -> dict[str, list[Any]]:
    names = sorted({*one, *other})
    return {name: [one.get(name), other.get(name)] for name in names if one.get(name) != other.get(name)}


async def _told(
    session: AsyncSession, pairs: Sequence[_Pair], clean: _Words, *, absent: Dataset, held: Dataset
) -> list[Change]:
    """Lines that one version holds and the other does not, and why that one does not."""
    members = [pair[0] for pair in pairs if pair[0] is not None]
    lines = await asyncio.to_thread(service.lines_of, held, members)
    reasons = await absence.reasons(session, absent, members)
    return [
        Change(
            execution_id=member.execution_id,
            part=clean.of(member.part),
            request=clean.request(json.loads(line)),
            why=clean.of(why),
        )
        for member, line, why in zip(members, lines, reasons, strict=True)
    ]


async def _relabelled(one: Dataset, other: Dataset, pairs: Sequence[_Pair], clean: _Words) -> list[Change]:
    ours = await asyncio.to_thread(service.lines_of, one, [a for a, _ in pairs if a is not None])
    theirs = await asyncio.to_thread(service.lines_of, other, [b for _, b in pairs if b is not None])
    found = []
    for (a, b), before, after in zip(pairs, ours, theirs, strict=True):
        assert a is not None
        assert b is not None
        old, new = json.loads(before), json.loads(after)
        changed = {
            name: [old["metadata"].get(name), new["metadata"].get(name)]
            for name in _LABELS
            if old["metadata"].get(name) != new["metadata"].get(name)
        }
        parts = ["its text"] if a.body != b.body else []
        why = f"Changed: {', '.join([*parts, *changed])}." if parts or changed else "What is known about it changed."
        found.append(
            Change(
                execution_id=b.execution_id,
                part=clean.of(b.part),
                request=clean.request(new),
                why=clean.of(why),
                labels=clean.of(changed),
            )
        )
    return found
