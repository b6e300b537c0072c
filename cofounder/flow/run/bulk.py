"""One act on many tasks, with what became of each. A task that cannot be acted on stays as it is and says why."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, get_args
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.business.records.schemas import Source, TaskFilter
from cofounder.flow.request import service as requests
from cofounder.flow.request.phases import FINAL
from cofounder.flow.request.routes import MEANS, StatusWord
from cofounder.flow.request.schemas import TaskOut
from cofounder.kit import live
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.errors import CofounderError, Conflict, InputInvalid
from cofounder.kit.http import Body, ShortText, Whole
from cofounder.people import Caller, audit

MOST = 10_000
AT_ONCE = 100  # tasks a transaction: few commits, and no lock held for long

Action = Literal["resume", "pause", "cancel", "export", "delete"]


class SelectionUnclear(InputInvalid):
    """Name tasks, or a filter, and only one of the two."""

    hint = "Send task_ids, or filter (an empty one means every task)."


class SelectionChanged(Conflict):
    """The filter no longer finds as many tasks as were seen."""

    hint = "Look at the list again, then repeat with the number it shows."


class TooManyTasks(InputInvalid):
    """One call takes at most 10,000 tasks."""

    hint = "Narrow the filter and repeat."


class StillRuns(Conflict):
    """A task that has not ended cannot be deleted."""

    hint = "Cancel it first."


def _status(word: str) -> str:
    return _one_of(get_args(StatusWord), MEANS.get(word, word))


def _source(word: str) -> str:
    return _one_of(get_args(Source), word)


def _one_of(words: Sequence[str], word: str) -> str:
    """An unknown word would find nothing, and the answer would read as if all was done."""
    if word not in words:
        raise ValueError(f"Input should be one of {', '.join(words)}")
    return word


class BulkFilter(Body):
    """As the list's own filters."""

    status: list[Annotated[ShortText, AfterValidator(_status)]] | None = Field(
        default=None, max_length=50, examples=[["failed"]]
    )
    source: Annotated[ShortText, AfterValidator(_source)] | None = None
    search: ShortText | None = None


class BulkIn(Body):
    """What to do, and to which tasks: named by id, or all that a filter finds."""

    action: Action = Field(examples=["pause"])
    task_ids: list[UUID] | None = Field(default=None, min_length=1, max_length=MOST)
    filter: BulkFilter | None = None
    expected: Annotated[Whole, Field(ge=0)] | None = Field(
        default=None, description="How many tasks the person saw; refused when the filter finds another number."
    )


class BulkRow(BaseModel):
    task_id: UUID
    ok: bool
    status: str | None = None
    code: str | None = None
    detail: str | None = None


class BulkOut(BaseModel):
    """`results` in the order of the tasks; `tasks` is filled by an export."""

    action: Action
    succeeded: int
    failed: int
    results: list[BulkRow]
    tasks: list[TaskOut] = Field(default_factory=list)


async def act(body: BulkIn, *, by: Caller) -> BulkOut:
    """Do it to each, a hundred tasks a transaction; a task that refuses does not hold up the others.

    Raises SelectionUnclear, SelectionChanged, TooManyTasks; then nothing was done.
    """
    ids = await _chosen(body)
    rows: dict[UUID, BulkRow] = {}
    exported: dict[UUID, TaskOut] = {}
    in_turn = sorted(ids)  # whoever acts on the same tasks locks them in the same order: nobody waits in a circle
    for first in range(0, len(in_turn), AT_ONCE):
        async with transaction() as session:
            for id in in_turn[first : first + AT_ONCE]:
                rows[id] = await _one(session, body.action, id, by, exported)
    results = [rows[id] for id in ids]
    done = sum(row.ok for row in results)
    tasks = [exported[id] for id in ids if id in exported]
    return BulkOut(action=body.action, succeeded=done, failed=len(results) - done, results=results, tasks=tasks)


async def _chosen(body: BulkIn) -> Sequence[UUID]:
    if (body.task_ids is None) == (body.filter is None):
        raise SelectionUnclear(field="task_ids")
    if body.task_ids is not None:
        return list(dict.fromkeys(body.task_ids))
    given = body.filter or BulkFilter()
    wanted = TaskFilter(status=given.status, source=given.source, text=given.search)
    async with transaction(durable=False) as session:
        ids = await records.task_ids(session, wanted, MOST + 1)
    if len(ids) > MOST:
        raise TooManyTasks(field="filter")
    if body.expected is not None and body.expected != len(ids):
        raise SelectionChanged(f"{body.expected} were seen; now there are {len(ids)}.", field="expected")
    return ids


async def _one(session: AsyncSession, action: Action, id: UUID, by: Caller, exported: dict[UUID, TaskOut]) -> BulkRow:
    try:
        async with session.begin_nested():
            task = await _act(session, action, id, by)
            if action == "export":
                exported[id] = await requests.as_listed(session, task)
            return BulkRow(task_id=id, ok=True, status=task.status)
    except CofounderError as error:
        return BulkRow(task_id=id, ok=False, code=error.code(), detail=error.detail)


async def _act(session: AsyncSession, action: Action, id: UUID, by: Caller) -> Any:
    if action == "export":
        return await records.get_task(session, id)
    if action == "delete":
        return await _archive(session, id, by)
    verb = {"resume": requests.resume, "pause": requests.pause, "cancel": requests.cancel}[action]
    return await verb(session, id, by=by.who)


async def _archive(session: AsyncSession, id: UUID, by: Caller) -> records.TaskRow:
    """Out of every list; the row, what it published and what was learned from it stay. Twice changes nothing."""
    task = await records.get_task(session, id, lock=True)
    if task.status not in FINAL:
        raise StillRuns(f"The task is {task.status}, not over: cancel it first.")
    if task.archived_at is None:
        await records.update_task(session, id, archived_at=now())
        await audit(session, by.who, "task.archived", "task", str(id), {})
        live.changed(session, "tasks", id)
    return task
