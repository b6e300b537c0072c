"""tasks, task: see work and steer it."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from cofounder.cli import home, out
from cofounder.cli.options import Json, TaskId, Yes
from cofounder.kit.errors import InputInvalid

if TYPE_CHECKING:
    from cofounder.cli.watch import Seen

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
_BADLY = ("failed", "rejected", "cancelled", "expired")


class AnswerUnclear(InputInvalid):
    """An answer is given as field=answer, for a field that the task asked about."""


class OneThingAtATime(InputInvalid):
    """These options do not go together."""


def register(app: typer.Typer) -> None:
    app.command("tasks")(list_tasks)
    app.command()(task)


async def conclude(task_id: UUID, *, json: bool, ours: bool, from_now: bool = False) -> int:
    """Watch a task until it rests, show what came of it, and ask a person who sits there what it wants to know."""
    from cofounder.cli import watch
    from cofounder.cli.groups.deciding import decide_here

    while True:
        try:
            seen = await watch.follow(task_id, silent=json, from_now=from_now)
        except asyncio.CancelledError:  # Ctrl-C
            _left(task_id, ours)
            raise
        if json:
            await _emit(task_id)
            return code(seen)
        if seen.status.status == "pending_approval":
            return await decide_here(task_id)
        if not (seen.status.status == "needs_clarification" and await _answered(task_id, seen)):
            break
        from_now = True
    if seen.status.status != "needs_clarification" or not out.at_terminal():
        await show(task_id, journey=False)
    return code(seen)


async def _answered(task_id: UUID, seen: "Seen") -> bool:
    """Ask the person at this terminal what the task asks; False when nobody is there or has no answer now."""
    from cofounder.cli.views import task as views

    if not out.at_terminal():
        return False
    screen, answers = out.screen(), []
    for question in seen.status.questions:
        for part in views.questions([question]):
            screen.print(part)
        answer = out.prompt("  Your answer (empty: later):")
        if answer:
            answers.append(f"{question['field']}={answer}")
    if not answers:
        screen.print(f"It waits for you: cofounder task {task_id}", soft_wrap=True)
        return False
    await _do(task_id, "clarify", None, answers)
    return True


def _left(task_id: UUID, ours: bool) -> None:
    goes_on = "It goes on when a worker runs: cofounder up" if ours else "It goes on without you."
    out.complain(f"Task {task_id} keeps what it has done. {goes_on}")


def code(seen: "Seen") -> int:
    """The exit code for how a task rests."""
    if seen.status.status in _BADLY:
        return out.ENDED_BADLY
    if seen.status.status == "needs_clarification":
        return out.NEEDS_ANSWER
    return 0


async def _emit(task_id: UUID) -> None:
    from cofounder.flow.publish import service as publishing
    from cofounder.flow.run import status as view
    from cofounder.kit import db

    async with db.transaction() as session:
        found = await view.detail(session, task_id)
        publications = await publishing.publications(session, task_id)
    out.emit({**found.model_dump(mode="json"), "publications": [one.model_dump(mode="json") for one in publications]})


async def show(task_id: UUID, *, journey: bool = True) -> None:
    """Print a task: all of it, or only what came of it."""
    from cofounder.cli.views import task as views
    from cofounder.flow.publish import service as publishing
    from cofounder.flow.run import status as view
    from cofounder.kit import db

    async with db.transaction() as session:
        found = await view.detail(session, task_id)
        publications = await publishing.publications(session, task_id)
    screen = out.screen()
    if journey:
        screen.print(views.detail(found))
        if publications:
            screen.print("\nPublications", style="bold")
    else:
        for part in [*views.taken(found), *views.ended(found.status_now), *views.deliverables(found.deliverables)]:
            screen.print(part)
    for line in views.published(publications):
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


def list_tasks(
    status: Annotated[list[str] | None, typer.Option(help="Only tasks with this status; repeat for more.")] = None,
    search: Annotated[
        str | None, typer.Option(help="Only tasks whose request, title or topic has these words.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many, newest first.")] = 20,
    legacy: Annotated[bool, typer.Option("--legacy", help="Imported and sample history too.")] = False,
    cursor: Annotated[str | None, typer.Option(help="Where an earlier list ended (next_cursor).")] = None,
    json: Json = False,
) -> int:
    """List tasks, newest first.

    Example: cofounder tasks --status pending_approval
    """
    return home.run(_list(status, search, limit, legacy, cursor, json))


async def _list(
    status: list[str] | None, search: str | None, limit: int, legacy: bool, cursor: str | None, json: bool
) -> int:
    from cofounder.business.records import service as records
    from cofounder.business.records.schemas import TaskFilter
    from cofounder.cli.views import task as views
    from cofounder.flow.request import service as requests
    from cofounder.kit import db

    async with home.opened(), db.transaction() as session:
        wanted = TaskFilter(status=_statuses(status), text=search, is_legacy=None if legacy else False)
        found = await records.list_tasks(session, wanted, cursor=cursor, limit=limit)
        listed = [requests.as_listed(row) for row in found.items]
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
        return 0
    screen.print(views.listed(listed, width=screen.width))
    if found.total > len(listed):
        screen.print(
            f"{len(listed)} of {found.total:,}. More: --limit, or --cursor {found.next_cursor}",
            style="quiet",
            soft_wrap=True,
        )
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


def task(
    task_id: TaskId,
    pause: Annotated[bool, typer.Option("--pause", help="Let running steps finish, start no more.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where it paused.")] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="Stop it for good; asks first.")] = False,
    rerun: Annotated[str | None, typer.Option(metavar="STEP", help="Run again from this step, as a new task.")] = None,
    clarify: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TEXT", help="Answer what it asks: FIELD=ANSWER, or just the answer to a single question."
        ),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Stay until it is done or waits for you.")] = False,
    yes: Yes = False,
    json: Json = False,
) -> int:
    """Show a task, or steer it.

    Example: cofounder task last --clarify "channels=linkedin"
    """
    wanted = [
        name
        for name, on in (
            ("--pause", pause),
            ("--resume", resume),
            ("--cancel", cancel),
            ("--rerun", rerun),
            ("--clarify", clarify),
        )
        if on
    ]
    if len(wanted) > 1:
        raise OneThingAtATime(f"{' and '.join(wanted)} do not go together.", field="options")
    verb = wanted[0].removeprefix("--") if wanted else None
    return home.run(_steer(task_id, verb, rerun, clarify, watch=watch, yes=yes, json=json))


async def _steer(
    given: str, verb: str | None, step: str | None, answers: list[str] | None, *, watch: bool, yes: bool, json: bool
) -> int:
    async with home.opened():
        id = await find(given)
        if verb == "cancel" and not yes and not _sure(id):
            return 0
        if verb is not None:
            id = await _do(id, verb, step, answers)
        if verb in ("resume", "rerun", "clarify") or watch:
            async with home.worked() as ours:
                return await conclude(id, json=json, ours=ours)
        if json:
            await _emit(id)
        else:
            await show(id)
    return 0


async def find(given: str) -> UUID:
    """The id a person means: whole, the beginning or end of one, or `last`. Raises TaskMissing."""
    from cofounder.business.records import service as records
    from cofounder.business.records.schemas import TaskFilter
    from cofounder.business.records.service import TaskMissing
    from cofounder.kit import db

    try:
        return UUID(given)
    except ValueError:
        pass
    async with db.transaction() as session:
        page = await records.list_tasks(session, TaskFilter(is_legacy=False), limit=200)
    ids = [row.id for row in page.items]
    if given == "last":
        found = ids[:1]
    else:
        word = given.lower()
        found = [id for id in ids if len(word) >= 4 and (str(id).startswith(word) or str(id).endswith(word))]
    if len(found) > 1:
        raise InputInvalid(f"{given!r} fits {len(found)} tasks.", field="task_id", hint="Give more of the id.")
    if not found:
        raise TaskMissing(f"No task {given}.", field="task_id", hint="See them all with: cofounder tasks")
    return found[0]


async def _do(id: UUID, verb: str, step: str | None, answers: list[str] | None) -> UUID:
    """Steer the task; the id of the task that goes on from here."""
    from cofounder.flow.request import service as requests
    from cofounder.flow.request.schemas import ClarifyIn
    from cofounder.flow.run import rerun, status
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    by = LOCAL_OWNER.who
    async with db.transaction() as session:
        if verb == "rerun":
            return (await rerun.rerun(session, id, step or "", by=by)).id
        if verb == "clarify":
            asked = (await status.status(session, id)).questions
            await requests.clarify(session, id, ClarifyIn(answers=_answers(answers or [], asked)), by=by)
        else:
            control = {"pause": requests.pause, "resume": requests.resume, "cancel": requests.cancel}
            await control[verb](session, id, by=by)
    return id


def _answers(given: list[str], asked: list[dict[str, Any]]) -> dict[str, str]:
    """`field=answer` pairs; a bare answer belongs to the only question. Raises AnswerUnclear."""
    fields = [str(question["field"]) for question in asked]
    found: dict[str, str] = {}
    for one in given:
        field, equals, answer = one.partition("=")
        if equals and field.strip() in fields:
            found[field.strip()] = answer.strip()
        elif len(fields) == 1 or not fields:
            found[fields[0] if fields else "request"] = one.strip()
        else:
            raise AnswerUnclear(
                f"{one!r} names no field.", field="clarify", hint=f"It asked about: {', '.join(fields)}"
            )
    return found


def _sure(id: UUID) -> bool:
    if not out.at_terminal():
        raise InputInvalid(
            "Cancelling cannot be undone, and nobody is there to ask.", field="cancel", hint="Say --yes."
        )
    return out.confirm(f"Cancel task {id}? It cannot be undone")
