"""Look at a task, run it again from a step, see the tools."""

from typing import Annotated
from uuid import UUID

from fastapi import Query

from cofounder.business.records.service import CursorInvalid, TaskMissing
from cofounder.flow.plan.schemas import Tool
from cofounder.flow.request.schemas import Accepted
from cofounder.flow.run import bulk as many
from cofounder.flow.run import rerun as again
from cofounder.flow.run import status as view
from cofounder.flow.run.bulk import BulkIn, BulkOut, SelectionChanged, SelectionUnclear, TooManyTasks
from cofounder.flow.run.rerun import NotRerunnable, ToolUnfit
from cofounder.flow.run.schemas import AskedOut, RerunIn, Status, TaskDetail
from cofounder.flow.run.service import StepMissing
from cofounder.kit.http import Page, Router, Session, documented
from cofounder.kit.once import KeyReused, Once
from cofounder.people import Operator, Viewer

router = Router(tags=["tasks"])


@router.get("/api/orchestrator/status/{task_id}", responses=documented(TaskMissing))
async def task_status(task_id: UUID, session: Session, caller: Viewer) -> Status:
    """Phase, progress, step states, cost and seconds of a task."""
    return await view.status(session, task_id)


@router.get("/api/tasks/{task_id}", responses=documented(TaskMissing))
async def get_task(task_id: UUID, session: Session, caller: Viewer) -> TaskDetail:
    """A task with its plan, the input and output of each step, and what it produced."""
    return await view.detail(session, task_id)


@router.get("/api/tasks/{task_id}/calls", responses=documented(TaskMissing))
async def get_task_calls(task_id: UUID, session: Session, caller: Viewer) -> list[AskedOut]:
    """Every call of a model for a task, in order: which was asked and why, what it took, what it cost."""
    return await view.calls(session, task_id)


@router.post(
    "/api/tasks/{task_id}/rerun",
    status_code=202,
    responses=documented(TaskMissing, StepMissing, NotRerunnable, ToolUnfit, KeyReused),
)
async def rerun_task(task_id: UUID, body: RerunIn, session: Session, caller: Operator, once: Once) -> Accepted:
    """Run again from a step, as a new task that takes over what the step needs.

    With an Idempotency-Key a repeat of the same body, within seven days, names the same new task.
    """

    async def begin() -> Accepted:
        new = await again.rerun(session, task_id, body.step, by=caller.who)
        return Accepted(
            task_id=new.id,
            status=new.status,
            status_url=f"/api/orchestrator/status/{new.id}",
            approval_url=f"/api/orchestrator/approval/{new.id}",
        )

    return await once.answer(session, caller.who, body, begin, Accepted)


@router.post("/api/tasks/bulk", responses=documented(SelectionUnclear, SelectionChanged, TooManyTasks))
async def bulk(body: BulkIn, caller: Operator) -> BulkOut:
    """Resume, pause, cancel, export or delete many tasks; each answers for itself.

    Deleted tasks leave the lists; what they published stays published, and nothing that was learned is lost.
    """
    return await many.act(body, by=caller)


@router.get("/api/orchestrator/tools/available", responses=documented(CursorInvalid))
async def list_tools(
    session: Session,
    caller: Viewer,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 200,
) -> Page[Tool]:
    """Every tool found over MCP by its id, with its schemas, estimates and measured success."""
    found = sorted(await view.tools_available(session), key=lambda tool: tool.tool_id)
    ids = [tool.tool_id for tool in found]
    if cursor is not None and cursor not in ids:
        raise CursorInvalid(field="cursor")
    first = ids.index(cursor) + 1 if cursor is not None else 0
    items = found[first : first + limit]
    more = first + limit < len(found)
    return Page[Tool](items=items, next_cursor=items[-1].tool_id if more else None, total=len(found))
