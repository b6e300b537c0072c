"""What a person does with a task's publications: says what became of one, has it sent after all, stops it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from cofounder.cli import out
from cofounder.kit.errors import Conflict, InputInvalid

if TYPE_CHECKING:
    from cofounder.flow.publish.schemas import Action, PublicationDetail, PublicationOut


class NobodyAnswers(InputInvalid):
    """Nobody sits at this terminal to say what became of it."""

    hint = "Look where it says, then say --sent (with --url, --at) or --not-sent (with --again)."


class NothingHere(Conflict):
    """No publication of this task needs that."""


class PublicationUnclear(InputInvalid):
    """Several publications of this task are meant."""

    hint = "Name one: --channel NAME"


@dataclass(frozen=True)
class Answer:
    """What the options say about a publication."""

    verdict: Literal["sent", "not_sent"] | None = None
    url: str | None = None
    at: datetime | None = None
    again: bool = False
    channel: str | None = None
    recipients: tuple[str, ...] = ()
    posts: int | None = None  # of a thread, that stand

    def given(self) -> bool:
        """Whether any of it was said."""
        return bool(self.verdict or self.url or self.at or self.again or self.recipients or self.posts)


async def resolve(task_id: UUID, answer: Answer, *, json: bool) -> None:
    """Show what nobody is sure of with its evidence, and take a person's answer. Raises NothingHere, NobodyAnswers."""
    from cofounder.flow.publish import settling

    found = await _those(task_id, "resolve", answer.channel)
    _refuse_none(found, task_id, "resolve")
    for one in found:
        await settling.look(one.publication_id)  # a channel that can tell is asked before a person
    left = [one for one in found if "resolve" in (await _detail(one.publication_id)).actions]
    if answer.verdict and len(left) > 1 and answer.channel is None:
        raise PublicationUnclear(f"Unknown are: {', '.join(one.channel for one in left)}.", field="channel")
    for one in left:
        seen = await _detail(one.publication_id)
        if not json:
            _show(seen)
        said = answer
        if answer.verdict is None:
            if json or not out.at_terminal():
                raise NobodyAnswers(field="resolve")
            asked = _ask(seen)
            if asked is None:
                continue
            said = asked
        await _settle(one.publication_id, one.attempt, said)


async def retry(task_id: UUID, channel: str | None) -> None:
    """Have what surely was not sent sent now. Raises NothingHere."""
    from cofounder.flow.publish import settling
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    found = await _those(task_id, "retry", channel)
    _refuse_none(found, task_id, "retry")
    for one in found:
        async with db.transaction() as session:
            await settling.retry(session, one.publication_id, by=LOCAL_OWNER)


async def reschedule(task_id: UUID, channel: str | None, at: datetime | None) -> None:
    """Give what waits for its time another one; None is at once. Raises NothingHere, and what a time can have wrong."""
    from cofounder.flow.publish import moving
    from cofounder.flow.publish.schemas import RescheduleIn
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    found = await _those(task_id, "reschedule", channel)
    _refuse_none(found, task_id, "reschedule")
    async with db.transaction() as session:
        for one in found:
            await moving.reschedule(session, one.publication_id, RescheduleIn(schedule_at=at), by=LOCAL_OWNER)


async def posted(task_id: UUID, answer: Answer) -> None:
    """Mark what lay in the outbox as posted by hand, or mend where that or what a person saw stands.

    Raises NothingHere, PublicationUnclear where several may be meant.
    """
    from cofounder.flow.publish import posting
    from cofounder.flow.publish.schemas import PostedIn
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    lying = await _those(task_id, "posted", answer.channel)
    found = [*lying, *await _those(task_id, "correct", answer.channel)]
    fresh = [one for one in lying if one.posted is None]
    meant = found if answer.channel else fresh or found
    _refuse_none(meant, task_id, "posted")
    if len(meant) > 1:
        raise PublicationUnclear(f"These may be meant: {', '.join(one.channel for one in meant)}.", field="channel")
    said = {name: value for name, value in (("url", answer.url), ("posted_at", answer.at)) if value is not None}
    async with db.transaction() as session:
        await posting.mark(session, meant[0].publication_id, PostedIn.model_validate(said), by=LOCAL_OWNER)


async def not_posted(task_id: UUID, channel: str | None) -> None:
    """Take the mark back that something was posted by hand. Raises NothingHere, PublicationUnclear."""
    from cofounder.flow.publish import posting
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    found = await _those(task_id, "not_posted", channel)
    _refuse_none(found, task_id, "not_posted")
    if len(found) > 1:
        raise PublicationUnclear(f"Marked are: {', '.join(one.channel for one in found)}.", field="channel")
    async with db.transaction() as session:
        await posting.unmark(session, found[0].publication_id, by=LOCAL_OWNER)


async def stop(task_id: UUID, channel: str | None, *, yes: bool) -> bool:
    """Cancel what still waits of a decided task; false when the person would rather not. Raises TaskIsFinal."""
    from cofounder.business.records import service as records
    from cofounder.flow.publish import settling, showing
    from cofounder.flow.request.service import TaskIsFinal
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    async with db.transaction() as session:
        task = await records.get_task(session, task_id)
        standing, _ = await showing.standing(session, task_id)
    found = await _those(task_id, "cancel", channel)
    if not found:
        raise TaskIsFinal(f"The task is {task.status}; nothing of it waits any more. {standing}".strip())
    if not yes:
        out.screen().print(standing, soft_wrap=True)
        names = ", ".join(one.channel for one in found)
        if not out.confirm(f"Cancel what still waits ({names})? It cannot be undone"):
            return False
    for one in found:
        async with db.transaction() as session:
            await settling.cancel(session, one.publication_id, by=LOCAL_OWNER)
    return True


async def decided(task_id: UUID) -> bool:
    """Whether the task's texts are decided on, so that its publications are what is left to stop."""
    from cofounder.business.records import service as records
    from cofounder.kit import db

    async with db.transaction() as session:
        return (await records.get_task(session, task_id)).status in ("approved", "publishing", "completed")


async def _those(task_id: UUID, action: "Action", channel: str | None) -> "list[PublicationOut]":
    """The task's publications that a person can do this with."""
    from cofounder.channels import canonical
    from cofounder.flow.publish import showing
    from cofounder.kit import db

    async with db.transaction() as session:
        found = await showing.publications(session, task_id)
    meant = canonical(channel) or channel if channel else None
    return [one for one in found if action in one.actions and (meant is None or canonical(one.channel) == meant)]


def _refuse_none(found: "list[PublicationOut]", task_id: UUID, action: str) -> None:
    if not found:
        words = {
            "resolve": "is unknown",
            "retry": "waits to be sent again or was refused",
            "reschedule": "waits for its time",
            "posted": "lies in the outbox",
            "not_posted": "is marked as posted",
        }[action]
        raise NothingHere(f"No publication of task {task_id} {words}.", hint=f"See them: cofounder task {task_id}")


async def _detail(publication_id: UUID) -> "PublicationDetail":
    from cofounder.flow.publish import showing
    from cofounder.kit import db

    async with db.transaction() as session:
        return await showing.detail(session, publication_id)


def _show(seen: "PublicationDetail") -> None:
    from cofounder.cli.views import publications as views

    screen = out.screen()
    for line in views.evidence(seen):
        screen.print(line, soft_wrap=True)


def _ask(seen: "PublicationDetail") -> Answer | None:
    """A person's answer; None: later."""
    while True:
        word = out.prompt("  Was it sent? [y]es, [n]o, decide [l]ater", default="l").lower()
        if word in ("l", "later", "q"):
            return None
        if word in ("y", "yes"):
            return _there(seen)
        if word in ("n", "no"):
            return Answer("not_sent", again=out.confirm("  Send it now?"))


def _there(seen: "PublicationDetail") -> Answer:
    """What of it is there: of a thread how many posts, and whether the others are sent now."""
    known = seen.deliveries[0].posts if seen.deliveries else []
    count = None
    if any(one.state in ("waiting", "not_sent") for one in known):
        while count is None:
            word = out.prompt(f"  How many of its {len(known)} posts are there, from the first?")
            count = int(word) if word.isascii() and word.isdigit() and 1 <= int(word) <= len(known) else None
    url = out.prompt("  Its address (may stay empty):") or None
    again = count is not None and count < len(known) and out.confirm("  Send the others now?")
    return Answer("sent", url=url, again=again, posts=count)


async def _settle(publication_id: UUID, attempt: str, answer: Answer) -> None:
    from cofounder.flow.publish import settling
    from cofounder.flow.publish.schemas import Verdict
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    given: dict[str, Any] = {"verdict": answer.verdict, "send_again": answer.again, "attempt": attempt}
    given |= {"url": answer.url} if answer.url else {}
    given |= {"published_at": answer.at} if answer.at else {}
    given |= {"posts": answer.posts} if answer.posts else {}
    given |= {"recipients": list(answer.recipients)} if answer.recipients else {}
    async with db.transaction() as session:
        await settling.resolve(session, publication_id, Verdict.model_validate(given), by=LOCAL_OWNER)
