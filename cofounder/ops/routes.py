"""Health and readiness, for whoever watches the process. Public: they tell nothing about a company."""

from typing import Any

from fastapi import APIRouter

from cofounder.kit.http import Session
from cofounder.kit.problems import PROBLEM_JSON
from cofounder.ops import health
from cofounder.ops.health import Health, Ready, SchemaBehind

router = APIRouter(tags=["operations"])
_NOT_READY: dict[int | str, dict[str, Any]] = {
    503: {
        "description": SchemaBehind.title(),
        "content": {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
}


@router.get("/api/health")
async def alive() -> Health:
    """The process is alive."""
    return health.health()


@router.get("/api/ready", responses=_NOT_READY)
async def ready(session: Session) -> Ready:
    """The database answers and its schema is the one this program wants."""
    return await health.readiness(session)
