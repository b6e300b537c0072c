"""What goes over the wire about what runs say."""

from datetime import date, datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from cofounder.business.derive.correlations import Correlation
from cofounder.business.derive.intervals import Interval
from cofounder.business.derive.times import BestTimes, SuggestedTime

Status = Literal["ok", "not enough data"]


class Correlations(BaseModel):
    """Which figures go together, over months, posts and runs. None of it says why."""

    as_of: datetime
    status: Status
    months: int
    posts: int
    runs: int
    tested: int = Field(description="Pairs that had enough data; q corrects for all of them")
    names: list[str] = Field(description="Every figure that is part of a pair, for a matrix")
    correlations: list[Correlation]
    notes: list[str]


class MonthMean(BaseModel):
    month: date = Field(description="First day")
    n: int
    mean: float | None
    low: float | None = Field(description="95% interval; null under 5")
    high: float | None


class MetricByMonth(BaseModel):
    """One metric month by month."""

    metric: Literal["engagement", "quality", "approval", "refinements", "cost"]
    unit: str
    points: list[MonthMean]


class PatternPoint(BaseModel):
    as_of: datetime
    state: str
    n: int
    support: int
    effect: float | None
    low: float | None
    high: float | None
    q: float | None


class PatternOverTime(BaseModel):
    """What each run estimated of a pattern that stood at some time."""

    id: UUID
    metric: str
    sentence: str
    state: str
    points: list[PatternPoint]


class Effectiveness(BaseModel):
    as_of: datetime
    series: list[MetricByMonth]
    patterns: list[PatternOverTime]
    notes: list[str] = Field(description="Where only the newest were read, how many of how many")


class Combination(BaseModel):
    """Agents that worked together in a plan, and what came of it."""

    agents: list[str]
    runs: int
    own: int = Field(description="Runs of the product among them, which success is of")
    success: Interval | None = Field(
        description="Share of our own runs that came to a good end, 0-1: what was imported nobody here ran"
    )
    approval: Interval | None = Field(description="Of those that a person decided, 0-1")
    quality: Interval | None = Field(description="Mean score, 0-1; null under 5 judged runs")
    avg_cost: float | None
    avg_seconds: float | None
    avg_refinements: float | None


class Domain(BaseModel):
    """One domain of work with its combinations, best first."""

    domain: str
    status: Literal["ok", "not enough data", "no clear difference"]
    runs: int
    needed: int = Field(description="Judged runs that a combination needs to be compared")
    best: list[str] | None = Field(description="The agents that are clearly better than every other combination")
    p: float | None = Field(description="Of the best against the next, corrected for the comparisons")
    combinations: list[Combination]
    sentence: str


class Agents(BaseModel):
    as_of: datetime
    domains: list[Domain]
    notes: list[str] = Field(description="Where only the newest were read, how many of how many")


class ChannelTimes(BaseModel):
    best: BestTimes
    next: SuggestedTime


class Times(BaseModel):
    """Of posts that were published in this window, each by its first reading at 72 hours or later."""

    as_of: datetime
    since: datetime
    days: int
    channels: list[ChannelTimes]


class QualityBin(BaseModel):
    """Posts whose text scored between two bounds."""

    low: float
    high: float
    n: int
    engagement: Interval | None = Field(description="Mean engagement against the channel's usual one: 1 is usual")


class QualityPoint(BaseModel):
    post_id: UUID
    channel: str
    at: datetime
    quality: float
    engagement: int


class QualityOnChannel(BaseModel):
    channel: str
    correlation: Correlation


class QualityAgainstEngagement(BaseModel):
    """Whether a better score goes with more engagement. `overall` compares posts within their channel."""

    as_of: datetime
    status: Status
    n: int
    needed: int
    overall: Correlation
    channels: list[QualityOnChannel]
    bins: list[QualityBin]
    points: list[QualityPoint] = Field(description="The newest 500")
    sentence: str
    notes: list[str] = Field(description="Where only the newest were read, how many of how many")
