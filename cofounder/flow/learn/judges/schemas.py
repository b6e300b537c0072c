"""What is shown of judges."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from cofounder.business.derive.intervals import Interval


class JudgedDecisions(BaseModel):
    """How far a judge and people said the same, beside what the rules alone would have said."""

    n: int = Field(description="Decisions of people on texts that it judged")
    approved: int
    agreement: Interval | None = Field(description="Share that it foresaw as approved or not, 0-1")
    rules_agreement: Interval | None = Field(description="The same of the rules: their score reaches the threshold")
    ranks: Interval | None = Field(
        description="AUC of its verdict: the chance that of an approved text and one that was not the approved one got the "
        "higher score; 0.5 is chance, null under five of either"
    )
    rules_ranks: Interval | None = Field(description="The same of the rules' score")


class JudgeMonth(JudgedDecisions):
    month: date = Field(description="First day")


class JudgeChange(BaseModel):
    """Agreement of the newest days minus that of the days before; 99% interval."""

    value: float
    low: float
    high: float
    n: int = Field(description="Decisions of the newest days")
    n_before: int


class JudgeOut(JudgedDecisions):
    """One judge over the whole span."""

    model: str
    months: list[JudgeMonth]
    change: JudgeChange | None = Field(description="Null while either side has fewer decisions than are needed")
    drifted: bool = Field(description="The change's interval leaves out 0")
    sentence: str


class JudgesOut(BaseModel):
    """Every judge that people decided after, the newest decision first."""

    as_of: datetime
    mode: Literal["on", "off", "every_round"]
    recent_days: int
    before_days: int
    needed: int = Field(description="Decisions on each side before a change is looked for")
    status: Literal["ok", "not enough data"]
    judges: list[JudgeOut]
    sentence: str
