"""What is asked of the registry over HTTP, and what it tells."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StrictBool

from cofounder.flow.train.benchmark.schemas import BenchmarkOut, ModelName
from cofounder.kit.http import Body, ShortText

ModelRole = Literal["planner", "writer", "judge"]
ModelState = Literal["ready", "retired", "broken"]


class ActiveIn(Body):
    """The model that its role is to use from now on."""

    model: ModelName = Field(description="Its id, NAME@VERSION, or NAME for the newest", examples=["planner-small@2"])
    force: StrictBool = Field(default=False, description="Without a gate that passed: an admin only, with a reason")
    reason: ShortText | None = None


class RollBackIn(Body):
    """The role that is to use again what it used before."""

    role: ModelRole
    active: ModelName | None = Field(
        default=None,
        description="The model that it is to go back from, as NAME@VERSION or an id; refused where another is active",
        examples=["planner-small@2"],
    )
    reason: ShortText | None = None


class CandidateIn(Body):
    """The candidate of a role. With `model` null the role has none any more, and nothing runs in shadow."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1})

    model: ModelName | None = None
    role: ModelRole | None = Field(default=None, description="Wanted where `model` is null")
    shadow: StrictBool = Field(default=False, description="Let it run beside the active one on real tasks")
    daily_usd: float = Field(default=1.0, ge=0, le=1_000, strict=True, description="What that may cost a day")


class RetireIn(Body):
    """Why a version is taken out of use."""

    reason: ShortText | None = None


class VerdictOut(BaseModel):
    """What decides whether a version may take over: the record of one of its benchmarks."""

    benchmark_id: UUID
    passed: bool
    rule: str
    words: str
    n: int = Field(description="Lines that were compared")
    moved: str | None = Field(default=None, description="Why it counts no more: something else is asked now")
    later: str | None = Field(default=None, description="What a newer benchmark shows that does not decide")


class ModelVersionOut(BaseModel):
    """A version of a tuned model: where it came from, where it answers, what the gate says of it."""

    id: UUID
    name: str
    version: int
    label: str = Field(examples=["planner-small@2"])
    role: ModelRole
    target: str
    base_model: str
    address: dict[str, Any]
    dataset_id: UUID | None
    dataset_hash: str | None
    job_id: UUID | None
    code_version: str
    artifacts: dict[str, Any]
    metrics: dict[str, Any] = Field(description="Its figures in the newest benchmark that decided something")
    gate: VerdictOut | None = Field(description="Null: it was not compared yet")
    state: ModelState
    problem: str | None
    aliases: list[Literal["active", "previous", "candidate"]]
    shadow: bool
    price: str = Field(description="What it costs and what that rests on, in a sentence.")
    created_by: str
    created_at: datetime
    retired_at: datetime | None


class ModelVersionList(BaseModel):
    """A page of versions, newest first."""

    items: list[ModelVersionOut]
    next_cursor: str | None
    total: int


class ShadowOut(BaseModel):
    """How a candidate in shadow stands today, in US dollars."""

    daily_usd: float
    spent_usd: float = Field(description="Since midnight UTC, with what is reserved for calls that are under way")
    not_asked: int = Field(description="Calls of today that were not made")
    why_not: str | None = Field(description="Why the newest of them was not")
    warning: str | None = Field(description="Why it will never be asked as it is set")


class RoleOut(BaseModel):
    """What a role uses. `active` null: the configured models, and the built-in one after them."""

    role: ModelRole
    active: ModelVersionOut | None
    previous: ModelVersionOut | None
    candidate: ModelVersionOut | None
    since: datetime | None
    configured: list[str] = Field(description="The models that are asked where no tuned one is, or where it fails")
    in_turn: bool = Field(description="Whether these are asked in this order; else by the job and what was measured")
    shadow: ShadowOut | None = Field(description="Where the candidate runs in shadow")


class RolesOut(BaseModel):
    """What each role uses now."""

    roles: list[RoleOut]


class PromotionOut(BaseModel):
    """A change of what a role uses: who, when, why, and on what evidence."""

    id: UUID
    role: ModelRole
    kind: Literal["promote", "force", "roll_back", "auto_return", "candidate", "shadow", "retire"]
    model_id: UUID | None
    model: str | None
    from_model_id: UUID | None
    from_model: str | None
    gate: dict[str, Any] | None
    reason: str | None
    by: str
    at: datetime


class PromotionList(BaseModel):
    """Changes, newest first."""

    items: list[PromotionOut]


class Agreed(BaseModel):
    """How often a model said the same as what was used, with a 95 % interval."""

    part: str
    n: int
    same: int
    share: float
    low: float
    high: float


class ModelComparisonOut(BaseModel):
    """What a model said beside what was used, summed up."""

    kind: Literal["active", "shadow"]
    answers: int
    usable: int
    cost_usd: float
    seconds: float | None
    agreed: list[Agreed]


class ModelDetail(BaseModel):
    """A version with its benchmarks, how it agrees on real tasks, and every change that it was part of."""

    model: ModelVersionOut
    dataset: str | None = Field(description="NAME@VERSION of the dataset that it learned from")
    benchmarks: list[BenchmarkOut]
    comparisons: list[ModelComparisonOut]
    history: list[PromotionOut]
