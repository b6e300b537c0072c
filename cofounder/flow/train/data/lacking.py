"""Why a file or a version holds fewer examples than a filter lets through, or none: counted, and said the same everywhere."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.data.counting import queries as counting
from cofounder.flow.train.data.errors import NothingToExport
from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.data.writing import queries
from cofounder.kit.db import reading

MOST_COUNTED = 100_000  # examples that are looked at before a file begins; more would keep its reader waiting
T = TypeVar("T")

_NEEDS = {
    "planner": ("a plan to learn from", "Ask for a few tasks first: each that is planned here becomes an example."),
    "writer": ("a text that a person approved", "Approve the texts of a few tasks first."),
    "judge": ("a text with a score that a person decided on", "Approve or reject the texts of a few tasks first."),
    "pairs": (
        "two texts of which a person took one",
        "Change a text before it is approved, or send one back: both sides become a pair.",
    ),
    "rows": ("anything to write", "Ask for a few tasks first: each becomes an example."),
}
_LACKS = {
    "planner": "no plan",
    "writer": "no text that a person approved",
    "judge": "no text with a score that a person decided on",
    "pairs": "no two texts of which a person took one",
    "rows": "nothing to write",
}


@dataclass(frozen=True, slots=True)
class Tally:
    """`fit`: examples that the filter lets through; of these `withdrawn`, and `used`: those that have a line."""

    fit: int
    withdrawn: int
    used: int

    def headers(self) -> dict[str, str]:
        return {"X-Examples": str(self.fit), "X-Examples-Used": str(self.used)}

    def missing(self, role: str) -> str:
        """What keeps the others out, as "400 have no plan, 2 are withdrawn"; nothing where all are in."""
        lack = self.fit - self.withdrawn - self.used
        parts = [f"{lack:,} {'has' if lack == 1 else 'have'} {_LACKS[role]}"] if lack else []
        if self.withdrawn:
            parts.append(f"{self.withdrawn:,} {'is' if self.withdrawn == 1 else 'are'} withdrawn")
        return ", ".join(parts)


async def tally(session: AsyncSession, filter: Filter, needs: queries.Needs = None) -> Tally:
    """What a filter lets through, counted exactly. `needs`: what an example must have for a line; nothing, for rows."""
    return Tally(*await queries.tally(session, filter, needs))


async def told_before(filter: Filter, needs: queries.Needs) -> Tally | None:
    """The counts to say with a file; None where there are too many examples to look at before it begins."""
    async with reading() as session:
        if (await counting.counted(session, filter))["n"] > MOST_COUNTED:
            return None
        return await tally(session, filter, needs)


async def reason(session: AsyncSession, filter: Filter, role: str, needs: queries.Needs) -> tuple[str, str]:
    """(why nothing of a filter can be used for a role, what to do about it)."""
    needed, begin = _NEEDS[role]
    own = await tally(session, filter, needs)
    with_sample = filter.model_copy(update={"include_sample": True})
    every = own if filter.include_sample else await tally(session, with_sample, needs)
    if not own.fit and every.used:
        return (
            "Only examples of the sample company fit.",
            "Include sample data (include_sample), or ask for your own tasks.",
        )
    found = own if own.fit else every
    if not found.fit:
        return "No example fits the filter.", f"Widen the filter. {begin}"
    if filter.limit is not None and role != "pairs":
        older = (await tally(session, filter.model_copy(update={"limit": None}), needs)).used
        have = "one has" if older == 1 else "ones have"
        begin = f"{older:,} older {have}: raise the limit, or leave it out." if older else begin
    return _of(found, needed), begin


def _of(found: Tally, needed: str) -> str:
    """Why nothing of the examples can be used, though there are some."""
    one = found.fit == 1
    if found.withdrawn == found.fit:
        return "The example that fits the filter is withdrawn." if one else "All that fits the filter is withdrawn."
    if one:
        return f"The example that fits the filter does not have {needed}."
    gone = f"{found.withdrawn:,} {'is' if found.withdrawn == 1 else 'are'} withdrawn and none of the others has"
    return f"Of {found.fit:,} examples that fit the filter {gone if found.withdrawn else 'none has'} {needed}."


async def or_refuse(
    batches: AsyncGenerator[list[T], None], why: Callable[[], Awaitable[tuple[str, str]]], *, heads: int = 0
) -> AsyncGenerator[list[T], None]:
    """The same batches; nothing but `heads` lines of a head is no file, and is refused before them. Raises NothingToExport."""
    held: list[T] = []
    begun = False
    async with aclosing(batches):
        async for some in batches:
            if begun:
                yield some
                continue
            held += some
            if len(held) > heads:
                begun = True
                yield held
    if not begun:
        said, hint = await why()
        raise NothingToExport(said, field="filters", hint=hint)
