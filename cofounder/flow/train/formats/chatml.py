"""Plain ChatML: one text a line, turns between marks. A mark inside a message gets a backslash, and loses it again."""

import re

from cofounder.flow.train.formats.lines import Line, LineUnfit, Message, dumped, loaded, messages_of, part, text

_START, _END = "<|im_start|>", "<|im_end|>"
_MARK = re.compile(r"<(\\*)\|im_")
_ESCAPED = re.compile(r"<\\(\\*)\|im_")
_TURN = re.compile(r"<\|im_start\|>(\w+)\n(.*?)<\|im_end\|>\n?", re.DOTALL)


def write(line: Line) -> bytes:
    return dumped({"text": "".join(f"{_START}{one['role']}\n{_out(one)}{_END}\n" for one in line["messages"])}) + b"\n"


def _out(message: Message) -> str:
    return _MARK.sub(r"<\\\1|im_", message["content"])


def read(line: bytes) -> Line:
    """Raises LineUnfit."""
    whole = text(part(loaded(line), "text"), "text")
    found: list[Message] = []
    at = 0
    for match in _TURN.finditer(whole):
        if match.start() != at:
            break
        found.append({"role": match[1], "content": _ESCAPED.sub(r"<\1|im_", match[2])})
        at = match.end()
    if at != len(whole):
        raise LineUnfit(f"text is not ChatML at character {at}.")
    return {"messages": messages_of(found), "metadata": {}}
