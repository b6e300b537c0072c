"""What every format has in common: a chat line, a pair, and JSON as bytes. Pure."""

from typing import Any, TypedDict

from pydantic_core import from_json, to_json

ROLES = ("system", "user", "assistant")


class Message(TypedDict):
    role: str
    content: str


class Line(TypedDict):
    """One conversation: what is said to the model, what it should answer, and what is known about that."""

    messages: list[Message]
    metadata: dict[str, Any]


class Pair(TypedDict):
    """Two answers to one request, the better one first."""

    messages: list[Message]  # of the request, without an answer
    chosen: str
    rejected: str
    metadata: dict[str, Any]


class LineUnfit(ValueError):
    """A line that a format does not have, with the reason in words."""


def dumped(value: Any) -> bytes:
    """JSON as UTF-8, without blanks."""
    return to_json(value, inf_nan_mode="null")


def loaded(line: bytes) -> dict[str, Any]:
    """The object of one line. Raises LineUnfit."""
    try:
        found = from_json(line, allow_inf_nan=False)
    except ValueError as error:
        raise LineUnfit(f"It is not JSON: {str(error)[:200]}") from error
    if not isinstance(found, dict):
        raise LineUnfit("It is not an object in braces.")
    return found


def messages_of(given: Any) -> list[Message]:
    """Messages that can be trained on: at most one system message, first; then turns, the last by the assistant.

    Raises LineUnfit.
    """
    if not isinstance(given, list) or not given:
        raise LineUnfit("messages is not a list of messages.")
    found = [_message(one, place) for place, one in enumerate(given)]
    turns = found[1:] if found[0]["role"] == "system" else found
    if any(one["role"] == "system" for one in turns):
        raise LineUnfit("A system message may only come first.")
    if not turns or turns[-1]["role"] != "assistant":
        raise LineUnfit("The last message is not the assistant's: there is nothing to learn.")
    if turns[0]["role"] != "user":
        raise LineUnfit("The first turn is not the user's.")
    return found


def _message(given: Any, place: int) -> Message:
    if not isinstance(given, dict):
        raise LineUnfit(f"messages.{place} is not an object.")
    role, content = given.get("role"), given.get("content")
    if role not in ROLES:
        raise LineUnfit(f"messages.{place}.role is none of system, user, assistant.")
    if not isinstance(content, str) or not content.strip():
        raise LineUnfit(f"messages.{place}.content is no text.")
    if "\x00" in content:
        raise LineUnfit(f"messages.{place}.content holds a NUL character.")
    if given.get("weight") == 0:
        raise LineUnfit(f"messages.{place}.weight is 0: that answer is not to be learned, and every answer here is.")
    for name in ("tool_calls", "function_call"):
        if given.get(name):
            raise LineUnfit(f"messages.{place}.{name} is not kept: a line holds texts alone.")
    return {"role": role, "content": content}


def parts(line: Line) -> tuple[str | None, list[Message]]:
    """(the system message, the turns)."""
    first, *rest = line["messages"]
    return (first["content"], rest) if first["role"] == "system" else (None, line["messages"])


def joined(system: str | None, turns: list[Message]) -> list[Message]:
    """The messages with the system message before the turns."""
    return turns if system is None else [{"role": "system", "content": system}, *turns]


def text(given: Any, where: str) -> str:
    """A text at a place. Raises LineUnfit."""
    if not isinstance(given, str):
        raise LineUnfit(f"{where} is no text.")
    return given


def part(given: Any, name: str, where: str = "") -> Any:
    """A named part of an object. Raises LineUnfit."""
    if not isinstance(given, dict) or name not in given:
        raise LineUnfit(f"{where}{name} is missing.")
    return given[name]
