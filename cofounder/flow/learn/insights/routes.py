"""What runs and posts say beside patterns, over HTTP."""

from typing import Annotated

from fastapi import Query

from cofounder.business.context.service import TimeZoneUnknown
from cofounder.channels import UnknownChannel
from cofounder.flow.learn.insights import service
from cofounder.flow.learn.insights.schemas import (
    Agents,
    Correlations,
    Effectiveness,
    QualityAgainstEngagement,
    Times,
)
from cofounder.kit.clock import now
from cofounder.kit.http import Router, Session, Time, documented
from cofounder.kit.zones import AskedZone
from cofounder.people import Viewer

router = Router(prefix="/api/orchestrator/learning", tags=["learning"])
AsOf = Annotated[Time | None, Query(description="As known then; none: now.")]


@router.get("/correlations", responses=documented())
async def list_correlations(session: Session, caller: Viewer, as_of: AsOf = None) -> Correlations:
    """Which figures of months, posts and runs go together, with n, what n is worth, interval, p and q."""
    return await service.correlations(session, as_of=as_of or now())


@router.get("/effectiveness", responses=documented())
async def show_effectiveness(session: Session, caller: Viewer, as_of: AsOf = None) -> Effectiveness:
    """Engagement, quality, approval, refinements and cost month by month, and how each pattern's effect changed."""
    return await service.effectiveness(session, as_of=as_of or now())


@router.get("/agents", responses=documented())
async def compare_agents(session: Session, caller: Viewer, as_of: AsOf = None) -> Agents:
    """Combinations of agents by domain of work, and which one is clearly best, if one is."""
    return await service.agents(session, as_of=as_of or now())


@router.get("/times", responses=documented(TimeZoneUnknown, UnknownChannel))
async def show_best_times(
    session: Session,
    caller: Viewer,
    as_of: AsOf = None,
    zone: AskedZone = "UTC",
    channel: Annotated[str | None, Query(max_length=50, description="By any of its names: twitter is x.")] = None,
    days: Annotated[int, Query(ge=1, le=36_500, description="How far back; 36500 is all there is")] = service.YEAR,
) -> Times:
    """Which hours and weekdays did better on each channel, and when to publish next where history gives a reason."""
    return await service.best_times(session, as_of=as_of or now(), zone=zone, channel=channel, days=days)


@router.get("/quality-vs-engagement", responses=documented())
async def compare_quality_and_engagement(
    session: Session, caller: Viewer, as_of: AsOf = None
) -> QualityAgainstEngagement:
    """Whether texts that scored higher did better with readers, within their channel."""
    return await service.quality_against_engagement(session, as_of=as_of or now())
