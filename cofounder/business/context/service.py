"""The questions that a plan, a person or a script asks of history. Every answer is as of a time."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business import state, wording
from cofounder.business.context import index, worked
from cofounder.business.derive import anomalies as odd
from cofounder.business.derive import baselines, correlations, growth, queries, rates, times, topics, windows
from cofounder.business.derive.correlations import Correlation
from cofounder.business.derive.times import BestTimes, SuggestedTime
from cofounder.business.derive.topics import TopicEffectiveness
from cofounder.business.records import service as records
from cofounder.business.similar import SimilarTask, like_posts, similar_content
from cofounder.channels import CHANNELS, UnknownChannel, canonical
from cofounder.kit import clock
from cofounder.kit.errors import InputInvalid
from cofounder.kit.zones import known_zone

_POSTS = 5_000  # newest, in what is reckoned post by post


class TimeZoneUnknown(InputInvalid):
    """There is no time zone of this name."""

    hint = "Names are like Europe/Berlin or UTC."


class Context(BaseModel):
    """What history says to one request."""

    execution_id: UUID | None
    topic: str
    as_of: datetime
    business_state: dict[str, Any]
    state_source: str = Field(description="request, stored or none")
    similar_historical_content: list[SimilarTask]
    platform_baseline: dict[str, baselines.Baseline]
    topic_effectiveness: TopicEffectiveness
    suggested_times: dict[str, SuggestedTime]
    missing: list[str] = Field(description="What is not known, in sentences")


class CorrelationAnalysis(BaseModel):
    """Which figures go together. None of it says why."""

    as_of: datetime
    status: Literal["ok", "not enough data"]
    months: int
    posts: int
    tested: int = Field(description="Pairs that had enough data; q corrects for all of them")
    correlations: list[Correlation]
    notes: list[str]


async def find_similar(
    session: AsyncSession,
    topic: str,
    keyword: str | None = None,
    *,
    as_of: datetime,
    channels: Sequence[str] = (),
    limit: int = 5,
) -> list[SimilarTask]:
    """Earlier work like a topic and a keyword, best first."""
    wanted = " ".join(filter(None, [topic, keyword]))
    return await similar_content(session, wanted, channels=channels, as_of=as_of, limit=limit)


async def enrich(
    session: AsyncSession,
    execution_id: UUID | None,
    topic: str,
    business_context: Mapping[str, Any] | None = None,
    *,
    as_of: datetime | None = None,
    channels: Sequence[str] = (),
) -> Context:
    """Everything that history says to a request, as of the request's own time where none is given.

    Figures of `business_context` win over stored ones. Raises MetricInvalid.
    """
    if as_of is None:
        task = await records.find_by_id(session, execution_id) if execution_id else None
        as_of = task.as_of if task else clock.now()
    found = await state.business_state(session, as_of=as_of, given=business_context)
    usual = await baselines.baselines(session, channels=channels, as_of=as_of)
    suggested = await suggest_times(session, list(usual), as_of=as_of)
    return Context(
        execution_id=execution_id,
        topic=topic,
        as_of=as_of,
        business_state=found.state,
        state_source=found.source,
        similar_historical_content=await similar_content(session, topic, channels=channels, as_of=as_of),
        platform_baseline=usual,
        topic_effectiveness=await topic_effectiveness(session, topic, as_of=as_of),
        suggested_times=suggested,
        missing=[
            *found.missing,
            *(f"No post on {name} has been measured yet." for name, one in usual.items() if not one.count),
        ],
    )


async def topic_effectiveness(
    session: AsyncSession, topic: str, *, as_of: datetime, days: int = 180
) -> TopicEffectiveness:
    """What posts on a topic brought: those filed under it, else those whose words are like it."""
    found = await topics.of_topic(session, topic, as_of=as_of, days=days)
    if not found.sample_size:
        ids = await like_posts(session, topic, as_of=as_of, least=worked.ON_TOPIC)
        found = await topics.of_posts(session, topic, ids, as_of=as_of, days=days)
    if found.status == "ok":
        return found
    window = await windows.of_posts(session, as_of=as_of, days=days, topic=topic)
    return found.model_copy(update={"sentence": _within(found.sentence, window)})


async def all_topics(
    session: AsyncSession,
    *,
    as_of: datetime,
    days: int = 180,
    by: Literal["category", "cluster"] = "category",
    channels: Sequence[str] = (),
) -> list[TopicEffectiveness]:
    """Every topic with its figures, most posts first. `cluster`: topics found in the words; none without an index."""
    if by == "category":
        return await topics.by_category(session, as_of=as_of, days=days, platforms=channels)
    held = await index.fitted(session, as_of)
    if held is None:
        return []
    names = held.fitted.named
    return await topics.by_cluster(session, held.id, names, as_of=as_of, days=days, platforms=channels)


async def best_times(
    session: AsyncSession, channel: str, *, as_of: datetime, days: int = 365, zone: str = "UTC"
) -> BestTimes:
    """Which hours and weekdays did better, with intervals. Raises TimeZoneUnknown."""
    _checked(zone)
    return await times.best_times(session, channel, as_of=as_of, days=days, zone=zone)


def _within(sentence: str, window: windows.Window) -> str:
    """What there was too little of, with the days that were looked at where more lies before them."""
    if window.latest_before is None:
        return sentence
    return f"{sentence.removesuffix('.')}. That is {window.sentence}."


async def channels(session: AsyncSession, *, as_of: datetime) -> list[str]:
    """The platforms that something had been published on by then."""
    return await queries.platforms(session, as_of)


async def check_channels(session: AsyncSession, names: Sequence[str]) -> None:
    """Raise UnknownChannel for a name that is no channel of ours and that no post ever came from."""
    strange = [name for name in names if canonical(name) is None]
    known = await queries.known_platforms(session, strange) if strange else set()
    for name in strange:
        if name not in known:
            raise UnknownChannel(f"There is no channel called {name!r}.", field="channels")


async def known_channel(session: AsyncSession, said: str) -> str:
    """A channel as posts carry its name ("Twitter" -> "x"): one of ours, or one that posts came from.

    Raises UnknownChannel.
    """
    name = canonical(said) or said.strip()
    if name in CHANNELS or await queries.known_platforms(session, [name]):
        return name
    there = ", ".join([*CHANNELS, *sorted(set(await channels(session, as_of=clock.now())) - set(CHANNELS))])
    raise UnknownChannel(f"There is no channel {said!r}.", field="channel", hint=f"Channels: {there}.")


async def suggest_time(
    session: AsyncSession, channel: str, *, as_of: datetime, zone: str = "UTC", days: int = 365
) -> SuggestedTime:
    """When to publish on a channel next. Raises TimeZoneUnknown."""
    return times.suggested(await best_times(session, channel, as_of=as_of, days=days, zone=zone), as_of)


async def suggest_times(
    session: AsyncSession, channels: Sequence[str], *, as_of: datetime, zone: str = "UTC", days: int = 365
) -> dict[str, SuggestedTime]:
    """The same for several channels, read at once. Raises TimeZoneUnknown."""
    _checked(zone)
    return await times_in_utc(session, channels, as_of=as_of, zone=zone, days=days)


async def times_in_utc(
    session: AsyncSession, channels: Sequence[str], *, as_of: datetime, zone: str = "UTC", days: int = 365
) -> dict[str, SuggestedTime]:
    """The same where the zone is known to be one."""
    rows = await times.rows_of(session, channels, as_of=as_of, days=days, zone=zone)
    return {
        name: times.suggested(times.times_of(name, [row for row in rows if row["platform"] == name], zone), as_of)
        for name in channels
    }


def _checked(zone: str) -> None:
    """The database reads it too: a file beside the zones, such as localtime, is none there. Raises TimeZoneUnknown."""
    try:
        known_zone(zone)
    except ValueError as error:
        raise TimeZoneUnknown(f"There is no time zone {zone!r}.", field="zone") from error


async def growth_rates(session: AsyncSession, *, as_of: datetime) -> list[growth.Growth]:
    """How each stored figure grows."""
    return growth.growth(await state.load(session, as_of=as_of))


async def anomalies(session: AsyncSession, *, as_of: datetime, days: int = 365) -> odd.Anomalies:
    """Days and posts far from what was usual."""
    since = as_of - timedelta(days=days)
    rows = await queries.days(session, as_of=as_of, since=since.date())
    posts = await queries.posts(session, as_of=as_of, since=since, limit=_POSTS)
    thin = len(rows) < odd.FEWEST_DAYS or len(posts) < odd.FEWEST_POSTS
    return odd.anomalies(rows, posts, older=await queries.older(session, as_of=as_of, than=since) if thin else (0, 0))


async def correlation_analysis(session: AsyncSession, *, as_of: datetime) -> CorrelationAnalysis:
    """Business figures month by month, and what posts are like against what they brought, all with n and q."""
    stored = await state.load(session, as_of=as_of)
    posts = await queries.posts(session, as_of=as_of, limit=_POSTS)
    monthly = {name: growth.months(points) for name, points in stored.items()}
    monthly = {name: values for name, values in monthly.items() if values and not name.startswith("target_")}
    monthly |= _posted(posts, as_of)
    names = sorted(monthly)
    pairs = [(a, b) for at, a in enumerate(names) for b in names[at + 1 :]]
    found = correlations.correlate(pairs, monthly, "months")
    found += correlations.correlate(_POST_PAIRS, _post_series(posts), "posts")
    found = correlations.corrected(found)
    tested = sum(one.p is not None for one in found)
    apart = [f"{one.metric.replace('_', ' ')}: {one.note}" for one in growth.growth(stored) if one.note]
    months = len({month for values in monthly.values() for month in values})
    return CorrelationAnalysis(
        as_of=as_of,
        status="ok" if tested else "not enough data",
        months=months,
        posts=len(posts),
        tested=tested,
        correlations=found,
        notes=[
            "Figures that go together need not move each other.",
            "Posts are compared within their platform; a month's engagement per post is the mean of its posts.",
            *map(wording.capital, apart),
        ],
    )


_POST_PAIRS = [
    ("quality_score", "engagement_rate"),
    ("length", "engagement_rate"),
    ("hour", "engagement_rate"),
    ("engagement_rate", "conversions"),
    ("views", "revenue"),
]


def _posted(posts: Sequence[Mapping[str, Any]], as_of: datetime) -> dict[str, dict[Any, float]]:
    """How many posts a month had and what each of them brought, in months that are known and over.

    Never their engagement added up: a sum goes with the number of what it is a sum of, whatever posts bring.
    """
    running = as_of.astimezone(UTC).date().replace(day=1)
    months = {
        post["id"]: post["published_at"].astimezone(UTC).date().replace(day=1)
        for post in posts
        if post["published_at_known"]
    }
    months = {id: month for id, month in months.items() if month < running}
    engaged = {p["id"]: float(p["engaged"]) for p in posts if p["id"] in months and p["engaged"] is not None}
    each: dict[Any, list[float]] = {}
    for id, value in _within_platform(engaged, posts).items():
        each.setdefault(months[id], []).append(value)
    counts = {month: float(number) for month, number in Counter(months.values()).items()}
    means = {month: sum(values) / len(values) for month, values in each.items()}
    return {"posts_published": counts, "engagement_per_post": means} if counts else {}


def _within_platform(values: Mapping[Any, float], posts: Sequence[Mapping[str, Any]]) -> dict[Any, float]:
    """Post -> figure, less the mean of its platform: platforms are not compared."""
    platform = {post["id"]: post["platform"] for post in posts}
    sums: dict[str, list[float]] = {}
    for id, value in values.items():
        sums.setdefault(platform[id], []).append(value)
    return {id: value - sum(sums[platform[id]]) / len(sums[platform[id]]) for id, value in values.items()}


def _post_series(posts: Sequence[Mapping[str, Any]]) -> dict[str, dict[Any, float]]:
    """Each post's figures less its platform's mean, so that platforms are not compared; money of one currency."""
    raw: dict[str, dict[Any, float]] = {name: {} for pair in _POST_PAIRS for name in pair}
    paid_in = Counter(post["currency"] or "USD" for post in posts if post["revenue"] is not None)
    usual = max(paid_in, key=lambda name: (paid_in[name], name), default=None)
    for post in posts:
        rate = rates.ratio(post["rated_engaged"], post["rated_views"])
        told = {
            "quality_score": post["quality_score"],
            "length": post["characters"],
            "hour": float(post["published_at"].hour) if post["published_at_known"] else None,
            "engagement_rate": rate,
            "conversions": post["conversions"],
            "views": post["views"],
            "revenue": post["revenue"] if (post["currency"] or "USD") == usual else None,
        }
        for name, value in told.items():
            if value is not None:
                raw[name][post["id"]] = float(value)
    return {name: _within_platform(values, posts) for name, values in raw.items()}
