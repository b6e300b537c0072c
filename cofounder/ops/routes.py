"""Health and readiness for whoever watches the process, public; how the product is, for those who are signed in."""

from cofounder.kit.db import DatabaseOutOfReach
from cofounder.kit.http import Page, Router, Session
from cofounder.kit.http import documented as guarded
from cofounder.kit.openapi import documented
from cofounder.ops import health as checks
from cofounder.ops import system as whole
from cofounder.ops.doctor import Finding
from cofounder.ops.health import Health, Ready, SchemaBehind
from cofounder.ops.system import System
from cofounder.people import Admin, Viewer

router = Router(tags=["operations"])


@router.get("/api/health")
async def health() -> Health:
    """The process is alive."""
    return checks.health()


@router.get("/api/ready", responses=documented(SchemaBehind, DatabaseOutOfReach))
async def readiness() -> Ready:
    """The database answers in time and its schema is the one this program wants."""
    return await checks.ready()


@router.get("/api/system", responses=guarded())
async def show_system(session: Session, caller: Viewer) -> System:
    """Workers, database, open alerts, and which models and channels can be used and what the others lack."""
    return await whole.system(session)


@router.get("/api/system/checks", responses=guarded())
async def run_checks(session: Session, caller: Admin) -> Page[Finding]:
    """Everything that was looked at, what is missing, what ends soon, and how to mend it; as `cofounder doctor` says."""
    found = await whole.checks(session)
    return Page[Finding](items=found, next_cursor=None, total=len(found))
