"""JSONL: one object a line. Objects inside become columns with a dot in their name."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cofounder.business.imports.errors import FileEmpty
from cofounder.business.imports.schemas import Fault, Form
from cofounder.business.imports.sources.batches import BATCH_ROWS, Batch, Gathered, as_text, names
from cofounder.business.imports.sources.files import unpacked

_LOOKED_AT = 20_000  # objects that tell the columns
_LOOKED_BYTES = 50_000_000
_DEEP = 4
_LINE_BYTES = 16_000_000


class JsonlReader:
    """A file with a JSON object on every line."""

    steady = True
    total: int | None = None

    def __init__(self, path: Path, form: Form, name: str) -> None:
        self._path = path
        self.notes: list[str] = []
        self.form = form.model_copy(update={"encoding": "utf-8"})
        found: dict[str, None] = {}
        seen = 0
        for number, (_, row, _, weight) in enumerate(self._objects()):
            seen += weight
            if row is not None:
                found |= dict.fromkeys(row)
            if number >= _LOOKED_AT or seen > _LOOKED_BYTES:
                self.notes.append(f"Its columns are those of its first {number + 1:,} lines.")
                break
        if not found:
            raise FileEmpty(f"{name} holds no JSON object.", field="file")
        self._keys = list(found)
        self.columns = names(self._keys, self.notes)

    def _objects(self) -> Iterator[tuple[int, dict[str, Any] | None, Fault | None, int]]:
        with unpacked(self._path) as file:
            line = 0
            while text := file.readline(_LINE_BYTES):
                line += 1
                if not text.strip():
                    continue
                try:
                    said = json.loads(text.decode("utf-8-sig"))
                except (ValueError, RecursionError) as error:
                    yield line, None, _fault(line, text, f"It is no JSON: {error}"[:300]), len(text)
                    continue
                if not isinstance(said, dict):
                    yield line, None, _fault(line, text, "It is no object"), len(text)
                    continue
                yield line, dict(_flat(said)), None, len(text)

    def batches(self, size: int = BATCH_ROWS) -> Iterator[Batch]:
        found = Gathered(self.columns, size)
        for line, row, fault, weight in self._objects():
            if fault is not None:
                found.fault(fault)
            elif row is not None:
                found.row(line, [as_text(row.get(name)) for name in self._keys], weight)
            if found.is_full:
                yield found.batch()
        if found:
            yield found.batch()

    def close(self) -> None:
        """Nothing stays open."""


def _flat(said: dict[str, Any], before: str = "", deep: int = 0) -> Iterator[tuple[str, Any]]:
    for name, value in said.items():
        if isinstance(value, dict) and value and deep < _DEEP:
            yield from _flat(value, f"{before}{name}.", deep + 1)
        else:
            yield f"{before}{name}", value


def _fault(line: int, text: bytes, reason: str) -> Fault:
    shown = text[:500].decode("utf-8", errors="replace").strip().replace("\x00", "\ufffd")
    return Fault(line=line, column="", value=shown, code="line_broken", reason=f"{reason}.")
