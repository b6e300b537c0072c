"""What of a source can be read two ways, and how it is read: told, because nobody can know. Pure."""

import re
from collections.abc import Iterator, Sequence

from cofounder.business.imports import fitting, scales, values
from cofounder.business.imports.fields import NUMBERS, TIMES, Kind
from cofounder.business.imports.schemas import Mapping, Units

ISO_WEEK, SUNDAY_WEEK = "%G%V", "%Y%U"  # the first has no week 00
WEEK_NAUGHT = r"^(?:19|20)\d{2}00$"


def two_ways(
    kind: Kind, mapping: Mapping, columns: Sequence[str], sample: Sequence[Sequence[str | None]], units: Units
) -> list[str]:
    """What of the mapped columns could be read otherwise, and how it is read: the order of dates, the decimal mark."""
    cells = {name: [row[place] for row in sample if row[place]] for place, name in enumerate(columns)}
    notes = []
    times = _of_type(kind, mapping, cells, TIMES)
    order, both = values.day_order(times)
    unsure = next((cell for cell in times if re.match(r"^\s*\d{1,2}[/-]\d{1,2}[/-]\d{2,4}\b", cell)), None)
    if both:
        notes.append(
            "Some dates stand with the day first and some with the month first; those of one order are refused."
        )
    elif order is None and unsure is not None:
        first = "the day" if units.day_first else "the month"
        notes.append(f"Dates such as {unsure} can be read two ways; {first} is taken to stand first.")
    weeks = [name for where in mapping.fields.values() if where.format == ISO_WEEK for name in where.columns]
    if (week := next((cell for name in weeks for cell in cells.get(name, ()) if cell), None)) is not None:
        notes.append(f"Weeks such as {week} can be read two ways; they are taken to begin on Monday (ISO 8601).")
    figures = [cell for figure in mapping.figures for cell in cells.get(figure.column, ()) if cell]
    numbers = [*_of_type(kind, mapping, cells, NUMBERS), *figures]
    if all(values.decimal_marks(numbers)):
        mark = "comma" if units.decimal == "," else "point"
        notes.append(
            f"Some numbers have a decimal comma and some a decimal point; those with the other mark than the {mark} are refused."
        )
    either = values.either_mark(numbers)
    if (
        either is not None
        and values.decimal_mark([cell for column in cells.values() for cell in column if cell]) is None
    ):
        mark = "point" if "." in either else "comma"
        means = "stand before decimals" if units.decimal in either else "part thousands"
        notes.append(f"Numbers such as {either} can be read two ways; the {mark} is taken to {means}.")
    return [*notes, *_shares(kind, mapping, cells, units.decimal)]


def _shares(kind: Kind, mapping: Mapping, cells: dict[str, list[str | None]], decimal: str) -> list[str]:
    """Which shares and scores are scaled, and which are left because their values are of two scales."""
    notes = []
    for name, columns, scale, is_score in _scaled(kind, mapping):
        if len(columns) == 1:
            said = [cell for cell in cells.get(columns[0], ()) if cell]
            notes.append(scales.told(name, scale, scales.numbers(said, decimal), is_score=is_score))
    return [note for note in notes if note is not None]


def _scaled(kind: Kind, mapping: Mapping) -> Iterator[tuple[str, list[str], float | None, bool]]:
    for name, where in mapping.fields.items():
        known = kind.field(name)
        if known is not None and known.type in ("rate", "score"):
            yield name, where.columns, where.scale, known.type == "score"
    for name, where in mapping.dimensions.items():
        yield name, where.columns, where.scale, True
    for figure in mapping.figures:
        if fitting.is_share(figure.metric_type):
            yield figure.column, [figure.column], figure.scale, False


def _of_type(kind: Kind, mapping: Mapping, cells: dict[str, list[str | None]], types: frozenset[str]) -> list[str]:
    named = [
        name
        for field, where in mapping.fields.items()
        if (known := kind.field(field)) is not None and known.type in types
        for name in where.columns
    ]
    return [cell for name in named for cell in cells.get(name, ()) if cell]
