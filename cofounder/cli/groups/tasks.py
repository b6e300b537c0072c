"""task: see work and steer it."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from cofounder.cli import home, out
from cofounder.cli.groups import settling
from cofounder.cli.groups.settling import Answer
from cofounder.cli.groups.showing import code, emit, show
from cofounder.cli.options import Json, TaskId, Yes
from cofounder.cli.times import when
from cofounder.kit.errors import InputInvalid

if TYPE_CHECKING:
    from cofounder.cli.watch import Seen


class AnswerUnclear(InputInvalid):
    """An answer is given as field=answer, for a field that the task asked about."""


class OneThingAtATime(InputInvalid):
    """These options do not go together."""


def register(app: typer.Typer) -> None:
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
            await emit(task_id)
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


def task(
    task_id: TaskId,
    pause: Annotated[bool, typer.Option("--pause", help="Let running steps finish, start no more.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Go on where it paused.")] = False,
    cancel: Annotated[bool, typer.Option("--cancel", help="Stop it for good; asks first.")] = False,
    resolve: Annotated[
        bool,
        typer.Option(
            "--resolve", help="Say what became of a publication whose outcome is unknown; shows the evidence."
        ),
    ] = False,
    sent: Annotated[bool, typer.Option("--sent", help="With --resolve: it was sent.")] = False,
    not_sent: Annotated[bool, typer.Option("--not-sent", help="With --resolve: it was not sent.")] = False,
    again: Annotated[
        bool, typer.Option("--again", help="With --not-sent, or fewer --posts than all: send now what is not there.")
    ] = False,
    posted: Annotated[
        bool, typer.Option("--posted", help="Say that you posted by hand what lay in the outbox.")
    ] = False,
    not_posted: Annotated[bool, typer.Option("--not-posted", help="Take that back.")] = False,
    url: Annotated[str | None, typer.Option(help="With --sent or --posted: where it stands.")] = None,
    at: Annotated[
        str | None, typer.Option(metavar="TIME", help="With --sent or --posted: since when (ISO 8601).")
    ] = None,
    posts: Annotated[
        int | None, typer.Option(min=1, help="With --sent, of a thread: how many of its posts stand, from the first.")
    ] = None,
    recipient: Annotated[
        list[str] | None, typer.Option(help="With --resolve: only this recipient; repeat for more.")
    ] = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="Send now what surely was not sent; nobody gets it twice.")
    ] = False,
    reschedule: Annotated[
        str | None, typer.Option(metavar="TIME", help="Publish what waits at another time (ISO 8601), or: now.")
    ] = None,
    channel: Annotated[
        str | None,
        typer.Option(
            "--channel",
            "-c",
            help="With --resolve, --retry, --reschedule, --posted or --cancel: only this publication.",
        ),
    ] = None,
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
            ("--resolve", resolve),
            ("--retry", retry),
            ("--reschedule", reschedule),
            ("--posted", posted),
            ("--not-posted", not_posted),
        )
        if on
    ]
    if len(wanted) > 1:
        raise OneThingAtATime(f"{' and '.join(wanted)} do not go together.", field="options")
    verb = wanted[0].removeprefix("--") if wanted else None
    if sent and not_sent:
        raise OneThingAtATime("--sent and --not-sent do not go together.", field="options")
    answer = Answer(
        "sent" if sent else "not_sent" if not_sent else None,
        url,
        when(at, field="at"),
        again,
        channel,
        tuple(recipient or ()),
        posts,
    )
    if verb == "posted":
        if answer.verdict or answer.again or answer.recipients or answer.posts:
            raise OneThingAtATime("--posted goes with --url, --at and --channel.", field="options")
    elif answer.given() and verb != "resolve":
        raise OneThingAtATime("An answer about a publication goes with --resolve.", field="options")
    elif answer.given() and answer.verdict is None:
        raise OneThingAtATime("Say --sent or --not-sent with it.", field="resolve")
    if channel is not None and verb not in ("resolve", "retry", "reschedule", "cancel", "posted", "not-posted"):
        told = "--channel goes with --resolve, --retry, --reschedule, --posted or --cancel."
        raise OneThingAtATime(told, field="channel")
    return home.run(_steer(task_id, verb, rerun or reschedule, clarify, answer, watch=watch, yes=yes, json=json))


async def _steer(
    given: str,
    verb: str | None,
    step: str | None,
    answers: list[str] | None,
    answer: Answer,
    *,
    watch: bool,
    yes: bool,
    json: bool,
) -> int:
    async with home.opened(tools=verb == "rerun"):
        id = await find(given)
        if verb == "cancel":
            if not yes and not out.at_terminal():
                raise InputInvalid(
                    "Cancelling cannot be undone, and nobody is there to ask.", field="cancel", hint="Say --yes."
                )
            if not await _cancel(id, answer.channel, yes=yes):
                return 0
        elif verb == "resolve":
            await settling.resolve(id, answer, json=json)
        elif verb == "retry":
            await settling.retry(id, answer.channel)
        elif verb == "reschedule":
            at = None if step == "now" else when(step, field="reschedule")
            await settling.reschedule(id, answer.channel, at)
        elif verb == "posted":
            await settling.posted(id, answer)
        elif verb == "not-posted":
            await settling.not_posted(id, answer.channel)
        elif verb is not None:
            id = await _do(id, verb, step, answers)
        at_once = verb == "reschedule" and step == "now"
        goes_on = verb in ("resume", "clarify", "retry", "resolve") or at_once
        if goes_on or verb == "rerun" or watch:
            async with home.worked() as ours:
                return await conclude(id, json=json, ours=ours, from_now=goes_on)
        if json:
            await emit(id)
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
        id = UUID(given)
    except ValueError:
        id = None
    async with db.transaction() as session:
        if id is not None:
            return (await records.get_task(session, id)).id
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


async def _cancel(id: UUID, channel: str | None, *, yes: bool) -> bool:
    """Stop the task; of a decided one, what still waits to be sent. False when the person would rather not."""
    if channel is not None or await settling.decided(id):
        return await settling.stop(id, channel, yes=yes)
    if not yes and not out.confirm(f"Cancel task {id}? It cannot be undone"):
        return False
    await _do(id, "cancel", None, None)
    return True
