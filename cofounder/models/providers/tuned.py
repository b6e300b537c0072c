"""Tuned models of the registry, wherever they answer."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cofounder.models.chain import Served
from cofounder.models.providers import ProviderNotReady, google, ollama, openai
from cofounder.settings import Settings

if TYPE_CHECKING:
    from pydantic_ai.models import Model

_TOGETHER = "https://api.together.xyz/v1"
_VERTEX = re.compile(r"projects/(?P<project>[^/]+)/locations/(?P<place>[^/]+)/endpoints/[^/]+")
_ARN = re.compile(r"arn:[^:]+:bedrock:(?P<place>[a-z0-9-]+):")
PACKAGE = {
    "openai": ("openai", "openai"),
    "openai-compatible": ("openai", "openai"),
    "together": ("openai", "openai"),
    "ollama": ("openai", "openai"),
    "google": ("google.genai", "google"),
    "bedrock": ("boto3", "bedrock"),
}


def require(served: Served, chosen: Settings) -> None:
    """The key that it is asked with is there. Raises ProviderNotReady."""
    if served.provider == "openai":
        openai.require(chosen)
    elif served.provider == "google" and not _VERTEX.fullmatch(served.name):
        google.require(chosen)
    elif served.provider == "together" and not _together_key(chosen):
        raise ProviderNotReady("There is no key for Together.", hint="Give it in Settings, or set TOGETHER_API_KEY.")


def build(served: Served, chosen: Settings) -> Model:
    """Raises ProviderNotReady."""
    require(served, chosen)
    if served.provider == "google":
        return _google(served, chosen)
    if served.provider == "bedrock":
        return _bedrock(served)
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    address, key = _line(served, chosen)
    return OpenAIChatModel(served.name, provider=OpenAIProvider(base_url=address, api_key=key))


def _line(served: Served, chosen: Settings) -> tuple[str | None, str]:
    """Where a chat-completions server is, and the key for it: one that was given for another address stays here."""
    if served.provider == "openai":
        return None, openai.require(chosen)
    if served.provider == "together":
        return _TOGETHER, _together_key(chosen)
    if served.provider == "ollama":
        base = (served.base_url or ollama.require(chosen)).rstrip("/")
        return (base if urlsplit(base).path else f"{base}/v1"), "not-needed"
    key = chosen.compatible_api_key
    same = _server(served.base_url) == _server(chosen.compatible_base_url)
    return served.base_url, key.get_secret_value() if key is not None and same else "not-needed"


def _server(address: str | None) -> tuple[str, str]:
    parts = urlsplit(address or "")
    return parts.scheme, parts.netloc


def _together_key(chosen: Settings) -> str:
    key = getattr(chosen, "together_api_key", None)
    return key.get_secret_value() if key is not None else ""


def _google(served: Served, chosen: Settings) -> Model:
    from pydantic_ai.models.google import GoogleModel
    from pydantic_ai.providers.google import GoogleProvider

    endpoint = _VERTEX.fullmatch(served.name)
    if endpoint is None:
        return GoogleModel(
            served.name, provider=GoogleProvider(api_key=google.require(chosen), base_url=chosen.google_base_url)
        )
    from google.genai import Client

    client = Client(vertexai=True, project=endpoint["project"], location=endpoint["place"])
    return GoogleModel(served.name, provider=GoogleProvider(client=client))


def _bedrock(served: Served) -> Model:
    import boto3  # type: ignore[import-untyped]  # has no types
    from botocore.config import Config
    from pydantic_ai.models.bedrock import BedrockConverseModel
    from pydantic_ai.providers.bedrock import BedrockProvider

    place = _ARN.match(served.name)
    once = Config(retries={"total_max_attempts": 1})  # botocore would send again what was lost, and is billed
    try:
        client = boto3.Session(region_name=place["place"] if place else None).client("bedrock-runtime", config=once)
        provider = BedrockProvider(bedrock_client=client)
    except Exception as error:  # boto names what it lacks: a region, credentials
        raise ProviderNotReady(
            f"Amazon Bedrock cannot be reached: {error}", hint="Set AWS_REGION and credentials."
        ) from error
    return BedrockConverseModel(served.name, provider=provider)
