"""Which values a metric of the company can have at all: whole counts, nothing below zero, rates of 0 to 1. Pure."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cofounder.business.catalogue import in_percent
from cofounder.business.imports.schemas import Figure
from cofounder.business.metrics import earlier, metric

if TYPE_CHECKING:
    import polars as pl

Wrong = tuple[str, str, "pl.Series"]  # code, reason, mask of the rows
_PART = 1e-6  # of a whole; less is what binary makes of a decimal


@dataclass(frozen=True)
class _Rule:
    """A count is whole and not negative; a rate lies between its ends, of which one may be open."""

    counted: bool
    low: float | None = None
    high: float | None = None


def of_column(figure: Figure, values: "pl.Series") -> list[Wrong]:
    """What in a column of one metric is no value of it.

    A unit that a person chose is not judged by the metric's own, except where the metric is a share whatever is chosen.
    """
    rule = _rule(figure.metric_type)
    chosen = figure.unit not in (None, metric(earlier(figure.metric_type)[2]).unit)
    return [] if rule is None or (chosen and not is_share(figure.metric_type)) else _wrong(rule, values)


def is_share(name: str) -> bool:
    """Whether a metric that the product knows is a share of 1, which others write in percent."""
    known = metric(name)
    return known.unit == "rate" and known.high == 1 and not known.custom


def of_rows(names: "pl.Series", values: "pl.Series") -> list[Wrong]:
    """The same where each row names its metric."""
    import polars as pl

    by_rule: dict[_Rule, list[str]] = {}
    for name in names.unique().drop_nulls().to_list():
        if (rule := _rule(name)) is not None:
            by_rule.setdefault(rule, []).append(name)
    found = []
    for rule, those in by_rule.items():
        mine = names.is_in(pl.Series(those, dtype=pl.String).implode()).fill_null(value=False)
        found += [(code, reason, rows & mine) for code, reason, rows in _wrong(rule, values)]
    return found


def _rule(name: str) -> _Rule | None:
    """Money may be below zero, as refunds make it; a count under a name that is only the company's own may be a mean."""
    known = metric(earlier(name)[2])
    if known.unit == "count" and not known.custom:
        return _Rule(counted=True)
    if known.unit == "rate":
        return _Rule(False, known.low, 100.0 if in_percent(name) and known.high is not None else known.high)
    return None


def _wrong(rule: _Rule, values: "pl.Series") -> list[Wrong]:
    if rule.counted:
        part = ((values - values.round()).abs() > _PART) & (values >= 0)
        return [
            ("negative", "A count is never negative.", (values < 0).fill_null(value=False)),
            ("not_whole", "A count is a whole number.", part.fill_null(value=False)),
        ]
    found: list[Wrong] = []
    if rule.low is not None:
        said = f"It lies below {rule.low:g}, the least that this rate can be."
        found.append(("out_of_range", said, (values < rule.low).fill_null(value=False)))
    if rule.high is not None:
        said = f"It lies above {rule.high:g}, the most that this rate can be. A percentage is a share or has its sign: 0.045 or 4.5%."
        found.append(("out_of_range", said, (values > rule.high).fill_null(value=False)))
    return found
