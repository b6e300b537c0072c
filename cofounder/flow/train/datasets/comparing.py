"""What two versions do not share, line by line, and why as far as that can be told."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.datasets import queries, service
from cofounder.flow.train.datasets.schemas import Change, CompareOut
from cofounder.flow.train.datasets.tables import Dataset, LeftOut, Member
from cofounder.flow.train.roles import redaction
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
    same, added, removed, relabelled, moved = await queries.compared(session, first, second)
    found: dict[str, list[_Pair]] = {
        kind: await queries.differing(session, first, second, kind, limit)
        for kind in ("added", "removed", "relabelled")
    }
    asked = _differences(one.recipe, other.recipe)
    told = CompareOut(
        first=first,
        second=second,
        same=same,
        added=added,
        removed=removed,
        relabelled=relabelled,
        moved=moved,
        recipe=asked,
        added_lines=await _told(session, one, other, [(b, None) for _, b in found["added"]], absent=one, held=other),
        removed_lines=await _told(
            session, one, other, [(a, None) for a, _ in found["removed"]], absent=other, held=one
        ),
        relabelled_lines=await _relabelled(one, other, found["relabelled"]),
    )
    if service.hides_from(one, by) or service.hides_from(other, by):
        return CompareOut.model_validate(redaction.Redactor().value(told.model_dump(mode="json")))
    return told


def _differences(one: dict[str, Any], other: dict[str, Any]) -> dict[str, list[Any]]:
    names = sorted({*one, *other})
    return {name: [one.get(name), other.get(name)] for name in names if one.get(name) != other.get(name)}


async def _told(
    session: AsyncSession,
    one: Dataset,
    other: Dataset,
    pairs: Sequence[_Pair],
    *,
    absent: Dataset,
    held: Dataset,
) -> list[Change]:
    """Lines that one version holds and the other does not, and why that one does not."""
    members = [pair[0] for pair in pairs if pair[0] is not None]
    lines = await asyncio.to_thread(service.lines_of, held, members)
    ids = [member.execution_id for member in members if member.execution_id is not None]
    left = await queries.reasons(session, absent.id, ids)
    known = await queries.states(session, ids)
    gone = await queries.withdrawn(session, ids)
    fits = set()
    if absent.source == "examples" and ids:
        fits = await queries.fits(session, Filter.model_validate(absent.filters), absent.role, ids)
    found = []
    for member, line in zip(members, lines, strict=True):
        said = json.loads(line)
        why = _why(member, said["metadata"], absent, held, left, known, gone, fits)
        found.append(Change(execution_id=member.execution_id, part=member.part, request=_request(said), why=why))
    return found


def _why(
    member: Member,
    labels: dict[str, Any],
    absent: Dataset,
    held: Dataset,
    left: dict[tuple[UUID, str], LeftOut],
    known: dict[UUID, queries.Known],
    gone: set[UUID],
    fits: set[UUID],
) -> str:
    """Why `absent` does not hold a line, in words."""
    id = member.execution_id
    if id is None or absent.source == "upload":
        return "It was not among the lines that were brought."
    reason = left.get((id, member.part))
    if reason is not None:
        words = {
            "exact": "It is the same as a line that stands for it.",
            "near": f"It is nearly the same ({reason.similarity or 0:.0%}) as a line that stands for it.",
            "straddles": "Its group lies on both sides of the time that divides the parts.",
        }
        return words[reason.reason]
    now = known.get(id)
    if now is not None and now.erased_at is not None and now.erased_at <= absent.created_at:
        return "The example was erased."  # of its tags and figures nothing is left to reason from
    if id in gone:
        return "The run was withdrawn."
    if now is None:
        return "The example is not there any more."
    tags, made_at, archived_at, erased_at = now
    if made_at > absent.created_at:
        return "The example is newer than that version."
    if erased_at is not None:
        return "The example was erased since, and with it what would say why."
    if archived_at is not None and archived_at <= absent.created_at and absent.filters.get("archived", False) is False:
        return "The example was archived before that version was made."
    if absent.filters != held.filters and id not in fits:
        return "The filter of that version does not let it through."
    before = sorted(labels.get("tags") or [])
    if before != sorted(tags):
        return f"Its tags changed: {', '.join(before) or 'none'} became {', '.join(sorted(tags)) or 'none'}."
    return (
        "It fits that version's filter now; when the version was made it did not."
        if id in fits
        else ("It does not fit that version's filter.")
    )


async def _relabelled(one: Dataset, other: Dataset, pairs: Sequence[_Pair]) -> list[Change]:
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
        found.append(Change(execution_id=b.execution_id, part=b.part, request=_request(new), why=why, labels=changed))
    return found


def _request(line: dict[str, Any]) -> str:
    asked = next((one["content"] for one in line["messages"] if one["role"] == "user"), "")
    return str(asked)[:_WORDS]
