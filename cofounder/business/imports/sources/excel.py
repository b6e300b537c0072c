"""Excel workbooks (.xlsx), a row at a time. Of a formula the value counts that the file holds; none is carried out."""

import io
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from cofounder.business.imports.errors import FileEmpty, FileSuspicious, FileUnreadable
from cofounder.business.imports.schemas import Fault, Form
from cofounder.business.imports.sources.batches import BATCH_ROWS, Batch, Gathered, as_text, names

_LOOKED_AT = 100  # rows in which formulas are looked for
_MOST_ROWS = 1_048_576  # of a sheet, by Excel's own limits
_ROW_BYTES = 20_000_000  # of a row as XML, or of the strings between two rows


class ExcelReader:
    """One sheet of a workbook; the first with anything on it where none is named."""

    total: int | None = None

    def __init__(self, path: Path, form: Form, name: str) -> None:
        self._path, self._name = path, name
        self.notes: list[str] = []
        book = _open(path, name)
        sheets = list(book.sheetnames)
        if form.sheet is not None and form.sheet not in sheets:
            raise FileUnreadable(f"There is no sheet {form.sheet!r}. Sheets: {', '.join(sheets)}.", field="sheet")
        for sheet in [form.sheet] if form.sheet is not None else sheets:
            self.form = form.model_copy(update={"sheet": sheet})
            found = next((each for each in self._rows(book) if each[0] >= max(form.header, 1)), None)
            if found is not None:
                break
        book.close()
        if found is None:
            raise FileEmpty(f"{name} has no row of column names.", field="file")
        if len(sheets) > 1:
            self.notes.append(f"The workbook has {len(sheets)} sheets; this is {self.form.sheet!r}.")
        line, head = found
        self._head = line if form.header else 0  # blank rows may stand above the names
        self.columns = names(
            head if form.header else [f"column_{number}" for number in range(1, len(head) + 1)], self.notes
        )
        self._look_for_formulas()

    def _rows(self, book: Any) -> Iterator[tuple[int, list[Any]]]:
        sheet = book[self.form.sheet]
        if not hasattr(sheet, "reset_dimensions"):
            return  # a sheet of charts
        sheet.reset_dimensions()  # what the file says of its own size is not to be relied on
        try:
            for line, row in enumerate(sheet.iter_rows(values_only=True), 1):
                if line > _MOST_ROWS:
                    raise FileSuspicious(f"The sheet {self.form.sheet!r} has rows that no workbook has.", field="file")
                values = list(row)
                while values and values[-1] is None:
                    values.pop()
                if values:
                    yield line, values
        except FileSuspicious:
            raise
        except Exception as error:  # whatever the workbook's XML makes of its reader
            raise FileUnreadable(
                f"The sheet {self.form.sheet!r} breaks off: {type(error).__name__}.", field="file"
            ) from error

    def _look_for_formulas(self) -> None:
        book = _open(self._path, self._name, formulas=True)
        found: dict[str, None] = {}
        sheet = book[self.form.sheet]
        sheet.reset_dimensions()
        try:
            for row in sheet.iter_rows(min_row=self._head + 1, max_row=self._head + _LOOKED_AT):
                for place, cell in enumerate(row[: len(self.columns)]):
                    if getattr(cell, "data_type", "n") == "f":
                        found[self.columns[place]] = None
        except Exception:  # what is broken there is told when the rows are read
            pass
        book.close()
        if found:
            said = ", ".join(found)
            self.notes.append(f"Computed by formulas, of which the values count that the file was saved with: {said}.")

    def batches(self, size: int = BATCH_ROWS, place: str | None = None) -> Iterator[Batch]:
        book = _open(self._path, self._name)
        wide = len(self.columns)
        found = Gathered(self.columns, size)
        passed = max(self._head, int(place or 0))
        try:
            for line, row in self._rows(book):
                if line <= passed:
                    continue
                passed = line
                if len(row) > wide:
                    shown = " | ".join(str(value)[:500] for value in row[:50])[:500].replace("\x00", "\ufffd")
                    reason = f"It has {len(row)} cells where the columns are {wide}."
                    found.fault(Fault(line=line, column="", value=shown, code="line_broken", reason=reason))
                else:
                    cells = [*map(as_text, row), *[None] * (wide - len(row))]
                    found.row(line, cells, sum(len(cell) for cell in cells if cell is not None))
                if found.is_full:
                    yield found.batch(place=str(line), share=book._archive.share())
        finally:
            book.close()
        if found:
            yield found.batch(place=str(passed), share=1.0)

    def close(self) -> None:
        """Nothing stays open between two readings."""


def _open(path: Path, name: str, *, formulas: bool = False) -> Any:
    from openpyxl import load_workbook

    file = path.open("rb")  # by its name it would go by the extension, and an upload has none
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions that it does not know
            book = load_workbook(file, read_only=True, data_only=not formulas, keep_links=False)
    except Exception as error:  # it raises whatever the XML makes it raise
        file.close()
        raise FileUnreadable(f"{name} is no whole Excel file: {type(error).__name__}.", field="file") from error
    guarded: Any = book
    guarded._archive = _Parts(guarded._archive, file)
    return guarded


class _Parts:
    """The parts of a workbook, none of which may hold a row that fills the memory."""

    def __init__(self, archive: Any, file: IO[bytes]) -> None:
        self._archive, self._file = archive, file
        self._sheet: _Part | None = None

    def open(self, name: str, *more: Any) -> Any:
        part = _Part(self._archive.open(name, *more), self._archive.getinfo(name).file_size)
        if "/worksheets/" in name:
            self._sheet = part
        return io.BufferedReader(part, buffer_size=256_000)

    def share(self) -> float | None:
        """How much of the sheet that was opened last is read, 0-1."""
        return None if self._sheet is None else min(self._sheet.seen / max(self._sheet.size, 1), 1.0)

    def close(self) -> None:
        self._archive.close()
        self._file.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._archive, name)


class _Part(io.RawIOBase):
    """Gives up where far more than a row has come without one's end."""

    def __init__(self, raw: IO[bytes], size: int) -> None:
        self._raw, self._since = raw, 0
        self.size, self.seen = size, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        found = self._raw.read(len(buffer))
        self.seen += len(found)
        end = max(map(found.rfind, (b"<row", b"/row", b":row")))  # :row where the names have a prefix
        self._since = len(found) - end if end >= 0 else self._since + len(found)
        if self._since > _ROW_BYTES:
            raise FileSuspicious("One of its rows is larger than any row of a workbook.", field="file")
        buffer[: len(found)] = found
        return len(found)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()
