"""Examples as a file: POST /training/export."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Body, Query
from fastapi.responses import StreamingResponse

from cofounder.flow.train.data import export
from cofounder.flow.train.data.export import MEDIA_TYPE, QualityUnclear
from cofounder.flow.train.data.filters import MOST, Filter
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
        **documented(QualityUnclear),
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
    tags: Annotated[list[str] | None, Query()] = None,
) -> StreamingResponse:
    """Examples as JSON lines for tuning or as a table. Body and query mean the same; the query wins.

    Examples tagged development, test or exclude, and sample data, are left out unless asked for.
    """
    wanted = (body or ExportIn()).model_copy(
        update={
            name: value
            for name, value in {
                "format": format,
                "filter_by_quality": _quality(filter_by_quality),
                "min_quality": min_quality,
                "limit": limit,
                "tags": tags,
            }.items()
            if value is not None
        }
    )
    lines = _lines(export.filters_of(wanted), wanted.format)
    first = await anext(lines, "")  # what can go wrong does so before the answer begins
    name = f"examples-{today().isoformat()}.{wanted.format}"
    return StreamingResponse(
        _all(first, lines),
        media_type=MEDIA_TYPE[wanted.format],
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _lines(filters: Filter, format: Format) -> AsyncIterator[str]:
    """The file, in a transaction of its own that lives as long as the download."""
    async with transaction() as session:
        async for line in export.export(session, filters, format):
            yield line


async def _all(first: str, rest: AsyncIterator[str]) -> AsyncIterator[str]:
    yield first
    async for line in rest:
        yield line


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
