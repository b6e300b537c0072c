"""What a request asks for, as data. From the planner model when there is one, else from the offline parser."""

from typing import Any, Literal

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from cofounder.models.brief import BaseKind, Frozen, Period

ActionKind = Literal[
    "create_post",
    "create_thread",
    "write_article",
    "write_email",
    "headlines",
    "edit_text",
    "shorten_text",
    "restyle_text",
    "summarise_text",
    "analyse_metrics",
    "compare_metrics",
    "forecast_metrics",
    "analyse_market",
    "check_compliance",
    "publish_text",
    "plan_calendar",
]


A_YEAR_BEFORE = "the same time a year before"


class Question(Frozen):
    """Something the product must ask before it goes on. It never guesses silently."""

    field: str  # channels, period, text, topic, language, action, metric
    question: str
    why: str
    options: list[str] = Field(default_factory=list)


class Assumption(Frozen):
    """Something the product takes for granted and says so: a person sees it beside the plan and may put it right."""

    field: str  # action, channels, period, topic, count, publish_at, figures, language, spelling, not_kept, not_read
    text: str  # a whole sentence


class Constraints(Frozen):
    max_words: int | None = None
    min_words: int | None = None
    max_characters: int | None = None
    count: int | None = None  # "five headlines"
    must_include: list[str] = Field(default_factory=list)
    must_avoid: list[str] = Field(default_factory=list)
    no_hashtags: bool = False
    no_emoji: bool = False
    link: str | None = None
    call_to_action: str | None = None
    persona: str | None = None
    deadline: str | None = None  # when the text has to be ready, in the request's words
    # when it goes out, local: "2026-11-22T09:00", the day alone, "…+01:00", "PT90M" from now
    publish_at: str | None = None


class Action(Frozen):
    """One of the things a request asks for. Several may stand in one request, in order."""

    kind: ActionKind
    channels: list[str] = Field(default_factory=list)  # canonical: linkedin, x, facebook, email, blog, webhook, outbox
    topic: str = ""
    metrics: list[str] = Field(default_factory=list)  # canonical metric names the request names
    period: Period | None = None
    compare_with: BaseKind | None = None
    compare_period: Period | None = None
    horizon: int | None = None  # periods ahead, for a forecast
    text: str | None = None  # the given text
    wants_metrics: bool = False  # the text is about the company's own figures


class Intent(Frozen):
    intent: str  # "create_social_content_with_metrics", "analyse_metrics", "multi_step", ...
    domain: str  # content, finance, market, compliance, publishing, mixed
    actions: list[Action] = Field(default_factory=list)
    channels: list[str] = Field(default_factory=list)  # all of the actions', in order, no doubles
    unknown_channels: list[str] = Field(default_factory=list)
    tone: str | None = None  # None: not said
    audience: str | None = None
    topic: str = ""
    period: Period | None = None
    constraints: Constraints = Field(default_factory=Constraints)
    implicit_needs: list[str] = Field(default_factory=list)  # quality_review, comparison, visualisation
    language: str = "en"
    confidence: float = 0.0  # 0-1
    questions: list[Question] = Field(default_factory=list)  # not empty: needs_clarification
    assumptions: list[Assumption] = Field(default_factory=list)  # what was not said, or is not done, in sentences
    figures: dict[str, float] = Field(default_factory=dict)  # given in the words: revenue, previous_revenue; rates 0-1
    reject_reason: str | None = None  # policy: the request asks for what the product must not do
    evidence: dict[str, Any] = Field(default_factory=dict)  # field -> the words it was read from
    plan: SkipJsonSchema[dict[str, Any] | None] = Field(default=None, exclude_if=lambda given: given is None)  # whole

    def own_figures(self) -> dict[str, Any]:
        """The figures of the request's words that a text may rest on, as business metrics.

        They describe one month, or the quarter or year that the request is about, which `period` then says. Left out:
        what stands for another time, amounts in another currency than US dollars, an earlier value whose time is not the
        one before, and a growth rate without what grew.
        """
        writes = any(a.kind in ("create_post", "create_thread", "write_article", "write_email") for a in self.actions)
        grain = "month" if self.period is None else self.period.grain
        if grain != "month" and len(self.evidence.get("period", ())) != 1:
            return {}  # another time is named too: whose the figures are is not said
        if not (writes and grain in ("month", "quarter", "year") and self.figures):
            return {}
        of = self.evidence.get("figures_before")
        earlier = of in (f"the {grain} before", A_YEAR_BEFORE)
        foreign = set(self.evidence.get("foreign", ()))
        foreign |= {f"previous_{name}" for name in foreign}
        kept = {
            name: value
            for name, value in self.figures.items()
            if name not in foreign and (earlier or not name.startswith("previous_"))
        }
        if of == A_YEAR_BEFORE:
            kept = {name.replace("previous_", "last_year_", 1): value for name, value in kept.items()}
        if set(kept) <= {"growth_rate"}:
            return {}
        return kept if grain == "month" else {**kept, "period": grain}
