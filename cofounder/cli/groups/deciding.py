"""approve: a person's decision on exact texts."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from cofounder.cli import home, out
from cofounder.cli.groups import images
from cofounder.cli.groups.choosing import Choice, accounts_of
from cofounder.cli.groups.editing import edit_stands, write_exact
from cofounder.cli.options import Json, TaskId, Yes
from cofounder.cli.times import when
from cofounder.kit.errors import InputInvalid

if TYPE_CHECKING:
    from cofounder.cli.watch import Seen
    from cofounder.flow.approve.schemas import ApprovalOut, DecisionOut


_SAID = {"approve": "Approved.", "changes": "Changes asked for.", "reject": "Rejected. The text stays with the task."}


class NobodyToAsk(InputInvalid):
    """Nobody sits at this terminal to decide."""

    hint = "Say --yes, --reject or --changes; look at the text first with: cofounder approve TASK --show"


def register(app: typer.Typer) -> None:
    app.command()(approve)


def approve(
    task_id: TaskId,
    channel: Annotated[
        list[str] | None, typer.Option("--channel", "-c", help="Publish only there; repeat for more.")
    ] = None,
    reject: Annotated[bool, typer.Option("--reject", help="Reject it; with --feedback say why.")] = False,
    changes: Annotated[bool, typer.Option("--changes", help="Ask for changes, which --feedback names.")] = False,
    feedback: Annotated[str | None, typer.Option(help="What to change, or why not.")] = None,
    schedule: Annotated[str | None, typer.Option(metavar="TIME", help="Publish then, not now (ISO 8601).")] = None,
    now: Annotated[bool, typer.Option("--now", help="Publish at once, also what was asked for at a time.")] = False,
    account: Annotated[
        list[str] | None,
        typer.Option(metavar="CHANNEL=NAME", help="By this account of the channel; repeat for more channels."),
    ] = None,
    edit: Annotated[
        Path | None,
        typer.Option(help="Your text in place of the channel's, or JSON with several.", exists=True, dir_okay=False),
    ] = None,
    image: Annotated[
        list[Path] | None,
        typer.Option(
            help="An image to go with the texts; repeat for more, each with its --alt.", exists=True, dir_okay=False
        ),
    ] = None,
    alt: Annotated[list[str] | None, typer.Option(help="What the --image shows, in a sentence.")] = None,
    show: Annotated[bool, typer.Option("--show", help="Only show what waits.")] = False,
    exact: Annotated[
        bool,
        typer.Option(
            "--exact", help="Write the text byte for byte as it would be sent, nothing else; decides nothing."
        ),
    ] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="Publish your --edit even where it does not pass.")] = False,
    yes: Yes = False,
    json: Json = False,
) -> int:
    """See the exact texts and decide: approve, ask for changes, reject.

    Example: cofounder approve last --channel linkedin --schedule 2026-11-23T09:00
    """
    if reject and changes:
        raise InputInvalid("--reject and --changes do not go together.", field="verdict")
    if exact and (reject or changes or yes or json):
        raise InputInvalid("--exact only writes the text: it goes with --channel alone.", field="exact")
    verdict = "reject" if reject else "changes" if changes else "approve" if yes else None
    if now and schedule:
        raise InputInvalid("--now and --schedule do not go together.", field="schedule")
    pictures = images.pairs(image or [], alt or [])
    if pictures and (reject or changes or show or exact):
        raise InputInvalid("--image goes with what you approve.", field="image")
    at = when(schedule)
    choice = Choice(
        verdict, channel, feedback, at, edit, anyway, at_once=now, accounts=accounts_of(account or [], channel)
    )
    return home.run(_approve(task_id, choice, pictures, show=show, exact=exact, json=json))


async def _approve(
    given: str, choice: Choice, pictures: list[tuple[Path, str]], *, show: bool, exact: bool, json: bool
) -> int:
    from cofounder.cli.groups.tasks import find

    async with home.opened():
        task_id = await find(given)
        seen = await view(task_id)
        if exact:
            return write_exact(seen, choice.channels)
        if show and json:
            out.emit(seen)
            return 0
        if show:
            await _show(seen)
            return 0
        if pictures and (choice.verdict is not None or (out.at_terminal() and not json)):
            seen = await images.attach(seen, pictures, choice.channels)
        if choice.verdict is None:
            if json or not out.at_terminal():
                raise NobodyToAsk(field="verdict")
            await _show(seen)
            if not _ask(seen, choice):
                return 0
        if choice.edit and choice.verdict == "approve" and not await edit_stands(seen, choice, json=json):
            return 0
        async with home.worked():
            return await decide(seen, choice, json=json)


async def view(task_id: UUID) -> "ApprovalOut":
    """What waits for a decision. Raises TaskMissing, NotPending."""
    from cofounder.flow.approve import service as approvals
    from cofounder.kit import db

    async with db.transaction() as session:
        return await approvals.view(session, task_id)


async def _show(seen: "ApprovalOut") -> None:
    from cofounder.cli.views import approval as views

    out.screen().print(views.whole(seen, company=await company()))


async def company() -> str:
    """The company's name, as a preview shows it."""
    from cofounder.kit import db
    from cofounder.ops import runtime

    async with db.transaction() as session:
        return str(await runtime.value(session, "company") or "")


def _ask(seen: "ApprovalOut", choice: Choice) -> bool:
    """Ask until there is an answer; False when the person would rather decide later."""
    if seen.decision is not None:
        return True  # the service says who decided, and when
    screen = out.screen()
    what = "this plan" if seen.kind != "content" else "these texts" if len(seen.channel_variants) > 1 else "this text"
    while True:
        screen.print(f"\n◆ Decide on {what}", style="you")
        answer = out.prompt("  [a]pprove, ask for [c]hanges, [r]eject, decide [l]ater", default="l")
        word = answer.lower()
        if word in ("l", "later", "q"):
            screen.print(f"It waits for you: cofounder approve {seen.task_id}", soft_wrap=True)
            return False
        if word in ("a", "approve"):
            choice.verdict = "approve"
            return True
        if word in ("r", "reject"):
            choice.verdict, choice.feedback = "reject", choice.feedback or _words("  Why not? (may stay empty)")
            return True
        if word in ("c", "changes"):
            choice.feedback = choice.feedback or _words("  What should change?")
            if choice.feedback:
                choice.verdict = "changes"
                return True


def _words(question: str) -> str | None:
    return out.prompt(question) or None


async def decide_here(task_id: UUID) -> int:
    """Show what waits, and decide where a person sits here; else say how to decide."""
    seen = await view(task_id)
    await _show(seen)
    choice = Choice()
    if not out.at_terminal():
        out.screen().print(f"\nDecide: cofounder approve {task_id}", soft_wrap=True)
        return 0
    if not _ask(seen, choice):
        return 0
    return await decide(seen, choice)


async def ask_and_decide(seen: "ApprovalOut") -> bool:
    """Ask for a decision on what was shown and record it; after changes, show the next round and ask again.

    False when the person would rather decide later.
    """
    from cofounder.cli import watch

    while True:
        choice = Choice()
        if not _ask(seen, choice):
            return False
        await record(seen, choice)
        out.screen().print(_SAID[choice.verdict or "approve"])
        if choice.verdict != "changes":
            return True
        await watch.follow(seen.task_id, from_now=True)
        seen = await view(seen.task_id)
        await _show(seen)


async def record(seen: "ApprovalOut", choice: Choice) -> "DecisionOut":
    """Store the decision, bound to the texts that were shown."""
    from cofounder.flow.approve import service as approvals
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    async with db.transaction() as session:
        return await approvals.decide(session, choice.decision(seen), by=LOCAL_OWNER)


async def decide(seen: "ApprovalOut", choice: Choice, *, json: bool = False) -> int:
    """Record the decision and see what follows from it: publications, or the next round."""
    from cofounder.cli.groups import showing, tasks

    decided = await record(seen, choice)
    if json:
        await _settle(seen.task_id)
        out.emit(decided)
        return 0
    out.screen().print(_SAID[choice.verdict or "approve"])
    if choice.verdict == "changes" or (choice.verdict == "approve" and seen.kind != "content"):
        return await tasks.conclude(seen.task_id, json=False, ours=False, from_now=True)
    ended = await _settle(seen.task_id)
    if choice.verdict == "reject":
        return 0
    await showing.show(seen.task_id, journey=False)
    return showing.code(ended)


async def _settle(task_id: UUID) -> "Seen":
    from cofounder.cli import watch

    return await watch.follow(task_id, silent=True)
