"""Decide who is asked first, by what is configured and what was measured; keep what was measured up to date."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import db
from cofounder.kit.clock import now
from cofounder.models.chain import OFFLINE, Target, chain
from cofounder.models.routing import queries
from cofounder.models.routing.choose import Candidate, Choice, Measured, choose
from cofounder.models.routing.complexity import Judged, Seen, judge
from cofounder.models.routing.foretell import Foretelling, shape
from cofounder.models.routing.tiers import blended, tier

FRESH_SECONDS = 30.0  # what was measured moves once in minutes; nobody waits for it at each call


@dataclass(frozen=True)
class _Known:
    """What was read of one database, and when."""

    read_at: float
    measured: dict[tuple[str, str], dict[Target, Measured]]
    words: dict[Target, Foretelling]


_kept: dict[str, _Known] = {}


@dataclass(frozen=True)
class Routed:
    """An order to ask in, and the row's record of why."""

    targets: tuple[Target, ...]
    record: dict[str, Any]


async def decide(seen: Seen, setting: str, *, in_turn: bool = False, sticky: Target | None = None) -> Routed:
    """The order in which the models of a setting are asked for a job.

    `in_turn` keeps the order in which they are named. Raises ModelSettingInvalid.
    """
    targets, judged = chain(setting), judge(seen)
    if in_turn:
        why = "The models are asked in the order in which they are named."
        choice = Choice(targets, tier(targets[0]), "in_turn", why)
    elif targets == (OFFLINE,):
        choice = choose(judged, [], {})
    else:
        choice = choose(judged, _candidates(targets), await _measured(seen, judged), sticky=sticky)
    return Routed(choice.targets, _record(seen, judged, choice))


def _candidates(targets: Sequence[Target]) -> list[Candidate]:
    return [Candidate(target, tier(target), blended(target)) for target in targets]


def _record(seen: Seen, judged: Judged, choice: Choice) -> dict[str, Any]:
    return {
        "task_type": seen.task_type,
        "complexity": judged.level.name,
        "tier": choice.tier.name,
        "rule": choice.rule,
        "why": choice.why,
        "order": [str(target) for target in choice.targets],
    }


async def _measured(seen: Seen, judged: Judged) -> dict[Target, Measured]:
    address = str(db.place())
    known = _kept.get(address)
    if known is None or time.monotonic() - known.read_at > FRESH_SECONDS:
        async with db.reading() as session:
            measured, words = await queries.measured(session), await queries.foretellings(session)
        known = _kept[address] = _Known(time.monotonic(), measured, words)
    found = known.measured.get((seen.task_type, judged.level.name), {})
    if not known.words:
        return found
    form = shape(seen.words)
    return {
        target: replace(one, shift=known.words[target].shift(form)) if target in known.words else one
        for target, one in found.items()
    }


async def remember(
    session: AsyncSession, found: Sequence[dict[str, Any]], words: Mapping[str, Foretelling] | None = None
) -> None:
    """Take over what came of each model's answers: the columns of ModelQuality. What is not among them is forgotten."""
    await queries.replace(session, found, words or {}, now())
    _kept.clear()


async def measured_rows(session: AsyncSession) -> Sequence[Any]:
    """Everything that was measured: rows of ModelQuality, by kind of job, most answers first."""
    return await queries.rows(session)
