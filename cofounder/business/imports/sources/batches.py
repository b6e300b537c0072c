"""What every source gives: batches of text cells."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from cofounder.business.imports.errors import FileUnreadable
from cofounder.business.imports.schemas import LINE, MOST_COLUMNS, Fault, Form

if TYPE_CHECKING:
    import polars as pl

LINE_COLUMN = LINE
BATCH_ROWS = 20_000
LIST_BREAK = "\x1f"  # between the items of a list in one cell


@dataclass
class Batch:
    """Rows as text. `frame` has the column `#line` and one text column a name; `read` counts the refused rows too."""

    frame: "pl.DataFrame"
    read: int
    faults: list[Fault] = field(default_factory=list)
    cursor: str | None = None  # the highest value of the cursor column, where the source is read by one


class Reader(Protocol):
    """An open source. `total` is its number of rows where it knows it without reading them all."""

    columns: list[str]
    total: int | None
    notes: list[str]
    form: Form
    steady: bool  # reading again gives the same rows in the same order

    def batches(self, size: int = BATCH_ROWS) -> Iterator[Batch]:
        """From the first row on."""

    def close(self) -> None: ...


def names(found: Sequence[Any], notes: list[str]) -> list[str]:
    """Names that are there and differ: an empty one gets its number, one that comes again is counted."""
    if len(found) > MOST_COLUMNS:
        raise FileUnreadable(f"It has {len(found):,} columns; {MOST_COLUMNS} can be read.", field="file")
    made: list[str] = []
    for number, one in enumerate(found, 1):
        plain = " ".join(str(one).replace("\x00", "").split())[:200] if one is not None else ""
        plain = plain or f"column_{number}"
        if plain in made or plain == LINE_COLUMN:
            again = next(k for k in range(2, MOST_COLUMNS + 2) if f"{plain} ({k})" not in made)
            notes.append(f"The column {plain!r} is there more than once; the later one is called '{plain} ({again})'.")
            plain = f"{plain} ({again})"
        made.append(plain)
    return made


def frame(columns: Sequence[str], lines: Sequence[int], rows: Sequence[Sequence[str | None]]) -> "pl.DataFrame":
    """A frame of text columns from rows of the right length."""
    import polars as pl

    across = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    series = [pl.Series(name, cells, dtype=pl.String) for name, cells in zip(columns, across, strict=True)]
    return pl.DataFrame([pl.Series(LINE_COLUMN, lines, dtype=pl.Int64), *series])


def as_text(value: Any) -> str | None:
    """A value of a typed source as a cell of text: ISO 8601 for times, JSON for what has parts."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, int | Decimal):
        return str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, list | tuple) and all(isinstance(one, str | int | float) for one in value):
        return LIST_BREAK.join(str(one) for one in value)
    if isinstance(value, bytes | bytearray | memoryview):
        return None
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except (TypeError, ValueError):
        return str(value)
