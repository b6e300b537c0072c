"""Gemini's form on Vertex: the system text apart, `contents` with parts, the assistant called model."""

from typing import Any

from cofounder.flow.train.formats.lines import (
    Line,
    LineUnfit,
    Message,
    dumped,
    joined,
    loaded,
    messages_of,
    part,
    parts,
    text,
)

_OUT = {"user": "user", "assistant": "model"}
_IN = {"user": "user", "model": "assistant"}


def write(line: Line) -> bytes:
    return dumped(request(*parts(line))) + b"\n"


def request(system: str | None, turns: list[Message]) -> dict[str, Any]:
    """What a line says before its answer is asked for, in Gemini's names."""
    made: dict[str, Any] = {}
    if system is not None:
        made["systemInstruction"] = {"role": "system", "parts": [{"text": system}]}
    made["contents"] = [content(one["role"], one["content"]) for one in turns]
    return made


def content(role: str, said: str) -> dict[str, Any]:
    return {"role": _OUT[role], "parts": [{"text": said}]}


def read(line: bytes) -> Line:
    """Raises LineUnfit."""
    return {"messages": messages_of(asked(loaded(line))), "metadata": {}}


def asked(found: dict[str, Any]) -> list[Message]:
    """The messages of a line, whoever spoke last. Raises LineUnfit."""
    contents = part(found, "contents")
    if not isinstance(contents, list):
        raise LineUnfit("contents is not a list.")
    system = found.get("systemInstruction")
    told = None if system is None else said(system, "systemInstruction")
    return joined(told, [turn(one, f"contents.{place}") for place, one in enumerate(contents)])


def turn(given: Any, where: str) -> Message:
    """One turn of Gemini's as a message. Raises LineUnfit."""
    role = part(given, "role", f"{where}.")
    if role not in _IN:
        raise LineUnfit(f"{where}.role is neither user nor model.")
    return {"role": _IN[role], "content": said(given, where)}


def said(given: Any, where: str) -> str:
    """The text of all parts. Raises LineUnfit."""
    found = part(given, "parts", f"{where}.")
    if not isinstance(found, list):
        raise LineUnfit(f"{where}.parts is not a list.")
    return "".join(text(part(one, "text", f"{where}.parts."), f"{where}.parts.text") for one in found)
