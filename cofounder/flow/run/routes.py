"""Look at a task, run it again from a step, see the tools."""

from uuid import UUID

from cofounder.business.records.service import TaskMissing
from cofounder.flow.plan.schemas import Tool
from cofounder.flow.request.schemas import Accepted
from cofounder.flow.run import rerun as again
from cofounder.flow.run import status as view
from cofounder.flow.run.rerun import NotRerunnable
from cofounder.flow.run.schemas import RerunIn, Status, TaskDetail
from cofounder.flow.run.service import StepMissing
from cofounder.kit.http import Page, Router, Session, documented
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


@router.post(
    "/api/tasks/{task_id}/rerun", status_code=202, responses=documented(TaskMissing, StepMissing, NotRerunnable)
)
async def rerun_task(task_id: UUID, body: RerunIn, session: Session, caller: Operator) -> Accepted:
    """Run again from a step, as a new task that takes over what the step needs."""
    new = await again.rerun(session, task_id, body.step, by=caller.who)
    return Accepted(
        task_id=new.id,
        status=new.status,
        status_url=f"/api/orchestrator/status/{new.id}",
        approval_url=f"/api/orchestrator/approval/{new.id}",
    )


@router.get("/api/orchestrator/tools/available", responses=documented())
async def list_tools(session: Session, caller: Viewer) -> Page[Tool]:
    """Every tool found over MCP, with its schemas, estimates and measured success."""
    found = await view.tools_available(session)
    return Page[Tool](items=found, next_cursor=None, total=len(found))
