"""The service functions about voices that users' scripts import from `cofounder.api`; there they are generators."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

from cofounder.kit import clock
from cofounder.kit.db import reading, transaction
from cofounder.kit.errors import InputInvalid
from cofounder.people import LOCAL_OWNER
from cofounder.personas import learning, optimising
from cofounder.personas.policies_known import PolicyFailed
from cofounder.personas.schemas import PersonaOut
from cofounder.settings import settings

_SHAPE = {"reason", "posts_analyzed", "generators_updated", "top_performer", "bottom_performer"}
_FIGURES = {"name", "status", "posts", "waiting", "impressions", "likes", "followers", "low", "high", "band"}
_FIGURES |= {"weight", "probability", "override", "initial_weight"}


MOST_DAYS = 365


class _Undone(Exception):
    """What was written on the way to an answer is let go."""


async def get_generator_performance(
    generator: str | None = None,
    days: int = learning.LOOK_BACK_DAYS,
    *,
    channel: str | None = None,
    topic: str | None = None,
    as_of: datetime | None = None,
) -> list[dict[str, Any]]:
    """What the posts of each generator came to (or of one), the highest F/1K (followers for 1,000 impressions) first.

    `low` and `high` are its 95 % interval, None below five posts. Raises PersonaMissing, ChannelNotCounted, TopicUnknown.
    """
    found = [_figures(one) for one in await _listed(days, channel, topic, as_of)]
    if generator is None:
        return found
    return [next(one for one in found if one["generator"] == _id(generator, found))]


async def get_top_performers(
    limit: int = 3,
    days: int = learning.LOOK_BACK_DAYS,
    *,
    channel: str | None = None,
    topic: str | None = None,
    as_of: datetime | None = None,
) -> list[dict[str, Any]]:
    """The generators with the highest F/1K, best first: of those with five scored posts or more, as a look counts them."""
    return (await _measured(limit, days, channel, topic, as_of))[:limit]


async def get_bottom_performers(
    limit: int = 3,
    days: int = learning.LOOK_BACK_DAYS,
    *,
    channel: str | None = None,
    topic: str | None = None,
    as_of: datetime | None = None,
) -> list[dict[str, Any]]:
    """The generators with the lowest F/1K, worst first: of those with five scored posts or more, as a look counts them."""
    return (await _measured(limit, days, channel, topic, as_of))[::-1][:limit]


async def is_generator_failing(
    generator: str, days: int = learning.LOOK_BACK_DAYS, *, as_of: datetime | None = None
) -> bool:
    """Whether it gained nobody with ten scored posts or more. Raises PersonaMissing."""
    (found,) = await get_generator_performance(generator, days, as_of=as_of)
    return bool(found["band"] == "failing")


async def calculate_optimal_weights(policy: str | None = None, *, as_of: datetime | None = None) -> dict[str, float]:
    """Generator -> the probability that a policy would give it now, as people have set them; nothing is kept.

    The weights in use where fewer than twenty posts were scored in seven days. `policy` None is the one that is set.
    Raises PolicyUnknown, PolicyFailed.
    """
    async with transaction() as session:
        try:
            async with session.begin_nested():  # the books are written on the way, and must not stay so
                found = await optimising.wanted(session, policy or settings().persona_policy, as_of or clock.now())
                raise _Undone
        except _Undone:
            return found


async def run_autonomous_optimization(*, dry_run: bool = False) -> dict[str, Any]:
    """Look at the posts now, as the schedule would; what changed, and `status`: "success", "skipped" or "failed".

    What is found is used at once, or waits, or is only told, as COFOUNDER_PERSONA_MODE says (`standing`). A policy that
    raises is a failed run, which is kept.
    """
    try:
        async with transaction() as session:
            told = await learning.optimise(session, by=LOCAL_OWNER.who, dry=dry_run)
    except PolicyFailed as error:
        return {**_nothing(), "status": "failed", "reason": error.detail}
    plain = told.model_dump(mode="json")
    reason = "insufficient_data" if told.reason == optimising.TOO_FEW else told.reason
    return plain | {"status": told.status, "reason": reason}


async def _listed(days: int, channel: str | None, topic: str | None, as_of: datetime | None) -> Sequence[PersonaOut]:
    _within("days", days, MOST_DAYS)
    async with reading() as session:
        return (await learning.listed(session, days=days, channel=channel, topic=topic, as_of=as_of)).items


async def _measured(
    limit: int, days: int, channel: str | None, topic: str | None, as_of: datetime | None
) -> list[dict[str, Any]]:
    """Those that can be compared: one post says little, and would be first or last by chance."""
    _within("limit", limit)
    found = await _listed(days, channel, topic, as_of)
    return [_figures(one) for one in found if one.per_1k is not None and one.posts >= optimising.NEW_POSTS]


def _within(field: str, given: int, most: int | None = None) -> None:
    """As the API has it. Raises InputInvalid."""
    if given < 1 or (most is not None and given > most):
        wanted = "1 or more" if most is None else f"from 1 to {most}"
        raise InputInvalid(f"{field} is {given}; it must be {wanted}.", field=field, hint=f"Give a number {wanted}.")


def _figures(one: PersonaOut) -> dict[str, Any]:
    return {"generator": one.id, "followers_per_1k": one.per_1k, **one.model_dump(mode="json", include=_FIGURES)}


def _nothing() -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(_SHAPE)
    standing: Literal["none"] = "none"
    return empty | {"posts_analyzed": 0, "generators_updated": 0, "changes": [], "standing": standing}


def _id(name: str, found: Sequence[dict[str, Any]]) -> str:
    """The id that a person means: "data nerd" and "dataNerd" are one."""
    plain = "".join(filter(str.isalnum, name)).lower()
    for one in found:
        if plain in ("".join(filter(str.isalnum, one[field])).lower() for field in ("generator", "name")):
            return str(one["generator"])
    raise learning.PersonaMissing()
