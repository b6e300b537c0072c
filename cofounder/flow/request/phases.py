"""The nine phases: durable, timed, pausable. A phase is a coroutine function of the task's id; its row says how far it is.

A killed process loses nothing that a phase wrote. What a phase would do again anyway does not wait for the disk: after a
power cut the last moments are done again, by the record of paid calls and of what went out, which waits for it. The round
of approval waits too, and with it everything before it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.flow.request import queries
from cofounder.kit import durable, live
from cofounder.kit.clock import now
from cofounder.kit.db import reading, statement, transaction
from cofounder.kit.errors import CofounderError
from cofounder.kit.recall import recalling
from cofounder.kit.turns import Turns
from cofounder.settings import settings

PHASES = (
    "planning",
    "tool_discovery",
    "delegation",
    "execution",
    "quality_check",
    "refinement",
    "formatting",
    "approval",
    "learning",
)
RESTING = ("needs_clarification", "pending_approval", "paused", "approved", "publishing")
FINAL = ("completed", "rejected", "failed", "cancelled", "expired")
Result = dict[str, Any]
Work = Callable[..., Awaitable[Result]]  # (task id, what the journey hands on)
_turns = Turns(lambda: settings().parallel_tasks)


class Ended(Exception):
    """The task has come to its end before its last phase."""


class TakenOver(Exception):
    """This worker was taken for dead, and another one carries the task: nothing more may be written here."""


def done(**data: Any) -> Result:
    return {"state": "done", **data}


def skipped(note: str) -> Result:
    return {"state": "skipped", "note": note}


def waiting(*, note: str, topic: str = "work", seconds: float | None = None, rests: bool = False) -> Result:
    """The phase cannot go on before a message on `topic`, or before `seconds` have passed.

    `rests`: nothing of the task is worked on here meanwhile, so that its time does not count as work.
    """
    return {"state": "waiting", "note": note, "topic": topic, "seconds": seconds, "rests": rests}


def opened(**data: Any) -> Result:
    """The phase asked a person; `close` ends it."""
    return {"state": "open", **data}


def ended(note: str) -> Result:
    return {"state": "ended", "note": note}


@dataclass(frozen=True)
class Phase:
    """One of the nine: its work, and whether it runs whatever the task's status says and leaves that alone."""

    name: str
    work: Work
    whatever: bool


def phase(name: str, *, whatever: bool = False) -> Callable[[Work], Phase]:
    """Make `work` a phase of the journey; `together` runs it."""
    return lambda work: Phase(name, work, whatever)


@dataclass(frozen=True)
class Onward:
    """The phases that a step goes on with at once, unless a person has to be asked before, and what goes to their last."""

    phases: Sequence[Phase]
    given: tuple[Any, ...]
    unless: Callable[[Result], bool]


def together(name: str, *phases: Phase, onward: Onward | None = None) -> Callable[..., Awaitable[Result]]:
    """Run phases, one after the other, as one durable step; the last one's result is the step's.

    What a restart finds done in the phases' own rows is not run again. When a phase says `waiting` the journey sleeps
    without a worker's slot and goes on with that phase at the next message. What the journey hands on goes to the last.
    Where the step went `onward`, what came of that is `asked` in its result; it is not there when those phases have
    to be run, or run again, as a step of their own. Raises Ended when the task is over.
    """

    @durable.step(name, should_retry=_transient)
    async def once(task_id: str, *given: Any) -> Result:
        async with _turns.of():
            if durable.stopping():
                raise asyncio.CancelledError  # its turn came too late; another start takes it up
            with recalling():
                return await _in_turn(phases, UUID(task_id), given, onward)

    async def run(task_id: str, *given: Any) -> Result:
        while True:
            result: Result = await once(task_id, *given)
            asked = result.get("asked", result)
            if asked["state"] == "ended":
                raise Ended(asked.get("note", ""))
            if asked["state"] != "waiting":
                return result
            await durable.wait(asked["topic"], timeout_seconds=asked["seconds"])
            if asked is not result:
                return {key: value for key, value in result.items() if key != "asked"}

    return run


async def _in_turn(
    phases: Sequence[Phase], task_id: UUID, given: tuple[Any, ...], onward: Onward | None = None
) -> Result:
    return await _Turn(task_id, phases, onward).run(given)


class _Turn:
    """One run of a step: its phases in turn, each entered by the statement that leaves the one before it."""

    def __init__(self, task_id: UUID, phases: Sequence[Phase], onward: Onward | None) -> None:
        self.task_id, self.phases, self.onward = task_id, phases, onward
        self.last: Left | None = None
        self.over: set[str] = set()
        self.begun: set[str] = set()

    async def run(self, given: tuple[Any, ...]) -> Result:
        try:
            if len(self.phases) > 1:
                await self._look()
            if self.onward is not None and self.onward.phases[0].name in self.begun:
                return {**done(), "asked": await self._through(self.onward.phases, self.onward.given)}
            result = await self._through(self.phases, given, leave=self.onward is None)
            if self.onward is None:
                return result
            if result["state"] != "done" or self.onward.unless(result):
                await self._leave()
                return result
            return {**result, "asked": await self._through(self.onward.phases, self.onward.given)}
        except TakenOver:
            return _TAKEN_OVER

    async def _look(self) -> None:
        """What a run before this one got done, and what it began."""
        async with reading() as session:
            rows = await queries.phases(session, self.task_id)
        self.over = {row.name for row in rows if row.state in ("done", "skipped")}
        self.begun = {row.name for row in rows if row.started_at is not None}

    async def _through(self, phases: Sequence[Phase], given: tuple[Any, ...], *, leave: bool = True) -> Result:
        """Run them up to the one that waits or ends the task, the last one in any case. Raises TakenOver."""
        result: Result | None = None
        for one in phases:
            if one is not phases[-1]:
                if one.name in self.over:
                    continue
                if durable.stopping() and self.last is not None:
                    await self._leave()
                    raise asyncio.CancelledError  # another start goes on with the phase that comes now
            entry = await _next(self.task_id, self.last, one)
            self.last = None
            if not isinstance(entry, Entry):
                return entry
            _entry.set(entry)
            result = await (one.work(self.task_id, *given) if one is phases[-1] else one.work(self.task_id))
            self.last = Left(entry, result)
            if result["state"] in ("waiting", "ended"):
                break
        assert result is not None, "the last phase is always run"
        if leave:
            await self._leave()
        return result

    async def _leave(self) -> None:
        """Raises TakenOver."""
        if self.last is not None:
            await _leave(self.last)
            self.last = None


async def at_work(workflow_id: str, since: datetime) -> bool:
    """Whether a task was worked on since then, not only waiting for its turn; true of what is no task's journey."""
    try:
        id = UUID(workflow_id)
    except ValueError:
        return True
    async with transaction(durable=False) as session:
        if await records.find_by_id(session, id) is None:
            return True
        return await queries.at_work(session, id, since)


def _transient(error: BaseException) -> bool:
    """Only what may be different next time is tried again: a lost connection, not a wrong input."""
    return not isinstance(error, CofounderError)


@dataclass(frozen=True)
class Entry:
    """One entering of a phase. Whoever takes the task over enters anew, and that fences this one off."""

    task_id: UUID
    name: str
    at: datetime


@dataclass(frozen=True)
class Left:
    """A phase that came to an end, and with what; its row is still to be written."""

    entry: Entry
    result: Result


_entry: ContextVar[Entry | None] = ContextVar("entry", default=None)
# The engine takes no result of a worker that lost a task; should it ever, the journey looks again in a moment.
_TAKEN_OVER = waiting(note="Another worker carries this task.", seconds=1.0)


async def ours(session: AsyncSession, task_id: UUID) -> records.TaskRow:
    """The task, locked, for a phase that is about to write what it made. Raises TakenOver where another carries it."""
    task = await records.get_task(session, task_id, lock=True)
    entry = _entry.get()
    if entry is None or entry.task_id != task_id or await queries.is_in(session, task_id, entry.name, entry.at):
        return task
    raise TakenOver


async def _next(task_id: UUID, last: Left | None, one: Phase) -> Entry | Result:
    """Write how the last phase ended and mark the next as running, or say why it may not run now. Raises TakenOver."""
    async with statement() as session:
        live.changed(session, "tasks", task_id)
        at, left = await queries.enter_phase(
            session, task_id, one.name, whatever=one.whatever, at=now(), leaving=_leaving(last) if last else None
        )
    if not left:
        raise TakenOver
    if at is not None:
        return Entry(task_id, one.name, at)
    return await _stands_still(task_id)


async def _stands_still(task_id: UUID) -> Result:
    """Why a phase of a task may not begin now."""
    async with transaction(durable=False) as session:
        live.changed(session, "tasks", task_id)
        task = await records.get_task(session, task_id, lock=True)
        if task.status in FINAL:
            return ended(f"The task is {task.status}.")
        if not task.is_paused:
            return _TAKEN_OVER
        await records.change(session, task, status="paused")
        return waiting(note="Paused by a person.")


async def _leave(left: Left) -> None:
    """Raises TakenOver."""
    async with statement() as session:
        if not await queries.leave_phase(session, left.entry.task_id, _leaving(left)):
            raise TakenOver
        live.changed(session, "tasks", left.entry.task_id)


def _leaving(left: Left) -> queries.Leaving:
    entry, result = left.entry, left.result
    state = str({"open": "waiting", "ended": "done"}.get(result["state"], result["state"]))
    return queries.Leaving(
        entry.name,
        entry.at,
        state,
        note=result.get("note"),
        finished_at=None if state == "waiting" and not result.get("rests") else now(),
    )


def held(task: records.TaskRow) -> Result | None:
    """Why a task, whose row is locked, goes no further: it ended or was paused while a phase was at work. Else None.

    What a person said meanwhile stands: whoever is about to change a task's status asks this first.
    """
    if task.status in FINAL:
        return ended(f"The task is {task.status}.")
    return waiting(note="Paused by a person.") if task.is_paused else None


async def again(session: AsyncSession, task_id: UUID, *names: str) -> None:
    """Let phases that are done run once more: a person asked for changes."""
    for name in names:
        await queries.mark_phase(session, task_id, name, state="waiting", note=None)


async def close(session: AsyncSession, task_id: UUID, name: str, *, note: str) -> None:
    """End a phase that was `opened`."""
    await queries.mark_phase(session, task_id, name, state="done", note=note, finished_at=now())
    live.changed(session, "tasks", task_id)


async def say(session: AsyncSession, task_id: UUID, name: str, note: str) -> None:
    """Put a note on a phase for whoever looks at the task; the phase goes on as it was."""
    await queries.mark_phase(session, task_id, name, note=note)
    live.changed(session, "tasks", task_id)


@durable.step("task.fail")
async def fail(task_id: str, error: dict[str, Any]) -> None:
    """End the task as failed, with what went wrong and what to do. A step of its journey."""
    await fail_now(task_id, error)


async def fail_now(task_id: str, error: dict[str, Any]) -> None:
    """The same from outside the journey; a workflow that is no task's journey is left alone."""
    try:
        id = UUID(task_id)
    except ValueError:
        return
    async with transaction() as session:
        task = await records.find_by_id(session, id, lock=True)
        if task is None:
            return
        if task.status not in FINAL:
            await fail_here(session, task, error)


async def fail_here(session: AsyncSession, task: records.TaskRow, error: dict[str, Any]) -> None:
    """End a task, whose row this transaction holds locked, as failed."""
    await records.change(session, task, status="failed", error=error, completed_at=now())
    await queries.settle_phases(session, task.id, detail=str(error.get("detail", "")))
    live.changed(session, "tasks", task.id)


def as_problem(error: BaseException) -> dict[str, Any]:
    """What to tell a person about an error: a problem document, without inner details of an unexpected one."""
    if isinstance(error, durable.StepFailed) and error.cause is not None:
        return error.cause
    if isinstance(error, CofounderError) and not isinstance(error, durable.StepFailed):
        return error.problem()
    return {
        "code": "internal_error",
        "title": "Something in the product itself went wrong.",
        "detail": f"{getattr(error, 'error', type(error).__name__)} in the journey. The log has the whole story.",
        "hint": "Run it again with: cofounder task ID --rerun STEP. If it stays, please report it.",
        "errors": [],
    }
