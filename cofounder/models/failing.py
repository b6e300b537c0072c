"""Why a model gave no answer, in words that go on from its name: "openai:gpt-5 could not answer: its server …".

And what follows from it: whether the request may be sent once more, and whether it may be billed.
"""

from typing import Any

NO_ANSWER = "no answer in time"  # models that say so several times in a row are left alone for a while
_CHARACTERS = 300  # of what the provider said itself
_MOMENT, _PATIENCE = 0.5, 5.0  # seconds
_REFUSED = frozenset((429, 500, 503, 529))  # the provider's own word that it did nothing, for the moment
_UNANSWERED = frozenset((408, 502, 504, 520, 522, 524))  # of what stands before it: the model may have answered
_NEVER_SENT = frozenset(  # classes of the SDKs and their HTTP clients, by name: none of them need be installed
    (
        "ConnectError",
        "ConnectTimeout",
        "PoolTimeout",
        "UnsupportedProtocol",
        "LocalProtocolError",
        "InvalidURL",
        "EndpointConnectionError",
        "ConnectTimeoutError",
        "NoCredentialsError",
        "PartialCredentialsError",
        "ParamValidationError",
        "DefaultCredentialsError",
        "RefreshError",
        "UserError",
    )
)


def pause(error: BaseException) -> float | None:
    """Seconds after which to ask once more what the provider refused before it did anything, which nobody bills.

    None: it is not asked again, for an answer may have been made, or for the next model is there sooner.
    """
    if _status(error) not in _REFUSED or getattr(error, "in_stream", False):
        return None
    wanted = max(_MOMENT, float(getattr(error, "retry_after", None) or 0.0))
    return wanted if wanted <= _PATIENCE else None


def may_be_billed(error: BaseException) -> bool:
    """Whether an answer may have been made that did not arrive: late, lost on the way, or not readable."""
    status = _status(error)
    if status:
        return status in _UNANSWERED or bool(getattr(error, "in_stream", False))
    return getattr(error, "phase", None) not in ("pool", "connect") and not _never_sent(error)


def _never_sent(error: BaseException | None) -> bool:
    while error is not None:
        if any(one.__name__ in _NEVER_SENT for one in type(error).__mro__):
            return True
        error = error.__cause__ or error.__context__
    return False


def _status(error: BaseException) -> int:
    return int(getattr(error, "status_code", 0) or 0)


def in_words(error: Exception) -> str:
    """What went wrong and, in brackets, what the provider said. Keys in it are the caller's to take out."""
    from pydantic_ai.exceptions import ModelAPIError, ModelHTTPError, UnexpectedModelBehavior

    if isinstance(error, ModelHTTPError):
        return f"{_by_status(error)} ({_said(error.status_code, error.body)})"
    if _is(error, "ModelTimeoutError") or isinstance(error, TimeoutError):
        return NO_ANSWER
    if _is(error, "ModelConnectionError"):
        return "its server cannot be reached, or hung up"
    if isinstance(error, UnexpectedModelBehavior):
        return f"malformed answer: {wrong(error.__cause__ or error)}"
    if isinstance(error, ModelAPIError):
        return f"its server refused ({_line(error.message)})"
    return f"{type(error).__name__}: {error}"


def _by_status(error: Exception) -> str:
    """By what the provider says is the matter, else by the HTTP status."""
    status = _status(error)
    if _is(error, "ModelQuotaExceededError") or status == 402:
        return "the account there has no credit left"
    if _is(error, "ModelContextWindowExceededError"):
        return "the question is longer than it can read"
    if status in (401, 403):
        return "its server refused the key"
    if status == 404:
        return "its server knows no such model, or the address is another's"
    if status == 429:
        return "its server takes no more requests for now"
    if status in (408, 504):
        return NO_ANSWER
    return "its server failed" if status >= 500 else "its server refused the request"


def wrong(error: BaseException) -> str:
    """What is wrong with an answer, in one line: of several things the first, and how many more there are."""
    found = _faults(error)
    if not found:
        return _line(str(error))
    if found[0]["type"] == "json_invalid":
        return "it is no JSON"
    place = ".".join(map(str, found[0]["loc"]))
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return _line(f"{place}: {found[0]['msg']}" if place else str(found[0]["msg"])) + more


def _faults(error: BaseException | None) -> list[Any]:
    """What pydantic found, wherever in the chain of errors it lies."""
    while error is not None:
        told = getattr(error, "errors", None)
        if callable(told):
            return list(told(include_url=False, include_input=False))
        error = error.__cause__ or error.__context__
    return []


def _is(error: Exception, name: str) -> bool:
    """Whether it is one of the framework's classes, whichever of them this version has."""
    return any(one.__name__ == name for one in type(error).__mro__)


def _said(status: int, body: object) -> str:
    """The status and the provider's own sentence, where its answer holds one."""
    found = body
    for name in ("error", "message"):
        if isinstance(found, dict):
            found = found.get(name, found)
    words = _line(found) if isinstance(found, str) else ""
    return f"{status}: {words}" if words else f"HTTP {status}"


def _line(words: str) -> str:
    line = " ".join(words.split()).rstrip(".")
    return line if len(line) <= _CHARACTERS else f"{line[: _CHARACTERS - 1]}…"
