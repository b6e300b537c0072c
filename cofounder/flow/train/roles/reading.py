"""What was read in a request, as the short answer of a planner's line. Pure.

The task's own reading where it is kept; else what the example's label, its platforms and its plan say of it.
"""

import json
from collections.abc import Sequence
from typing import Any

from cofounder.models.trained import KINDS, channels_of, compact

_BY_CHANNEL: dict[str, str] = {"email": "write_email", "blog": "write_article", "thread": "create_thread"}
_BY_TOOL = {
    "financial.forecast": "forecast_metrics",
    "financial.compare_periods": "compare_metrics",
    "market.share_of_voice": "analyse_market",
    "content.headlines": "headlines",
    "content.calendar": "plan_calendar",
}
_DOMAINS = {
    "check_compliance": "compliance",
    "publish_text": "publishing",
    "analyse_market": "market",
    "analyse_metrics": "finance",
    "compare_metrics": "finance",
    "forecast_metrics": "finance",
}
_WITH_METRICS = "_with_metrics"


def answer(kept: str | None, intent: str, platforms: Sequence[str], plan: str | None) -> dict[str, Any]:
    """`kept` is the task's reading as JSON, `intent` the example's label, `plan` its plan as JSON."""
    known = json.loads(kept) if kept else None
    if isinstance(known, dict) and known.get("intent") and known.get("actions"):
        channels = known.get("channels") or []
        return compact(known["intent"], known.get("domain") or "content", channels, known["actions"])
    return _derived(intent, list(platforms), json.loads(plan) if plan else {})


def _derived(intent: str, platforms: list[str], plan: Any) -> dict[str, Any]:
    plan = plan if isinstance(plan, dict) else {}
    made = channels_of(plan)
    channels = [name for name in platforms if name not in ("twitter",)] or made
    wants = intent.endswith(_WITH_METRICS)
    kind = intent.removesuffix(_WITH_METRICS)
    if kind == "create_social_content":
        kind = "create_thread" if channels == ["thread"] else "create_post"
    actions: list[dict[str, Any]]
    if kind in KINDS:
        actions = [{"kind": kind, "channels": channels, "wants_metrics": wants}]
    else:
        actions = _of_plan(plan, made) if kind == "multi_step" else []
    domains = list(dict.fromkeys(_DOMAINS.get(one["kind"], "content") for one in actions))
    domain = domains[0] if len(domains) == 1 else "mixed" if domains else "content"
    return compact(intent, domain, channels, actions)


def _of_plan(plan: dict[str, Any], made: list[str]) -> list[dict[str, Any]]:
    """The actions that a plan's steps show; which of them wanted figures it does not tell."""
    steps = [one for one in plan.get("steps") or [] if isinstance(one, dict)]
    posts = [name for name in made if name not in _BY_CHANNEL]
    found: list[dict[str, Any]] = [{"kind": "create_post", "channels": posts}] if posts else []
    found += [{"kind": _BY_CHANNEL[name], "channels": [name]} for name in made if name in _BY_CHANNEL]
    kinds = dict.fromkeys(_BY_TOOL[str(one["tool"])] for one in steps if str(one.get("tool")) in _BY_TOOL)
    return [{"kind": kind, "channels": []} for kind in kinds] + found
