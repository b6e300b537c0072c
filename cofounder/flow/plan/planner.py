"""From an intent to a plan: which tools, in which order, fed by what.

Each kind of action adds its steps; a step that another action already has is used by both.
"""

import json
from collections.abc import Callable, Sequence
from typing import Any

from cofounder.flow.plan.schemas import Plan, PlanStep
from cofounder.models.figures import withheld
from cofounder.models.intent import Action, Intent

_TOLD = 3  # patterns that a plan names; the writer is given all
PUBLIC = ("create_post", "create_thread", "write_article", "write_email", "publish_text")
_EDITS = {"edit_text": "edit", "shorten_text": "shorten", "restyle_text": "restyle", "summarise_text": "summarise"}


def ref(path: str) -> dict[str, str]:
    return {"$ref": path}


class Sketch:
    """Collects steps; the same tool with the same inputs is one step."""

    def __init__(
        self, intent: Intent, *, has_metrics: bool, quality_threshold: float, patterns: Sequence[str] = ()
    ) -> None:
        self.intent = intent
        self.has_metrics = has_metrics
        self.quality_threshold = quality_threshold
        self.patterns = patterns
        self.steps: list[PlanStep] = []
        self.notes: list[str] = []
        self.edited: str | None = None  # the last step that reworked a given text
        self._seen: dict[str, str] = {}

    def add(self, id: str, tool: str, inputs: dict[str, Any], **more: Any) -> str:
        """The id of the step that does this: an earlier one when it is the same call."""
        inputs = {name: value for name, value in inputs.items() if value is not None and value != []}
        key = json.dumps([tool, inputs, more.get("produces")], sort_keys=True, default=str)
        if key in self._seen:
            return self._seen[key]
        taken = {step.id for step in self.steps}
        name, number = id, 2
        while name in taken:
            name, number = f"{id}_{number}", number + 1
        self.steps.append(PlanStep(id=name, tool=tool, inputs=inputs, **more))
        self._seen[key] = name
        return name

    # what several kinds of action read first

    def facts(self, action: Action) -> str:
        """Steps that read the figures and find their story; the id of the step whose `facts` a writer uses."""
        against = action.compare_with if action.compare_with in ("previous", "year_earlier") else None
        read = self.add(
            "read_metrics",
            "financial.read_metrics",
            {
                **({"compare_with": against} if against else {}),
                "as_of": ref("task.as_of"),
                "period": _period(action),
                "metrics": action.metrics,
                "given": ref("task.metrics") if self.has_metrics else None,
                "asked": action.metrics,
            },
        )
        return self.add(
            "find_story", "financial.find_story", {"facts": ref(f"steps.{read}.facts"), "period": _period(action)}
        )

    def passages(self, action: Action) -> str:
        """The step that finds the company's own writing on the topic."""
        topic = action.topic or self.intent.topic
        return self.add(
            "find_passages",
            "business.passages",
            {"topic": topic, "as_of": ref("task.as_of"), "limit": 6},
            optional=True,
        )

    def learned(self, channels: list[str]) -> dict[str, Any]:
        """The input with what was found to work, read as of the request; nothing where no pattern stands."""
        if not self.patterns:
            return {}
        read = self.add(
            "patterns", "memory.patterns", {"as_of": ref("task.as_of"), "channels": channels}, optional=True
        )
        return {"patterns": ref(f"steps.{read}.patterns")}

    def surroundings(self, action: Action, channels: list[str]) -> dict[str, Any]:
        """History for the approver and the example; the input with what posts on the topic achieved, for the writer."""
        topic = action.topic or self.intent.topic or "news"
        as_of = ref("task.as_of")
        self.add("read_state", "business.state", {"as_of": as_of, "metrics": self._given()}, optional=True)
        similar = self.add(
            "similar_posts",
            "business.similar_content",
            {"topic": topic, "channels": channels, "as_of": as_of, "limit": 5},
            optional=True,
        )
        self.add("baseline", "business.baseline", {"channels": channels, "as_of": as_of}, optional=True)
        self.add("trends", "market.find_trends", {"topic": topic, "as_of": as_of, "days": 180}, optional=True)
        return {"earlier": ref(f"steps.{similar}.earlier")}

    def _given(self) -> dict[str, str] | None:
        return ref("task.metrics") if self.has_metrics else None

    def form_inputs(self, action: Action) -> dict[str, Any]:
        topic = action.topic or self.intent.topic or self.intent.intent
        return {
            "request": ref("task.request"),
            "topic": topic,
            "tone": ref("task.tone"),
            "audience": ref("task.audience") if self.intent.audience else None,
            "persona": ref("task.persona"),
            "company": ref("task.company"),
            "constraints": ref("task.constraints"),
            "language": ref("task.language"),
            "period": _period(action),
        }


def _period(action: Action) -> dict[str, Any] | None:
    return action.period.model_dump(mode="json") if action.period else None


def _write(sketch: Sketch, action: Action) -> None:
    channels = action.channels or sketch.intent.channels
    if action.kind == "write_article" and not channels:
        channels = ["blog"]
    if action.kind == "write_email" and not channels:
        channels = ["email"]
    sources: dict[str, Any] = {}
    if action.wants_metrics or sketch.has_metrics:
        sources["facts"] = ref(f"steps.{sketch.facts(action)}.facts")
    if not sources or withheld(sketch.intent.constraints.must_avoid):
        sources["passages"] = ref(f"steps.{sketch.passages(action)}.passages")
    learned = {**sketch.surroundings(action, channels), **sketch.learned(channels)}
    drafts: list[str] = []
    for channel in channels:
        thread = action.kind == "create_thread" and channel == "x"
        # the first text keeps clear of recent posts, each other one of those before it: no variant is a cut of another
        avoid: Any = [ref(f"steps.{earlier}.text") for earlier in drafts] or ref("task.recent_texts")
        inputs = {
            **sketch.form_inputs(action),
            **sources,
            **learned,
            "channel": channel,
            "thread": thread or None,
            "avoid": avoid,
        }
        drafted = sketch.add(
            f"draft_{channel}",
            "content.draft",
            inputs,
            produces=f"variant:{channel}",
            quality_threshold=sketch.quality_threshold,
        )
        drafts.append(drafted)
        _inspect(sketch, channel, drafted, sources)


def _inspect(sketch: Sketch, channel: str, drafted: str, sources: dict[str, Any]) -> None:
    sketch.add(
        f"check_{channel}",
        "compliance.check",
        {"text": ref(f"steps.{drafted}.text"), "channel": channel, "facts": sources.get("facts")},
        optional=True,
    )
    sketch.add(
        f"preview_{channel}",
        "publishing.prepare",
        {"draft": ref(f"steps.{drafted}.draft"), "channel": channel},
        optional=True,
    )


def _edit(sketch: Sketch, action: Action) -> None:
    channels = action.channels
    sketch.edited = sketch.add(
        _EDITS[action.kind],
        "content.edit",
        {
            "text": action.text or ref("task.text"),
            "kind": _EDITS[action.kind],
            "request": ref("task.request"),
            "tone": ref("task.tone"),
            "max_words": sketch.intent.constraints.max_words,
            "channel": channels[0] if channels else None,
            "constraints": ref("task.constraints"),
        },
        produces=f"variant:{channels[0]}" if channels else "deliverable:text",
    )


def _publish(sketch: Sketch, action: Action) -> None:
    """A text goes out as it was given, or as an earlier action of the same request made it."""
    text: Any = action.text or ref("task.text")
    draft: Any = {"body": text}
    if action.text is None and sketch.edited is not None:
        text, draft = ref(f"steps.{sketch.edited}.text"), ref(f"steps.{sketch.edited}.draft")
    for channel in action.channels or sketch.intent.channels or ["outbox"]:
        sketch.add(f"check_{channel}", "compliance.check", {"text": text, "channel": channel})
        sketch.add(
            f"prepare_{channel}",
            "publishing.prepare",
            {"draft": draft, "channel": channel},
            produces=f"variant:{channel}",
        )


def _analyse(sketch: Sketch, action: Action) -> None:
    story = sketch.facts(action)
    inputs: dict[str, Any] = {
        "facts": ref(f"steps.{story}.facts"),
        "insights": ref(f"steps.{story}.insights"),
        "missing": ref("steps.read_metrics.missing"),
        "period": _period(action),
        "request": ref("task.request"),
    }
    if action.kind == "compare_metrics" or action.compare_with or action.compare_period:
        compared = sketch.add(
            "compare_periods",
            "financial.compare_periods",
            {
                "as_of": ref("task.as_of"),
                "period": _period(action),
                "compare_with": action.compare_with,
                "compare_period": action.compare_period.model_dump(mode="json") if action.compare_period else None,
                "metrics": action.metrics,
                "given": sketch._given(),
            },
        )
        inputs["facts"] = ref(f"steps.{compared}.facts")
        inputs["insights"] = ref(f"steps.{compared}.insights")
        inputs["rows"] = ref(f"steps.{compared}.rows")
    else:
        sketch.add("trends", "market.find_trends", {"as_of": ref("task.as_of"), "days": 180}, optional=True)
    sketch.add("write_report", "content.report", inputs, produces="deliverable:analysis")


def _forecast(sketch: Sketch, action: Action) -> None:
    metric = (action.metrics or ["revenue"])[0]
    made = sketch.add(
        "forecast",
        "financial.forecast",
        {"metric": metric, "horizon": action.horizon or 3, "as_of": ref("task.as_of")},
    )
    sketch.add(
        "write_report",
        "content.report",
        {
            "facts": ref(f"steps.{made}.facts"),
            "insights": ref(f"steps.{made}.insights"),
            "request": ref("task.request"),
        },
        produces="deliverable:forecast",
    )


def _market(sketch: Sketch, action: Action) -> None:
    as_of = ref("task.as_of")
    trends = sketch.add("trends", "market.find_trends", {"topic": action.topic or None, "as_of": as_of, "days": 365})
    share = sketch.add("share_of_voice", "market.share_of_voice", {"as_of": as_of, "days": 365}, optional=True)
    sketch.add(
        "write_report",
        "content.report",
        {
            "facts": [],
            "insights": [ref(f"steps.{trends}.narrative"), ref(f"steps.{share}.narrative")],
            "request": ref("task.request"),
        },
        produces="deliverable:analysis",
    )


def _comply(sketch: Sketch, action: Action) -> None:
    sketch.add(
        "check",
        "compliance.check",
        {"text": action.text or ref("task.text"), "channel": action.channels[0] if action.channels else None},
        produces="deliverable:check",
    )


def _headlines(sketch: Sketch, action: Action) -> None:
    inputs = {**sketch.form_inputs(action), "count": sketch.intent.constraints.count or 5}
    del inputs["language"]
    if action.wants_metrics or sketch.has_metrics:
        inputs["facts"] = ref(f"steps.{sketch.facts(action)}.facts")
    else:
        inputs["passages"] = ref(f"steps.{sketch.passages(action)}.passages")
    sketch.add("headlines", "content.headlines", inputs, produces="deliverable:headlines")


def _calendar(sketch: Sketch, action: Action) -> None:
    as_of = ref("task.as_of")
    trends = sketch.add("trends", "market.find_trends", {"as_of": as_of, "days": 365}, optional=True)
    sketch.add(
        "calendar",
        "content.calendar",
        {
            "period": _period(action),
            "channels": action.channels or sketch.intent.channels,
            "topic": action.topic or None,
            "count": sketch.intent.constraints.count,
            "as_of": as_of,
        },
        depends_on=[trends],
        produces="deliverable:calendar",
    )


_BUILD: dict[str, Callable[[Sketch, Action], None]] = {
    **dict.fromkeys(("create_post", "create_thread", "write_article", "write_email"), _write),
    **dict.fromkeys(_EDITS, _edit),
    **dict.fromkeys(("analyse_metrics", "compare_metrics"), _analyse),
    "publish_text": _publish,
    "forecast_metrics": _forecast,
    "analyse_market": _market,
    "check_compliance": _comply,
    "headlines": _headlines,
    "plan_calendar": _calendar,
}


def sketch(
    intent: Intent,
    *,
    has_metrics: bool,
    quality_threshold: float = 0.75,
    patterns: Sequence[str] = (),
    brought: str | None = None,
    times: Sequence[str] = (),
) -> Plan:
    """The plan for an intent whose questions are all answered; wants at least one action.

    `patterns` are the sentences of those that stand: with any, the plan hands them to the writer and says so.
    `brought` says what posts on the topic brought, where enough were measured: the plan says it too, and `times`,
    what history says of when to publish on each channel.
    """
    made = Sketch(intent, has_metrics=has_metrics, quality_threshold=quality_threshold, patterns=patterns)
    for action in intent.actions:
        _BUILD[action.kind](made, action)
    taken = [one.text for one in intent.assumptions]
    if any(step.tool == "memory.patterns" for step in made.steps):
        made.notes += [f"The writer is given a pattern that stands: {one}" for one in patterns[:_TOLD]]
    if brought and any(step.tool == "business.similar_content" for step in made.steps):
        made.notes.append(f"The writer is given what posts on the topic achieved. {brought}")
    if any(step.tool == "business.baseline" for step in made.steps):
        made.notes += [f"When to publish. {one}" for one in times]
    return Plan(steps=made.steps, goal=intent.topic or intent.intent, notes=[*taken, *made.notes])
