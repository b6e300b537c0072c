"""Which examples are wanted, and what goes over the wire about them."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field, StrictBool, StrictFloat, StrictInt, StrictStr, field_validator

from cofounder import channels
from cofounder.kit.http import Body, Time

OUT_UNLESS_ASKED = ("development", "test", "exclude")
Format = Literal["jsonl", "csv"]
MOST = 1_000_000_000  # rows; more is no number of rows


class Filters(Body):
    """Which examples. Each field narrows; development, test and exclude are out unless `include_tags` asks for them."""

    quality_min: float | None = Field(default=None, ge=0, le=1, strict=True)
    quality_max: float | None = Field(default=None, ge=0, le=1, strict=True)
    intent_filter: list[StrictStr] = Field(default_factory=list, max_length=100)
    success_only: StrictBool = False
    exclude_tags: list[StrictStr] = Field(default_factory=list, max_length=100)  # any of them
    include_tags: list[StrictStr] = Field(default_factory=list, max_length=100)  # all of them
    date_after: Time | None = None
    date_before: Time | None = None
    platform: StrictStr | None = None
    include_sample: StrictBool = False
    limit: StrictInt | None = Field(default=None, ge=1, le=MOST)

    @field_validator("platform")
    @classmethod
    def _one_name(cls, value: str | None) -> str | None:
        """X has two names; examples carry one."""
        return (channels.canonical(value) or value) if value is not None else None


class ExportIn(Body):
    """What to export. `filter_by_quality`: true for 0.85 and up, or the least score itself."""

    format: Format = "jsonl"
    filters: Filters = Field(default_factory=Filters)
    filter_by_quality: StrictBool | StrictFloat | StrictInt | None = None
    min_quality: float | None = Field(default=None, ge=0, le=1, strict=True)
    tags: list[StrictStr] = Field(default_factory=list, max_length=100)
    limit: StrictInt | None = Field(default=None, ge=1, le=MOST)


class PatternsOut(BaseModel):
    """Tested statements about what works; empty until enough outcomes are there, with how many are missing."""

    patterns: list[dict[str, Any]]
    watching: list[dict[str, Any]]
    message: str | None
    n: int
    needed: int


class SummaryOut(BaseModel):
    """Totals over our own runs, tests and sample data left out. Money in US dollars, rates 0-1."""

    total_executions: int
    successful: int
    success_rate: float | None
    approved: int
    rejected: int
    approval_rate: float | None
    avg_quality_score: float | None
    judged: int
    high_quality: int
    training_ready: int
    avg_seconds: float | None
    total_seconds: float
    total_cost: float
    avg_cost: float | None
    cost_today: float
    tasks_by_status: dict[str, int]
    patterns_learned: int
    earliest: datetime | None
    latest: datetime | None
