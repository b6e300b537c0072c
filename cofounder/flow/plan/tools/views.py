"""Tool servers and their tools as a person reads them."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.plan.tools import listing, queries
from cofounder.flow.plan.tools.schemas import Measured, ServerDetail, ServerOut, ServerToolOut, ToolState
from cofounder.flow.plan.tools.tables import ServerTool, ToolServer
from cofounder.kit.clock import now
from cofounder.people.roles import Caller

OLD = timedelta(minutes=15)
_Numbers = dict[tuple[UUID, str | None], Any]


async def all_servers(session: AsyncSession, caller: Caller) -> list[ServerOut]:
    """Every server, by name."""
    measured, counted = await queries.measured(session), await queries.counted(session)
    none = queries.Counted(0, 0, 0)
    return [
        ServerOut(**_fields(row, counted.get(row.id, none), measured, caller)) for row in await queries.servers(session)
    ]


async def detail(session: AsyncSession, row: ToolServer, caller: Caller) -> ServerDetail:
    """A server with its tools, and what of each is another than when it was approved."""
    measured = await queries.measured(session)
    counted = (await queries.counted(session)).get(row.id, queries.Counted(0, 0, 0))
    tools = [_tool(row, tool, measured) for tool in await queries.tools_of(session, row.id)]
    return ServerDetail(**_fields(row, counted, measured, caller), listed=tools)


def is_stale(row: ToolServer) -> bool:
    """Whether what is known of its tools may be out of date."""
    return row.listed_at is not None and (row.health == "down" or now() - row.listed_at > OLD)


def without_query(url: str | None) -> str | None:
    """The address without what stands behind a question mark, which may be a key."""
    if url is None:
        return None
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "…" if parts.query else "", ""))


def measured_of(numbers: _Numbers, server_id: UUID, tool: str | None) -> Measured:
    row = numbers.get((server_id, tool))
    if row is None:
        return Measured()
    return Measured(
        calls=row.calls,
        success_rate=round(float(row.success), 4),
        seconds_p50=None if row.p50 is None else round(row.p50, 4),
        seconds_p95=None if row.p95 is None else round(row.p95, 4),
        timed_calls=row.timed,
        cost_usd=None if row.cost is None else round(row.cost, 6),
    )


def _fields(row: ToolServer, counted: queries.Counted, measured: _Numbers, caller: Caller) -> dict[str, Any]:
    admin = caller.may("admin")
    plain = ("name", "transport", "allow_private", "connect_seconds", "list_seconds", "call_seconds", "disabled")
    return {
        **{name: getattr(row, name) for name in plain},
        **{name: getattr(row, name) for name in ("health", "problem", "created_at", "created_by", "checked_at")},
        "server_id": row.id,
        "command": row.command if admin else None,
        "args": list(row.args) if admin else [],
        "url": without_query(row.url) if admin else None,
        "secret_names": list(row.secret_names),
        "notes": list(row.about.get("notes", [])),
        "says_name": str(row.about.get("name", "")),
        "says_version": str(row.about.get("version", "")),
        "stale": is_stale(row),
        "listed_at": row.listed_at,
        **counted._asdict(),
        "measured": measured_of(measured, row.id, None),
    }


def state_of(tool: ServerTool) -> ToolState:
    if not tool.offered:
        return "gone"
    if tool.problem is not None:
        return "unusable"
    if tool.approved_digest is None:
        return "new"
    return "approved" if tool.approved_digest == tool.digest else "changed"


def _tool(row: ToolServer, tool: ServerTool, measured: _Numbers) -> ServerToolOut:
    seen = listing.Seen.model_validate(tool.seen)
    state = state_of(tool)
    before = listing.Seen.model_validate(tool.approved) if tool.approved is not None else None
    return ServerToolOut(
        name=tool.name,
        tool_id=f"{row.name}.{tool.name}",
        title=seen.title,
        description=seen.description,
        state=state,
        problem=tool.problem,
        digest=tool.digest,
        changes=listing.changes(before, seen) if before is not None and tool.digest != tool.approved_digest else [],
        input_schema=seen.input_schema,
        output_schema=seen.output_schema,
        read_only=seen.read_only,
        idempotent=seen.idempotent,
        declared_cost_usd=seen.cost_usd,
        declared_seconds=seen.seconds,
        measured=measured_of(measured, row.id, tool.name),
        approved_at=tool.approved_at,
        approved_by=tool.approved_by,
    )
