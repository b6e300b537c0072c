"""Which models a person can choose from: the configured ones, the usual ones of each provider, and the built-in one."""

import asyncio
import time
from dataclasses import dataclass, replace
from decimal import Decimal

from cofounder.kit import outside
from cofounder.models import prices, providers, resting
from cofounder.models.chain import OFFLINE, PROVIDERS, ModelSettingInvalid, Provider, Target, chain
from cofounder.ops import connections
from cofounder.settings import Settings

_USUAL: dict[Provider, tuple[str, ...]] = {
    "openai": ("gpt-5-mini", "gpt-5"),
    "anthropic": ("claude-sonnet-4-5", "claude-opus-4-1"),
    "google": ("gemini-2.5-flash", "gemini-2.5-pro"),
}
_FAMILIES: tuple[tuple[str, Provider], ...] = (
    ("gpt-", "openai"),
    ("chatgpt", "openai"),
    ("o1", "openai"),
    ("o3", "openai"),
    ("o4", "openai"),
    ("claude", "anthropic"),
    ("gemini", "google"),
)
_SERVERS: tuple[Provider, ...] = ("ollama", "openai-compatible")
_LOOK_SECONDS = 1.5
_KEPT_SECONDS = 30.0
_MOST = 50  # models of one server that are listed
_MILLION = 1_000_000

_asked: dict[str, tuple[float, list[str] | None]] = {}  # address -> when, and what it has


@dataclass(frozen=True)
class Offer:
    """A model to choose. Prices are US dollars per million tokens, None where none is known."""

    target: Target
    input_usd: Decimal | None
    output_usd: Decimal | None
    why_not: str | None


def configured() -> tuple[Target, ...]:
    """The models of the setting, our own left out; none where the setting cannot be read, which `doctor` tells."""
    try:
        return tuple(target for target in chain(connections.current().model) if target != OFFLINE)
    except ModelSettingInvalid:
        return ()


async def offers() -> list[Offer]:
    """Every model that can be named, the configured ones first, the built-in one last."""
    chosen = await connections.latest()
    targets = [*configured()]
    targets += [Target(provider, name) for provider, names in _USUAL.items() for name in names]
    seen = await asyncio.gather(*(_served(provider, chosen) for provider in _SERVERS))
    for provider, names in zip(_SERVERS, seen, strict=True):
        targets += [Target(provider, name) for name in (names or [])[:_MOST]]
    found = [_offer(target, chosen, dict(zip(_SERVERS, seen, strict=True))) for target in dict.fromkeys(targets)]
    for place, one in enumerate(found):
        rest = await resting.why(one.target) if one.why_not is None else None
        found[place] = replace(one, why_not=f"{rest[0].upper()}{rest[1:]}.") if rest else one
    return [*found, Offer(OFFLINE, Decimal(0), Decimal(0), None)]


def named(name: str) -> Target | None:
    """The target that a name means: an id, a configured model's own name, or a name of a known family; else None."""
    said = name.strip()
    if said.lower() in ("offline", "built-in"):
        return OFFLINE
    for target in configured():
        if said in (str(target), target.name):
            return target
    if said.partition(":")[0] in PROVIDERS:
        try:
            return chain(said)[0]
        except ModelSettingInvalid:
            return None
    for beginning, provider in _FAMILIES:
        if said.lower().startswith(beginning):
            return Target(provider, said)
    return None


def _offer(target: Target, chosen: Settings, served: dict[Provider, list[str] | None]) -> Offer:
    why = providers.problem(target, chosen)
    if why is None and target.provider in served:
        names = served[target.provider]
        if names is None:
            why = "Its server does not answer."
        elif names and target.name not in names:
            why = "Its server does not have it."
    if why is None:
        reason = prices.unpriced(target)
        why = f"{reason[0].upper()}{reason[1:]}." if reason else None
    known = prices.cost(target, _MILLION // 1000, 0), prices.cost(target, 0, _MILLION // 1000)
    dollars = [None if price is None else price * 1000 for price in known]
    return Offer(target, dollars[0], dollars[1], why)


async def _served(provider: Provider, chosen: Settings) -> list[str] | None:
    """The models that a server of the owner's has; None where it does not answer or there is none."""
    address = chosen.ollama_base_url if provider == "ollama" else chosen.compatible_base_url
    if not address or providers.problem(Target(provider, "any"), chosen) is not None:
        return None
    kept = _asked.get(address)
    if kept is not None and time.monotonic() - kept[0] < _KEPT_SECONDS:
        return kept[1]
    key = chosen.compatible_api_key if provider == "openai-compatible" else None
    headers = {"Authorization": f"Bearer {key.get_secret_value()}"} if key else {}
    try:
        async with outside.client(timeout_seconds=_LOOK_SECONDS) as client:
            answer = await client.get(f"{address.rstrip('/')}/models", headers=headers)
        listed = answer.json().get("data") or [] if answer.is_success else []
        names: list[str] | None = [str(one["id"])[:200] for one in listed if isinstance(one, dict) and "id" in one]
    except Exception:  # whatever a server answers with that is no list of models
        names = None
    _asked[address] = (time.monotonic(), names)
    return names
