"""The figures that come with a request: checked, named, and turned into facts."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cofounder.business import periods
from cofounder.business.catalogue import Metric as Metric
from cofounder.business.catalogue import canonical as canonical
from cofounder.business.catalogue import currency_of, in_percent, snake
from cofounder.business.catalogue import metric as metric
from cofounder.kit.errors import InputInvalid
from cofounder.models.brief import Base, BaseKind, Fact, Period

MOST_FIGURES = 50
LARGEST = 1e15
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9 _.\-]{0,59}")
WORDED = ("market_position",)  # may be words
PERIOD = "period"  # no figure: what the others describe, where it is not a month
_SPANS = {"month": periods.month, "quarter": periods.quarter, "year": periods.year}
_EARLIER: tuple[tuple[str, BaseKind, str], ...] = (
    ("previous_month_", "previous", "the month before"),
    ("previous_quarter_", "previous", "the quarter before"),
    ("previous_year_", "year_earlier", "the year before"),
    ("last_month_", "previous", "the month before"),
    ("last_quarter_", "previous", "the quarter before"),
    ("last_year_", "year_earlier", "the same month a year before"),
    ("previous_", "previous", "the month before"),
    ("prior_", "previous", "the month before"),
    ("target_", "target", "the target"),
)
PREFIXES = tuple(prefix for prefix, _, _ in _EARLIER)
_AGREES = 0.005  # a growth rate and two revenues agree to half a percent: the rate may be rounded


class MetricInvalid(InputInvalid):
    """A figure in business_metrics does not fit."""

    hint = "Figures are numbers without text around them; a rate is given as a share: 0.045 for 4.5 %."


@dataclass(frozen=True)
class Given:
    """What the request's figures say: facts, what does not fit together, what was assumed, the state they describe."""

    facts: list[Fact]
    conflicts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    state: dict[str, Any] = field(default_factory=dict)


def validate(given: Mapping[str, Any], *, field: str = "business_metrics") -> dict[str, Any]:
    """The figures as given, each checked; null means not given and is left out.

    Raises MetricInvalid listing every field at fault: text or a boolean for a number, not finite, too large, negative
    where nothing can be, a part of a customer, a rate outside 0-1, the same thing said twice with two values, an absurd
    name, too many.
    """
    if len(given) > MOST_FIGURES:
        raise MetricInvalid(f"{len(given)} figures are too many; at most {MOST_FIGURES}.", field=field)
    wrong: list[dict[str, str]] = []
    kept: dict[str, Any] = {}
    seen: dict[str, str] = {}
    for name, value in given.items():
        if value is None:
            continue
        if isinstance(name, str) and snake(name) == PERIOD:  # Period: Quarter
            name, value = PERIOD, value.strip().lower() if isinstance(value, str) else value
        message = _fault(name, value) or _repeats(name, value, seen, kept)
        if message is not None:
            shown = str(name)[:80]
            wrong.append({"field": f"{field}.{shown}", "message": f"{shown or 'An empty name'} {message}"})
            continue
        kept[name] = value
        seen[meaning(name)] = name
    if wrong:
        told = " ".join(each["message"] for each in wrong)
        raise MetricInvalid(told, errors=wrong, hint="Rates are fractions (4.5% is 0.045), amounts are plain numbers.")
    return kept


def _repeats(name: str, value: Any, seen: Mapping[str, str], kept: Mapping[str, Any]) -> str | None:
    other = seen.get(meaning(name))
    if other is None or kept[other] == value:
        return None
    return f"means the same as {other}, but the values differ ({value} and {kept[other]})."


def meaning(name: str) -> str:
    """One key for what a name says, base or value alike."""
    _, label, rest = earlier(name)
    return f"{label}:{canonical(rest)}"


def _fault(name: Any, value: Any) -> str | None:
    """What is wrong with one figure, as a sentence; None when nothing is."""
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        return "is no name for a figure: letters, digits and _ only, at most 60, a letter first."
    if name == PERIOD:
        return None if value in _SPANS else f"is {_shown(value)}; write month, quarter or year."
    known = metric(earlier(name)[2])
    if isinstance(value, str) and known.name in WORDED and 0 < len(value) <= 120:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return f"is {_shown(value)}; a number is wanted."
    if isinstance(value, float) and not math.isfinite(value):
        return "is not a finite number."
    if abs(value) > LARGEST:
        return "is too large to be a figure."
    if known.unit == "count" and not known.custom and value != int(value):
        return f"is {value}; it is counted in whole numbers."
    top = 100.0 if in_percent(name) else known.high
    if known.low is not None and value < known.low:
        return f"is {value}; it cannot be below {known.low:g}." if known.low else f"is {value}; it cannot be negative."
    if top is not None and value > top:
        advice = f" Did you mean {value / 100:g}?" if known.unit == "rate" and value <= 100 else ""
        return f"is {value}; a rate lies between {known.low or 0:g} and {top:g}.{advice}"
    return None


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "text" if isinstance(value, str) else "a list" if isinstance(value, list) else f"a {type(value).__name__}"


def earlier(name: str) -> tuple[BaseKind | None, str, str]:
    """(kind of base, its label, the metric's own name) of a name such as previous_month_revenue; kind None if none."""
    plain = snake(name)
    for prefix, kind, label in _EARLIER:
        if plain.startswith(prefix) and len(plain) > len(prefix):
            return kind, label, plain[len(prefix) :]
    if plain.endswith("_target") and len(plain) > 7:
        return "target", "the target", plain[:-7]
    return None, "", plain


def facts_from_request(given: Mapping[str, Any], *, as_of: date, period: Period | None = None) -> list[Fact]:
    """The request's figures as facts with source "request". See `read_given`."""
    return read_given(given, as_of=as_of, period=period).facts


def read_given(
    given: Mapping[str, Any], *, as_of: date, period: Period | None = None, asked: tuple[str, ...] = ()
) -> Given:
    """The request's figures as facts: earlier values and targets become bases, all of them are "this month".

    `period` is what the request asks about. A month names the figures; the figures of a longer period are its month
    that holds `as_of`, or its last one when it is over, unless `given["period"]` says that they are the whole quarter's
    or year's. Raises MetricInvalid.
    """
    figures = validate(given)
    at, notes = _span_meant(as_of, period, figures.get(PERIOD))
    wanted = {"revenue" if canonical(name) in ("growth", "growth_rate") else canonical(name) for name in asked}
    values: dict[str, Fact] = {}
    for name, value in figures.items():
        kind, _, own = earlier(name)
        if kind is None and not isinstance(value, str):
            known = metric(own)
            values.setdefault(known.name, _fact(name, known, value, at, known.name in wanted))
    values, loose = _with_bases(values, figures, at)
    conflicts = _growth(values, notes)
    return Given([*values.values(), *loose], conflicts, notes, _state(figures, values, at))


def _fact(name: str, known: Metric, value: float, at: Period, asked: bool) -> Fact:
    amount = value / 100 if in_percent(name) else float(value)
    return Fact(
        id=snake(name),
        metric=known.name,
        noun=known.noun,
        value=amount,
        unit=known.unit,
        currency=currency_of(name) if known.custom else "USD",
        period=at,
        asked=asked,
    )


def _with_bases(values: dict[str, Fact], figures: Mapping[str, Any], at: Period) -> tuple[dict[str, Fact], list[Fact]]:
    """The facts with their bases, and a fact of its own for an earlier value that stands alone."""
    based, loose = dict(values), []
    rank: dict[BaseKind, int] = {"target": 0, "year_earlier": 1, "previous": 2}
    found = [(*earlier(name), name, value) for name, value in figures.items()]
    for kind, label, own, name, value in sorted(found, key=lambda each: rank.get(each[0] or "previous", 2)):
        if kind is None or isinstance(value, str):
            continue
        known = metric(own)
        if label == "the month before" and not snake(name).startswith(("previous_month_", "last_month_")):
            label = f"the {at.grain} before"
        elif label == "the same month a year before":
            label = "the year before" if at.grain == "year" else f"the same {at.grain} a year before"
        before = _before(at, kind, label)
        amount = value / 100 if in_percent(name) else float(value)
        if known.name in based and _comparable(known, at, label):
            # the nearest comparison wins: the period before, then a year before, then the target
            base = Base(value=amount, kind=kind, label=label, period=before)
            based[known.name] = based[known.name].model_copy(update={"base": base})
        else:
            alone = _fact(name, known, value, before or at, False)
            loose.append(alone.model_copy(update={"noun": f"{known.noun} {_apart(kind, label)}"}))
    return based, loose


def _comparable(known: Metric, at: Period, label: str) -> bool:
    """Whether the earlier value covers as long a time, which only a flow asks for."""
    return known.adds != "flow" or label.startswith(("the target", "the same")) or label == f"the {at.grain} before"


def _before(at: Period, kind: BaseKind, label: str) -> Period | None:
    """The days of an earlier value; None for a target."""
    if kind == "target":
        return None
    if kind == "previous" or label == "the year before":
        span = label.split()[1]
        return periods.previous(at if span == at.grain else _SPANS[span](at.start))
    return periods.year_earlier(at)


def _apart(kind: BaseKind, label: str) -> str:
    return "target" if kind == "target" else label


def _growth(values: dict[str, Fact], notes: list[str]) -> list[str]:
    """Take a given growth rate out of the facts when two revenues say it already; the conflicts, as sentences."""
    given, revenue = values.get("growth_rate"), values.get("revenue")
    if given is None or revenue is None or revenue.base is None or revenue.base.kind == "target":
        return []
    if revenue.base.value <= 0:
        return []
    computed = revenue.value / revenue.base.value - 1
    del values["growth_rate"]  # derived from the two revenues where a text needs it
    if abs(computed - given.value) <= _AGREES:
        return []
    notes.append("The growth rate given is left out; growth is computed from the two revenues.")
    return [
        f"growth_rate is given as {given.value:.1%}, but revenue of {money(revenue.value)} after "
        f"{money(revenue.base.value)} is a change of {computed:.1%}."
    ]


def money(value: float, currency: str = "USD") -> str:
    """An amount as a sentence writes it: $150,000 or $468.75."""
    sign = {"USD": "$", "EUR": "€", "GBP": "£"}.get(currency, f"{currency} ")
    digits = f"{abs(value):,.0f}" if abs(value - round(value)) < 0.005 or abs(value) >= 1000 else f"{abs(value):,.2f}"
    return f"{'-' if value < 0 else ''}{sign}{digits}"


def _span_meant(as_of: date, period: Period | None, grain: str | None) -> tuple[Period, list[str]]:
    if grain in (None, "month"):
        return _month_meant(as_of, period)
    at = period if period is not None and period.grain == grain else _SPANS[str(grain)](as_of)
    return at.model_copy(update={"provisional": at.end > as_of}), []


def _month_meant(as_of: date, period: Period | None) -> tuple[Period, list[str]]:
    now = periods.month(as_of)
    this = now.model_copy(update={"label": "this month"})
    if period is None or period.start <= as_of <= period.end:
        return this, []
    if period.grain == "month":
        return period, []
    last = periods.months_in(period)
    if period.end < as_of and last:
        note = f"The figures are taken as those of {last[-1].label}, the last month of {period.label}."
        return last[-1], [note]
    return this, [f"The figures are this month's ({now.label}); the request asks about {period.label}."]


def _state(figures: Mapping[str, Any], values: Mapping[str, Fact], at: Period) -> dict[str, Any]:
    """The business state in the names that examples use. It is a month's: what adds up over longer is no part of it."""
    monthly = at.grain == "month"
    state: dict[str, Any] = {
        fact_state(fact): fact.value for fact in values.values() if monthly or metric(fact.metric).adds != "flow"
    }
    revenue = values.get("revenue")
    if monthly and revenue is not None and revenue.base is not None and revenue.base.kind == "previous":
        state["previous_revenue"] = revenue.base.value
        if revenue.base.value > 0:
            state["growth_rate"] = round(revenue.value / revenue.base.value - 1, 6)
    for name in figures:
        if isinstance(figures[name], str) and name != PERIOD:
            state[snake(name)] = figures[name]
    return state


def fact_state(fact: Fact) -> str:
    """The name a fact's metric has in a business state."""
    return metric(fact.metric).state
