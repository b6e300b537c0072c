"""What is odd about rows that go in all the same: noted on the row, never mended. Pure."""

from typing import TYPE_CHECKING

from cofounder.business.records.odd import BEFORE_POST, ODD, SIGNS, UNDATED, UNWORDED, Odd

if TYPE_CHECKING:
    import polars as pl

# Code -> what a person reads.
SAID = {
    **{code: rule.said for rules in ODD.values() for code, rule in rules.items()},
    UNWORDED: "Nobody said what its text is; a name made of its number stands for it.",
    UNDATED: "Nobody said when it was published; a week before its first reading stands for it.",
    "measured_at_missing": "Nobody said when it was read; the time of the import stands for it.",
    BEFORE_POST: "It was read before its post went out: it is kept, and counts for nothing.",
    "completed_at_missing": "It has no time of completion; the time of its request stands for it.",
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
    odd: pl.Expr = SIGNS[rule.sign](mine, pl.coalesce(others))
    return odd
