"""What a call costs: by the prices that were set, else by genai-prices' table (as providers publish them).

A tuned model whose own price nobody publishes takes what its provider asks for models tuned from its base, and where
that is not known either the base's own price, which `basis` then says.
"""

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
# US dollars for a million tokens in and out of models tuned at OpenAI, its list of 2025; genai-prices has older models.
_OPENAI_TUNED = (
    ("gpt-4.1-mini", (Decimal("0.80"), Decimal("3.20"))),
    ("gpt-4.1-nano", (Decimal("0.20"), Decimal("0.80"))),
    ("gpt-4.1", (Decimal("3.00"), Decimal("12.00"))),
)
_USUAL_TOKENS = (3_000, 700)  # a brief with its rules in, a text out


@dataclass(frozen=True)
class Expected:
    """What a call is expected to take, before anything was measured."""

    cost_usd: Decimal
    seconds: float


def expected(setting: str, first: Target | None = None) -> Expected:
    """What a call through this chain, or of `first` before it, takes when the first with a price answers.

    Raises ModelSettingInvalid.
    """
    return _expected(setting, first, connections.current().model_prices)


@lru_cache(maxsize=32)
def _expected(setting: str, first: Target | None, own: str) -> Expected:
    for target in (*filter(None, [first]), *chain(setting)):
        usd = cost(target, *_USUAL_TOKENS)
        if usd is not None and target != OFFLINE:  # one without a price is not asked
            return Expected(usd, 8.0)
    return Expected(Decimal(0), 0.1)


def tokens_in(text: str) -> int:
    """An upper estimate of the tokens of a text."""
    return ceil(len(text.encode(errors="replace")) / _BYTES_PER_TOKEN)


def cost(target: Target, tokens_in: int, tokens_out: int) -> Decimal | None:
    """USD for a call with these tokens; None where no price is known.

    A price that was set beats all others; without one, models on the owner's machines cost 0.
    """
    own = _own(target)
    if own is not None:
        return (own[0] * tokens_in + own[1] * tokens_out) / _MILLION
    if target.provider in FREE:
        return Decimal(0)
    if target.provider == "openai-compatible":
        return None  # whoever runs that server sets its price, whatever the model is called
    if target.provider == "tuned":
        return None if target.served is None else _of_tuned(target.served, tokens_in, tokens_out)[0]
    return _published(target.provider, target.name, tokens_in, tokens_out)


def basis(target: Target) -> str:
    """What the price of a model rests on, in words that go on from "Its price"."""
    if cost(target, 1, 1) is None:
        return "is not known"
    if _own(target) is not None:
        return "was set here"
    if target.provider in FREE:
        return "is 0: it runs on a machine of one's own"
    if target.provider == "tuned" and target.served is not None:
        return _of_tuned(target.served, 1, 1)[1]
    return "is the published one"


def dollars(usd: Decimal | float) -> str:
    """An amount in US dollars to the hundredth of a cent; of what is less than a cent its first two digits."""
    amount = Decimal(str(usd))
    places = 4 if not amount or abs(amount) >= Decimal("0.01") else 1 - amount.adjusted()
    whole, _, rest = f"{amount:.{places}f}".partition(".")
    return f"${whole}.{rest.rstrip('0').ljust(2, '0')}"


def told(target: Target) -> str:
    """The price of a model in a sentence, with what it rests on."""
    into, out = cost(target, _MILLION // 1_000, 0), cost(target, 0, _MILLION // 1_000)
    usd = (
        ""
        if not into and not out
        else f": ${(into or 0) * 1_000:.2f} in, ${(out or 0) * 1_000:.2f} out for a million tokens"
    )
    return f"Its price {basis(target)}{usd}."


def unpriced(target: Target) -> str | None:
    """Why a model without a price is not asked, and what to do; None for one with a price."""
    if cost(target, 1, 1) is not None:
        return None
    where = f"tuned:{target.name.partition('@')[0]}" if target.provider == "tuned" else str(target)
    return (
        f"no price is known for {target}, so no budget can hold for it: set model_prices to {where}=IN/OUT, in US dollars "
        f"for a million tokens ({where}=0/0 where it costs nothing)"
    )


def _own(target: Target) -> tuple[Decimal, Decimal] | None:
    """The price that was set: for this model, for every version of a tuned one, for all that a provider has."""
    known = own_prices(connections.current().model_prices)
    if not known:
        return None
    names = (str(target), str(target).partition("@")[0] if target.provider == "tuned" else "", f"{target.provider}:*")
    return next((known[name] for name in names if name in known), None)


def _of_tuned(served: Served, tokens_in: int, tokens_out: int) -> tuple[Decimal | None, str]:
    """(USD, what it rests on) of a tuned model: nothing on this machine, elsewhere what its provider publishes."""
    if served.provider == "ollama" or urlsplit(served.base_url or "").hostname in _HERE:
        return Decimal(0), "is 0: it runs on a machine of one's own"
    if served.provider == "openai-compatible":
        return None, "is not known"
    place = "aws" if served.provider == "bedrock" else served.provider
    found = _published(place, served.name, tokens_in, tokens_out)
    if found is not None:
        return found, "is the published one"
    base = (served.base or _ft_base(served.name)).rpartition("foundation-model/")[2]
    each = next((usd for name, usd in _OPENAI_TUNED if served.provider == "openai" and base.startswith(name)), None)
    if each is not None:
        usd = (each[0] * tokens_in + each[1] * tokens_out) / _MILLION
        return usd, f"is taken from the list of 2025 for models tuned from {base}: set your own where it changed"
    for name in (f"ft:{base}", base, base.removesuffix("-Reference"), f"{base.removesuffix('-Reference')}-Turbo"):
        found = _published(place, name, tokens_in, tokens_out)
        if found is not None:
            return found, f"is assumed to be that of {name}, which it was tuned from"
    return None, "is not known"


def _ft_base(name: str) -> str:
    """The base in the name that OpenAI gives a tuned model: ft:BASE:organisation:suffix:id."""
    return name.split(":")[1] if name.startswith("ft:") else name


def _published(provider: str, name: str, tokens_in: int, tokens_out: int) -> Decimal | None:
    from genai_prices import Usage, calc_price

    try:
        price = calc_price(Usage(input_tokens=tokens_in, output_tokens=tokens_out), name, provider_id=provider)
    except LookupError:
        return None
    return price.total_price
