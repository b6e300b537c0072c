"""What quality is given, what it finds and what it says."""

from typing import Literal

from pydantic import Field

from cofounder.business.context.predicting import Prediction
from cofounder.channels import Rendered
from cofounder.models.brief import Brief, Draft, Frozen, Issue

Severity = Literal["info", "minor", "major", "blocking"]
RiskLevel = Literal["low", "medium", "high", "blocking"]

THRESHOLD = 0.85


class Finding(Frozen):
    """Something a detector saw. `code` is stable; `span` are offsets in the checked text."""

    detector: str  # claims, causes, promises, regulated, personal_data, channel_policy, leftovers
    code: str
    severity: Severity
    message: str  # why it matters
    advice: str  # what to do
    span: tuple[int, int] | None = None
    excerpt: str = ""  # the words it is about; personal data is masked


class Checked(Frozen):
    """The findings of a text, worst first, and the risk that follows from them."""

    findings: list[Finding] = Field(default_factory=list)
    risk_level: RiskLevel = "low"


class DimensionScore(Frozen):
    """One dimension's score, 0-1, with sentences that a person can check."""

    score: float = Field(ge=0, le=1)
    weight: float = Field(default=0.0, ge=0)
    evidence: list[str] = Field(default_factory=list)
    issues: list[Issue] = Field(default_factory=list)
    calibrated: bool = True  # false: a rule of thumb that no outcome has confirmed yet


class Subject(Frozen):
    """A text to judge with everything it is judged against."""

    draft: Draft
    brief: Brief
    rendered: Rendered
    channel: str
    earlier_texts: list[str] = Field(default_factory=list)  # posts published before, newest first
    siblings: dict[str, str] = Field(default_factory=dict)  # the same deliverable on other channels
    findings: list[Finding] = Field(default_factory=list)  # from elsewhere, added to the detectors' own
    domain: str | None = None  # finance, health, advertising: makes the detectors stricter
    expected: Prediction | None = None  # what history lets expect of it on its channel
    threshold: float = Field(default=THRESHOLD, ge=0, le=1)


class JudgedBy(Frozen):
    """What a model said of the whole text, and the score without it."""

    model: str
    overall: float = Field(ge=0, le=1)  # its own verdict, not its part in the score
    decision: Literal["approve", "changes", "reject"]  # that it foresees
    without: float = Field(ge=0, le=1)  # the overall by the rules alone


class Assessment(Frozen):
    """The verdict on one version of one variant."""

    overall: float = Field(ge=0, le=1)
    passed: bool
    threshold: float = THRESHOLD
    dimensions: dict[str, DimensionScore]
    issues: list[Issue] = Field(default_factory=list)  # all dimensions', worst first
    findings: list[Finding] = Field(default_factory=list)
    risk_level: RiskLevel = "low"
    capped_by: str | None = None  # the issue that keeps it below the threshold, whatever the mean
    profile: str
    evaluator: str
    expected: Prediction | None = None  # what history let expect of it when it was judged
    judge: JudgedBy | None = None  # none: no model judged it
