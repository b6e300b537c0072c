"""The SQL of tool servers, their tools and their calls."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.plan.tools.tables import ServerTool, ToolCall, ToolServer


async def servers(session: AsyncSession) -> Sequence[ToolServer]:
    return (await session.scalars(select(ToolServer).order_by(ToolServer.name))).all()


async def server(session: AsyncSession, server_id: UUID) -> ToolServer | None:
    return (await session.scalars(select(ToolServer).where(ToolServer.id == server_id))).one_or_none()


async def named(session: AsyncSession, name: str) -> ToolServer | None:
    return (await session.scalars(select(ToolServer).where(ToolServer.name == name))).one_or_none()


async def locked(session: AsyncSession, server_id: UUID) -> ToolServer | None:
    found = select(ToolServer).where(ToolServer.id == server_id).with_for_update()
    return (await session.scalars(found.execution_options(populate_existing=True))).one_or_none()


async def versions(session: AsyncSession) -> dict[UUID, int]:
    """Server -> its version, of those that may be used."""
    found = select(ToolServer.id, ToolServer.version).where(ToolServer.disabled.is_(False))
    return {row.id: row.version for row in await session.execute(found)}


async def add_server(session: AsyncSession, values: dict[str, Any]) -> bool:
    """False where the name is taken."""
    made = insert(ToolServer).values(**values).on_conflict_do_nothing(index_elements=["name"]).returning(ToolServer.id)
    return await session.scalar(made) is not None


async def drop_server(session: AsyncSession, server_id: UUID) -> None:
    await session.execute(delete(ToolServer).where(ToolServer.id == server_id))


async def tools_of(session: AsyncSession, server_id: UUID) -> Sequence[ServerTool]:
    found = select(ServerTool).where(ServerTool.server_id == server_id).order_by(ServerTool.name)
    return (await session.scalars(found)).all()


async def digests(session: AsyncSession, server_id: UUID) -> dict[str, tuple[str, str | None, bool]]:
    """Tool -> (digest of what was seen, why it cannot be used, whether it is offered)."""
    found = select(ServerTool.name, ServerTool.digest, ServerTool.problem, ServerTool.offered)
    rows = await session.execute(found.where(ServerTool.server_id == server_id))
    return {name: (digest, problem, offered) for name, digest, problem, offered in rows}


async def put_tools(session: AsyncSession, rows: list[dict[str, Any]]) -> None:
    """Write what was seen of tools; what was approved of them stays."""
    if not rows:
        return
    made = insert(ServerTool)
    seen = {name: made.excluded[name] for name in ("seen", "digest", "problem", "offered")}
    await session.execute(made.on_conflict_do_update(index_elements=["server_id", "name"], set_=seen), rows)


async def withdraw(session: AsyncSession, server_id: UUID, names: Collection[str]) -> None:
    """These are no longer in the server's list; those that nobody approved are forgotten."""
    mine = (ServerTool.server_id == server_id, ServerTool.name.in_(names))
    await session.execute(delete(ServerTool).where(*mine, ServerTool.approved_digest.is_(None)))
    await session.execute(update(ServerTool).where(*mine).values(offered=False))


class Counted(NamedTuple):
    tools: int
    approved: int
    waiting: int


async def counted(session: AsyncSession) -> dict[UUID, Counted]:
    """Server -> how many tools it offers, how many of them may be used, how many wait for an approval."""
    usable = ServerTool.problem.is_(None)
    same = ServerTool.approved_digest == ServerTool.digest
    query = (
        select(
            ServerTool.server_id,
            func.count(),
            func.count().filter(usable, same),
            func.count().filter(usable, ServerTool.approved_digest.is_distinct_from(ServerTool.digest)),
        )
        .where(ServerTool.offered)
        .group_by(ServerTool.server_id)
    )
    return {id: Counted(*numbers) for id, *numbers in await session.execute(query)}


def _tools_with_servers() -> Select[ServerTool, ToolServer]:
    return select(ServerTool, ToolServer).join(ToolServer, ToolServer.id == ServerTool.server_id)


async def usable(session: AsyncSession, ids: Collection[str] | None = None) -> Sequence[Any]:
    """(tool, server) of every tool that is approved as it is now; of those with an id among `ids`."""
    found = _tools_with_servers().where(
        ServerTool.offered,
        ServerTool.problem.is_(None),
        ServerTool.approved_digest == ServerTool.digest,
        ToolServer.disabled.is_(False),
    )
    if ids is not None:
        found = found.where(func.concat(ToolServer.name, ".", ServerTool.name).in_(ids))
    return (await session.execute(found.order_by(ToolServer.name, ServerTool.name))).all()


async def with_ids(session: AsyncSession, ids: Collection[str]) -> Sequence[Any]:
    """(tool, server) of every tool with an id among `ids`, whatever state it is in."""
    id = func.concat(ToolServer.name, ".", ServerTool.name)
    return (await session.execute(_tools_with_servers().where(id.in_(ids)))).all()


async def add_call(session: AsyncSession, values: dict[str, Any]) -> None:
    await session.execute(insert(ToolCall).values(**values).on_conflict_do_nothing())


async def kept_answer(session: AsyncSession, key: str) -> dict[str, Any] | None:
    return await session.scalar(select(ToolCall.answer).where(ToolCall.key == key))


_MEASURED = text(
    """
    SELECT server_id, CASE WHEN grouping(tool) = 0 THEN tool END AS tool, count(*) AS calls,
           avg(CASE WHEN outcome = 'ok' THEN 1.0 ELSE 0.0 END) AS success,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE outcome <> 'away') AS p50,
           percentile_cont(0.95) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE outcome <> 'away') AS p95,
           count(*) FILTER (WHERE outcome <> 'away') AS timed,
           avg(cost_usd) AS cost
    FROM tool_calls
    WHERE at > now() - interval '30 days'
    GROUP BY GROUPING SETS ((server_id), (server_id, tool))
    """
)


async def measured(session: AsyncSession) -> dict[tuple[UUID, str | None], Any]:
    """(server, tool; None: all of them) -> calls, success, p50, p95, cost."""
    return {(row.server_id, row.tool): row for row in await session.execute(_MEASURED)}


async def forget_calls(session: AsyncSession, *, days: int) -> None:
    """Old calls go. What a call that may be made only once has answered goes sooner: its step holds it by then."""
    at = ToolCall.at
    await session.execute(delete(ToolCall).where(at < func.now() - func.make_interval(0, 0, 0, days)))
    old = (ToolCall.answer.is_not(None), at < func.now() - func.make_interval(0, 0, 0, 7))
    await session.execute(update(ToolCall).where(*old).values(answer=None))
