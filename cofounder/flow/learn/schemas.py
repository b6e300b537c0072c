"""What goes over the wire about what was learned."""

from datetime import datetime

from pydantic import BaseModel, Field

OUT_UNLESS_ASKED = ("development", "test", "exclude")


class SummaryOut(BaseModel):
    """Totals over our own finished runs. Money in US dollars, rates 0-1.

    Left out of every figure and every split: runs tagged development, test or exclude, imported ones, those whose task
    was deleted, and erased ones. Archived ones count, for they ran. Runs for the sample company count while there is
    nothing else, and never beside your own.
    """

    is_sample: bool = Field(default=False, description="These are runs for the sample company")

    total_executions: int = Field(description="Finished runs, which every rate, mean and split below is of")
    successful: int
    called_off: int = Field(description="Cancelled by a person before any step began: no part of success_rate")
    success_rate: float | None
    approved: int
    rejected: int
    approval_rate: float | None = Field(description="Of those that a person or a rule decided")
    avg_quality_score: float | None
    judged: int
    high_quality: int
    training_ready: int
    avg_seconds: float | None
    total_seconds: float
    total_cost: float
    avg_cost: float | None
    cost_today: float = Field(description="Of every call to a model, chat included; as cost_this_month")
    cost_this_month: float
    tasks_by_status: dict[str, int] = Field(
        description="Every task that was not deleted, by where it is now: tests and those that have not ended too"
    )
    patterns_learned: int
    earliest: datetime | None
    latest: datetime | None
