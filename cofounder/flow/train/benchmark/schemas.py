"""What is asked of a benchmark, and what it tells."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StrictBool, StrictStr, StringConstraints

from cofounder.kit.http import Body, Whole

ModelName = Annotated[StrictStr, StringConstraints(min_length=1, max_length=120)]


class BenchmarkIn(Body):
    """A model of the registry to be compared on the lines that a version of a dataset held out."""

    model: ModelName = Field(description="Its id, NAME@VERSION, or NAME for the newest", examples=["planner-small@2"])
    dataset_id: UUID | None = Field(default=None, description="Left out: the version that it was trained with")
    most: Whole = Field(default=200, ge=1, le=2_000, description="Lines at most, drawn with the seed")
    seed: Whole = Field(default=0, ge=0, le=2**31 - 1, description="Another than 0 is a look, not a gate")
    margin: float = Field(
        default=0.02,
        ge=0,
        le=0.2,
        strict=True,
        description="Of the score, given away for a price; more than 0.02: a look",
    )
    minimum: Whole = Field(default=30, ge=5, le=2_000, description="Lines wanted at least; fewer than 30: a look")
    timeout_seconds: float = Field(default=60, gt=0, le=600, strict=True, description="For one answer")
    judge: StrictBool = Field(
        default=False, description="Writers: let a configured model compare texts, in both orders"
    )


class BenchmarkOut(BaseModel):
    """A benchmark: how far it is, each contender's figures, and what the gate says."""

    id: UUID
    model_id: UUID
    model: str
    role: Literal["planner", "writer", "judge"]
    dataset_id: UUID
    dataset_hash: str
    state: Literal["running", "succeeded", "failed", "cancelled"]
    settings: dict[str, Any]
    contenders: dict[str, Any]
    against_id: UUID | None
    progress: dict[str, Any]
    results: dict[str, Any] | None
    gate: dict[str, Any] | None
    look: str | None = Field(
        description="Why it cannot open the gate, as it was asked for; null: it is one for the gate"
    )
    problem: dict[str, Any] | None
    created_by: str
    created_at: datetime
    finished_at: datetime | None
