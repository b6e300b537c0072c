"""Which hours and weekdays did better on a platform, and whether that is more than luck.

A post's score is log(1 + engagement) of its first reading at 72 hours or later, against the posts that went out around the
same time: what patterns score, so that both say the same of a time. The count and not the rate over views, for a time of
day acts mostly through how many see a post. An hour's effect is its mean score against the platform's, drawn towards
nought by how few posts it rests on (`pooling`). The level is raised by the number of hours and days looked at
(Bonferroni), and clear is only what still leaves 1 out as it is shown, to a hundredth.

Hours are UTC's, as those of patterns are, unless another zone is asked for: hours of another clock are other groups of
the same posts, and may be told otherwise.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.derive import queries
from cofounder.business.derive.intervals import NOT_ENOUGH
from cofounder.business.derive.pooling import Group, effects
from cofounder.channels import called
from cofounder.kit import recall

AGE_HOURS = 72  # of the reading that scores a post
MEASURE = f"clicks, shares and comments at {AGE_HOURS} hours"
TOGETHER = 25  # posts in a row that are compared, so that an audience that grew is taken for no better hour
NEWEST = 5_000  # posts of a channel that are read; more narrow no interval that matters, and take time
FEWEST = 30  # posts with a reading of that age
FEWEST_EACH = 5  # of an hour or a day
FURTHER = (730, 1_095, 1_825, 3_650, 36_500)  # days that are looked at where a shorter window holds too few posts
_ERROR = 0.05
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class TimeEffect(BaseModel):
    """An hour or weekday against the platform's mean: 1.2 is a fifth more engagement."""

    name: str
    n: int
    ratio: float
    low: float
    high: float
    clear: bool = Field(description="The interval leaves 1 out, rounded to a hundredth too")


class BestTimes(BaseModel):
    channel: str
    status: Literal["ok", "not enough data"]
    n: int
    needed: int = FEWEST
    time_zone: str
    measure: str = Field(default=MEASURE, description="What a post is scored by; views are no part of it, reach is")
    level: float | None = Field(default=None, description="Confidence level of each interval, 0-1")
    hours: list[TimeEffect] = Field(default_factory=list, description="0 to 23")
    weekdays: list[TimeEffect] = Field(default_factory=list, description="Monday first")
    best_hour: TimeEffect | None = Field(default=None, description="None where no hour is clearly better")
    best_weekday: TimeEffect | None = None
    sentence: str


async def best_times(
    session: AsyncSession, channel: str, *, as_of: datetime, days: int = 365, zone: str = "UTC"
) -> BestTimes:
    """Hours and weekdays of posts of the last `days` days, in the time zone; of too few posts, what more days hold."""
    rows = await rows_of(session, [channel], as_of=as_of, days=days, zone=zone)
    found = times_of(channel, rows, zone)
    if found.status == "ok":
        return found
    n = found.n
    for more in (more for more in FURTHER if more > days):
        n = times_of(channel, await rows_of(session, [channel], as_of=as_of, days=more, zone=zone), zone).n
        if n >= FEWEST:
            return _and(found, f"The last {days} days were looked at; the last {more} hold {n}.")
    if n == found.n:
        return found
    return _and(found, f"The last {days} days were looked at; all of history holds {n}, so more days are not enough.")


def _and(found: BestTimes, more: str) -> BestTimes:
    return found.model_copy(update={"sentence": f"{found.sentence} {more}"})


async def rows_of(
    session: AsyncSession, channels: Sequence[str], *, as_of: datetime, days: int, zone: str
) -> list[dict[str, Any]]:
    """Sums of several channels by weekday and hour, for `times_of`."""
    since = as_of - timedelta(days=days)
    return await recall.once(
        ("times", as_of, since, tuple(channels), zone),
        lambda: queries.times(
            session,
            as_of=as_of,
            since=since,
            platforms=channels,
            zone=zone,
            hours=AGE_HOURS,
            together=TOGETHER,
            newest=NEWEST,
        ),
    )


def times_of(channel: str, rows: Sequence[Mapping[str, Any]], zone: str) -> BestTimes:
    """From sums by weekday and hour. Posts of which nobody knows when they were published are left out."""
    undated = sum(row["n"] for row in rows if not row["dated"])
    mine = [row for row in rows if row["dated"]]
    n = sum(row["n"] for row in mine)
    if n < FEWEST:
        which = "posts whose time is known and" if undated else "posts"
        more = f" ({undated} more have no known time)" if undated else ""
        told = (
            f"{called(channel)}: {NOT_ENOUGH}, {n} {which} that were read at {AGE_HOURS} hours or later{more} "
            f"of the {FEWEST} that a statement needs."
        )
        return BestTimes(channel=channel, status=NOT_ENOUGH, n=n, time_zone=zone, sentence=told)
    hours, weekdays = _grouped(mine, "hour"), _grouped(mine, "weekday")
    means = max(row["stretches"] for row in mine)
    looked_at = sum(group[0] >= FEWEST_EACH for group in (*hours.values(), *weekdays.values()))
    level = 1 - _ERROR / max(looked_at, 1)
    hour_effects = _effects(hours, level, means, lambda at: f"{at:02}:00")
    day_effects = _effects(weekdays, level, means, lambda at: DAYS[at - 1])
    best_hour, best_day = _best(hour_effects), _best(day_effects)
    return BestTimes(
        channel=channel,
        status="ok",
        n=n,
        time_zone=zone,
        level=round(level, 4),
        hours=hour_effects,
        weekdays=day_effects,
        best_hour=best_hour,
        best_weekday=best_day,
        sentence=_sentence(channel, n, best_hour, best_day, zone),
    )


def _grouped(rows: Sequence[Mapping[str, Any]], by: str) -> dict[int, Group]:
    found: dict[int, Group] = {}
    for row in rows:
        n, total, squares = found.get(row[by], (0, 0.0, 0.0))
        found[row[by]] = (n + row["n"], total + row["total"], squares + row["squares"])
    return dict(sorted(found.items()))


def _effects(groups: Mapping[int, Group], level: float, means: int, name: Any) -> list[TimeEffect]:
    """Each group of enough posts against all posts, as ratios. `means`: how many were taken out of the scores."""
    found = []
    told = effects(list(groups.values()), level, lost=means - 1)
    for (at, (count, _, _)), effect in zip(groups.items(), told, strict=True):
        if count < FEWEST_EACH:
            continue
        ratio, low, high = map(math.exp, (effect.value, effect.low, effect.high))
        found.append(
            TimeEffect(
                name=name(at),
                n=count,
                ratio=round(ratio, 4),
                low=round(low, 4),
                high=round(high, 4),
                clear=_clear(low, high),
            )
        )
    return found


def _clear(low: float, high: float) -> bool:
    """Whether an interval leaves 1 out as people read it: "1.00 to 1.85" does not."""
    return round(low, 2) > 1 or round(high, 2) < 1


def _best(effects: Sequence[TimeEffect]) -> TimeEffect | None:
    good = [effect for effect in effects if effect.clear and effect.ratio > 1]
    return max(good, key=lambda effect: effect.ratio, default=None)


def _sentence(channel: str, n: int, hour: TimeEffect | None, day: TimeEffect | None, zone: str) -> str:
    parts = [
        f"{'the hour from ' if effect is hour else ''}{effect.name} had {effect.ratio:.2f} times the usual engagement "
        f"({effect.low:.2f} to {effect.high:.2f}, {effect.n} posts)"
        for effect in (day, hour)
        if effect is not None
    ]
    if not parts:
        return (
            f"{called(channel)}: no hour and no weekday is clearly better than the others "
            f"({zone}, {n} posts by {MEASURE})."
        )
    told = "; ".join(parts)
    return f"{called(channel)}: {told} ({zone}, {n} posts by {MEASURE})."


class SuggestedTime(BaseModel):
    """When to publish next, and what that rests on."""

    channel: str
    status: Literal["ok", "not enough data", "no clear difference"]
    at: datetime | None = Field(description="The next such time after as_of; null where history gives no reason")
    time_zone: str
    n: int
    needed: int = FEWEST
    hour: TimeEffect | None = None
    weekday: TimeEffect | None = None
    sentence: str


def suggested(found: BestTimes, as_of: datetime) -> SuggestedTime:
    """The next time after `as_of` on the best weekday and hour; what has no clear best stays open."""
    hour, day = found.best_hour, found.best_weekday
    status: Any = found.status if found.status != "ok" or hour or day else "no clear difference"
    return SuggestedTime(
        channel=found.channel,
        status=status,
        at=_next(found, as_of) if hour or day else None,
        time_zone=found.time_zone,
        n=found.n,
        hour=hour,
        weekday=day,
        sentence=found.sentence,
    )


def told(one: SuggestedTime) -> str:
    """The suggestion in words, with the next such time where there is one."""
    if one.at is None:
        return one.sentence
    local = one.at.astimezone(ZoneInfo(one.time_zone))
    return f"{one.sentence} The next such time is {DAYS[local.weekday()]}, {local:%Y-%m-%d %H:%M}."


def renewed(one: SuggestedTime, moment: datetime) -> SuggestedTime:
    """The same suggestion with the next such time after `moment`, where the one that was told has passed."""
    if one.at is None or one.at > moment:
        return one
    step = timedelta(days=7 if one.weekday is not None else 1)
    local = one.at.astimezone(ZoneInfo(one.time_zone))
    local += step * max((moment - local) // step, 0)  # by the clock on the wall, whatever summer time does
    while local <= moment:
        local += step
    return one.model_copy(update={"at": local})


def _next(found: BestTimes, as_of: datetime) -> datetime:
    zone = ZoneInfo(found.time_zone)
    local = as_of.astimezone(zone)
    hours = [int(effect.name[:2]) for effect in found.hours if effect.n >= FEWEST_EACH]
    wanted = int(found.best_hour.name[:2]) if found.best_hour else _usual(found, hours)
    at = local.replace(hour=wanted, minute=0, second=0, microsecond=0)
    if at <= local:
        at += timedelta(days=1)
    if found.best_weekday is not None:
        at += timedelta(days=(DAYS.index(found.best_weekday.name) - at.weekday()) % 7)
    return at


def _usual(found: BestTimes, hours: Sequence[int]) -> int:
    """The hour of most posts, where none is clearly better."""
    return int(max(found.hours, key=lambda effect: effect.n).name[:2]) if hours else 9
