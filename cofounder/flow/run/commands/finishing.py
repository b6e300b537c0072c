"""How a command ends: by its holder's result or error, once; whatever comes late or forged is refused and recorded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.run.commands import agents, queries
from cofounder.flow.run.commands.errors import (
    AlreadyFinished,
    CommandMissing,
    HeldByAnother,
    LeaseLost,
    ResultUnfit,
    StillWaiting,
    TokenOfAnother,
    TokenRefused,
)
from cofounder.flow.run.commands.schemas import Outcome
from cofounder.kit import durable, live
from cofounder.kit.errors import CofounderError, Conflict
from cofounder.people.roles import Caller, spoken
from cofounder.settings import settings

RETRIES = 3
KEPT_BYTES = 2_000  # of the body of an answer that came too late
GROWTH = 4.0  # each pause before a retry is so many times the one before


@dataclass
class Ended:
    """What became of each outcome that was sent: a status, or the refusal."""

    status: dict[int, str] = field(default_factory=dict)
    refused: dict[int, CofounderError] = field(default_factory=dict)


async def finish(session: AsyncSession, outcomes: Sequence[Outcome], *, agent: str | None, by: Caller) -> Ended:
    """Take results and errors of whoever holds the commands. A refusal is no exception: the history keeps it.

    A pending command is claimed by its outcome in the same moment, for agents that only read and answer.
    """
    name = agent or by.name
    rows = await queries.lock(session, [one.command_id for one in outcomes])
    upstream = [id for row in rows.values() if row["status"] == "pending" for id in row["depends_on"]]
    open_ = await queries.unfinished(session, upstream) if upstream else set()
    ended = Ended()
    written: dict[UUID, dict[str, Any]] = {}
    for index, one in enumerate(outcomes):
        row = rows.get(one.command_id)
        try:
            if one.command_id in written:
                raise AlreadyFinished("It was answered twice in one request.")
            if _look(row, one, open_, by):
                ended.status[index] = str(row["status"]) if row else ""
                continue
            if row is not None and one.error is None:
                agents.check_result(one.result, row["output_schema"])
        except Conflict as error:
            await _keep(session, row, one, error, name)
            ended.refused[index] = error
            continue
        except CommandMissing as error:
            ended.refused[index] = error
            continue
        except ResultUnfit as error:
            await _keep(session, row, one, error, name)
            ended.refused[index] = error
            continue
        assert row is not None
        written[one.command_id] = _written(row, one, name)
        ended.status[index] = written[one.command_id]["status"]
    await queries.write(session, list(written.values()))
    for holder in {row["owner"] for row in written.values()}:  # who held it is counted, whoever sent what came of it
        theirs = [(rows[id]["agent_type"], row) for id, row in written.items() if row["owner"] == holder]
        await agents.count(session, theirs, holder)
    await after(session, [{**rows[id], **row} for id, row in written.items() if row["status"] != "pending"])
    return ended


def _look(row: Mapping[str, Any] | None, one: Outcome, open_: set[UUID], by: Caller) -> bool:
    """Whether the same answer came before. Raises for everybody but the holder, or whoever is first at a pending one."""
    if row is None:
        raise CommandMissing(f"{one.command_id}")
    token = one.fencing_token
    if token is not None and str(token) not in row["tokens"]:
        raise TokenRefused(field="fencing_token")
    if token is not None and token == row["fencing_token"] and row["claimed_by"] != by.who and not by.may("admin"):
        raise TokenOfAnother(f"{spoken(row['claimed_by'] or '')} claimed it.", field="fencing_token")
    if one.error is not None and token is not None and str(token) in row["erred"]:
        return True  # whatever became of the command since
    if row["status"] in ("completed", "failed"):
        if token is not None and token == row["fencing_token"]:
            if row["status"] == "completed" and one.error is None and queries.as_stored(one.result) == row["answered"]:
                return True
            raise AlreadyFinished(f"It is {row['status']}, by another answer under the same token.")
        raise LeaseLost() if token is not None else AlreadyFinished(f"It is {_shown(row)}.")
    if token is not None:
        if token != row["fencing_token"] or not row["held"]:
            raise LeaseLost()
        return False
    if row["status"] == "processing":
        raise HeldByAnother(f"{row['lease_owner']} holds it.", field="fencing_token")
    waiting = sum(id in open_ for id in row["depends_on"])
    if waiting:
        raise StillWaiting(f"It waits for {waiting} other{'' if waiting == 1 else 's'}.")
    return False


def _written(row: Mapping[str, Any], one: Outcome, name: str) -> dict[str, Any]:
    """The row's new values. An error is retried three times, each pause longer than the one before."""
    at_once = row["status"] == "pending"  # claimed by this very answer
    values = {
        "id": one.command_id,
        "owner": name if at_once else row["lease_owner"],
        "attempts": row["attempts"] + at_once,
        "failures": row["failures"],
        "token": row["fencing_token"],
        "result": None,
        "error": None,
        "pause": None,
        "status": "completed",
        "event": {"what": "completed", "by": name},
    }
    if one.error is None:
        return {**values, "result": one.result}
    failures = row["failures"] + 1
    error = one.error if isinstance(one.error, dict) else {"detail": one.error}
    word = error.get("detail") or error.get("message") or error.get("code") or ""
    said = (word if isinstance(word, str) else to_json(word).decode())[:500]
    again = one.retry and failures <= RETRIES
    event = {"what": "error" if again else "failed", "by": name, "detail": said}
    if one.fencing_token is not None:
        event["token"] = str(one.fencing_token)  # so that the same error sent again is known
    return {
        **values,
        "status": "pending" if again else "failed",
        "error": error,
        "failures": failures,
        "token": None if again else row["fencing_token"],
        "pause": settings().command_retry_seconds * GROWTH ** (failures - 1) if again else None,
        "event": event,
    }


async def _keep(
    session: AsyncSession, row: Mapping[str, Any] | None, one: Outcome, error: CofounderError, name: str
) -> None:
    """A refused answer stays on record, a large one with its beginning; nobody can fill a history with them."""
    if row is None or row["events"] >= queries.EVENTS or row["bytes"] >= queries.HISTORY_BYTES:
        return
    late = isinstance(error, LeaseLost) or (isinstance(error, AlreadyFinished) and one.fencing_token is not None)
    sent = "error" if one.error is not None else "result"
    event: dict[str, Any] = {"what": "late" if late else "refused", "by": name, "detail": f"{sent}: {error.code()}"}
    if late:
        body = to_json(one.error if one.error is not None else one.result)
        if len(body) <= KEPT_BYTES:
            event[sent] = one.error if one.error is not None else one.result
        else:  # its beginning tells which it was
            event |= {f"{sent}_begins": body[:KEPT_BYTES].decode(errors="ignore"), f"{sent}_bytes": len(body)}
            event["detail"] += f" ({len(body):,} bytes, of which the beginning is kept)"
    await queries.note(session, one.command_id, event)


async def cancel(session: AsyncSession, id: UUID, *, by: str) -> None:
    """End it as failed, without a retry. Raises CommandMissing or AlreadyFinished."""
    row = (await queries.lock(session, [id])).get(id)
    if row is None:
        raise CommandMissing(f"{id}")
    if row["status"] in ("completed", "failed"):
        raise AlreadyFinished(f"It is {_shown(row)}.")
    values = {"id": id, "status": "failed", "result": None, "failures": row["failures"], "attempts": row["attempts"]}
    values |= {"error": {"code": "cancelled", "detail": f"Cancelled by {spoken(by)}."}, "owner": row["lease_owner"]}
    values |= {"token": None, "pause": None, "event": {"what": "cancelled", "by": by}}
    await queries.write(session, [values])
    await after(session, [{**row, **values}])


def _shown(row: Mapping[str, Any]) -> str:
    return queries.shown_status(row["status"], row["fencing_token"], row["ended"])


async def after(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """What follows when commands are over: their tasks look again, and whoever polls for what they held back."""
    live.changed(session, "commands")
    done = [row["id"] for row in rows if row["status"] == "completed"]
    if done:
        for name in await queries.freed_types(session, done):
            live.changed(session, "commands", name)
    for row in rows:
        if row["task_id"] is not None:
            try:
                await durable.wakeup(session, row["task_id"], key=f"{row['id']}:{row['attempts']}")
            except durable.UnknownWorkflow:
                continue  # its workflow was removed; the row says how it ended
            live.changed(session, "steps", row["task_id"])
