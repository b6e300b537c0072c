"""Lines as rows: CSV that no spreadsheet takes for a formula and that reads back to the same line, and columns for Parquet."""

import csv
import io
import json
from typing import Any

from cofounder.flow.train.formats.lines import Line, LineUnfit, Message, dumped, joined, loaded, messages_of, parts

COLUMNS = ("execution_id", "intent", "success", "quality_score", "system", "user", "assistant", "turns", "metadata")
_MARKED = ("'", "=", "+", "-", "@", "\t", "\r", "\n")  # what a spreadsheet may compute, and the mark itself


def header() -> bytes:
    return (",".join(COLUMNS) + "\r\n").encode()


def row(line: Line) -> dict[str, Any]:
    """The line in columns; `turns` is filled only where there is more than one question and its answer."""
    system, turns = parts(line)
    known = line["metadata"]
    plain = [one["role"] for one in turns] == ["user", "assistant"]
    return {
        "execution_id": _text(known.get("execution_id")),
        "intent": _text(known.get("intent")),
        "success": known.get("success") if isinstance(known.get("success"), bool) else None,
        "quality_score": _number(known.get("quality_score")),
        "system": system,
        "user": turns[0]["content"] if plain else None,
        "assistant": turns[1]["content"] if plain else None,
        "turns": None if plain else dumped(turns).decode(),
        "metadata": dumped(known).decode(),
    }


def _text(given: Any) -> str | None:
    return None if given is None else str(given)


def _number(given: Any) -> float | None:
    return float(given) if isinstance(given, int | float) and not isinstance(given, bool) else None


def write(line: Line) -> bytes:
    """One row of CSV (RFC 4180)."""
    out = io.StringIO()
    csv.writer(out).writerow([_cell(value) for value in row(line).values()])
    return out.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_MARKED) else text


def read(line: bytes) -> Line:
    """Raises LineUnfit."""
    # splitlines would cut inside a quoted cell
    cells = next(csv.reader(io.StringIO(line.decode(), newline="")), [])
    if len(cells) != len(COLUMNS):
        raise LineUnfit(f"It has {len(cells)} cells, not {len(COLUMNS)}.")
    found = dict(zip(COLUMNS, [one[1:] if one.startswith("'") else one for one in cells], strict=True))
    return of_row(found)


def of_row(found: dict[str, Any]) -> Line:
    """The line of a row, of CSV or Parquet. Raises LineUnfit."""
    turns: list[Message] = (
        json.loads(found["turns"])
        if found["turns"]
        else [
            {"role": "user", "content": found["user"] or ""},
            {"role": "assistant", "content": found["assistant"] or ""},
        ]
    )
    return {
        "messages": messages_of(joined(found["system"] or None, turns)),
        "metadata": loaded(str(found["metadata"] or "{}").encode()),
    }
