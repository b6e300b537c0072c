"""The workflow that looks for patterns, and what one worker does for all: begin it when its time has come."""

import asyncio
import time
from uuid import UUID

from cofounder.flow.learn.patterns import service, settling
from cofounder.kit import durable
from cofounder.kit.db import transaction
from cofounder.kit.log import logger
from cofounder.settings import settings

_PAUSE_SECONDS = 60.0
_WAIT_SECONDS = 600.0
_STALLED_SECONDS = 30.0  # without one more example there is nothing to wait for
_looked_at: list[float] = []
log = logger(__name__)


@durable.workflow(service.WORKFLOW)
async def learning_run(run_id: str) -> None:
    """Look for patterns in what is known now. Raised again by another worker after a kill, it reads the same time."""
    try:
        await let_examples_be_made(run_id)
        await search(run_id)
    except Exception as error:
        log.exception("the search for patterns failed", run_id=run_id)
        await give_up(run_id, type(error).__name__, str(error))


@durable.step("learning_run.wait")
async def let_examples_be_made(run_id: str) -> None:
    """An import that is still making examples has its time to end: what it brings is to be learned from."""
    began = moved = time.monotonic()
    before = 0
    while not durable.stopping() and time.monotonic() < min(began + _WAIT_SECONDS, moved + _STALLED_SECONDS):
        async with transaction() as session:
            left = await service.unmade(session)
            if left != before:
                moved = time.monotonic()
                service.tell(session, UUID(run_id))
        if not left:
            return
        before = left
        await asyncio.sleep(1.0)


@durable.step("learning_run.search", attempts=2)
async def search(run_id: str) -> None:
    id = UUID(run_id)
    async with transaction() as session:
        read = await settling.read_input(session, id)
    if read is None:
        return
    given, same = read
    if same:
        async with transaction() as session:
            await settling.unchanged(session, id, given)
        return
    found, tested = await settling.look(given)  # outside of any transaction: it may take a while
    async with transaction() as session:
        await settling.settle(session, id, given, found, tested)


@durable.step("learning_run.give_up")
async def give_up(run_id: str, code: str, detail: str) -> None:
    problem = {"code": code, "title": "The search for patterns failed.", "detail": detail[:500]}
    async with transaction() as session:
        await settling.fail(session, UUID(run_id), problem)


async def set_aside(workflow_id: str) -> None:
    """End the run of a workflow that killed its worker again and again; other workflows are none of ours."""
    kind, _, id = workflow_id.partition(":")
    if kind == "learning":
        await give_up(id, "killed_its_workers", "Five workers in a row died while they looked for patterns.")


async def look() -> None:
    """A chore for `leases.held`: may be called at every beat. Begins the search whose time has come."""
    every = settings().learning_hours
    if not _looked_at:
        _looked_at.append(time.monotonic())  # a worker that has just begun has other things to do first
    if every <= 0 or time.monotonic() - _looked_at[0] < _PAUSE_SECONDS:
        return
    _looked_at[:] = [time.monotonic()]
    try:
        async with transaction() as session:
            await service.begin_due(session, every_hours=every)
    except Exception as error:  # the database may be away for a while; the next look tries again
        log.warning("no search for patterns was begun", error=f"{type(error).__name__}: {error}")
