"""The closed list of what may be computed from given figures, and nothing else.

Difference, percentage change, points, ratio, rate x base, share, complement, 1 in n, multiple, value of a point.
A derivation may rest on one derived value, no deeper.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cofounder.models.brief import Base, Fact

DerivedKind = Literal[
    "difference", "change", "points", "ratio", "product", "share", "complement", "one_in", "multiple", "point_value"
]
DerivedUnit = Literal["usd", "count", "rate", "points", "ratio"]

# rate -> (the counts it may be taken of, what the product counts)
RATE_OF: dict[str, tuple[tuple[str, ...], str]] = {
    "conversion_rate": (("traffic", "visits", "sessions", "website_traffic"), "conversions"),
    "bounce_rate": (("traffic", "visits", "sessions"), "bounces"),
    "churn_rate": (("customers", "users", "subscribers"), "customers lost"),
    "open_rate": (("emails_sent", "emails", "recipients", "subscribers"), "opens"),
    "click_rate": (("emails_sent", "emails", "recipients", "impressions", "views"), "clicks"),
    "click_through_rate": (("impressions", "views", "emails_sent"), "clicks"),
    "engagement_rate": (("impressions", "views"), "engagements"),
    "gross_margin": (("revenue",), "gross profit"),
}
CHANGE_METRICS = frozenset({"growth_rate", "revenue_growth", "growth"})


@dataclass(frozen=True)
class Derived:
    """A value computed from facts: rates and points as 0-1, `derivation` as a person could redo it."""

    value: float
    unit: DerivedUnit
    facts: tuple[str, ...]
    derivation: str
    rounding: Literal["exact", "about"]
    kind: DerivedKind
    noun: str  # "conversions", "revenue per customer"
    metrics: frozenset[str]
    depth: int = 1
    currency: str = "USD"


def plain(value: float) -> str:
    """A number as a formula shows it: 150,000 or 0.045."""
    if value == int(value) and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:,.6f}".rstrip("0").rstrip(".") if abs(value) < 1000 else f"{value:,.2f}"


def is_rate(fact: Fact) -> bool:
    return fact.unit == "rate"


def changeable(value: float, base: float) -> bool:
    """Whether a percentage change means anything: both on the same side of zero, the base not near it."""
    return value > 0 and base > 0 and base > abs(value - base) * 1e-6


def _rounding(value: float) -> Literal["exact", "about"]:
    """Exact when the value has at most two decimals (in percent for rates: one)."""
    return "exact" if abs(value * 100 - round(value * 100)) < 1e-7 else "about"


def _rate_rounding(value: float) -> Literal["exact", "about"]:
    return "exact" if abs(value * 1000 - round(value * 1000)) < 1e-9 else "about"


def _changes(fact: Fact, base: Base) -> list[Derived]:
    found: list[Derived] = []
    ids, metrics = (fact.id,), frozenset({fact.metric})
    gap = fact.value - base.value
    if is_rate(fact):
        formula = f"{plain(fact.value * 100)}% - {plain(base.value * 100)}%"
        found.append(Derived(gap, "points", ids, formula, _rate_rounding(gap), "points", fact.noun, metrics))
        return found
    unit: DerivedUnit = "usd" if fact.unit == "usd" else "count"
    formula = f"{plain(fact.value)} - {plain(base.value)}"
    found.append(
        Derived(gap, unit, ids, formula, _rounding(gap), "difference", fact.noun, metrics, currency=fact.currency)
    )
    if changeable(fact.value, base.value):
        change = gap / base.value
        found.append(
            Derived(
                change,
                "rate",
                ids,
                f"({formula}) / {plain(base.value)}",
                _rate_rounding(change),
                "change",
                fact.noun,
                metrics,
            )
        )
        times = fact.value / base.value
        found.append(
            Derived(
                times,
                "ratio",
                ids,
                f"{plain(fact.value)} / {plain(base.value)}",
                _rounding(times),
                "multiple",
                fact.noun,
                metrics,
            )
        )
        part = abs(gap) / max(fact.value, base.value)
        whole = plain(max(fact.value, base.value))
        found.append(
            Derived(
                part,
                "rate",
                ids,
                f"{plain(abs(gap))} / {whole}",
                _rate_rounding(part),
                "share",
                fact.noun,
                metrics,
                depth=2,
            )
        )
        if part >= 0.01:
            found.append(_one_in(part, ids, f"{whole} / {plain(abs(gap))}", fact.noun, metrics, depth=2))
    return found


def _one_in(rate: float, ids: tuple[str, ...], formula: str, noun: str, metrics: frozenset[str], depth: int) -> Derived:
    return Derived(1 / rate, "ratio", ids, formula, _rounding(1 / rate), "one_in", noun, metrics, depth=depth)


def _of_rate(fact: Fact) -> list[Derived]:
    if not is_rate(fact) or not 0 < fact.value < 1 or fact.metric in CHANGE_METRICS:
        return []
    ids, metrics, percent = (fact.id,), frozenset({fact.metric}), plain(fact.value * 100)
    rest = 1 - fact.value
    return [
        Derived(rest, "rate", ids, f"100% - {percent}%", _rate_rounding(rest), "complement", fact.noun, metrics),
        _one_in(fact.value, ids, f"100 / {percent}", fact.noun, metrics, depth=1),
    ]


def together(one: Fact, other: Fact) -> bool:
    """Whether two facts may be divided: the same period where both name one, the same kind, no causes."""
    if one.kind != "observed" or other.kind != "observed" or one.confidential or other.confidential:
        return False
    if one.period and other.period:
        return (one.period.start, one.period.end) == (other.period.start, other.period.end)
    return True


def product_of(rate: Fact, base: Fact) -> Derived | None:
    """rate x base, such as conversions from a conversion rate and visits; None where the rate is not of that base."""
    if rate.metric not in RATE_OF or base.metric not in RATE_OF[rate.metric][0] or not together(rate, base):
        return None
    value = rate.value * base.value
    formula = f"{plain(base.value)} x {plain(rate.value * 100)}%"
    unit: DerivedUnit = "usd" if base.unit == "usd" else "count"
    return Derived(
        value,
        unit,
        (base.id, rate.id),
        formula,
        "exact" if abs(value - round(value)) < 1e-6 else "about",
        "product",
        RATE_OF[rate.metric][1],
        frozenset({rate.metric, base.metric, RATE_OF[rate.metric][1]}),
        currency=base.currency,
    )


def _of_product(made: Derived, rate: Fact, base: Fact, facts: Sequence[Fact]) -> list[Derived]:
    rest, point = base.value - made.value, base.value * 0.01
    found = [
        Derived(
            rest,
            made.unit,
            made.facts,
            f"{plain(base.value)} - {plain(round(made.value, 2))}",
            _rounding(rest),
            "complement",
            base.noun,
            made.metrics,
            depth=2,
            currency=base.currency,
        ),
        Derived(
            point,
            made.unit,
            (base.id,),
            f"{plain(base.value)} x 1%",
            _rounding(point),
            "point_value",
            made.noun,
            made.metrics,
            currency=base.currency,
        ),
    ]
    for fact in facts:
        if fact.id in made.facts or is_rate(fact) or not together(fact, base) or not made.value or not fact.value:
            continue
        found += _ratios_of(
            fact.value, fact.unit, fact.noun, fact.metric, fact.id, made, made.value, made.noun, fact.currency
        )
    return found


def _ratios_of(
    value: float,
    unit: str,
    noun: str,
    metric: str,
    fact_id: str,
    made: Derived,
    below: float,
    below_noun: str,
    currency: str,
) -> list[Derived]:
    metrics = made.metrics | {metric}
    ids = (fact_id, *made.facts)
    found = []
    if unit in ("usd", "count") and made.unit == "count":
        each = value / below
        formula = f"{plain(value)} / {plain(round(below, 2))}"
        found.append(
            Derived(
                each,
                "usd" if unit == "usd" else "ratio",
                ids,
                formula,
                _rounding(each),
                "ratio",
                f"{noun} per {below_noun}",
                metrics,
                depth=2,
                currency=currency,
            )
        )
    if unit == "count" and made.unit == "count":
        each = below / value
        formula = f"{plain(round(below, 2))} / {plain(value)}"
        found.append(
            Derived(each, "ratio", ids, formula, _rounding(each), "ratio", f"{below_noun} per {noun}", metrics, depth=2)
        )
    return found


def ratio_of(top: Fact, below: Fact) -> Derived | None:
    """top / below for two amounts of one period; None for rates, for zero and for things that do not divide."""
    if top.id == below.id or below.value <= 0 or top.value <= 0 or not together(top, below):
        return None
    if top.unit not in ("usd", "count") or below.unit not in ("usd", "count"):
        return None
    if top.unit == "usd" and below.unit == "usd" and top.currency != below.currency:
        return None
    if top.unit == "count" and below.unit == "usd" and "spend" not in below.metric and "cost" not in below.metric:
        return None  # "visits per dollar of revenue" divides the wrong way round
    value = top.value / below.value
    unit: DerivedUnit = "usd" if top.unit == "usd" and below.unit == "count" else "ratio"
    return Derived(
        value,
        unit,
        (top.id, below.id),
        f"{plain(top.value)} / {plain(below.value)}",
        _rounding(value),
        "ratio",
        f"{top.noun} per {below.noun}",
        frozenset({top.metric, below.metric}),
        currency=top.currency,
    )


def _shares(top: Fact, below: Fact) -> list[Derived]:
    if top.unit != below.unit or top.value >= below.value:
        return []
    part = top.value / below.value
    ids, metrics = (top.id, below.id), frozenset({top.metric, below.metric})
    formula = f"{plain(top.value)} / {plain(below.value)}"
    found = [
        Derived(part, "rate", ids, formula, _rate_rounding(part), "share", f"{top.noun} of {below.noun}", metrics),
        _one_in(part, ids, f"{plain(below.value)} / {plain(top.value)}", top.noun, metrics, depth=1),
    ]
    if top.unit == "usd":
        gap = below.value - top.value
        found.append(
            Derived(
                gap,
                "usd",
                ids,
                f"{plain(below.value)} - {plain(top.value)}",
                _rounding(gap),
                "difference",
                f"{below.noun} less {top.noun}",
                metrics,
                currency=top.currency,
            )
        )
    return found


def _base_ratio(top: Fact, below: Fact) -> Derived | None:
    """The same ratio in the period before, when both facts name the same base."""
    if not (top.base and below.base) or (top.base.kind, top.base.label) != (below.base.kind, below.base.label):
        return None
    return ratio_of(
        top.model_copy(update={"value": top.base.value}), below.model_copy(update={"value": below.base.value})
    )


def derive(facts: Sequence[Fact]) -> list[Derived]:
    """Everything the closed list allows from these facts. Forecasts and confidential facts derive nothing."""
    usable = [fact for fact in facts if fact.kind == "observed" and not fact.confidential]
    found: list[Derived] = []
    for fact in usable:
        if fact.base is not None:
            found += _changes(fact, fact.base)
        found += _of_rate(fact)
    for top in usable:
        for below in usable:
            if top.id == below.id:
                continue
            made = product_of(top, below)
            if made is not None:
                found.append(made)
                found += _of_product(made, top, below, usable)
            ratio = ratio_of(top, below)
            if ratio is not None:
                found.append(ratio)
                found += _shares(top, below)
                earlier = _base_ratio(top, below)
                if earlier is not None:
                    found.append(earlier)
    return found
