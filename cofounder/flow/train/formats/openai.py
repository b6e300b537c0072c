"""OpenAI's chat form, which Together and many others read too: messages and nothing else."""

from cofounder.flow.train.formats.lines import Line, dumped, loaded, messages_of, part


def write(line: Line) -> bytes:
    return dumped({"messages": line["messages"]}) + b"\n"


def read(line: bytes) -> Line:
    """Raises LineUnfit."""
    return {"messages": messages_of(part(loaded(line), "messages")), "metadata": {}}
