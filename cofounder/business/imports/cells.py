"""The cells of a source as they stand, as our texts and names, and as lines of the list of refusals. Pure."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cofounder.business import catalogue
from cofounder.business.imports import shaping
from cofounder.business.imports.fields import Field
from cofounder.business.imports.schemas import LINE, Fault, From
from cofounder.business.imports.sources.batches import LIST_BREAK
from cofounder.business.imports.values import Read

if TYPE_CHECKING:
    import polars as pl

_SHOWN = 500  # characters of a value that a refusal repeats
_NAME = 200  # characters of a name that rows are found by: an index holds no page of text
_NAMES = ("platform", "metric_type")
ENCODING = ("wrong_encoding", "It holds signs that could not be read: they are of another encoding than the file.")
_CHANNELS = ("platform",)


def text_of(source: "pl.DataFrame", where: From) -> "pl.Series":
    """The cells of a field as they stand: one column, several joined by a blank, or the one value."""
    import polars as pl

    if not where.columns:
        value = str(where.value).lower() if isinstance(where.value, bool) else str(where.value)
        return pl.repeat(value, source.height, dtype=pl.String, eager=True)
    if len(where.columns) == 1:
        return source[where.columns[0]].cast(pl.String)
    joined = pl.concat_str([pl.col(c).cast(pl.String).fill_null("") for c in where.columns], separator=" ")
    return source.select(joined.alias("joined")).to_series()


def texts(cells: "pl.Series", known: Field) -> Read:
    """The cells of a field of text, its names as ours; what cannot be kept or is no such name is refused."""
    import polars as pl

    if known.type == "text":
        cells = cells.str.replace_all(LIST_BREAK, ", ", literal=True)
    read = Read(cells)
    read.refuse("nul_character", "It holds a NUL character.", cells.str.contains("\x00", literal=True))
    read.refuse(*ENCODING, cells.str.contains("\ufffd", literal=True))
    if known.name in _NAMES:
        read.refuse("too_long", f"A name has at most {_NAME} characters.", cells.str.len_chars() > _NAME)
    if known.name in _CHANNELS and len(cells):
        named = read.values.unique().drop_nulls().to_list()
        read.values = read.values.replace(named, [shaping.platforms(one) for one in named])
    if known.name == "metric_type" and len(cells):
        named = read.values.unique().drop_nulls().to_list()
        read.values = read.values.replace(named, [catalogue.canonical(one) for one in named])
    if known.name == "status":
        named = read.values.unique().drop_nulls().to_list()
        read.values = read.values.replace(named, [shaping.status(one) or one for one in named])
        ended = pl.Series(list(shaping.ENDED), dtype=pl.String)
        read.refuse(
            "not_ended",
            f"Only ended tasks are history: {', '.join(shaping.ENDED)}.",
            read.values.is_not_null() & ~read.values.is_in(ended.implode()),
        )
    if known.name == "currency":
        read.values = read.values.str.to_uppercase()
        read.refuse("not_a_currency", "It is no code of three letters.", ~read.values.str.contains("^[A-Z]{3}$"))
    return read


def faults_of(
    source: "pl.DataFrame", columns: Sequence[str], text: "pl.Series | None", code: str, reason: str, rows: "pl.Series"
) -> list[Fault]:
    """A line of the list of refusals for each of these rows, with what stands there."""
    lines = source[LINE].filter(rows).to_list()
    shown: Sequence[str | None] = (
        [None] * len(lines) if text is None else text.filter(rows).str.slice(0, _SHOWN).to_list()
    )
    column = ", ".join(one for one in columns)
    return [
        Fault(
            line=line,
            column=column,
            value=None if not value else value.replace("\x00", "\ufffd").replace(LIST_BREAK, ", "),
            code=code,
            reason=reason,
        )
        for line, value in zip(lines, shown, strict=True)
    ]
