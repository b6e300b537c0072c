"""What goes over the wire about series."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StrictStr

from cofounder.flow.request.schemas import RequestText
from cofounder.flow.request.series.slots import Every
from cofounder.kit.forms import form
from cofounder.kit.http import Body, Day, ShortText, Whole
from cofounder.kit.zones import Zone

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
State = Literal["active", "paused", "ended"]
Late = Literal["keep", "expire"]
Clock = Annotated[
    StrictStr, Field(pattern=form(r"^([01]\d|2[0-3]):[0-5]\d$", "Write a time of day as 09:00, from 00:00 to 23:59"))
]

_AT = "A time of the zone's clocks. Skipped by a clock change, it is as much later; coming twice, the first counts."
_LATE = (
    "keep: a text that is not approved by its slot goes on waiting, and after a stop the latest missed one is made late."
    " expire: it expires at its slot, and nothing is made late."
)


class SeriesIn(Body):
    """A request to ask again and again, and when."""

    name: ShortText = Field(examples=["Monday numbers"])
    request: RequestText = Field(examples=["Write a post about last week's numbers"])
    channels: list[ShortText] = Field(min_length=1, max_length=20, examples=[["linkedin", "x"]])
    tone: ShortText | None = None
    language: ShortText | None = Field(default=None, examples=["en"])
    persona: ShortText | None = Field(default=None, examples=["newsReporter"])
    every: Every = "week"
    interval: Whole = Field(default=1, ge=1, le=52, description="Every so many days, weeks or months.")
    weekdays: list[Weekday] = Field(
        default_factory=list,
        max_length=7,
        description="Of weeks; else the day on which it starts.",
        examples=[["monday"]],
    )
    month_day: Whole | None = Field(
        default=None, ge=1, le=31, description="Of months; in a shorter one its last day. Else the day it starts on."
    )
    at: Clock = Field(description=_AT, examples=["09:00"])
    zone: Zone = Field(examples=["Europe/Berlin"])
    starts_on: Day | None = Field(default=None, description="Not before this day; else today.")
    ends_on: Day | None = Field(default=None, description="Not after this day.")
    count: Whole | None = Field(default=None, ge=1, le=10_000, description="Make so many, then end.")
    lead_minutes: Whole = Field(
        default=1_440, ge=15, le=43_200, description="So long before its slot each task is made, for who approves it."
    )
    late: Late = Field(default="keep", description=_LATE)


class SeriesChange(Body):
    """What is different from now on; what is left out stays. What was made before stays as it is."""

    name: ShortText | None = None
    request: RequestText | None = None
    channels: list[ShortText] | None = Field(default=None, min_length=1, max_length=20)
    tone: ShortText | None = None
    language: ShortText | None = None
    persona: ShortText | None = None
    every: Every | None = None
    interval: Whole | None = Field(default=None, ge=1, le=52)
    weekdays: list[Weekday] | None = Field(default=None, max_length=7)
    month_day: Whole | None = Field(default=None, ge=1, le=31)
    at: Clock | None = Field(default=None, description=_AT)
    zone: Zone | None = None
    ends_on: Day | None = Field(default=None, description="null: no last day.")
    count: Whole | None = Field(default=None, ge=1, le=10_000, description="Counted from the first; null: no limit.")
    lead_minutes: Whole | None = Field(default=None, ge=15, le=43_200)
    late: Late | None = Field(default=None, description=_LATE)


class SlotOut(BaseModel):
    """A slot to come. `note`: what a clock change does to it. `makes_at`: when its task is made."""

    day: date
    slot_at: datetime
    makes_at: datetime
    note: str | None


class SeriesOut(BaseModel):
    """A series as it stands. `coming` are its next slots, without those that are skipped or made already."""

    id: UUID
    name: str
    request: str
    channels: list[str]
    tone: str | None
    language: str | None
    persona: str | None
    every: Every
    interval: int
    weekdays: list[Weekday]
    month_day: int | None
    at: str
    zone: str
    starts_on: date
    ends_on: date | None
    count: int | None
    lead_minutes: int
    late: Late
    words: str = Field(examples=["Every Monday at 09:00, Europe/Berlin"])
    state: State
    made: int
    coming: list[SlotOut]
    created_by: str
    created_at: datetime


class OccurrenceOut(BaseModel):
    """One slot and what became of it. `coming`: its task is still to be made. `task_status`: how that task stands."""

    series_id: UUID
    series: str
    channels: list[str]
    day: date
    slot_at: datetime
    state: Literal["coming", "made", "skipped", "missed", "refused"]
    task_id: UUID | None = None
    task_status: str | None = None
    note: str | None = None


class SeriesDetail(SeriesOut):
    """A series with what became of its slots, the latest first."""

    occurrences: list[OccurrenceOut]


class SeriesList(BaseModel):
    items: list[SeriesOut]


class OccurrenceList(BaseModel):
    items: list[OccurrenceOut]
