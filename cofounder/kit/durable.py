"""Durable workflows: a thin port over DBOS Transact (open part only). Only this, `engine_links` and `wake` import dbos.

A workflow is an async function that interprets data and awaits steps and waits; after a crash it is run again and
finished steps answer from the record. Workflows run on the event loop that called `start`, so `kit.db` works in them
as anywhere. Inputs, step results and messages are JSON: what a step returns is what a replay sees.
Names of workflows and steps are durable history: never rename one.
"""

import asyncio
import functools
import json
import logging
import math
from collections.abc import Awaitable, Callable, Iterator, Sequence, Set
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, ParamSpec, cast

import dbos
from pydantic_core import to_jsonable_python
from sqlalchemy import URL, text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import clock, db, engine_links, wake
from cofounder.kit.errors import CofounderError
from cofounder.kit.log import logger

VERSION = "1"  # of the application, by hand: a waiting workflow is only taken up by the version that began it
QUEUE = "journeys"  # without a limit: a workflow that waits for a person holds no slot
POLL_SECONDS = 0.5  # between two looks for work that nobody told of; who enqueues tells
LET_GO_SECONDS = 2.0
FOREVER = 10 * 365 * 86_400.0

P = ParamSpec("P")
Call = Callable[P, Awaitable[Any]]


class _Engine:
    """Whether this process's engine is on its way down, what makes it look for work, and who listens for some."""

    stopping = False
    ring: ClassVar[Callable[[], None] | None] = None
    listener: ClassVar["asyncio.Task[None] | None"] = None


_running: set["asyncio.Task[Any]"] = set()
_stepping: set["asyncio.Task[Any]"] = set()  # those of them that are inside a step
_log = logging.getLogger("dbos")
log = logger(__name__)
_log.addHandler(logging.NullHandler())  # else the engine adds a console of its own


class UnknownWorkflow(CofounderError):
    """There is no workflow with this id."""

    status = 404


class StepFailed(CofounderError):
    """A step of the workflow failed for good.

    `error` is the name of what it raised, `problem` that error's problem where it was one of ours. It looks the same
    when the workflow is replayed, where the error's class is no longer known.
    """

    status = 500

    def __init__(self, detail: str, *, step: str, error: str, problem: dict[str, Any] | None = None) -> None:
        super().__init__(detail)
        self.step = step
        self.error = error
        self.cause = problem


@dataclass(frozen=True)
class State:
    """What the engine knows of a workflow. status: DELAYED, ENQUEUED, PENDING, SUCCESS, ERROR, CANCELLED."""

    id: str
    name: str
    status: str
    executor_id: str | None
    error: str | None
    created_at: datetime | None
    notes: dict[str, Any]  # what `annotate` kept


@dataclass(frozen=True)
class Progress:
    """How far a workflow is: finished steps, and whether it rests in a `wait`."""

    finished: int
    waiting: bool


def workflow(name: str) -> Callable[[Call[P]], Call[P]]:
    """Register an async function as the workflow `name`. Its arguments come as JSON."""

    def register(call: Call[P]) -> Call[P]:
        @functools.wraps(call)
        async def run(*args: P.args, **kwargs: P.kwargs) -> Any:
            if _Engine.stopping:
                raise asyncio.CancelledError  # let go before it began; another start takes it up
            task = asyncio.current_task()
            if task is not None:
                _running.add(task)
                task.add_done_callback(_running.discard)
            return to_jsonable_python(await call(*args, **kwargs))

        # No limit of recoveries here: `leases` counts takeovers, and a task may wait through any number of restarts.
        return dbos.DBOS.workflow(name=name, max_recovery_attempts=None)(run)

    return register


def step(
    name: str,
    *,
    attempts: int = 4,
    interval_seconds: float = 0.1,
    backoff_rate: float = 2.0,
    timeout_seconds: float | None = None,
    should_retry: Callable[[Exception], bool] | None = None,
) -> Callable[[Call[P]], Call[P]]:
    """Make an async function a durable step: at least once, its result recorded when it ends.

    Each attempt has `timeout_seconds`. Retried is everything but our own errors below 500, unless `should_retry` says
    otherwise. While the database is away a step waits for it, however long. Raises StepFailed.
    """
    again = should_retry or _may_pass

    def register(call: Call[P]) -> Call[P]:
        @functools.wraps(call)
        async def attempt(*args: P.args, **kwargs: P.kwargs) -> Any:
            async def once() -> Any:
                async with asyncio.timeout(timeout_seconds):
                    return to_jsonable_python(await call(*args, **kwargs))

            number = 1
            while True:
                try:
                    return await db.patiently(once)
                except Exception as error:
                    if db.is_out_of_reach(error):
                        continue  # no attempt: nothing is wrong with the step, however long the database is away
                    if number == attempts or not again(error):
                        if _may_pass(error):  # ours below 500 are answers; of these the log has the place
                            log.error("step failed", step=name, attempts=number, exc_info=error)
                        raise _portable(error) from error
                    await asyncio.sleep(interval_seconds * backoff_rate ** (number - 1))
                    number += 1

        recorded = dbos.DBOS.step(name=name)(attempt)

        @functools.wraps(call)
        async def run(*args: P.args, **kwargs: P.kwargs) -> Any:
            try:
                with _at_work():
                    return await recorded(*args, **kwargs)
            except dbos.PortableWorkflowError as error:
                problem = cast("dict[str, Any] | None", error.data)
                raise StepFailed(error.message, step=name, error=error.name, problem=problem) from error

        return run

    return register


@contextmanager
def _at_work() -> Iterator[None]:
    """Inside a step: a stop waits for its end. A stop that was asked for lets no other step begin here."""
    if _Engine.stopping:
        raise asyncio.CancelledError  # let go between two steps; another start takes it up
    task = asyncio.current_task()
    if task is not None:
        _stepping.add(task)
    try:
        yield
    finally:
        if task is not None:
            _stepping.discard(task)


def _may_pass(error: Exception) -> bool:
    return not (isinstance(error, CofounderError) and error.status < 500)


def _portable(error: Exception) -> dbos.PortableWorkflowError:
    problem = to_jsonable_python(error.problem(), fallback=str) if isinstance(error, CofounderError) else None
    name = error.error if isinstance(error, StepFailed) else type(error).__name__
    return dbos.PortableWorkflowError(str(error) or name, name, None, problem)


async def start(*, executor_id: str, queues: Sequence[str] = (QUEUE,)) -> None:
    """Run workflows in this process, on this loop, until `stop`. The database is kit.db's, already migrated.

    Unfinished workflows of the same executor id are taken up again at once.
    """
    _Engine.stopping = False
    place, client = engine_links.place(), engine_links.client()
    for name in queues:
        await client.register_queue_async(
            name, polling_interval_sec=POLL_SECONDS, on_conflict="always_update", application_name="cofounder"
        )
    engine = dbos.DBOS(
        config={
            "name": "cofounder",
            "system_database_url": place.render_as_string(hide_password=False),
            "system_database_engine": engine_links.pool(place),
            "dbos_system_schema": engine_links.schema(),
            "executor_id": executor_id,
            "application_version": VERSION,
            "serializer": dbos.DBOSPortableJSONSerializer(),
            "log_level": "WARNING",
            "run_migrations": False,
        }
    )
    dbos.DBOS.listen_queues(list(queues))
    try:
        dbos.DBOS.launch()  # on the loop's own thread: that is how the engine knows which loop is ours
    except Exception:
        dbos.DBOS.destroy()  # half an engine would be taken for a whole one at the next start
        raise
    wake.sharing(engine)
    _Engine.ring = wake.wakeable(engine)
    if _Engine.ring is not None:
        _Engine.listener = wake.listen(_Engine.ring)


async def stop(*, drain_seconds: float = 0.0) -> None:
    """Stop taking up work, let go of what runs (another start takes it up), and close our loop's connections.

    A step that is under way may come to its end for `drain_seconds`, and no other begins.
    """
    _log.setLevel(logging.CRITICAL)  # it complains of every task let go
    _Engine.stopping = True
    if _Engine.listener is not None:
        _Engine.listener.cancel()
        await asyncio.gather(_Engine.listener, return_exceptions=True)
    _Engine.ring = _Engine.listener = None
    # While the engine is whole: a workflow that met a half-closed engine would be put on record as failed.
    await _let_go(but=_stepping if drain_seconds else set())
    drain = math.ceil(drain_seconds) if _stepping else 0
    await asyncio.to_thread(dbos.DBOS.destroy, workflow_completion_timeout_sec=drain)
    await _let_go()
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(thread_name_prefix="cofounder"))  # theirs ended
    await engine_links.close_pools()
    await close()
    await db.dispose()
    _Engine.stopping = False  # stopped: whoever goes on without an engine, or with another one, is not on its way down


async def close() -> None:
    """Close the connections behind cancel, resume, status and the like, which any process may use without `start`."""
    await engine_links.close_clients()


async def _let_go(but: "Set[asyncio.Task[Any]]" = frozenset()) -> None:
    mine = [task for task in _running - but if task.get_loop() is asyncio.get_running_loop()]
    for task in mine:
        task.cancel()
    if mine:
        await asyncio.wait(mine, timeout=LET_GO_SECONDS)


def schema(ours: str | None = None) -> str:
    """The schema of the engine's tables that goes with ours, or with this process's."""
    return engine_links.schema(ours)


def migrate(url: URL, schema: str) -> None:
    """Bring the engine's own tables up to date, in a schema of this name. Blocks."""
    level = _log.level
    _log.setLevel(logging.WARNING)
    try:
        place = url.set(drivername="postgresql+psycopg")
        dbos.DBOS.migrate(place.render_as_string(hide_password=False), schema=schema)
    finally:
        _log.setLevel(level)


async def enqueue(
    session: AsyncSession,
    workflow_name: str,
    workflow_id: object,
    *args: Any,
    queue: str = QUEUE,
    delay_seconds: float | None = None,
    at: datetime | None = None,
) -> None:
    """Start a workflow with the session's transaction: rolled back with it. The same id again changes nothing.

    `at` (aware) or `delay_seconds`: not before that moment.
    """
    if delay_seconds is not None:
        at = clock.now() + timedelta(seconds=delay_seconds)
    names = [f"a{number}" for number in range(len(args))]
    listed = ", ".join(f"CAST(CAST(:{name} AS text) AS json)" for name in names)
    statement = text(
        f"SELECT {schema()}.enqueue_workflow(workflow_name => :name, queue_name => :queue, workflow_id => :id,"
        f" positional_args => ARRAY[{listed}]::json[], app_version => :version,"
        f" delay_until_epoch_ms => CAST(:at AS bigint), application_name => 'cofounder'), {wake.NOTIFY}"
    )
    values = dict(zip(names, map(_json, args), strict=True))
    moment = None if at is None else int(at.timestamp() * 1000)
    await session.execute(
        statement,
        {"name": workflow_name, "queue": queue, "id": str(workflow_id), "version": VERSION, "at": moment, **values},
    )


async def send(session: AsyncSession, workflow_id: object, topic: str, message: Any, *, key: str) -> None:
    """Send a message with the session's transaction. The same key again is the same message. Raises UnknownWorkflow."""
    statement = text(
        f"SELECT {schema()}.send_message(destination_id => w.workflow_uuid, topic => :topic, message_id => :key,"
        f" message => CAST(CAST(:message AS text) AS json)) FROM {schema()}.workflow_status AS w"
        " WHERE w.workflow_uuid = :id"
    )
    sent = await session.execute(
        statement, {"id": str(workflow_id), "topic": topic, "message": _json(message), "key": key}
    )
    if sent.first() is None:
        raise UnknownWorkflow(f"{workflow_id}")


async def wakeup(session: AsyncSession, workflow_id: object, *, key: str) -> None:
    """Tell a workflow that waits on the topic `work` to look again."""
    await send(session, workflow_id, "work", None, key=key)


async def wait(topic: str, timeout_seconds: float | None = None) -> Any:
    """In a workflow: the next message of the topic, or None once the time is over. Survives restarts."""
    return await dbos.DBOS.recv_async(topic, timeout_seconds=FOREVER if timeout_seconds is None else timeout_seconds)


async def sleep(seconds: float) -> None:
    """In a workflow: wait, through restarts."""
    await dbos.DBOS.sleep_async(seconds)


def workflow_id() -> str | None:
    """The id of the workflow that runs here."""
    return dbos.DBOS.workflow_id


async def cancel(workflow_id: object) -> None:
    """Let a workflow end before its next step. Raises UnknownWorkflow."""
    await _known(workflow_id)
    await engine_links.client().cancel_workflow_async(str(workflow_id))


async def resume(workflow_id: object) -> None:
    """Run a workflow on from its last finished step; whoever still runs it is fenced off. Raises UnknownWorkflow."""
    await _known(workflow_id)
    await engine_links.client().resume_workflow_async(str(workflow_id), queue_name=QUEUE)
    _look()


async def hand_on(workflow_ids: Sequence[str]) -> None:
    """Put workflows that this process has let go back into the queue, where any worker finds them at once."""
    if workflow_ids:
        await engine_links.client().resume_workflows_async(list(workflow_ids), queue_name=QUEUE)
        _look()


def stopping() -> bool:
    """Whether this process is on its way down: what is under way may end, nothing new should begin."""
    return _Engine.stopping


async def status(workflow_id: object) -> State | None:
    """What the engine knows of the workflow; None: nothing."""
    found = await engine_links.client().list_workflows_async(workflow_ids=[str(workflow_id)], load_input=False)
    return _state(found[0]) if found else None


async def given(workflow_id: object) -> list[Any]:
    """What a workflow was started with. Raises UnknownWorkflow."""
    found = await engine_links.client().list_workflows_async(workflow_ids=[str(workflow_id)], load_output=False)
    if not found or found[0].input is None:
        raise UnknownWorkflow(f"{workflow_id}")
    return list(found[0].input["args"])


async def progress(workflow_id: object) -> Progress:
    """Read from the steps on record. A wait records its deadline when it begins, and itself when it ends."""
    found = await engine_links.client().list_workflow_steps_async(str(workflow_id), load_output=False)
    ids = {one["function_id"] for one in found}
    last = max(found, key=lambda one: one["function_id"], default=None)
    waiting = last is not None and last["function_name"] == "DBOS.sleep" and last["function_id"] - 1 not in ids
    return Progress(len(found) - waiting, waiting)


async def annotate(workflow_id: object, notes: dict[str, Any]) -> None:
    """Keep a few words beside the workflow; they survive everything that it does."""
    await engine_links.client().update_workflow_attributes_async(str(workflow_id), notes, merge=True)


async def executors() -> set[str]:
    """Ids of all executors that began workflows and have not finished them, dead ones too."""
    found = await engine_links.client().list_workflows_async(status="PENDING", load_input=False, load_output=False)
    return {one.executor_id for one in found if one.executor_id}


async def list_pending(executor_id: str) -> list[str]:
    """Ids of the workflows that this executor began and has not finished, oldest first."""
    found = await engine_links.client().list_workflows_async(
        status="PENDING", executor_id=executor_id, load_input=False, load_output=False
    )
    return [one.workflow_id for one in found]


def _look() -> None:
    if _Engine.ring is not None:
        _Engine.ring()


async def _known(workflow_id: object) -> State:
    found = await status(workflow_id)
    if found is None:
        raise UnknownWorkflow(f"{workflow_id}")
    return found


def _state(found: dbos.WorkflowStatus) -> State:
    made = None if found.created_at is None else datetime.fromtimestamp(found.created_at / 1000, clock.now().tzinfo)
    error = None if found.error is None else str(found.error)
    notes = dict(found.attributes or {})
    return State(found.workflow_id, found.name, found.status, found.executor_id, error, made, notes)


def _json(value: Any) -> str:
    return json.dumps(to_jsonable_python(value))
