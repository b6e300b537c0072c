"""What a question asks for, as its answer keeps it. Pure."""

from typing import Literal

from pydantic import BaseModel, Field

from cofounder.models.brief import BaseKind, Period

Kind = Literal[
    "value", "extreme", "development", "comparison", "overview", "forecast", "posts", "usual", "similar", "topics",
    "voice", "competitor", "patterns", "examples", "summary", "check", "decision", "help", "thanks", "unknown",
    "times", "count", "split", "expected", "work", "effectiveness", "others", "latest", "change", "unranked",
    "together", "against", "better", "commands",
]  # fmt: skip
Grain = Literal["month", "quarter", "year"]


class Subject(BaseModel):
    """What a question is about. Kept with its answer, so that the next one may leave words out."""

    kind: Kind
    metrics: list[str] = Field(default_factory=list)
    period: Period | None = None
    compare_with: BaseKind | None = None
    compare_period: Period | None = None
    more: list[Period] = Field(default_factory=list)  # further periods that are asked for beside the first
    lowest: bool = False
    both_ends: bool = False  # the best and the worst
    grain: Grain = "month"
    platforms: list[str] = Field(default_factory=list)
    by: str = "engagement_rate"
    count: int = 5
    topic: str | None = None
    text: str | None = None
    other_topic: str | None = None
    middle: Literal["mean", "median", "sum"] | None = None
    above: float | None = None
    below: float | None = None
    assumed: bool = False  # the figure was not named: revenue is taken
    asks_why: bool = False
    measures: list[str] = Field(default_factory=list)  # of our own runs: what is asked of them; none: all
    also: list["Subject"] = Field(default_factory=list)  # further questions of the same message, each its own
    goes_on: bool = False  # it leans on the question before
    unclear: list[str] = Field(default_factory=list)  # words that name a time that there is not
    apart: list[str] = Field(default_factory=list)  # conditions that no tool can take
    elsewhere: list[str] = Field(default_factory=list)  # channels that are named and that we do not have
