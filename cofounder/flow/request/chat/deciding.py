"""What is open where somebody decides in words: it is named and shown, and decided by who has read the exact text."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.business.records.schemas import TaskFilter
from cofounder.flow.request.chat import service
from cofounder.people.roles import Caller

_ASKS, _WAITS = "needs_clarification", "pending_approval"
_AT_WORK = ("queued", "running", "paused")
_OUT = ("approved", "publishing")
_NAMED = 5  # open decisions that are listed
DECIDED_BY = "I publish nothing, and a word here decides nothing: that takes a person who has read the exact text"


@dataclass(frozen=True)
class Open:
    """What is said, and the one task whose card belongs under it."""

    text: str
    task_id: UUID | None = None


async def find(session: AsyncSession, before: Sequence[service.MessageRow], caller: Caller) -> Open:
    """Which decision is open: of the tasks that began in this conversation, else of all."""
    begun = list(dict.fromkeys(row.task_id for row in reversed(before) if row.task_id is not None))
    here = [row for id in begun[:20] if (row := await records.find_by_id(session, id)) is not None]
    waiting = [row for row in here if row.status in (_ASKS, _WAITS)]
    if not waiting:
        if here and here[0].status in (*_AT_WORK, *_OUT):
            return Open(_going(here[0]), here[0].id)
        page = await records.list_tasks(session, TaskFilter(status=[_ASKS, _WAITS]), limit=_NAMED, oldest=True)
        waiting, total = list(page.items), page.total
    else:
        total = len(waiting)
    if not waiting:
        return Open(
            "Nothing waits for a decision. I publish nothing: a person decides. Say what should be written, or ask about figures and posts; a text that is "
            "written then waits under Approvals until a person has read it."
        )
    if total == 1:
        return Open(_one(waiting[0], caller), waiting[0].id)
    lines = "\n".join(
        f"- {_named(row)}: {'asks a question' if row.status == _ASKS else 'a text to approve'}"
        for row in waiting[:_NAMED]
    )
    more = f"\n\n{total - _NAMED} more wait." if total > _NAMED else ""
    return Open(
        f"{total} decisions are open:\n\n{lines}{more}\n\n{DECIDED_BY}, on the page Approvals or with `cofounder approve`."
    )


def _one(row: records.TaskRow, caller: Caller) -> str:
    if row.status == _ASKS:
        asked = str((row.questions or [{}])[0].get("question", ""))
        return f"{_named(row)} asks before it goes on: {asked} Answer it below, on the task itself: from here no word reaches it."
    who = "" if caller.may("approver") else " Your role lets you read it; an approver decides."
    return f"One decision is open: {_named(row)} waits for approval. {DECIDED_BY}: it is read and decided below, on the page Approvals or with `cofounder approve`.{who}"


def _going(row: records.TaskRow) -> str:
    if row.status in _OUT:
        return f"{_named(row)} is approved already; nothing of it waits for a decision."
    return f"{_named(row)} has nothing to decide yet: it is being worked on, and asks when its text is there."


def _named(row: records.TaskRow) -> str:
    words = " ".join((row.topic or row.request).split())
    return (
        f"“{words if len(words) <= 80 else words[:79] + '…'}”".replace("*", "\\*")
        .replace("`", "\\`")
        .replace("[", "\\[")
    )
