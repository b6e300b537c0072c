"""Read and change the settings that may change while the product runs."""

from cofounder.kit.http import Router, Session, documented
from cofounder.ops import runtime
from cofounder.ops.runtime import RuntimeSettings, SettingFromEnvironment, SettingOut
from cofounder.people import Admin, Viewer

router = Router(tags=["settings"])


@router.get("/api/orchestrator/settings", responses=documented())
async def get_settings(session: Session, caller: Viewer) -> dict[str, SettingOut]:
    """Every runtime setting, its value, and whether environment, settings or default won."""
    return await runtime.effective(session)


@router.put("/api/orchestrator/settings", responses=documented(SettingFromEnvironment))
async def change_settings(body: RuntimeSettings, session: Session, caller: Admin) -> dict[str, SettingOut]:
    """Change some settings; the rest stay as they are."""
    return await runtime.change(session, body, by=caller.who)
