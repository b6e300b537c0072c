"""What was learned: patterns, totals, and examples as a file."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import Body, Query
from fastapi.responses import StreamingResponse

from cofounder.flow.learn import export, service
from cofounder.flow.learn.export import MEDIA_TYPE, QualityUnclear
from cofounder.flow.learn.schemas import MOST, ExportIn, Filters, Format, PatternsOut, SummaryOut
from cofounder.kit.clock import today
from cofounder.kit.db import transaction
from cofounder.kit.http import Router, Session, documented
from cofounder.people import Operator, Viewer

PREFIX = "/api/orchestrator"
_open = Router(prefix=PREFIX, tags=["learning"])
_training = Router(prefix=f"{PREFIX}/training", tags=["training"])


@_open.get("/learning/patterns", responses=documented())
async def list_patterns(session: Session, caller: Viewer) -> PatternsOut:
    """Tested statements about what works; empty, and saying so, while there is not enough data."""
    return await service.patterns(session)


@_open.get("/metrics/summary", responses=documented())
async def metrics_summary(session: Session, caller: Viewer) -> SummaryOut:
    """Totals over our own runs; tests and sample data are left out."""
    return await service.summary(session)


@_training.post(
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


async def _lines(filters: Filters, format: Format) -> AsyncIterator[str]:
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


router = Router()
router.include_router(_open)
router.include_router(_training)
