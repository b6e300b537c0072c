"""Health and readiness, for whoever watches the process. Public: they tell nothing about a company."""

from cofounder.kit.db import DatabaseOutOfReach
from cofounder.kit.http import Router, Session
from cofounder.kit.openapi import documented
from cofounder.ops import health as checks
from cofounder.ops.health import Health, Ready, SchemaBehind

router = Router(tags=["operations"])


@router.get("/api/health")
async def health() -> Health:
    """The process is alive."""
    return checks.health()


@router.get("/api/ready", responses=documented(SchemaBehind, DatabaseOutOfReach))
async def readiness(session: Session) -> Ready:
    """The database answers and its schema is the one this program wants."""
    return await checks.readiness(session)
