"""What may be done with commands: make, claim, beat, finish, retry, cancel, delete, take back, archive."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.flow.request.phases import FINAL
from cofounder.flow.run.commands import agents, finishing, queries
from cofounder.flow.run.commands.errors import (
    CommandKeyReused,
    CommandMissing,
    InHand,
    NotFailed,
    TaskIsOver,
    UnknownDependency,
    WaitedFor,
)
from cofounder.flow.run.commands.schemas import BeatIn, BeatOut, Claimed, ClaimIn, CommandIn
from cofounder.flow.run.commands.tables import Command
from cofounder.kit import live
from cofounder.kit.ids import new_id
from cofounder.people.roles import Caller
from cofounder.people.service import audit
from cofounder.settings import settings

TOPIC = "commands"  # its id is the agent type: whoever polls for that looks again


async def make(session: AsyncSession, wanted: Sequence[CommandIn], *, by: str) -> list[Command]:
    """Queue commands in this order; an idempotency key that came before gives the first command again.

    Raises UnknownAgentType, UnknownAction, PayloadUnfit, UnknownDependency or CommandKeyReused, naming the field.
    """
    where = ["" if len(wanted) == 1 else f"items.{index}." for index in range(len(wanted))]
    await agents.check(session, list(zip(wanted, where, strict=True)))
    upstream = {id for one in wanted for id in one.depends_on}
    known = await queries.existing(session, list(upstream)) if upstream else set()
    for one, at in zip(wanted, where, strict=True):
        for index, id in enumerate(one.depends_on):
            if id not in known:
                raise UnknownDependency(f"There is no command {id}.", field=f"{at}depends_on.{index}")
    rows = [
        {"id": new_id(), "place": place, **one.model_dump(), "depends_on": list(dict.fromkeys(one.depends_on))}
        for place, one in enumerate(wanted)
    ]
    return await _add(session, rows, where, by=by)


async def make_for_step(
    session: AsyncSession, *, task_id: UUID, step_id: UUID, tool_id: str, payload: dict[str, Any], key: str
) -> None:
    """Queue what a plan's step asks of an outside agent; the same key again changes nothing."""
    agent_type, _, action = tool_id.partition(".")
    row = {"id": new_id(), "place": 0, "agent_type": agent_type, "action": action, "payload": payload}
    row |= {"priority": 0, "depends_on": [], "idempotency_key": key, "task_id": task_id, "step_id": step_id}
    await queries.add(session, [row], by="plan")
    tell(session, [agent_type])


async def _add(session: AsyncSession, rows: list[dict[str, Any]], where: list[str], *, by: str) -> list[Command]:
    keys = [row["idempotency_key"] for row in rows if row["idempotency_key"] is not None]
    first: dict[str, str] = {}
    for row, at in zip(rows, where, strict=True):
        if row["idempotency_key"] is not None and first.setdefault(row["idempotency_key"], at) != at:
            raise CommandKeyReused(field=f"{at}idempotency_key")
    new = await queries.add(session, rows, by=by)
    found = await queries.by_ids(session, list(new))
    before = await queries.by_keys(session, keys) if len(new) < len(rows) else {}
    made = []
    for row, at in zip(rows, where, strict=True):
        command = found.get(row["id"]) or before[row["idempotency_key"]]
        if row["id"] not in new and not _same(command, row):
            raise CommandKeyReused(field=f"{at}idempotency_key")
        made.append(command)
    tell(session, {row["agent_type"] for row in rows if row["id"] in new})
    return made


def _same(command: Command, row: Mapping[str, Any]) -> bool:
    """Whether a stored command is what was sent again."""
    if set(command.depends_on) != set(row["depends_on"]) or _plain(command.payload) != _plain(row["payload"]):
        return False
    return all(getattr(command, name) == row[name] for name in ("agent_type", "action", "priority"))


def _plain(value: Any) -> Any:
    """With whole numbers as the database gives them back: 1e30 as the integer of its digits, not of its bits."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    return int(Decimal(repr(value))) if isinstance(value, float) and value.is_integer() else value


async def claim(session: AsyncSession, wanted: ClaimIn, *, by: Caller, told: bool = False) -> list[Claimed]:
    """Hand out what is due, under leases: by priority, then age. What fell back from silent agents is due too.

    `told`: the agent waited and heard of new work, so that comes first, and silence is looked into where none is left.
    """
    if not told:
        await take_back(session, wanted.agent_type)
    agent = wanted.agent or by.name
    await agents.seen(session, wanted.agent_type, agent)
    seconds = wanted.lease_seconds or settings().command_lease_seconds
    rows = await queries.claim(session, wanted.agent_type, agent=agent, by=by.who, limit=wanted.max, seconds=seconds)
    if told and not rows and await take_back(session, wanted.agent_type):
        rows = await queries.claim(
            session, wanted.agent_type, agent=agent, by=by.who, limit=wanted.max, seconds=seconds
        )
    if rows:
        live.changed(session, TOPIC)
    return [Claimed(**{name: value for name, value in row.items() if name != "number"}) for row in rows]


async def beat(session: AsyncSession, given: BeatIn, *, by: Caller) -> BeatOut:
    """Let leases go on; says which are over."""
    if given.agent_type is not None:
        await agents.seen(session, given.agent_type, given.agent or by.name)
    if not given.leases:
        return BeatOut(held=[], lost=[])
    leases = {one.command_id: one.fencing_token for one in given.leases}
    seconds = given.lease_seconds or settings().command_lease_seconds
    held = await queries.beat(session, leases, by=by.who, anyones=by.may("admin"), seconds=seconds)
    lost = [id for id in leases if id not in held]
    return BeatOut(held=[id for id in leases if id in held], lost=lost, lease_until=min(held.values(), default=None))


async def get(session: AsyncSession, id: UUID) -> Command:
    """Raises CommandMissing."""
    found = await queries.by_ids(session, [id])
    if not found:
        raise CommandMissing(f"{id}")
    return found[id]


async def retry(session: AsyncSession, id: UUID, *, by: Caller) -> Command:
    """Let a failed command start over, with three more retries. Raises CommandMissing, NotFailed or TaskIsOver."""
    row = (await queries.lock(session, [id])).get(id)
    if row is None:
        raise CommandMissing(f"{id}")
    if row["status"] != "failed":
        raise NotFailed(f"It is {row['status']}.")
    if row["task_id"] is not None and await queries.task_is_over(session, row["task_id"]):
        raise TaskIsOver()
    command = await get(session, id)
    command.status, command.failures, command.losses, command.error = "pending", 0, 0, None
    command.not_before = command.finished_at = command.archived_at = None
    command.lease_owner = command.claimed_by = command.fencing_token = command.started_at = None  # nobody holds it
    await session.flush()
    await queries.note(session, id, {"what": "retried", "by": by.who})
    await audit(session, by.who, "command.retried", "command", str(id), {})
    tell(session, [command.agent_type])
    return await get(session, id)


async def cancel(session: AsyncSession, id: UUID, *, by: Caller) -> Command:
    """End a command that is not finished; whoever holds it hears so with the next heartbeat.

    Raises CommandMissing or AlreadyFinished.
    """
    await finishing.cancel(session, id, by=by.who)
    await audit(session, by.who, "command.cancelled", "command", str(id), {})
    return await get(session, id)


async def delete(session: AsyncSession, id: UUID, *, by: Caller) -> None:
    """Remove a command; one of a task only when that is over, which may still have to read it.

    What depends on it and may still run would take it for completed once it is gone.

    Raises CommandMissing, InHand or WaitedFor.
    """
    row = (await queries.lock(session, [id])).get(id)
    if row is None:
        raise CommandMissing(f"{id}")
    if row["status"] == "processing":
        raise InHand()
    done = row["status"] == "completed"  # what failed or was cancelled may be retried, and then waits for it again
    waiting = await queries.waiting_for(session, id, retried=not done)
    if waiting:
        told = "1 command that is not completed depends"
        told = told if waiting == 1 else f"{waiting} commands that are not completed depend"
        raise WaitedFor(f"{told} on it.")
    if row["task_id"] is not None and (await records.get_task(session, row["task_id"])).status not in FINAL:
        raise WaitedFor("Its task is not over yet, and may still have to read it.")
    command = await get(session, id)
    about = {"agent_type": command.agent_type, "action": command.action, "status": command.status}
    await session.delete(command)
    await session.flush()
    await audit(session, by.who, "command.deleted", "command", str(id), about)
    live.changed(session, TOPIC)


async def end_of_task(session: AsyncSession, task_id: UUID) -> None:
    """End what a task that is over still waited for; whoever holds it hears so with the next heartbeat."""
    if await queries.settle_orphans(session, task_id):
        live.changed(session, TOPIC)


async def take_back(session: AsyncSession, agent_type: str | None = None) -> int:
    """Return commands whose agents fell silent to the queue; after ten times such a command is failed."""
    rows = await queries.expire(session, agent_type)
    if rows:
        await agents.count_lost(session, rows)
        await finishing.after(session, [row for row in rows if row["status"] == "failed"])
        tell(session, {row["agent_type"] for row in rows if row["status"] == "pending"})
    return len(rows)


def tell(session: AsyncSession, agent_types: Sequence[str] | set[str] | Mapping[str, Any]) -> None:
    """Wake whoever polls for these types once the transaction is committed."""
    for name in agent_types:
        live.changed(session, TOPIC, name)
