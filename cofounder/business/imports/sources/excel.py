"""Excel workbooks (.xlsx), a row at a time. Of a formula the value counts that the file holds; none is carried out."""

import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cofounder.business.imports.errors import FileEmpty, FileUnreadable
from cofounder.business.imports.schemas import Fault, Form
from cofounder.business.imports.sources.batches import BATCH_ROWS, Batch, as_text, frame, names

_LOOKED_AT = 100  # rows in which formulas are looked for


class ExcelReader:
    """One sheet of a workbook; the first with anything on it where none is named."""

    steady = True
    total: int | None = None

    def __init__(self, path: Path, form: Form) -> None:
        self._path = path
        self.notes: list[str] = []
        book = _open(path)
        sheets = list(book.sheetnames)
        if form.sheet is not None and form.sheet not in sheets:
            raise FileUnreadable(f"There is no sheet {form.sheet!r}. Sheets: {', '.join(sheets)}.", field="sheet")
        for sheet in [form.sheet] if form.sheet is not None else sheets:
            self.form = form.model_copy(update={"sheet": sheet})
            found = next((row for line, row in self._rows(book) if line >= max(form.header, 1)), None)
            if found is not None:
                break
        book.close()
        if found is None:
            raise FileEmpty(f"{path.name} has no row of column names.", field="file")
        if len(sheets) > 1:
            self.notes.append(f"The workbook has {len(sheets)} sheets; this is {self.form.sheet!r}.")
        head = found if form.header else [f"column_{number}" for number in range(1, len(found) + 1)]
        self.columns = names(head, self.notes)
        self._look_for_formulas()

    def _rows(self, book: Any) -> Iterator[tuple[int, list[Any]]]:
        sheet = book[self.form.sheet]
        if not hasattr(sheet, "reset_dimensions"):
            return  # a sheet of charts
        sheet.reset_dimensions()  # what the file says of its own size is not to be relied on
        try:
            for line, row in enumerate(sheet.iter_rows(values_only=True), 1):
                values = list(row)
                while values and values[-1] is None:
                    values.pop()
                if values:
                    yield line, values
        except Exception as error:  # whatever the workbook's XML makes of its reader
            raise FileUnreadable(
                f"The sheet {self.form.sheet!r} breaks off: {type(error).__name__}.", field="file"
            ) from error

    def _look_for_formulas(self) -> None:
        book = _open(self._path, formulas=True)
        found: dict[str, None] = {}
        for row in book[self.form.sheet].iter_rows(min_row=self.form.header + 1, max_row=self.form.header + _LOOKED_AT):
            for place, cell in enumerate(row[: len(self.columns)]):
                if getattr(cell, "data_type", "n") == "f":
                    found[self.columns[place]] = None
        book.close()
        if found:
            said = ", ".join(found)
            self.notes.append(f"Computed by formulas, of which the values count that the file was saved with: {said}.")

    def batches(self, size: int = BATCH_ROWS) -> Iterator[Batch]:
        book = _open(self._path)
        wide = len(self.columns)
        lines: list[int] = []
        cells: list[list[str | None]] = []
        faults: list[Fault] = []
        try:
            for line, row in self._rows(book):
                if line <= self.form.header:
                    continue
                if len(row) > wide:
                    shown = " | ".join(str(value) for value in row)[:500]
                    reason = f"It has {len(row)} cells where the columns are {wide}."
                    faults.append(Fault(line=line, column="", value=shown, code="line_broken", reason=reason))
                else:
                    lines.append(line)
                    cells.append([*map(as_text, row), *[None] * (wide - len(row))])
                if len(lines) + len(faults) >= size:
                    yield Batch(frame(self.columns, lines, cells), len(lines) + len(faults), faults)
                    lines, cells, faults = [], [], []
        finally:
            book.close()
        if lines or faults:
            yield Batch(frame(self.columns, lines, cells), len(lines) + len(faults), faults)

    def close(self) -> None:
        """Nothing stays open between two readings."""


def _open(path: Path, *, formulas: bool = False) -> Any:
    from openpyxl import load_workbook

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and extensions that it does not know
            return load_workbook(path, read_only=True, data_only=not formulas, keep_links=False)
    except Exception as error:  # it raises whatever the XML makes it raise
        raise FileUnreadable(f"{path.name} is no whole Excel file: {type(error).__name__}.", field="file") from error
