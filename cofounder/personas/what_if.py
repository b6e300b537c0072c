"""What another policy would have drawn on the posts of the past, and what these posts say it would have gained.

The policy walks through the log in the order of time: before each post it has seen what was known by then, of all posts,
whoever drew them. The post then counts by how much rather (or less) the policy would have drawn its voice.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import clock
from cofounder.personas import drawing, off_policy, policies_known, queries
from cofounder.personas.narrowing import of_channel
from cofounder.personas.optimising import AGE_HOURS, REACH, chances, roster, voices
from cofounder.personas.queries import Scored, Standing
from cofounder.personas.schemas import WhatIfOut, WouldDraw
from cofounder.personas.teaching import context_of, hours, levels, outcome_of

MOST = 20_000  # posts of a replay, the newest


@dataclass(frozen=True)
class Replayed:
    """A policy's walk through the log."""

    log: list[off_policy.Drawn]  # one of each draw, with the mean of what its posts came to
    last: dict[str, float]  # what it would draw from now
    posts: int = 0
    drawn: frozenset[str] = frozenset()  # the voices of these draws


async def what_if(
    session: AsyncSession, policy: str, *, days: int = 180, channel: str | None = None, as_of: datetime | None = None
) -> WhatIfOut:
    """Replay a policy on the posts of the last days. Raises ChannelNotCounted, PolicyUnknown and PolicyFailed."""
    moment = as_of or clock.now()
    standing = await queries.standing(session)
    posts = await queries.outcomes(session, since=moment - REACH, as_of=moment, hours=AGE_HOURS)
    posts = of_channel(posts, channel)[-MOST:]
    able = await queries.drawable(session, since=moment - REACH, as_of=moment)
    tasks = await queries.tasks_of_posts(session, since=moment - REACH, as_of=moment)
    begun = moment - timedelta(days=days)
    made = await asyncio.to_thread(replayed, posts, able, policy, standing, begun, moment, tasks)
    return await asyncio.to_thread(_told, policy, days, replace(made, last=_as_set(made, standing)), chances(standing))


def _as_set(made: Replayed, standing: Standing) -> dict[str, float]:
    """What would be drawn from now: what a person set holds whatever the policy, and so does a way that was adopted."""
    rule = standing.adopted
    if rule is not None and rule.found is not None:
        rule = replace(rule, draws="learnt", found=None)  # the policy asked about stands in the place of that arm's
    drawn = drawing.ruled(voices(standing._replace(weights=made.last)), rule)
    return {id: round(drawn.get(id, 0.0), 6) for id in made.last}


def replayed(
    posts: Sequence[Scored],
    able: Mapping[UUID, Sequence[str]],
    policy: str,
    standing: Standing,
    begun: datetime,
    moment: datetime,
    tasks: Mapping[UUID, UUID] | None = None,
) -> Replayed:
    """Draws of the log as the policy would have made them. Posts whose voice a person chose teach, and do not count.

    Posts of one task (`tasks`, by post) are one draw: they share its voice and its luck, and say no more than one.
    """
    import numpy as np

    from cofounder.personas.policies.interface import Context, Spec

    everybody = roster(standing)
    arms = [one.id for one in everybody]
    scored = [one for one in posts if one.seen_at is not None and one.persona in arms]
    known = levels(scored)
    clock_at = [0.0]
    spec = Spec(
        tuple(arms),
        np.array([one.weight for one in everybody]),
        drawing.floor_for(len(arms)),
        max(len(known.topics), 1),
        max(len(known.platforms), 1),
        len(scored),
    )
    made = policies_known.made(policy, spec, lambda: clock_at[0])
    rng, everyone = np.random.default_rng(0), np.ones(len(arms), bool)
    waiting = sorted(scored, key=lambda one: (one.seen_at, one.id), reverse=True)
    voices_drawn: set[str] = set()
    draws: dict[UUID, tuple[float, float, list[float]]] = {}  # drawn with, share of the policy, followers of posts

    def asked(context: Any, at: float) -> Any:
        clock_at[0] = at
        news = []
        while waiting and hours(waiting[-1].seen_at) <= at:
            news.append(outcome_of(waiting.pop(), arms, known, everyone))
        if news:
            made.observe(news)
        return policies_known.answered(policy, made.select(context, rng)[1], len(arms))

    with policies_known.blamed(policy):
        for one in scored:
            if one.published_at < begun or not one.propensity:
                continue
            task = (tasks or {}).get(one.id, one.id)
            if task in draws:
                draws[task][2].append(float(one.followers))
                continue
            names = able.get(one.id) or arms
            there = np.array([id in names for id in arms])
            here = context_of(one, known, there)
            share = float(asked(here, here.t)[arms.index(one.persona)])
            draws[task] = (one.propensity, share, [float(one.followers)])
            voices_drawn.add(one.persona)
        end = hours(moment)
        last = asked(Context(end, moment.hour, moment.weekday(), 0, 0, everyone), end)
    log = [off_policy.Drawn(sum(came) / len(came), by, share, by) for by, share, came in draws.values()]
    would = {id: round(float(share), 6) for id, share in zip(arms, last, strict=True)}
    return Replayed(log, would, sum(len(came) for _, _, came in draws.values()), frozenset(voices_drawn))


def _told(policy: str, days: int, made: Replayed, present: Mapping[str, float]) -> WhatIfOut:
    gain = off_policy.gained(made.log)
    found, logged = gain.difference, gain.present.value
    enough = found.low is not None and found.high is not None and bool(logged)

    def part(value: float | None) -> float | None:
        return value / logged if enough and value is not None and logged else None

    unseen = [id for id, share in made.last.items() if share > 0 and id not in made.drawn]
    told = _sentence(policy, made.posts, gain.other.effective, part(found.value), part(found.low), part(found.high))
    if made.log and unseen:
        told += f" Never drawn in this log, so nothing of their posts is in it: {', '.join(sorted(unseen))}."
    rows = [
        WouldDraw(persona=id, now=round(present.get(id, 0.0), 6), would=share)
        for id, share in sorted(made.last.items(), key=lambda one: -one[1])
    ]
    return WhatIfOut(
        policy=policy,
        days=days,
        posts=made.posts,
        effective_n=round(gain.other.effective, 1),
        needed=off_policy.LEAST,
        enough=enough,
        logged=logged,
        replayed=gain.other.value if enough else None,
        gain=part(found.value),
        low=part(found.low),
        high=part(found.high),
        told=told,
        never_drawn=sorted(unseen),
        voices=rows,
    )


def _sentence(policy: str, n: int, effective: float, gain: float | None, low: float | None, high: float | None) -> str:
    if gain is None or low is None or high is None:
        least = off_policy.LEAST
        return f"Not enough: {n} drawn posts are worth {effective:.0f} draws of {policy}; {least:.0f} are needed."
    sure = "more" if low > 0 else "fewer" if high < 0 else "neither clearly more nor fewer"
    return f"{policy} would have gained {sure} followers a post: {gain:+.0%} ({low:+.0%} to {high:+.0%}), by {n} posts."
