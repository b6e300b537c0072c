"""How a target stands today, by what its provider says, and by what was announced where it does not answer."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date

from cofounder.flow.train.tuners.dates import CLOSING
from cofounder.flow.train.tuners.interface import (
    Availability,
    BaseModel,
    Standing,
    TargetClosed,
    TunerAway,
    TunerNotReady,
    TunerRefused,
)
from cofounder.flow.train.tuners.wire import status_of


def by_date(target: str, today: date, models: tuple[BaseModel, ...], meant: Availability) -> Availability:
    """`meant` where nothing else was announced: closing or closed by its dates, closed where no base model is left."""
    left = tuple(one for one in models if one.ends is None or one.ends > today)
    closing = CLOSING.get(target)
    state: Standing = meant.standing
    reason, until = meant.reason, None
    if closing is not None:
        state, reason, until = ("closing" if today <= closing.until else "closed"), closing.why, closing.until
    elif not left and meant.checked:
        state, reason = "closed", "No base model that can be tuned is offered here any more."
    return replace(meant, standing=state, reason=reason, until=until, models=left if state != "closed" else ())


async def told(look: Callable[[], Awaitable[Availability]], meanwhile: Availability) -> Availability:
    """What the provider says now; `meanwhile`, with the reason, where it does not answer. Never raises."""
    try:
        return await look()
    except TunerNotReady as error:
        if meanwhile.standing == "closed":
            return replace(meanwhile, models=())  # a key would not help
        soon = f" {meanwhile.reason}" if meanwhile.until else ""
        words = f"{error.detail} {error.advice}{soon}"
        return replace(meanwhile, standing="not_set_up", reason=words, until=None, models=())
    except TunerRefused as error:
        if status_of(error) == 403:
            return replace(meanwhile, standing="closed", reason=error.detail, until=None, models=(), checked=True)
        return replace(meanwhile, reason=f"{error.detail} {meanwhile.reason}")
    except TunerAway as error:
        return replace(meanwhile, reason=f"{error.detail} {meanwhile.reason}")


def closed(error: TunerRefused) -> TunerRefused | TargetClosed:
    """A refusal by account is a closed target, in the provider's words."""
    return TargetClosed(error.detail) if status_of(error) == 403 else error
