"""What is asked of fine-tuning and what is told about it."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StrictBool, StrictFloat, StrictInt, StrictStr, StringConstraints

from cofounder.flow.train.datasets.schemas import DatasetIn, Role
from cofounder.kit.forms import NAMED, ONE_LINE, form
from cofounder.kit.http import Body, ShortText, Usd, Whole

TargetName = Literal["local", "openai", "gemini", "bedrock", "together", "ollama", "claude", "gpt4"]
State = Literal["waiting_approval", "queued", "running", "cancelling", "succeeded", "failed", "cancelled"]
ModelName = Annotated[
    StrictStr,
    StringConstraints(
        pattern=form(r"^[a-z0-9][a-z0-9-]{0,39}$", "Write a-z, 0-9 and -, 40 at most, a letter or digit first")
    ),
]
DatasetWords = Annotated[StrictStr, StringConstraints(min_length=1, max_length=120, pattern=ONE_LINE)]
BaseName = Annotated[StrictStr, StringConstraints(min_length=1, max_length=500, pattern=ONE_LINE)]


class TrainingSettings(Body):
    """How to train. What is left out takes the target's default."""

    target: TargetName = Field(description="ollama means local, claude means bedrock, gpt4 means openai")
    base_model: BaseName | None = Field(default=None, description="What the target offers first, where left out")
    role: Role | None = Field(default=None, description="That of the dataset")
    method: Literal["sft", "dpo"] = Field(
        default="sft", description="dpo learns from pairs, which writers' datasets hold"
    )
    epochs: Whole | None = Field(default=None, ge=1, le=50)
    learning_rate: StrictFloat | StrictInt | None = Field(
        default=None, gt=0, le=100, description="Absolute for local and Together; a multiplier at OpenAI and Gemini"
    )
    batch_size: Whole | None = Field(default=None, ge=1, le=1024)
    lora_rank: Whole | None = Field(default=None, ge=0, le=512, description="0 trains all weights")
    max_length: Whole | None = Field(default=None, ge=16, le=1_000_000, description="Tokens of a line")
    early_stopping: StrictBool | None = None
    seed: Whole = Field(default=0, ge=0, le=2**31 - 1)
    model_name: ModelName | None = Field(default=None, description="Made of role and dataset where left out")
    despite_end: StrictBool = Field(default=False, description="Take a base model that ends within 30 days")


class JobIn(TrainingSettings):
    """A job: a dataset version and how to train on it."""

    dataset_id: UUID | DatasetWords = Field(
        description="Of a version: its id, its name (the version that it stands for) or NAME@VERSION"
    )


class BaseModelOut(BaseModel):
    """A model that a target tunes."""

    name: str
    ends: date | None
    methods: list[str]
    note: str


class TargetOut(BaseModel):
    """A target today. `checked`: the provider was asked now; else it is what was known with the release."""

    target: str
    standing: Literal["open", "closing", "closed", "not_set_up"]
    reason: str
    until: date | None
    privacy: str
    checked: bool
    methods: list[str]
    models: list[BaseModelOut]


class EstimateOut(BaseModel):
    """What a job would take. Null: the provider tells no price; the basis says what is known."""

    training_usd: Usd | None
    serving_usd_month: Usd | None
    seconds: float | None
    basis: str
    note: str
    advice: str = Field(description="Whether to tune at all, as measured: what is spent on this role now")
    needs_approval: bool
    why_approval: str
    train_lines: int
    validation_lines: int
    train_tokens: int
    leakage: dict[str, Any]
    warnings: list[str] = Field(description="What will be missing later")
    repeats: UUID | None = Field(default=None, description="The job that already exists for this dataset and settings")


class JobOut(BaseModel):
    """A job."""

    job_id: UUID
    status: State
    target: str
    role: Role
    base_model: str
    method: str
    dataset_id: UUID
    dataset_hash: str
    model_name: str
    progress: float | None = Field(description="0-1 where the target tells it")
    loss: float | None
    eval_loss: float | None
    settings: dict[str, Any]
    estimate: dict[str, Any]
    estimated_cost: Usd | None
    actual_cost: Usd | None
    duration_seconds: float | None
    note: str | None
    error: dict[str, Any] | None
    result: dict[str, Any] | None
    deployment: dict[str, Any] | None
    removal: dict[str, Any] | None = Field(
        description="Of what it left at its target: state (removing, removed, failed), what (all, endpoint), problem"
    )
    may_run: bool = Field(description="It failed here, and may still run and cost at its target: cancel ends it there")
    remote_id: str | None
    begun_by: str
    created_by: str
    created_at: datetime
    approved_by: str | None
    started_at: datetime | None
    finished_at: datetime | None
    repeated: bool = Field(default=False, description="It existed already: the same dataset and settings are one job")


class RemainsOut(BaseModel):
    """What a job left at its target. `first`: why it cannot be deleted now, and what to do first."""

    target: str
    goes: list[str]
    stays: str
    first: str | None
    model: str | None = Field(description="What the registry calls its model")
    removal: dict[str, Any] | None


class JobList(BaseModel):
    """Jobs, newest first."""

    items: list[JobOut]
    next_cursor: str | None
    total: int


class JobEventOut(BaseModel):
    """Something that happened in a job."""

    number: int
    at: datetime
    level: str
    message: str
    step: int | None
    loss: float | None
    eval_loss: float | None


class JobEvents(BaseModel):
    """Events of a job, oldest first, after the number that was named."""

    items: list[JobEventOut]
    more: bool


class DeployIn(Body):
    """How to make a job's model reachable."""

    model_name: ModelName | None = None
    role: Role | None = None
    set_active: StrictBool = Field(default=False, description="At once, without the gate; wants a reason and an admin")
    reason: ShortText | None = None


class RuleIn(Body):
    """When to begin a job by itself. Each time a new version of the dataset is made first."""

    name: Annotated[StrictStr, StringConstraints(pattern=NAMED)]
    dataset: DatasetIn
    job: TrainingSettings
    after_examples: Whole | None = Field(default=None, ge=1, le=1_000_000, description="New ones that fit")
    every_days: Whole | None = Field(default=None, ge=1, le=366)


class RuleChange(Body):
    """A paused rule begins nothing; what it is and what came of it stay."""

    enabled: StrictBool = Field(description="false: pause it; true: let it begin jobs again.")


class RuleOut(BaseModel):
    """A rule and what came of it."""

    id: UUID
    name: str
    dataset: dict[str, Any]
    job: dict[str, Any]
    after_examples: int | None
    every_days: int | None
    enabled: bool
    next_at: datetime | None
    fired: int
    last_job_id: UUID | None
    error: dict[str, Any] | None
    created_by: str
    created_at: datetime


def money(given: Decimal | None) -> str | None:
    """An amount as JSON text, so that nothing is rounded on its way."""
    return None if given is None else str(given)
