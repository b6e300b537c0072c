"""What new weights would have gained on past draws, before anybody approves them: a replay, an estimate, an interval."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.personas import off_policy, optimising
from cofounder.personas import queries as standings
from cofounder.personas.experiments import queries
from cofounder.personas.experiments.queries import Decided
from cofounder.personas.policies_known import PolicyFailed, PolicyUnknown
from cofounder.personas.queries import Scored, Standing

FOLDS = 5
OF_THEMSELVES = ("fixed", "blueprint")  # weights that no posts, or those before them, made: not learnt again


class Used(NamedTuple):
    """How the weights in use were learnt."""

    policy: str
    ran_at: datetime


async def proof(
    session: AsyncSession, posts: Sequence[Scored], policy: str, as_of: datetime, standing: Standing
) -> dict[str, Any]:
    """The estimate as it is kept with a proposal: shapes as `GainOut` has them.

    Weights that were learnt from a post would praise themselves by it. So each fifth of the draws is judged by weights
    learnt in the same way from the posts of the other four, the proposed ones and those in use alike.
    """
    decided = await queries.decisions(session, as_of=as_of, hours=optimising.AGE_HOURS, since=as_of - optimising.REACH)
    run = await standings.in_use(session)
    used = None if run is None else Used(run.policy, run.ran_at)
    whole = [one for one in decided if 0 < one.posts == one.scored]
    usable = [one for one in whole if not one.overruled and one.probabilities.get(one.chosen, 0) > 0]
    found = await asyncio.to_thread(_gained, usable, posts, policy, as_of, standing, used)
    return {
        "draws": len(usable),
        "overruled": len(whole) - len(usable),
        "effective": round(min(found.other.effective, found.present.effective), 1),
        "clipped": found.other.clipped,
        "present": found.present.value,
        "proposed": found.other.value,
        "gain": found.difference.value,
        "low": found.difference.low,
        "high": found.difference.high,
        "replay_draws": found.replay_n,
        "replay": found.replay,
        "folds": FOLDS,
        "told": told(found, len(usable)),
    }


def told(found: off_policy.Gain, draws: int) -> str:
    """The estimate in a sentence, and what it does not say."""
    one = found.difference
    if one.value is None or one.low is None or one.high is None:
        worth = "" if one.value is None else f", worth {one.effective:.0f} equal ones"
        return f"Not enough: {draws} past draws{worth}; {off_policy.LEAST:.0f} are needed for an estimate."
    span = f"{one.value:+.2f} followers for each task, 95 % {one.low:+.2f} to {one.high:+.2f}"
    if one.low > 0:
        return f"Likely a gain: {span}."
    if one.high < 0:
        return f"Likely a loss: {span}."
    return f"Not told apart from the weights in use: {span}."


def judged(
    usable: Sequence[Decided],
    posts: Sequence[Scored],
    policy: str,
    as_of: datetime,
    standing: Standing,
    used: Used | None,
) -> list[off_policy.Drawn]:
    """Every draw with its probability under both weights, neither learnt from what came of it."""
    log: list[off_policy.Drawn] = []
    for fold in range(FOLDS):
        mine = [one for one in usable if one.id.int % FOLDS == fold]
        hidden = {post for one in mine for post in one.post_ids}
        kept = [one for one in posts if one.id not in hidden]
        learnt = optimising.learn(kept, policy, as_of, standing)
        new = standing._replace(weights=learnt.weights, cells=learnt.cells)
        log += _drawn(mine, new, _in_use(kept, standing, used))
    return log


def _gained(
    usable: Sequence[Decided],
    posts: Sequence[Scored],
    policy: str,
    as_of: datetime,
    standing: Standing,
    used: Used | None,
) -> off_policy.Gain:
    enough = len(usable) >= off_policy.LEAST
    log = judged(usable, posts, policy, as_of, standing, used) if enough else []
    return off_policy.gained(log, seed=len(log))


def _in_use(kept: Sequence[Scored], standing: Standing, used: Used | None) -> Standing:
    """The weights in use as these posts alone would have made them; as they are where that cannot be known."""
    if used is None or used.policy in OF_THEMSELVES:
        return standing
    then = [one for one in kept if one.seen_at is not None and one.seen_at <= used.ran_at]
    try:
        learnt = optimising.learn(then, used.policy, used.ran_at, standing)
    except (PolicyUnknown, PolicyFailed):  # it has gone since, with the package that brought it
        return standing
    return standing._replace(weights=learnt.weights, cells=learnt.cells)


def _drawn(mine: Sequence[Decided], new: Standing, old: Standing) -> list[off_policy.Drawn]:
    known: dict[tuple[bool, str | None], dict[str, float]] = {}

    def share(one: Decided, of: Standing, key: bool) -> float:
        cell = cell_of(one)
        place = (key, cell if of.cells and cell in of.cells else None)
        if place not in known:
            weights = (of.cells or {})[cell] if place[1] is not None else of.weights
            known[place] = optimising.chances(of._replace(weights=weights))
        return known[place].get(one.chosen, 0.0)

    return [
        off_policy.Drawn(one.followers, one.probabilities[one.chosen], share(one, new, True), share(one, old, False))
        for one in mine
    ]


def cell_of(one: Decided) -> str:
    """The place of a draw among weights that are told apart by topic, time of day and channel."""
    channels = one.context.get("channels") or [""]
    return f"{one.context.get('topic') or ''}|{one.chosen_at.astimezone(UTC).hour // 6}|{channels[0]}"
