"""What goes over the wire about performance. Money in US dollars, rates 0-1, times in seconds."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from cofounder.flow.learn.schemas import SummaryOut

By = Literal["agent", "tool", "model", "channel", "intent", "plan", "persona", "day", "week", "month"]
Step = Literal["day", "week", "month"]
FileFormat = Literal["csv", "parquet"]


class Line(BaseModel):
    """One agent, tool, model, channel, intent, plan, voice, or stretch of time.

    For agents, tools and models, `calls`, `cost` and `seconds` are of their own steps or calls; runs, quality, decisions
    and refinements are of the runs that they were part of.
    """

    name: str
    runs: int
    succeeded: int
    called_off: int = Field(description="Cancelled by a person before any step began: no part of success_rate")
    success_rate: float | None
    approved: int
    rejected: int
    approval_rate: float | None = Field(description="Of those that a person decided")
    judged: int
    avg_quality: float | None
    refinements: int
    avg_refinements: float | None
    cost: float
    avg_cost: float | None = Field(description="A run, or a call of an agent, tool or model")
    seconds: float
    avg_seconds: float | None = Field(description="A run, or a call of an agent, tool or model")
    calls: int | None = Field(default=None, description="Steps or model calls that ended; null where runs are counted")
    calls_failed: int | None = None
    call_success_rate: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None


class Performance(SummaryOut):
    """Totals over our own runs and the same runs split up; what is left out is left out of both."""

    since: datetime | None = Field(description="Only runs asked for from then on; null: all")
    until: datetime
    refinements: int
    avg_refinements: float | None
    step: Step = Field(description="What a point of `over_time` covers; it is named by its first day (UTC)")
    over_time: list[Line]
    by_agent: list[Line]
    by_tool: list[Line]
    by_model: list[Line]
    by_channel: list[Line]
    by_intent: list[Line]
    by_plan: list[Line] = Field(description="By the order of tools; the most frequent 50")
    by_persona: list[Line]
