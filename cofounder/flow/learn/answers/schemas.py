"""What is shown of models: how they are chosen, what was measured of them, what the choice saved."""

from datetime import datetime

from pydantic import BaseModel, Field


class RoutedModelOut(BaseModel):
    """A model that is set up, as the router sees it. Prices are US dollars per million tokens."""

    model: str
    tier: str
    input_usd: float | None
    output_usd: float | None
    why_not: str | None = Field(description="Why it cannot be asked now.")
    begins: list[str] = Field(description="Complexities whose jobs begin here until something is measured.")


class MeasuredOut(BaseModel):
    """What came of a model's answers at one kind of job: the mean outcome, 0-1, with its 90 % interval."""

    task_type: str
    complexity: str
    model: str
    n: int
    mean: float
    low: float
    high: float
    approved: int
    decided: int
    edited: int
    avg_score: float | None
    cost_usd: float
    avg_seconds: float
    as_of: datetime


class RoutingOut(BaseModel):
    """How the first model is chosen. `first` is the tier that each complexity begins with."""

    mode: str
    first: dict[str, str]
    margin: float
    confidence: float
    enough: int
    models: list[RoutedModelOut]
    measured: list[MeasuredOut]


class SavingsOut(BaseModel):
    """Signed: below zero the choice cost more than always asking the strongest model would have."""

    since: datetime
    until: datetime
    strongest: str | None
    cheapest: str | None
    calls: int
    unpriced_calls: int
    cost_usd: float
    always_strongest_usd: float | None
    always_cheapest_usd: float | None
    saved_usd: float | None
    saved_share: float | None
    margin: float
    quality_difference: float | None
    low: float | None
    high: float | None
    n_others: int
    n_strongest: int
    verdict: str
    shadow_usd: float = Field(description="Of candidates in shadow; left apart, for nothing that they say is used")
    benchmarks_usd: float = Field(description="Of benchmarks; left apart for the same reason")
