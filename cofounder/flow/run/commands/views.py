"""Commands as they are shown: one, a page, the numbers, the agents."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records.service import CursorInvalid
from cofounder.flow.run.commands import queries, service
from cofounder.flow.run.commands.schemas import LEAST, AgentOut, CommandDetail, CommandOut, HistoryOut, Statistics
from cofounder.flow.run.commands.tables import Command
from cofounder.kit import cursors
from cofounder.kit.http import Page

STATUSES = ("pending", "processing", "completed", "failed", "cancelled")
HeldUp = Mapping[UUID, Sequence[UUID]]  # what is not completed -> the failed ones that hold it up
_OWN = {"command_id", "status", "waits_for", "blocked_by", "history"}


def shown(row: Command, held_up: HeldUp = MappingProxyType({})) -> CommandOut:
    """A command without its fencing token, which only its holder knows."""
    return CommandOut(**_fields(row, held_up))


def _status(row: Command) -> str:
    """As it is stored, but for what was cancelled: that failed at nothing."""
    return queries.shown_status(row.status, row.fencing_token, (row.error or {}).get("code"))


def _fields(row: Command, held_up: HeldUp) -> dict[str, Any]:
    same = {name: getattr(row, name) for name in CommandOut.model_fields if name not in _OWN}
    waits = [id for id in row.depends_on if id in held_up] if row.status == "pending" else []
    blocked = list(dict.fromkeys(failed for id in waits for failed in held_up[id]))
    return {**same, "command_id": row.id, "status": _status(row), "waits_for": waits, "blocked_by": blocked}


async def several(session: AsyncSession, rows: Sequence[Command]) -> list[CommandOut]:
    """Commands with what each still waits for."""
    upstream = [id for row in rows if row.status == "pending" for id in row.depends_on]
    held_up = await queries.held_up(session, upstream) if upstream else {}
    return [shown(row, held_up) for row in rows]


async def detail(session: AsyncSession, id: UUID) -> CommandDetail:
    """A command with all that happened to it. Raises CommandMissing."""
    row = await service.get(session, id)
    held_up = await queries.held_up(session, row.depends_on) if row.depends_on else {}
    history = [
        HistoryOut(at=one["at"], what=one["what"], by=one.get("by") or "", detail=one.get("detail"))
        for one in await queries.history(session, id)
    ]
    return CommandDetail(**_fields(row, held_up), history=history)


async def page(
    session: AsyncSession,
    *,
    statuses: Sequence[str] = (),
    agent_type: str | None = None,
    search: str | None = None,
    task_id: UUID | None = None,
    archived: bool = False,
    sort: str = "newest",
    cursor: str | None = None,
    limit: int = 50,
) -> Page[CommandOut]:
    """One page of commands, which ends early where they are large. Raises CursorInvalid."""
    filters = queries.wanted(
        statuses=statuses, agent_type=agent_type, search=search, task_id=task_id, archived=archived
    )
    rows, follow = await queries.page(session, filters, sort=sort, after=_place(cursor), limit=limit)
    more = f"{rows[-1].priority - LEAST}.{rows[-1].number}" if follow and rows else None
    items = await several(session, rows)
    return Page[CommandOut](items=items, next_cursor=more, total=await queries.total(session, filters))


def _place(cursor: str | None) -> tuple[int, int] | None:
    """Priority and number of the command that a page ended with, which may be gone. Raises CursorInvalid."""
    if cursor is None:
        return None
    priority, number = cursors.parts(cursor, cursors.PLACE_AND_NUMBER, CursorInvalid)
    return int(priority) + LEAST, int(number)


async def statistics(session: AsyncSession) -> Statistics:
    """How many commands are where, and how fast they go."""
    by_status = dict.fromkeys(STATUSES, 0)
    by_type: dict[str, dict[str, int]] = {}
    for name, status, number in await queries.counts(session):
        by_status[status] += number
        by_type.setdefault(name, dict.fromkeys(STATUSES, 0))[status] = number
    return Statistics(
        total=sum(by_status.values()),
        by_status=by_status,
        by_agent_type=by_type,
        dead_letters=await queries.dead_letters(session),
        **await queries.measured(session),
    )


async def all_agents(session: AsyncSession) -> list[AgentOut]:
    """The agents that have been seen, the last seen first."""
    return [AgentOut(**row) for row in await queries.all_agents(session)]
