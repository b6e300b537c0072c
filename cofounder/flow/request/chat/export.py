"""A conversation as a file: Markdown to read, JSON to keep. Pure."""

from collections.abc import Sequence

from cofounder.flow.request.chat.schemas import Export, Message, Source

_NOT_DONE = {
    "streaming": "still being written",
    "stopped": "stopped",
    "cut_off": "cut off",
    "failed": "failed",
}


def markdown(whole: Export) -> str:
    """Questions and answers in order, each answer with what it rests on."""
    parts = [f"# {_line(whole.title)}", ""]
    for message in whole.messages:
        parts += _question(message) if message.role == "user" else _answer(message)
    return "\n".join(parts).rstrip() + "\n"


def _question(message: Message) -> list[str]:
    return [f"**You**, {message.created_at:%Y-%m-%d %H:%M} UTC", "", *_quoted(message.text), ""]


def _answer(message: Message) -> list[str]:
    state = _NOT_DONE.get(message.state)
    by = " · ".join(filter(None, [message.agent, message.model, state]))
    found = [f"**Answer**{f' ({by})' if by else ''}", "", message.text or "(nothing)", ""]
    if message.error:
        found += [f"_{_line(message.error)}_", ""]
    if message.task_id:
        found += [f"Task: {message.task_id}", ""]
    for source in message.sources:
        found += _source(source)
    return found


def _source(source: Source) -> list[str]:
    head = [f"Source: {_line(source.title)} ({source.tool})", ""]
    names = list(dict.fromkeys(name for row in source.rows for name in row))
    if not names:
        return head
    table = [f"| {' | '.join(_cell(name) for name in names)} |", f"|{'---|' * len(names)}"]
    table += [f"| {' | '.join(_cell(row.get(name)) for name in names)} |" for row in source.rows]
    return [*head, *table, ""]


def _quoted(text: str) -> Sequence[str]:
    return [f"> {line}".rstrip() for line in text.splitlines()]


def _line(text: str) -> str:
    return " ".join(text.split())


def _cell(value: object) -> str:
    return "" if value is None else _line(str(value)).replace("|", "\\|")
