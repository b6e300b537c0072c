"""Figures and changes as sentences write them: rounded, with the base named and no cause. Pure."""

from decimal import ROUND_HALF_UP, Decimal

from cofounder.business import periods
from cofounder.business.metrics import money
from cofounder.models.brief import Fact, Period, Unit

_PLURAL = ("s", "people", "staff")
_BANDS: tuple[tuple[float, str, str], ...] = (
    (0.005, "was flat at", "was flat at"),
    (0.02, "edged up", "edged down"),
    (0.05, "ticked up", "eased"),
    (0.12, "rose", "fell"),
    (0.30, "jumped", "dropped"),
    (0.80, "surged", "plunged"),
    (float("inf"), "shot up", "tumbled"),
)


def amount(value: float, unit: Unit, currency: str = "USD") -> str:
    """A given figure: $150,000, 4.5%, 320, 12 days. Exact figures stay exact; odd ones keep two decimals."""
    if unit == "usd":
        computed = abs(value - half_up(value, 2)) > 1e-9
        return each(value, unit, currency) if computed else money(value, currency)
    if unit == "rate":
        return f"{trimmed(value * 100, 2)}%"
    shown = f"{value:,.0f}" if abs(value - round(value)) < 1e-9 else f"{value:,.2f}"
    return f"{shown} {unit}" if unit in ("days", "hours") else shown


def lacks(noun: str, over: Period, days: int) -> str:
    """That a period's figure is made of fewer days than it has."""
    have = "has" if days == 1 else "have"
    return f"{over.label} is partial for {noun}: {days} of its {periods.days(over)} days {have} no figure."


def share(value: float) -> str:
    """A derived percentage without sign: whole from 10 up, one decimal below; "about" where it was rounded."""
    percent = abs(value) * 100
    rounded = half_up(percent, 0 if percent >= 10 else 1)
    exact = abs(percent - rounded) < 1e-9 or abs(percent - half_up(percent, 1)) < 1e-9
    if exact:
        return f"{trimmed(percent, 1)}%"
    return f"about {trimmed(rounded, 1)}%"


def points(value: float) -> str:
    """A change of a rate in percentage points, without sign: whole from 10 up, two figures below."""
    size = abs(value) * 100
    rounded = half_up(size, 0 if size >= 10 else 1 if size >= 1 else 2)
    about = "" if abs(size - rounded) < 1e-9 else "about "
    shown = trimmed(rounded, 2)
    return f"{about}{shown} {'point' if shown == '1' else 'points'}"


def each(value: float, unit: Unit, currency: str = "USD") -> str:
    """A derived amount: whole units from 10 up, two decimals below, "about" where rounded."""
    rounded = half_up(value, 0 if abs(value) >= 10 else 2)
    exact = abs(value - half_up(value, 2)) < 1e-9
    shown = half_up(value, 2) if exact else rounded
    text = money(shown, currency) if unit == "usd" else amount(shown, "count")
    return text if exact else f"about {text}"


def half_up(value: float, digits: int) -> float:
    """Rounded as people round: halves away from zero."""
    return float(Decimal(repr(value)).quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP))


def trimmed(value: float, digits: int) -> str:
    text = f"{half_up(value, digits):,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def comparable(value: float, base: float) -> bool:
    """Whether a percentage change means anything: both above zero, the base not near it."""
    return value > 0 and base > 0 and value / base < 100


def verb(change: float) -> str:
    """The verb for a relative change, by its size."""
    for limit, up, down in _BANDS:
        if abs(change) < limit:
            return up if change >= 0 else down
    raise AssertionError("the last band has no limit")


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def was(noun: str) -> str:
    """Nouns of countable things take "were"."""
    return "were" if noun.endswith(_PLURAL) else "was"


def of_period(fact: Fact) -> str:
    """ " in October 2026", " this month", or nothing."""
    if fact.period is None:
        return ""
    return f" {within(fact.period)}"


def within(period: Period) -> str:
    """ "in October 2026", "on 22 November 2026", "this month"."""
    if period.label.startswith(("this ", "last ")):
        return period.label
    return f"{'on' if period.grain == 'day' else 'in'} {period.label}"


def of_base(fact: Fact) -> str:
    """ "in October 2025", "the month before (September 2026)"; nothing without a base."""
    base = fact.base
    if base is None:
        return ""
    if base.label.startswith(("the ", "last ")):
        named = base.period is not None and fact.period is not None and not fact.period.label.startswith("this ")
        return f"{base.label} ({base.period.label})" if named and base.period else base.label
    return f"in {base.label}"


def state(fact: Fact) -> str:
    """A value by itself: "Customers were 462 in October 2026."."""
    return f"{capital(fact.noun)} {was(fact.noun)} {amount(fact.value, fact.unit, fact.currency)}{of_period(fact)}."


def apart(fact: Fact) -> str:
    """Why a value stands alone: "Revenue is not compared: October 2026 is in EUR, this figure in USD."."""
    return (
        f"{capital(fact.noun)} {_is(fact.noun)} not compared: {fact.not_compared}, "
        f"{'these figures' if _is(fact.noun) == 'are' else 'this figure'} in {fact.currency}."
    )


def _is(noun: str) -> str:
    return "are" if was(noun) == "were" else "is"


def compare(fact: Fact) -> str:
    """A value beside its base: "Revenue jumped 20% to $150,000 this month, from $125,000 the month before."."""
    base = fact.base
    if base is None:
        return state(fact)
    now = amount(fact.value, fact.unit, fact.currency)
    before = amount(base.value, fact.unit, fact.currency)
    if base.kind == "target":
        return _against_target(fact, now, before)
    if fact.unit == "rate":
        return _in_points(fact, now, before)
    when, then = of_period(fact), of_base(fact)
    if not comparable(fact.value, base.value):
        return f"{capital(fact.noun)} {was(fact.noun)} {now}{when}; {then} it was {before}."
    change = fact.value / base.value - 1
    word = verb(change)
    if word.endswith(" at"):
        return f"{capital(fact.noun)} {was(fact.noun)} flat at {now}{when}, against {before} {then}."
    return f"{capital(fact.noun)} {word} {share(change)} to {now}{when}, from {before} {then}."


def _against_target(fact: Fact, now: str, target: str) -> str:
    assert fact.base is not None
    gap = fact.value - fact.base.value
    if abs(gap) < 1e-9:
        return f"{capital(fact.noun)} {was(fact.noun)} {now}{of_period(fact)}, exactly the target."
    size = points(gap) if fact.unit == "rate" else each(abs(gap), fact.unit, fact.currency)
    side = "above" if gap > 0 else "below"
    return f"{capital(fact.noun)} {was(fact.noun)} {now}{of_period(fact)}, {size} {side} the target of {target}."


def _in_points(fact: Fact, now: str, before: str) -> str:
    assert fact.base is not None
    gap = fact.value - fact.base.value
    when, then = of_period(fact), of_base(fact)
    if now == before:
        return f"{capital(fact.noun)} was {now}{when}, as it was {then}."
    side = "up" if gap > 0 else "down"
    return f"{capital(fact.noun)} was {now}{when}, {side} {points(gap)} from {before} {then}."
