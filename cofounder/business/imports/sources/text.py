"""CSV and TSV, of any encoding and delimiter."""

import codecs
import csv
import io
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from cofounder.business.imports.errors import FileEmpty, FileNotKnown, FileUnreadable
from cofounder.business.imports.schemas import Fault, Form
from cofounder.business.imports.sources.batches import BATCH_ROWS, LINE_CHARACTERS, Batch, Gathered, names
from cofounder.business.imports.sources.encodings import guess_encoding, guessed
from cofounder.business.imports.sources.files import head_of, share_of, unpacked

DELIMITERS = (",", ";", "\t", "|")
_CELL = 1_000_000  # characters; more is a quote that was never closed
_CONTROLLED = 100_000  # characters in which control codes are counted
_CONTROLS = "".join(map(chr, {*range(32)} - {9, 10, 12, 13, 31}))
_LOOKED_AT = 200  # lines that tell the delimiter
_NO_ENCODINGS = frozenset(
    ("idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "unicode_escape", "raw_unicode_escape")
)  # Python knows them; no file is in one


class TextReader:
    """A file of lines with a delimiter between the cells."""

    total: int | None = None

    def __init__(self, path: Path, form: Form, name: str) -> None:
        self._path, self._name, self._size = path, name, path.stat().st_size
        self.notes: list[str] = []
        head = head_of(path)
        encoding, is_guess = (form.encoding, form.guessed) if form.encoding else guess_encoding(head)
        try:
            if codecs.lookup(encoding).name in _NO_ENCODINGS:
                raise LookupError(encoding)
            text = head.decode(encoding, errors="replace")
        except (LookupError, UnicodeError) as error:
            raise FileUnreadable(f"There is no encoding {encoding!r}.", field="encoding") from error
        if _is_binary(text[:_CONTROLLED]):
            raise FileNotKnown(f"{name} holds binary data.", field="file")
        delimiter = form.delimiter or guess_delimiter(text, form.quote)
        self.form = form.model_copy(update={"encoding": encoding, "guessed": is_guess, "delimiter": delimiter})
        if is_guess:
            self.notes.append(guessed(encoding))
        self.columns = self._names(text)

    def _names(self, text: str) -> list[str]:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=str(self.form.delimiter), quotechar=self.form.quote)
        try:
            found = [next(rows) for _ in range(max(self.form.header, 1))][-1]
            if self.form.header == 0:
                return [f"column_{number}" for number in range(1, len(found) + 1)]
            while not any(cell.strip() for cell in found):  # blank lines above the names
                found = next(rows)
        except (StopIteration, csv.Error) as error:
            raise FileEmpty(f"{self._name} has no line {self.form.header} with column names.", field="file") from error
        if len(found) == 1:
            self.notes.append("The file has a single column. If that is wrong, name its delimiter.")
        return names(found, self.notes)

    def batches(self, size: int = BATCH_ROWS, place: str | None = None) -> Iterator[Batch]:
        wide = len(self.columns)
        with unpacked(self._path) as raw:
            text = io.TextIOWrapper(raw, encoding=str(self.form.encoding), errors="replace", newline="")
            csv.field_size_limit(_CELL)
            passed = _go_on(text, place) if place else 0
            bounded = iter(partial(text.readline, LINE_CHARACTERS), "")  # a file without line ends is not one line
            rows = csv.reader(bounded, delimiter=str(self.form.delimiter), quotechar=self.form.quote)
            begun = self.form.header == 0 or passed > 0
            found = Gathered(self.columns, size)
            while True:
                if found.is_full:
                    then = _place(text, passed + rows.line_num) if begun else None
                    yield found.batch(place=then, share=share_of(raw, self._size))
                line = passed + rows.line_num + 1
                try:
                    row = next(rows)
                except StopIteration:
                    break
                except csv.Error as error:
                    found.fault(_fault(line, _broken(error, line, passed + rows.line_num)))
                    continue
                except UnicodeError as error:  # utf-16 cut in the middle of a character
                    raise FileUnreadable(
                        f"It is no {self.form.encoding} from line {line} on.", field="encoding"
                    ) from error
                if not row or (len(row) == 1 and not row[0].strip() and wide > 1):
                    continue  # a blank line
                if not begun:
                    begun = line >= self.form.header and any(cell.strip() for cell in row)
                    continue
                if len(row) != wide:
                    if len(row) > wide and not any(row[wide:]):
                        row = row[:wide]  # delimiters at the end of the line
                    else:
                        found.fault(_fault(line, _uneven(len(row), wide, line, passed + rows.line_num), row))
                        continue
                found.row(line, row, sum(map(len, row)))
            if found:
                then = _place(text, passed + rows.line_num) if begun else None
                yield found.batch(place=then, share=1.0)

    def close(self) -> None:
        """Nothing stays open between two batches but the file of the generator."""


def _is_binary(text: str) -> bool:
    """Whether one sign in a hundred is a control code, from the first line on or in most lines: a lone bad line is dirt."""
    if sum(map(text.count, _CONTROLS)) <= len(text) // 100:
        return False
    lines = [any(sign in line for sign in _CONTROLS) for line in text.splitlines() if line.strip()]
    return lines[0] or sum(lines) > len(lines) / 2


def _place(text: io.TextIOWrapper, line: int) -> str:
    """Where the next line begins: its number, and the byte with the state of the decoder where that can be told."""
    try:
        return f"{line} {text.tell()}"
    except (OSError, OverflowError):  # packed, or an encoding whose state is no number
        return f"{line} "


def _go_on(text: io.TextIOWrapper, place: str) -> int:
    """Go to where a line begins; how many lines are before it. Without a byte they are passed over unread."""
    number, _, at = place.partition(" ")
    if at:
        text.seek(int(at))
    else:
        for _ in range(int(number)):
            text.readline(LINE_CHARACTERS)
    return int(number)


def _broken(error: csv.Error, line: int, last: int) -> str:
    if "limit" not in str(error):
        return f"{error}".capitalize()
    where = f", or a quote that line {line} opens is not closed by line {last}" if last > line else ""
    return f"A cell is longer than {_CELL:,} characters{where}"


def _uneven(cells: int, wide: int, line: int, last: int) -> str:
    said = f"It has {cells} cells where the columns are {wide}"
    return f"{said}; a quote in it runs on to line {last}" if last > line else said


def _fault(line: int, reason: str, row: list[str] | None = None) -> Fault:
    shown = None if row is None else " | ".join(cell[:500] for cell in row[:50])[:500].replace("\x00", "\ufffd")
    return Fault(line=line, column="", value=shown, code="line_broken", reason=f"{reason}.")


def guess_delimiter(text: str, quote: str) -> str:
    """The one that cuts most of the first lines into the same number of cells, more than one."""
    text = text[:200_000]

    def fit(delimiter: str) -> tuple[float, int]:
        widths: list[int] = []
        try:
            for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quote):
                if row:
                    widths.append(len(row))
                if len(widths) == _LOOKED_AT:
                    break
        except csv.Error:
            return 0.0, 0
        if not widths or widths[0] < 2:
            return 0.0, 0
        if len(widths) > 1 and len(text) == 200_000:
            widths.pop()  # cut
        return sum(width == widths[0] for width in widths) / len(widths), widths[0]

    fits = {one: fit(one) for one in DELIMITERS}
    return max(DELIMITERS, key=lambda one: (fits[one][0] > 0.5, fits[one][1], fits[one][0], -DELIMITERS.index(one)))
