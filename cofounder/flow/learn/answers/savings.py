"""What asking cheaper models saved against always asking the strongest one, and what it cost in quality.

Pure. Costs are those of the answers' tokens at the strongest model's price, beside all that was paid, also for calls
that failed. Quality is compared within kinds of job of one complexity, by outcomes in [0, 1] as models.routing
has them. Interval: percentile bootstrap over runs within each kind (Efron 1979), each side with a 0 and a 1 more to
draw from, as Agresti and Caffo (2000) add one success and one failure: a few outcomes alike are no certainty.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from numpy import ndarray

ENOUGH = 20  # outcomes on each side before anything is said of quality
LEVEL = 0.9
_DRAWS = 1_000


@dataclass(frozen=True)
class Outcome:
    """One run's use of one model at one kind of job."""

    kind: tuple[str, str]  # task type, complexity
    strongest: bool  # the strongest of the models that are set up answered
    value: float


@dataclass(frozen=True)
class Difference:
    """Mean outcome of the others minus that of the strongest, kinds weighted by the others' runs."""

    n_others: int
    n_strongest: int
    value: float | None
    low: float | None
    high: float | None
    verdict: str


def difference(outcomes: Sequence[Outcome], *, margin: float, seed: int = 0) -> Difference:
    """Is quality no more than `margin` below the strongest model's, at 90 % confidence? Thin data says so."""
    import numpy as np

    kinds: dict[tuple[str, str], tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for one in outcomes:
        kinds[one.kind][one.strongest].append(one.value)
    both = [(np.array(others), np.array(strong)) for others, strong in kinds.values() if others and strong]
    n_others, n_strongest = sum(len(one[0]) for one in both), sum(len(one[1]) for one in both)
    if min(n_others, n_strongest) < ENOUGH:
        said = (
            f"Not enough data: {n_others} outcomes of other models and {n_strongest} of the strongest at the same kinds "
            f"of job, {ENOUGH} of each are needed."
        )
        return Difference(n_others, n_strongest, None, None, None, said)
    draw = np.random.default_rng(seed)
    value = _mean(both)
    wider = [(np.append(a, (0.0, 1.0)), np.append(b, (0.0, 1.0)), len(a), len(b)) for a, b in both]
    draws = np.array(
        [_mean([(draw.choice(a, n), draw.choice(b, m)) for a, b, n, m in wider]) for _ in range(_DRAWS)]
    )  # redrawn within each kind
    draws += value - draws.mean()  # what was added widens, and moves nothing
    low, high = (float(edge) for edge in np.quantile(draws, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]))
    if low >= -margin:
        said = f"At most {margin:.2f} below the strongest model's quality: the saving is one at equal quality."
    elif high < -margin:
        said = f"More than {margin:.2f} below the strongest model's quality: the saving is paid for in quality."
    else:
        said = f"Whether quality stays within {margin:.2f} of the strongest model's is not settled yet."
    return Difference(n_others, n_strongest, value, low, high, said)


def _mean(both: "Sequence[tuple[ndarray, ndarray]]") -> float:
    weight = sum(len(others) for others, _ in both)
    return float(sum(len(others) * (others.mean() - strong.mean()) for others, strong in both) / weight)
