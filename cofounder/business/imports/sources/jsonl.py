"""JSONL: one object a line. Objects inside become columns with a dot in their name."""

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cofounder.business.imports.errors import FileEmpty
from cofounder.business.imports.schemas import Fault, Form
from cofounder.business.imports.sources.batches import BATCH_ROWS, Batch, Gathered, as_text, names
from cofounder.business.imports.sources.files import go_to, share_of, unpacked

_LOOKED_AT = 20_000  # objects that tell the columns
_LOOKED_BYTES = 50_000_000
_DEEP = 4
_LINE_BYTES = 16_000_000


@dataclass
class _Object:
    """A line: what it says or what is wrong with it, and the byte at which the next begins."""

    line: int
    at: int
    weight: int
    share: float
    row: dict[str, Any] | None = None
    fault: Fault | None = None


class JsonlReader:
    """A file with a JSON object on every line."""

    total: int | None = None

    def __init__(self, path: Path, form: Form, name: str) -> None:
        self._path, self._size = path, path.stat().st_size
        self.notes: list[str] = []
        self.form = form.model_copy(update={"encoding": "utf-8"})
        found: dict[str, None] = {}
        seen = 0
        for number, one in enumerate(self._objects()):
            seen += one.weight
            if one.row is not None:
                found |= dict.fromkeys(one.row)
            if number >= _LOOKED_AT or seen > _LOOKED_BYTES:
                self.notes.append(f"Its columns are those of its first {number + 1:,} lines.")
                break
        if not found:
            raise FileEmpty(f"{name} holds no JSON object.", field="file")
        self._keys = list(found)
        self.columns = names(self._keys, self.notes)

    def _objects(self, line: int = 0, at: int = 0) -> Iterator["_Object"]:
        with unpacked(self._path) as file:
            go_to(file, at)
            while text := file.readline(_LINE_BYTES):
                line, at = line + 1, at + len(text)
                if not text.strip():
                    continue
                one = _Object(line, at, len(text), share_of(file, self._size))
                try:
                    said = json.loads(text.decode("utf-8-sig"), parse_float=_number)
                    if isinstance(said, dict):
                        one.row = dict(_flat(said))
                    else:
                        one.fault = _fault(line, text, "It is no object")
                except (ValueError, RecursionError) as error:
                    one.fault = _fault(line, text, f"It is no JSON: {error}"[:300])
                yield one

    def batches(self, size: int = BATCH_ROWS, place: str | None = None) -> Iterator[Batch]:
        found = Gathered(self.columns, size)
        line, at = map(int, place.split()) if place else (0, 0)
        for one in self._objects(line, at):
            line, at = one.line, one.at
            if one.fault is not None:
                found.fault(one.fault)
            elif one.row is not None:
                found.row(one.line, [as_text(one.row.get(name)) for name in self._keys], one.weight)
            if found.is_full:
                yield found.batch(place=f"{line} {at}", share=one.share)
        if found:
            yield found.batch(place=f"{line} {at}", share=1.0)

    def close(self) -> None:
        """Nothing stays open."""


def _number(given: str) -> float | str:
    """The number, or as it was written where it is too large for one, so that what refuses it can name it."""
    number = float(given)
    return number if math.isfinite(number) else given


def _flat(said: dict[str, Any], before: str = "", deep: int = 0) -> Iterator[tuple[str, Any]]:
    for name, value in said.items():
        if isinstance(value, dict) and value and deep < _DEEP:
            yield from _flat(value, f"{before}{name}.", deep + 1)
        else:
            yield f"{before}{name}", value


def _fault(line: int, text: bytes, reason: str) -> Fault:
    shown = text[:500].decode("utf-8", errors="replace").strip().replace("\x00", "\ufffd")
    return Fault(line=line, column="", value=shown, code="line_broken", reason=f"{reason}.")
