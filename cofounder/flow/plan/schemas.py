"""A plan as data: a directed acyclic graph of tool calls whose inputs are literals or references."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from cofounder.kit.forms import form

Outcome = Literal["execute", "clarify", "approve_first", "reject", "defer"]

CHANNEL_DELIVERABLES = ("variant",)


class Retry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    max_attempts: int = Field(default=4, ge=1, le=10)
    backoff_seconds: float = Field(default=0.2, ge=0, le=60)


class PlanStep(BaseModel):
    """One tool call.

    An input is a literal or {"$ref": "task.NAME"} or {"$ref": "steps.ID.path.into.output"}; references may stand
    inside lists and objects too.
    """

    model_config = ConfigDict(extra="forbid")

    id: str = Field(
        pattern=form(r"^[a-z][a-z0-9_]{0,62}$", "Write a-z, 0-9 and _, 63 at most, a letter first"),
        examples=["read_metrics"],
    )
    tool: str = Field(min_length=1, max_length=200, examples=["financial.read_metrics"])
    inputs: dict[str, Any] = Field(default_factory=dict)
    depends_on: list[str] = Field(default_factory=list)
    produces: str | None = Field(
        default=None,
        pattern=form(r"^(variant:[a-z]+|deliverable:[a-z]+)$", "Write variant:CHANNEL or deliverable:NAME"),
        examples=["variant:linkedin"],
    )
    quality_threshold: float | None = Field(default=None, ge=0, le=1)
    retry: Retry = Field(default_factory=Retry)
    timeout_seconds: float | None = Field(default=None, gt=0, le=3600)
    optional: bool = False  # when it fails the plan goes on without it
    estimated_cost: float = Field(default=0.0, ge=0)
    estimated_seconds: float = Field(default=0.0, ge=0)
    requires_approval: bool = False


class Plan(BaseModel):
    model_config = ConfigDict(extra="forbid")

    steps: list[PlanStep] = Field(min_length=1, max_length=100)
    goal: str = ""
    estimated_cost: float = 0.0
    critical_path_seconds: float = 0.0
    critical_path: list[str] = Field(default_factory=list)
    notes: list[str] = Field(default_factory=list)

    def step(self, id: str) -> PlanStep:
        return next(step for step in self.steps if step.id == id)

    def agents(self) -> list[str]:
        """The agents involved, in order of first use."""
        return list(dict.fromkeys(step.tool.split(".")[0] for step in self.steps))

    def counted(self) -> str:
        return f"{len(self.steps)} step{'' if len(self.steps) == 1 else 's'}"


class Tool(BaseModel):
    """A tool as discovered over MCP, with what our policy and our own measurements say about it."""

    tool_id: str = Field(examples=["financial.read_metrics"])
    name: str
    description: str
    category: str
    agent: str
    version: str = "1.0.0"
    input_schema: dict[str, Any]
    output_schema: dict[str, Any] | None = None
    estimated_cost: float = Field(description="US dollars a call")
    estimated_duration: float = Field(description="seconds a call")
    success_rate: float | None = Field(
        default=None, description="measured over the last 30 days, 0-1; null until it has run"
    )
    runs: int = Field(default=0, description="sample size behind success_rate")
    requires_approval: bool = False
    dependencies: list[str] = Field(default_factory=list)
    by_queue: bool = Field(default=False, description="an agent outside does it, through the command queue")
    server: str | None = Field(
        default=None, description="the outside MCP server that offers it; null: ours, or an agent's"
    )
    health: Literal["unknown", "up", "down"] | None = Field(default=None, description="of that server")
    stale: bool = Field(default=False, description="the server is away; this is what it listed last")
    repeatable: bool = Field(default=True, description="a second call does no more than the first")
    seconds_p50: float | None = Field(default=None, description="measured over the last 30 days")
    seconds_p95: float | None = Field(default=None, description="measured over the last 30 days")
    timed_runs: int = Field(default=0, description="sample size behind the two")
