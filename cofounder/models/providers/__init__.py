"""One file per provider, each building its Pydantic AI model; `resending` asks one once more that refused for the moment.

In: a model's name and the settings. Out: a model ready to be asked, or `ProviderNotReady` saying what is missing.
Never: an SDK imported before its provider is used; a key taken from anywhere but the settings.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from cofounder.kit.errors import CofounderError
from cofounder.models.chain import Provider, Served, Target
from cofounder.settings import Settings

if TYPE_CHECKING:
    from pydantic_ai.models import Model

_SDK: dict[Provider, tuple[str, str]] = {  # provider -> (package that must be importable, our extra)
    "openai": ("openai", "openai"),
    "openai-compatible": ("openai", "openai"),
    "ollama": ("openai", "openai"),
    "anthropic": ("anthropic", "anthropic"),
    "google": ("google.genai", "google"),
}
_FILE: dict[Provider, str] = {
    "openai": "openai",
    "openai-compatible": "compatible",
    "ollama": "ollama",
    "anthropic": "anthropic",
    "google": "google",
    "offline": "offline",
}

# A model holds an HTTP client, which lives on one event loop.
_built: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[Target, str], Model]] = (
    weakref.WeakKeyDictionary()
)


class ProviderNotReady(CofounderError):
    """This model cannot be used yet."""

    status = 503


def build(target: Target, chosen: Settings) -> Model:
    """The model of a target, kept for the running loop. Raises ProviderNotReady: no package, no key, no address."""
    models = _built.setdefault(asyncio.get_running_loop(), {})
    place = (target, _fingerprint(chosen))
    if place not in models:
        _require_sdk(target)
        if target.provider == "tuned":
            models[place] = import_module(f"{__name__}.tuned").build(_served(target), chosen)
        else:
            make: Callable[[str, Settings], Model] = import_module(f"{__name__}.{_FILE[target.provider]}").build
            models[place] = make(target.name, chosen)
    return models[place]


def problem(target: Target, chosen: Settings) -> str | None:
    """What keeps a target from being used, in words for `doctor` and the settings page; None when it is ready."""
    try:
        _require_sdk(target)
        if target.provider == "tuned":
            import_module(f"{__name__}.tuned").require(_served(target), chosen)
        else:
            import_module(f"{__name__}.{_FILE[target.provider]}").require(chosen)
    except ProviderNotReady as error:
        return " ".join(filter(None, [error.detail, error.advice]))
    return None


def _served(target: Target) -> Served:
    if target.served is None:
        raise ProviderNotReady(f"Nobody says where {target} answers.", hint="It has to be in the registry of models.")
    return target.served


def _require_sdk(target: Target) -> None:
    if target.provider == "tuned":
        needed = import_module(f"{__name__}.tuned").PACKAGE.get(_served(target).provider)
    else:
        needed = _SDK.get(target.provider)
    if needed is None:
        return
    package, extra = needed
    try:
        found = find_spec(package) is not None
    except ModuleNotFoundError:  # the parent of a dotted name is missing
        found = False
    if not found:
        raise ProviderNotReady(
            f"{target} needs the package {package}, which is not installed.",
            hint=f"Install it with: pip install 'cofounder[{extra}]'",
        )


def _fingerprint(chosen: Settings) -> str:
    """Changes when an address or a key changes, without holding one."""
    return str(
        hash((chosen.openai_api_key, chosen.anthropic_api_key, chosen.google_api_key))
        ^ hash(
            (
                chosen.compatible_api_key,
                chosen.compatible_base_url,
                chosen.ollama_base_url,
                chosen.openai_base_url,
                chosen.anthropic_base_url,
                chosen.google_base_url,
                getattr(chosen, "together_api_key", None),
            )
        )
    )
