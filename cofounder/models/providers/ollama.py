"""Models that an Ollama server runs, on this machine or another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cofounder.settings import Settings

if TYPE_CHECKING:
    from pydantic_ai.models import Model


def require(chosen: Settings) -> str:
    """The server's address; it has a default, and no key is needed."""
    return chosen.ollama_base_url


def build(name: str, chosen: Settings) -> Model:
    """The server is asked only when the model is."""
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.ollama import OllamaProvider

    return OpenAIChatModel(name, provider=OllamaProvider(base_url=require(chosen), api_key="not-needed"))
