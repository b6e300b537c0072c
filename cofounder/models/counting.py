"""What an answer used: by its provider's own count, else by an estimate from the texts, which is then called one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cofounder.kit import storable
from cofounder.models.prices import tokens_in

LARGEST = 10_000_000  # tokens of one request or answer: the longest window that any model is sold with
_TIMES = 10  # a count that is higher than ours by more than this is a mistake: tokens are bytes at the smallest
_HIDDEN = 10_000  # what providers put before a request themselves


@dataclass(frozen=True)
class Counted:
    """Tokens of all answers. `answers`: how many came; `answered_by`: the name that the provider gave with the last;
    `is_open`: the last request has no whole answer, and `heard` estimates the tokens of what came of it."""

    tokens_in: int = 0
    tokens_out: int = 0
    estimated: bool = False
    answers: int = 0
    answered_by: str | None = None
    is_open: bool = False
    heard: int = 0


def counted(messages: Sequence[Any], first: int, most: int) -> Counted:
    """The answers among a run's messages. `first` estimates the tokens that went in with the first request, and `most`
    is how many an answer was allowed.

    What a provider does not count, or counts as it cannot be, counts as our upper estimate, never as nothing: it is
    billed all the same.
    """
    came = [message for message in messages if message.kind == "response" and message.model_name and _whole(message)]
    into = out = 0
    grown, estimated = first, False
    for message in came:
        said = tokens_in("".join(map(_words, message.parts)))
        sent = _possible(message.usage.input_tokens, _TIMES * grown + _HIDDEN)
        given = _possible(message.usage.output_tokens, _TIMES * max(most, said))
        if given is None:
            given = max(most, said)
        estimated |= not sent or given != message.usage.output_tokens or (not given and said > 0)
        into += sent or grown
        out += given or said
        grown += said
    name = storable.mended(came[-1].model_name) if came else None
    last = messages[-1] if messages else None
    is_open = last is not None and (last.kind == "request" or not _whole(last))
    heard = tokens_in("".join(map(_words, last.parts))) if last is not None and last.kind == "response" else 0
    return Counted(into, out, estimated, len(came), name, is_open, heard if is_open else 0)


def _possible(number: Any, bound: int) -> int | None:
    """A provider's count of tokens; None where it is none, or more than there can have been."""
    return number if isinstance(number, int) and 0 <= number <= min(bound, LARGEST) else None


def _whole(message: Any) -> bool:
    return bool(getattr(message, "state", "complete") != "interrupted")


def _words(part: Any) -> str:
    """What a part of an answer says, a tool's arguments among it."""
    if hasattr(part, "args_as_json_str"):
        return f"{part.tool_name}{part.args_as_json_str()}"
    content = getattr(part, "content", "")
    return content if isinstance(content, str) else ""
