"""What an answer used: by its provider's own count, else by an estimate from the texts, which is then called one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from cofounder.models.prices import tokens_in


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


def counted(messages: Sequence[Any], first: int) -> Counted:
    """The answers among a run's messages. `first` estimates the tokens that went in with the first request.

    What a provider does not count counts as our upper estimate, never as nothing: it is billed all the same.
    """
    came = [message for message in messages if message.kind == "response" and message.model_name and _whole(message)]
    into = out = 0
    grown, estimated = first, False
    for message in came:
        said = tokens_in("".join(map(_words, message.parts)))
        used = message.usage
        estimated |= not used.input_tokens or (not used.output_tokens and said > 0)
        into += used.input_tokens or grown
        out += used.output_tokens or said
        grown += said
    name = came[-1].model_name if came else None
    last = messages[-1] if messages else None
    is_open = last is not None and (last.kind == "request" or not _whole(last))
    heard = tokens_in("".join(map(_words, last.parts))) if last is not None and last.kind == "response" else 0
    return Counted(into, out, estimated, len(came), name, is_open, heard if is_open else 0)


def _whole(message: Any) -> bool:
    return bool(getattr(message, "state", "complete") != "interrupted")


def _words(part: Any) -> str:
    """What a part of an answer says, a tool's arguments among it."""
    if hasattr(part, "args_as_json_str"):
        return f"{part.tool_name}{part.args_as_json_str()}"
    content = getattr(part, "content", "")
    return content if isinstance(content, str) else ""
