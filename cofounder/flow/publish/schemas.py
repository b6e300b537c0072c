"""What goes over the wire about publications."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StrictBool, StrictInt, StrictStr, StringConstraints

from cofounder.channels.images.limits import MOST_IMAGES
from cofounder.flow.approve.schemas import AttachIn, ImageShown
from cofounder.kit.forms import form
from cofounder.kit.http import Body, Time, stripped

Action = Literal["cancel", "reschedule", "resolve", "retry", "posted", "not_posted", "correct"]
State = Literal["scheduled", "attempting", "published", "refused", "unknown", "cancelled"]
FINAL: tuple[State, ...] = ("published", "refused", "cancelled")


class Order(BaseModel):
    """What a decision asks of publishing, as it travels to the durable workflow."""

    decision_id: UUID
    channel: str
    variant_version: int
    delivered_by: str
    account: str  # as it was called when it was decided
    account_id: UUID | None = None
    sent_as: str | None = None  # the From line of an e-mail
    note: str | None = None


class Metadata(Body, extra="allow"):
    """What goes with a text that is published as given. Further fields are kept with the task."""

    title: StrictStr | None = Field(default=None, max_length=500)
    subject: StrictStr | None = Field(default=None, max_length=500)
    preheader: StrictStr | None = Field(default=None, max_length=500)
    hashtags: list[StrictStr] = Field(default_factory=list, max_length=30)
    link: StrictStr | None = Field(default=None, max_length=2_000)


class PublishIn(Body):
    """A text to publish as it stands."""

    platform: StrictStr = Field(max_length=40, examples=["linkedin"])
    content: Annotated[str, StringConstraints(min_length=1, max_length=200_000), AfterValidator(stripped)]
    metadata: Metadata = Field(default_factory=Metadata)
    schedule_at: Time | None = None
    images: list[AttachIn] = Field(
        default_factory=list, max_length=MOST_IMAGES, description="That go with it, in order; first upload each."
    )
    account: StrictStr | None = Field(
        default=None, max_length=200, description="Name of the account to publish by. Left out: the default one."
    )


ConflictKind = Literal["close", "same_text", "quota", "account", "approval"]


class SlotNamed(BaseModel):
    """A slot of a series that is to come."""

    series_id: UUID
    day: date


class Conflict(BaseModel):
    """Something of the plan that gets in its own way. Nothing is stopped by it.

    close: two by one account within a short time; same_text: again too soon; quota: more than the channel takes; account:
    it ends before, or is gone; approval: nobody has approved it yet, or that expires before.
    """

    kind: ConflictKind
    at: datetime
    told: str
    publication_ids: list[UUID]
    task_ids: list[UUID]
    slots: list[SlotNamed]


class ConflictList(BaseModel):
    items: list[Conflict]


class MeantOut(BaseModel):
    """An undecided task that is meant for a time: what nobody has approved yet, as a calendar shows it."""

    task_id: UUID
    told: str = Field(description="Its title, or what was asked for.")
    status: str
    publish_at: datetime
    channels: list[str] = Field(description="As far as they are known.")
    expires_at: datetime | None = Field(description="Undecided by then it ends.")


class MeantList(BaseModel):
    items: list[MeantOut]


class RescheduleIn(Body):
    """Another time for what waits for its own."""

    schedule_at: Time | None = Field(description="When to publish it. null: at once.", examples=["2026-11-23T09:00Z"])
    expected_schedule_at: Time | None = Field(
        default=None, description="When it was to go out as you read it. Refused where somebody moved it since."
    )


class Posted(BaseModel):
    """That a person posted a text of the outbox: since when it stands, and where."""

    posted_at: datetime
    url: str | None


class PublicationOut(BaseModel):
    """One publication as it stands. `url` is the post's address, or the file in the outbox.

    `attempts` counts since a person last asked for it; `next_attempt_at` is set while it waits to be tried again because
    the last attempt surely sent nothing; `unsent` counts recipients that surely did not get it, `unknown` those
    of whom nobody knows, which a person can settle also while others are still to be sent; `posted` is set where a
    person posted by hand what lay in the outbox, `seen` where one said what became of it; `actions` are what an approver can do with it now.
    """

    publication_id: UUID
    task_id: UUID
    channel: str
    delivered_by: str
    account: str
    state: State
    title: str | None = Field(default=None, description="An article's title, or an e-mail's subject.")
    text: str
    fingerprint: str
    variant_version: int
    recipients: int
    scheduled_at: datetime | None
    attempted_at: datetime | None
    attempt: str = Field(description="Names the attempt that stands: give it back with your answer about it.")
    finished_at: datetime | None
    external_id: str | None
    url: str | None
    note: str | None
    attempts: int = 0
    next_attempt_at: datetime | None = None
    unsent: int = 0
    unknown: int = 0
    sent_as: str | None = Field(default=None, description="The From line of an e-mail, as it was approved.")
    images: list[ImageShown] = Field(default_factory=list, description="That go with the text, in order")
    next_look_at: datetime | None = Field(
        default=None, description="When the channel is asked again what became of it, where nobody knows."
    )
    posted: Posted | None = None
    seen: Posted | None = Field(
        default=None, description="Where a person said that it is there: since when, and where. It can be mended."
    )
    actions: list[Action] = Field(default_factory=list)


class PostedIn(Body):
    """A text of the outbox stands where it belongs now."""

    url: StrictStr | None = Field(
        default=None,
        max_length=2_000,
        pattern=form(r"^https?://\S+$", "Write the whole address, with http:// or https:// before it"),
        description="Where it stands.",
        examples=["https://www.linkedin.com/posts/1"],
    )
    posted_at: Time | None = Field(default=None, description="Since when; left out: now.")


class ThreadPostOut(BaseModel):
    """One post of a thread, and what is known of it."""

    number: int
    text: str
    state: Literal["waiting", "sent", "refused", "not_sent", "unknown"]
    url: str | None


class DeliveryOut(BaseModel):
    """What is on record about one recipient's delivery, and where a person can see what became of it."""

    recipient: str | None = Field(description="An e-mail address; null where the channel has no recipients.")
    state: Literal["waiting", "sent", "refused", "not_sent", "unknown"]
    attempts: int
    begun_at: datetime | None = Field(description="When it was handed over last.")
    finished_at: datetime | None
    said: str | None = Field(description="What the other side, or the line, said.")
    settled_by: str | None = Field(description="Who looked and settled it.")
    where: str
    posts: list[ThreadPostOut] = Field(default_factory=list, description="Of a thread: each of its posts, in order.")


class AttemptOut(BaseModel):
    """An attempt that ended, or what a person found about it.

    `state`: not_sent, or partly where some recipients have it, where it is tried again by itself.
    """

    at: datetime
    begun_at: datetime | None = Field(default=None, description="When it was handed over; null where it broke before.")
    attempt: int = Field(description="Which one, counted from the first, also after a person asked for it again.")
    state: Literal["published", "refused", "not_sent", "partly", "unknown"]
    said: str | None
    by: str | None = Field(default=None, description="The person who looked and said so; null: it ended by itself.")
    sent_again: bool = Field(default=False, description="Whether that person had it sent once more.")
    recipients: list[str] | None = Field(
        default=None, description="Of an e-mail: whom that person's answer was about; `said` names the first few."
    )


class PublicationDetail(PublicationOut):
    """One publication with the evidence for how it stands."""

    deliveries: list[DeliveryOut]
    history: list[AttemptOut] = Field(description="How its attempts ended, the first first; the newest fifty.")


class PublishOut(BaseModel):
    """What became of a text that was given to publish. `repeated`: this very text, or key, came before."""

    task_id: UUID
    publication_id: UUID
    platform: str
    state: State
    delivered_by: str
    account: str
    note: str | None
    url: str | None
    text: str
    fingerprint: str
    quality_score: float | None
    quality_passed: bool | None
    issues: list[dict[str, Any]]
    schedule_at: datetime | None
    repeated: StrictBool = False
    same_text: str | None = Field(
        default=None, description="That this account has the same text for another time too, in a sentence."
    )


class Verdict(Body):
    """What a person found at the channel about a publication whose outcome is unknown."""

    verdict: Literal["sent", "not_sent"]
    url: StrictStr | None = Field(
        default=None,
        max_length=2_000,
        pattern=form(r"^https?://\S+$", "Write the whole address, with http:// or https:// before it"),
        description="With sent: where it stands.",
        examples=["https://example.org/posts/1"],
    )
    published_at: Time | None = Field(default=None, description="With sent: since when; else when it was handed over.")
    send_again: StrictBool = Field(
        default=False, description="With not_sent, or fewer posts than all: send now what is not there."
    )
    posts: Annotated[StrictInt, Field(ge=1, le=1_000)] | None = Field(
        default=None,
        description="With sent, of a thread: how many of its posts stand, from the first. Left out: all, where none was "
        "left to be handed over. With fewer, send_again sends the others now.",
    )
    attempt: StrictStr | None = Field(
        default=None,
        max_length=200,
        description="`attempt` of the publication as you read it. Refused where it was sent once more since.",
    )
    recipients: list[Annotated[str, StringConstraints(min_length=1, max_length=500)]] | None = Field(
        default=None, min_length=1, max_length=1_000, description="Only these; else all whose outcome is unknown."
    )
