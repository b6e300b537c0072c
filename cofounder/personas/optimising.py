"""A look at how the voices did: the posts are scored, the policy learns from them, and what follows is kept or applied."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder import __version__
from cofounder.kit import live
from cofounder.kit.ids import new_id
from cofounder.personas import breaks, drawing, queries
from cofounder.personas.followers import crediting
from cofounder.personas.performance import Performance, performance
from cofounder.personas.queries import Scored, Standing
from cofounder.personas.roster import ROSTER, Persona
from cofounder.personas.tables import OptimisationRun
from cofounder.personas.teaching import fingerprint, hours, levels, outcome_of, table

TOPIC = "personas"
AGE_HOURS = 72  # of the reading that scores a post
LOOK_BACK = timedelta(days=7)
LEAST = 20  # posts scored in the look-back
REACH = timedelta(days=365)  # posts further back count next to nothing
NEW_POSTS, VIRAL_POSTS = 5, 5
LEAST_CHANGE = 0.0005  # of a probability
TOO_FEW = "insufficient data"

Mode = Literal["watch", "propose", "autonomous"]
Cells = Mapping[str, Mapping[str, float]]  # "topic|block|platform" -> id -> share


@dataclass(frozen=True)
class Learnt:
    """What a policy made of the posts."""

    weights: dict[str, float]
    cells: dict[str, dict[str, float]] | None
    found: dict[str, Any]
    seed: int
    input_hash: str


def roster(standing: Standing) -> tuple[Persona, ...]:
    """The twelve, and after them the voices that people made."""
    return (*ROSTER, *standing.own)


def chances(standing: Standing) -> dict[str, float]:
    """The probability of every voice that is not disabled, where no experiment says otherwise."""
    return drawing.ruled(voices(standing), standing.adopted)


def voices(standing: Standing) -> list[drawing.Drawable]:
    """Every voice as it stands: what people said of it, and its weight of the run in use (or its first one)."""
    found = []
    for one in roster(standing):
        status, override = standing.said.get(one.id, (one.status, None))
        weight = standing.weights.get(one.id, one.weight)
        found.append(drawing.Drawable(one.id, weight, status, override))  # type: ignore[arg-type]
    return found


async def optimise(
    session: AsyncSession, *, as_of: datetime, by: str, mode: Mode, policy: str, dry: bool = False, then: bool = False
) -> OptimisationRun:
    """Look at the posts as known at `as_of`. A dry run is made and thrown away by its caller.

    Fewer than twenty posts scored within seven days: skipped, which is kept too. In mode "autonomous" the weights are
    in use at once, in "propose" they wait for a person, in "watch" they are told.
    """
    from cofounder.personas import history, proposing  # they ask this module to learn, or what is drawn
    from cofounder.personas.experiments import service as experiments

    await queries.lock(session)
    await crediting.credit(session, as_of)
    standing = await queries.standing(session, then=then)
    known = {one.id for one in roster(standing)}  # imported posts may name others, of whom nothing is learnt
    posts = await queries.outcomes(session, since=as_of - REACH, as_of=as_of, hours=AGE_HOURS)
    posts = [one for one in posts if one.persona in known]
    recent = [one for one in posts if one.seen_at is not None and one.seen_at > as_of - LOOK_BACK]
    values: dict[str, Any] = {
        "id": new_id(),
        "ran_at": as_of,
        "mode": mode,
        "started_by": by,
        "policy": policy,
        "posts_analyzed": len(recent),
        "posts_known": sum(one.seen_at is not None for one in posts),
        "posts_waiting": sum(one.seen_at is None and not one.early for one in posts),
        "posts_early": sum(one.early for one in posts),
        "code_version": __version__,
        "is_sample": await queries.of_sample(session, as_of),
    }
    if len(recent) < LEAST:
        return await _skipped(session, values)
    before = chances(standing)
    learnt = await asyncio.to_thread(learn, posts, policy, as_of, standing)
    after = chances(standing._replace(weights=learnt.weights))
    ranked = performance(recent)
    told = {one.persona: one for one in ranked}
    best = _rankable(ranked, standing)
    changed = changes_of(before, after)
    proposed = mode == "propose" and (bool(changed) or _cells_differ(learnt.cells, standing.cells))
    values |= {
        "status": "success",
        "changes": changed,
        "top_performer": best[0].persona if best else None,
        "bottom_performer": best[-1].persona if len(best) > 1 else None,
        "special": special(posts, told, standing),
        "seed": learnt.seed,
        "input_hash": learnt.input_hash,
        "found": {**learnt.found, "channels_changed": [one.told() for one in breaks.breaks(posts, as_of)]},
        "cells": learnt.cells,
        "proposed": proposed,  # what would change nothing asks nobody for a decision
        "applied_at": as_of if mode == "autonomous" and not dry else None,
    }
    if proposed:
        values["proof"] = await proposing.proof(session, posts, policy, as_of, standing)
    row = await queries.put_run(session, values, _weights(learnt, after, told))
    if not dry:
        if not then:
            await experiments.weighed_anew(session, posts, as_of, standing)
        if row.applied_at is not None:
            await history.noted(session, "look", by=by, at=as_of, run_id=row.id, then=then)
        elif not then:  # an adopted arm's own policy has learnt
            await history.noted(session, "experiment", by=by, at=as_of, run_id=standing.run_id)
    live.changed(session, TOPIC, row.id)
    return row


def changes_of(before: Mapping[str, float], after: Mapping[str, float]) -> list[dict[str, Any]]:
    """The probabilities that differ by half a thousandth or more, as they are kept with a run and shown."""
    return [
        {"generator": id, "oldWeight": round(before.get(id, 0.0), 6), "newWeight": round(share, 6)}
        for id, share in after.items()
        if abs(share - before.get(id, 0.0)) >= LEAST_CHANGE
    ]


def _cells_differ(new: Cells | None, old: Cells | None) -> bool:
    """Whether weights that are told apart by topic, time of day and channel are others."""
    new, old = new or {}, old or {}
    return new.keys() != old.keys() or any(changes_of(old[place], new[place]) for place in new)


def learn(posts: Sequence[Scored], policy: str, as_of: datetime, standing: Standing) -> Learnt:
    """Weights from every scored post: the same for the same posts, on any machine.

    Raises PolicyUnknown and PolicyFailed.
    """
    import numpy as np

    from cofounder.personas import policies_known
    from cofounder.personas.policies.interface import Spec
    from cofounder.personas.policies.outcomes import Outcomes

    everybody = roster(standing)
    arms = [one.id for one in everybody]
    scored = [one for one in posts if one.seen_at is not None and one.persona in arms]
    known = levels(scored)
    rows = table(scored, arms, known)
    digest = fingerprint(scored, rows, arms, known)
    seed = int(digest[:12], 16)
    now = hours(as_of)
    initial = np.array([one.weight for one in everybody])
    topics, platforms = max(len(known.topics), 1), max(len(known.platforms), 1)
    spec = Spec(tuple(arms), initial, drawing.floor_for(len(arms)), topics, platforms, seed)
    made = policies_known.made(policy, spec, lambda: now)
    if policy == "blueprint" and standing.weights:  # it moves from where the weights are
        made.weights = np.array([standing.weights.get(one.id, one.weight) for one in everybody])
    everyone = np.ones(len(arms), bool)
    with policies_known.blamed(policy):
        if at_once := isinstance(getattr(made, "outcomes", None), Outcomes):
            made.outcomes.load(rows)  # the same as observe, all at once
    shown = [] if at_once else [outcome_of(one, arms, known, everyone) for one in scored]
    weights, cells, told = policies_known.taught(policy, made, shown, now, everyone, known.topics, known.platforms)
    return Learnt(
        weights={id: float(weight) for id, weight in zip(arms, weights, strict=True)},
        cells=cells,
        found={**told, "arms": arms},
        seed=seed,
        input_hash=digest,
    )


async def wanted(session: AsyncSession, policy: str, as_of: datetime) -> dict[str, float]:
    """The probability of every voice as a policy would have it; those in use where too few posts were scored.

    Raises PolicyUnknown and PolicyFailed.
    """
    await crediting.credit(session, as_of)
    posts = await queries.outcomes(session, since=as_of - REACH, as_of=as_of, hours=AGE_HOURS)
    standing = await queries.standing(session)
    if sum(one.seen_at is not None and one.seen_at > as_of - LOOK_BACK for one in posts) < LEAST:
        return chances(standing)
    learnt = await asyncio.to_thread(learn, posts, policy, as_of, standing)
    return chances(standing._replace(weights=learnt.weights))


def special(posts: Sequence[Scored], told: Mapping[str, Performance], standing: Standing) -> list[dict[str, Any]]:
    """What is out of the ordinary: viral, failing and new voices, and those that a person has set."""
    lives: dict[str, int] = {}
    for post in posts:
        lives[post.persona] = lives.get(post.persona, 0) + 1
    found: list[dict[str, Any]] = []
    for one in roster(standing):
        seen = told.get(one.id)
        status, override = standing.said.get(one.id, (one.status, None))
        if seen is not None and seen.band == "viral" and seen.posts >= VIRAL_POSTS:
            found.append({"generator": one.id, "kind": "viral", "per_1k": round(seen.per_1k or 0.0, 3)})
        if seen is not None and seen.band == "failing":
            found.append({"generator": one.id, "kind": "failing", "posts": seen.posts})
        if lives.get(one.id, 0) < NEW_POSTS:
            found.append({"generator": one.id, "kind": "new", "posts": lives.get(one.id, 0)})
        if override is not None:
            found.append({"generator": one.id, "kind": "set by a person", "weight": override})
        if status != "active":
            found.append({"generator": one.id, "kind": status})
    return found


def _rankable(ranked: Sequence[Performance], standing: Standing) -> list[Performance]:
    """Of the voices that are drawn by what they bring those with enough posts to be compared."""
    active = {one.id for one in voices(standing) if one.status == "active"}
    return [one for one in ranked if one.persona in active and one.posts >= NEW_POSTS and one.per_1k is not None]


async def _skipped(session: AsyncSession, values: dict[str, Any]) -> OptimisationRun:
    nothing: dict[str, Any] = {"changes": [], "special": [], "seed": 0, "input_hash": "", "found": {}}
    return await queries.put_run(session, {**values, **nothing, "status": "skipped", "reason": TOO_FEW}, [])


def _weights(learnt: Learnt, after: Mapping[str, float], told: Mapping[str, Performance]) -> list[dict[str, Any]]:
    found = []
    for id, weight in learnt.weights.items():
        seen = told.get(id)
        found.append(
            {
                "persona": id,
                "weight": weight,
                "probability": after.get(id, 0.0),
                "posts": seen.posts if seen else 0,
                "followers": round(seen.followers, 6) if seen else 0,
                "impressions": seen.impressions if seen else 0,
            }
        )
    return found
