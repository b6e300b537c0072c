"""What a post's figures stand at: each by the newest reading, or the first, that tells it, as SQL over readings `a`.

Counters grow, and no reading has to tell all of them. What is told of several figures together is of one reading: a rate
of two ages is one that nobody read.
"""

from collections.abc import Iterable

_SHOWN, _PARTS_OF = "coalesce(a.views, a.impressions)", "num_nonnulls(a.clicks, a.shares, a.comments) > 0"
_ENGAGED = "coalesce(a.clicks, 0) + coalesce(a.shares, 0) + coalesce(a.comments, 0)"
_RATED, _PAID = f"{_PARTS_OF} AND {_SHOWN} IS NOT NULL", f"a.revenue IS NOT NULL AND {_SHOWN} IS NOT NULL"
_CONVERTED = "num_nulls(a.conversions, a.clicks) = 0"
# Name -> what it is, of which readings, and which of those come first whatever their time.
_TOGETHER = {
    "engaged": (_ENGAGED, _PARTS_OF, ""),
    "rated_engaged": (_ENGAGED, _RATED, ""),
    "rated_views": (_SHOWN, _RATED, ""),
    "paid_revenue": ("a.revenue", _PAID, ""),
    "paid_views": (_SHOWN, _PAID, ""),
    "converted": ("a.conversions", _CONVERTED, ""),
    "converted_clicks": ("a.clicks", _CONVERTED, ""),
    **{  # revenue is over the cost of the same reading where any has both
        name: (f"a.{name}", "num_nonnulls(a.revenue, a.cost) > 0", "num_nulls(a.revenue, a.cost), a.revenue IS NULL, ")
        for name in ("revenue", "cost", "currency")
    },
}
RATES = ("rated_engaged", "rated_views", "paid_revenue", "paid_views", "converted", "converted_clicks")


def _of(name: str, order: str) -> str:
    if name in ("measured_at", "linked_at"):  # the last of all: they say as of when the row is known
        return f"max(a.{name}) AS {name}"
    value, told, before = _TOGETHER.get(name, (f"a.{name}", f"a.{name} IS NOT NULL", ""))
    return f"(array_agg({value} ORDER BY {before}{order}) FILTER (WHERE {told}))[1] AS {name}"


def newest(figures: Iterable[str]) -> str:
    """The columns of what these stand at. With them `measured_at` and `linked_at`, the last of all readings."""
    return ", ".join(_of(name, "a.measured_at DESC, a.id DESC") for name in figures)


def first(figures: Iterable[str]) -> str:
    """The columns of what these were at first."""
    return ", ".join(_of(name, "a.measured_at, a.id") for name in figures)
