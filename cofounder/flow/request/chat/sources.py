"""What an answer rests on: the tool that was asked, and its rows as a small table. Pure."""

from collections.abc import Mapping
from typing import Any

from cofounder.business import wording
from cofounder.flow.request.chat.schemas import MOST_ROWS, Source

_TITLES = {
    "financial.read_metrics": ("The company's figures", "/business"),
    "financial.compare_periods": ("Two periods side by side", "/business"),
    "financial.history": ("Development over time", "/business"),
    "financial.forecast": ("Forecast", "/business"),
    "financial.find_story": ("What stands out", "/business"),
    "business.state": ("The company's figures", "/business"),
    "business.best_posts": ("Posts by result", "/content"),
    "business.baseline": ("What a post usually gets", "/content"),
    "business.similar_content": ("Earlier work like this", "/content"),
    "business.suggest_time": ("When to publish", "/content"),
    "business.predict": ("What a text may bring", "/content"),
    "business.topic_effectiveness": ("What a topic brought", "/learning"),
    "business.correlation_analysis": ("Figures that go together", "/business"),
    "business.passages": ("Own earlier texts", "/content"),
    "market.find_trends": ("Topics over time", "/learning"),
    "market.share_of_voice": ("Share of own voice", "/learning"),
    "memory.patterns": ("Patterns", "/learning"),
    "memory.examples": ("Training examples", "/training"),
    "memory.summary": ("How the work went", "/learning"),
    "memory.effectiveness": ("How the work went, side by side", "/learning"),
    "memory.tasks": ("Tasks as they stand", "/tasks"),
    "memory.commands": ("Commands as they stand", "/queue"),
    "compliance.check": ("Findings in the text", None),
}
_LISTS = ("rows", "items", "facts", "topics", "by_topic", "findings", "patterns", "passages", "insights")
_LONGEST = 200  # characters of a cell
_HIDDEN = ("as_of",)
_NOISE = ("id", "kind", "asked", "confidential", "start", "end")  # columns that say nothing to a person


def source(tool: str, arguments: Mapping[str, Any], output: Mapping[str, Any], title: str | None = None) -> Source:
    """The tool's answer as a source."""
    usual, link = _TITLES.get(tool, (tool, None))
    return Source(
        tool=tool,
        title=title or usual,
        arguments={
            name: _argument(value) for name, value in arguments.items() if name not in _HIDDEN and value is not None
        },
        rows=rows(output)[:MOST_ROWS],
        link=link,
    )


def rows(output: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a tool's answer, flat: its first list of objects, else its plain values."""
    for name in _LISTS:
        found = output.get(name)
        if isinstance(found, list) and found:
            return [_told(_flat(one), output.get("unit")) for one in found]
    if isinstance(output.get("baselines"), dict):
        return [{"platform": name, **_flat(one)} for name, one in output["baselines"].items()]
    plain = _flat(output)
    return [plain] if plain else []


def moved(change: float | None, unit: str) -> str:
    """A change as a person reads it: "+3.6%", of a rate "−0.4 points"."""
    if change is None:
        return ""
    sign = "+" if change > 0 else "−" if change < 0 else "±"
    size = (
        wording.trimmed(abs(change), 2) + " points" if unit == "rate" else wording.trimmed(abs(change) * 100, 1) + "%"
    )
    return f"{sign}{size}"


def _told(row: dict[str, Any], unit: Any) -> dict[str, Any]:
    """A row of a figure's periods, its change in the figure's own unit."""
    if isinstance(unit, str) and isinstance(row.get("change"), int | float):
        row["change"] = moved(row["change"], unit)
    return row


def _flat(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        return {"text": _cell(value)}
    found: dict[str, Any] = {}
    for name, inner in value.items():
        if name in _NOISE:
            continue
        if name == "period" and isinstance(inner, Mapping):
            found["period"] = inner.get("label")
        elif name == "base" and isinstance(inner, Mapping):
            found |= {"compared_with": _cell(inner.get("label")), "compared_value": inner.get("value")}
        elif inner is None or isinstance(inner, str | int | float | bool):
            found[name] = _cell(inner)
        elif isinstance(inner, list) and inner and all(isinstance(one, str) for one in inner):
            found[name] = _cell(", ".join(inner))
    return {name: inner for name, inner in found.items() if inner is not None and inner != ""}


def _cell(value: Any) -> Any:
    if isinstance(value, str) and len(value) > _LONGEST:
        return value[: _LONGEST - 1] + "…"
    return value


def _argument(value: Any) -> Any:
    if isinstance(value, Mapping) and "label" in value:
        return value["label"]
    return _cell(value)
