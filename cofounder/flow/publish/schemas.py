"""What goes over the wire about publications."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StrictBool, StrictStr, StringConstraints

from cofounder.kit.http import Body, Time

State = Literal["scheduled", "attempting", "published", "refused", "unknown", "cancelled"]
FINAL: tuple[State, ...] = ("published", "refused", "cancelled")


class Order(BaseModel):
    """What a decision asks of publishing, as it travels to the durable workflow."""

    decision_id: UUID
    channel: str
    variant_version: int
    delivered_by: str
    account: str
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
    content: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200_000)]
    metadata: Metadata = Field(default_factory=Metadata)
    schedule_at: Time | None = None


class PublicationOut(BaseModel):
    """One publication as it stands. `url` is the post's address, or the file in the outbox."""

    publication_id: UUID
    task_id: UUID
    channel: str
    delivered_by: str
    account: str
    state: State
    text: str
    fingerprint: str
    variant_version: int
    recipients: int
    scheduled_at: datetime | None
    attempted_at: datetime | None
    finished_at: datetime | None
    external_id: str | None
    url: str | None
    note: str | None


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


class Verdict(Body):
    """What a person found at the channel about a publication whose outcome is unknown."""

    verdict: Literal["sent", "not_sent"]
    url: StrictStr | None = Field(default=None, max_length=2_000, description="Where it stands, if it was sent.")
    send_again: StrictBool = Field(default=False, description="With not_sent: try once more.")
