"""Health and readiness, for whoever watches the process. Public: they tell nothing about a company."""

from fastapi import APIRouter

from cofounder.kit.db import DatabaseOutOfReach
from cofounder.kit.http import Session
from cofounder.kit.openapi import documented
from cofounder.ops import health
from cofounder.ops.health import Health, Ready, SchemaBehind

router = APIRouter(tags=["operations"])


@router.get("/api/health")
async def alive() -> Health:
    """The process is alive."""
    return health.health()


@router.get("/api/ready", responses=documented(SchemaBehind, DatabaseOutOfReach))
async def ready(session: Session) -> Ready:
    """The database answers and its schema is the one this program wants."""
    return await health.readiness(session)
