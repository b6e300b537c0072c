"""Tries the keys of providers that tune, as they are entered: the least is asked, and nothing is made there."""

import asyncio

from cofounder.flow.train.tuners import known
from cofounder.flow.train.tuners.interface import TunerAway, TunerNotReady, TunerRefused
from cofounder.ops.probing import KeyRefused, noted
from cofounder.settings import Settings

_SECONDS = 10.0
# What has to be there before a provider can be asked; the last is what a wrong key is told of.
_NEEDS = {
    "openai": ("openai_api_key",),
    "together": ("together_api_key",),
    "gemini": ("vertex_project", "vertex_bucket", "vertex_service_account"),
    "bedrock": (
        "bedrock_region",
        "bedrock_bucket",
        "bedrock_role_arn",
        "bedrock_access_key_id",
        "bedrock_secret_access_key",
    ),
}
_ALSO = {"gemini": ("vertex_location",)}
_KEYS = {"bedrock": ("bedrock_secret_access_key", "bedrock_access_key_id")}  # where a key has two parts


async def probe(would: Settings, given: frozenset[str]) -> dict[str, str]:
    """Try the targets that any given setting belongs to and that are whole; name -> why it could not be tried.

    Raises KeyRefused.
    """
    asked = [
        target
        for target, needs in _NEEDS.items()
        if given & {*needs, *_ALSO.get(target, ())} and all(getattr(would, one) for one in needs)
    ]
    found = await asyncio.gather(*(_one(target, would, given) for target in asked))
    return {name: why for one in found for name, why in one.items()}


async def _one(target: str, would: Settings, given: frozenset[str]) -> dict[str, str]:
    key = next((one for one in _KEYS.get(target, _NEEDS[target][-1:]) if one in given), None)
    place = key or next(one for one in (*_NEEDS[target], *_ALSO.get(target, ())) if one in given)
    try:
        async with asyncio.timeout(_SECONDS):
            await known.tuner(target, would).try_key()
    except TimeoutError:
        return {place: noted(f"No answer within {_SECONDS:.0f} seconds.")}
    except TunerNotReady as error:
        if error.extra.get("provider_status") == 401 and key is not None:
            raise KeyRefused(error.detail, field=key) from error
        return {place: noted(f"{error.detail} {error.advice}")}
    except (TunerRefused, TunerAway) as error:
        return {place: noted(error.detail)}
    return {}
