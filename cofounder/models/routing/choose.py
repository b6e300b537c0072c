"""The order in which models are asked. Pure: the same jobs, models and measurements give the same order.

1. Complexity names a tier; the cheapest model of it or above comes first, the strongest where none is.
2. A cheaper model takes its place where enough answers were measured and its quality is, with confidence, no more
   than a margin below.
3. A stronger model takes its place where the first one was measured and is more likely than not worse by more than
   the margin.
Quality of a model is a Beta belief: the outcomes in [0, 1] as fractional counts on a prior of its tier (Thompson's
1933 model with fractional successes; the normal approximation of a difference of two Betas).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import erf, sqrt

from cofounder.models.chain import OFFLINE, Target
from cofounder.models.routing.complexity import Judged
from cofounder.models.routing.tiers import FIRST, Tier

MARGIN = 0.05  # of quality, 0-1, that is given away for a price
CONFIDENCE = 0.9  # that a cheaper model is within the margin, before it is taken
ENOUGH = 20  # measured answers before a measurement moves anything
_PRIOR_MEAN = {Tier.FREE: 0.70, Tier.BUDGET: 0.76, Tier.STANDARD: 0.80, Tier.PREMIUM: 0.83, Tier.FLAGSHIP: 0.85}
_PRIOR_WEIGHT = 4.0  # answers that the prior is worth


@dataclass(frozen=True)
class Candidate:
    """A model that may be asked. `price` is US dollars for a million blended tokens, None where not known."""

    target: Target
    tier: Tier
    price: Decimal | None


@dataclass(frozen=True)
class Measured:
    """What came of a model's answers to one kind of job: how many, and the sum of their outcomes in [0, 1]."""

    n: int
    total: float
    shift: float = 0.0  # what the job's own words add to the mean: models.routing.foretell

    @property
    def mean(self) -> float:
        return self.total / self.n if self.n else float("nan")


@dataclass(frozen=True)
class Choice:
    """Models in the order in which they are asked, what first decided, and the reason in words."""

    targets: tuple[Target, ...]
    tier: Tier
    rule: str  # only, complexity, measured_cheaper, measured_stronger, sticky
    why: str


def belief(tier: Tier, measured: Measured | None) -> tuple[float, float]:
    """(mean, variance) of a model's quality, 0-1, given what was measured of it."""
    n, total = (measured.n, measured.total) if measured else (0, 0.0)
    a = _PRIOR_WEIGHT * _PRIOR_MEAN[tier] + total
    b = _PRIOR_WEIGHT * (1 - _PRIOR_MEAN[tier]) + n - total
    mean = a / (a + b)
    spread = mean * (1 - mean) / (a + b + 1)
    return min(max(mean + (measured.shift if measured else 0.0), 0.001), 0.999), spread


def within(cheaper: tuple[float, float], dearer: tuple[float, float], margin: float = MARGIN) -> float:
    """How likely the first is at most `margin` below the second, 0-1."""
    spread = sqrt(cheaper[1] + dearer[1])
    return 0.5 * (1 + erf((cheaper[0] - dearer[0] + margin) / (spread * sqrt(2))))


def choose(
    judged: Judged,
    candidates: Sequence[Candidate],
    measured: Mapping[Target, Measured],
    *,
    sticky: Target | None = None,
) -> Choice:
    """Order the candidates, the built-in model last unless it was measured to be as good.

    `candidates` come best first, as the person named them; `sticky` answered earlier in the same conversation.
    """
    ranked = sorted(candidates, key=_by_price)
    others = [one for one in ranked if one.target != OFFLINE]
    if not others:
        return Choice((OFFLINE,), Tier.FREE, "only", "No other model is set up, so the built-in one answers.")
    wanted = FIRST[judged.level]
    first = next((one for one in others if one.tier >= wanted), others[-1])
    first, rule, why = _moved(first, ranked, measured, _reason(judged, first, wanted, len(others)))
    kept = next((one for one in others if one.target == sticky), None)
    if kept is not None and kept != first and kept.tier >= min(first.tier, wanted):
        first, rule, why = kept, "sticky", f"{kept.target} answered before in this conversation."
    if len(others) == 1 and rule == "complexity":
        rule, why = "only", f"{first.target} is the one model that is set up."
    return Choice(_order(first, others), first.tier, rule, why)


def _moved(
    first: Candidate, ranked: Sequence[Candidate], measured: Mapping[Target, Measured], why: str
) -> tuple[Candidate, str, str]:
    """What was measured against what complexity says."""
    place = ranked.index(first)
    mine = belief(first.tier, measured.get(first.target))
    for cheaper in ranked[:place]:
        seen = measured.get(cheaper.target)
        if seen is None or seen.n < ENOUGH:
            continue
        sure = within(belief(cheaper.tier, seen), mine)
        if sure >= CONFIDENCE:
            words = f"{cheaper.target} did as well as {first.target} ({seen.mean:.2f} over {seen.n}, {sure:.0%} sure)."
            return cheaper, "measured_cheaper", words
    own = measured.get(first.target)
    if own is not None and own.n >= ENOUGH:
        for stronger in ranked[place + 1 :]:
            sure = within(mine, belief(stronger.tier, measured.get(stronger.target)))
            if sure < 0.5:
                words = (
                    f"{first.target} came to {own.mean:.2f} over {own.n}, so {stronger.target} is asked "
                    f"({1 - sure:.0%} sure that it does better)."
                )
                return stronger, "measured_stronger", words
    return first, "complexity", why


def _reason(judged: Judged, first: Candidate, wanted: Tier, number: int) -> str:
    rests = f" ({', '.join(judged.reasons)})" if judged.reasons else ""
    tier = "" if first.tier == wanted else f"; nearest to it is {first.tier.name}"
    return f"{judged.level.name}{rests} begins with {wanted.name}{tier}: {first.target}."


def _by_price(one: Candidate) -> tuple[int, Decimal, str]:
    return (-1 if one.target == OFFLINE else int(one.tier), one.price or Decimal(0), str(one.target))


def _order(first: Candidate, others: Sequence[Candidate]) -> tuple[Target, ...]:
    """After the first the stronger ones, nearest first, then the cheaper ones; the built-in one ends it."""
    if first.target == OFFLINE:
        return (OFFLINE,)
    place = others.index(first)
    rest = [*others[place + 1 :], *reversed(others[:place])]
    return (first.target, *(one.target for one in rest), OFFLINE)
