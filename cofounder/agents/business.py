"""The business agent: the company's state, similar earlier work, baselines and own passages, as of a time."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from cofounder.agents.tools import AsOf, agent, tool
from cofounder.business import ranking, similar
from cofounder.business.context import predicting, service
from cofounder.business.context.predicting import Prediction
from cofounder.business.context.service import Context, CorrelationAnalysis
from cofounder.business.derive import baselines as usual
from cofounder.business.derive import topics
from cofounder.business.derive.times import SuggestedTime
from cofounder.business.derive.topics import TopicEffectiveness
from cofounder.business.records import service as records
from cofounder.business.state import business_state
from cofounder.channels import canonical
from cofounder.kit import db
from cofounder.models.brief import Earlier, Fact, Passage, Period

SERVER = agent("business", "What the company knows about itself: figures, earlier posts, usual results. Reads only.")
Channels = Annotated[list[str] | None, Field(description="Platforms such as linkedin, x, email; none means all")]
Limit = Annotated[int, Field(ge=1, le=50, description="At most this many")]


class StateOut(BaseModel):
    state: dict[str, Any] = Field(description="The business state in the names that training examples use")
    facts: list[Fact] = Field(description="The same figures as facts with base, series and source")
    period: Period | None = Field(description="What the figures are of; null where nothing is known")
    source: str = Field(description="request, stored or none")
    missing: list[str] = Field(description="What is not known, in sentences")
    conflicts: list[str] = Field(description="Figures that say different things, in sentences")


class SimilarOut(BaseModel):
    items: list[similar.SimilarTask] = Field(description="Best first")
    texts: list[str] = Field(description="One line an item: title, how it did, why it is here")
    note: str | None = Field(description="Says so when nothing earlier is like the topic")
    effectiveness: TopicEffectiveness | None = Field(
        default=None, description="What posts filed under the topic brought, else posts like it"
    )
    earlier: Earlier | None = Field(
        default=None, description="What posts on the topic achieved, for a writer; null where none was measured"
    )


class BaselineOut(BaseModel):
    baselines: dict[str, usual.Baseline] = Field(description="Platform -> long run, with this month beside it")
    notes: list[str] = Field(description="What is not known yet")
    suggested_times: dict[str, SuggestedTime] = Field(
        default_factory=dict, description="Platform -> when to publish next"
    )


class PostRow(BaseModel):
    """One post with its latest reading. Rates are 0-1."""

    title: str
    platform: str
    published_on: date
    topic: str | None
    views: int | None = Field(description="Null where it was not measured")
    clicks: int | None
    shares: int | None
    comments: int | None
    engagement_rate: float | None = Field(description="(clicks + shares + comments) / views")
    url: str | None


class BestPostsOut(BaseModel):
    items: list[PostRow] = Field(description="Ranked, first is first in what was asked")
    measured: int = Field(description="Posts of the span that have a reading with enough views")
    unmeasured: int = Field(description="Posts of the span without one")
    stored: int = Field(description="Posts of the span and channels on whatever topic")
    usual_rate: float | None = Field(description="Engagement of all of them together, 0-1")
    usual_views: float | None = Field(description="Mean views a post")
    narrative: str
    notes: list[str]


class PassagesOut(BaseModel):
    passages: list[Passage] = Field(description="Own earlier texts, most relevant first, unlike each other")
    note: str = Field(description="How many posts these are built from, or that nothing covers the topic")


@tool(SERVER, category="business", seconds=0.1)
async def state(
    as_of: AsOf,
    metrics: Annotated[dict[str, Any] | None, Field(description="Figures given with the request; they win")] = None,
    period: Period | None = None,
) -> StateOut:
    """The company's figures as known at a time: the request's own where given, else the newest stored ones."""
    async with db.reading() as session:
        found = await business_state(session, as_of=as_of, period=period, given=metrics)
    return StateOut(
        state=found.state,
        facts=found.facts,
        period=found.period,
        source=found.source,
        missing=found.missing,
        conflicts=found.conflicts,
    )


@tool(SERVER, category="business", seconds=0.3)
async def similar_content(topic: str, as_of: AsOf, channels: Channels = None, limit: Limit = 5) -> SimilarOut:
    """Earlier tasks and posts on like words, ranked by similarity, outcome and recency, with reasons."""
    async with db.reading() as session:
        found = await similar.alike(session, topic, channels=channels or (), as_of=as_of, limit=limit)
        brought = await topics.of_topic(session, topic, as_of=as_of)
        if not brought.sample_size and found.on_topic:
            brought = await topics.of_posts(session, topic, found.on_topic, as_of=as_of)
    items, earlier = found.items, found.earlier
    if earlier is not None and brought.status == "ok":
        earlier = earlier.model_copy(update={"effectiveness": brought.sentence})
    texts = [f"{item.title or item.task_name}: {' '.join(item.reasons)}" for item in items]
    note = None if items else f"Nothing earlier is like {topic!r}."
    return SimilarOut(
        items=items, texts=texts, note=note, effectiveness=brought if brought.sample_size else None, earlier=earlier
    )


@tool(SERVER, category="business", seconds=0.1)
async def baseline(as_of: AsOf, channels: Channels = None) -> BaselineOut:
    """What a post usually gets on each platform: views, engagement rate, this month beside the long run."""
    async with db.reading() as session:
        found = await usual.baselines(session, channels=channels or (), as_of=as_of)
        suggested = await service.suggest_times(session, list(found), as_of=as_of) if found else {}
    empty = [name for name, each in found.items() if each.count == 0]
    notes = [f"No post on {name} has been measured yet." for name in empty]
    told = notes if found else ["No post has been measured yet."]
    return BaselineOut(baselines=found, notes=told, suggested_times=suggested)


@tool(SERVER, category="business", seconds=0.2)
async def best_posts(
    as_of: AsOf,
    channels: Channels = None,
    by: Annotated[
        Literal["engagement_rate", "views", "clicks", "shares", "comments", "published_on"],
        Field(description="What ranks them; published_on: newest first, measured or not"),
    ] = "engagement_rate",
    period: Annotated[Period | None, Field(description="Published in these days; none means ever")] = None,
    topic: Annotated[
        str | None, Field(max_length=200, description="Only posts that name this in their title, topic or text")
    ] = None,
    worst: Annotated[bool, Field(description="The other end of the ranking")] = False,
    limit: Limit = 5,
) -> BestPostsOut:
    """The company's posts ranked by what they achieved, beside what a post usually gets there."""
    async with db.reading() as session:
        posts = await records.posts(session, as_of=as_of, platforms=list(channels) if channels else None)
    return BestPostsOut(**ranking.best(posts, by=by, period=period, topic=topic, worst=worst, limit=limit))


@tool(SERVER, category="business", seconds=0.3)
async def passages(topic: str, as_of: AsOf, limit: Limit = 6) -> PassagesOut:
    """Own earlier texts on a topic, for a post to quote and link; relevant ones, unlike each other."""
    async with db.reading() as session:
        found = await similar.passages(session, topic, as_of=as_of, limit=limit)
    note = f"Built from {len(found)} of your posts." if found else f"Nothing you published covers {topic}."
    return PassagesOut(passages=found, note=note)


@tool(SERVER, category="business", seconds=0.3)
async def topic_effectiveness(
    topic: Annotated[str, Field(min_length=1, max_length=500)],
    as_of: AsOf,
    days: Annotated[int, Field(ge=1, le=36_500, description="How far back; 36500 is all there is")] = 180,
) -> TopicEffectiveness:
    """What posts on a topic brought: engagement, conversions and revenue with intervals, or "not enough data"."""
    async with db.reading() as session:
        return await service.topic_effectiveness(session, topic, as_of=as_of, days=days)


@tool(SERVER, category="business", seconds=0.5)
async def correlation_analysis(as_of: AsOf) -> CorrelationAnalysis:
    """Which of the company's figures go together: n and what it is worth, coefficient, interval, p and q."""
    async with db.reading() as session:
        return await service.correlation_analysis(session, as_of=as_of)


@tool(SERVER, category="business", seconds=0.5)
async def predict(
    content: Annotated[str, Field(min_length=1, max_length=100_000, description="The text as its reader would see it")],
    channel: Annotated[str, Field(min_length=1, max_length=50)],
    as_of: AsOf,
    title: str | None = None,
    topic: str | None = None,
    persona: str | None = None,
) -> Prediction:
    """What a draft may bring on a channel, with an 80% interval, how often such held, and whether that beats the mean."""
    text = predicting.Text(content=content, title=title, topic=topic, persona=persona)
    async with db.reading() as session:
        return await predicting.predict(session, text, channel, as_of=as_of)


@tool(SERVER, category="business", seconds=0.2)
async def suggest_time(
    channel: Annotated[str, Field(min_length=1, max_length=50)],
    as_of: AsOf,
    zone: Annotated[str, Field(max_length=64, description="A time zone such as Europe/Berlin")] = "UTC",
) -> SuggestedTime:
    """When to publish next on a channel; no time where no hour and no weekday is clearly better."""
    async with db.reading() as session:
        return await service.suggest_time(session, canonical(channel) or channel, as_of=as_of, zone=zone)


@tool(SERVER, category="business", seconds=0.8)
async def enrich_context(
    topic: Annotated[str, Field(min_length=1, max_length=500)],
    as_of: AsOf,
    metrics: Annotated[dict[str, Any] | None, Field(description="Figures given with the request; they win")] = None,
    channels: Channels = None,
) -> Context:
    """All that history says to a request at once: state, similar work, usual results, the topic, times to publish."""
    async with db.reading() as session:
        return await service.enrich(session, None, topic, metrics, as_of=as_of, channels=channels or ())
