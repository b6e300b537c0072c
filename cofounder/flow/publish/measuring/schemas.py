"""What goes over the wire about measuring."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from cofounder.kit.http import Body, Shown, Time, Whole

MeasurementState = Literal["due", "done", "missed", "gone", "not_offered"]
Counter = Annotated[Whole, Field(ge=0, le=10**12)]


class CountersOut(Shown):
    """Cumulative counters; null: nobody told them."""

    impressions: int | None
    views: int | None
    reach: int | None
    clicks: int | None
    likes: int | None
    shares: int | None
    comments: int | None
    bookmarks: int | None


class PostReadingOut(CountersOut):
    """One reading of a post."""

    reading_id: UUID
    measured_at: datetime
    age_seconds: int | None = Field(description="How old the post was; null where nobody knows since when it stands.")
    source: str = Field(description="The provider, an import's name, or typed.")
    engagement_rate: float | None = Field(
        description="(clicks + shares + comments) / views, or impressions where views are not told."
    )
    flags: list[str] = Field(description="What is odd about it, as codes.")
    notes: list[str] = Field(
        description="What is odd about it, in words; and what has become less since the one before."
    )


class AgeOut(Shown):
    """One age at which the post is read."""

    age: str
    age_seconds: int
    due_at: datetime
    state: MeasurementState
    by_hand: bool = Field(description="A person is asked for it: nobody can read it there.")
    attempts: int
    read_at: datetime | None
    said: str | None = Field(description="Why it stands so.")


class ForetoldOut(Shown):
    """What was foretold of one outcome at three days, and what came."""

    outcome: str = Field(description="`engagement` is clicks + shares + comments: `likes` are no part of it.")
    value: float | None
    low: float | None
    high: float | None
    came: float | None = Field(
        description="Of the first reading of 72 hours or more, and what it lacks of those of the four days after it; "
        "where these do not tell it, the newest value of each figure."
    )
    final: bool = Field(description="Whether it is of 72 hours or more.")
    held: bool | None = Field(description="Whether it lies in the interval; null until it is final.")


class FollowersOut(Shown):
    """How many follow the channel."""

    counted_at: datetime
    count: int


class AttributedOut(Shown):
    """What the site saw of visitors who came through the publication's links. They are not shown to be caused by it."""

    sessions: int | None
    conversions: int | None
    revenue: float | None = Field(description="Null too where it is of several currencies.")
    currency: str | None
    return_on_cost: float | None = Field(description="Revenue / what the run and the post cost, in one currency.")
    split_by: list[str] = Field(description="What the rows of the report are split by that these figures are of.")
    first_day: date
    last_day: date


class PublicationMeasuredOut(Shown):
    """What is known of what became of a publication."""

    publication_id: UUID
    channel: str
    published_at: datetime | None = Field(description="Since when it stands; null: nowhere yet, nothing is read.")
    note: str | None = Field(description="Why nothing is read, or by whom it is.")
    readings: list[PostReadingOut]
    ages: list[AgeOut]
    foretold_at: datetime | None
    foretold: list[ForetoldOut]
    followers_before: FollowersOut | None
    followers_after: FollowersOut | None
    campaign: str | None = Field(description="The utm_campaign of its links; null where none is tagged.")
    content: str | None = Field(description="Their utm_content, which names the publication in web analytics.")
    attributed: AttributedOut | None = Field(description="Null where no web analytics name it.")


class ReadingIn(Body):
    """What a person read of a post. Counters are cumulative; what is left out was not read, and where a reading is mended
    it stays as it was: null takes a figure away.
    """

    measured_at: Time | None = Field(
        default=None, description="When it was read, kept to the minute; left out: now, or that of `replaces`."
    )
    replaces: UUID | None = Field(default=None, description="A typed reading, which this one takes the place of.")
    impressions: Counter | None = None
    views: Counter | None = None
    reach: Counter | None = None
    clicks: Counter | None = None
    likes: Counter | None = None
    shares: Counter | None = None
    comments: Counter | None = None
    bookmarks: Counter | None = None


class ReadingTypedOut(Shown):
    """The reading as it was kept, and what is odd about it."""

    reading: PostReadingOut
    notes: list[str]


class MeasurementOut(AgeOut):
    """One age of one publication."""

    publication_id: UUID
    task_id: UUID | None
    title: str | None
    url: str | None
    channel: str
    published_at: datetime


class MeasuredAccountOut(Shown):
    """How reading stands with an account."""

    name: str
    channel: str
    read_at: datetime | None
    waits_until: datetime | None
    problem: str | None
    quota: dict[str, Any]
    left_out: list[str] = Field(description="Metrics that the provider tells no more.")
    notes: list[str]
    followers: int | None
    followers_at: datetime | None


class MeasurementCountsOut(Shown):
    """How many ages stand where. `due`: their time has come; `asked`: of those, the ones that people are asked for."""

    due: int
    asked: int
    waiting: int
    done: int
    missed: int
    gone: int
    not_offered: int


class MeasurementsOut(Shown):
    """A page of ages, and how measuring stands."""

    items: list[MeasurementOut]
    next_cursor: str | None
    total: int
    counts: MeasurementCountsOut
    accounts: list[MeasuredAccountOut]


class MeasureRunOut(Shown):
    """What a round did."""

    planned: int = Field(description="Publications whose ages were planned.")
    read: int = Field(description="Publications that were read.")
    gone: int = Field(description="Posts that are not there any more.")
    missed: int = Field(description="Ages that a reading came too late for.")
    problems: dict[str, str] = Field(description="Account -> why it was not read.")
    due: int = Field(description="Ages that are due still, and that no person is asked for.")
