"""What a person sends to start a task, and what they get back."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, Field, StrictBool, StringConstraints

from cofounder.kit.http import VISIBLE, Body, ShortText, Shown, Time, Whole, stripped

RequestText = Annotated[str, StringConstraints(min_length=1, max_length=20_000), AfterValidator(stripped), VISIBLE]
AnswerText = Annotated[str, StringConstraints(min_length=1, max_length=5_000), AfterValidator(stripped), VISIBLE]
FiguresText = Annotated[str, StringConstraints(max_length=10_000)]


class Preferences(Body):
    """Wishes that the request itself does not have to say; the request's own words win."""

    tone: ShortText | None = Field(default=None, examples=["professional"])
    channels: list[ShortText] = Field(default_factory=list, max_length=20, examples=[["linkedin", "twitter", "email"]])
    language: ShortText | None = Field(default=None, examples=["en"])
    persona: ShortText | None = Field(default=None, examples=["newsReporter"])


class ProcessIn(Body):
    request: RequestText = Field(examples=["Create a LinkedIn post about our Q4 growth metrics"])
    business_metrics: dict[str, Any] | None = Field(
        default=None,
        description='Figures that the text may use: a month\'s, unless "period" says quarter or year. They win over stored ones.',
        examples=[{"revenue_monthly": 150000, "previous_month_revenue": 125000, "customer_count": 320}],
    )
    figures: FiguresText | None = Field(
        default=None,
        description="More such figures as a person types them, one a line; what may be read in two ways is refused.",
        examples=["revenue_monthly = $150,000\nconversion_rate = 4.5%"],
    )
    preferences: Preferences = Field(default_factory=Preferences)
    plan: dict[str, Any] | None = Field(default=None, description="A plan to run instead of our own.")
    review_plan: StrictBool = Field(
        default=False, description="Stop before execution so that a person can edit the plan."
    )
    priority: Whole = Field(default=0, ge=-100, le=100)
    not_before: Time | None = Field(default=None, description="Run not before this time.")
    publish_at: Time | None = Field(
        default=None, description="Schedule what is approved for this time, unless the decision says another."
    )
    expires_at: Time | None = Field(default=None, description="Where nobody has decided by then, the task expires.")


class Accepted(Shown):
    """The task is stored; its work goes on without the caller."""

    task_id: UUID
    status: str = "queued"
    status_url: str
    approval_url: str


# ShortText, but without a pattern: of names that have one the OpenAPI would leave the values of all others open
_AskedFor = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(stripped)]


class ClarifyIn(Body):
    answers: dict[_AskedFor, AnswerText] = Field(min_length=1, max_length=20, examples=[{"channels": "linkedin"}])


class PhaseOut(Shown):
    name: str
    state: Literal["waiting", "running", "done", "skipped", "failed"]
    note: str | None
    seconds: float | None
    cost: float


class TaskOut(Shown):
    """A task in a list."""

    task_id: UUID
    request: str
    status: str
    phase: str | None
    source: str
    priority: int
    intent: str | None
    topic: str | None
    channels: list[str]
    quality_score: float | None
    cost: float
    seconds: float | None = Field(
        description="Of work; those in which it waited for a person or an agent outside are left out."
    )
    publish_at: datetime | None = Field(
        description="When what is approved goes out, unless the decision says another time."
    )
    is_sample: bool
    created_at: datetime
    completed_at: datetime | None
