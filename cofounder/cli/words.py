"""Numbers, times and states as a person reads them."""

from datetime import UTC, datetime

from cofounder.kit.clock import now

MINUS = "\u2212"
NONE = "\u2013"  # no value; never a zero

# What a state means to a person, by the shapes' own words.
_MEANING = {
    "Needs you": ("needs_clarification", "pending_approval"),
    "Waiting": ("queued", "approved", "paused", "scheduled", "pending", "waiting"),
    "Running": ("running", "publishing", "processing", "attempting"),
    "Unknown outcome": ("unknown",),
    "Done": ("published", "succeeded", "completed", "done"),
    "Failed": ("refused", "failed"),
    "Stopped": ("rejected", "cancelled", "expired", "skipped"),
}
MEANING = {state: word for word, states in _MEANING.items() for state in states}
GLYPH = {
    "Needs you": "◆",
    "Waiting": "○",
    "Running": "◐",
    "Unknown outcome": "?",
    "Done": "✓",
    "Failed": "✗",
    "Stopped": "⊘",
}


def plain(name: str) -> str:
    """A state, phase or dimension without underscores."""
    return name.replace("_", " ")


def count(value: float) -> str:
    """150000 -> "150,000"; a part of one is shown where there is one."""
    text = f"{abs(value):,.0f}" if float(value).is_integer() else f"{abs(value):,.2f}".rstrip("0")
    return (MINUS if value < 0 else "") + text


def money(value: float, currency: str = "USD", *, digits: int = 2) -> str:
    """1234.5 -> "$1,234.50"."""
    amount = f"{abs(value):,.{digits}f}"
    return (MINUS if value < 0 else "") + (f"${amount}" if currency == "USD" else f"{amount} {currency}")


def cost(value: float | None) -> str:
    """What a task or step cost, in US dollars, three decimals."""
    return NONE if value is None else money(value, digits=3)


def percent(value: float) -> str:
    """0.045 -> "4.5%"."""
    text = f"{abs(value) * 100:.2f}".rstrip("0").rstrip(".")
    return (MINUS if value < 0 else "") + text + "%"


def score(value: float | None, digits: int = 2) -> str:
    return NONE if value is None else f"{value:.{digits}f}"


def seconds(value: float | None) -> str:
    """Seconds up to two minutes, then minutes, then hours."""
    if value is None:
        return NONE
    if value < 9.95:
        return f"{value:.1f} s"
    if value < 120:
        return f"{value:.0f} s"
    if value < 7200:
        return f"{value / 60:.0f} min"
    return f"{value / 3600:.0f} h"


def ago(moment: datetime | None) -> str:
    """How long ago, for lists."""
    if moment is None:
        return NONE
    passed = (now() - moment).total_seconds()
    if passed < 0:
        return f"in {_span(-passed)}"
    return f"{_span(passed)} ago"


def _span(passed: float) -> str:
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if passed >= size:
            return f"{passed / size:.0f} {unit}"
    return f"{passed:.0f} s"


def moment(at: datetime | None) -> str:
    """An absolute time, in UTC."""
    return NONE if at is None else f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def figure(value: float, unit: str, currency: str = "USD") -> str:
    """A fact's value in its unit, as `models.brief.Fact` names units."""
    if unit == "usd":
        return money(value, currency, digits=0 if float(value).is_integer() else 2)
    if unit == "rate":
        return percent(value)
    if unit in ("days", "hours"):
        return f"{count(value)} {unit}"
    return count(value)


def of(number: int, noun: str, plural: str | None = None) -> str:
    """1 step, 2 steps."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
