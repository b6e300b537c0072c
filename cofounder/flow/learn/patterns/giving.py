"""What planner and writer are given: patterns that stood at a time, and which of them a text follows."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.learn.patterns import queries, sentences
from cofounder.flow.learn.patterns.mining import Found
from cofounder.flow.learn.patterns.settling import items_of
from cofounder.flow.learn.patterns.tables import LearningPattern, PatternEstimate
from cofounder.flow.learn.patterns.vocabulary import Item


@dataclass(frozen=True)
class Standing:
    """A pattern that stood at a time, with what was known of it then."""

    id: UUID
    metric: str
    items: tuple[Item, ...]
    sentence: str
    effect: float
    low: float | None
    high: float | None
    q: float
    n: int
    support: int
    since: datetime

    def document(self) -> dict[str, Any]:
        """As it is stored in an example and handed to a writer."""
        return {
            "id": str(self.id),
            "metric": self.metric,
            "conditions": [{"feature": name, "value": value} for name, value in self.items],
            "sentence": self.sentence,
            "effect": round(self.effect, 4),
            "low": None if self.low is None else round(self.low, 4),
            "high": None if self.high is None else round(self.high, 4),
            "q": round(self.q, 6),
            "n": self.n,
            "support": self.support,
            "as_of": self.since.isoformat(),
        }


async def standing(session: AsyncSession, *, as_of: datetime, channels: Sequence[str] = ()) -> list[Standing]:
    """Patterns that stood at a time and say something about these channels, strongest first. Never a watched one."""
    run = await queries.last_run(session)
    if run is None:
        return []
    found = []
    for row, said in await queries.standing(session, as_of, sample=run.is_sample):
        items = items_of(row)
        where = dict(items).get("channel")
        if channels and not (where in channels if where else set(channels) & set(row.channels)):
            continue
        effect = cast(float, said.effect)
        known = _as_then(row, said, items)
        found.append(
            Standing(row.id, row.metric, items, known, effect, said.low, said.high, said.q or 0.0, said.n,
                     said.support, said.as_of)
        )  # fmt: skip
    return found


async def sentences_of(session: AsyncSession, as_of: datetime, channels: Sequence[str]) -> list[str]:
    """What stood at a time for these channels, in words."""
    return [one.sentence for one in await standing(session, as_of=as_of, channels=channels)]


def _as_then(row: LearningPattern, said: PatternEstimate, items: tuple[Item, ...]) -> str:
    """The sentence with the figures of that time."""
    if said.run_id == row.run_id and said.kind == "all":
        return row.sentence
    one = Found(
        row.metric, items, said.n, said.support, said.support, cast(float, said.effect), said.p or 1.0, row.confidence, row.lift,
        row.mean_with, row.mean_without, tuple(row.channels), said.low if said.low is not None else math.nan,
        said.high if said.high is not None else math.nan, said.q or 0.0,
    )  # fmt: skip
    return sentences.sentence(one, row.tested)


def meets(items: Sequence[Item], features: Mapping[str, str]) -> bool:
    """Whether all conditions hold."""
    return all(features.get(name) == value for name, value in items)
