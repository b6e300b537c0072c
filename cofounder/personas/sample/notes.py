"""The sample company's short notes and what came of them. Pure: the same seed, day and voice give the same note.

What is true of them, so that looks have something to find: a thousand impressions bring as many followers as `FOLLOWERS`
says of the note's voice, times what the channel does, before chance (lognormal). Nothing else but views moves followers.
"""

import math
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from random import Random
from typing import Any

from cofounder.business.records.schemas import NewPost, NewReading, NewTask
from cofounder.business.sample import posts

WEEKS = 10
FOLLOWERS = {
    "storyteller": 4.0,
    "dataNerd": 3.4,
    "mythBuster": 2.8,
    "humanVoice": 2.2,
    "explorer": 2.0,
    "coach": 1.7,
    "philosopher": 1.5,
    "interesting": 1.3,
    "thoughtLeader": 1.0,
    "newsReporter": 0.8,
    "provocateur": 0.5,
    "contrarian": 0.4,
}
_HOURS = ((7, 8, 9, 10), (18, 19, 20))  # a note in the morning and one in the evening
_AGES = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=72), timedelta(days=7))
_COUNTED = timedelta(hours=6)  # followers are read with this reading: before the next note goes out
_A_DAY = 0.4  # followers that come by themselves
_CHANCE_OF_VIEWS, _CHANCE_OF_FOLLOWERS = 0.35, 0.6  # sigma of the logarithm


@dataclass(frozen=True)
class Channel:
    """Where notes go: what one gets there, and who followed before the first."""

    views: float
    hours: float  # until most is seen: a note passes sooner than a post
    followers: float  # times those of the voice
    before: int


CHANNELS = {
    "linkedin": Channel(1_250, 4, 1.15, 3_140),
    "x": Channel(960, 2, 0.9, 1_410),
    "facebook": Channel(820, 3, 0.95, 2_060),
}


@dataclass(frozen=True)
class Planned:
    """A note before its voice is drawn."""

    task: NewTask
    at: datetime
    topic: str
    line: str
    random: Random  # of all that follows

    @property
    def asked_at(self) -> datetime:
        return self.task.as_of or self.at

    @property
    def context(self) -> dict[str, Any]:
        """What its voice is drawn by."""
        return {"topic": self.task.topic, "channels": list(CHANNELS)}


@dataclass
class Audience:
    """Who follows a channel, as what it publishes is seen."""

    begun: datetime | None = None  # when its first note went out
    brings: list[tuple[datetime, float, float]] = field(default_factory=list)  # (published, followers, hours)

    def at(self, moment: datetime, channel: Channel) -> int:
        came = sum(gained * _seen(moment - since, hours) for since, gained, hours in self.brings if since < moment)
        alone = _A_DAY * ((moment - (self.begun or moment)) / timedelta(days=1))
        return channel.before + math.floor(came + alone)


def days(today: date) -> list[date]:
    """The days with notes, which end with yesterday."""
    return [today - timedelta(days=back) for back in range(7 * WEEKS, 0, -1)]


def audiences(past: posts.History, since: datetime) -> dict[str, Audience]:
    """Each channel's, with what the company's longer posts will bring besides the notes."""
    found = {name: Audience() for name in CHANNELS}
    shown = {reading.post_id: reading.impressions or 0 for reading in past.readings}  # the last of each post stays
    for post in past.posts:
        if post.id in shown and post.platform in found and post.published_at and post.published_at >= since:
            rate = FOLLOWERS[str(post.persona)] * CHANNELS[post.platform].followers
            brings = shown[post.id] / 1000 * rate
            found[post.platform].brings.append((post.published_at, brings, posts.CHANNELS[post.platform].hours))
    return found


def planned(day: date, seed: int) -> Iterator[Planned]:
    """The notes of a day, each a task of its own. No two of ten weeks tell the same line."""
    lines = _lines(seed)
    for place, hours in enumerate(_HOURS):
        random = Random(f"note {seed} {day} {place}")
        topic, subject, line = lines[(day.toordinal() * len(_HOURS) + place) % len(lines)]
        asked_at = datetime.combine(day, time(5, random.randrange(60)), UTC)
        at = datetime.combine(day, time(random.choice(hours), random.randrange(60)), UTC)
        task = NewTask(
            id=posts.row_id(asked_at, random),
            request=f"Write a short note for LinkedIn, X and Facebook: {posts.lowered(subject['title'])}",
            source="legacy",
            status="completed",
            as_of=asked_at,
            preferences={"channels": list(CHANNELS)},
            topic=posts.texts()[topic]["label"],
            category="content",
            primary_keyword=subject["keyword"],
            title=subject["title"],
            is_legacy=True,
            is_sample=True,
            created_at=asked_at,
            started_at=asked_at,
            completed_at=at,
            archived_at=at,  # two a day would bury the other tasks in every list
            tags=["sample", "note"],
        )
        yield Planned(task, at, topic, line, random)


def published(
    one: Planned, persona: str, following: dict[str, Audience], until: datetime
) -> tuple[list[NewPost], list[NewReading]]:
    """The note on each channel in this voice, with readings until then; who follows grows by what it brings."""
    made, read = [], []
    opener = one.random.choice(_openers().get(persona, ["{line}"]))  # a voice that somebody made has none
    for name, channel in CHANNELS.items():
        post = NewPost(
            id=posts.row_id(one.at, one.random),
            task_id=one.task.id,
            platform=name,
            external_id=f"sample-note-{one.at:%Y-%m-%d-%H}-{name}",
            url=f"https://larkfield.example/{name}/notes/{one.at:%Y-%m-%d-%H}",
            content=opener.format(line=one.line),
            topic=one.task.topic,
            persona=persona,
            published_at=one.at,
            is_legacy=True,
            is_sample=True,
        )
        made.append(post)
        read += _readings(post, one, channel, following[name], until)
    return made, read


def _readings(post: NewPost, one: Planned, channel: Channel, audience: Audience, until: datetime) -> list[NewReading]:
    """Cumulative counters, and how many followed the channel: with its first note at once, so that books begin there."""
    random, kind = one.random, posts.CHANNELS[post.platform]
    voice = str(post.persona)
    by_hour = 1.35 if one.at.hour <= 10 else 0.75
    views = channel.views * by_hour * random.lognormvariate(0, _CHANCE_OF_VIEWS)
    engaged = kind.engagement * posts.TOPIC_ENGAGEMENT[one.topic] * posts.PERSONA_ENGAGEMENT.get(voice, 1.0)
    engaged *= random.lognormvariate(0, 0.25)
    luck = random.lognormvariate(-(_CHANCE_OF_FOLLOWERS**2) / 2, _CHANCE_OF_FOLLOWERS)
    brings = views / kind.seen / 1000 * FOLLOWERS.get(voice, 1.0) * channel.followers * luck
    first = audience.begun is None
    audience.begun = audience.begun or one.at
    audience.brings.append((one.at, brings, channel.hours))
    assert post.id is not None
    found = []
    for age in _AGES:
        at = one.at + age
        if at > until:
            break
        seen = views * _seen(age, channel.hours)
        shares, comments = (1 - kind.clicks) * 0.55, (1 - kind.clicks) * 0.45
        found.append(
            NewReading(
                post_id=post.id,
                platform=post.platform,
                measured_at=at,
                impressions=round(seen / kind.seen),
                views=round(seen),
                clicks=round(seen * engaged * kind.clicks),
                shares=round(seen * engaged * shares),
                comments=round(seen * engaged * comments),
                likes=round(seen * engaged * 1.4),
                followers=audience.at(at, channel) if age == _COUNTED or (first and age == _AGES[0]) else None,
                source="sample",
                is_sample=True,
            )
        )
    return found


def _seen(age: timedelta, hours: float) -> float:
    """The share of its views that a text has had at this age."""
    return 1 - math.exp(-(age / timedelta(hours=1)) / hours)


@lru_cache
def _openers() -> dict[str, list[str]]:
    return tomllib.loads(files("cofounder.personas.sample").joinpath("openers.toml").read_text("utf-8"))


@lru_cache
def _lines(seed: int) -> list[tuple[str, dict[str, Any], str]]:
    """(topic, subject, line) of everything that the company has written, shuffled."""
    every = [
        (topic, subject, line)
        for topic, group in posts.texts().items()
        for subject in group["subjects"]
        for line in subject["lines"]
    ]
    Random(f"notes {seed}").shuffle(every)
    return every
