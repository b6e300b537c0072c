"""What goes over the wire about patterns and the runs that look for them."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from cofounder.kit.http import Body

Metric = Literal["engagement", "quality", "approval"]
State = Literal["active", "watching", "retired", "rejected"]
Frequency = Literal["common", "regular", "rare"]
Strength = Literal["strong", "clear", "slight"]
RunState = Literal["queued", "running", "succeeded", "unchanged", "failed"]


class Condition(BaseModel):
    feature: str = Field(description="Of the fixed vocabulary: channel, topic, weekday, has_question, …")
    value: str
    label: str = Field(description="In words: with a question")


class PatternOut(BaseModel):
    """Conditions and the effect that goes with them. Effects are differences of mean log(1 + metric) within channel."""

    id: UUID
    metric: Metric
    type: str = Field(description="topic, voice, time, form, business or mixed")
    conditions: list[Condition]
    sentence: str
    refuted_by: str = Field(description="What would refute it")
    state: State
    why: str | None = Field(description="Why it is watched or retired")
    pinned: bool
    note: str | None
    noted_by: str | None
    channels: list[str] = Field(description="Where it was compared")
    n: int = Field(description="Units looked at")
    support: int = Field(description="Of which meet the conditions")
    confidence: float = Field(description="Share of those above the median of their channel and time, 0-1")
    lift: float = Field(description="That share against the share of all")
    effect: float
    low: float | None = Field(description="Lower end of the effect's interval")
    high: float | None
    level: float = Field(description="Confidence level of the interval, 0-1")
    ratio: float = Field(description="exp(effect): 1.2 is a fifth more of 1 + metric")
    mean_with: float = Field(description="Mean of the metric itself where the conditions are met")
    mean_without: float
    p: float
    q: float = Field(description="p after correction for every candidate that was tested")
    tested: int = Field(description="Candidates that q corrects for")
    frequency: Frequency = Field(description="common: a quarter of the units or more; rare: under a tenth")
    strength: Strength = Field(description="strong: half as much again or more; slight: under a fifth")
    cluster: int | None = Field(description="Patterns of one number are met by much the same units")
    first_seen: datetime
    stood_since: datetime | None
    last_estimated: datetime
    last_confirmed: datetime | None = Field(description="When new units alone last had the same sign")
    confirmations: int
    new_matching: int = Field(description="Matching units since it was last held against new ones; 10 are needed")
    retired_at: datetime | None
    rejected_at: datetime | None
    rejected_by: str | None
    is_sample: bool


class Estimate(BaseModel):
    """What one run said of a pattern."""

    as_of: datetime
    kind: Literal["all", "new", "person"] = Field(description="On all units, on the new ones alone, or a person's word")
    state: State
    n: int
    support: int
    effect: float | None
    low: float | None
    high: float | None
    p: float | None
    q: float | None
    note: str | None


class PatternDetail(PatternOut):
    estimates: list[Estimate] = Field(description="Oldest first")


class Group(BaseModel):
    """Patterns that stand, by how often their conditions are met and how much they go with."""

    frequency: Frequency
    strength: Strength
    count: int
    patterns: list[UUID]


class Cluster(BaseModel):
    """Patterns that stand and are met by much the same units."""

    number: int
    name: str
    count: int
    patterns: list[UUID]


class RunOut(BaseModel):
    """One search for patterns."""

    id: UUID
    state: RunState
    trigger: Literal["schedule", "person"]
    requested_by: str | None
    as_of: datetime | None
    input_hash: str | None
    code_version: str | None
    seed: int
    n: dict[str, int] = Field(description="Metric -> units")
    waiting: int = Field(description="Posts that have no reading of 72 hours or later yet")
    unmade: int = Field(
        default=0, description="Imported tasks without their example yet; a search waits for them, at most ten minutes"
    )
    tested: int
    stand: int
    found: int = Field(description="That did not stand before")
    confirmed: int
    retired: int
    is_sample: bool
    error: dict[str, Any] | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class PatternsOut(BaseModel):
    """Tested statements about what works; empty until enough outcomes are there, with how many are missing."""

    patterns: list[PatternOut] = Field(description="Those that stand; pinned ones first, then by effect")
    watching: list[PatternOut] = Field(description="Candidates that do not stand; never used")
    retired: list[PatternOut]
    rejected: list[PatternOut]
    groups: list[Group] = Field(description="Those that stand, by frequency and strength")
    clusters: list[Cluster]
    message: str | None
    n: int = Field(description="Scored posts")
    needed: int
    tested: int = Field(description="Candidates of the newest search")
    run: RunOut | None = Field(description="The newest search that ended well")
    is_sample: bool = Field(description="Found in the sample company's data: no search over your own has run yet")


class PatternIn(Body):
    """A person's word about a pattern. What is left out stays as it is."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    rejected: StrictBool | None = Field(default=None, description="true: never used again; false: may stand again")
    pinned: StrictBool | None = None
    note: str | None = Field(default=None, max_length=2_000, description="null takes it away")
    why: str | None = Field(default=None, max_length=500, description="Why it is rejected, for the record")

    @model_validator(mode="after")
    def _says_something(self) -> "PatternIn":
        if not self.model_fields_set & {"rejected", "pinned", "note"}:
            raise ValueError("Give at least one of rejected, pinned and note")
        return self
