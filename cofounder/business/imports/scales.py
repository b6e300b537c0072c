"""What makes shares of 0 to 1 of scores and rates: guessed where the values are of one scale, told always. Pure."""

from collections.abc import Sequence

from cofounder.business.imports import values

_PERCENT = ("pct", "percent", "percentage")
_SCORES = ((1.0, None), (5.0, 0.2), (10.0, 0.1), (100.0, 0.01))  # highest value seen -> what makes a score of it
_RATES = ((1.0, None), (100.0, 0.01))  # nobody counts a bounce rate out of five
_GAP = 10.0  # so many times the highest share is the lowest value above 1, where both are in one column
_MANY = 0.2  # of the scores: more of them below 1 are no few bad ones


def numbers(said: Sequence[str], decimal: str) -> list[float]:
    """What of the cells are numbers; 45 % is 0.45."""
    import polars as pl

    read = values.numbers(values.given(pl.Series(list(said), dtype=pl.String), words_count=False), decimal=decimal)
    return [float(one) for one in read.values.drop_nulls()]


def guessed(name: str, said: Sequence[str], decimal: str, *, is_score: bool) -> float | None:
    """What the cells of a column are multiplied by; None: they are shares, or of two scales at once.

    `name` is the column's, in snake_case: what is called a percentage is one, however small.
    """
    found = numbers(said, decimal)
    if name.split("_")[-1] in _PERCENT and not any("%" in cell for cell in said):
        return 0.01
    if both(found, is_score=is_score) is not None:
        return None
    most = max(found, default=0.0)
    return next((scale for limit, scale in (_SCORES if is_score else _RATES) if most <= limit), None)


def both(found: Sequence[float], *, is_score: bool) -> tuple[float, float] | None:
    """A share of 1 and a value far above it that stand in one column: which scale is meant nobody can know."""
    low, high = [one for one in found if 0 < one < 1], [one for one in found if 1 < one <= 100]
    if not low or not high:
        return None
    far = min(high) >= _GAP * max(low)
    others = is_score and (len(low) > _MANY * len(found) or all(one.is_integer() for one in high))
    return (max(low), max(high)) if far or others else None


def told(name: str, scale: float | None, found: Sequence[float], *, is_score: bool) -> str | None:
    """What a person is told of the factor, or of the scales that stand in one column; None where nothing is to be said."""
    pair = both(found, is_score=is_score)
    high = max((one for one in found if one <= 100), default=1.0)
    if scale not in (None, 1):
        made = f"{name} is multiplied by {scale:g} ({high:g} becomes {round(high * scale, 10):g})"
        mixed = f", though values such as {pair[0]:g} look like shares of 1 already" if pair else ""
        return f"{made}{mixed}; with the scale 1 (--scale {name}=1) it is taken as it stands."
    if pair is None:
        return None
    factor = 0.01 if not is_score or pair[1] > 10 else 0.1 if pair[1] > 5 else 0.2
    return (
        f"{name} can be read two ways: {pair[0]:g} is a share of 1, {pair[1]:g} is none. Nothing is scaled and what is "
        f"above 1 is refused; if all are of the larger scale, set it (--scale {name}={factor:g})."
    )
