"""How good an answer is, 0-1, and its parts. An answer that cannot be used has 0 everywhere. No network, no clock."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from pydantic import ValidationError

from cofounder import channels
from cofounder.flow.quality.evaluator import evaluate
from cofounder.flow.quality.schemas import Subject
from cofounder.flow.train.benchmark.lines import Asked, HeldOut, of_judge, of_writer
from cofounder.kit.errors import CofounderError
from cofounder.models import trained
from cofounder.models.brief import Brief, Fact
from cofounder.models.offline.parser import RequestEmpty, parse

PlanCheck = Callable[[dict[str, Any]], Awaitable[Any]]
PARTS = {
    "plan": ("valid", "channels", "tools"),
    "intent": ("valid", "intent", "channels", "actions"),
    "text": ("valid", "overall"),
    "scores": ("valid", "decision", "overall"),
}


async def score(line: HeldOut, answer: str, check: PlanCheck) -> dict[str, float]:
    """The parts of an answer's score and `score`, their mean."""
    try:
        if line.form == "text":
            found = _text(line, answer)
        elif line.form == "scores":
            found = _verdict(line, answer)
        else:
            found = await _planned(line, answer, check)
    except (ValueError, CofounderError):
        return nothing(line)
    main = [found[name] for name in PARTS[line.form] if name in found and name != "valid"]
    total = found["overall"] if line.form == "text" else sum(main) / len(main) if main else found["valid"]
    return {**found, "score": round(total, 6)}


def nothing(line: HeldOut) -> dict[str, float]:
    """The score of no answer, or of one that cannot be used."""
    named = [name for name in PARTS[line.form] if name in ("valid", "overall") or name in line.truth]
    return {**dict.fromkeys(named, 0.0), "score": 0.0}


async def _planned(line: HeldOut, answer: str, check: PlanCheck) -> dict[str, float]:
    try:
        parsed = parse(line.asked, today=line.day)
    except RequestEmpty:
        raise ValueError("nothing was asked") from None
    read = trained.read_planner(answer, parsed)
    found = {"valid": 1.0, "channels": _same(sorted(read.intent.channels), line.truth["channels"])}
    if read.plan is not None:
        await check(read.plan)
    if line.form == "plan":
        steps = read.plan["steps"] if read.plan is not None else []
        return {**found, "tools": overlap({str(one.get("tool")) for one in steps}, set(line.truth["tools"]))}
    said = read.said
    found["intent"] = _same(said.get("intent"), line.truth["intent"])
    if "actions" in line.truth:
        found["actions"] = _same(said.get("actions"), line.truth["actions"])
    return found


def _same(one: Any, other: Any) -> float:
    return float(one == other)


def overlap(one: set[str], other: set[str]) -> float:
    """What two sets share of all they hold (Jaccard), 1 where both are empty."""
    return len(one & other) / len(one | other) if one | other else 1.0


def brief_of(line: HeldOut) -> Brief:
    """The brief that a writer's line was made of, as far as the line tells. Raises ValueError."""
    asked = of_writer(line.asked)
    channel = channels.canonical(asked.channel) or asked.channel
    facts = []
    for one in asked.facts:
        try:
            facts.append(Fact.model_validate(one))
        except ValidationError:
            continue  # a line of older facts, or of somebody else's
    form = channels.form(channel)
    return Brief(
        request=asked.request, topic=asked.request[:100], form=form, facts=facts, persona=asked.persona or "humanVoice"
    )


def judged(brief: Brief, channel: str, text: str) -> dict[str, float]:
    """A text's scores by dimension and `overall`, by the deterministic evaluator. Raises ValueError."""
    draft = trained.read_writer(text, brief, "benchmark")
    rendered = channels.render(channel, draft)
    verdict = evaluate(Subject(draft=draft, brief=brief, rendered=rendered, channel=channel))
    return {"overall": verdict.overall, **{name: one.score for name, one in verdict.dimensions.items()}}


def judged_of(line: HeldOut) -> tuple[Asked, str]:
    """The parts of a judge's line, and its channel as it is called here."""
    asked = of_judge(line.asked)
    return asked, channels.canonical(asked.channel) or asked.channel


def _by_rules(line: HeldOut) -> dict[str, float]:
    asked, channel = judged_of(line)
    brief = Brief(request=asked.request, topic=asked.request[:100], form=channels.form(channel))
    return judged(brief, channel, asked.text)


def rules(line: HeldOut) -> dict[str, float]:
    """The deterministic scores that a judge is told beside a text; none where the evaluator cannot take it."""
    try:
        return {name: score for name, score in _by_rules(line).items() if name != "overall"}
    except (ValueError, CofounderError):
        return {}


def _text(line: HeldOut, answer: str) -> dict[str, float]:
    brief = brief_of(line)
    return {"valid": 1.0, **judged(brief, brief.form.channel, answer)}


def _verdict(line: HeldOut, answer: str) -> dict[str, float]:
    said = trained.object_in(answer)
    decision, overall = said.get("decision"), said.get("overall")
    if not isinstance(decision, str) or isinstance(overall, bool) or not isinstance(overall, int | float):
        raise ValueError("a verdict has a decision and an overall score")
    if not 0 <= overall <= 1:
        raise ValueError("the overall score lies outside 0 to 1")
    found = {"valid": 1.0, "decision": _same(decision, line.truth["decision"])}
    wanted = line.truth["overall"]
    if isinstance(wanted, int | float):
        found["overall"] = 1 - abs(float(overall) - float(wanted))
    return found


def own_answer(line: HeldOut) -> str:
    """What the built-in model answers to a line, in the form of its answers. Raises ValueError, RequestEmpty."""
    if line.form == "text":
        from cofounder.models.offline.writer import write

        brief = brief_of(line)
        return channels.render(brief.form.channel, write(brief)).plain
    if line.form == "scores":
        overall = _by_rules(line)["overall"]
        return json.dumps({"overall": overall, "decision": "approve" if overall >= 0.85 else "changes"})
    parsed = parse(line.asked, today=line.day)
    if line.form == "plan":
        from cofounder.flow.plan import planner

        if not parsed.actions or parsed.reject_reason:
            raise ValueError("the built-in parser asks before it plans")
        plan = planner.sketch(parsed, has_metrics=False)
        return json.dumps({"plan": plan.model_dump(mode="json", include={"steps", "goal"})})
    actions = [one.model_dump(mode="json") for one in parsed.actions]
    return json.dumps(trained.compact(parsed.intent, parsed.domain, parsed.channels, actions))
