"""Anthropic's models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cofounder.models.providers import ProviderNotReady
from cofounder.settings import Settings

if TYPE_CHECKING:
    from pydantic_ai.models import Model


def require(chosen: Settings) -> str:
    """The key. Raises ProviderNotReady."""
    if chosen.anthropic_api_key is None:
        raise ProviderNotReady("There is no key for Anthropic.", hint="Give it in Settings, or set ANTHROPIC_API_KEY.")
    return chosen.anthropic_api_key.get_secret_value()


def build(name: str, chosen: Settings) -> Model:
    """Raises ProviderNotReady."""
    key = require(chosen)
    from pydantic_ai.models.anthropic import AnthropicModel
    from pydantic_ai.providers.anthropic import AnthropicProvider

    return AnthropicModel(name, provider=AnthropicProvider(api_key=key, base_url=chosen.anthropic_base_url))
