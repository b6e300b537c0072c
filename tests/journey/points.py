"""Every point at which a worker may die, named the same in every life. Import it before the product.

It wraps the seams that the product's durability rests on: workflows, steps, waits, commits, a plan's nodes, model
calls, outside effects and what happens inside a sender. The product's own code runs unchanged between the points.
A point is a line in the trace, `name <tab> identity <tab> life`; the life that is told to die there goes no further.
"""

import functools
import itertools
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session

from cofounder.kit import db, durable

Call = Callable[..., Awaitable[Any]]


class Trace:
    """Where this life writes what it reached, and where it is to die."""

    descriptor: int | None = None
    dies_at: str | None = None  # at the point of this name
    spared: frozenset[str] | None = None  # or at the first point that is not one of these
    kinds: tuple[str, ...] = ()  # which must begin with one of these words
    counters: ClassVar[dict[str, "itertools.count[int]"]] = {}


class Place:
    """Which workflow, step or node runs here, and how many commits it has made."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.commits = 0
        self.calls: dict[str, int] = {}
        self.ran = False


_here: ContextVar[Place | None] = ContextVar("here", default=None)
_flow: ContextVar[Place | None] = ContextVar("flow", default=None)
_channels: dict[str, str] = {}  # publication -> channel
_nodes: dict[str, str] = {}  # a step's row -> its node
_examples: dict[str, str] = {}


def point(name: str, identity: str = "") -> None:
    """Note that this was reached; die here when this is the place to die."""
    if Trace.descriptor is None:
        return
    chosen = name == Trace.dies_at or (
        Trace.spared is not None and name.startswith(Trace.kinds) and name not in Trace.spared
    )
    os.write(Trace.descriptor, f"{name}\t{identity}\t{os.getpid()}\t{'died' if chosen else ''}\n".encode())
    if chosen:
        os.kill(os.getpid(), signal.SIGKILL)


# -- the engine: workflows, steps, waits --------------------------------------------------------------------------


def _workflow(name: str) -> Callable[[Call], Call]:
    real = _real_workflow(name)

    def register(call: Call) -> Call:
        @functools.wraps(call)
        async def run(*given: Any, **named: Any) -> Any:
            id = str(durable.workflow_id())
            if name == "publication":
                _channels[str(given[0])] = given[1]["channel"]
            flow = Place(_label(name, id, given))
            _flow.set(flow)
            made = await call(*given, **named)
            point(f"flow {flow.name} over", id)  # its end is not on record yet
            return made

        return real(run)

    return register


def _label(name: str, id: str, given: tuple[Any, ...]) -> str:
    if name == "publication":
        return f"publication.{_channels[str(given[0])]}"
    if name == "example":
        return _examples.setdefault(id, f"example.{len(_examples)}")
    return name


def _step(name: str, **said: Any) -> Callable[[Call], Call]:
    real = _real_step(name, **said)

    def register(call: Call) -> Call:
        @functools.wraps(call)
        async def body(*given: Any, **named: Any) -> Any:
            here = _here.get()
            assert here is not None
            here.ran = True
            point(f"step {here.name} begins", _identity(here))
            made = await call(*given, **named)
            point(f"step {here.name} ends", _identity(here))  # its result is not on record yet
            return made

        recorded = real(body)

        @functools.wraps(call)
        async def run(*given: Any, **named: Any) -> Any:
            flow = _flow.get() or Place("none")
            flow.calls[name] = flow.calls.get(name, 0) + 1
            here = Place(f"{flow.name}/{name}#{flow.calls[name]}")
            token = _here.set(here)
            try:
                return await recorded(*given, **named)
            finally:
                _here.reset(token)
                if here.ran:
                    point(f"step {here.name} recorded", _identity(here))

        return run

    return register


def _identity(here: Place) -> str:
    return f"{durable.workflow_id()} {here.name.partition('/')[2]}"


async def _wait(topic: str, timeout_seconds: float | None = None) -> Any:
    flow = _flow.get()
    name = flow.name if flow else "none"
    point(f"wait {name} {topic} begins")
    heard = await _real_wait(topic, timeout_seconds)
    point(f"wait {name} {topic} over")
    return heard


# -- the database: every commit that writes -----------------------------------------------------------------------


@asynccontextmanager
async def _transaction(*, durable: bool = True) -> AsyncIterator[AsyncSession]:
    here, name = _here.get(), ""
    nodes: list[str] = []
    ended: list[tuple[str, str]] = []
    async with _real_transaction(durable=durable) as session:
        yield session
        if here is not None and (session.info.get("wrote") or session.new or session.dirty):
            here.commits += 1
            name = f"commit {here.name} {here.commits}"
            point(f"{name} before")
        nodes, ended = session.info.get("nodes", []), session.info.get("phases", [])
    if name:
        point(f"{name} after")
    for task_id, phase in ended:
        point(f"phase {phase} recorded", f"{task_id} {phase}")
    for node in nodes:
        point(f"node {_nodes[node]} recorded", node)


@asynccontextmanager
async def _statement() -> AsyncIterator[AsyncSession]:
    here, name = _here.get(), ""
    if here is not None:
        here.commits += 1
        name = f"commit {here.name} {here.commits}"
        point(f"{name} before")
    async with _real_statement() as session:
        yield session
    if name:
        point(f"{name} after")
    for task_id, phase in session.info.get("phases", []):
        point(f"phase {phase} recorded", f"{task_id} {phase}")


@event.listens_for(Session, "do_orm_execute")
def _wrote(state: ORMExecuteState) -> None:
    if not state.is_select:
        state.session.info["wrote"] = True


@event.listens_for(Session, "after_flush")
def _flushed(session: Session, _: object) -> None:
    session.info["wrote"] = True


async def _execute(self: db._Session, statement: Any, params: Any = None, **named: Any) -> Any:
    """A kept statement goes past the ORM's events."""
    if not statement.is_select:
        self.info["wrote"] = True
    return await _real_execute(self, statement, params, **named)


_real_execute = db._Session.execute
db._Session.execute = _execute  # type: ignore[method-assign]
_real_workflow, _real_step, _real_wait = durable.workflow, durable.step, durable.wait
_real_transaction, _real_statement = db.transaction, db.statement
durable.workflow, durable.step, durable.wait = _workflow, _step, _wait
db.transaction, db.statement = _transaction, _statement


# -- the product: nodes, model calls, effects, senders ------------------------------------------------------------


def wrap_phases() -> None:
    """The nine phases, as the steps' modules declare them: before those are imported."""
    from cofounder.flow.request import phases, queries

    real_phase, real_mark = phases.phase, queries.mark_phase
    real_leave, real_enter = queries.leave_phase, queries.enter_phase

    def phase(name: str, **said: Any) -> Callable[[Call], Any]:
        def wrap(work: Call) -> Any:
            @functools.wraps(work)
            async def run(task_id: Any, *given: Any) -> Any:
                point(f"phase {name} begins", f"{task_id} {name}")
                made = await work(task_id, *given)
                point(f"phase {name} ends", f"{task_id} {name}")  # its row does not say so yet
                return made

            return real_phase(name, **said)(run)

        return wrap

    async def mark_phase(session: AsyncSession, task_id: Any, name: str, **values: Any) -> None:
        await real_mark(session, task_id, name, **values)
        over(session, task_id, name, values.get("state"))

    async def leave_phase(session: AsyncSession, task_id: Any, leaving: queries.Leaving) -> bool:
        left = await real_leave(session, task_id, leaving)
        if left:
            over(session, task_id, leaving.name, leaving.state)
        return left

    async def enter_phase(session: AsyncSession, task_id: Any, name: str, **said: Any) -> tuple[datetime | None, bool]:
        entered, left = await real_enter(session, task_id, name, **said)
        leaving: queries.Leaving | None = said.get("leaving")
        if left and leaving is not None:
            over(session, task_id, leaving.name, leaving.state)
        return entered, left

    def over(session: AsyncSession, task_id: Any, name: str, state: str | None) -> None:
        if state in ("done", "skipped"):
            session.info.setdefault("phases", []).append((str(task_id), name))

    phases.phase, queries.mark_phase = phase, mark_phase
    queries.leave_phase, queries.enter_phase = leave_phase, enter_phase


def wrap_the_product() -> None:
    """The seams that lie in modules which must be imported after those above were wrapped."""
    from cofounder.channels.senders import outbox
    from cofounder.channels.senders.email import Email
    from cofounder.flow.run import calling, queries
    from cofounder.kit import effects
    from cofounder.models import calls

    calling.run = _noded(calling.run)  # type: ignore[assignment]
    queries.finish = _finished(queries.finish)  # type: ignore[assignment]
    effects.perform = _performed(effects.perform)  # type: ignore[assignment]
    outbox._place = _placed(outbox._place)
    Email._data = _between(Email._data, "mail handed over")  # type: ignore[assignment, method-assign]
    calls.intend = _asked(calls.intend, "intent")  # type: ignore[assignment]
    calls.answer = _answered(calls.answer)  # type: ignore[assignment]
    calls.record = _asked(calls.record, "record")  # type: ignore[assignment]


def _noded(real: Call) -> Call:
    async def run(graph: Any, step: Any, *rest: Any) -> Any:
        row = str(graph.ids[step.id])
        _nodes[row] = step.id
        _here.set(Place(f"node.{step.id}"))
        point(f"node {step.id} begins", row)
        made = await real(graph, step, *rest)
        point(f"node {step.id} ends", row)  # its output is not on record yet
        return made

    return run


def _finished(real: Call) -> Call:
    async def finish(session: AsyncSession, ended: Any, **values: Any) -> Any:
        written = await real(session, ended, **values)
        session.info.setdefault("nodes", []).extend(str(one["id"]) for one in ended if UUID(one["id"]) in written)
        return written

    return finish


def _performed(real: Call) -> Call:
    async def perform(kind: str, key: str, request: Any, call: Call, **said: Any) -> Any:
        publication, _, recipient = key.removeprefix("publication:").partition("|")
        name = f"{_channels.get(publication, '')} {recipient.partition('@')[0]}".strip()

        async def called() -> Any:
            point(f"effect {name} begins", key)
            answer = await call()
            point(f"effect {name} ends", key)  # its outcome is not on record yet
            return answer

        made = await real(kind, key, request, called, **said)
        point(f"effect {name} recorded", key)
        return made

    return perform


def _placed(real: Callable[..., bool]) -> Callable[..., bool]:
    def place(path: Any, content: bytes) -> bool:
        what = f"file {path.suffix} of {path.name.split('-')[3]}"
        point(f"{what} begins")
        made = real(path, content)
        point(f"{what} lies there")
        return made

    return place


def _between(real: Call, words: str) -> Call:
    async def call(*given: Any, **named: Any) -> Any:
        number = next(Trace.counters.setdefault(words, itertools.count(1)))
        point(f"{words} {number} begins")
        made = await real(*given, **named)
        point(f"{words} {number} ends")
        return made

    return call


_scopes: dict[Any, tuple[str, str]] = {}


def _asked(real: Call, words: str) -> Call:
    async def write(call: Any, *rest: Any) -> Any:
        identity = f"{call.task_id} {call.scope} {call.number} {call.request_hash}"
        point(f"model {call.scope} {words} begins", identity)
        made = await real(call, *rest)
        if words == "intent" and made is not None:
            _scopes[made.row_id] = (call.scope, identity)
        point(f"model {call.scope} {'recorded' if words == 'record' else 'intended'}", identity)
        return made

    return write


def _answered(real: Call) -> Call:
    async def answer(intended: Any, *rest: Any) -> None:
        scope, identity = _scopes[intended.row_id]
        point(f"model {scope} answer begins", identity)
        await real(intended, *rest)
        point(f"model {scope} recorded", identity)

    return answer
