"""What a person saw of a thread: how many of its posts stand. What is not there can be sent as an answer to what is."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.channels.senders.delivery import Receipt
from cofounder.flow.publish import ledger
from cofounder.flow.publish.errors import AnswerMisplaced
from cofounder.flow.publish.schemas import Verdict
from cofounder.flow.publish.tables import Publication
from cofounder.kit import effect_parts
from cofounder.kit.effect_parts import Part


@dataclass(frozen=True)
class Thread:
    """A thread as the ledger has it: one post after the other was handed over, so at most the last one is in doubt."""

    of: int
    begun: list[Part]

    @property
    def surely(self) -> int:
        """How many posts stand beyond doubt."""
        return next((place for place, one in enumerate(self.begun) if one.state != "done"), len(self.begun))

    @property
    def handed(self) -> int:
        """How many posts may stand, as far as they went out from here."""
        return sum(one.state not in ("absent", "refused") for one in self.begun)


async def of(session: AsyncSession, row: Publication) -> Thread | None:
    """The thread of a publication; None where it is one post."""
    posts = len(row.content.get("parts") or ())
    return Thread(posts, await ledger.posts(session, row.id)) if posts > 1 else None


def counted(thread: Thread | None, found: Verdict) -> int | None:
    """How many posts stand by a person's answer; None where that is not asked. Raises AnswerMisplaced."""
    if found.posts is not None and found.verdict == "not_sent":
        raise AnswerMisplaced("How many posts stand goes with sent.", field="posts")
    if thread is None:
        if found.posts is not None:
            raise AnswerMisplaced("It is no thread.", field="posts", hint="Leave it out.")
        return None
    if found.verdict == "not_sent":
        return None
    if found.posts is None:
        if thread.handed < thread.of:
            was = "was" if thread.handed == 1 else "were"
            told = f"{thread.handed} of its {thread.of} posts {was} handed over, the others never."
            raise AnswerMisplaced(told, field="posts", hint="Say how many of its posts stand, from the first.")
        return thread.of
    if found.posts > thread.of:
        raise AnswerMisplaced(f"It has {thread.of} posts.", field="posts", hint="Count those that stand.")
    if found.posts < thread.surely:
        raise AnswerMisplaced(
            f"{thread.surely} of its posts surely stand.", field="posts", hint=f"Say {thread.surely} or more."
        )
    return found.posts


async def settle(
    session: AsyncSession, row: Publication, thread: Thread, stand: int, named: Receipt, *, by: str
) -> Receipt:
    """Write that so many posts stand; gives where the thread does. `named`: what the person's address tells.

    It is the thread's own, which is its first post's, unless that one is known: then the post's that was in doubt.
    """
    known = [one.answer.get("external_id") for one in thread.begun[: thread.surely]]
    fresh = named.external_id is not None and named.external_id not in known
    for place in range(thread.surely, min(stand, thread.handed)):
        answer = named.model_dump(exclude_none=True) if place == thread.surely and (fresh or place == 0) else {}
        name = ledger.key(row.id, "")
        await effect_parts.settle(session, name, place, done=True, by=by, answer=answer)
    if not thread.surely:
        return named
    first = thread.begun[0].answer
    return Receipt(external_id=first.get("external_id"), url=first.get("url") or named.url)


def told(thread: Thread, stand: int) -> str:
    return f"{stand} of its {thread.of} posts {'is' if stand == 1 else 'are'} there"
