"""Outside tool servers over HTTP: look at them as a viewer, change them as an admin."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from cofounder.flow.plan.tools import errors, links, outside, registry, service, views
from cofounder.flow.plan.tools.keeping import SecretsSealed
from cofounder.flow.plan.tools.schemas import ApproveIn, ServerChange, ServerDetail, ServerIn, ServerOut
from cofounder.kit import db
from cofounder.kit.errors import InputInvalid
from cofounder.kit.http import Page, Router, Session, documented
from cofounder.people import Admin, Viewer

router = Router(prefix="/api/orchestrator/tools/servers", tags=["tools"])


class PlaceUnknown(InputInvalid):
    """There is no such place in this list."""

    hint = "Take next_cursor as the last answer gave it, or leave it out."


@router.get("", responses=documented(PlaceUnknown))
async def list_servers(
    session: Session,
    caller: Viewer,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 200,
) -> Page[ServerOut]:
    """Every registered tool server by name: how it is, how many tools it has, what calls of it came to."""
    found = await views.all_servers(session, caller)
    names = [one.name for one in found]
    if cursor is not None and cursor not in names:
        raise PlaceUnknown(field="cursor")
    first = names.index(cursor) + 1 if cursor is not None else 0
    items = found[first : first + limit]
    more = first + limit < len(found)
    return Page[ServerOut](items=items, next_cursor=items[-1].name if more else None, total=len(found))


@router.post(
    "",
    status_code=201,
    responses=documented(errors.ServerNameTaken, errors.CommandUnusable, errors.UrlUnusable),
)
async def add_server(body: ServerIn, session: Session, caller: Admin) -> ServerDetail:
    """Register a tool server. Nothing is started or asked before it is checked; none of its tools may be used yet."""
    agents = {tool.agent for tool in (await registry.agents()).values()}
    row = await service.add(session, body, by=caller, agents=agents)
    return await views.detail(session, row, caller)


@router.get("/{server_id}", responses=documented(errors.ServerMissing))
async def get_server(server_id: UUID, session: Session, caller: Viewer) -> ServerDetail:
    """A tool server with its tools, and what of each is another than when it was approved."""
    return await views.detail(session, await service.get(session, server_id), caller)


@router.patch(
    "/{server_id}",
    responses=documented(errors.ServerMissing, errors.UrlUnusable, SecretsSealed, errors.SecretUnusable),
)
async def change_server(server_id: UUID, body: ServerChange, session: Session, caller: Admin) -> ServerDetail:
    """Change time-outs or secrets, or switch a server off and on. Connections are made anew."""
    return await views.detail(session, await service.change(session, server_id, body, by=caller), caller)


@router.delete("/{server_id}", status_code=204, responses=documented(errors.ServerMissing))
async def remove_server(server_id: UUID, caller: Admin) -> None:
    """Forget a server, its secrets, its approvals and what was measured. A program that was started for it ends."""
    async with db.transaction() as session:
        await service.remove(session, server_id, by=caller)
    await links.forget(server_id)


@router.post("/{server_id}/check", responses=documented(errors.ServerMissing, SecretsSealed))
async def check_server(server_id: UUID, caller: Admin) -> ServerDetail:
    """Connect now and read the list of tools; what is wrong stands in `problem`."""
    await outside.check(server_id)
    async with db.reading() as session:
        return await views.detail(session, await service.get(session, server_id), caller)


@router.post(
    "/{server_id}/approve",
    responses=documented(errors.ServerMissing, errors.ToolMissing, errors.ApprovalOutdated, errors.ToolUnusable),
)
async def approve_tools(server_id: UUID, body: ApproveIn, session: Session, caller: Admin) -> ServerDetail:
    """Let plans use these tools as they read now, or no longer. A digest that is no longer theirs is refused."""
    return await service.approve(session, server_id, body, by=caller)
