"""What all readers' calls have in common: one attempt, and the same words for the same trouble."""

import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from cofounder.channels import reach
from cofounder.channels.accounts import Connected, SignInNeeded
from cofounder.channels.readers.reading import Asked, ReaderAway, ReadingDelayed, ReadingRefused, ReadOut
from cofounder.kit import outside, storable
from cofounder.kit.clock import now

if TYPE_CHECKING:
    import ssl

    import httpx

LONGEST_WAIT = timedelta(hours=24)
USUAL_WAIT = timedelta(minutes=15)
_WORDS = 300  # of what a provider said
_MOST = 10**12  # as much as a person may type: no post has a hundred times the world as readers
_RAW = 4_000  # characters of a raw answer that are kept
_SECRET = re.compile(r"(?i)(access_token|token|secret|password|signature|authorization)")


@dataclass(frozen=True)
class Reader:
    """How one provider is read: `at_once` posts a call of `read`."""

    at_once: int
    read: Callable[[Connected, Sequence[Asked], frozenset[str]], Awaitable[ReadOut]]
    followers: Callable[[Connected], Awaitable[int | None]]


@dataclass(frozen=True)
class Answer:
    """What came back. `body` is the JSON, None where there is none."""

    status: int
    headers: Mapping[str, str]
    body: Any


class Line:
    """Calls to one account's provider."""

    def __init__(self, client: "httpx.AsyncClient", connected: Connected) -> None:
        self._client, self._connected = client, connected

    async def ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        refused: Sequence[int] = (),
        wait: timedelta = USUAL_WAIT,
        **given: Any,
    ) -> Answer:
        """One call; statuses below 400, and those in `refused`, are the caller's to read.

        Raises SignInNeeded (401), ReadingDelayed (429), ReaderAway (5xx, no or no right answer), ReadingRefused.
        """
        import httpx

        try:
            answer = await self._client.request(method, url, headers=dict(headers or {}), **given)
        except httpx.HTTPError as error:
            raise ReaderAway(f"{self._name} did not answer: {type(error).__name__}.") from error
        found = Answer(answer.status_code, answer.headers, _json(answer.text))
        if found.status in refused:
            return found
        self.raise_for(found, wait=wait)
        if found.body is None or found.status >= 300:
            raise ReaderAway(f"{self._name} answered {found.status} with what is no answer to this question.")
        return found

    def raise_for(self, found: Answer, *, wait: timedelta = USUAL_WAIT) -> None:
        """Say in our errors what an answer of 400 and above means."""
        if found.status < 400:
            return
        words = said(found.body) or f"{found.status}"
        if found.status == 401:
            raise SignInNeeded(f"{self._name} no longer accepts this account's access: {words}")
        if found.status == 429:
            raise ReadingDelayed(f"{self._name} asks to wait: {words}", until=wait_until(found.headers, wait))
        if found.status >= 500 or found.status == 408:
            raise ReaderAway(f"{self._name} answered {found.status}: {words}")
        raise ReadingRefused(f"{self._name} refused: {words}")

    @property
    def _name(self) -> str:
        return f"{self._connected.provider} ({self._connected.name})"


@cache
def _certificates() -> "ssl.SSLContext":
    """Read once: it takes longer than many a call."""
    import httpx

    return httpx.create_ssl_context()


@asynccontextmanager
async def line(connected: Connected) -> AsyncIterator[Line]:
    """A line to an account's provider, closed after the block; a site may not lie in one's own network."""
    site = connected.channel == "blog"
    made = reach.client(connected.address) if site else outside.client(timeout_seconds=30.0, verify=_certificates())
    async with made as client:
        yield Line(client, connected)


def wait_until(headers: Mapping[str, str], usual: timedelta = USUAL_WAIT) -> datetime:
    """Until when to wait, from Retry-After or x-rate-limit-reset, at least a second and at most a day."""
    moment = now()
    told = moment + usual
    after, reset = headers.get("retry-after"), headers.get("x-rate-limit-reset")
    try:
        if after is not None and after.strip().isdigit():
            told = moment + timedelta(seconds=int(after))
        elif after is not None:
            told = parsedate_to_datetime(after).astimezone(UTC)
        elif reset is not None:
            told = datetime.fromtimestamp(int(reset), UTC) + timedelta(seconds=1)
    except (ValueError, OverflowError, OSError):
        pass
    return min(max(told, moment + timedelta(seconds=1)), moment + LONGEST_WAIT)


def said(body: Any) -> str:
    """What a provider said, cut; the few shapes that they say it in."""
    found = body
    if isinstance(body, dict):
        error = body.get("error")
        first = (body.get("errors") or [None])[0] if isinstance(body.get("errors"), list) else None
        nested = error if isinstance(error, dict) else first if isinstance(first, dict) else body
        found = next((nested[k] for k in ("message", "detail", "error_description", "title") if nested.get(k)), None)
        found = found or (error if isinstance(error, str) else None)
    return " ".join(found.split())[:_WORDS] if isinstance(found, str) else ""


def kept(raw: Any) -> dict[str, Any]:
    """A raw answer as it is stored: without what looks like a secret, and cut."""
    clean = storable.mended(_clean(raw, 0))
    whole = json.dumps(clean, ensure_ascii=False)
    if len(whole) > _RAW or storable.first_fault(clean) is not None:
        return {"cut": whole[:_RAW]}
    return clean if isinstance(clean, dict) else {"answer": clean}


def number(value: Any) -> int | None:
    """A counter, None where it is none."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return value if isinstance(value, int) and 0 <= value <= _MOST else None


def counters(**given: Any) -> dict[str, int]:
    """Those that were told."""
    return {name: found for name, value in given.items() if (found := number(value)) is not None}


def batches(posts: Sequence[Asked], size: int) -> list[Sequence[Asked]]:
    return [posts[start : start + size] for start in range(0, len(posts), size)]


def _clean(value: Any, depth: int) -> Any:
    if depth > 8:
        return "…"
    if isinstance(value, dict):
        return {str(name): "…" if _SECRET.search(str(name)) else _clean(one, depth + 1) for name, one in value.items()}
    if isinstance(value, list):
        return [_clean(one, depth + 1) for one in value[:50]]
    if isinstance(value, str):
        return value[:1_000]
    return value


def _json(text: str) -> Any:
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        return None
