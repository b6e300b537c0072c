"""Which models are asked, best first. The offline model always ends the chain, so there is always an answer."""

from dataclasses import dataclass
from typing import Literal, cast, get_args

from cofounder.kit.errors import InputInvalid

Provider = Literal["openai", "anthropic", "google", "ollama", "openai-compatible", "offline", "tuned"]
PROVIDERS: tuple[Provider, ...] = tuple(one for one in get_args(Provider) if one != "tuned")  # what a person may name
Server = Literal["openai", "google", "bedrock", "together", "ollama", "openai-compatible"]
SERVERS: tuple[Server, ...] = get_args(Server)


class ModelSettingInvalid(InputInvalid):
    """The setting for models cannot be read."""

    hint = "Write PROVIDER:NAME, best first, with commas between: openai:gpt-5-mini,ollama:qwen3,offline"


@dataclass(frozen=True, slots=True)
class Served:
    """Where a tuned model answers, and what it is called there. `base` is what it was tuned from, and says its price."""

    provider: Server
    name: str
    base_url: str | None = None
    base: str | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """One model at one provider. A tuned one is NAME@VERSION of the registry, and `served` says where it answers."""

    provider: Provider
    name: str
    served: Served | None = None

    def __str__(self) -> str:
        return "offline" if self.provider == "offline" else f"{self.provider}:{self.name}"


OFFLINE = Target("offline", "offline")


def of_row(name: str) -> Target:
    """The model that a row names, as it was when the row was written."""
    provider, _, rest = name.partition(":")
    return OFFLINE if provider == "offline" else Target(cast(Provider, provider), rest)


def chain(setting: str) -> tuple[Target, ...]:
    """Read "openai:gpt-5-mini, ollama:qwen3:8b". What follows `offline` can never be asked and is dropped.

    Raises ModelSettingInvalid.
    """
    targets: list[Target] = []
    for entry in filter(None, (part.strip() for part in setting.split(","))):
        target = _target(entry)
        if target == OFFLINE:
            break
        if target not in targets:
            targets.append(target)
    return (*targets, OFFLINE)


def _target(entry: str) -> Target:
    provider, _, name = entry.partition(":")  # a name may hold colons itself: ollama:qwen3:8b
    for known in PROVIDERS:
        if provider == known == "offline":
            return OFFLINE
        if provider == known and name.strip():
            return Target(known, name.strip())
    if provider in PROVIDERS:
        raise ModelSettingInvalid(f"{entry!r} names no model: write {provider}:NAME.", field="model")
    raise ModelSettingInvalid(f"{provider!r} is no provider. Known are {', '.join(PROVIDERS)}.", field="model")
