"""Models as the router sees them, over HTTP."""

from typing import Annotated

from fastapi import Query

from cofounder.flow.learn.answers import service, showing
from cofounder.flow.learn.answers.schemas import RoutingOut, SavingsOut
from cofounder.kit.http import Router, Session, documented
from cofounder.people import Operator, Viewer

router = Router(prefix="/api/models", tags=["models"])


@router.get("/routing", responses=documented())
async def show_routing(session: Session, caller: Viewer) -> RoutingOut:
    """Which models are set up, how the first one is chosen, and how well each did at each kind of job."""
    return await showing.shown(session)


@router.post("/routing/measure", responses=documented())
async def measure_models(session: Session, caller: Operator) -> RoutingOut:
    """Sum up now what became of each model's answers; a worker does it every ten minutes."""
    await service.measure(session)
    return await showing.shown(session)


@router.get("/savings", responses=documented())
async def show_savings(
    session: Session,
    caller: Viewer,
    days: Annotated[int, Query(ge=1, le=3650)] = 30,
    margin: Annotated[float, Query(gt=0, le=0.5, description="Of quality, 0-1, that may be given away.")] = 0.05,
) -> SavingsOut:
    """What choosing saved against always asking the strongest model, signed, and what it cost in quality."""
    return await showing.saved(session, days=days, margin=margin)
