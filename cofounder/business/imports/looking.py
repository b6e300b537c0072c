"""A look at a source before anything of it goes in: its columns, a guess at what they are, its first rows converted. Blocks."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cofounder.business.imports.convert import Converter, check
from cofounder.business.imports.errors import MappingUnfit
from cofounder.business.imports.fields import Kind
from cofounder.business.imports.guess import guess
from cofounder.business.imports.schemas import LINE, Fault, Form, Mapping, PreviewOut, Seen, Units
from cofounder.business.imports.sources import Reader, open_file
from cofounder.business.imports.unsure import ISO_WEEK, SUNDAY_WEEK, WEEK_NAUGHT, two_ways
from cofounder.business.imports.values import NOTHING, looks_like
from cofounder.kit import clock

LOOKED_AT = 500  # rows
_WEEKS_LOOKED_AT = 200_000  # rows, for a week 00
SHOWN = 20
_EXAMPLES = 3
_CELL = 300  # characters of a cell that a preview shows

Opening = Callable[[], Reader]


@dataclass
class Found:
    """What a look found out."""

    form: Form
    mapping: Mapping
    units: Units
    total: int | None
    left_out: list[str]  # columns that go nowhere
    notes: list[str]  # what the source says of itself, and what of it could be read two ways


def at_file(path: Path, kind: Kind, form: Form, mapping: Mapping | None, units: Units, label: str) -> Found:
    """Look at a file. A mapping that is given is taken as it is; raises MappingUnfit where it does not fit."""
    return at(lambda: open_file(path, form, name=label), kind, mapping, units, label, strict=mapping is not None)


def at(
    opening: Opening,
    kind: Kind,
    mapping: Mapping | None,
    units: Units,
    label: str,
    *,
    strict: bool,
    rows_too: bool = False,
) -> Found:
    """Look at any source; `strict`: the mapping must fit; `rows_too`: at its first rows even where nothing is guessed."""
    reader = opening()
    try:
        units = units.model_copy(update=getattr(reader, "units", {}))  # what the source itself says
        rows = _rows(reader) if mapping is None or rows_too else []
        if mapping is None:
            mapping, units, _ = guess(kind, reader.columns, rows, label=label, units=units)
            mapping = _with_weeks(reader, mapping)
        if mapping.make_posts and not mapping.keep:  # what is left out may say what its posts are
            mapping = mapping.model_copy(update={"keep": mapping.left_out(reader.columns)})
        if strict:
            check(kind, mapping, units, reader.columns)
        notes = [*reader.notes, *two_ways(kind, mapping, reader.columns, rows, units)]
        return Found(reader.form, mapping, units, reader.total, mapping.left_out(reader.columns), notes)
    finally:
        reader.close()


def _rows(reader: Reader) -> list[list[str | None]]:
    batch = next(reader.batches(LOOKED_AT), None)
    return [] if batch is None else [list(row[1:]) for row in batch.frame.rows()]


def _with_weeks(reader: Reader, mapping: Mapping) -> Mapping:
    """Weeks are those of ISO 8601 unless a week 00 occurs, which may be far below the rows that were looked at."""
    unsure = {
        name: where.columns[0]
        for name, where in mapping.fields.items()
        if where.format == ISO_WEEK and len(where.columns) == 1
    }
    if not unsure:
        return mapping
    fields = dict(mapping.fields)
    seen = 0
    for batch in reader.batches():
        for name, column in list(unsure.items()):
            if batch.frame[column].str.strip_chars().str.contains(WEEK_NAUGHT).any():
                fields[name] = fields[name].model_copy(update={"format": SUNDAY_WEEK})
                del unsure[name]
        seen += batch.read
        if not unsure or seen >= _WEEKS_LOOKED_AT:
            break
    return mapping.model_copy(update={"fields": fields})


def preview(opening: Opening, kind: Kind, mapping: Mapping, units: Units, label: str) -> PreviewOut:
    """The first rows as they stand and as they would go in; a mapping that does not fit yet is a note."""
    reader = opening()
    try:
        batch = next(reader.batches(LOOKED_AT), None)
    finally:
        reader.close()
    notes = list(reader.notes)
    rows = [] if batch is None else [list(row[1:]) for row in batch.frame.rows()]
    columns = [_seen(name, [row[place] for row in rows]) for place, name in enumerate(reader.columns)]
    notes += guess(kind, reader.columns, rows, label=label, units=units, said=mapping)[2] if rows else []
    converted: list[dict[str, Any]] = []
    refused: list[Fault] = []
    if batch is not None:
        try:
            made = Converter(kind, mapping, units, reader.columns, now=clock.now()).convert(batch)
            converted = [_plain(row) for row in made.rows.head(SHOWN).to_dicts()]
            refused = made.faults[:SHOWN]
            if len(made.faults) > len(refused):
                notes.append(f"Of the first {made.read} rows {made.refused} would be refused.")
        except MappingUnfit as error:
            notes.append(error.detail)
    return PreviewOut(
        columns=columns,
        rows=[[None if cell is None else cell[:_CELL] for cell in row] for row in rows[:SHOWN]],
        converted=converted,
        refused=refused,
        form=reader.form,
        mapping=mapping,
        units=units,
        unmapped=mapping.left_out(reader.columns),
        notes=list(dict.fromkeys(notes)),
    )


def _seen(name: str, cells: list[str | None]) -> Seen:
    said = [cell for cell in cells if cell is not None and cell.strip().lower() not in NOTHING]
    return Seen(
        name=name,
        examples=[cell[:_CELL] for cell in dict.fromkeys(said)][:_EXAMPLES],
        empty=round(1 - len(said) / len(cells), 4) if cells else 1.0,
        looks_like=looks_like(cells),
    )


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """A converted row as JSON, its line as `line`, what was not given left out."""
    shown = {}
    for name, value in row.items():
        if value is None or value == "" or name == "untimed":
            continue
        value = value.isoformat() if hasattr(value, "isoformat") else value
        shown["line" if name == LINE else name] = value[:_CELL] if isinstance(value, str) else value
    return shown
