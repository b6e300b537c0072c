"""What the words of a job foretell of a model's quality, beyond its mean at this kind of job.

A ridge regression of the outcomes' distance from that mean on the text's shape, kept only where it foretells jobs of
kinds it has not seen better than no words at all: words foretell price well and quality badly, so each company's own
outcomes decide. Ridge: Hoerl and Kennard 1970; the intercept is not shrunk.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import log1p
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy import ndarray

ENOUGH = 200  # outcomes of a model before its words are looked at
_FOLDS = 5
_LEAST = 0.008  # share of the squared error that words must take away, held aside: less is what chance finds
_LOOKED_AT = 4_000  # characters: a choice stays quick whatever is pasted
_SHRINK = 300.0  # outcomes that the belief "words say nothing" is worth
_SETS: tuple[tuple[int, ...], ...] = ((0,), tuple(range(12)))  # the length alone; the whole shape
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\d+",
        r"\d*\.\d+|%",
        r"\n",
        r"[=^*/+\\]",
        r",",
        r"\b(?:if|then|each|every|per|than|more|less|twice|half|total|remaining|left)\b",
        r"\?",
        r"\.",
        r"\b(?:not|except|least|most|always|never|false|true|which|following)\b",
    )
)
_NAMED = re.compile(r"\b[A-Z]\w+")


def shape(words: str) -> tuple[float, ...]:
    """Twelve numbers of a text: its length first, then how its beginning is made."""
    whole, words = len(words), words[:_LOOKED_AT]
    parts = words.split()
    mean = sum(map(len, parts)) / len(parts) if parts else 0.0
    counts = [log1p(len(pattern.findall(words))) for pattern in _PATTERNS]
    return (log1p(whole), mean, *counts, log1p(len(_NAMED.findall(words))))


@dataclass(frozen=True)
class Foretelling:
    """Coefficients on the shape's columns; none where words foretold nothing."""

    columns: tuple[int, ...]
    centre: tuple[float, ...]
    slope: tuple[float, ...]
    n: int
    gain: float  # share of the squared error that the words took away, on kinds of jobs held aside

    def shift(self, seen: Sequence[float]) -> float:
        """What to add to the mean outcome of a job whose words have this shape, at most 0.25 either way."""
        found = sum(
            (seen[column] - centre) * slope
            for column, centre, slope in zip(self.columns, self.centre, self.slope, strict=True)
        )
        return max(-0.25, min(0.25, found))

    def dump(self) -> dict[str, Any]:
        return {"columns": self.columns, "centre": self.centre, "slope": self.slope, "n": self.n, "gain": self.gain}

    @staticmethod
    def load(kept: dict[str, Any]) -> "Foretelling":
        return Foretelling(
            tuple(kept["columns"]), tuple(kept["centre"]), tuple(kept["slope"]), int(kept["n"]), float(kept["gain"])
        )


NOTHING = Foretelling((), (), (), 0, 0.0)


def learn(jobs: Sequence[tuple[str, str, float]]) -> Foretelling:
    """From (group, words, outcome - the mean of its kind). Groups are kept whole when held aside.

    Where there are fewer than five groups, single jobs are held aside.
    """
    import numpy as np

    if len(jobs) < ENOUGH:
        return NOTHING
    X = np.array([shape(words) for _, words, _ in jobs])
    y = np.array([left for _, _, left in jobs])
    fold = _folds([group for group, _, _ in jobs])
    best: tuple[int, ...] = ()
    gain = 0.0
    whole = float(((y) ** 2).sum())
    for columns in _SETS:
        error = 0.0
        for k in range(_FOLDS):
            train, test = fold != k, fold == k
            if not test.any() or not train.any():
                continue
            centre, slope = _ridge(X[train][:, columns], y[train])
            error += float(((y[test] - (X[test][:, columns] - centre) @ slope) ** 2).sum())
        if whole > 0 and 1 - error / whole > gain:
            best, gain = columns, 1 - error / whole
    if gain < _LEAST:
        return NOTHING
    centre, slope = _ridge(X[:, best], y)
    return Foretelling(best, tuple(map(float, centre)), tuple(map(float, slope)), len(jobs), gain)


def _ridge(X: "ndarray", y: "ndarray") -> "tuple[ndarray, ndarray]":
    import numpy as np

    centre, spread = X.mean(axis=0), X.std(axis=0) + 1e-9
    Z = (X - centre) / spread
    slope = np.linalg.solve(Z.T @ Z + _SHRINK * np.eye(Z.shape[1]), Z.T @ (y - y.mean()))
    return centre, slope / spread


def _folds(groups: Sequence[str]) -> "ndarray":
    """A fold for each job, the same on every machine."""
    import numpy as np

    kinds = sorted(set(groups))
    if len(kinds) < _FOLDS:
        return np.arange(len(groups)) % _FOLDS
    place = {kind: number % _FOLDS for number, kind in enumerate(kinds)}
    return np.array([place[group] for group in groups])
