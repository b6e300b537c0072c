"""What goes over the wire at approval."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StrictBool, StrictStr

from cofounder.business.derive.times import SuggestedTime
from cofounder.channels.images.limits import MOST_IMAGES
from cofounder.channels.images.schemas import ImageType, Picture
from cofounder.kit.forms import form
from cofounder.kit.http import Body, Time, Usd, Whole

Kind = Literal["content", "plan", "cost"]
Verdict = Literal["approve", "changes", "reject"]


class Edit(Body):
    """What a person changes in one channel's text. A field left out stays; null empties it.

    `content` is the whole visible text, hashtags and link in it; the other fields are its parts.
    """

    content: StrictStr | None = Field(default=None, max_length=100_000)
    body: StrictStr | None = Field(default=None, max_length=100_000)
    title: StrictStr | None = Field(default=None, max_length=500)
    subject: StrictStr | None = Field(default=None, max_length=500)
    preheader: StrictStr | None = Field(default=None, max_length=500)
    parts: list[StrictStr] | None = Field(default=None, max_length=50)
    hashtags: list[StrictStr] | None = Field(default=None, max_length=30)
    call_to_action: StrictStr | None = Field(default=None, max_length=1_000)
    link: StrictStr | None = Field(default=None, max_length=2_000)


class AttachIn(Body):
    """One image of a task's texts: `image` is what its upload answered."""

    image: StrictStr = Field(pattern=form("^[0-9a-fA-F]{64}$", "Write the image's id: 64 of 0-9 and a-f"))
    alt: StrictStr = Field(
        max_length=10_000,
        description="What it shows, in a sentence, for people who cannot see it.",
        examples=["Bar chart: margins rose from 31% to 43% since March."],
    )
    channels: list[StrictStr] | None = Field(default=None, max_length=50, description="Left out or empty: all.")


class ImagesIn(Body):
    """The images that go with a task's texts, in this order, in place of those that did; an empty list removes them."""

    images: list[AttachIn] = Field(max_length=MOST_IMAGES)
    fingerprint: StrictStr | None = Field(default=None, max_length=64, description="What you read.")


class ImageShown(BaseModel):
    """An image that goes with a text. `channels`: only those; null where it goes with every text."""

    image: str
    url: str
    alt: str
    type: ImageType
    width: int
    height: int
    bytes: int
    frames: int
    channels: list[str] | None = None

    @classmethod
    def of(cls, one: Picture, *, channels: list[str] | None = None) -> "ImageShown":
        return cls(
            image=one.sha256, url=f"/api/images/{one.sha256}", channels=channels, **one.model_dump(exclude={"sha256"})
        )


class Decision(Body):
    """What a person says. `approved` or `verdict` is enough; the verdict wins."""

    task_id: UUID
    approved: StrictBool | None = None
    verdict: Verdict | None = None
    round: Whole | None = Field(default=None, ge=1)
    kind: Kind | None = None
    publish_to_channels: list[StrictStr] | None = Field(
        default=None, max_length=50, description="Variants to publish, one at least; left out: all of them."
    )
    feedback: StrictStr | None = Field(default=None, max_length=10_000)
    schedule_at: Time | None = None
    fingerprint: StrictStr | None = Field(default=None, max_length=64)
    edits: dict[str, Edit] | None = Field(default=None, max_length=50)
    accounts: dict[str, StrictStr] | None = Field(
        default=None,
        max_length=50,
        description="Channel -> name of the account to publish by; 'outbox' for the outbox. Left out: the default one.",
        examples=[{"linkedin": "Acme"}],
    )
    plan: dict[str, Any] | None = Field(default=None, description="An edited plan, where a plan is decided on.")


class DraftEdit(Body):
    """Changes to the texts that wait for a decision, by channel."""

    edits: dict[str, Edit] = Field(min_length=1, max_length=50)
    fingerprint: StrictStr | None = Field(default=None, max_length=64, description="What you read; If-Match does too.")


class Round(BaseModel):
    """One round of approval as the journey sees it."""

    task_id: UUID
    round: int
    kind: Kind
    fingerprint: str
    opened_at: datetime
    decided: bool


class DimensionOut(BaseModel):
    score: float
    weight: float = 0.0
    evidence: list[str] = Field(default_factory=list)
    issues: list[dict[str, Any]] = Field(default_factory=list)


class DeliveryOut(BaseModel):
    """Where an approved variant would go. `accounts`: what can be chosen from, the outbox left out."""

    delivered_by: str
    account: str
    recipients: int = 1
    note: str | None = None
    accounts: list[str] = Field(default_factory=list, description="Connected accounts of the channel")
    sent_as: dict[str, str] = Field(default_factory=dict, description="E-mail: the From line of each of them.")


class VariantOut(BaseModel):
    """One channel's text: `content` is what a reader sees, `preview` how the channel shows it."""

    channel: str
    version: int
    origin: str
    content: str
    preview: str
    exact_text: str
    format: str
    length: int
    limit: int | None
    body: str
    title: str | None = None
    subject: str | None = None
    preheader: str | None = None
    html: str | None = None
    parts: list[str] = Field(default_factory=list)
    hashtags: list[str] = Field(default_factory=list)
    call_to_action: str | None = None
    link: str | None = None
    placeholders: list[str] = Field(default_factory=list)
    images: list[ImageShown] = Field(default_factory=list)
    image_problems: list[str] = Field(
        default_factory=list, description="What of its images the channel would not take; such a text is not approved."
    )
    persona: str | None = None
    figures: list[dict[str, Any]] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)
    quality_score: float | None = None
    quality_passed: bool | None = None
    quality_dimensions: dict[str, DimensionOut] = Field(default_factory=dict)
    issues: list[dict[str, Any]] = Field(default_factory=list)
    refinements: int = 0
    delivery: DeliveryOut


class MainContent(BaseModel):
    title: str | None
    content: str
    preview_image: str | None = None


class Change(BaseModel):
    op: Literal["equal", "delete", "insert"]
    text: str


class OfferedOut(BaseModel):
    """One of the texts that a channel's text can be chosen from. `chosen`: the one that waits for the decision."""

    version: int
    origin: str
    content: str
    length: int
    limit: int | None
    quality_score: float | None
    quality_passed: bool | None
    issues: list[dict[str, Any]] = Field(default_factory=list)
    chosen: bool


class AlternativeIn(Body):
    """The channel whose text is to be written once more."""

    channel: StrictStr = Field(min_length=1, max_length=50)


class ChoiceIn(Body):
    """Which of a channel's texts waits from now on."""

    channel: StrictStr = Field(min_length=1, max_length=50)
    version: Whole = Field(ge=1, le=1_000_000)
    fingerprint: StrictStr | None = Field(default=None, max_length=64, description="What you read.")


class EditKept(BaseModel):
    """What an edit did to one channel's text."""

    before: str
    after: str
    diff: list[Change]


class DecidedOut(BaseModel):
    """A decision that was made."""

    id: UUID
    round: int
    kind: Kind
    verdict: Verdict
    by: str
    automatic: bool
    channels: list[str]
    feedback: str | None
    schedule_at: datetime | None
    edits: dict[str, EditKept]
    not_chosen: dict[str, list[str]] = Field(default_factory=dict, description="channel -> the texts that were left")
    decided_at: datetime


class ExpectedOut(BaseModel):
    """What history lets expect of the main text, with an 80% interval; null where it says too little, and why."""

    value: float | None = None
    low: float | None = None
    high: float | None = None
    at: datetime | None = Field(
        default=None,
        description="The time of publication that it is said of: the one set when the text was judged, else the suggested"
        " one; null: the times at which the channel's posts go out",
    )
    level: float | None = None
    outcome: str | None = None
    n: int = 0
    coverage: float | None = Field(default=None, description="How often such intervals held on later posts, 0-1")
    beats_channel_mean: bool | None = None
    reason: str


class ApprovalOut(BaseModel):
    """Everything a person needs to decide."""

    task_id: UUID
    status: str
    round: int
    kind: Kind
    request: str
    quality_score: float | None
    quality_passed: bool | None
    fingerprint: str
    main_content: MainContent
    channel_variants: dict[str, VariantOut]
    metadata: dict[str, Any]
    supporting_materials: dict[str, Any]
    hashtags: list[str]
    call_to_action: str | None
    estimated_reach: int | None
    engagement_score: float | None
    approval_url: str
    quality_dimensions: dict[str, DimensionOut]
    issues: list[dict[str, Any]]
    refinements: int
    facts: list[dict[str, Any]]
    sources: list[dict[str, Any]]
    similar_content: list[dict[str, Any]]
    expected_engagement: ExpectedOut
    suggested_times: dict[str, SuggestedTime] = Field(
        default_factory=dict, description="Channel -> when posts did better there, or that history says too little"
    )
    images: list[ImageShown] = Field(default_factory=list, description="Of all texts, in order")
    alternatives: dict[str, list[OfferedOut]] = Field(
        default_factory=dict, description="channel -> its texts to choose from, where another was asked for"
    )
    plan: dict[str, Any] | None = None
    persona: str | None = None
    opened_at: datetime
    publish_at: datetime | None = Field(default=None, description="Its time, unless the decision says another.")
    expires_at: datetime | None = Field(default=None, description="Undecided by then, it expires.")
    decision: DecidedOut | None = None


class PreviewIn(Body):
    """Changes to try: channel -> edit. Nothing is stored."""

    edits: dict[StrictStr, Edit] = Field(min_length=1, max_length=20)


class TriedOut(BaseModel):
    """One channel's text as it would read and score with the change in it."""

    content: str
    exact_text: str
    parts: list[str]
    html: str | None
    length: int
    limit: int | None
    fits: bool
    quality_score: float
    quality_passed: bool
    quality_dimensions: dict[str, DimensionOut]
    issues: list[dict[str, Any]]
    diff: list[Change]


class PreviewOut(BaseModel):
    """`fingerprint` names the text that stands, not the one that was tried."""

    task_id: UUID
    fingerprint: str
    channels: dict[str, TriedOut]


class PlannedPublication(BaseModel):
    publication_id: UUID
    channel: str
    delivered_by: str
    account: str
    account_id: UUID | None = Field(default=None, exclude=True)
    schedule_at: datetime | None
    note: str | None


class DecisionOut(BaseModel):
    """What the decision did. `texts` are the exact texts that will be sent, by channel."""

    task_id: UUID
    status: str
    decision: DecidedOut
    fingerprint: str
    texts: dict[str, str]
    publications: list[PlannedPublication]
    estimated_cost: Usd | None = None
