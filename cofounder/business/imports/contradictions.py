"""Rows of one source that say different things of the same: told in the source's own columns. Pure."""

from collections.abc import Sequence
from typing import Any

from cofounder.business.imports.schemas import Fault, Mapping
from cofounder.business.records.contradicting import Contradiction

CODE = "contradicted"
_SHOWN = 200  # characters of a value


def told(found: Sequence[Contradiction], mapping: Mapping) -> list[Fault]:
    """Each as a line of the list of what did not go in: where it stands, what it says, and what counts instead."""
    return [
        Fault(line=one.line, column=_column(one.field, mapping), value=_cell(one.value), code=CODE, reason=_reason(one))
        for one in found
    ]


def _reason(one: Contradiction) -> str:
    other = _cell(one.other)
    said = "says nothing" if other is None else f"says {other}"
    if one.line == one.counts:
        return f"An earlier row on the same {said}; this one came later and counts."
    return f"Line {one.counts} on the same {said}, came later and counts."


def _column(field: str, mapping: Mapping) -> str:
    """The column of the source that a field was read from; a figure's name where rows are made of columns."""
    where = mapping.fields.get(field)
    return " + ".join(where.columns) if where is not None and where.columns else field


def _cell(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, list):
        return ", ".join(map(str, value))[:_SHOWN]
    return str(value)[:_SHOWN]
