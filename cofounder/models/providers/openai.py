"""OpenAI's own models, over the chat completions API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cofounder.models.providers import ProviderNotReady
from cofounder.settings import Settings

if TYPE_CHECKING:
    from pydantic_ai.models import Model


def require(chosen: Settings) -> str:
    """The key. Raises ProviderNotReady."""
    if chosen.openai_api_key is None:
        raise ProviderNotReady("There is no key for OpenAI.", hint="Give it in Settings, or set OPENAI_API_KEY.")
    return chosen.openai_api_key.get_secret_value()


def build(name: str, chosen: Settings) -> Model:
    """Raises ProviderNotReady."""
    key = require(chosen)
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    return OpenAIChatModel(name, provider=OpenAIProvider(base_url=chosen.openai_base_url, api_key=key))
