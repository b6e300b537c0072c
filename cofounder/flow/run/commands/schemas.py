"""Commands as agents and people send and read them."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StrictBool, StrictFloat, StringConstraints, model_validator

from cofounder.kit.forms import form
from cofounder.kit.http import Body, ShortText, Shown, Whole

Status = Literal["pending", "processing", "completed", "failed", "cancelled"]
Sort = Literal["newest", "oldest", "priority"]
LEAST, GREATEST = -100, 100  # priorities
MOST = 500  # commands in one request


AgentType = Annotated[
    str,
    StringConstraints(
        min_length=1,
        max_length=63,
        pattern=form(r"^[A-Za-z][A-Za-z0-9_-]*$", "Write letters, digits, _ and -, a letter first"),
    ),
]
Action = Annotated[
    str,
    StringConstraints(
        min_length=1,
        max_length=120,
        pattern=form(r"^[A-Za-z][A-Za-z0-9_.:-]*$", "Write letters, digits and _ . : -, a letter first"),
    ),
]


class CommandIn(Body):
    agent_type: AgentType = Field(examples=["financial"])
    action: Action = Field(examples=["analyze_q4_metrics"])
    payload: dict[str, Any] = Field(default_factory=dict, examples=[{"date_range": "2024-Q4"}])
    priority: Whole = Field(default=0, ge=LEAST, le=GREATEST, description="The greater goes first; then the older.")
    depends_on: list[UUID] = Field(
        default_factory=list,
        max_length=100,
        description="Commands that must be completed before this one is handed out.",
    )
    idempotency_key: ShortText | None = Field(
        default=None, description="The same key with the same command answers with the first one."
    )


class CommandsIn(Body):
    items: list[CommandIn] = Field(min_length=1, max_length=MOST)


class HistoryOut(Shown):
    at: datetime
    what: str = Field(description="created, claimed, completed, error, failed, lost, late, refused, retried, cancelled")
    by: str
    detail: str | None = None


class CommandOut(Shown):
    command_id: UUID
    agent_type: str
    action: str
    payload: dict[str, Any]
    status: Status
    priority: int
    depends_on: list[UUID]
    waits_for: list[UUID] = Field(default_factory=list, description="Those of depends_on that are not completed.")
    blocked_by: list[UUID] = Field(
        default_factory=list,
        description="Failed ones that it waits for, directly or through others: it goes on only when they are retried.",
    )
    result: Any = None
    error: dict[str, Any] | None = None
    attempts: int = Field(description="How often it was claimed.")
    failures: int = Field(description="Errors so far; three are retried by themselves.")
    not_before: datetime | None = None
    lease_owner: str | None = None
    lease_until: datetime | None = None
    idempotency_key: str | None = None
    requested_by: str
    task_id: UUID | None = None
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    archived_at: datetime | None = None


class CommandDetail(CommandOut):
    history: list[HistoryOut]


class Made(Shown):
    items: list[CommandOut]


class ClaimIn(Body):
    agent_type: AgentType = Field(examples=["financial"])
    max: Whole = Field(default=1, ge=1, le=MOST)
    wait_seconds: StrictFloat = Field(
        default=0, ge=0, le=60, description="How long to wait for work when there is none."
    )
    lease_seconds: StrictFloat | None = Field(default=None, ge=0.5, le=3600, description="Else the setting's.")
    agent: ShortText | None = Field(default=None, description="The agent's own name; else the name of its key.")


class Claimed(Shown):
    """A command in hand: answer with its fencing_token before lease_until, or send heartbeats."""

    command_id: UUID
    fencing_token: UUID
    lease_until: datetime
    agent_type: str
    action: str
    payload: dict[str, Any]
    priority: int
    attempt: int
    task_id: UUID | None = None
    created_at: datetime


class ClaimOut(Shown):
    items: list[Claimed]


class ResultIn(Body):
    result: Any = Field(default=None, description="What came out: any JSON.", examples=[{"growth": 0.2}])
    fencing_token: UUID | None = Field(default=None, description="Of the claim; a pending command needs none.")
    agent: ShortText | None = None


class ErrorIn(Body):
    error: str | dict[str, Any] = Field(examples=["The ledger is locked."])
    retry: StrictBool = Field(default=True, description="False: trying again would not help.")
    fencing_token: UUID | None = Field(default=None, description="Of the claim; a pending command needs none.")
    agent: ShortText | None = None


class Outcome(Body):
    """Either `result` or `error`."""

    command_id: UUID
    fencing_token: UUID | None = None
    result: Any = None
    error: str | dict[str, Any] | None = None
    retry: StrictBool = True

    @model_validator(mode="after")
    def _one_of_them(self) -> "Outcome":
        if self.error is not None and self.result is not None:
            raise ValueError("Give result or error, not both")
        return self


class OutcomesIn(Body):
    items: list[Outcome] = Field(min_length=1, max_length=MOST)
    agent: ShortText | None = None


class OutcomeOut(Shown):
    command_id: UUID
    ok: bool
    status: Status | None = None
    code: str | None = Field(default=None, description="Why it was refused.")
    detail: str | None = None


class OutcomesOut(Shown):
    items: list[OutcomeOut]


class Lease(Body):
    command_id: UUID
    fencing_token: UUID


class BeatIn(Body):
    leases: list[Lease] = Field(default_factory=list, max_length=MOST)
    lease_seconds: StrictFloat | None = Field(default=None, ge=0.5, le=3600)
    agent_type: AgentType | None = Field(default=None, description="To be seen while nothing is held.")
    agent: ShortText | None = None


class BeatOut(Shown):
    held: list[UUID] = Field(description="Leases that go on.")
    lost: list[UUID] = Field(description="Leases that are over: stop working on these.")
    lease_until: datetime | None = None


class ActionOut(Shown):
    """Something that agents of a type can do."""

    action: Action
    description: str = Field(default="", max_length=2000)
    input_schema: dict[str, Any] = Field(default_factory=lambda: {"type": "object"})
    output_schema: dict[str, Any] | None = None
    estimated_cost: StrictFloat = Field(default=0.0, ge=0, le=1_000_000)
    estimated_seconds: StrictFloat = Field(default=10.0, ge=0, le=86_400)
    requires_approval: StrictBool = False


class ActionIn(ActionOut, Body):
    """Something that agents of a type can do."""


class ActionsIn(Body):
    actions: list[ActionIn] = Field(max_length=200)


class AgentTypeOut(Shown):
    agent_type: str
    agents: int = Field(description="How many have been seen.")
    connected: int = Field(description="How many were seen lately.")
    actions: list[ActionOut] = Field(description="Empty: any action is taken, unchecked.")


class AgentTypesOut(Shown):
    items: list[AgentTypeOut]


class AgentOut(Shown):
    agent: str
    agent_type: str
    connected: bool = Field(description="Seen in the last two minutes.")
    first_seen_at: datetime
    last_seen_at: datetime
    holds: list[UUID]
    completed: int
    failed: int
    lost: int
    per_minute: float = Field(description="Completed a minute, over the last five.")


class Statistics(Shown):
    total: int
    by_status: dict[str, int]
    by_agent_type: dict[str, dict[str, int]]
    waiting: int = Field(description="Pending ones that wait for others or for their time.")
    dead_letters: int = Field(
        description="Failed for good and waiting for a person; no task's, which goes on or fails by itself."
    )
    archived: int
    oldest_pending_seconds: float | None
    completed_per_minute: float = Field(description="Over the last five minutes.")
    wait_seconds_p50: float | None = Field(description="From made to first claimed, over the last hour.")
    run_seconds_p50: float | None = Field(description="From first claimed to completed, over the last hour.")
