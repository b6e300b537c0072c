"""What a draft may bring on a channel, said with its interval, and how often such intervals held.

Models are fitted from the channel's history as of the beginning of the day, or of the last import since, and kept in
the process for a while: a journey asks for each of its texts.
"""

import asyncio
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.context import hours, queries
from cofounder.business.context.hours import Models
from cofounder.business.context.model import FEWEST, LEVEL, Model
from cofounder.business.derive.intervals import NOT_ENOUGH, Interval, of_share
from cofounder.channels import called
from cofounder.kit import clock
from cofounder.kit.ids import new_id

MOST_POSTS = 1_000  # newest of a channel that a model is fitted on
_KEPT_SECONDS = 600.0
_KEPT = 24
Outcome = Literal["engagement_rate", "engagement", "reach", "likes", "followers", "return_on_cost"]
OUTCOMES: tuple[Outcome, ...] = ("engagement_rate", "engagement", "reach", "likes", "followers", "return_on_cost")


def called_outcome(name: str) -> str:
    """An outcome's name before a figure. Of likes and engagement one may be the larger: neither is part of the other."""
    return "Clicks, shares and comments" if name == "engagement" else name.replace("_", " ").capitalize()


class Expected(BaseModel):
    """One outcome of a text as history lets expect it."""

    outcome: Outcome
    status: Literal["ok", "not enough data"]
    n: int = Field(
        description="Earlier posts of the channel that have it, each read 72 hours or more after it went out"
    )
    needed: int = FEWEST
    value: float | None = Field(default=None, description="The middle: as likely to bring more as less")
    low: float | None = None
    high: float | None = None
    at: datetime | None = Field(
        default=None,
        description="The time of publication that this is said of; null: it is said of the times at which the channel's"
        " posts go out, and the note says why",
    )
    level: float = Field(default=LEVEL, description="How often the interval is to hold, 0-1")
    coverage: float | None = Field(
        default=None, description="How often it held on later posts, 0-1, walking through history"
    )
    coverage_n: int = 0
    typical: float | None = Field(
        default=None,
        description="What the channel's posts typically bring: the geometric mean of the n newest (their mean on the log"
        " scale), at most 1,000. Not their average, which a few posts that did very well raise",
    )
    beats_channel_mean: bool | None = Field(
        default=None,
        description="Whether the model is clearly better than the typical value; false: the text changes nothing, and"
        " the typical value is told",
    )
    error: float | None = Field(default=None, description="Typical factor by which the model was off: 1.8 is 1.8 times")
    mean_error: float | None = Field(default=None, description="The same of the typical value")
    rank: float | None = Field(
        default=None, description="Share of the channel's earlier posts of which less was foretold, 0-1"
    )
    note: str


class Prediction(BaseModel):
    """What a draft may bring on a channel."""

    channel: str
    as_of: datetime
    outcomes: dict[Outcome, Expected]
    kept: Interval | None = Field(
        default=None, description="How often intervals given for own texts held once these were measured"
    )
    kept_n: int = Field(default=0, description="How many such texts were measured")
    sentence: str

    @property
    def main(self) -> Expected:
        """Engagement: as a rate where views are counted, else as a number."""
        rate = self.outcomes["engagement_rate"]
        return rate if rate.status == "ok" else self.outcomes["engagement"]


@dataclass(frozen=True)
class Text:
    """A text that is not published yet."""

    content: str
    title: str | None = None
    topic: str | None = None
    category: str | None = None
    persona: str | None = None
    format: str | None = None
    paid: bool | None = None
    hashtags: Sequence[str] = ()
    at: datetime | None = None  # when it would go out; None: when the channel's posts do

    def as_post(self) -> dict[str, Any]:
        at = None if self.at is None else self.at.astimezone(UTC)
        named = ("content", "title", "topic", "category", "persona", "format", "paid", "hashtags")
        return {**{name: getattr(self, name) for name in named}, "published_at": at}


Row = Mapping[str, Any]


def _rate(post: Row) -> float | None:
    if not post["rated_views"]:
        return None
    return math.log((post["rated_engaged"] + 0.5) / (post["rated_views"] + 1))


def _count(name: str, other: str | None = None) -> Callable[[Row], float | None]:
    def read(post: Row) -> float | None:
        value = post[name] if post[name] is not None or other is None else post[other]
        return None if value is None else math.log1p(max(value, 0.0))

    return read


def _return(post: Row) -> float | None:
    if post["revenue"] is None or not post["cost"] or post["cost"] <= 0 or post["revenue"] < 0:
        return None
    return math.log1p(post["revenue"] / post["cost"])


def _none(post: Row) -> float | None:
    """Followers gained are credited to a post by attribution alone; a count of all followers is not its doing."""
    return None


READ: dict[Outcome, Callable[[Row], float | None]] = {
    "engagement_rate": _rate,
    "engagement": _count("engaged"),
    "reach": _count("reach", "views"),
    "likes": _count("likes"),
    "followers": _none,
    "return_on_cost": _return,
}
_Models = dict[Outcome, tuple[Models | None, int]]  # with the number of posts that have the outcome
_held: dict[tuple[str, str, datetime], tuple[float, _Models]] = {}
_fitting: "dict[tuple[str, str, datetime], asyncio.Task[_Models]]" = {}


def forget() -> None:
    """Let every model be fitted anew when it is next asked for."""
    _held.clear()
    _fitting.clear()


async def predict(
    session: AsyncSession, text: Text, channel: str, *, as_of: datetime, with_kept: bool = True
) -> Prediction:
    """What a text may bring on a channel, from posts published and measured by `as_of`."""
    models = await _models(session, channel, as_of)
    post = text.as_post()
    outcomes = {name: _expected(name, *models[name], post, channel) for name in OUTCOMES}
    made = Prediction(channel=channel, as_of=as_of, outcomes=outcomes, sentence="")
    if with_kept:
        held, asked = held_of(await queries.kept(session, channel, as_of))
        made.kept, made.kept_n = of_share(held, asked), asked
    made.sentence = made.main.note if made.main.status == "ok" else _too_thin(channel, made.main.n)
    return made


async def keep(session: AsyncSession, task_id: UUID, given: Sequence[tuple[str, int, Prediction]]) -> None:
    """Write down what was foretold of a task's texts, as (channel, version, prediction)."""
    rows = [
        {
            "id": new_id(),
            "task_id": task_id,
            "channel": channel,
            "version": version,
            "as_of": made.as_of,
            "made_at": clock.now(),
            "outcomes": {name: _short(one) for name, one in made.outcomes.items() if one.status == "ok"},
            "model": "ridge/2",
        }
        for channel, version, made in given
        if any(one.status == "ok" for one in made.outcomes.values())
    ]
    await queries.keep_predictions(session, rows)


def _short(one: Expected) -> dict[str, Any]:
    return {
        "value": one.value,
        "low": one.low,
        "high": one.high,
        "n": one.n,
        "beats_channel_mean": one.beats_channel_mean,
    }


def held_of(kept: Sequence[queries.Kept]) -> tuple[int, int]:
    """How many of the intervals that were given for engagement held, of how many."""
    held = asked = 0
    for one in kept:
        rate = one.outcomes.get("engagement_rate")
        given = rate or one.outcomes.get("engagement")
        came = _share(one) if rate else one.engaged
        if given and came is not None:
            asked += 1
            held += given["low"] <= came <= given["high"]
    return held, asked


def _share(one: queries.Kept) -> float | None:
    """The rate; none where nobody read both of one time, which is no rate of nought."""
    return one.rated_engaged / one.rated_views if one.rated_views and one.rated_engaged is not None else None


async def _models(session: AsyncSession, channel: str, as_of: datetime) -> _Models:
    """One model an outcome, from the posts as of the beginning of the day, or of the last import since."""
    day = as_of.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    cut = await queries.last_import(session, day, as_of) or day
    bind = session.get_bind()
    key = (str(bind.engine.url), channel, cut)
    found = _held.get(key)
    if found is not None and time.monotonic() - found[0] < _KEPT_SECONDS:
        return found[1]
    posts = await queries.history(session, channel, cut, MOST_POSTS) if key not in _fitting else []
    if key not in _fitting:  # nor has another begun meanwhile
        job = _fitting[key] = asyncio.create_task(asyncio.to_thread(_fitted, posts))
        job.add_done_callback(lambda _: _fitting.pop(key, None))
    # Who waits holds a connection: a backlog that finds nothing kept has each model fitted once, and not once a task.
    made = await asyncio.shield(_fitting[key])
    while len(_held) >= _KEPT:
        _held.pop(next(iter(_held)))
    _held[key] = (time.monotonic(), made)
    return made


def _fitted(posts: Sequence[Row]) -> _Models:
    made: _Models = {}
    for name in OUTCOMES:
        read = [(post, value) for post in posts if (value := READ[name](post)) is not None]
        made[name] = (hours.fit([post for post, _ in read], [value for _, value in read]), len(read))
    return made


def _expected(name: Outcome, models: Models | None, n: int, post: Row, channel: str) -> Expected:
    if models is None:
        told = _too_thin(channel, n)
        if name == "followers":
            told = "Not enough data: a prediction needs followers credited to single posts, which it does not read."
        elif n >= FEWEST:
            told = f"All {n} posts of {channel} brought the same; there is nothing to foretell."
        return Expected(outcome=name, status=NOT_ENOUGH, n=n, note=told)
    fitted, at = models.of(post["published_at"])
    middle, low, high = fitted.predict(post)
    fitted = fitted.at(post)
    value, least, most, typical = (_shown(name, one) for one in (middle, low, high, fitted.mean))
    off, off_mean = math.exp(fitted.error), math.exp(fitted.mean_error)
    return Expected(
        outcome=name,
        status="ok",
        n=fitted.n,
        at=at,
        value=value,
        low=least,
        high=most,
        typical=typical,
        coverage=None if fitted.coverage is None else round(fitted.coverage, 4),
        coverage_n=fitted.coverage_n,
        beats_channel_mean=fitted.beats_mean,
        error=round(off, 3),
        mean_error=round(off_mean, 3),
        rank=round(fitted.rank(post), 4) if fitted.beats_mean else None,
        note=f"{_told(name, channel, value, least, most, fitted)} {_time(models, post['published_at'])}",
    )


def _shown(name: Outcome, log: float) -> float:
    if name == "engagement_rate":
        return round(math.exp(log), 6)
    return round(max(math.expm1(log), 0.0), 4 if name == "return_on_cost" else 1)


def _told(name: Outcome, channel: str, value: float, low: float, high: float, of: Model) -> str:
    def say(one: float) -> str:
        return (
            f"{one:.2%}" if name == "engagement_rate" else f"{one:,.2f}" if name == "return_on_cost" else f"{one:,.0f}"
        )

    noun = called_outcome(name)
    is_ = "expected" if of.beats_mean else "is typical"
    told = f"{noun} on {called(channel)}: {say(value)} {is_}, 80% interval {say(low)} to {say(high)}"
    if of.coverage is not None:
        told += f"; such intervals held for {of.coverage:.0%} of {of.coverage_n} later posts"
    if not of.beats_mean:
        told += (
            "; the model is not clearly better than that, so it is said of every text: the geometric mean of its newest"
            f" {of.n:,} measured posts, not their average, which a few that did very well raise"
        )
    return f"{told}."


def _time(models: Models, asked: datetime | None) -> str:
    """Which time of publication that is said of, and why."""
    if models.timed is None:
        return "It is said of any time of publication: that a time does better is not clear."
    if asked is None:
        return (
            "It is said of the hours its posts go out at, as no time of publication is given; the hour matters there."
        )
    told = f"{asked:%A %Y-%m-%d %H:%M} UTC"
    if models.near(asked) < hours.FEWEST_NEAR:
        return (
            f"It is said of the hours its posts go out at: fewer than {hours.FEWEST_NEAR} of the newest went out within an"
            f" hour of {told}."
        )
    return f"It is said of a post that goes out on {told}."


def _too_thin(channel: str, n: int) -> str:
    return f"Not enough data: {n} measured posts on {called(channel)} of the {FEWEST} that a prediction needs."


async def given_for(session: AsyncSession, task_id: UUID, channel: str, *, by: datetime) -> dict[str, Any] | None:
    """What was foretold of a task's text for a channel, newest first as of a time: made_at and outcomes."""
    return await queries.prediction(session, task_id, channel, by)
