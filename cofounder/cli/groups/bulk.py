"""tasks --pause, --resume, --cancel, --export, --delete: one act on all the tasks that the list's filters find."""

from typing import TYPE_CHECKING

from cofounder.cli import home, out
from cofounder.kit.errors import InputInvalid

if TYPE_CHECKING:
    from cofounder.business.records.schemas import TaskFilter
    from cofounder.flow.run.bulk import Action, BulkOut

_DONE = {"pause": "Paused", "resume": "Resumed", "cancel": "Cancelled", "delete": "Deleted", "export": "Exported"}
_SHOWN = 20  # refusals told one by one


class OneActAtATime(InputInvalid):
    """Tasks are paused, resumed, cancelled, exported or deleted, one of these at a time."""


def chosen(**given: bool) -> "Action | None":
    """The act that is asked for, None for none. Raises OneActAtATime."""
    wanted = [name for name, on in given.items() if on]
    if len(wanted) > 1:
        raise OneActAtATime(f"--{' and --'.join(wanted)} do not go together.", field="options")
    return wanted[0] if wanted else None  # type: ignore[return-value]


async def act(action: "Action", wanted: "TaskFilter", *, yes: bool, json: bool) -> int:
    """Count, ask, act, and tell what became of each. Exit code 4 where some stayed as they were."""
    from cofounder.business.records import service as records
    from cofounder.flow.run import bulk
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    async with home.opened():
        async with db.transaction(durable=False) as session:
            ids = await records.task_ids(session, wanted, bulk.MOST + 1)
        if len(ids) > bulk.MOST:
            raise bulk.TooManyTasks(field="filter")
        if action != "export" and ids and not yes and not _agreed(action, len(ids)):
            return 0
        if ids:
            answer = await bulk.act(bulk.BulkIn(action=action, task_ids=list(ids)), by=LOCAL_OWNER)
        else:
            answer = bulk.BulkOut(action=action, succeeded=0, failed=0, results=[])
    if action == "export":
        out.emit([task.model_dump(mode="json") for task in answer.tasks])
    elif json:
        out.emit(answer.model_dump(mode="json", exclude={"tasks"}))
    else:
        _tell(answer)
    return out.CONFLICT if answer.failed else 0


def _agreed(action: "Action", count: int) -> bool:
    """Whether the person at the terminal says yes. Raises InputInvalid where nobody is there to ask."""
    what = _tasks(count)
    if not out.at_terminal():
        raise InputInvalid(
            f"It would {action} {what}, and nobody is there to ask.", field=action, hint=f"Say --yes to {action} them."
        )
    after = {
        "cancel": " It cannot be undone.",
        "delete": " They leave every list; what was published and learned stays.",
    }.get(action, "")
    return out.confirm(f"{action.capitalize()} {what}?{after}")


def _tell(answer: "BulkOut") -> None:
    screen = out.screen()
    if not answer.results:
        screen.print("No such task: nothing was done.")
        return
    screen.print(f"{_DONE[answer.action]} {_tasks(answer.succeeded)}.")
    stayed = [row for row in answer.results if not row.ok]
    if stayed:
        screen.print(f"{_tasks(len(stayed))} stayed as {'it was' if len(stayed) == 1 else 'they were'}:")
    for row in stayed[:_SHOWN]:
        screen.print(f"  {row.task_id}  {row.detail}", soft_wrap=True)
    if len(stayed) > _SHOWN:
        screen.print(f"  and {len(stayed) - _SHOWN:,} more; all of them with --json", style="quiet")


def _tasks(count: int) -> str:
    return f"{count:,} {'task' if count == 1 else 'tasks'}"
