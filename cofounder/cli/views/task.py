"""A task, and lists of tasks."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cofounder.cli import words
from cofounder.cli.views.approval import assumed
from cofounder.cli.views.grid import table
from cofounder.cli.views.journey import Journey, head, standing
from cofounder.kit.clock import now

if TYPE_CHECKING:
    from cofounder.flow.request.schemas import TaskOut
    from cofounder.flow.run.schemas import DeliverableOut, Status, TaskDetail

_WIDE = 110
UNDECIDED = ("queued", "running", "paused", "needs_clarification", "pending_approval")


def listed(tasks: "Sequence[TaskOut]", *, width: int) -> Table:
    """One line a task; the whole id, cost and time where there is room, else the id's end, which is enough to name it."""
    wide = width >= _WIDE
    found = table("Task", "Status", "Request", *((">Score", ">Cost", ">Took", "Asked") if wide else ()), expand=True)
    for column in found.columns[:3]:
        column.no_wrap = True
    found.columns[2].ratio, found.columns[2].overflow = 1, "ellipsis"
    for task in tasks:
        more = (
            words.score(task.quality_score, 3),
            words.cost(task.cost),
            words.seconds(task.seconds),
            words.ago(task.created_at),
        )
        id = str(task.task_id) if wide else str(task.task_id).rpartition("-")[2]
        found.add_row(id, standing(task.status), Text(" ".join(task.request.split())), *(more if wide else ()))
    return found


def detail(task: "TaskDetail") -> Group:
    """Everything about one task that fits a screen or two."""
    parts: list[RenderableType] = [Text(task.request, style="italic"), head(task.status_now)]
    if task.status_now.reason:
        parts.append(Text(task.status_now.reason, style="quiet"))
    parts += [Text(""), Journey(task.status_now)]
    if task.publish_at is not None and task.publish_at > now() and task.status in UNDECIDED:
        at = task.publish_at.astimezone()
        parts.append(Text(f"\nApproved, it goes out {at:%Y-%m-%d %H:%M %Z}."))
    parts += taken(task)
    parts += ended(task.status_now)
    parts += deliverables(task.deliverables)
    return Group(*parts)


def taken(task: "TaskDetail") -> list[RenderableType]:
    """What was taken for granted about the request; nothing while questions are open."""
    if task.status_now.questions:
        return []
    return assumed([str(one.get("text")) for one in (task.intent_read or {}).get("assumptions", [])])


def ended(status: "Status") -> list[RenderableType]:
    """What a person must know about how it stands: questions, or what went wrong and what to do."""
    if status.questions:
        return [Text("\nIt asks", style="bold"), *questions(status.questions)]
    if status.error:
        detail = str(status.error.get("detail") or status.error.get("title") or "")
        hint = str(status.error.get("hint") or "")
        return [Text.assemble("\n", ("✗ ", "failed"), detail), *([Text(hint)] if hint else [])]
    return []


def questions(asked: Sequence[Mapping[str, Any]]) -> list[RenderableType]:
    """Each question with why it is asked and what may be answered."""
    found: list[RenderableType] = []
    for question in asked:
        found.append(
            Text.assemble(("◆ ", "you"), str(question.get("question", "")), (f"  ({question.get('field')})", "quiet"))
        )
        if question.get("why"):
            found.append(Text(f"  {question['why']}", style="quiet"))
        if question.get("options"):
            found.append(Text("  One of: " + ", ".join(map(str, question["options"]))))
    return found


def deliverables(found: "Sequence[DeliverableOut]") -> list[RenderableType]:
    """What the task produced that is no channel text."""
    parts: list[RenderableType] = []
    for one in found:
        parts += [Text(f"\n{one.title}", style="bold"), Text(one.content)]
        parts += [Text(f"· {note}", style="quiet") for note in one.notes]
    return parts
