"""Values as a sentence writes them: $150,000, $150K, 4.5%, about 20%, sixty cents, 0.5 points."""

from dataclasses import dataclass

from cofounder.models.brief import Fact
from cofounder.models.figures.words import in_words

_SIGNS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}


@dataclass(frozen=True)
class Worded:
    """A derived value in words, and whether rounding changed it."""

    text: str
    exact: bool

    @property
    def hedged(self) -> str:
        """With "about" where rounding changed the value."""
        return self.text if self.exact else f"about {self.text}"


def _trim(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number else number


def plain(value: float, decimals: int = 2) -> str:
    """A number with separators and no needless decimals."""
    if abs(value - round(value)) < 1e-9:
        return f"{round(value):,}"
    if 0 < abs(value) < 0.01:
        return _trim(f"{value:.6f}")
    return _trim(f"{value:,.{decimals}f}")


def money(value: float, currency: str = "USD") -> str:
    """A given amount, exact to the cent: $150,000 or $468.75."""
    sign = _SIGNS.get(currency, f"{currency} ")
    minus = "-" if value < 0 else ""
    value = abs(value)
    if abs(value - round(value)) < 1e-9:
        return f"{minus}{sign}{round(value):,}"
    return f"{minus}{sign}{value:,.2f}"


def percent(rate: float) -> str:
    """A given rate: 4.5%, 0.045%, never 20.0%."""
    value = rate * 100
    if abs(value) >= 0.01 or value == 0:
        return f"{_trim(f'{value:,.2f}')}%"
    return f"{_trim(f'{value:.6f}')}%"


def given(fact: Fact, value: float | None = None) -> str:
    """A fact's value, or another value of the same fact, as given."""
    value = fact.value if value is None else value
    if fact.unit == "usd":
        return money(value, fact.currency)
    if fact.unit == "rate":
        return percent(value)
    if fact.unit in ("days", "hours"):
        unit = fact.unit if value != 1 else fact.unit[:-1]
        return f"{plain(value)} {unit}"
    return plain(value, decimals=6)  # as given: 0.9995 is not 1


def short(fact: Fact, value: float | None = None) -> str:
    """A fact's value for a tight place: $150K, $1.2M where that is the value to three figures."""
    value = fact.value if value is None else value
    if fact.unit == "usd" and value < 0:
        return f"-{short(fact, -value)}"
    if fact.unit == "usd":
        for step, letter in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
            if abs(value) >= step:
                cut = f"{value / step:.3g}"
                if abs(float(cut) * step - value) < 1e-6 and len(cut) <= 5:
                    return f"{_SIGNS.get(fact.currency, fact.currency + ' ')}{cut}{letter}"
    return given(fact, value)


def _round(value: float, fine: bool) -> tuple[float, bool]:
    """Whole units from 10 up, two figures below; `fine` keeps two decimals."""
    magnitude = abs(value)
    if fine:
        cut = round(value, 2)
    elif magnitude >= 10:
        cut = float(round(value))
    else:
        cut = float(f"{value:.2g}")
    return cut, abs(cut - value) < 1e-9


def derived_money(value: float, currency: str = "USD", *, fine: bool = False) -> Worded:
    """A computed amount: $469 (about), $13.33 when fine, $0.60 below a unit."""
    if not fine and abs(value - round(value, 2)) < 1e-9 and abs(value) < 10:
        return Worded(_cents(value, currency), True)
    cut, exact = _round(value, fine or abs(value) < 1)
    if abs(cut) < 10 and not fine and abs(cut - round(cut)) > 1e-9:
        cut, exact = round(value, 2), abs(round(value, 2) - value) < 1e-9
    text = money(cut, currency) if abs(cut - round(cut)) < 1e-9 else _cents(cut, currency)
    return Worded(text, exact)


def _cents(value: float, currency: str) -> str:
    if abs(value - round(value)) < 1e-9:
        return money(value, currency)
    minus = "-" if value < 0 else ""
    return f"{minus}{_SIGNS.get(currency, currency + ' ')}{abs(value):,.2f}"


def derived_percent(rate: float, *, fine: bool = False) -> Worded:
    """A computed share or change, without a sign."""
    value = abs(rate) * 100
    if abs(value * 10 - round(value * 10)) < 1e-7:
        return Worded(f"{_trim(f'{value:,.1f}')}%", True)
    cut, exact = _round(value, fine)
    return Worded(f"{plain(cut)}%", exact)


def derived_count(value: float, *, fine: bool = False) -> Worded:
    """A computed count or ratio."""
    if abs(value - round(value)) < 1e-6:
        return Worded(f"{round(value):,}", True)
    cut, exact = _round(value, fine)
    return Worded(plain(cut), exact)


def points(change: float) -> Worded:
    """A change of a rate in percentage points, without a sign: "0.5 percentage points"."""
    value = abs(change) * 100
    cut = round(value, 2) if value < 1 else round(value, 1)
    exact = abs(cut - value) < 1e-7
    text = _trim(f"{cut:.2f}")
    return Worded(f"{text} percentage point{'' if text == '1' else 's'}", exact)


def percent_in_words(rate: float) -> str | None:
    """ "twenty percent" where the change is a whole number under one hundred."""
    value = abs(rate) * 100
    whole = round(value)
    if 1 <= whole < 100 and abs(value - whole) < 1e-7:
        return f"{in_words(whole)} percent"
    return None


def cents_in_words(amount: float) -> str | None:
    """ "sixty cents" where an amount is a whole number of cents under a dollar."""
    cents = round(amount * 100)
    if 2 <= cents < 100 and abs(amount * 100 - cents) < 0.5 and abs(amount * 100 - cents) < 1e-6 * 100:
        return f"{in_words(cents)} cents"
    return None


def listed(items: list[str], last: str = "and") -> str:
    """Items as a sentence joins them: "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"
