"""Start a task, answer its questions, stop it."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query

from cofounder.business.metrics import MetricInvalid
from cofounder.business.records import service as records
from cofounder.business.records.schemas import Source, TaskFilter
from cofounder.business.records.service import CursorInvalid, TaskMissing
from cofounder.channels import UnknownChannel
from cofounder.flow.request import service
from cofounder.flow.request.schemas import Accepted, ClarifyIn, ProcessIn, TaskOut
from cofounder.flow.request.service import (
    NothingRuns,
    NothingToClarify,
    TaskIsFinal,
    TimePassed,
    UnknownPersona,
    UnknownQuestion,
)
from cofounder.kit import cursors
from cofounder.kit.http import Page, Router, Session, documented
from cofounder.kit.once import IdempotencyKey, KeyReused
from cofounder.people import Operator, Viewer

router = Router(tags=["tasks"])
StatusWord = Literal[
    "queued",
    "running",
    "executing",
    "paused",
    "needs_clarification",
    "pending_approval",
    "approved",
    "publishing",
    "completed",
    "complete",
    "rejected",
    "failed",
    "cancelled",
    "expired",
]
MEANS = {"executing": "running", "complete": "completed"}  # words that scripts used before


@router.post(
    "/api/orchestrator/process",
    status_code=202,
    responses=documented(MetricInvalid, UnknownChannel, UnknownPersona, TimePassed, KeyReused),
)
async def process_request(
    body: ProcessIn, session: Session, caller: Operator, idempotency_key: IdempotencyKey = None
) -> Accepted:
    """Ask for something in plain language. The task is stored and its id answered at once.

    The same Idempotency-Key with the same body names the same task, for as long as the task is kept.
    """
    source: Source = "user_request" if caller.kind == "person" else "api"
    task = await service.submit(session, body, by=caller.who, source=source, idempotency_key=idempotency_key)
    return Accepted(
        task_id=task.id,
        status=task.status,
        status_url=f"/api/orchestrator/status/{task.id}",
        approval_url=f"/api/orchestrator/approval/{task.id}",
    )


@router.post(
    "/api/orchestrator/clarify/{task_id}", responses=documented(TaskMissing, NothingToClarify, UnknownQuestion)
)
async def clarify_task(task_id: UUID, body: ClarifyIn, session: Session, caller: Operator) -> TaskOut:
    """Answer what the task asked; it goes on with the answers."""
    return await service.as_listed(session, await service.clarify(session, task_id, body, by=caller.who))


@router.get("/api/tasks", responses=documented(CursorInvalid))
async def list_tasks(
    session: Session,
    caller: Viewer,
    status: Annotated[list[StatusWord] | None, Query(max_length=50)] = None,
    source: Source | None = None,
    search: Annotated[str | None, Query(max_length=200)] = None,
    sort: Literal["newest", "oldest"] = "newest",
    cursor: cursors.OfMomentAndId = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[TaskOut]:
    """Tasks, newest first or oldest first; a cursor goes on in the order it was given in."""
    wanted = TaskFilter(status=[MEANS.get(word, word) for word in status or ()] or None, source=source, text=search)
    found = await records.list_tasks(session, wanted, cursor=cursor, limit=limit, oldest=sort == "oldest")
    return Page[TaskOut](
        items=await service.listed(session, found.items), next_cursor=found.next_cursor, total=found.total
    )


@router.get("/api/orchestrator/history", responses=documented(CursorInvalid))
async def list_history(
    session: Session,
    caller: Viewer,
    cursor: cursors.OfMomentAndId = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> Page[TaskOut]:
    """The tasks that the product itself ran, newest first; imported history is left out."""
    found = await records.list_tasks(session, TaskFilter(is_legacy=False), cursor=cursor, limit=limit)
    return Page[TaskOut](
        items=await service.listed(session, found.items), next_cursor=found.next_cursor, total=found.total
    )


_CONTROL: dict[int | str, dict[str, Any]] = documented(TaskMissing, TaskIsFinal)


@router.post("/api/tasks/{task_id}/pause", responses=documented(TaskMissing, TaskIsFinal, NothingRuns))
async def pause_task(task_id: UUID, session: Session, caller: Operator) -> TaskOut:
    """Let running steps finish, start no more."""
    return await service.as_listed(session, await service.pause(session, task_id, by=caller.who))


@router.post("/api/tasks/{task_id}/resume", responses=_CONTROL)
async def resume_task(task_id: UUID, session: Session, caller: Operator) -> TaskOut:
    """Go on where the task paused."""
    return await service.as_listed(session, await service.resume(session, task_id, by=caller.who))


@router.post("/api/tasks/{task_id}/cancel", responses=_CONTROL)
async def cancel_task(task_id: UUID, session: Session, caller: Operator) -> TaskOut:
    """Stop the task for good."""
    return await service.as_listed(session, await service.cancel(session, task_id, by=caller.who))
