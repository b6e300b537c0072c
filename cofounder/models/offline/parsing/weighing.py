"""How sure the parser is of its reading, and what a request needs without saying so."""

import re

from cofounder.models.intent import Action, Question
from cofounder.models.offline.parsing import actions as acts
from cofounder.models.offline.parsing import metrics
from cofounder.models.offline.parsing.sense import Sense

ASK_BELOW = 0.55  # below this the parser asks whether it read the request right

_VISUAL = re.compile(
    r"\b(?:trends?|report|chart|graph|dashboard|over time|visuali[sz]\w*|plot|monthly|quarterly|breakdown|overview|evolution|curve)\b"
)
# Words to a program rather than about a text: whatever else is asked for, a person confirms it first.
_COMMANDS = re.compile(
    r"\b(?:ignore|disregard|forget|override|bypass) (?:(?:all|any|every|of|your|the|my|these|those) )*(?:previous|prior|above|earlier|rules?|instructions?|everything|restrictions?|guidelines)\b"
    r"|\byou are now\b|\b(?:admin|developer|god|debug) mode\b|\bjailbreak|\bsystem prompt\b|^\s*system\s*:"
)
_SAID = {
    "create_post": "write a post", "create_thread": "write a thread", "write_article": "write a blog article", "write_email": "write an e-mail",
    "headlines": "suggest headlines", "edit_text": "edit a given text", "shorten_text": "shorten a given text", "restyle_text": "rewrite a given text",
    "summarise_text": "summarise a given text", "analyse_metrics": "analyse your figures", "compare_metrics": "compare your figures",
    "forecast_metrics": "forecast your figures", "analyse_market": "look at market trends", "check_compliance": "check a text for compliance",
    "publish_text": "publish a given text", "plan_calendar": "plan a content calendar",
}  # fmt: skip
_NOUNS = {
    "create_post": "post",
    "create_thread": "thread",
    "write_article": "article",
    "write_email": "e-mail",
    "headlines": "headlines",
}


def weigh(found: Sense, asked: list[Question]) -> float:
    """0-1: the least sure action, less for every clause unread, part undone, typo and open question."""
    if not found.actions:
        return 0.15
    value = min(found.sure)
    words = max(1, len(found.reading.low.split()))
    loose = sum(len(clause.split()) for clause in found.loose)
    value *= 1 - min(0.45, 0.6 * loose / words)
    value *= 0.75 ** min(2, len(found.unmade))
    value *= 0.97 ** min(3, len(found.reading.corrected))
    value *= 0.5 if _COMMANDS.search(found.reading.low) else 1.0
    value *= 0.55 if found.reading.cut else 1.0
    value *= 0.8 if any(a.kind in acts.WRITE_KINDS and len(a.topic.split()) > 25 for a in found.actions) else 1.0
    value *= 0.6 if any(q.field in ("topic", "text", "action") for q in asked) else 0.85 if asked else 1.0
    return round(max(0.05, min(0.99, value)), 2)


def needs(found: Sense) -> list[str]:
    """quality_review for what others will read, comparison for growth, visualisation for trends and reports."""
    low = found.reading.low
    kinds = {a.kind for a in found.actions}
    out = []
    if kinds & {*acts.WRITE_KINDS, "edit_text", "shorten_text", "restyle_text", "summarise_text", "publish_text"}:
        out.append("quality_review")
    figures = any(a.wants_metrics for a in found.actions)
    if "compare_metrics" in kinds or (figures and metrics.GROWTH.search(low)):
        out.append("comparison")
    if kinds & {"forecast_metrics", "analyse_market"} or (
        kinds & {"analyse_metrics", "compare_metrics"} and _VISUAL.search(low)
    ):
        out.append("visualisation")
    if found.demands.wants_call:
        out.append("call_to_action")
    return out


def describe(actions: list[Action], *, bare: bool = False) -> str:
    """The actions in words, for a question; `bare` gives only what is made."""
    if bare:
        return _NOUNS.get(actions[0].kind, "text")
    return ", then ".join(_one(action) for action in actions)


def _one(action: Action) -> str:
    text = _SAID[action.kind]
    if action.topic:
        text += f" about {action.topic}" if action.kind in acts.WRITE_KINDS else f" ({action.topic})"
    if action.period:
        text += f", {action.period.label}" if action.period.label.lower() not in text.lower() else ""
    return text
