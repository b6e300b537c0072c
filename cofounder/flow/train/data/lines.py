"""Examples as a table: its columns, and rows of CSV. Pure."""

import csv
import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

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
DECIDED_AT = COLUMNS.index("decided_at")
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def header(dimensions: tuple[str, ...]) -> str:
    return row_of([*COLUMNS, *(f"quality_{name}" for name in dimensions)])


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


def moment(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
