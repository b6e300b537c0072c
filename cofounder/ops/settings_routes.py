"""Read and change the settings that may change while the product runs."""

from fastapi import Response

from cofounder.kit.http import Router, Session, documented
from cofounder.kit.openapi import ETAG
from cofounder.kit.versions import IfMatch, OldVersion, etag
from cofounder.ops import runtime
from cofounder.ops.runtime import RuntimeSettings, SettingFromEnvironment, SettingOut
from cofounder.people import Admin, Viewer

router = Router(tags=["settings"])


@router.get("/api/orchestrator/settings", responses=ETAG | documented())
async def get_settings(session: Session, caller: Viewer, response: Response) -> dict[str, SettingOut]:
    """Every runtime setting, its value, and whether environment, settings or default won. The ETag names them all."""
    return _tagged(response, await runtime.effective(session))


@router.put("/api/orchestrator/settings", responses=ETAG | documented(SettingFromEnvironment, OldVersion))
async def change_settings(
    body: RuntimeSettings, session: Session, caller: Admin, response: Response, if_match: IfMatch = None
) -> dict[str, SettingOut]:
    """Change some settings; the rest stay as they are. With If-Match only if nobody changed any since you read them."""
    return _tagged(response, await runtime.change(session, body, by=caller.who, if_match=if_match))


def _tagged(response: Response, found: dict[str, SettingOut]) -> dict[str, SettingOut]:
    response.headers["ETag"] = etag(runtime.version(found))
    return found
