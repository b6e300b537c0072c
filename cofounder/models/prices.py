"""What a call costs, by genai-prices' table (USD per token, as providers publish it)."""

from decimal import Decimal
from math import ceil

from cofounder.models.chain import Target

FREE = frozenset({"offline", "ollama"})  # they run on the owner's machines

_CHARACTERS_PER_TOKEN = 3  # English has about four; fewer makes the estimate an upper bound


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
