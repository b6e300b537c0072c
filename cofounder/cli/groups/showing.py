"""A task as it stands, for a person or a program, and the exit code that says how it rests."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

from cofounder.cli import out

if TYPE_CHECKING:
    from cofounder.cli.watch import Seen

_BADLY = ("failed", "rejected", "cancelled", "expired")


def code(seen: "Seen") -> int:
    """The exit code for how a task rests."""
    if seen.status.status in _BADLY:
        return out.ENDED_BADLY
    if seen.status.status == "needs_clarification":
        return out.NEEDS_ANSWER
    return 0


async def emit(task_id: UUID) -> None:
    """Print a task with its publications as JSON."""
    from cofounder.flow.publish import showing
    from cofounder.flow.run import status as view
    from cofounder.kit import db

    async with db.transaction() as session:
        found = await view.detail(session, task_id)
        publications = await showing.publications(session, task_id)
    out.emit({**found.model_dump(mode="json"), "publications": [one.model_dump(mode="json") for one in publications]})


async def show(task_id: UUID, *, journey: bool = True) -> None:
    """Print a task: all of it, or only what came of it."""
    from cofounder.cli.views import publications as publication_views
    from cofounder.cli.views import task as views
    from cofounder.flow.publish import showing
    from cofounder.flow.run import status as view
    from cofounder.kit import db

    async with db.transaction() as session:
        found = await view.detail(session, task_id)
        publications = await showing.publications(session, task_id)
    screen = out.screen()
    if journey:
        screen.print(views.detail(found))
        if publications:
            screen.print("\nPublications", style="bold")
    else:
        for part in [*views.taken(found), *views.ended(found.status_now), *views.deliverables(found.deliverables)]:
            screen.print(part)
    for line in publication_views.published(publications):
        screen.print(line, soft_wrap=True)
    _next(found.status, task_id, screen, found.status_now.questions)


def _next(status: str, task_id: UUID, screen: Any, questions: list[dict[str, Any]]) -> None:
    """What a person can do now, if anything."""
    first = questions[0] if questions else {}
    example = f"{first.get('field', 'FIELD')}={(first.get('options') or ['ANSWER'])[0]}"
    follows = {
        "needs_clarification": f'Answer it: cofounder task {task_id} --clarify "{example}"',
        "pending_approval": f"Decide: cofounder approve {task_id}",
        "paused": f"Go on: cofounder task {task_id} --resume",
    }
    if status in follows:
        screen.print(f"\n{follows[status]}", soft_wrap=True)
