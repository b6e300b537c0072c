"""tasks: what was asked for, newest first; one act on all that the filters find."""

from typing import Annotated

import typer

from cofounder.cli import home, out
from cofounder.cli.groups import bulk
from cofounder.cli.options import Json, Yes
from cofounder.kit.errors import InputInvalid

# What a task can be, in the order of its way.
STATUSES = (
    "queued",
    "running",
    "needs_clarification",
    "pending_approval",
    "approved",
    "publishing",
    "completed",
    "paused",
    "rejected",
    "cancelled",
    "expired",
    "failed",
)


def register(app: typer.Typer) -> None:
    app.command("tasks")(list_tasks)


def list_tasks(
    status: Annotated[list[str] | None, typer.Option(help="Only tasks with this status; repeat for more.")] = None,
    search: Annotated[
        str | None, typer.Option(help="Only tasks whose request, title or topic has these words.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, max=200, help="How many, newest first; else 20.")] = None,
    legacy: Annotated[
        bool, typer.Option("--legacy", help="Imported and sample history too, which is left out else.")
    ] = False,
    cursor: Annotated[str | None, typer.Option(help="Where an earlier list ended (next_cursor).")] = None,
    pause: Annotated[bool, typer.Option("--pause", help="Pause all that the filters find; asks first.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Resume all that the filters find; asks first.")] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="Stop all of them for good; asks first.")] = False,
    delete: Annotated[
        bool, typer.Option("--delete", help="Take those that ended out of every list; asks first.")
    ] = False,
    export: Annotated[bool, typer.Option("--export", help="Print all that the filters find as JSON.")] = False,
    yes: Yes = False,
    json: Json = False,
) -> int:
    """List tasks, newest first, or do one thing to all that the filters find.

    Example: cofounder tasks --status pending_approval
    """
    action = bulk.chosen(pause=pause, resume=resume, cancel=cancel, delete=delete, export=export)
    if action is None:
        return home.run(_list(_statuses(status), search, limit or 20, legacy, cursor, json))
    if limit is not None or cursor is not None:
        raise bulk.OneActAtATime(
            f"--{action} takes all that the filters find.", field="options", hint="Leave --limit and --cursor out."
        )
    from cofounder.business.records.schemas import TaskFilter

    wanted = TaskFilter(status=_statuses(status), text=search, is_legacy=None if legacy else False)
    return home.run(bulk.act(action, wanted, yes=yes, json=json))


async def _list(
    status: list[str] | None, search: str | None, limit: int, legacy: bool, cursor: str | None, json: bool
) -> int:
    from cofounder.business.records import service as records
    from cofounder.business.records.schemas import TaskFilter
    from cofounder.cli.views import task as views
    from cofounder.flow.request import service as requests
    from cofounder.kit import db

    async with home.opened(), db.transaction() as session:
        wanted = TaskFilter(status=status, text=search, is_legacy=None if legacy else False)
        found = await records.list_tasks(session, wanted, cursor=cursor, limit=limit)
        listed = await requests.listed(session, found.items)
        earlier = TaskFilter(status=status, text=search, is_legacy=True)
        left_out = 0 if legacy or json or cursor else await records.count_tasks(session, earlier)
    if json:
        out.emit(
            {
                "items": [one.model_dump(mode="json") for one in listed],
                "next_cursor": found.next_cursor,
                "total": found.total,
            }
        )
        return 0
    screen = out.screen()
    if not listed:
        screen.print(
            'No task yet. Ask for something: cofounder ask "..."' if not status and not search else "No such task."
        )
    else:
        screen.print(views.listed(listed, width=screen.width))
    if found.total > len(listed) > 0:
        screen.print(
            f"{len(listed)} of {found.total:,}. More: --limit, or --cursor {found.next_cursor}",
            style="quiet",
            soft_wrap=True,
        )
    if left_out:
        tasks = "1 task" if left_out == 1 else f"{left_out:,} tasks"
        screen.print(f"Left out: {tasks} of imported history. With it: --legacy", style="quiet", soft_wrap=True)
    return 0


def _statuses(given: list[str] | None) -> list[str] | None:
    """Status words, with the spellings that users' scripts know. Raises InputInvalid for a word that is none."""
    if not given:
        return None
    aliases = {"executing": "running", "complete": "completed"}
    known = [aliases.get(word, word) for word in given]
    for word in known:
        if word not in STATUSES:
            raise InputInvalid(
                f"There is no status {word!r}.", field="status", hint=f"Statuses: {', '.join(STATUSES)}."
            )
    return known
