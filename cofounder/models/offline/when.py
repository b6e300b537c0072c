"""The period of a text in words: in full once, then shortly; and what came before it."""

from dataclasses import dataclass

from cofounder.models.brief import Base, Brief, Period
from cofounder.models.offline.views import View

_GRAIN_FROM_ID = (("month", "month"), ("quarter", "quarter"), ("week", "week"), ("year", "year"), ("daily", "day"))


@dataclass(frozen=True)
class When:
    """How sentences name the period: in full once, then shortly."""

    full: tuple[str, ...]  # adverbials that mean the same, one drawn for a text: "in Q4 2025"
    short: tuple[str, ...]
    noun: str  # "month"
    label: str  # "Q4 2025"
    part: bool  # the figures cover a part of what was asked for


def when_of(brief: Brief, lead: View | None) -> When:
    """The period of the lead's figures, and whether it is only a part of the period asked about."""
    own = lead.fact.period if lead else None
    asked = brief.period
    noun = _noun(own, lead, asked, _grains(brief))
    if own is not None and asked is not None and not same_days(own, asked) and _within(own, asked):
        place = "last" if own.end == asked.end else "first" if own.start == asked.start else "middle"
        named = _adverbial(own.label)
        if own.grain == "month" and asked.grain == "quarter" and own.label[:1].isupper():
            short = own.label.split(" ")[0]
            return When(_month_in(short, place, asked.label), (f"in {short}", f"that {noun}"), noun, asked.label, True)
        return When(_parts(named, noun, asked.label), (named,), noun, asked.label, True)
    if own is not None:
        named = _adverbial(own.label)
        again = "on the day" if noun == "day" else f"in the {noun}"
        return When((named,), (named if named.startswith("this") else again,), noun, own.label, False)
    if asked is not None and noun and noun != asked.grain and noun != "period":
        return When(_parts(f"this {noun}", noun, asked.label), (f"this {noun}",), noun, asked.label, True)
    if asked is not None:
        named = _adverbial(asked.label)
        return When((named,), (named if named.startswith("this") else f"in the {noun}",), noun, asked.label, False)
    if noun != "period":
        return When((f"this {noun}",), (f"this {noun}",), noun, "", False)
    return When(("",), ("",), "period", "", False)


def _month_in(month: str, place: str, label: str) -> tuple[str, ...]:
    """Ways to say a month that is a part of the period asked about."""
    return (
        f"in {month}, the {place} month of {label}",
        f"in {month} (the {place} month of {label})",
        f"in the {place} month of {label}, {month}",
        f"in {label}'s {place} month, {month}",
        f"in {month}, one month of {label}",
        f"in {month}, within {label}",
        f"in {month} as the {place} month of {label}",
        f"during {month}, the {place} month of {label}",
    )


def _parts(named: str, noun: str, label: str) -> tuple[str, ...]:
    """Ways to say that a figure covers one part of the period asked about."""
    return (
        f"{named}, part of {label}",
        f"{named} (part of {label})",
        f"in one {noun} of {label}",
        f"in a single {noun} of {label}",
        f"within one {noun} of {label}",
        f"in one of the {noun}s of {label}",
        f"{named}, one {noun} within {label}",
        f"in a {noun} of {label}",
    )


def _grains(brief: Brief) -> set[str]:
    """The grains that the names of the facts tell: "revenue_monthly" is a month's."""
    names = [f"{fact.id} {fact.base.label if fact.base else ''}".lower() for fact in brief.facts if not fact.period]
    return {grain for name in names for mark, grain in _GRAIN_FROM_ID if mark in name}


def _noun(own: Period | None, lead: View | None, asked: Period | None, others: set[str]) -> str:
    if own is not None:
        return own.grain if own.grain != "range" else "period"
    if lead is not None:
        label = f"{lead.id} {lead.base.label if lead.base else ''}".lower()
        for mark, grain in _GRAIN_FROM_ID:
            if mark in label:
                return grain
    if others & {"month", "week", "day"}:
        return min(others & {"month", "week", "day"}, key=("day", "week", "month").index)
    if asked is not None:
        return asked.grain if asked.grain != "range" else "period"
    return "period"


def same_days(one: Period, other: Period) -> bool:
    return (one.start, one.end) == (other.start, other.end)


def _within(one: Period, other: Period) -> bool:
    return other.start <= one.start and one.end <= other.end


def _adverbial(label: str) -> str:
    first = label.split(" ")[0].lower()
    if first in ("this", "last", "the", "today", "yesterday", "since", "in", "on", "from"):
        return label if first != "the" else f"in {label}"
    return f"on {label}" if label[:4].isdigit() and label.count("-") == 2 else f"in {label}"


def before_of(base: Base, noun: str) -> tuple[str, str]:
    """A base as an adverbial and as a noun phrase: ("in Q3 2025", "Q3 2025"), ("the month before", ...)."""
    label = base.label.strip() or f"the {noun} before"
    if base.kind == "target":
        return "", label if label.startswith("the ") else f"the {label}" if label.islower() else label
    low = label.lower()
    if low.startswith(("the same ", "the year", "a year", "one year")) and "before" not in low and "earlier" not in low:
        return f"in {label}", label
    if low.startswith(("the ", "a ", "one ", "last ", "previous")):
        if low.startswith("previous"):
            label = f"the {label}"
        if low == "the period before" and noun not in ("period", "range"):
            label = f"the {noun} before"
        return label, label
    return f"in {label}", label
