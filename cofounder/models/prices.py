"""What a call costs, by genai-prices' table (USD per token, as providers publish it)."""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import ceil

from cofounder.models.chain import OFFLINE, Target, chain

FREE = frozenset({"offline", "ollama"})  # they run on the owner's machines

_CHARACTERS_PER_TOKEN = 3  # English has about four; fewer makes the estimate an upper bound
_USUAL_TOKENS = (3_000, 700)  # a brief with its rules in, a text out


@dataclass(frozen=True)
class Expected:
    """What a call is expected to take, before anything was measured."""

    cost_usd: Decimal
    seconds: float


@lru_cache(maxsize=32)
def expected(setting: str) -> Expected:
    """What a call through this chain takes when its first model answers. Raises ModelSettingInvalid."""
    first = chain(setting)[0]
    if first == OFFLINE:
        return Expected(Decimal(0), 0.1)
    return Expected(cost(first, *_USUAL_TOKENS) or Decimal(0), 8.0)


def tokens_in(text: str) -> int:
    """An upper estimate of the tokens of a text."""
    return ceil(len(text) / _CHARACTERS_PER_TOKEN)


def cost(target: Target, tokens_in: int, tokens_out: int) -> Decimal | None:
    """USD for a call with these tokens; 0 for models on the owner's machines; None where no price is known."""
    if target.provider in FREE:
        return Decimal(0)
    if target.provider == "openai-compatible":
        return None  # whoever runs that server sets its price, whatever the model is called
    from genai_prices import Usage, calc_price

    try:
        price = calc_price(
            Usage(input_tokens=tokens_in, output_tokens=tokens_out), target.name, provider_id=target.provider
        )
    except LookupError:
        return None
    return price.total_price
