"""What a training process writes down, read back: lines that are only ever added, and the word at its end."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cofounder.flow.train.tuners.interface import Event

NAME, END = "journal.jsonl", "end.json"


@dataclass(frozen=True)
class Entry:
    """One line. `number` is its place in the file, from 1, and never changes."""

    number: int
    said: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(self.said.get("kind", ""))


def entries(folder: Path) -> Iterator[Entry]:
    """Every whole line. One that a kill or a full disk cut short is passed over."""
    try:
        data = (folder / NAME).read_bytes()
    except FileNotFoundError:
        return
    lines = data.split(b"\n")[:-1]  # the last one is not whole yet
    for number, line in enumerate(lines, start=1):
        try:
            said = json.loads(line)
        except ValueError:
            continue
        if isinstance(said, dict):
            yield Entry(number, said)


def ended(folder: Path) -> dict[str, Any] | None:
    """How the training ended; None: it has not."""
    try:
        said = json.loads((folder / END).read_bytes().strip(b" \n\x00") or b"null")
    except (FileNotFoundError, ValueError):
        return None
    return said if isinstance(said, dict) else None


def event(entry: Entry) -> Event | None:
    """The line as people are told it; None: it is of no interest to them."""
    said = entry.said
    if not said.get("message"):
        return None
    return Event(
        id=f"{entry.number:08d}",
        at=_moment(said.get("at")),
        message=str(said["message"]),
        level=said["level"] if said.get("level") in ("warning", "error") else "info",
        step=said.get("step"),
        loss=said.get("loss"),
        eval_loss=said.get("eval_loss"),
    )


def _moment(given: Any) -> datetime:
    return datetime.fromtimestamp(given if isinstance(given, int | float) else 0, UTC)
