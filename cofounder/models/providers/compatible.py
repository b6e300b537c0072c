"""Any server that speaks OpenAI's chat completions: vLLM, llama.cpp, LM Studio, a company's gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cofounder.models.providers import ProviderNotReady
from cofounder.settings import Settings

if TYPE_CHECKING:
    from pydantic_ai.models import Model


def require(chosen: Settings) -> str:
    """The server's address. Raises ProviderNotReady."""
    if not chosen.compatible_base_url:
        raise ProviderNotReady(
            "The address of the OpenAI-compatible server is not known.",
            hint="Give it in Settings, or set COFOUNDER_COMPATIBLE_BASE_URL.",
        )
    return chosen.compatible_base_url


def build(name: str, chosen: Settings) -> Model:
    """Raises ProviderNotReady."""
    address = require(chosen)
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    # Without a key of its own the provider would send OPENAI_API_KEY to this server.
    key = chosen.compatible_api_key.get_secret_value() if chosen.compatible_api_key else "not-needed"
    return OpenAIChatModel(name, provider=OpenAIProvider(base_url=address, api_key=key))
