"""Examples as files: streamed, so that any size fits into the same memory. Personal data stays out unless an admin lets it."""

from collections.abc import AsyncGenerator, Sequence
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.learn.example import HIGH_QUALITY
from cofounder.flow.train.data import lacking
from cofounder.flow.train.data.errors import QualityUnclear
from cofounder.flow.train.data.filters import Filter, tag_of
from cofounder.flow.train.data.schemas import ExportIn, Format
from cofounder.flow.train.data.writing import queries as written
from cofounder.flow.train.data.writing import service as writing

MEDIA_TYPE: dict[Format, str] = {"jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}


ROLE: dict[Format, str] = {"jsonl": "planner", "csv": "rows"}  # what the lines of a format are made for
NEEDS: dict[Format, written.Needs] = {"jsonl": written.A_PLAN, "csv": None}


def filters_of(wanted: ExportIn) -> Filter:
    """All that an export asks for as one filter. Raises QualityUnclear."""
    return narrowed(wanted.filters, wanted.filter_by_quality, wanted.min_quality, wanted.tags, wanted.limit)


def narrowed(
    filters: Filter,
    by_quality: bool | float | None,
    min_quality: float | None,
    tags: Sequence[str],
    limit: int | None,
) -> Filter:
    """A filter and what was said beside it as one; what narrows more wins. Raises QualityUnclear."""
    least = [score for score in (filters.quality_min, min_quality, _least(by_quality)) if score is not None]
    if least and filters.quality_max is not None and max(least) > filters.quality_max:
        field = "min_quality" if min_quality == max(least) else "filter_by_quality"
        raise QualityUnclear("It lies above quality_max; nothing can lie between.", field=field)
    limits = [one for one in (filters.limit, limit) if one is not None]
    every = list(dict.fromkeys([*filters.include_tags, *map(tag_of, tags)]))
    changes = {"quality_min": max(least, default=None), "limit": min(limits, default=None), "include_tags": every}
    return filters.model_copy(update=changes)


def _least(asked: bool | float | None) -> float | None:
    if asked is None or asked is False:
        return None
    if asked is True:
        return float(HIGH_QUALITY)
    if not 0 <= asked <= 1:
        raise QualityUnclear(field="filter_by_quality")
    return float(asked)


def export(
    session: AsyncSession, filters: Filter, format: Format, *, redact: bool = True, first: int | None = None
) -> AsyncGenerator[list[bytes], None]:
    """The file in batches of its lines, oldest request first: planner lines, or a header and a row an example.

    `first`: no more than so many of its lines.
    """
    write = writing.planner if format == "jsonl" else writing.rows
    return write(session, filters, redact=redact, first=first)


def or_refused(
    session: AsyncSession, filters: Filter, format: Format, *, redact: bool = True, first: int | None = None
) -> AsyncGenerator[list[bytes], None]:
    """The same, but where there is no example for it, it is refused with the reason. Raises NothingToExport."""
    batches = export(session, filters, format, redact=redact, first=first)
    why = partial(lacking.reason, session, filters, ROLE[format], NEEDS[format])
    return lacking.or_refuse(batches, why, heads=int(format == "csv"))
