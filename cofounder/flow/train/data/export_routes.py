"""Examples as a file: POST /training/export."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import Body, Query
from fastapi.responses import StreamingResponse

from cofounder.flow.train.data import export, lacking
from cofounder.flow.train.data.errors import NothingToExport, PersonalDataStays, QualityUnclear
from cofounder.flow.train.data.export import MEDIA_TYPE
from cofounder.flow.train.data.filters import MOST, Filter
from cofounder.flow.train.data.leaving import let_out
from cofounder.flow.train.data.schemas import ExportIn, Format
from cofounder.kit.clock import today
from cofounder.kit.db import transaction
from cofounder.kit.http import Router, documented
from cofounder.people import Operator

router = Router()


@router.post(
    "/export",
    response_class=StreamingResponse,
    responses={
        **documented(QualityUnclear, PersonalDataStays, NothingToExport),
        200: {"content": {media: {} for media in MEDIA_TYPE.values()}, "description": "The bare file, streamed."},
    },
)
async def export_examples(
    caller: Operator,
    body: Annotated[ExportIn | None, Body()] = None,
    format: Annotated[Format | None, Query()] = None,
    filter_by_quality: Annotated[str | None, Query(max_length=20)] = None,
    min_quality: Annotated[float | None, Query(ge=0, le=1)] = None,
    limit: Annotated[int | None, Query(ge=1, le=MOST)] = None,
    redact: Annotated[bool | None, Query()] = None,
    tags: Annotated[list[str] | None, Query()] = None,
) -> StreamingResponse:
    """Examples as JSON lines for tuning or as a table. Body and query mean the same; the query wins.

    Examples tagged development, test or exclude, and sample data, are left out unless asked for. Personal data that the
    detector finds becomes placeholders, unless an admin says `redact` false, which the audit log keeps. JSON lines are of
    examples that have a plan: X-Examples says how many fit, X-Examples-Used how many of them are in the file (up to
    100,000 that fit).
    """
    wanted = (body or ExportIn()).model_copy(
        update={
            name: value
            for name, value in {
                "format": format,
                "filter_by_quality": _quality(filter_by_quality),
                "min_quality": min_quality,
                "limit": limit,
                "redact": redact,
                "tags": tags,
            }.items()
            if value is not None
        }
    )
    filters = export.filters_of(wanted)
    if not wanted.redact:
        await let_out(caller, wanted.format, {"filter": filters.canonical()})
    pieces = _pieces(filters, wanted.format, wanted.redact)
    first = await anext(pieces, b"")  # what can go wrong does so before the answer begins
    counts = await lacking.told_before(filters, export.NEEDS[wanted.format])
    name = f"examples-{today().isoformat()}.{wanted.format}"
    return StreamingResponse(
        _all(first, pieces),
        media_type=MEDIA_TYPE[wanted.format],
        headers={"Content-Disposition": f'attachment; filename="{name}"', **(counts.headers() if counts else {})},
    )


async def _pieces(filters: Filter, format: Format, redact: bool) -> AsyncIterator[bytes]:
    """The file, in a transaction of its own that lives as long as the download."""
    async with (
        transaction() as session,
        aclosing(export.or_refused(session, filters, format, redact=redact)) as batches,
    ):
        async for lines in batches:
            yield b"".join(lines)


async def _all(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for piece in rest:
        yield piece


def _quality(said: str | None) -> Any:
    """A query knows only text: true, false or a number. Raises QualityUnclear."""
    if said is None:
        return None
    if said.lower() in ("true", "false"):
        return said.lower() == "true"
    try:
        return float(said)
    except ValueError as error:
        raise QualityUnclear(field="filter_by_quality") from error
