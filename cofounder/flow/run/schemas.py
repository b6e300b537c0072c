"""What a person sees of a task while it runs and after."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from cofounder.flow.plan.schemas import Plan
from cofounder.flow.request.schemas import PhaseOut, TaskOut
from cofounder.kit.http import Body, ShortText, Shown, Usd


class StepOut(Shown):
    id: str = Field(examples=["read_metrics"])
    tool: str = Field(examples=["financial.read_metrics"])
    agent: str
    state: str = Field(description="waiting, running, done, failed, skipped or cancelled")
    attempt: int
    seconds: float
    cost: float
    depends_on: list[str]
    quality_score: float | None = None
    error: dict[str, Any] | None = None
    waits_for: str | None = Field(
        default=None,
        description="Of a step that an agent outside does: who it waits for.",
        examples=["waits for an agent of type seo"],
    )


class StepDetail(StepOut):
    input: dict[str, Any] | None = None
    output: dict[str, Any] | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    copied_from: UUID | None = None


class Status(Shown):
    """`progress` is 0-1: the share of phases and steps that are finished. Seconds since the start, cost in US dollars."""

    task_id: UUID
    status: str
    phase: str | None
    progress: float
    phases: list[PhaseOut]
    steps: list[StepOut]
    cost: float
    seconds: float | None
    estimated_cost: float
    estimated_seconds: float
    outcome: str | None = Field(default=None, description="What planning decided.")
    reason: str | None = None
    waits_for: str | None = Field(
        default=None,
        description="What agents outside do while nothing of the task is worked on here.",
        examples=["An agent outside does seo.audit."],
    )
    questions: list[dict[str, Any]]
    error: dict[str, Any] | None


class DeliverableOut(Shown):
    kind: str
    title: str
    content: str
    notes: list[str]
    data: dict[str, Any]


class TaskDetail(TaskOut):
    status_now: Status
    intent_read: dict[str, Any] | None
    business_metrics: dict[str, Any] | None
    preferences: dict[str, Any]
    parent_task_id: UUID | None
    rerun_from: str | None
    plan: Plan | None
    steps: list[StepDetail]
    deliverables: list[DeliverableOut]
    refinements: int
    tags: list[str]


class Chosen(Shown):
    """Why a model was asked: what was to be done, how hard it is, and the order in which models were to be asked."""

    task_type: str | None = None
    complexity: str | None = None
    tier: str | None = None
    rule: str | None = Field(default=None, description="What decided: complexity, measured, in_turn, sticky, tuned, …")
    why: str | None = None
    order: list[str] = Field(default_factory=list)


class AskedOut(Shown):
    """One call of a model: who was asked and who answered, why, what it took and what it cost."""

    scope: str = Field(description="What the call belongs to.", examples=["step:draft_linkedin:1"])
    number: int
    role: str
    model: str
    answered_by: str | None = Field(description="The name that the provider gives its model, where it says one.")
    state: Literal["intended", "answered", "failed", "skipped"]
    fallback_from: str | None = Field(description="The model before it in the order, which gave no answer.")
    error: str | None
    routed: Chosen | None
    tokens_in: int
    tokens_out: int
    cost_usd: Usd
    cost_is: Literal["counted", "estimated", "most", "not_known"] = Field(
        description=(
            "counted: by the provider's tokens. estimated: it counts none, so by the texts. most: what an answer that did "
            "not arrive may have come to. not_known: the model has no known price."
        )
    )
    seconds: float
    started_at: datetime


class RerunIn(Body):
    step: ShortText = Field(examples=["draft_linkedin"], description="The step to run again; what it needs is copied.")
