"""Vectors of meaning from outside, where one is set: any embedder that Pydantic AI knows. The built-in one is no part of this.

In: texts. Out: one vector a text, or an error in words. Never: a package imported before it is used, a text sent anywhere
while the setting says `built-in`.
"""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cofounder.kit.errors import CofounderError
from cofounder.models.calls import without_keys
from cofounder.models.providers import ProviderNotReady
from cofounder.ops import connections
from cofounder.settings import Settings, settings

if TYPE_CHECKING:
    from pydantic_ai import Embedder

BUILT_IN = "built-in"
AT_ONCE = 96  # texts a call; providers take 96 to 2,048
LONGEST = 4_000  # characters of a text that are sent
_OURS = ("openai", "openai-compatible", "ollama", "google")  # addressed by our own settings

_built: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, int], Embedder]] = (
    weakref.WeakKeyDictionary()
)


class EmbeddingFailed(CofounderError):
    """The embedder that is set did not answer."""

    status = 503
    hint = "Look at COFOUNDER_EMBEDDER and its key; built-in needs neither. Until then work is found by its words."


def outside() -> str | None:
    """The name of the embedder that is set, PROVIDER:NAME; None for the built-in one."""
    name = settings().embedder.strip()
    return None if name in ("", BUILT_IN) else name


async def embed(name: str, texts: Sequence[str], *, query: bool = False) -> list[Sequence[float]]:
    """One vector a text, in order. Raises EmbeddingFailed, ProviderNotReady."""
    chosen = await connections.latest()
    embedder = _embedder(name, chosen)
    ask = embedder.embed_query if query else embedder.embed_documents
    found: list[Sequence[float]] = []
    for at in range(0, len(texts), AT_ONCE):
        part = [text[:LONGEST] or " " for text in texts[at : at + AT_ONCE]]
        try:
            answer = await asyncio.wait_for(ask(part), chosen.model_timeout_seconds)
        except Exception as error:
            reason = without_keys(f"{type(error).__name__}: {error}"[:300], chosen)
            raise EmbeddingFailed(f"{name} did not answer: {reason}") from error
        if len(answer.embeddings) != len(part) or not all(len(one) == len(answer[0]) for one in answer.embeddings):
            raise EmbeddingFailed(f"{name} gave {len(answer.embeddings)} vectors for {len(part)} texts.")
        found += answer.embeddings
    return found


def _embedder(name: str, chosen: Settings) -> Embedder:
    """Kept for the running loop, on which its HTTP client lives. Raises ProviderNotReady."""
    kept = _built.setdefault(asyncio.get_running_loop(), {})
    place = (name, hash((chosen.openai_api_key, chosen.google_api_key, chosen.compatible_api_key, chosen.ollama_base_url,
                         chosen.compatible_base_url)))  # fmt: skip
    if place not in kept:
        from pydantic_ai import Embedder

        try:
            kept[place] = Embedder(_model(name, chosen), defer_model_check=False)
        except ProviderNotReady:
            raise
        except Exception as error:  # a package that is missing, a provider nobody knows, a key that is not there
            raise ProviderNotReady(
                f"The embedder {name!r} cannot be used: {without_keys(str(error)[:300], chosen)}",
                hint="Write COFOUNDER_EMBEDDER as PROVIDER:NAME, such as openai:text-embedding-3-small, or built-in.",
            ) from error
    return kept[place]


def _model(name: str, chosen: Settings) -> Any:
    provider, _, model = name.partition(":")
    if provider not in _OURS or not model:
        return name  # Pydantic AI reads it, and the key that the provider's own variable holds
    if provider == "google":
        from pydantic_ai.embeddings.google import GoogleEmbeddingModel
        from pydantic_ai.providers.google import GoogleProvider

        from cofounder.models.providers import google

        return GoogleEmbeddingModel(model, provider=GoogleProvider(api_key=google.require(chosen)))
    from pydantic_ai.embeddings.openai import OpenAIEmbeddingModel
    from pydantic_ai.providers.openai import OpenAIProvider

    from cofounder.models.providers import compatible, ollama, openai

    if provider == "openai":
        return OpenAIEmbeddingModel(
            model, provider=OpenAIProvider(base_url=chosen.openai_base_url, api_key=openai.require(chosen))
        )
    if provider == "ollama":
        address, key = ollama.require(chosen), "not-needed"
    else:
        address = compatible.require(chosen)
        key = chosen.compatible_api_key.get_secret_value() if chosen.compatible_api_key else "not-needed"
    return OpenAIEmbeddingModel(model, provider=OpenAIProvider(base_url=address, api_key=key))
