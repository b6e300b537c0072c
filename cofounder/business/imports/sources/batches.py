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
MOST_CHARACTERS = 8_000_000  # in a batch, however few rows that are
MOST_CELLS = 400_000  # in a batch: each of them may have to be refused in words
LINE_CHARACTERS = 4_000_000  # a longer line is cut: it is none of a table
LIST_BREAK = "\x1f"  # between the items of a list in one cell


@dataclass
class Batch:
    """Rows as text. `frame` has the column `#line` and one text column a name; `read` counts the refused rows too."""

    frame: "pl.DataFrame"
    read: int
    faults: list[Fault] = field(default_factory=list)
    cursor: str | None = None  # the highest value of the cursor column, where the source is read by one
    place: str | None = None  # where the next batch begins, in the reader's own words
    share: float | None = None  # of the source that is read, 0-1, where the reader can tell


class Reader(Protocol):
    """An open source. `total` is its number of rows where it knows it without reading them all."""

    columns: list[str]
    total: int | None
    notes: list[str]
    form: Form

    def batches(self, size: int = BATCH_ROWS, place: str | None = None) -> Iterator[Batch]:
        """From the first row on, or from where an earlier batch of the same source said that the next begins."""

    def close(self) -> None: ...


def names(found: Sequence[Any], notes: list[str]) -> list[str]:
    """Names that are there and differ: an empty one gets its number, one that comes again is counted."""
    if len(found) > MOST_COLUMNS:
        raise FileUnreadable(f"It has {len(found):,} columns; {MOST_COLUMNS} can be read.", field="file")
    made: list[str] = []
    for number, one in enumerate(found, 1):
        plain = " ".join(whole(str(one)).replace("\x00", "").split())[:200] if one is not None else ""
        plain = plain or f"column_{number}"
        if plain in made or plain == LINE_COLUMN:
            again = next(k for k in range(2, MOST_COLUMNS + 2) if f"{plain} ({k})" not in made)
            notes.append(f"The column {plain!r} is there more than once; the later one is called '{plain} ({again})'.")
            plain = f"{plain} ({again})"
        made.append(plain)
    return made


class Gathered:
    """Rows and refusals on their way into a batch, which ends before it weighs too much."""

    def __init__(self, columns: Sequence[str], size: int) -> None:
        self._columns = columns
        self._most = max(1, min(size, MOST_CELLS // max(len(columns), 1)))
        self._clear()

    def _clear(self) -> None:
        self._lines: list[int] = []
        self._rows: list[Sequence[str | None]] = []
        self._faults: list[Fault] = []
        self._weight = 0

    def row(self, line: int, cells: Sequence[str | None], weight: int) -> None:
        """A row, and how many characters it has."""
        self._lines.append(line)
        self._rows.append(cells)
        self._weight += weight

    def fault(self, one: Fault) -> None:
        """A row that is refused as it stands."""
        self._faults.append(one)

    @property
    def is_full(self) -> bool:
        return self._weight >= MOST_CHARACTERS or len(self) >= self._most

    def __len__(self) -> int:
        return len(self._lines) + len(self._faults)

    def batch(self, cursor: str | None = None, *, place: str | None = None, share: float | None = None) -> Batch:
        """What is there, as a batch; the next one begins empty."""
        rows = frame(self._columns, self._lines, self._rows)
        made = Batch(rows, len(self), self._faults, cursor, place, share)
        self._clear()
        return made


def frame(columns: Sequence[str], lines: Sequence[int], rows: Sequence[Sequence[str | None]]) -> "pl.DataFrame":
    """A frame of text columns from rows of the right length."""
    import polars as pl

    across = list(zip(*rows, strict=True)) if rows else [()] * len(columns)
    series = [_series(name, cells) for name, cells in zip(columns, across, strict=True)]
    return pl.DataFrame([pl.Series(LINE_COLUMN, lines, dtype=pl.Int64), *series])


def _series(name: str, cells: Sequence[str | None]) -> "pl.Series":
    import polars as pl

    try:
        return pl.Series(name, cells, dtype=pl.String)
    except UnicodeEncodeError:  # half of a pair of surrogates, as JSON may spell it
        return pl.Series(name, [None if one is None else whole(one) for one in cells], dtype=pl.String)


def whole(text: str) -> str:
    """A text without halves of characters: a sign of another encoding stands for each, and is refused as one."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


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
