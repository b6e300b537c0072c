"""How well the work goes, over HTTP."""

from typing import Annotated

from fastapi import Query
from fastapi.responses import Response

from cofounder.flow.learn import service as learned
from cofounder.flow.learn.performance import service
from cofounder.flow.learn.performance.schemas import By, FileFormat, Performance, Step
from cofounder.flow.learn.performance.service import MEDIA_TYPE
from cofounder.kit import http
from cofounder.kit.clock import today
from cofounder.kit.http import Router, Session, documented
from cofounder.kit.spans import SpanBackwards
from cofounder.people import Viewer

router = Router(prefix="/api/orchestrator/metrics", tags=["learning"])
Since = Annotated[http.Since | None, Query(description="Runs asked for from then on; a day (UTC) from its beginning.")]
Until = Annotated[
    http.Until | None, Query(description="Runs asked for before then; a day (UTC) up to its end; none: now.")
]


@router.get("/summary", responses=documented(SpanBackwards))
async def metrics_summary(
    session: Session, caller: Viewer, since: Since = None, until: Until = None, step: Step = "week"
) -> Performance:
    """Totals over our own runs, over time and by agent, tool, model, channel, intent, plan and voice."""
    whole = await learned.summary(session)
    return await service.performance(session, whole, since=since, until=until, step=step)


@router.get(
    "/summary/download",
    response_class=Response,
    responses={
        **documented(SpanBackwards),
        200: {"content": {media: {} for media in MEDIA_TYPE.values()}, "description": "The bare file."},
    },
)
async def download_metrics(
    session: Session,
    caller: Viewer,
    by: Annotated[By, Query(description="What its lines are.")] = "day",
    format: FileFormat = "csv",
    since: Since = None,
    until: Until = None,
) -> Response:
    """One split of the summary as a file, every line of it."""
    made = await service.file(session, by, format, since=since, until=until)
    name = f"performance-by-{by}-{today().isoformat()}.{format}"
    return Response(
        made, media_type=MEDIA_TYPE[format], headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
