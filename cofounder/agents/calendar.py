"""Lays topics over the days of a period by what earlier posts achieved and how long ago they were. No I/O."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean

from pydantic import BaseModel, Field

from cofounder import channels as known_channels
from cofounder.channels import UnknownChannel
from cofounder.kit.errors import InputInvalid
from cofounder.models.brief import Period
from cofounder.personas import ROSTER
from cofounder.personas.policies import fixed
from cofounder.personas.service import pick

DEFAULT_DAYS = 28
MOST_ENTRIES = 200
PRIOR_POSTS = 3  # a topic's mean is pulled to the overall one as if that many average posts stood beside it
FULL_GAP_DAYS = 28  # after so long a topic counts as rested
ENOUGH_POSTS = 3  # on a weekday, before its mean is believed
WEEKLY: Mapping[str, int] = {"linkedin": 2, "x": 3, "facebook": 2, "email": 1, "blog": 1}
USUAL_CHANNELS = ("linkedin", "x", "email")  # where nothing is asked for and nothing was published
USUAL_WEEKDAYS = (1, 3, 2, 0, 4)  # Tuesday, Thursday, Wednesday, Monday, Friday: where nothing is known
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class PeriodOver(InputInvalid):
    """The period to plan is over."""


@dataclass(frozen=True)
class Past:
    """An earlier post. `engagement` is (clicks + shares + comments) / views, None where unmeasured."""

    topic: str | None
    channel: str
    published_on: date
    engagement: float | None
    title: str
    url: str | None = None


class Entry(BaseModel):
    date: date
    channel: str
    topic: str
    voice: str
    source: str = Field(description='An earlier post to build on, or "needs input".')
    reason: str
    text: str = Field(description="The entry as one line.")


class Calendar(BaseModel):
    entries: list[Entry]
    text: str
    notes: list[str]
    start: date
    end: date


@dataclass(frozen=True)
class _Topic:
    name: str
    score: float
    reason: str
    source: str


def plan(
    past: Sequence[Past],
    today: date,
    *,
    period: Period | None,
    channels: Sequence[str],
    topics: Sequence[str],
    count: int | None,
    seed: str,
    voices: Mapping[str, float] | None = None,
) -> Calendar:
    """Entries in order of date. Topics take turns by result and rest. Raises PeriodOver, UnknownChannel.

    `voices` are those that may be drawn, with their probabilities; none: the twelve by their initial weights.
    """
    start = max(period.start, today + timedelta(days=1)) if period else today + timedelta(days=1)
    end = period.end if period else start + timedelta(days=DEFAULT_DAYS - 1)
    if start > end:
        raise PeriodOver(f"{period.label if period else 'It'} ended on {end.isoformat()}.", field="period")
    notes: list[str] = []
    names = _channels(channels, past)
    if not channels and not past:
        notes.append(
            "Needs input: no channel was named and nothing was published yet; LinkedIn, X and e-mail are a start."
        )
    ranked = _ranked(past, topics, today, notes)
    slots = _slots(names, start, end, past, count, notes)
    drawn = voices or fixed.probabilities(ROSTER)
    entries = [
        _entry(number, day, channel, ranked[number % len(ranked)], seed, drawn)
        for number, (day, channel) in enumerate(slots)
    ]
    if count is not None and len(entries) < count:
        notes.append(f"There is room for {len(entries)} of the {count} entries asked for.")
    return Calendar(entries=entries, text="\n".join(one.text for one in entries), notes=notes, start=start, end=end)


def _channels(wanted: Sequence[str], past: Sequence[Past]) -> list[str]:
    """As asked, else where posts went before, most used first, else the usual three."""
    if wanted:
        named = [(name, known_channels.canonical(name)) for name in wanted]
        for asked, known in named:
            if known is None:
                raise UnknownChannel(f"There is no channel called {asked!r}.", field="channels")
        return list(dict.fromkeys(known for _, known in named if known))
    used: dict[str, int] = defaultdict(int)
    for post in past:
        known = known_channels.canonical(post.channel)
        if known:
            used[known] += 1
    return sorted(used, key=lambda name: (-used[name], name))[:3] or list(USUAL_CHANNELS)


def _ranked(past: Sequence[Past], asked: Sequence[str], today: date, notes: list[str]) -> list[_Topic]:
    """Topics, best first: mean engagement pulled to the overall mean, times how rested the topic is."""
    groups: dict[str, list[Past]] = defaultdict(list)
    for post in past:
        if post.topic:
            groups[post.topic.strip().lower()].append(post)
    measured = [post.engagement for post in past if post.engagement is not None]
    overall = fmean(measured) if measured else 0.0
    names = {name.strip().lower(): name.strip() for name in asked} or {
        key: posts[0].topic or key for key, posts in groups.items()
    }
    if not names:
        notes.append(
            "Needs input: no earlier post has a topic and none was asked for, so these are only days and channels. "
            "Say what the posts are to be about, for example: about pricing, hiring and our launch."
        )
        return [_Topic("topic needed", 0.0, "Nothing published names a topic.", "needs input")]
    ranked = [_topic(name, groups.get(key, []), overall, today) for key, name in names.items()]
    return sorted(ranked, key=lambda topic: (-topic.score, topic.name))


def _topic(name: str, posts: Sequence[Past], overall: float, today: date) -> _Topic:
    if not posts:
        return _Topic(name, overall, "Nothing was published on it yet.", "needs input")
    rates = [post.engagement for post in posts if post.engagement is not None]
    pulled = (sum(rates) + PRIOR_POSTS * overall) / (len(rates) + PRIOR_POSTS)
    gap = (today - max(post.published_on for post in posts)).days
    best = max(posts, key=lambda post: (post.engagement or 0.0, post.published_on))
    told = f"{len(posts)} earlier post{'s' if len(posts) != 1 else ''}, the last {gap} days ago"
    if rates:
        told += f"; engagement {fmean(rates):.1%} on average (all posts {overall:.1%})"
    return _Topic(name, pulled * min(gap / FULL_GAP_DAYS, 1.0), told + ".", best.url or best.title)


def _slots(
    names: Sequence[str], start: date, end: date, past: Sequence[Past], count: int | None, notes: list[str]
) -> list[tuple[date, str]]:
    """Days and channels in order. With a count, the first so many spread evenly over the period."""
    if count is not None:
        return _spread(names, start, end, count)
    slots: list[tuple[date, str]] = []
    guessed: list[str] = []
    for name in names:
        weekdays, known = _weekdays(name, past)
        if not known:
            guessed.append(f"{name} on {' and '.join(WEEKDAYS[d] for d in weekdays)}")
        days = (start + timedelta(days=number) for number in range((end - start).days + 1))
        slots += [(day, name) for day in days if day.weekday() in weekdays]
    if guessed:
        notes.append(f"Too few measured posts to tell weekdays apart; a usual choice: {', '.join(guessed)}.")
    slots = slots or [(start, name) for name in names]
    return sorted(slots, key=lambda slot: (slot[0], names.index(slot[1])))[:MOST_ENTRIES]


def _spread(names: Sequence[str], start: date, end: date, count: int) -> list[tuple[date, str]]:
    """`count` entries over the working days of the period, channels in turn, no channel twice on a day."""
    days = [start + timedelta(days=number) for number in range((end - start).days + 1)]
    days = [day for day in days if day.weekday() < 5] or days
    places = [(day, name) for day in days for name in names]
    if count >= len(places):
        return places
    if count <= len(days):
        chosen = [days[int((number + 0.5) * len(days) / count)] for number in range(count)]
        return [(day, names[number % len(names)]) for number, day in enumerate(chosen)]
    return [places[int((number + 0.5) * len(places) / count)] for number in range(count)]


def _weekdays(name: str, past: Sequence[Past]) -> tuple[list[int], bool]:
    """The weekdays to post on, and whether results speak for them."""
    rates: dict[int, list[float]] = defaultdict(list)
    for post in past:
        if post.engagement is not None and known_channels.canonical(post.channel) == name:
            rates[post.published_on.weekday()].append(post.engagement)
    wanted = WEEKLY.get(name, 2)
    solid = {day: fmean(found) for day, found in rates.items() if len(found) >= ENOUGH_POSTS}
    if len(solid) > wanted:
        return sorted(sorted(solid, key=lambda day: (-solid[day], day))[:wanted]), True
    return sorted(USUAL_WEEKDAYS[:wanted]), False


def _entry(number: int, day: date, channel: str, topic: _Topic, seed: str, voices: Mapping[str, float]) -> Entry:
    digest = hashlib.sha256(f"{seed}:{number}".encode()).digest()
    voice = pick(voices, int.from_bytes(digest[:6], "big") / (1 << 48))
    line = f"{day.isoformat()} ({WEEKDAYS[day.weekday()]}) {channel}: {topic.name}, voice {voice}, {topic.source}"
    return Entry(
        date=day, channel=channel, topic=topic.name, voice=voice, source=topic.source, reason=topic.reason, text=line
    )
