"""A company that publishes day after day: what its voices really bring is known here and nowhere else.

Voices are drawn, posts read, followers counted, gains divided and weights learnt by the product itself, on its own
database, while the clock is set forward. What is random is drawn for every voice at once, so that two ways of drawing
meet the same luck.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

import numpy as np
from sqlalchemy import text

from cofounder.kit import clock, db
from cofounder.kit.ids import new_id
from cofounder.personas import NAMES, choose, optimising, queries
from cofounder.personas.followers import crediting
from cofounder.personas.followers import queries as counts
from cofounder.personas.optimising import Mode

_LIVES = UUID(int=77)
BEGUN = datetime(2030, 1, 1, tzinfo=UTC)
CURVE = ((1.0, 0.7), (3.0, 1.0))  # (days after publishing, share of a post's impressions that was reached)

_POST = text("""
INSERT INTO posts (id, task_id, platform, title, content, persona, category, hashtags, flags, published_at, known_at,
  created_at) VALUES (:id, NULL, :platform, 'A post', 'A post.', :persona, :topic, '{}', '{}', :at, :at, :at)""")
_READING = text("""
INSERT INTO social_post_analytics (id, post_id, post_external_id, platform, measured_at, known_at, impressions, likes,
  source, flags) VALUES (:id, :post, :name, :platform, :at, :at, :seen, 1, 'test', '{}')""")


@dataclass
class World:
    """What voices bring: followers for 1,000 impressions of each, and how that changes."""

    seed: int
    days: int
    posts_a_day: int = 3
    drifting: bool = True
    rates: Any = field(init=False)  # (days, voices)
    shown: Any = field(init=False)  # (posts, voices): impressions of a post, had the voice written it
    luck: Any = field(init=False)  # (posts,)

    def __post_init__(self) -> None:
        draw = np.random.default_rng([self.seed, 77])
        voices, posts = len(NAMES), self.days * self.posts_a_day
        log = np.log(4.0) + 0.9 * draw.standard_normal(voices)
        steps = 0.03 * draw.standard_normal((self.days, voices)) if self.drifting else np.zeros((self.days, voices))
        for day in range(45, self.days, 60):  # a third of the voices are found out, or found
            steps[day] += 0.8 * draw.standard_normal(voices) * (draw.random(voices) < 0.33) * self.drifting
        self.rates = np.clip(np.exp(log + np.cumsum(steps, 0)), 0.02, 60.0)
        reach = np.log(900.0) + 0.2 * draw.standard_normal(voices)
        self.shown = np.round(np.exp(reach + draw.standard_normal((posts, 1)))).clip(20, 200_000)
        self.luck = draw.gamma(2.0, 0.5, posts)

    def expected(self, number: int, voice: int) -> float:
        """Followers that a post gains on average."""
        return float(self.shown[number, voice] * self.rates[number // self.posts_a_day, voice] / 1000)


@dataclass
class Lived:
    """A life of a company."""

    followers: float = 0.0  # what the posts were expected to gain, so that luck does not blur what was drawn
    late: float = 0.0  # of the last third
    drawn: dict[str, int] = field(default_factory=dict)  # in the last third
    weights: list[dict[str, float]] = field(default_factory=list)  # after each look
    counted: int = 0


async def lived(
    world: World,
    policy: str,
    *,
    look_hours: float = 24.0,
    mode: Mode = "autonomous",
    each_day: Callable[[Any, int, datetime], Any] | None = None,
) -> Lived:
    """Live through the days of a world. The database is the product's, and new."""
    found, followers = Lived(), 10_000
    draw = np.random.default_rng([world.seed, 5])
    gains: dict[int, float] = {}  # followers that come on a day
    for day in range(world.days):
        for place in range(world.posts_a_day):
            at = BEGUN + timedelta(days=day, hours=7 + 12 * place / world.posts_a_day)
            number = day * world.posts_a_day + place
            with clock.frozen(at):
                name = await _publish(world, number, at)
            voice = NAMES.index(name)
            expected = world.expected(number, voice)
            found.followers += expected
            if day >= world.days * 2 // 3:
                found.late += expected
                found.drawn[name] = found.drawn.get(name, 0) + 1
            came = int(np.random.default_rng([world.seed, number]).poisson(expected * world.luck[number]))
            for after, share in ((0, 0.7), (1, 0.2), (2, 0.1)):
                gains[day + after] = gains.get(day + after, 0.0) + came * share
        followers += round(gains.pop(day, 0.0)) + int(draw.poisson(1.0))
        evening = BEGUN + timedelta(days=day, hours=23)
        with clock.frozen(evening):
            async with db.transaction() as session:
                await counts.put_count(session, "x", evening, followers, by="test")
                if each_day is not None:
                    await each_day(session, day, evening)
                if day * 24.0 % look_hours < 24.0 and policy != "fixed":
                    await _look(session, evening, policy, mode, found)
    found.counted = followers - 10_000
    return found


async def _publish(world: World, number: int, at: datetime) -> str:
    """Draw a voice as a task does, publish in it, and leave the readings of the days to come."""
    # what is drawn hangs on the task: the same life twice draws the same
    task, topic = uuid5(_LIVES, f"{world.seed}/{number}"), ("growth", "product", "team")[number % 3]
    async with db.transaction() as session:
        name = await choose(session, task, "main", {"topic": topic, "channels": ["x"]})
        id = str(uuid5(_LIVES, f"{world.seed}/{number}/post"))
        await session.execute(_POST, {"id": id, "platform": "x", "persona": name, "topic": topic, "at": at})
        seen = world.shown[number, NAMES.index(name)]
        readings = [
            {"id": str(new_id()), "post": id, "name": id, "platform": "x", "at": at + timedelta(days=days, minutes=5)}
            | {"seen": round(seen * share)}
            for days, share in CURVE
        ]
        await session.execute(_READING, readings)
    return name


async def _look(session: Any, at: datetime, policy: str, mode: Mode, found: Lived) -> None:
    row = await optimising.optimise(session, as_of=at, by="schedule", mode=mode, policy=policy)
    if row.status == "success":
        weights: Mapping[str, float] = {
            one.persona: one.probability for one in await queries.weights_of(session, row.id)
        }
        found.weights.append(dict(weights))


async def books() -> list[dict[str, Any]]:
    """What was counted, and whose it is, over the whole life."""
    async with db.transaction() as session:
        await crediting.credit(session, clock.now())
        return await counts.balance(session)
