"""Examples as files: streamed from a cursor, so that any size fits into the same memory."""

from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.learn.example import HIGH_QUALITY
from cofounder.flow.train.data import lines, queries
from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.data.schemas import ExportIn, Format
from cofounder.kit.errors import InputInvalid

# Columns of a table stay where they are, also where no example has that dimension.
DIMENSIONS = (
    "accuracy",
    "completeness",
    "tone",
    "format",
    "length",
    "readability",
    "engagement_potential",
    "originality",
    "compliance",
)
MEDIA_TYPE: dict[Format, str] = {"jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}


class QualityUnclear(InputInvalid):
    """filter_by_quality takes true, false, or the least score between 0 and 1."""

    hint = "For example true, which means 0.85 and up, or 0.9."


def filters_of(wanted: ExportIn) -> Filter:
    """All that an export asks for as one filter; what narrows more wins. Raises QualityUnclear."""
    least = [score for score in (wanted.filters.quality_min, wanted.min_quality, _least(wanted)) if score is not None]
    limits = [limit for limit in (wanted.filters.limit, wanted.limit) if limit is not None]
    tags = list(dict.fromkeys([*wanted.filters.include_tags, *wanted.tags]))
    changes = {"quality_min": max(least, default=None), "limit": min(limits, default=None), "include_tags": tags}
    return wanted.filters.model_copy(update=changes)


def _least(wanted: ExportIn) -> float | None:
    asked = wanted.filter_by_quality
    if asked is None or asked is False:
        return None
    if asked is True:
        return float(HIGH_QUALITY)
    if not 0 <= asked <= 1:
        raise QualityUnclear(field="filter_by_quality")
    return float(asked)


async def export_jsonl(session: AsyncSession, filters: Filter) -> AsyncIterator[str]:
    """Planner lines in the chat form, oldest request first; examples without a plan have none."""
    async for row in queries.stream(session, filters, with_plan=True):
        yield lines.chat(row)


async def export_csv(session: AsyncSession, filters: Filter) -> AsyncIterator[str]:
    """A header and one flat row an example, oldest request first."""
    yield lines.header(DIMENSIONS)
    async for row in queries.stream(session, filters):
        yield lines.flat(row, DIMENSIONS)


def export(session: AsyncSession, filters: Filter, format: Format) -> AsyncIterator[str]:
    return export_jsonl(session, filters) if format == "jsonl" else export_csv(session, filters)
