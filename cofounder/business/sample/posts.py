"""The sample company's past tasks, their posts and what came of them. Pure: the same seed gives the same history."""

import math
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from random import Random
from typing import Any
from uuid import UUID

from cofounder.business import periods
from cofounder.business.records.schemas import NewPost, NewReading, NewTask
from cofounder.business.sample.figures import MONTHS, last_finished_month

AGES = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24), timedelta(hours=72), timedelta(days=7))
TOPIC_ENGAGEMENT = {
    "customer_stories": 1.6,
    "coffee_knowledge": 1.25,
    "product_news": 1.0,
    "events": 0.9,
    "hiring": 0.65,
}
PERSONA_ENGAGEMENT = {"storyteller": 1.3, "humanVoice": 1.0, "newsReporter": 1.0, "coach": 1.0, "contrarian": 0.8}
_HOURS = (7, 8, 9, 10, 12, 13, 14, 15, 16, 18, 19, 20)


@dataclass(frozen=True)
class Channel:
    """What a platform usually gives: views a post, engagement per view, hours until most is seen."""

    views: float
    engagement: float
    hours: float
    clicks: float  # share of the engagement; the rest is shared by comments and shares
    seen: float  # views per impression
    name: str  # as a request says it


CHANNELS = {
    "linkedin": Channel(1_900, 0.031, 26, 0.76, 0.62, "LinkedIn post"),
    "x": Channel(1_100, 0.019, 8, 0.63, 0.55, "post for X"),
    "facebook": Channel(950, 0.024, 18, 0.66, 0.58, "Facebook post"),
    "email": Channel(640, 0.061, 11, 0.94, 0.41, "newsletter"),
    "blog": Channel(420, 0.044, 80, 0.9, 1.0, "blog article"),
}
_MIXES = (
    ("linkedin", "x"),
    ("linkedin", "email"),
    ("linkedin", "facebook"),
    ("x", "facebook"),
    ("blog", "linkedin", "x"),
)


@dataclass(frozen=True)
class History:
    tasks: list[NewTask]
    posts: list[NewPost]
    readings: list[NewReading]


@lru_cache
def texts() -> dict[str, Any]:
    """The written passages, by topic."""
    return tomllib.loads(files("cofounder.business.sample").joinpath("texts.toml").read_text("utf-8"))


def history(today: date, seed: int) -> History:
    """Every subject becomes one task, spread over the last 20 of the 24 months, with two or three posts each."""
    random = Random(f"posts {seed}")
    subjects = [(topic, subject) for topic, group in texts().items() for subject in group["subjects"]]
    random.shuffle(subjects)
    last = last_finished_month(today)
    first = periods.add_months(last, 5 - MONTHS)
    days = (periods.month_end(last) - first).days
    made = History([], [], [])
    for place, (topic, subject) in enumerate(subjects):
        day = first + timedelta(days=round(days * (place + random.random() * 0.8) / len(subjects)))
        _add(made, topic, subject, day, place, random, datetime.combine(today, time(), UTC))
    return made


def _add(
    made: History, topic: str, subject: dict[str, Any], day: date, place: int, random: Random, now: datetime
) -> None:
    """One task on `day` with a post for each of its channels."""
    channels = random.choice(_MIXES)
    asked_at = datetime.combine(day, time(5, random.randrange(60)), UTC)
    posted_at = datetime.combine(day, time(random.choice(_HOURS), random.randrange(60)), UTC)
    if posted_at > now:
        return
    persona = random.choice(list(PERSONA_ENGAGEMENT))
    task = NewTask(
        id=row_id(asked_at, random),
        request=f"Write a {CHANNELS[channels[0]].name} about {texts()[topic]['label']}: {lowered(subject['title'])}",
        source="legacy",
        status="completed",
        as_of=asked_at,
        preferences={"channels": list(channels)},
        topic=texts()[topic]["label"],
        category="content",
        primary_keyword=subject["keyword"],
        title=subject["title"],
        is_legacy=True,
        is_sample=True,
        quality_score=Decimal(str(round(random.uniform(0.82, 0.96), 4))),
        created_at=asked_at,
        started_at=asked_at,
        completed_at=posted_at,
        tags=["sample"],
    )
    made.tasks.append(task)
    for channel in channels:
        made.posts.append(_post(task, topic, subject, channel, persona, posted_at, place, random))
        made.readings.extend(_readings(made.posts[-1], topic, persona, place, random, now))


def lowered(title: str) -> str:
    return title if title[:2].isupper() else title[0].lower() + title[1:]


def _post(
    task: NewTask,
    topic: str,
    subject: dict[str, Any],
    channel: str,
    persona: str,
    at: datetime,
    place: int,
    random: Random,
) -> NewPost:
    slug = "-".join("".join(c if c.isalnum() else " " for c in subject["title"].lower()).split())
    group = texts()[topic]
    tags = random.sample(group["hashtags"], k=random.randint(0, 2)) if channel in ("linkedin", "x") else []
    content = _text(channel, subject, random.choice(group["closings"]), random)
    return NewPost(
        id=row_id(at, random),
        task_id=task.id,
        platform=channel,
        external_id=f"sample-{place:03d}-{channel}",
        url=f"https://larkfield.example/{channel}/{slug}",
        title=subject["title"] if channel in ("blog", "email") else None,
        content="\n\n".join([content, " ".join(tags)]) if tags else content,
        topic=group["label"],
        persona=persona,
        hashtags=tags,
        published_at=at,
        is_legacy=True,
        is_sample=True,
    )


def _text(channel: str, subject: dict[str, Any], closing: str, random: Random) -> str:
    first, second, third = subject["lines"]
    if channel == "x":
        both = f"{first} {second}"
        return both if len(both) <= 240 else first
    if channel == "facebook":
        return f"{first}\n\n{random.choice([second, third])} {closing}"
    if channel == "email":
        return f"Hello,\n\n{first} {second}\n\n{third}\n\n{closing}\n\nYour friends at Larkfield"
    if channel == "blog":
        return f"{first}\n\n{second}\n\n{third}\n\n{closing}"
    shapes = ([first, f"{second} {third}", closing], [f"{first} {second}", third, closing], [first, second, third])
    return "\n\n".join(random.choice(shapes))


def _readings(post: NewPost, topic: str, persona: str, place: int, random: Random, now: datetime) -> list[NewReading]:
    """Cumulative counters at the fixed ages that lie before `now`."""
    assert post.published_at is not None
    assert post.id is not None
    channel = CHANNELS[post.platform]
    hour = post.published_at.hour
    by_hour = 1.35 if 7 <= hour <= 10 else 0.75 if hour >= 18 else 1.0
    audience = 2 ** (place / 60)  # doubles over the history
    views = channel.views * by_hour * audience * random.lognormvariate(0, 0.35)
    rate = channel.engagement * TOPIC_ENGAGEMENT[topic] * PERSONA_ENGAGEMENT[persona] * random.lognormvariate(0, 0.25)
    shares, comments = (1 - channel.clicks) * 0.55, (1 - channel.clicks) * 0.45
    found = []
    for age in AGES:
        if post.published_at + age > now:
            break
        seen = views * (1 - math.exp(-(age.total_seconds() / 3600) / channel.hours))
        engaged = seen * rate
        found.append(
            NewReading(
                post_id=post.id,
                platform=post.platform,
                measured_at=post.published_at + age,
                impressions=round(seen / channel.seen),
                views=round(seen),
                clicks=round(engaged * channel.clicks),
                shares=round(engaged * shares),
                comments=round(engaged * comments),
                likes=round(engaged * 1.4) if post.platform not in ("email", "blog") else None,
                source="sample",
                is_sample=True,
            )
        )
    return found


def row_id(at: datetime, random: Random) -> UUID:
    """A UUIDv7 of that moment with seeded bits, so that sample rows sort by time like any others."""
    value = int(at.timestamp() * 1000) << 80 | random.getrandbits(80)
    value = (value & ~(0xF << 76)) | (0x7 << 76)
    return UUID(int=(value & ~(0x3 << 62)) | (0x2 << 62))
