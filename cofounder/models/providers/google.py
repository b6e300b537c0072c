"""Google's models, over the Gemini API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cofounder.models.providers import ProviderNotReady
from cofounder.settings import Settings

if TYPE_CHECKING:
    from pydantic_ai.models import Model


def require(chosen: Settings) -> str:
    """The key. Raises ProviderNotReady."""
    if chosen.google_api_key is None:
        raise ProviderNotReady("There is no key for Google.", hint="Give it in Settings, or set GOOGLE_API_KEY.")
    return chosen.google_api_key.get_secret_value()


def build(name: str, chosen: Settings) -> Model:
    """Raises ProviderNotReady."""
    key = require(chosen)
    from pydantic_ai.models.google import GoogleModel
    from pydantic_ai.providers.google import GoogleProvider

    return GoogleModel(name, provider=GoogleProvider(api_key=key, base_url=chosen.google_base_url))
