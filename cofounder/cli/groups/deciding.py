"""approve, publish: a person's decision on exact texts."""

import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from cofounder.cli import home, out
from cofounder.cli.options import Json, TaskId, Yes
from cofounder.kit.errors import Conflict, InputInvalid

if TYPE_CHECKING:
    from cofounder.cli.watch import Seen
    from cofounder.flow.approve.schemas import ApprovalOut, Decision, DecisionOut


_SAID = {"approve": "Approved.", "changes": "Changes asked for.", "reject": "Rejected. The text stays with the task."}


class NobodyToAsk(InputInvalid):
    """Nobody sits at this terminal to decide."""

    hint = "Say --yes, --reject or --changes; look at the text first with: cofounder approve TASK --show"


class EditUnclear(InputInvalid):
    """The edit does not say which channel's text it is."""

    hint = "Name one --channel with a text file, or give JSON: {channel: {field: text}}."


class EditBelowStandard(Conflict):
    """Your text does not pass; nothing was decided."""

    hint = "Mend the text, or publish it all the same: --anyway"


class TextUnclear(InputInvalid):
    """Several texts wait, and one is meant."""


class TimeUnclear(InputInvalid):
    """The time is not an ISO 8601 time."""

    hint = "For example: --schedule 2026-11-23T09:00+01:00. Without a zone it is the time of this machine."


def register(app: typer.Typer) -> None:
    app.command()(approve)
    app.command()(publish)


def approve(
    task_id: TaskId,
    channel: Annotated[
        list[str] | None, typer.Option("--channel", "-c", help="Publish only there; repeat for more.")
    ] = None,
    reject: Annotated[bool, typer.Option("--reject", help="Reject it; with --feedback say why.")] = False,
    changes: Annotated[bool, typer.Option("--changes", help="Ask for changes, which --feedback names.")] = False,
    feedback: Annotated[str | None, typer.Option(help="What to change, or why not.")] = None,
    schedule: Annotated[str | None, typer.Option(metavar="TIME", help="Publish then, not now (ISO 8601).")] = None,
    edit: Annotated[
        Path | None,
        typer.Option(help="Your text in place of the channel's, or JSON with several.", exists=True, dir_okay=False),
    ] = None,
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
    choice = _Choice(verdict, channel, feedback, when(schedule), edit, anyway)
    return home.run(_approve(task_id, choice, show=show, exact=exact, json=json))


class _Choice:
    """What the options say about the decision."""

    def __init__(
        self,
        verdict: str | None = None,
        channels: list[str] | None = None,
        feedback: str | None = None,
        schedule_at: datetime | None = None,
        edit: Path | None = None,
        anyway: bool = False,
    ) -> None:
        self.verdict = verdict
        self.channels = channels
        self.feedback = feedback
        self.schedule_at = schedule_at
        self.edit = edit
        self.anyway = anyway

    def decision(self, seen: "ApprovalOut") -> "Decision":
        """The decision, bound to the texts that were shown. Raises EditUnclear."""
        from cofounder.flow.approve.schemas import Decision

        approving = self.verdict == "approve"
        return Decision.model_validate(
            {
                "task_id": seen.task_id,
                "verdict": self.verdict,
                "round": seen.round,
                "kind": seen.kind,
                "fingerprint": seen.fingerprint,
                "publish_to_channels": self.channels if approving and seen.kind == "content" else None,
                "feedback": self.feedback,
                "schedule_at": self.schedule_at if approving else None,
                "edits": edits(self.edit, self.channels, list(seen.channel_variants))
                if self.edit and approving
                else None,
            }
        )


def when(given: str | None) -> datetime | None:
    """A time as typed; without a zone it is this machine's. Raises TimeUnclear."""
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
    except ValueError as error:
        raise TimeUnclear(f"{given!r} is no time.", field="schedule") from error
    return moment if moment.tzinfo else moment.astimezone()


def edits(file: Path, channels: list[str] | None, there: list[str]) -> dict[str, Any]:
    """What a file changes: JSON by channel, or one text for the one channel that is meant. Raises EditUnclear."""
    import json as codec

    from cofounder.cli.groups.asking import read

    text = read(file)
    if file.suffix.lower() == ".json":
        try:
            found = codec.loads(text)
        except ValueError as error:
            raise EditUnclear(f"{file} is not JSON: {error}", field="edit") from error
        if not isinstance(found, dict):
            raise EditUnclear(f"{file} holds no object.", field="edit")
        return found
    meant = channels or there
    if len(meant) != 1:
        raise EditUnclear(field="edit")
    return {meant[0]: {"content": text}}


def _write(seen: "ApprovalOut", channels: list[str] | None) -> int:
    """One text's bytes to standard output: no frame, no line more. Raises TextUnclear."""
    if seen.kind != "content":
        out.emit(seen.plan or {})
        return 0
    there = {_canonical(name): variant for name, variant in seen.channel_variants.items()}
    meant = [_canonical(name) for name in channels] if channels else list(there)
    if len(meant) != 1 or meant[0] not in there:
        raise TextUnclear(
            f"There are texts for {', '.join(seen.channel_variants)}.",
            field="channel",
            hint="Name one of them: --channel NAME",
        )
    sys.stdout.flush()
    sys.stdout.buffer.write(there[meant[0]].exact_text.encode("utf-8"))
    sys.stdout.buffer.flush()
    return 0


async def _approve(given: str, choice: _Choice, *, show: bool, exact: bool, json: bool) -> int:
    from cofounder.cli.groups.tasks import find

    async with home.opened():
        task_id = await find(given)
        seen = await view(task_id)
        if exact:
            return _write(seen, choice.channels)
        if show and json:
            out.emit(seen)
            return 0
        if show:
            await _show(seen)
            return 0
        if choice.verdict is None:
            if json or not out.at_terminal():
                raise NobodyToAsk(field="verdict")
            await _show(seen)
            if not _ask(seen, choice):
                return 0
        if choice.edit and choice.verdict == "approve" and not await _edit_stands(seen, choice, json=json):
            return 0
        async with home.worked():
            return await decide(seen, choice, json=json)


class _Undone(Exception):
    """Takes a trial back."""


async def _edit_stands(seen: "ApprovalOut", choice: _Choice, *, json: bool) -> bool:
    """Judge the edit before it is decided on; where it does not pass, a person must want it all the same.

    False when the person at the terminal does not. Raises EditBelowStandard where nobody can be asked.
    """
    from cofounder.cli.views import approval as views

    after = await _tried(seen, choice)
    if after is None:
        return True
    named = [_canonical(name) for name in choice.channels or []]
    wanted = [one for one in after.channel_variants.values() if not named or _canonical(one.channel) in named]
    severe = [one for variant in wanted for one in variant.issues if one.get("severity") in ("blocking", "major")]
    stands = not severe and all(one.quality_passed is not False for one in wanted)
    if not json:
        screen = out.screen()
        screen.print(views.title("Quality of your text"))
        screen.print(views.scores({one.channel: one for one in wanted}))
        for line in views.issues([issue for variant in wanted for issue in variant.issues]):
            screen.print(line)
    if stands or choice.anyway:
        return True
    if not json and out.at_terminal():
        return out.confirm("It does not pass. Publish it all the same?")
    worst = min((one.quality_score for one in wanted if one.quality_score is not None), default=None)
    said = " ".join(str(one.get("message", "")) for one in severe[:3])
    raise EditBelowStandard(f"It scores {'nothing' if worst is None else f'{worst:.2f}'}. {said}".strip(), field="edit")


def _canonical(name: str) -> str:
    from cofounder.channels import canonical

    return canonical(name) or name


async def _tried(seen: "ApprovalOut", choice: _Choice) -> "ApprovalOut | None":
    """What would wait with the edit in it; nothing of it is kept. None where nothing waits."""
    from cofounder.flow.approve import service as approvals
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    decision = choice.decision(seen)
    if seen.decision is not None or not decision.edits:
        return None
    found: ApprovalOut | None = None
    with suppress(_Undone):
        async with db.transaction() as session:
            await approvals.edit_draft(session, seen.task_id, decision.edits, seen=seen.fingerprint, by=LOCAL_OWNER)
            found = await approvals.view(session, seen.task_id)
            raise _Undone
    return found


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


def _ask(seen: "ApprovalOut", choice: _Choice) -> bool:
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
    choice = _Choice()
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
        choice = _Choice()
        if not _ask(seen, choice):
            return False
        await record(seen, choice)
        out.screen().print(_SAID[choice.verdict or "approve"])
        if choice.verdict != "changes":
            return True
        await watch.follow(seen.task_id, from_now=True)
        seen = await view(seen.task_id)
        await _show(seen)


async def record(seen: "ApprovalOut", choice: _Choice) -> "DecisionOut":
    """Store the decision, bound to the texts that were shown."""
    from cofounder.flow.approve import service as approvals
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    async with db.transaction() as session:
        return await approvals.decide(session, choice.decision(seen), by=LOCAL_OWNER)


async def decide(seen: "ApprovalOut", choice: _Choice, *, json: bool = False) -> int:
    """Record the decision and see what follows from it: publications, or the next round."""
    from cofounder.cli.groups import tasks

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
    await tasks.show(seen.task_id, journey=False)
    return tasks.code(ended)


async def _settle(task_id: UUID) -> "Seen":
    from cofounder.cli import watch

    return await watch.follow(task_id, silent=True)


def publish(
    channel: Annotated[str, typer.Option("--channel", "-c", help="Where to publish it.")],
    text: Annotated[str | None, typer.Argument(help="The text, or use --file.", show_default=False)] = None,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", "-f", help="A file with the text. '-' reads standard input.", dir_okay=False, allow_dash=True
        ),
    ] = None,
    title: Annotated[str | None, typer.Option(help="A title, for a blog.")] = None,
    subject: Annotated[str | None, typer.Option(help="A subject, for e-mail.")] = None,
    schedule: Annotated[str | None, typer.Option(metavar="TIME", help="Publish then, not now (ISO 8601).")] = None,
    json: Json = False,
) -> int:
    """Publish a text as it stands: judged, recorded, sent once. The same text again publishes nothing again.

    Example: cofounder publish --channel linkedin --file post.txt
    """
    from cofounder.cli.groups.asking import read

    if (text is None) == (file is None):
        raise InputInvalid("Give the text or --file, one of them.", field="text")
    content = text if text is not None else read(file) if file is not None else ""
    metadata = {name: value for name, value in (("title", title), ("subject", subject)) if value is not None}
    return home.run(_publish(channel, content, metadata, when(schedule), json=json))


async def _publish(channel: str, content: str, metadata: dict[str, Any], at: datetime | None, *, json: bool) -> int:
    from cofounder.cli import watch
    from cofounder.cli.views import task as views
    from cofounder.flow.publish import given
    from cofounder.flow.publish.schemas import PublishIn
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    body = PublishIn.model_validate({"platform": channel, "content": content, "metadata": metadata, "schedule_at": at})
    async with home.opened(), home.worked():
        async with db.transaction() as session:
            made = await given.publish_now(session, body, by=LOCAL_OWNER)
        seen = await watch.follow(made.task_id, silent=True)
    if json:
        now = next((one for one in seen.publications if one.publication_id == made.publication_id), None)
        out.emit(
            {**made.model_dump(mode="json"), **({"state": now.state, "url": now.url, "note": now.note} if now else {})}
        )
    else:
        screen = out.screen()
        if made.repeated:
            screen.print("This text was published before; nothing was sent again.")
        for line in views.published(seen.publications):
            screen.print(line, soft_wrap=True)
    return out.ENDED_BADLY if any(one.state == "refused" for one in seen.publications) else 0
