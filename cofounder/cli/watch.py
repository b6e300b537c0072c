"""Watching a task until it rests: live where a person looks, lines where nobody does, silence for a program."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

from cofounder.cli import out

if TYPE_CHECKING:
    from rich.console import Console

    from cofounder.flow.publish.schemas import PublicationOut
    from cofounder.flow.run.schemas import Status

EVERY_SECONDS = 0.12
_AT_REST = ("needs_clarification", "pending_approval", "paused")
_OVER = ("done", "skipped", "failed")
_SETTLED = ("published", "refused", "cancelled", "unknown")


@dataclass
class Seen:
    """A task as it was when watching ended."""

    status: "Status"
    publications: "list[PublicationOut]"


def rests(seen: Seen) -> bool:
    """Nothing more will happen by itself soon: it ended, waits for a person, or only for a time that was set."""
    status, states = seen.status.status, {phase.name: phase.state for phase in seen.status.phases}
    recorded = states.get("learning", "done") in _OVER
    if status in _AT_REST or _deferred(seen.status):
        return True
    if status in ("failed", "cancelled", "expired"):
        return True
    if status == "rejected":  # by policy nothing is learned; by a person the example still has to be written
        return recorded or states.get("formatting") == "waiting"
    if status == "completed":
        return recorded
    if status in ("approved", "publishing") and recorded and seen.publications:
        return all(
            one.state in _SETTLED or one.scheduled_at is not None or one.next_attempt_at is not None
            for one in seen.publications
        )
    return False


def _deferred(status: "Status") -> bool:
    return status.status == "queued" and status.outcome == "defer"


async def look(task_id: UUID) -> Seen:
    """The task now. Raises TaskMissing."""
    from cofounder.flow.publish import showing
    from cofounder.flow.run import status as view
    from cofounder.kit import db

    async with db.transaction() as session:
        return Seen(await view.status(session, task_id), await showing.publications(session, task_id))


async def follow(
    task_id: UUID, *, silent: bool = False, from_now: bool = False, console: "Console | None" = None
) -> Seen:
    """Show the task's way until it rests, and give how it stands then. `from_now`: what is past is not told again."""
    if silent:
        return await _until_rest(task_id, lambda seen, turn: None)
    console = console or out.screen()
    if console.is_terminal and not console.is_dumb_terminal:
        return await _live(task_id, console)
    from cofounder.cli.views.journey import Lines

    # Out of the console's hands: a log line is as long as it is.
    lines = Lines(lambda line: console.print(line, soft_wrap=True))
    if from_now:
        lines.skip((await look(task_id)).status)
    return await _until_rest(task_id, lambda seen, turn: lines.show(seen.status))


async def _live(task_id: UUID, console: "Console") -> Seen:
    from rich.live import Live

    from cofounder.cli.views.journey import Journey

    # A frame that is higher than the screen cannot be taken back, so frames fit and the whole comes at the end.
    room = max(console.height - 2, 11)
    first = await look(task_id)
    with Live(Journey(first.status, 0, room), console=console, auto_refresh=False, transient=True) as live:
        seen = await _until_rest(
            task_id, lambda seen, turn: live.update(Journey(seen.status, turn, room), refresh=True)
        )
    console.print(Journey(seen.status))
    return seen


async def _until_rest(task_id: UUID, show: Callable[[Seen, int], None]) -> Seen:
    turn = 0
    while True:
        seen = await look(task_id)
        show(seen, turn)
        if rests(seen):
            return seen
        turn += 1
        await asyncio.sleep(EVERY_SECONDS)
