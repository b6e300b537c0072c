"""Tries how models and the mail server are reached: goes there, asks the least, and sends nothing to anybody."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Literal

from pydantic import BaseModel, Field

from cofounder.kit.errors import Conflict
from cofounder.kit.http import Body
from cofounder.ops import connections
from cofounder.settings import Settings

Part = Literal["models", "mail"]
PARTS: tuple[Part, ...] = ("models", "mail")


class TryIn(Body):
    """What to try, as it is set now."""

    part: Part


class ConnectionTried(BaseModel):
    """What came of one: a model, or the mail server."""

    name: str
    works: bool
    detail: str
    mend: str = Field(default="", description="What to do where it does not work.")
    seconds: float = 0.0
    cost_usd: float = Field(default=0.0, description="A model is asked one word; it counts towards the budgets.")


class ConnectionsTried(BaseModel):
    """`works`: every one of them does."""

    works: bool
    items: list[ConnectionTried]


class TryUnderWay(Conflict):
    """The same is being tried right now."""

    hint = "Wait for its answer: it takes a minute at most."


Trial = Callable[[Settings], Awaitable[list[ConnectionTried]]]
_trials: dict[Part, Trial] = {}
_under_way: set[Part] = set()


def try_with(part: Part, trial: Trial) -> None:
    """Let a part to the left try itself. It ends by a time-out of its own, and raises nothing."""
    _trials[part] = trial


async def attempt(part: Part) -> ConnectionsTried:
    """Try a part with the settings of this moment. Never call it inside a transaction. Raises TryUnderWay."""
    if part in _under_way:
        raise TryUnderWay
    _under_way.add(part)
    try:
        items = await _trials[part](await connections.latest())
    finally:
        _under_way.discard(part)
    return ConnectionsTried(works=all(one.works for one in items), items=items)


async def within(seconds: float, trial: Awaitable[ConnectionTried], late: ConnectionTried) -> ConnectionTried:
    """What came of a trial, or `late` where that took too long."""
    try:
        async with asyncio.timeout(seconds):
            return await trial
    except TimeoutError:
        return late.model_copy(update={"seconds": seconds})
