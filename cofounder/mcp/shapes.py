"""What the tools answer."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, Field

from cofounder.business.similar import SimilarTask
from cofounder.flow.approve.schemas import DecidedOut, ImageShown, Kind
from cofounder.flow.publish.schemas import PublicationOut
from cofounder.flow.run.schemas import DeliverableOut, StepOut


class Submitted(BaseModel):
    """The task is stored; a worker carries it out."""

    task_id: UUID
    status: str
    next: str = Field(description="What to do next, in words")


class TaskState(BaseModel):
    """Where a task is and what came of it. Cost in US dollars, `progress` 0-1."""

    task_id: UUID
    request: str
    status: str
    phase: str | None
    progress: float
    outcome: str | None = Field(description="What planning decided: execute, clarify, approve, reject or defer")
    reason: str | None
    questions: list[dict[str, Any]] = Field(description="What the task asks before it goes on: {field, question, …}")
    error: dict[str, Any] | None
    steps: list[StepOut]
    deliverables: list[DeliverableOut] = Field(description="What it produced besides texts to publish")
    publications: list[PublicationOut] = Field(description="Approved texts and what became of each")
    cost: float
    seconds: float | None
    next: str = Field(description="What to do next, in words")


class TextToDecide(BaseModel):
    """One channel's text, to the byte as it would go out, and where it would go."""

    channel: str
    exact_text: str
    format: str
    length: int
    limit: int | None
    delivered_by: str
    account: str
    recipients: int
    sent_as: str | None = Field(description="What the From line of an e-mail says")
    note: str | None
    quality_score: float | None
    quality_passed: bool | None
    issues: list[dict[str, Any]]
    images: list[ImageShown] = Field(description="That go with it, in order, each with its alt text")
    image_problems: list[str] = Field(description="What of them the channel would not take")


class ToDecide(BaseModel):
    """What waits for a decision. The fingerprint names exactly these texts, or this plan."""

    task_id: UUID
    request: str
    status: str
    round: int
    kind: Kind
    fingerprint: str
    texts: list[TextToDecide]
    plan: dict[str, Any] | None
    opened_at: datetime
    decision: DecidedOut | None = Field(description="The decision, where this round has been decided")
    next: str = Field(description="What to do next, in words")


class LearnedExample(BaseModel):
    """One earlier run: what was asked, what a person decided and said, what the world answered."""

    task_id: UUID
    request: str
    intent: str
    asked_at: datetime
    channels: list[str]
    quality_score: float | None
    approved: bool | None = Field(description="What a person decided; null while nobody has")
    feedback: str | None
    final_text: dict[str, Any] | None = Field(description="Channel -> the text as it was approved")
    measured: dict[str, Any] | None = Field(description="Platform -> the latest reading of its post")
    tags: list[str]
    is_sample: bool
    similarity: float = Field(description="Cosine of TF-IDF word vectors, 0-1")


class LearnedPattern(BaseModel):
    """A statement about what works that stood every test so far. Effects are differences of mean log(1 + metric)."""

    id: UUID
    metric: str
    conditions: list[dict[str, str]]
    sentence: str
    effect: float
    low: float | None
    high: float | None
    q: float
    n: int
    support: int
    as_of: datetime


class LearnedPatterns(BaseModel):
    """Patterns that stand; candidates that do not are never told here."""

    patterns: list[LearnedPattern]
    message: str | None = Field(description="Says so where there is not enough data, or where none stands")
    n: int = Field(description="Scored posts")
    needed: int


class Learned(BaseModel):
    """What stands about what works, and the earlier work that is most like the question."""

    patterns: LearnedPatterns
    similar_tasks: list[SimilarTask]
    examples: list[LearnedExample]
    note: str | None = Field(description="Says so where nothing earlier is like it")
