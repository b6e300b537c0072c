"""Tries the keys of providers that models are asked at, as they are entered: their list of models is read, and nothing is paid."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from cofounder.kit import outside
from cofounder.models import calls
from cofounder.ops.probing import KeyRefused, noted
from cofounder.settings import Settings

SECONDS = 5.0
_REFUSED = (401, 403)
_ANTHROPIC, _ANTHROPIC_VERSION = "https://api.anthropic.com", "2023-06-01"
_GOOGLE = "https://generativelanguage.googleapis.com"


@dataclass(frozen=True)
class _Door:
    """Where a provider lists its models, and with what. `key`: the field that a refusal is told of."""

    called: str
    key: str
    fields: tuple[str, ...]  # whichever of them is given, it is tried; the first of them takes the note
    url: str
    headers: Mapping[str, str] = field(repr=False)
    wants_key: bool = False  # it is asked without one


async def probe(would: Settings, given: frozenset[str]) -> dict[str, str]:
    """Try the keys and the address that any given setting belongs to; name -> why it could not be tried.

    OpenAI's and Together's are tried where models are tuned. Raises KeyRefused.
    """
    doors = [one for one in _doors(would) if given.intersection(one.fields)]
    found = await asyncio.gather(*(_one(door, would, given) for door in doors))
    return {name: why for one in found for name, why in one.items()}


def _doors(would: Settings) -> list[_Door]:
    found = []
    if would.anthropic_api_key is not None:
        url = f"{(would.anthropic_base_url or _ANTHROPIC).rstrip('/')}/v1/models?limit=1"
        headers = {"x-api-key": _plain(would.anthropic_api_key), "anthropic-version": _ANTHROPIC_VERSION}
        found.append(_Door("Anthropic", "anthropic_api_key", ("anthropic_api_key",), url, headers))
    if would.google_api_key is not None:
        url = f"{(would.google_base_url or _GOOGLE).rstrip('/')}/v1beta/models?pageSize=1"
        headers = {"x-goog-api-key": _plain(would.google_api_key)}
        found.append(_Door("Google", "google_api_key", ("google_api_key",), url, headers))
    if would.compatible_base_url:
        key = would.compatible_api_key
        headers = {"Authorization": f"Bearer {_plain(key)}"} if key is not None else {}
        both = ("compatible_base_url", "compatible_api_key")
        url = f"{would.compatible_base_url.rstrip('/')}/models"
        found.append(_Door("The OpenAI-compatible server", both[1], both, url, headers, wants_key=key is None))
    return found


def _plain(key: SecretStr) -> str:
    return key.get_secret_value()


async def _one(door: _Door, would: Settings, given: frozenset[str]) -> dict[str, str]:
    import httpx

    place = next(one for one in door.fields if one in given)
    try:
        async with asyncio.timeout(SECONDS), outside.client(timeout_seconds=SECONDS) as client:
            answer = await client.get(door.url, headers=dict(door.headers))
    except TimeoutError:
        return {place: noted(f"{door.called} gave no answer within {SECONDS:.0f} seconds.")}
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        return {place: noted(f"{door.called} cannot be reached ({type(error).__name__}).")}
    said = calls.without_keys(_said(answer), would)[:300]
    if _is_refusal(answer):
        if door.wants_key:
            return {place: noted(f"{door.called} wants a key ({answer.status_code}{said}).")}
        raise KeyRefused(f"{door.called} does not take the key ({answer.status_code}{said}).", field=door.key)
    if not answer.is_success:
        look = " Look whether the address ends in /v1." if answer.status_code == 404 and len(door.fields) > 1 else ""
        return {place: noted(f"{door.called} does not list its models ({answer.status_code}{said}).{look}")}
    if not isinstance(_json(answer), dict):
        return {place: noted(f"{door.called} answers with something else than a list of models.")}
    return {}


def _is_refusal(answer: Any) -> bool:
    """Google tells a wrong key with 400 and a reason."""
    return answer.status_code in _REFUSED or (answer.status_code == 400 and "API_KEY_INVALID" in answer.text)


def _said(answer: Any) -> str:
    """What the provider says itself, after a colon; nothing where it says nothing."""
    found = _json(answer)
    for name in ("error", "message"):
        found = found.get(name, found) if isinstance(found, dict) else found
    return f": {' '.join(found.split()).rstrip('.')}" if isinstance(found, str) and found.strip() else ""


def _json(answer: Any) -> Any:
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return None
