"""JSON lines in the chat form, with what is known about each beside it: the form in which datasets are kept."""

from cofounder.flow.train.formats.lines import Line, dumped, loaded, messages_of, part


def write(line: Line) -> bytes:
    return dumped({"messages": line["messages"], "metadata": line["metadata"]}) + b"\n"


def read(line: bytes) -> Line:
    """Raises LineUnfit."""
    found = loaded(line)
    metadata = found.get("metadata")
    return {
        "messages": messages_of(part(found, "messages")),
        "metadata": metadata if isinstance(metadata, dict) else {},
    }
