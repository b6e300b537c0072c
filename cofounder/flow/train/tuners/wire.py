"""One call to a provider over HTTP: what its answers mean for a job, in words that hold no secret."""

import json
import math
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from cofounder.flow.train.tuners.interface import TunerAway, TunerNotReady, TunerRefused
from cofounder.kit import outside
from cofounder.kit.secrets import without

_LONGEST_WAIT = 3_600
_TO_BE_REPEATED = frozenset({408, 425, 429})


@lru_cache
def _certificates() -> Any:
    """Whom we trust; read once, for reading takes longer than many a call."""
    import httpx

    return httpx.create_ssl_context()


@dataclass(frozen=True)
class Wire:
    """A provider's address and how to sign in there. `secrets` are taken out of every message."""

    provider: str  # as people call it
    base_url: str
    headers: Mapping[str, str]
    secrets: tuple[str, ...] = ()
    timeout_seconds: float = 60.0
    key_hint: str = ""

    @asynccontextmanager
    async def _client(self) -> AsyncIterator[Any]:
        async with outside.client(
            timeout_seconds=self.timeout_seconds, base_url=self.base_url, verify=_certificates()
        ) as client:
            client.headers.update(self.headers)
            yield client

    async def call(self, method: str, path: str, *, gone_is_fine: bool = False, **sent: Any) -> dict[str, Any]:
        """The JSON object of an answer; empty where it is no object, or is gone and that is fine.

        Raises TunerNotReady, TunerRefused (see `status_of`), TunerAway.
        """
        import httpx

        async with self._client() as client:
            try:
                answer = await client.request(method, path, **sent)
            except httpx.HTTPError as error:
                raise TunerAway(f"{self.provider} cannot be reached ({type(error).__name__}).") from error
        if gone_is_fine and answer.status_code in (404, 410):
            return {}
        self.check(answer)
        return _object(answer)

    def check(self, answer: Any) -> None:
        """Raises what an answer that is no success means: TunerNotReady, TunerRefused or TunerAway."""
        status = answer.status_code
        if status < 300:
            return
        said = self.said(answer)
        if status in _TO_BE_REPEATED or status >= 500:
            words = "asks to wait" if status == 429 else "does not answer as it should"
            raise away(f"{self.provider} {words} ({status}): {said}", answer.headers.get("retry-after"))
        if status == 401:
            words = f"{self.provider} does not take the key that is set."
            raise TunerNotReady(words, hint=self.key_hint or None, provider_status=status)
        words = {403: "does not offer this to the account", 404: "has no such thing"}.get(status, "refuses")
        raise TunerRefused(f"{self.provider} {words} ({status}): {said}", provider_status=status)

    def said(self, answer: Any) -> str:
        """The provider's words, short, without a secret."""
        found = _object(answer)
        error = found.get("error")
        words = error.get("message") if isinstance(error, dict) else error
        words = words or found.get("message") or found.get("detail") or answer.text
        return self.without_secrets(" ".join(str(words).split()))[:400] or "no reason given."

    def without_secrets(self, words: str) -> str:
        return without(words, self.secrets, "…")


def away(words: str, wait: str | None) -> TunerAway:
    """That the provider is away, with the wait that it asks for as `retry_after`, in whole seconds."""
    seconds = _wait(wait)
    return TunerAway(words) if seconds is None else TunerAway(words, retry_after=seconds)


def status_of(error: TunerRefused) -> int | None:
    """The status with which the provider refused."""
    return error.extra.get("provider_status")


def _object(answer: Any) -> dict[str, Any]:
    try:
        found = json.loads(answer.content, parse_constant=_nothing, parse_float=_float, parse_int=_int)
    except (ValueError, RecursionError):
        return {}
    if isinstance(found, list):
        return {"data": found}
    return found if isinstance(found, dict) else {}


def _nothing(word: str) -> None:
    """NaN and the infinite ones: numbers that JSON does not know are not told."""


def _float(digits: str) -> float | None:
    number = float(digits)
    return number if math.isfinite(number) else None


def _int(digits: str) -> int | None:
    return int(digits) if len(digits) < 20 else None  # larger than any column


def _wait(given: str | None) -> int | None:
    """Whole seconds of a Retry-After, which is a number or a date."""
    if given is None:
        return None
    try:
        seconds = float(given)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(given).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    return None if math.isnan(seconds) else round(max(1, min(_LONGEST_WAIT, seconds)))
