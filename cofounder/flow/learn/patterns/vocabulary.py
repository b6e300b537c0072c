"""The fixed vocabulary: what a post or a run may be said to be. Pure; new words here are new candidates in every run."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

Kind = Literal["channel", "topic", "voice", "time", "form", "business"]
Item = tuple[str, str]  # feature, value

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
BLOCKS = ("00-06", "06-12", "12-18", "18-24")  # hours of the day, UTC
LENGTHS = ((40, "under 40 words"), (100, "40 to 99 words"), (250, "100 to 249 words"))
LONGEST = "250 words and more"
YES = "yes"

_NUMBER = re.compile(r"\d")
_QUESTION = re.compile(r"\?(?:\s|$|[\"”')\]])")
_GROWTH = re.compile(
    r"\b(?:gr[eo]w(?:s|n|ing|th)?|increas(?:e[sd]?|ing)|ris(?:e[ns]?|ing)|rose|doubl(?:e[sd]?|ing)|tripl(?:e[sd]?|ing)|"
    r"record (?:high|month|quarter|year)|up (?:by )?\d)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Feature:
    """One thing to be said of a unit; `lasting` is what holds for weeks, so that many units share one observation."""

    name: str
    kind: Kind
    lasting: bool = False
    of_text: bool = False  # a writer can choose it


FEATURES: dict[str, Feature] = {
    one.name: one
    for one in (
        Feature("channel", "channel"),
        Feature("topic", "topic"),
        Feature("topic_cluster", "topic"),
        Feature("tone", "voice"),
        Feature("persona", "voice"),
        Feature("hour_block", "time"),
        Feature("weekday", "time"),
        Feature("length_band", "form", of_text=True),
        Feature("has_number", "form", of_text=True),
        Feature("has_question", "form", of_text=True),
        Feature("mentions_growth", "form", of_text=True),
        Feature("revenue_growth", "business", lasting=True),
        Feature("traffic_growth", "business", lasting=True),
    )
}


def of_text(text: str) -> dict[str, str]:
    """What a text is like. Words are what stands between blanks; a growth word is one of a short list."""
    words = len(text.split())
    found = {"length_band": next((name for limit, name in LENGTHS if words < limit), LONGEST)}
    for name, pattern in (("has_number", _NUMBER), ("has_question", _QUESTION), ("mentions_growth", _GROWTH)):
        if pattern.search(text):
            found[name] = YES
    return found


def words_of(band: str) -> tuple[int, int]:
    """The least and the most words of a length band."""
    least = 0
    for limit, name in LENGTHS:
        if name == band:
            return least, limit - 1
        least = limit
    return least, 100_000


def of_moment(at: datetime) -> dict[str, str]:
    """Weekday and 6-hour block, in UTC."""
    there = at.astimezone(UTC)
    return {"weekday": DAYS[there.weekday()], "hour_block": BLOCKS[there.hour // 6]}


def of_state(state: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Bands of a business state: revenue growth on the month before, and visits where the month before is given."""
    found = {}
    growth = _number(state.get("growth_rate"))
    if growth is not None:
        found["revenue_growth"] = band(growth)
    visits = _number(state.get("monthly_website_traffic"))
    earlier = _number((before or {}).get("monthly_website_traffic"))
    if visits is not None and earlier:
        found["traffic_growth"] = band(visits / earlier - 1)
    return found


def band(growth: float) -> str:
    """A growth rate (0.2 is a fifth more) as one of three bands."""
    if growth > 0.15:
        return "above 15%"
    return "0 to 15%" if growth >= 0 else "below 0"


def name_of(text: Any) -> str | None:
    """A free word (topic, tone, persona) as a value: trimmed, one blank between words; None for nothing."""
    plain = " ".join(str(text).split()).strip() if text is not None else ""
    return plain[:80] or None


def kind_of(items: Sequence[Item]) -> str:
    """The type of a pattern: the kind of its condition, "mixed" where two kinds meet; a channel only narrows."""
    kinds = {FEATURES[feature].kind for feature, _ in items if feature in FEATURES and feature != "channel"}
    return next(iter(kinds)) if len(kinds) == 1 else "mixed"


_TOLD: dict[str, str] = {
    "topic": "about {}",
    "topic_cluster": "on the subject “{}”",
    "tone": "in a {} tone",
    "persona": "in the voice {}",
    "hour_block": "out between {} h UTC",
    "weekday": "out on a {}",
    "length_band": "of {}",
    "has_number": "with a number",
    "has_question": "with a question",
    "mentions_growth": "that speak of growth",
    "revenue_growth": "while revenue growth was {}",
    "traffic_growth": "while growth in visits was {}",
}
CHANNEL_NAMES = {"linkedin": "LinkedIn", "x": "X", "facebook": "Facebook", "email": "e-mail", "blog": "the blog"}


def told(items: Sequence[Item], what: str = "posts") -> str:
    """Conditions as words: "posts on LinkedIn with a question"."""
    parts = [f"on {CHANNEL_NAMES.get(value, value)}" for feature, value in items if feature == "channel"]
    parts += [_TOLD.get(feature, f"{feature} {{}}").format(value) for feature, value in items if feature != "channel"]
    return f"{what} {' and '.join(parts)}" if len(parts) > 1 and parts[0][:3] != "on " else f"{what} {' '.join(parts)}"


def label(item: Item) -> str:
    """One condition as words: "with a question"."""
    return told([item], "").strip()


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
