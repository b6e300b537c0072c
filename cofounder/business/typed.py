"""Figures as a person types them, "conversion_rate = 4.5%", become the numbers that a program would send. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cofounder.business.catalogue import Metric, currency_of, in_percent, metric, snake
from cofounder.business.metrics import PERIOD, WORDED, MetricInvalid, earlier
from cofounder.models.figures.written import readings, worth

_HINT = "Write amounts as 150,000 or 150000.50, rates as 4.5% or 0.045."
_PARTED = re.compile(r"\s*[=:]\s*")
_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "mn": 1e6, "million": 1e6, "bn": 1e9, "b": 1e9, "billion": 1e9}
_OF_SIGN = {
    "us$": "USD", "$": "USD", "usd": "USD", "dollars": "USD", "€": "EUR", "eur": "EUR", "euros": "EUR", "euro": "EUR",
    "£": "GBP", "gbp": "GBP", "pounds": "GBP",
}  # fmt: skip
_SIGN = "|".join(re.escape(sign) for sign in _OF_SIGN)
_NUMBER = re.compile(
    rf"(?P<minus>[-−+])?\s*(?P<before>{_SIGN})?\s*(?P<after>[-−+])?\s*(?P<digits>\.?\d(?:.*\d)?\.?)"
    rf"\s*(?P<scale>{'|'.join(_SCALES)})?\s*(?P<percent>%|percent|per cent)?\s*(?P<behind>{_SIGN})?",
    re.IGNORECASE,
)


class _Unclear(ValueError):
    """What is wrong with one value, as the rest of a sentence that begins with its name."""


@dataclass(frozen=True)
class _Written:
    """A value in its parts: `digits` as typed, without sign, currency and scale."""

    digits: str
    negative: bool
    scale: float | None
    percent: bool
    currencies: tuple[str, ...]


def lines(text: str) -> list[tuple[str, str]]:
    """(name, value) of every line that holds anything: "name = value", "name: value" or "name value"."""
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        parts = _PARTED.split(line, maxsplit=1) if _PARTED.search(line) else line.split(maxsplit=1)
        found.append((parts[0].strip(), parts[1].strip() if len(parts) > 1 else ""))
    return found


def read(given: Iterable[tuple[str, str]], *, field: str) -> dict[str, Any]:
    """The figures, each with its number: "4.5%" is 0.045 and "$150,000" is 150000.

    Raises MetricInvalid naming every one that is no number, may be read in two ways, or is given twice.
    """
    found: dict[str, Any] = {}
    wrong: list[dict[str, str]] = []
    for name, value in given:
        name = PERIOD if snake(name) == PERIOD else name  # Period = Quarter
        try:
            if name in found:
                raise _Unclear("is given twice.")
            found[name] = _value(name, value)
        except _Unclear as error:
            wrong.append({"field": f"{field}.{name[:80]}", "message": f"{name[:80] or 'An empty name'} {error}"})
    if wrong:
        told = " ".join(each["message"] for each in wrong)
        raise MetricInvalid(told, field=wrong[0]["field"] if len(wrong) == 1 else None, errors=wrong, hint=_HINT)
    return found


def _value(name: str, value: str) -> float | int | str:
    if name == PERIOD:
        return value.lower()
    written = _parts(value)
    if written is None:
        if metric(earlier(name)[2]).name in WORDED and value:
            return value
        raise _Unclear(f"is {_quoted(value)}; a number is wanted.")
    for currency in written.currencies:
        if currency != currency_of(name):
            raise _Unclear(f"is {_quoted(value)}, but it is kept in {currency_of(name)}.")
    amount = worth(written.digits, percent=written.percent, scaled=written.scale is not None)
    if amount is None:
        raise _Unclear(_two_ways(value, written))
    amount = round((-amount if written.negative else amount) * (written.scale or 1.0), 12)
    if written.percent:
        amount = _share(name, value, amount)
    return int(amount) if amount.is_integer() else amount


def _share(name: str, value: str, percentage: float) -> float:
    """A percentage as its figure is kept: a hundredth, unless the name itself says percent."""
    known = metric(earlier(name)[2])
    if not known.custom and known.unit not in ("rate", "score"):
        raise _Unclear(
            f"is {_quoted(value)}, but it is no rate: write {_WHOLE.get(known.unit, 'the number')} without a percent sign."
        )
    if known.custom and known.unit not in ("rate", "ratio"):
        raise _Unclear(_no_share(name, value, known))
    share = round(percentage / 100, 12)
    if (known.low is not None and share < known.low) or (known.high is not None and share > known.high):
        raise _Unclear(f"is {_quoted(value)}; a rate lies between {known.low or 0:.0%} and {known.high or 1:.0%}.")
    return percentage if in_percent(name) else share


_WHOLE = {
    "usd": "the amount",
    "count": "how many it is",
    "score": "the score",
    "days": "the days",
    "hours": "the hours",
}
_KIND = {"usd": "money", "count": "a count", "score": "a score", "days": "days", "hours": "hours"}


def _no_share(name: str, value: str, known: Metric) -> str:
    """A percentage of something that by its name is none: 12% users is 0.12 of nothing."""
    return (
        f"is {_quoted(value)}, but by its name it is {_KIND[known.unit]}: write {_WHOLE[known.unit]} without a percent sign, "
        f"or name the share, as in {snake(name)[:80]}_rate."
    )


def _two_ways(value: str, written: _Written) -> str:
    both = readings(written.digits)
    if both is None:
        return f"is {_quoted(value)}; a number is wanted."
    sign = "%" if written.percent else ""
    return f"is {_quoted(value)}, which may mean {both[0]}{sign} or {both[1]}{sign}: write it as one of these."


def _quoted(value: str) -> str:
    return repr(value if len(value) <= 40 else value[:39] + "…") if value else "empty"


def _parts(value: str) -> _Written | None:
    found = _NUMBER.fullmatch(value)
    if found is None or re.search(r"[^\W\d_]", re.sub(r"(?<=\d)[eE](?=[+-]?\d)", "", found["digits"])):
        return None
    signs = [found["before"], found["behind"]]
    return _Written(
        digits=found["digits"],
        negative=(found["minus"] or found["after"] or "+") in "-−",
        scale=_SCALES[found["scale"].lower()] if found["scale"] else None,
        percent=bool(found["percent"]),
        currencies=tuple(_OF_SIGN[sign.lower()] for sign in signs if sign),
    )
