"""What the company's data says: similar work, usual results, topics, times, expectations; and links to confirm."""

from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Generic, Literal, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel, Field, StrictBool, StrictStr

from cofounder import channels as known_channels
from cofounder.business import catalogue
from cofounder.business import state as figures
from cofounder.business.context import index, posts, predicting, service
from cofounder.business.context.posts import PostMissing
from cofounder.business.context.predicting import Prediction, Text
from cofounder.business.context.service import Context, CorrelationAnalysis, TimeZoneUnknown
from cofounder.business.derive import audience, baselines, growth, rates, returns, windows
from cofounder.business.derive.anomalies import Anomalies
from cofounder.business.derive.books import Books, books
from cofounder.business.derive.times import BestTimes, SuggestedTime
from cofounder.business.derive.topics import TopicEffectiveness
from cofounder.business.derive.windows import Window
from cofounder.business.matching import service as matching
from cofounder.business.records.service import CursorInvalid
from cofounder.business.similar import SimilarTask
from cofounder.channels import UnknownChannel
from cofounder.kit import clock
from cofounder.kit.http import Body, Day, Router, Session, Time, documented
from cofounder.kit.spans import SpanBackwards, in_order
from cofounder.people import Operator, Viewer

router = Router(prefix="/api/business", tags=["business"])

T = TypeVar("T")
AsOf = Annotated[Time | None, Query(description="Nothing made or measured later is seen; none means now")]
Days = Annotated[int, Query(ge=1, le=36_500, description="How far back; 36500 is all there is")]
Topic = Annotated[str, Query(min_length=1, max_length=500)]
Channel = Annotated[str, Query(min_length=1, max_length=50)]
Channels = Annotated[list[str] | None, Query(max_length=20, description="Repeat for more; none means all")]
Seen = Annotated[
    matching.State | None,
    Query(description="How the link stood when you looked: refused where somebody decided otherwise meanwhile"),
]
Zone = Annotated[str, Query(max_length=64, description="A time zone such as Europe/Berlin")]


class Items(BaseModel, Generic[T]):
    """All there is, no pages."""

    items: list[T]
    as_of: datetime


class Windowed(Items[T], Generic[T]):
    """What lies in a span of days, and whether something lies before it."""

    window: Window


class Month(BaseModel):
    """A figure of a period, both days included."""

    start: date
    end: date
    value: float
    source: str
    currency: str
    days_missing: int = Field(description="Days inside without a figure: above 0 the value is partial")


class Series(BaseModel):
    metric: str
    noun: str
    unit: str = Field(
        description="usd (money, in each point's currency), count, rate (0-1), ratio, score, days or hours"
    )
    points: list[Month] = Field(description="Oldest first")


class PostFigures(BaseModel):
    """A published post with what its newest reading and its visits say."""

    id: UUID
    platform: str
    title: str | None
    opening: str
    topic: str | None
    category: str | None
    persona: str | None
    campaign: str | None
    task_id: UUID | None
    published_at: datetime
    published_at_known: bool = Field(
        description="false: the post was made of readings that do not say when it was published; a week before its first"
        " reading stands for it"
    )
    views: float | None
    engaged: float | None = Field(description="Clicks, shares and comments")
    engagement_rate: float | None
    visits: float | None = Field(description="Sessions of the site; where none are matched, clicks")
    visits_are_clicks: bool | None = Field(description="Whether they are clicks; null: there are none")
    conversions: float | None
    conversion_rate: float | None
    revenue: float | None
    revenue_per_view: float | None
    cost: float | None
    return_on_cost: float | None
    currency: str | None
    quality_score: float | None


class PostPage(Windowed[PostFigures]):
    """Posts, newest first; ask on with the same `as_of`."""

    next_cursor: str | None = None


class MoneyPage(Items[returns.MoneyRow]):
    """Rows of spend and revenue, newest period first; ask on with the same `as_of`."""

    next_cursor: str | None = None


class PostReading(BaseModel):
    """A post's counters at one time."""

    measured_at: datetime
    views: int | None
    reach: int | None
    clicks: int | None
    likes: int | None
    shares: int | None
    comments: int | None
    conversions: int | None
    revenue: float | None
    cost: float | None
    currency: str | None
    source: str
    import_id: UUID | None
    flags: list[str]


class PostVisits(BaseModel):
    """A day of the site that is matched to a post."""

    day: date
    page_id: str
    campaign: str
    source: str
    sessions: int | None
    users: int | None
    page_views: int | None
    conversions: int | None
    revenue: float | None
    currency: str | None
    import_id: UUID | None
    flags: list[str]


class PostOut(BaseModel):
    """A post with the rows that its figures come from."""

    figures: PostFigures
    content: str
    url: str | None
    import_id: UUID | None
    readings: list[PostReading] = Field(description="Newest first, at most 1000")
    visits: list[PostVisits] = Field(description="Newest first, at most 1000")
    as_of: datetime


class StateOut(BaseModel):
    state: dict[str, Any]
    source: str
    missing: list[str]
    conflicts: list[str]
    notes: list[str] = Field(description="What the reader should know, such as a change of currency")
    as_of: datetime


class DraftIn(Body):
    """A text that is not published yet."""

    channel: StrictStr = Field(min_length=1, max_length=50)
    content: StrictStr = Field(min_length=1, max_length=100_000)
    title: StrictStr | None = Field(default=None, max_length=500)
    topic: StrictStr | None = Field(default=None, max_length=500)
    persona: StrictStr | None = Field(default=None, max_length=100)
    format: StrictStr | None = Field(default=None, max_length=100)
    paid: StrictBool | None = None
    hashtags: list[StrictStr] = Field(default_factory=list, max_length=50)
    publish_at: Time | None = Field(
        default=None, description="When it would go out; none means at the hours the channel's posts go out"
    )
    as_of: Time | None = None


def _channel(said: str) -> str:
    """A channel as posts carry its name: Twitter is x."""
    return known_channels.canonical(said) or said


def _as_of(given: datetime | None) -> datetime:
    return (given or clock.now()).astimezone(UTC)


@router.get("/similar")
async def find_similar(
    session: Session,
    caller: Viewer,
    topic: Topic,
    keyword: Annotated[str | None, Query(max_length=200)] = None,
    channels: Channels = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 5,
    as_of: AsOf = None,
) -> Items[SimilarTask]:
    """Earlier tasks and posts like a topic, ranked by similarity, outcome and recency, each with its reasons."""
    at = _as_of(as_of)
    found = await service.find_similar(
        session, topic, keyword, channels=[_channel(name) for name in channels or ()], as_of=at, limit=limit
    )
    return Items(items=found, as_of=at)


@router.get("/state")
async def business_state(session: Session, caller: Viewer, as_of: AsOf = None) -> StateOut:
    """The company's figures as known at a time."""
    at = _as_of(as_of)
    found = await figures.business_state(session, as_of=at)
    return StateOut(
        state=found.state,
        source=found.source,
        missing=found.missing,
        conflicts=found.conflicts,
        notes=found.notes,
        as_of=at,
    )


@router.get("/metrics")
async def list_metrics(
    session: Session,
    caller: Viewer,
    metric: Annotated[list[str] | None, Query(max_length=50)] = None,
    as_of: AsOf = None,
) -> Items[Series]:
    """Stored figures over time, financial ones and those of the site."""
    at = _as_of(as_of)
    stored = await figures.load(session, as_of=at)
    wanted = sorted(name for name in stored if metric is None or name in metric)
    series = [
        Series(
            metric=name,
            noun=catalogue.metric(name).noun,
            unit=catalogue.metric(name).unit,
            points=[
                Month(
                    start=p.start,
                    end=p.end,
                    value=p.value,
                    source=p.source,
                    currency=p.currency,
                    days_missing=p.lacking,
                )
                for p in stored[name]
            ],
        )
        for name in wanted
    ]
    return Items(items=series, as_of=at)


@router.get("/baselines", responses=documented(UnknownChannel))
async def platform_baselines(
    session: Session, caller: Viewer, channels: Channels = None, as_of: AsOf = None
) -> dict[str, baselines.Baseline]:
    """What a post usually gets on each platform: the long run with this month beside it, with intervals.

    `channels` are those that can be published on, and those that posts came from.
    """
    named = [_channel(name) for name in channels or ()]
    await service.check_channels(session, named)
    return await baselines.baselines(session, channels=named, as_of=_as_of(as_of))


@router.get("/topics")
async def list_topics(
    session: Session,
    caller: Viewer,
    by: Literal["category", "cluster"] = "category",
    days: Days = 180,
    channels: Channels = None,
    as_of: AsOf = None,
) -> Windowed[TopicEffectiveness]:
    """Topics with what they brought, as posts are filed (category) or as their words group them (cluster)."""
    at = _as_of(as_of)
    named = [_channel(name) for name in channels or ()]
    found = await service.all_topics(session, as_of=at, days=days, by=by, channels=named)
    window = await windows.of_posts(session, as_of=at, days=days, platforms=named)
    return Windowed(items=found, as_of=at, window=window)


@router.get("/topics/effectiveness")
async def topic_effectiveness(
    session: Session, caller: Viewer, topic: Topic, days: Days = 180, as_of: AsOf = None
) -> TopicEffectiveness:
    """What posts on one topic brought: those filed under it, else those whose words are like it."""
    return await service.topic_effectiveness(session, topic, as_of=_as_of(as_of), days=days)


@router.get("/times", responses=documented(TimeZoneUnknown, UnknownChannel))
async def best_times(
    session: Session, caller: Viewer, channel: Channel, days: Days = 365, zone: Zone = "UTC", as_of: AsOf = None
) -> BestTimes:
    """Hours and weekdays of a channel against its mean, with intervals; a best one only where it is clear."""
    name = await service.known_channel(session, channel)
    return await service.best_times(session, name, as_of=_as_of(as_of), days=days, zone=zone)


@router.get("/suggested-time", responses=documented(TimeZoneUnknown, UnknownChannel))
async def suggest_time(
    session: Session, caller: Viewer, channel: Channel, zone: Zone = "UTC", days: Days = 365, as_of: AsOf = None
) -> SuggestedTime:
    """When to publish next on a channel, where history gives a reason."""
    name = await service.known_channel(session, channel)
    return await service.suggest_time(session, name, as_of=_as_of(as_of), zone=zone, days=days)


@router.get("/audience")
async def audience_breakdown(
    session: Session, caller: Viewer, part: audience.Part = "source", days: Days = 90, as_of: AsOf = None
) -> audience.Audience:
    """Visits by source, campaign, device, browser, country, audience, funnel step or page."""
    return await audience.breakdown(session, part, as_of=_as_of(as_of), days=days)


@router.get("/growth")
async def growth_rates(session: Session, caller: Viewer, as_of: AsOf = None) -> Items[growth.Growth]:
    """How fast each figure grows: on the month, on the year, and as a trend with its interval."""
    at = _as_of(as_of)
    return Items(items=await service.growth_rates(session, as_of=at), as_of=at)


@router.get("/anomalies")
async def list_anomalies(session: Session, caller: Viewer, days: Days = 365, as_of: AsOf = None) -> Anomalies:
    """Days and posts far from what was usual."""
    return await service.anomalies(session, as_of=_as_of(as_of), days=days)


@router.get("/returns")
async def list_returns(
    session: Session,
    caller: Viewer,
    by: Literal["campaign", "channel"] = "channel",
    days: Days = 365,
    as_of: AsOf = None,
) -> Windowed[returns.Return]:
    """What was spent beside what came of it: return on cost and engagement per unit of money."""
    at = _as_of(as_of)
    found = await returns.returns(session, by, as_of=at, days=days)
    return Windowed(items=found, as_of=at, window=await windows.of_money(session, by, as_of=at, days=days))


@router.get("/returns/rows", responses=documented(CursorInvalid))
async def list_return_rows(
    session: Session,
    caller: Viewer,
    name: Annotated[str, Query(min_length=1, max_length=200, description="The campaign or channel")],
    by: Literal["campaign", "channel"] = "channel",
    days: Days = 365,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    as_of: AsOf = None,
) -> MoneyPage:
    """The stored rows of spend and revenue behind a return, newest period first: they add up to its cost and revenue."""
    at = _as_of(as_of)
    found, more = await returns.rows_behind(session, by, name, as_of=at, days=days, cursor=cursor, limit=limit)
    return MoneyPage(items=found, as_of=at, next_cursor=more)


@router.get("/attribution", responses=documented(SpanBackwards))
async def attribution(
    session: Session,
    caller: Viewer,
    since: Annotated[Day | None, Query(description="First day; left out: ninety days before the last")] = None,
    until: Annotated[Day | None, Query(description="Last day; left out: today")] = None,
    as_of: AsOf = None,
) -> Books:
    """The site's visits as books: through publications, through other posts, through none of them. They add up."""
    at = _as_of(as_of)
    last = until or at.date()
    in_order(since, last)
    return await books(session, as_of=at, since=since or last - timedelta(days=90), until=last)


@router.get("/correlations")
async def correlation_analysis(session: Session, caller: Viewer, as_of: AsOf = None) -> CorrelationAnalysis:
    """Which figures go together: n and what it is worth, coefficient, interval, p and q, or "not enough data"."""
    return await service.correlation_analysis(session, as_of=_as_of(as_of))


@router.get("/context")
async def request_context(
    session: Session,
    caller: Viewer,
    topic: Topic,
    execution_id: UUID | None = None,
    channels: Channels = None,
    as_of: AsOf = None,
) -> Context:
    """All that history says to a request at once; as of the task's own time where its id is given and no other time."""
    at = None if as_of is None and execution_id is not None else _as_of(as_of)
    return await service.enrich(
        session, execution_id, topic, as_of=at, channels=[_channel(name) for name in channels or ()]
    )


@router.get("/posts", responses=documented(CursorInvalid))
async def list_posts(
    session: Session,
    caller: Viewer,
    days: Days = 365,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
    platform: Annotated[str | None, Query(max_length=50)] = None,
    topic: Annotated[str | None, Query(max_length=500)] = None,
    campaign: Annotated[str | None, Query(max_length=500)] = None,
    by: Annotated[
        Literal["category", "cluster"], Query(description="How the topic was found, as the list of topics says")
    ] = "category",
    search: Annotated[str | None, Query(max_length=200, description="Words of the title or the text")] = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    as_of: AsOf = None,
) -> PostPage:
    """Measured posts with engagement, visits and money, newest first."""
    at = _as_of(as_of)
    rows = await posts.listed(
        session,
        as_of=at,
        days=days,
        limit=limit + 1,
        platform=platform and _channel(platform),
        topic=topic,
        campaign=campaign,
        by=by,
        words=search,
        cursor=cursor,
    )
    shown = rows[:limit]
    more = posts.cursor_after(shown[-1]) if len(rows) > limit else None
    named = [_channel(platform)] if platform else []
    window = await windows.of_posts(
        session, as_of=at, days=days, platforms=named, topic=topic if by == "category" else None
    )
    return PostPage(items=[_figures(row) for row in shown], as_of=at, next_cursor=more, window=window)


@router.get("/posts/{post_id}", responses=documented(PostMissing))
async def get_post(post_id: UUID, session: Session, caller: Viewer, as_of: AsOf = None) -> PostOut:
    """A measured post with its text, its readings and the visits matched to it: the rows behind its figures."""
    at = _as_of(as_of)
    found = await posts.one(session, post_id, as_of=at)
    return PostOut.model_validate({**found, "figures": _figures(found["figures"]), "as_of": at})


def _figures(row: dict[str, Any]) -> PostFigures:
    told = {
        "engagement_rate": rates.ratio(row["rated_engaged"], row["rated_views"]),
        "conversion_rate": rates.conversion_rate(row["converted"], row["converted_visits"]),
        "revenue_per_view": rates.revenue_per_view(row["paid_revenue"], row["paid_views"]),
        "return_on_cost": rates.return_on_cost(row["revenue"], row["cost"]),
    }
    return PostFigures.model_validate({**row, **told})


@router.post("/predict")
async def predict(body: DraftIn, session: Session, caller: Viewer) -> Prediction:
    """What a draft may bring: engagement, reach, likes and return with an 80% interval and how often such held."""
    names = ("content", "title", "topic", "persona", "format", "paid", "hashtags")
    text = Text(**{name: getattr(body, name) for name in names}, at=body.publish_at)
    return await predicting.predict(session, text, _channel(body.channel), as_of=_as_of(body.as_of))


@router.get("/index")
async def search_index(session: Session, caller: Viewer) -> index.IndexState:
    """Whether similar work is searched by an index, of what, and how much of it is found."""
    return await index.state(session)


@router.get("/matches", responses=documented(CursorInvalid))
async def list_matches(
    session: Session,
    caller: Viewer,
    state: matching.State | None = None,
    kind: matching.Kind | None = None,
    cursor: Annotated[str | None, Query(max_length=200)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> matching.MatchPage:
    """Links between tasks, posts and readings, newest first; `state=doubtful` are those that wait for a person."""
    return await matching.listed(session, state=state, kind=kind, cursor=cursor, limit=limit)


@router.post("/matches/run")
async def run_matching(session: Session, caller: Operator) -> matching.Matched:
    """Match all that has no other side yet. What a person decided stays."""
    return await matching.run(session)


@router.post("/matches/{match_id}/confirm", responses=documented(matching.MatchMissing, matching.MatchDecided))
async def confirm_match(match_id: UUID, session: Session, caller: Operator, seen: Seen = None) -> matching.MatchOut:
    """These belong together: their rows are linked, other links of the same are refused."""
    return await matching.decide(session, match_id, confirmed=True, by=caller.who, seen=seen)


@router.post("/matches/{match_id}/refuse", responses=documented(matching.MatchMissing, matching.MatchDecided))
async def refuse_match(match_id: UUID, session: Session, caller: Operator, seen: Seen = None) -> matching.MatchOut:
    """These do not belong together: the link is taken off and no run sets it again."""
    return await matching.decide(session, match_id, confirmed=False, by=caller.who, seen=seen)
