"""Tag, put away and bring back examples: one set operation a change, each with the token that takes it back."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records.service import CursorInvalid
from cofounder.flow.train.data import queries
from cofounder.flow.train.data.bulk import queries as bulk
from cofounder.flow.train.data.counting import queries as counting
from cofounder.flow.train.data.errors import (
    AlreadyUndone,
    DatesMissing,
    ExamplesChanged,
    ExamplesUnclear,
    TagReserved,
    TagUnseen,
    UndoUnknown,
)
from cofounder.flow.train.data.filters import Filter, tag_of
from cofounder.flow.train.data.schemas import (
    ChangedOut,
    ChangeOut,
    Selected,
    TagByDateIn,
    TagByQualityIn,
)
from cofounder.flow.train.data.tables import Change
from cofounder.kit import cursors, live
from cofounder.kit.blank import unseen
from cofounder.kit.clock import now
from cofounder.kit.http import Page
from cofounder.kit.ids import new_id
from cofounder.people import audit

TOPIC = "examples"
RESERVED = "training_ready"


async def tag(
    session: AsyncSession, selected: Selected, tags: Sequence[str], *, by: str, remove: bool = False
) -> ChangedOut:
    """Add tags to examples, or take them away; those that have them already (or have not) stay as they are.

    Raises ExamplesUnclear, ExamplesChanged, TagReserved, TagUnseen.
    """
    conditions, said = await _chosen(session, selected)
    return await _tagged(session, conditions, said, tags, by=by, remove=remove)


async def tag_by_date(session: AsyncSession, asked: TagByDateIn, *, by: str) -> ChangedOut:
    """Tag every example between two dates, whatever its tags, archived ones too.

    Raises DatesMissing, TagReserved, TagUnseen.
    """
    if asked.date_after is None and asked.date_before is None:
        raise DatesMissing(field="date_before")
    # what is archived may be restored one day, and would then be in use without the tag
    filter = Filter.model_validate({"date_after": asked.date_after, "date_before": asked.date_before, "archived": None})
    conditions = queries.facts_meant(filter, every_tag=True)
    return await _tagged(session, conditions, filter.canonical(), asked.tags, by=by, remove=asked.remove)


async def tag_by_quality(session: AsyncSession, asked: TagByQualityIn, *, by: str) -> ChangedOut:
    """Tag every example that scores below a bound, whatever its tags, archived ones too. Raises TagReserved, TagUnseen."""
    filter = Filter(archived=None)
    conditions = [*queries.facts_meant(filter, every_tag=True), queries.below(asked.quality_max)]
    said = {"quality_below": asked.quality_max, **filter.canonical()}
    return await _tagged(session, conditions, said, asked.tags, by=by, remove=asked.remove)


async def put_away(session: AsyncSession, selected: Selected, *, by: str, archived: bool) -> ChangedOut:
    """Archive examples, or restore them. Raises ExamplesUnclear, ExamplesChanged."""
    filter = selected.filter
    if not archived and filter is not None and filter.archived is False:  # to restore is to look among what is archived
        selected = selected.model_copy(update={"filter": filter.model_copy(update={"archived": True})})
    conditions, said = await _chosen(session, selected)
    action = "archive" if archived else "restore"
    change = Change(id=new_id(), at=now(), who=by, action=action, tags=[], selection=said)
    return await _carry_out(session, change, [(conditions, [], [], archived)])


async def undo(session: AsyncSession, token: UUID, *, by: str) -> ChangedOut:
    """Take back what a change did and nothing else. Itself a change to undo.

    What others changed since then stays: an example to which a later change did the like is left as it is.

    Raises UndoUnknown, AlreadyUndone.
    """
    await bulk.take_turn(session)  # before the change is held: an erasing that waits for us may want it
    earlier = await queries.change(session, token, lock=True)
    if earlier is None:
        raise UndoUnknown(f"{token} is none.", field="undo_token")
    if earlier.undone_by is not None:
        raise AlreadyUndone(f"It was taken back by {earlier.undone_by}.", field="undo_token")
    done = await queries.groups(session, token)
    parts = [
        (
            [queries.of_change(token, *one), queries.untouched_since(earlier, [*one[0], *one[1]], one[2])],
            one[1],
            one[0],
            None if one[2] is None else not one[2],
        )
        for one in done
    ]
    said = {"undoes": str(token)}
    change = Change(id=new_id(), at=now(), who=by, action="undo", tags=earlier.tags, selection=said, undoes=token)
    found = await _carry_out(session, change, parts, always=True)
    earlier.undone_by = change.id
    await session.flush()
    return found


async def changes(session: AsyncSession, cursor: str | None, limit: int) -> Page[ChangeOut]:
    """What was tagged, put away, brought back and taken back, newest first. Raises CursorInvalid."""
    rows, total = await queries.changes(session, cursors.decoded(cursor, CursorInvalid), limit + 1)
    kept = rows[:limit]
    more = cursors.coded(kept[-1][0].at, kept[-1][0].id) if len(rows) > limit else None
    return Page[ChangeOut](items=[_out(row, count) for row, count in kept], next_cursor=more, total=total)


def _out(row: Change, count: int) -> ChangeOut:
    return ChangeOut(
        id=row.id,
        at=row.at,
        who=row.who,
        action=row.action,
        tags=row.tags,
        selection=row.selection,
        count=count,
        undoes=row.undoes,
        undone_by=row.undone_by,
        undo_token=row.id if row.undone_by is None and count else None,
    )


async def _chosen(session: AsyncSession, selected: Selected) -> tuple[list[queries.Condition], dict[str, Any]]:
    """(conditions, how the selection is written down). Raises ExamplesUnclear, ExamplesChanged."""
    if (selected.execution_ids is None) == (selected.filter is None):
        raise ExamplesUnclear(field="execution_ids")
    if selected.execution_ids is not None:
        ids = list(dict.fromkeys(selected.execution_ids))
        return [queries.of_ids(ids)], {"execution_ids": len(ids)}
    filter = selected.filter or Filter()
    if selected.expected is not None:
        found = (await counting.counted(session, filter))["n"]
        if found != selected.expected:
            raise ExamplesChanged(f"{selected.expected} were seen; now there are {found}.", field="expected")
    return queries.conditions(filter), filter.canonical()


async def _tagged(
    session: AsyncSession,
    conditions: list[queries.Condition],
    said: dict[str, Any],
    tags: Sequence[str],
    *,
    by: str,
    remove: bool,
) -> ChangedOut:
    if not remove:
        refuse_unseen(tags)
    named = sorted({tag_of(one) for one in tags})
    if RESERVED in named:
        raise TagReserved(field="tags")
    action = "untag" if remove else "tag"
    change = Change(id=new_id(), at=now(), who=by, action=action, tags=named, selection=said)
    add, less = ([], named) if remove else (named, [])
    return await _carry_out(session, change, [(conditions, add, less, None)])


def refuse_unseen(tags: Sequence[str]) -> None:
    """Two tags that look the same are the same. Raises TagUnseen."""
    for tag in tags:
        sign = unseen(tag)
        if sign is not None:
            raise TagUnseen(f"A tag holds U+{ord(sign):04X}, a character that nobody sees.", field="tags")


_Part = tuple[list[queries.Condition], list[str], list[str], bool | None]  # where, tags to add, to take away, archived


async def _carry_out(
    session: AsyncSession, change: Change, parts: Sequence[_Part], *, always: bool = False
) -> ChangedOut:
    """Do it, count it, write down who did it. A change that changes nothing is none, unless it takes back another."""
    await queries.add_change(session, change)
    change.count = sum(
        [
            await bulk.move(session, change.id, where, add=add, remove=less, archived=archived, at=change.at)
            for where, add, less, archived in parts
        ]
    )
    await session.flush()
    details = {"tags": change.tags, "count": change.count, "selection": change.selection}
    if change.count or always:
        await audit(session, change.who, f"training.{change.action}", "training_change", str(change.id), details)
        live.changed(session, TOPIC)
    else:
        await session.delete(change)
        await session.flush()
    return ChangedOut(count=change.count, undo_token=change.id if change.count else None)
