"""Tool servers that a person registers: added, changed, looked at, approved, removed. Opens no connection."""

import os
import shutil
from collections.abc import Collection
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import SecretStr
from pydantic_core import PydanticCustomError
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.plan.tools import errors, keeping, listing, queries, views
from cofounder.flow.plan.tools.schemas import ApproveIn, ServerChange, ServerDetail, ServerIn, check_secrets, check_url
from cofounder.flow.plan.tools.tables import ToolServer
from cofounder.kit import live
from cofounder.kit.clock import now
from cofounder.kit.ids import new_id
from cofounder.people.roles import Caller
from cofounder.people.service import audit

TOPIC = "servers"
OURS = frozenset(
    ("content", "financial", "market", "market_insight", "compliance", "publishing", "publisher", "business", "memory")
)


async def is_server(session: AsyncSession, name: str) -> bool:
    """Whether a tool server has this name, switched off or not."""
    return await queries.named(session, name) is not None


async def add(session: AsyncSession, given: ServerIn, *, by: Caller, agents: Collection[str] = ()) -> ToolServer:
    """Register a server; nothing is started or asked yet. `agents`: names that outside agents have.

    Raises ServerNameTaken, CommandUnusable or UrlUnusable.
    """
    if given.name in OURS or given.name in agents:
        raise errors.ServerNameTaken(f"{given.name!r} is the name of an agent.", field="name")
    command = _command(given.command) if given.command is not None else None
    if given.url is not None and (problem := check_url(given.url)) is not None:
        raise errors.UrlUnusable(problem, field="url")
    told = given.secrets()
    values = {
        **given.model_dump(include={"name", "transport", "args", "url", "allow_private"}),
        **given.model_dump(include={"connect_seconds", "list_seconds", "call_seconds"}),
        "id": new_id(),
        "command": command,
        "secrets": keeping.seal(told),
        "secret_names": sorted(told),
        "disabled": False,
        "version": 1,
        "created_at": now(),
        "created_by": by.who,
        "health": "unknown",
        "about": {},
    }
    if not await queries.add_server(session, values):
        raise errors.ServerNameTaken(f"There is a server {given.name!r} already.", field="name")
    details = {"transport": given.transport, "command": command, "url": views.without_query(given.url)}
    await audit(session, by.who, "tool_server.added", "tool_server", str(values["id"]), {"name": given.name, **details})
    live.changed(session, TOPIC, values["id"])
    row = await queries.server(session, values["id"])
    assert row is not None  # made in this very transaction
    return row


def _command(given: str) -> str:
    """The program's whole path. A bare name is looked up once, now; a path that is not whole could be anything."""
    if "\x00" in given:
        raise errors.CommandUnusable("It holds a NUL character.", field="command")
    if "/" in given and not Path(given).is_absolute():
        raise errors.CommandUnusable(f"{given[:200]!r} is no whole path.", field="command")
    found = given if "/" in given else shutil.which(given)
    if found is None:
        raise errors.CommandUnusable(f"There is no program {given[:200]!r} here.", field="command")
    if not (Path(found).is_file() and os.access(found, os.X_OK)):
        raise errors.CommandUnusable(f"{found[:200]!r} is no program that may be started.", field="command")
    return found


async def get(session: AsyncSession, server_id: UUID) -> ToolServer:
    """The server's row. Raises ServerMissing."""
    row = await queries.server(session, server_id)
    if row is None:
        raise errors.ServerMissing(field="server_id")
    return row


async def with_name(session: AsyncSession, name: str) -> ToolServer:
    """The server's row. Raises ServerMissing."""
    row = await queries.named(session, name)
    if row is None:
        raise errors.ServerMissing(f"There is no tool server {name!r}.", field="name")
    return row


async def _locked(session: AsyncSession, server_id: UUID) -> ToolServer:
    row = await queries.locked(session, server_id)
    if row is None:
        raise errors.ServerMissing(field="server_id")
    return row


async def change(session: AsyncSession, server_id: UUID, given: ServerChange, *, by: Caller) -> ToolServer:
    """Set what is given; connections are made anew with it. Raises ServerMissing, SecretsSealed."""
    row = await _locked(session, server_id)
    if row.transport == "stdio" and given.allow_private:
        raise errors.UrlUnusable("A server over stdio has no address.", field="allow_private")
    for name in given.model_fields_set - {"secrets"}:
        if getattr(given, name) is not None:
            setattr(row, name, getattr(given, name))
    if given.secrets is not None:
        _check(row.transport, given)
        told = keeping.unseal(row.secrets)
        for name, value in given.secrets.items():
            told.pop(name, None)
            if value is not None:
                told[name] = value.get_secret_value()
        row.secrets, row.secret_names = keeping.seal(told), sorted(told)
    row.version += 1
    row.health, row.problem = "unknown", None
    await session.flush()
    changed = {"fields": sorted(given.model_fields_set), "secrets": sorted(given.secrets or {})}
    await audit(session, by.who, "tool_server.changed", "tool_server", str(server_id), {"name": row.name, **changed})
    live.changed(session, TOPIC, server_id)
    return row


def _check(transport: str, given: ServerChange) -> None:
    named = {name: value or SecretStr("taken away") for name, value in (given.secrets or {}).items()}
    try:
        check_secrets(transport, named)
    except PydanticCustomError as error:
        raise errors.SecretUnusable(error.message(), field="secrets") from None


async def remove(session: AsyncSession, server_id: UUID, *, by: Caller) -> None:
    """Forget a server, its tools and what was measured. Raises ServerMissing."""
    row = await _locked(session, server_id)
    await audit(session, by.who, "tool_server.removed", "tool_server", str(server_id), {"name": row.name})
    await queries.drop_server(session, server_id)
    live.changed(session, TOPIC, server_id)


async def approve(session: AsyncSession, server_id: UUID, given: ApproveIn, *, by: Caller) -> ServerDetail:
    """Let plans use tools as they were looked at, or no longer. All or none.

    Raises ServerMissing, ToolMissing, ApprovalOutdated or ToolUnusable.
    """
    row = await _locked(session, server_id)
    known = {tool.name: tool for tool in await queries.tools_of(session, server_id)}
    for index, wanted in enumerate(given.tools):
        tool, field = known.get(wanted.name), f"tools.{index}"
        if tool is None:
            raise errors.ToolMissing(f"{row.name} offers no {wanted.name!r}.", field=f"{field}.name")
        if tool.digest != wanted.digest:
            raise errors.ApprovalOutdated(f"{wanted.name} reads differently now.", field=f"{field}.digest")
        if given.approved and (tool.problem is not None or not tool.offered):
            raise errors.ToolUnusable(tool.problem or "Its server offers it no longer.", field=f"{field}.name")
        tool.approved = tool.seen if given.approved else None
        tool.approved_digest = tool.digest if given.approved else None
        tool.approved_at, tool.approved_by = (now(), by.who) if given.approved else (None, None)
    await session.flush()
    verb = "approved" if given.approved else "refused"
    names = {"server": row.name, "tools": [one.name for one in given.tools]}
    await audit(session, by.who, f"tools.{verb}", "tool_server", str(server_id), names)
    live.changed(session, TOPIC, server_id)
    live.changed(session, "tools")
    return await views.detail(session, row, by)


async def keep(
    session: AsyncSession, server_id: UUID, version: int, listed: list[listing.Listed], notes: list[str], about: Any
) -> bool:
    """Write what a server lists now; false when the server was changed or removed meanwhile."""
    row = await queries.locked(session, server_id)
    if row is None or row.version != version:
        return False
    before = await queries.digests(session, server_id)
    rows = []
    for one in listed:
        digest = one.seen.digest()
        if before.get(one.name) != (digest, one.problem, True):
            values = {"id": new_id(), "server_id": server_id, "name": one.name, "first_seen_at": now()}
            seen = {"seen": one.seen.model_dump(), "digest": digest, "problem": one.problem, "offered": True}
            rows.append(values | seen)
    gone = [name for name, (_, _, offered) in before.items() if offered and name not in {one.name for one in listed}]
    await queries.put_tools(session, rows)
    if gone:
        await queries.withdraw(session, server_id, gone)
    told = {**about, "notes": notes}
    if rows or gone or (row.health, row.problem, row.about) != ("up", None, told):
        live.changed(session, TOPIC, server_id)
    if rows or gone:
        live.changed(session, "tools")
    row.health, row.problem, row.about = "up", None, told
    row.checked_at = row.listed_at = now()
    await session.flush()
    return True


async def keep_away(session: AsyncSession, server_id: UUID, version: int, problem: str) -> None:
    """Write that a server cannot be reached; its tools stay known, as they were."""
    row = await queries.locked(session, server_id)
    if row is None or row.version != version:
        return
    if (row.health, row.problem) != ("down", problem):
        live.changed(session, TOPIC, server_id)
    row.health, row.problem, row.checked_at = "down", problem, now()
    await session.flush()
