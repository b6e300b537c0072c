"""The plan while it runs: what is finished, what it gave, what runs now, what may start."""

import asyncio
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from cofounder.flow.plan.schemas import Plan, PlanStep, Tool

Claim = tuple[PlanStep, UUID, dict[str, Any]]  # what starts, its fence, its input


@dataclass(frozen=True)
class Outcome:
    """How one call of a step ended: with an output, or with a problem."""

    step: PlanStep
    fence: UUID
    call: dict[str, Any]  # the input as it was called
    seconds: float
    output: dict[str, Any] | None = None
    score: float | None = None
    problem: dict[str, Any] | None = None


@dataclass
class Graph:
    """`stop` says why nothing more may start: paused, cancelled, failed or superseded (by another worker)."""

    task_id: UUID
    plan: Plan
    tools: dict[str, Tool]
    task: dict[str, Any]
    ids: dict[str, UUID]
    states: dict[str, str]
    attempts: dict[str, int]
    outputs: dict[str, Any] = field(default_factory=dict)
    begun: dict[str, dict[str, Any]] = field(
        default_factory=dict
    )  # node -> its input, of a run that ended before it did
    running: dict["asyncio.Task[Outcome]", str] = field(default_factory=dict)
    outside: dict[str, tuple[UUID, dict[str, Any]]] = field(default_factory=dict)  # node -> fence and call, with agents
    stop: str | None = None
    failure: str | None = None

    def ready(self) -> list[PlanStep]:
        """Steps that have not run, and all of whose upstream steps are done or were left out."""
        if self.stop is not None:
            return []
        busy = {*self.running.values(), *self.outside}
        return [
            step
            for step in self.plan.steps
            if self.states[step.id] in ("waiting", "running")
            and step.id not in busy
            and all(self.states[name] in ("done", "skipped") for name in step.depends_on)
        ]

    def frees(self, ended: set[str]) -> bool:
        """Whether a step that has not run waits for nothing but these and what is over."""
        return any(
            self.states[step.id] == "waiting"
            and not ended.isdisjoint(step.depends_on)
            and all(name in ended or self.states[name] in ("done", "skipped") for name in step.depends_on)
            for step in self.plan.steps
        )

    def properties(self, step: PlanStep) -> dict[str, Any]:
        """The inputs that the step's tool knows; none where the tool went away since the plan was made."""
        tool = self.tools.get(step.tool)
        known: dict[str, Any] = tool.input_schema.get("properties", {}) if tool else {}
        return known
