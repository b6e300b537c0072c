"""An example as a line of a file: chat lines for tuning, flat rows for tables. Pure."""

import csv
import io
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from cofounder.flow.learn.service import Example

SYSTEM = (
    "You plan the work of a content and growth team. Given a request, answer with JSON: the plan (steps with tools, "
    "inputs and dependencies), the quality you expect, and the business context that you relied on."
)
COLUMNS = (
    "execution_id",
    "timestamp",
    "user_request",
    "intent",
    "quality_score",
    "success",
    "user_approval",
    "verdict",
    "decided_by",
    "decided_at",
    "is_legacy",
    "is_high_quality",
    "training_ready",
    "tags",
    "platforms",
    "persona",
    "models",
    "steps",
    "agents",
    "estimated_cost",
    "cost",
    "estimated_seconds",
    "seconds",
    "refinements",
    "feedback",
)
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def chat(example: Example) -> str:
    """One planner line: the request, and the plan that answered it."""
    answer = {
        "plan": example.plan,
        "expected_quality": example.quality_score,
        "business_context": {
            "business_state": example.business_state,
            "platform_baseline": example.platform_baseline,
            "similar_historical_content": example.similar_historical_content,
        },
    }
    line = {
        "messages": [
            {"role": "system", "content": SYSTEM},
            {"role": "user", "content": example.user_request},
            {"role": "assistant", "content": dumped(answer)},
        ],
        "metadata": {
            "execution_id": example.execution_id,
            "success": example.success,
            "quality_score": example.quality_score,
            "intent": example.intent,
            "metrics": example.post_publication_metrics or {},
            "patterns": example.patterns_discovered,
        },
    }
    return dumped(line) + "\n"


def header(dimensions: tuple[str, ...]) -> str:
    return row_of([*COLUMNS, *(f"quality_{name}" for name in dimensions)])


def flat(example: Example, dimensions: tuple[str, ...]) -> str:
    """One row of CSV: numbers as numbers, lists joined by a semicolon, nothing where nothing is known."""
    plan, decision, result = example.execution_plan or {}, example.decision or {}, example.execution_result
    values: dict[str, Any] = {
        "verdict": decision.get("verdict"),
        "decided_by": decision.get("by"),
        "feedback": decision.get("feedback"),
        "steps": plan.get("steps"),
        "agents": plan.get("agents"),
        "estimated_cost": plan.get("estimated_cost"),
        "estimated_seconds": plan.get("estimated_duration"),
        "refinements": result.get("refinements_needed"),
    }
    cells = [values[name] if name in values else getattr(example, name) for name in COLUMNS]
    return row_of([*cells, *(example.quality_dimensions.get(name) for name in dimensions)])


def row_of(cells: list[Any]) -> str:
    """A CSV row (RFC 4180) that no spreadsheet takes for a formula."""
    out = io.StringIO()
    csv.writer(out).writerow([_cell(cell) for cell in cells])
    return out.getvalue()


def _cell(value: Any) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, list | tuple):
        value = "; ".join(str(one) for one in value)
    if isinstance(value, datetime):
        return moment(value)
    text = str(value).replace("\x00", "")
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text


def dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain, separators=(", ", ": "))


def _plain(value: Any) -> Any:
    """Money and scores as JSON numbers, times in UTC, ids as text."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"cannot write {type(value).__name__} as JSON")


def moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
