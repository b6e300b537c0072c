"""What the channels that are reached over HTTP have in common: one call, one attempt, and what its answer means.

As long as not a byte of a request was written, every failure means that surely nothing was sent. After that a 4xx is a
refusal, 429 a wait until the time it names, and whatever else went wrong leaves it unknown: the channel has to be asked.
No redirect is followed. What a provider says is cut and loses its secrets before anybody is told.
"""

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from cofounder.channels.accounts.connected import AccountAway, Connected, SignInNeeded
from cofounder.channels.senders.delivery import (
    DeliveryDelayed,
    DeliveryLetGo,
    DeliveryRefused,
    DeliveryUnknown,
    Receipt,
)
from cofounder.kit import outside
from cofounder.kit.clock import now
from cofounder.kit.log import redact

LARGEST = 2_000_000  # bytes that are read of an answer
SAID = 300  # characters of a provider's words that are told
SKEW = timedelta(minutes=5)  # between our clock and theirs
_LONGEST_WAIT = timedelta(hours=25)
_NOT_TAKEN = {
    401: "no longer takes the access it was given. Connect the account again",
    403: "does not allow this to the account",
    404: "has no such place",
    410: "has no such place any more",
    413: "takes nothing of this size",
    426: "has ended the version of its API that is used here. Update the product, or the account's API version",
}


@dataclass(frozen=True)
class Times:
    """How long one call may take, one question, and after how long what was taken surely shows."""

    call_seconds: float = 60.0
    ask_seconds: float = 20.0
    shows_seconds: float = 20.0


TIMES: dict[str, Times] = {  # provider -> its own
    "wordpress": Times(shows_seconds=10.0),
    "ghost": Times(shows_seconds=10.0),
    "webhook": Times(call_seconds=30.0, shows_seconds=3.0),
}


def times(provider: str) -> Times:
    return TIMES.get(provider, Times())


@dataclass(frozen=True)
class Answer:
    """What a provider said to one call."""

    status: int
    headers: Mapping[str, str]
    body: Any  # parsed JSON; text where it is none

    def field(self, *path: str | int) -> Any:
        """A value inside of the body; None where it is not there."""
        found = self.body
        for step in path:
            try:
                found = found[step]
            except (KeyError, IndexError, TypeError):
                return None
        return found


@dataclass(frozen=True)
class Line:
    """The way to one account: its provider's name as people know it, what to send along, what nobody may read."""

    provider: str
    label: str
    base: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    guarded: bool = False  # the address was typed by a person: it may not lead into one's own network

    async def send(
        self, method: str, path: str, *, again: bool = False, fine: tuple[int, ...] = (), **given: Any
    ) -> Answer:
        """One call that changes something, one attempt; the answer where it is a 2xx or one of `fine`.

        `again`: it changes nothing and comes before what does, so that whatever is unknown of it is only a delay.
        Raises DeliveryRefused, DeliveryDelayed, DeliveryUnknown; cancelled before a byte was written: DeliveryLetGo.
        """
        try:
            return await self._send(method, path, fine, given)
        except DeliveryUnknown as error:
            if not again:
                raise
            raise delayed(error.detail) from error
        except asyncio.CancelledError as stop:
            if not again:
                raise
            raise DeliveryLetGo from stop

    async def _send(self, method: str, path: str, fine: tuple[int, ...], given: dict[str, Any]) -> Answer:
        began = _Began()
        try:
            answer = await self._call(method, path, began, **given)
        except asyncio.CancelledError as stop:
            if began.writing:
                raise
            raise DeliveryLetGo from stop
        except _lost() as error:
            raise self._broken(error, began) from error
        except _unusable() as error:
            raise DeliveryRefused(f"{self.label} cannot be called: {self.plain(str(error))}") from error
        if answer.status < 300 or answer.status in fine:
            return answer
        raise self.trouble(answer)

    async def ask(self, path: str, **given: Any) -> Answer:
        """One call that changes nothing; any answer below 500 but 429. Raises DeliveryUnknown."""
        try:
            answer = await self._call("GET", path, _Began(), **given)
        except _lost() + _unusable() as error:
            raise _passing(f"{self.label} could not be asked: {_words(error)}.") from error
        if answer.status == 429 or answer.status >= 500:
            raise _passing(f"{self.label} could not be asked ({answer.status}){self.because(answer)}")
        return answer

    def unanswered(self, answer: Answer) -> DeliveryUnknown:
        """That a question was refused, so that nobody knows."""
        words = f"{self.label} does not say what stands there ({answer.status}){self.because(answer)}"
        unknown = DeliveryUnknown(words)
        unknown.access_ended = answer.status in (401, 403)
        return unknown

    def trouble(self, answer: Answer) -> DeliveryRefused | DeliveryDelayed | DeliveryUnknown:
        """What an answer that is no success means."""
        status = answer.status
        because = self.because(answer)
        if status == 429:
            return delayed(f"{self.label} asks to wait{because}", until=_reset(answer.headers))
        if status == 425:
            return delayed(f"{self.label} asks to come again{because}")
        if status >= 500 or status in (303, 408):
            return DeliveryUnknown(f"{self.label} answered {status}, which does not say what it did{because}")
        if status < 400:
            return DeliveryRefused(f"{self.label} points to another address, which is not followed ({status}).")
        words = _NOT_TAKEN.get(status, "did not take it")
        refused = DeliveryRefused(f"{self.label} {words} ({status}){because}")
        refused.for_all = status in (401, 403, 426)
        return refused

    def said(self, answer: Answer) -> str:
        """The provider's words, on one line, cut and without secrets."""
        return self.plain(_reason(answer.body))

    def because(self, answer: Answer) -> str:
        """The end of a sentence about an answer: its reason, where it gives one."""
        said = self.said(answer)
        return f": {said}" if said else "."

    def plain(self, words: str) -> str:
        for secret in sorted(filter(None, self.secrets), key=len, reverse=True):
            words = words.replace(secret, "…")
        return " ".join(str(redact(None, "", {"said": words})["said"]).split())[:SAID]

    async def _call(self, method: str, path: str, began: "_Began", **given: Any) -> Answer:
        kept = times(self.provider)
        limit = kept.ask_seconds if method == "GET" else kept.call_seconds
        headers = {**self.headers, **given.pop("headers", {})}
        transport = await self._transport()
        async with (
            asyncio.timeout(limit),
            outside.client(timeout_seconds=limit, transport=transport, verify=_certificates()) as client,
            client.stream(
                method, f"{self.base}{path}", headers=headers, extensions={"trace": began.note}, **given
            ) as answer,
        ):
            read = bytearray()
            async for chunk in answer.aiter_bytes():
                read += chunk
                if len(read) > LARGEST:
                    break
        return Answer(answer.status_code, answer.headers, _parsed(bytes(read[:LARGEST])))

    async def _transport(self) -> Any:
        if not self.guarded:
            return None
        from cofounder.channels.senders.nearby import transport

        return transport(self.base)

    def _broken(self, error: Exception, began: "_Began") -> DeliveryRefused | DeliveryDelayed | DeliveryUnknown:
        if began.writing:
            label = self.label.replace("The ", "the ", 1)
            return DeliveryUnknown(f"The line to {label} was lost while the text was handed over: {_words(error)}.")
        told = f"{self.label} could not be reached: {self.plain(_words(error))}."
        return DeliveryRefused(told) if _untrusted(error) else delayed(told)


class Over:
    """A sender over HTTP for one connected account."""

    def __init__(self, connected: Connected, *, label: str) -> None:
        self.connected = connected
        self.name: str = connected.provider
        self.label = label

    async def token(self) -> str:
        """The account's access token. Raises DeliveryRefused, DeliveryDelayed for everybody: nothing was sent yet."""
        try:
            return await self.connected.token()
        except SignInNeeded as error:
            refused = DeliveryRefused(f"{self.label} needs {self.connected.name} to be connected again: {error.detail}")
            refused.for_all = True
            raise refused from error
        except AccountAway as error:
            later = delayed(f"{self.label} gives no access at the moment: {error.detail}")
            later.for_all = True
            raise later from error
        except asyncio.CancelledError as stop:
            raise DeliveryLetGo from stop

    async def token_to_ask(self) -> str:
        """The same for a question. Raises DeliveryUnknown."""
        try:
            return await self.token()
        except (DeliveryRefused, DeliveryDelayed) as error:
            unknown = DeliveryUnknown(error.detail)
            unknown.access_ended = isinstance(error, DeliveryRefused)
            raise unknown from error

    async def shown(
        self, look: Callable[[], Awaitable[Receipt | None]], begun_at: datetime | None, *, images: int = 0
    ) -> Receipt | None:
        """What `look` finds; None only once it surely would show what the last call did.

        A call may be at work behind a broken line, and what it made may be shown late: so it is looked for again.
        Before the last call each of its `images` took two.
        """
        kept = times(self.name)
        taken = kept.call_seconds * (1 + 2 * images) + kept.shows_seconds
        safe = (begun_at or now()) + timedelta(seconds=taken)
        left = min(max((safe - now()).total_seconds(), 0.0), kept.shows_seconds)
        unanswered: DeliveryUnknown | None = None
        for pause in (0.0, 0.1 * left, 0.3 * left, 0.6 * left):
            await asyncio.sleep(pause)
            unanswered = None
            try:
                found = await look()
            except DeliveryUnknown as error:
                if not error.passing:
                    raise
                unanswered = error
                continue
            if found is not None or not left:
                return found
        if unanswered is not None:
            raise unanswered
        return None


def delayed(words: str, *, until: datetime | None = None) -> DeliveryDelayed:
    """That it may be sent later, not before `until`."""
    made = DeliveryDelayed(words)
    made.until = until
    return made


def _passing(words: str) -> DeliveryUnknown:
    made = DeliveryUnknown(words)
    made.passing = True
    return made


class _Began:
    """Whether a byte of the request was written."""

    writing = False

    async def note(self, event: str, _: Any) -> None:
        if event.endswith("send_request_headers.started"):
            self.writing = True


def _lost() -> tuple[type[Exception], ...]:
    import httpx

    return (TimeoutError, OSError, httpx.HTTPError)


def _unusable() -> tuple[type[Exception], ...]:
    import httpx

    return (httpx.InvalidURL, UnicodeError)


@lru_cache
def _certificates() -> ssl.SSLContext:
    """Whom we trust; read once, for reading takes longer than many a call."""
    import httpx

    return httpx.create_ssl_context()


def _untrusted(error: BaseException | None) -> bool:
    """Whether the certificate is what is wrong, or the place: neither will be better in a minute."""
    from cofounder.kit.near import TooNear

    while error is not None:
        if isinstance(error, ssl.SSLError | TooNear):
            return True
        error = error.__cause__ or error.__context__
    return False


def _words(error: Exception) -> str:
    return " ".join((str(error) or type(error).__name__).split())[:SAID].rstrip(".")


def _parsed(content: bytes) -> Any:
    text = content.decode("utf-8", "replace")
    try:
        return json.loads(text)
    except ValueError:
        return text


def _reason(body: Any) -> str:
    """What the body of a refusal says, in the shapes that providers give it."""
    if isinstance(body, str):
        return body
    if not isinstance(body, dict):
        return ""
    first = body.get("errors")
    one = first[0] if isinstance(first, list) and first and isinstance(first[0], dict) else {}
    error = body.get("error")
    inner = error if isinstance(error, dict) else {}
    told = [inner.get("message"), body.get("detail"), body.get("message"), one.get("message"), one.get("context")]
    told += [error if isinstance(error, str) else None, body.get("error_description"), body.get("title")]
    return next((str(words) for words in told if words), "")


def _reset(headers: Mapping[str, str]) -> datetime | None:
    """When a 429 may be asked again: Retry-After in seconds or as a date, or X's epoch of the window that is full."""
    found: list[datetime] = []
    at = now()
    wait = headers.get("retry-after")
    if wait is not None:
        try:
            found.append(at + timedelta(seconds=float(wait)))
        except (ValueError, OverflowError):
            with suppress(ValueError):
                found.append(parsedate_to_datetime(wait))
    for window in ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour"):
        if window == "x-rate-limit" or headers.get(f"{window}-remaining", "").strip() == "0":
            try:
                found.append(datetime.fromtimestamp(float(headers.get(f"{window}-reset", "")), at.tzinfo))
            except (ValueError, OverflowError, OSError):
                continue
    latest = max((one for one in found if one.tzinfo is not None), default=None)
    return None if latest is None else min(max(latest, at + timedelta(seconds=1)), at + _LONGEST_WAIT)
