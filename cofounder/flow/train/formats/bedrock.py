"""The form of Amazon Bedrock's conversation models: the system text as a field of its own, then messages."""

from cofounder.flow.train.formats.lines import Line, LineUnfit, dumped, joined, loaded, messages_of, part, parts, text


def write(line: Line) -> bytes:
    system, turns = parts(line)
    made = {"messages": turns} if system is None else {"system": system, "messages": turns}
    return dumped(made) + b"\n"


def read(line: bytes) -> Line:
    """Raises LineUnfit."""
    found = loaded(line)
    turns = part(found, "messages")
    if not isinstance(turns, list):
        raise LineUnfit("messages is not a list.")
    system = text(found["system"], "system") if found.get("system") is not None else None
    return {"messages": messages_of(joined(system, turns)), "metadata": {}}
