"""What a model's price says it is: FREE, BUDGET, STANDARD, PREMIUM, FLAGSHIP; and which tier a job begins with."""

from decimal import Decimal
from enum import IntEnum
from functools import lru_cache

from cofounder.models.chain import Target
from cofounder.models.prices import cost
from cofounder.models.routing.complexity import Complexity
from cofounder.ops import connections


class Tier(IntEnum):
    FREE = 0
    BUDGET = 1
    STANDARD = 2
    PREMIUM = 3
    FLAGSHIP = 4


FIRST: dict[Complexity, Tier] = {
    Complexity.SIMPLE: Tier.BUDGET,
    Complexity.MEDIUM: Tier.STANDARD,
    Complexity.COMPLEX: Tier.PREMIUM,
    Complexity.CRITICAL: Tier.FLAGSHIP,
}
# US dollars for a million tokens, three of four of them going in. Where these lines lie is ours: they part the models
# that providers themselves sell as small, middle, large and largest.
_BELOW = ((Decimal(1), Tier.BUDGET), (Decimal("3.5"), Tier.STANDARD), (Decimal(8), Tier.PREMIUM))
_MILLION = 1_000_000


def blended(target: Target) -> Decimal | None:
    """US dollars for a million tokens, three quarters of them in; None where no price is known."""
    return _blended(target, connections.current().model_prices)


@lru_cache(maxsize=1_024)  # looking a price up takes a fifth of a millisecond, and each choice asks for all
def _blended(target: Target, own: str) -> Decimal | None:
    return cost(target, 3 * _MILLION // 4, _MILLION // 4)


def tier(target: Target) -> Tier:
    """By the price. What costs nothing is FREE; one without a known price would be STANDARD, and is not asked."""
    price = blended(target)
    if price is None:
        return Tier.STANDARD
    if price == 0:
        return Tier.FREE
    return next((found for limit, found in _BELOW if price < limit), Tier.FLAGSHIP)
