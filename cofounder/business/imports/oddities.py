"""What is odd about rows that go in all the same: noted on the row, never mended. Pure."""

import operator
from typing import TYPE_CHECKING, Any

from cofounder.business.records.odd import ODD, UNDATED, UNWORDED, Odd

if TYPE_CHECKING:
    import polars as pl

_SIGNS: dict[str, Any] = {"<": operator.lt, ">": operator.gt, "=": operator.eq, "<>": operator.ne}
# Code -> what a person reads.
SAID = {
    "bounce_zero": "A bounce rate of 0, which no site has on a day with visits: it was probably not measured.",
    "page_views_disagree": "Two reports count different page views.",
    "users_above_sessions": "More users than sessions.",
    "new_users_above_users": "More new users than users.",
    "conversions_above_sessions": "More conversions than sessions.",
    "clicks_above_views": "More clicks than views or impressions.",
    "reach_above_impressions": "More people reached than times shown.",
    "engaged_above_reach": "More people engaged than reached.",
    "published_at_missing": "It has no time of publication, so reads as of a time leave it out.",
    UNWORDED: "Nobody said what its text is; a name made of its number stands for it.",
    UNDATED: "Nobody said when it was published; a week before its first reading stands for it.",
    "measured_at_missing": "Nobody said when it was read; the time of the import stands for it.",
    "completed_at_missing": "It has no time of completion; the time of its request stands for it.",
    "completed_before_created": "It was completed before it was asked for.",
    "period_backwards": "Its period ends before it begins.",  # of imports before such a row was refused
}


def say(code: str) -> str:
    """What an oddity means."""
    if code in SAID:
        return SAID[code]
    if code.endswith("_in_the_future"):
        return f"Its {code.removesuffix('_in_the_future')} lies in the future."
    return f"{code.removesuffix('_missing').replace('_', ' ').capitalize()} was not given."


def rules(kind: str, there: set[str]) -> "dict[str, pl.Expr]":
    """Code -> whether a row is odd in that way, for the columns that are there."""
    import polars as pl

    found = {code: _holds(rule, there) for code, rule in ODD.get(kind, {}).items() if rule.fits(there)}
    return {**found, "measured_at_missing": pl.col("untimed")} if "untimed" in there else found


def _holds(rule: Odd, there: set[str]) -> "pl.Expr":
    import polars as pl

    mine = pl.col(rule.of)
    if rule.sign == "missing":
        return mine.is_null() if rule.of in there else pl.lit(True)
    others = [pl.lit(rule.than)] if isinstance(rule.than, int) else [pl.col(n) for n in rule.than if n in there]
    odd: pl.Expr = _SIGNS[rule.sign](mine, pl.coalesce(others))
    return odd
