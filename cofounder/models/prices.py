"""What a call costs: by the prices that were set, else by genai-prices' table (as providers publish them)."""

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import ceil
from urllib.parse import urlsplit

from cofounder.models.chain import OFFLINE, Served, Target, chain
from cofounder.ops import connections
from cofounder.settings import own_prices

FREE = frozenset({"offline", "ollama"})  # they run on the owner's machines

_HERE = ("127.0.0.1", "localhost", "::1")
_BYTES_PER_TOKEN = 3  # English has about four, and other scripts have more bytes a character: an upper bound
_MILLION = 1_000_000
_USUAL_TOKENS = (3_000, 700)  # a brief with its rules in, a text out


@dataclass(frozen=True)
class Expected:
    """What a call is expected to take, before anything was measured."""

    cost_usd: Decimal
    seconds: float


def expected(setting: str) -> Expected:
    """What a call through this chain takes when its first model answers. Raises ModelSettingInvalid."""
    return _expected(setting, connections.current().model_prices)


@lru_cache(maxsize=32)
def _expected(setting: str, own: str) -> Expected:
    first = chain(setting)[0]
    if first == OFFLINE:
        return Expected(Decimal(0), 0.1)
    return Expected(cost(first, *_USUAL_TOKENS) or Decimal(0), 8.0)


def tokens_in(text: str) -> int:
    """An upper estimate of the tokens of a text."""
    return ceil(len(text.encode(errors="replace")) / _BYTES_PER_TOKEN)


def cost(target: Target, tokens_in: int, tokens_out: int) -> Decimal | None:
    """USD for a call with these tokens; None where no price is known.

    A price that was set beats all others; without one, models on the owner's machines cost 0.
    """
    own = own_prices(connections.current().model_prices).get(str(target))
    if own is not None:
        return (own[0] * tokens_in + own[1] * tokens_out) / _MILLION
    if target.provider in FREE:
        return Decimal(0)
    if target.provider == "openai-compatible":
        return None  # whoever runs that server sets its price, whatever the model is called
    if target.provider == "tuned":
        return None if target.served is None else _of_tuned(target.served, tokens_in, tokens_out)
    return _published(target.provider, target.name, tokens_in, tokens_out)


def _of_tuned(served: Served, tokens_in: int, tokens_out: int) -> Decimal | None:
    """Nothing on this machine; elsewhere only what is published under the tuned model's own name."""
    if served.provider == "ollama" or urlsplit(served.base_url or "").hostname in _HERE:
        return Decimal(0)
    if served.provider == "openai-compatible":
        return None
    return _published("aws" if served.provider == "bedrock" else served.provider, served.name, tokens_in, tokens_out)


def _published(provider: str, name: str, tokens_in: int, tokens_out: int) -> Decimal | None:
    from genai_prices import Usage, calc_price

    try:
        price = calc_price(Usage(input_tokens=tokens_in, output_tokens=tokens_out), name, provider_id=provider)
    except LookupError:
        return None
    return price.total_price
