"""Read and change the settings that may change while the product runs."""

from fastapi import Response

from cofounder.kit import db
from cofounder.kit.http import Router, Session, documented
from cofounder.kit.openapi import ETAG
from cofounder.kit.versions import IfMatch, OldVersion, etag
from cofounder.ops import connections, probing, runtime, trying
from cofounder.ops.connections import ConnectionInvalid, ConnectionOut, ConnectionSettings, SecretLeftBehind
from cofounder.ops.probing import KeyRefused
from cofounder.ops.runtime import RuntimeSettings, SettingFromEnvironment, SettingOut
from cofounder.ops.trying import ConnectionsTried, TryIn, TryUnderWay
from cofounder.people import Admin, Viewer
from cofounder.people.service import audit

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


@router.get("/api/connections", responses=ETAG | documented())
async def get_connections(session: Session, caller: Admin, response: Response) -> dict[str, ConnectionOut]:
    """How models and the mail server are reached, and what set it. Of a secret only whether there is one."""
    response.headers["ETag"] = etag(await connections.version(session))
    return await connections.effective(session)


@router.put(
    "/api/connections",
    responses=ETAG | documented(SettingFromEnvironment, OldVersion, SecretLeftBehind, ConnectionInvalid, KeyRefused),
)
async def change_connections(
    body: ConnectionSettings, caller: Admin, response: Response, if_match: IfMatch = None
) -> dict[str, ConnectionOut]:
    """Set how models and the mail server are reached, from now on: nothing needs to be started again.

    What is not sent stays; null takes a value back. A secret is kept sealed and goes only to the address that it was
    given for: with another address it is given again. With If-Match only if nobody changed any since you read them.
    A key is tried first: those of OpenAI, Anthropic, Google, Together and the OpenAI-compatible server by their list of
    models, what Google Cloud and AWS are tuned with once it is whole. One that is not taken is refused, with its field;
    where nobody answers it is kept with a `note`, and tried again.
    """
    found, version = await probing.enter(body, by=caller.who, if_match=if_match)
    response.headers["ETag"] = etag(version)
    return found


@router.post("/api/connections/try", responses=documented(TryUnderWay))
async def try_connections(body: TryIn, caller: Admin) -> ConnectionsTried:
    """Go to the models or to the mail server as they are set now, and say what came of it.

    A model is asked one word, which counts towards the budgets; of a mail the server is asked whether it would take it,
    and nothing is sent. What does not work stands in the answer, which is 200 all the same.
    """
    found = await trying.attempt(body.part)
    async with db.transaction() as session:
        await audit(session, caller.who, "connection.tried", "setting", body.part, {"works": found.works})
    return found


def _tagged(response: Response, found: dict[str, SettingOut]) -> dict[str, SettingOut]:
    response.headers["ETag"] = etag(runtime.version(found))
    return found
