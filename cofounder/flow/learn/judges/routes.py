"""Judges beside people's decisions, over HTTP."""

from typing import Annotated

from fastapi import Query

from cofounder.flow.learn.judges import service
from cofounder.flow.learn.judges.schemas import JudgesOut
from cofounder.kit.clock import now
from cofounder.kit.http import Router, Session, Time, documented
from cofounder.people import Viewer

router = Router(prefix="/api/learning", tags=["learning"])


@router.get("/judge", responses=documented())
async def show_judges(
    session: Session,
    caller: Viewer,
    days: Annotated[int, Query(ge=1, le=180, description="The newest days, held against those before.")] = 30,
    as_of: Annotated[Time | None, Query(description="As known then; none: now.")] = None,
) -> JudgesOut:
    """Whether models that judge texts agree with people's decisions, by month, and whether that changed."""
    return await service.judges(session, as_of=as_of or now(), recent_days=days)
