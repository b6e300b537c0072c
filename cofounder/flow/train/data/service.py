"""List, count and show training examples."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records.service import CursorInvalid
from cofounder.flow.learn import service as learning
from cofounder.flow.learn.service import Example
from cofounder.flow.train.data import export, queries
from cofounder.flow.train.data.counting import queries as counting
from cofounder.flow.train.data.errors import ExampleErased, ExampleMissing, NothingToExport
from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.data.schemas import (
    Choices,
    DateRange,
    ExampleOut,
    FilterIn,
    Format,
    Found,
    LineOut,
    Listed,
    PreviewOut,
    StatsOut,
)
from cofounder.flow.train.data.showing import shown, tombstone
from cofounder.flow.train.data.writing import queries as written
from cofounder.flow.train.data.writing import service as writing
from cofounder.kit import cursors
from cofounder.kit.http import Page

PAGE = 50
RANGES = ("0.0-0.2", "0.2-0.4", "0.4-0.6", "0.6-0.8", "0.8-1.0")
DECISIONS = ["approved", "rejected", "changes", "automatic", "none"]


async def page(
    session: AsyncSession, *, cursor: str | None = None, offset: int | None = None, limit: int = PAGE
) -> Page[Listed]:
    """Examples, newest request first; tests, excluded, put away and sample ones are left out. Raises CursorInvalid."""
    kinds, total = await counting.kinds_meant(session, Filter())
    items, more = await _page(session, Filter(), kinds, cursor, offset, limit)
    return Page[Listed](items=items, next_cursor=more, total=total)


async def find(session: AsyncSession, asked: FilterIn) -> Found:
    """A page of what a filter lets through, and what all of it amounts to, counted once. Raises CursorInvalid."""
    filter = asked.filter()
    sums = await counting.counted(session, filter)
    counted = await _stats(session, filter, sums)
    limit = asked.limit or PAGE
    items, more = await _page(session, filter, sums["kinds"] or [], asked.cursor, asked.offset, limit)
    return Found(
        items=items,
        next_cursor=more,
        total=counted.filtered_count,
        filtered_count=counted.filtered_count,
        total_count=counted.total_count,
        avg_quality=counted.avg_quality_score,
        success_rate=counted.success_rate,
        statistics=counted,
    )


async def stats(session: AsyncSession, filter: Filter) -> StatsOut:
    """Everything that a filter lets through, counted exactly."""
    return await _stats(session, filter, await counting.counted(session, filter))


async def _stats(session: AsyncSession, filter: Filter, sums: Mapping[str, Any]) -> StatsOut:
    earliest, latest = sums["earliest"], sums["latest"]
    if earliest is None and sums["n"]:
        earliest, latest = await counting.dates(session, filter, sums["kinds"])
    return StatsOut(
        total_examples=sums["n"],
        by_tag=_largest_first(sums["by_tag"]),
        avg_quality_score=_mean_quality(sums),
        quality_score_distribution={
            name: int(sums["by_bucket"].get(str(place), 0)) for place, name in enumerate(RANGES)
        },
        by_intent=_largest_first(sums["by_intent"]),
        success_rate=_share(sums["succeeded"], sums["ran"]),
        ran=sums["ran"],
        date_range=DateRange(earliest=earliest, latest=latest),
        by_platform=_largest_first(sums["by_platform"]),
        by_decision=_largest_first(sums["by_decision"]),
        judged=sums["judged"],
        filtered_count=sums["n"],
        total_count=sums["total"],
    )


async def choices(session: AsyncSession) -> Choices:
    """The words that a filter may name."""
    return Choices(**await queries.choices(session), decisions=DECISIONS)


async def show(session: AsyncSession, execution_id: UUID) -> ExampleOut:
    """One example, or its tombstone. Raises ExampleMissing."""
    row = await _row(session, execution_id)
    if row.erased_at is not None:
        return ExampleOut(
            execution_id=execution_id, archived_at=None, example=None, erased=await tombstone(session, row)
        )
    return ExampleOut(execution_id=execution_id, archived_at=row.archived_at, example=shown(row), erased=None)


async def line(session: AsyncSession, execution_id: UUID, format: Format) -> LineOut:
    """The line of one example, exactly as an export writes it. Raises ExampleMissing, ExampleErased."""
    row = await _row(session, execution_id)
    if row.erased_at is not None:
        raise ExampleErased(f"{execution_id} was erased.")
    found = await (writing.one_planner if format == "jsonl" else writing.one_row)(session, execution_id)
    if found is not None:
        return LineOut(execution_id=execution_id, format=format, line=found.decode().rstrip("\r\n"), reason=None)
    withdrawn = await written.is_withdrawn(session, execution_id)
    reason = "It was withdrawn." if withdrawn else "It has no plan to learn from."
    return LineOut(execution_id=execution_id, format=format, line=None, reason=reason)


async def preview(session: AsyncSession, filter: Filter, format: Format, limit: int) -> PreviewOut:
    """The first lines that an export of this filter has."""
    batches = export.or_refused(session, filter, format, first=limit)
    try:
        found = [one.decode().rstrip("\r\n") async for batch in batches for one in batch]
    except NothingToExport as nothing:
        return PreviewOut(format=format, header=None, lines=[], reason=f"{nothing.detail} {nothing.advice}")
    header = found.pop(0) if format == "csv" else None
    return PreviewOut(format=format, header=header, lines=found, reason=None)


async def save(session: AsyncSession, task_id: UUID) -> dict[str, Any]:
    """Store a run as a training example, or bring its example up to date. Raises TaskMissing, ExampleErased."""
    row = await learning.upsert_example(session, task_id)
    if row.erased_at is not None:
        raise ExampleErased(f"{row.erased_by} erased it on {row.erased_at:%Y-%m-%d}.")
    return shown(row)


async def tidy(session: AsyncSession) -> None:
    """Add up the lines of counts when there are many of them."""
    await counting.tidy_counts(session)


async def rebuild(session: AsyncSession) -> int:
    """Make what filters and counts read anew from the examples themselves; how many those are."""
    return await counting.rebuild(session)


async def _row(session: AsyncSession, execution_id: UUID) -> Example:
    row = await queries.one(session, execution_id)
    if row is None:
        raise ExampleMissing(f"{execution_id} is none.")
    return row


async def _page(
    session: AsyncSession, filter: Filter, kinds: list[int], cursor: str | None, offset: int | None, limit: int
) -> tuple[list[Listed], str | None]:
    after = cursors.decoded(cursor, CursorInvalid)
    if after is not None and offset:
        raise CursorInvalid(field="offset")
    if not kinds:
        return [], None
    rows = await queries.page(session, filter, kinds, after=after, offset=offset or 0, limit=limit + 1)
    kept = rows[:limit]
    more = cursors.coded(kept[-1]["timestamp"], kept[-1]["execution_id"]) if len(rows) > limit else None
    return [_listed(row) for row in kept], more


def _listed(row: Mapping[str, Any]) -> Listed:
    return Listed.model_validate(row)


def _mean_quality(sums: Mapping[str, Any]) -> float | None:
    return round(int(sums["quality"]) / sums["judged"] / 10_000, 4) if sums["judged"] else None


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def _largest_first(counts: Mapping[str, Any]) -> dict[str, int]:
    return {name: int(n) for name, n in sorted(counts.items(), key=lambda one: (-one[1], one[0]))}
