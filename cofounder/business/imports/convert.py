"""From batches of text to rows of the records: what each field says, what is refused and why, what is odd. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from cofounder.business.imports import currencies, fitting, oddities, shaping, values
from cofounder.business.imports.cells import ENCODING, faults_of, text_of, texts
from cofounder.business.imports.errors import MappingUnfit
from cofounder.business.imports.fields import NUMBERS, TIMES, Field, Kind
from cofounder.business.imports.schemas import LINE, Fault, Figure, From, Mapping, Units
from cofounder.business.imports.sources.batches import Batch
from cofounder.business.imports.values import Read

if TYPE_CHECKING:
    import polars as pl

_FIGURE = ("metric_type", "metric_value")  # a row of one figure is nothing without its name or its value
_AMOUNTS = ("cost", "revenue", "metric_value")
_CURRENCY = "USD"  # of kinds whose rows name none
_OTHER_CURRENCY = "Its sign is that of another currency than its row's: map a column with the currency, or name it."
_BACKWARDS = "The period ends before it begins: give its last day here, or leave it out and name how long a period is."
_COUNTED = frozenset(("social_analytics", "web_analytics"))  # whose missing figures are worth a word


@dataclass
class Converted:
    """Typed rows, each with its `#line` and `flags`; what was refused; how many rows were read and refused."""

    rows: "pl.DataFrame"
    faults: list[Fault]
    read: int
    refused: int
    flags: dict[str, int] = field(default_factory=dict)
    flagged: int = 0


class Converter:
    """Reads batches of one source by one mapping. `now` is when the import began: what has no time was measured then."""

    def __init__(self, kind: Kind, mapping: Mapping, units: Units, columns: Sequence[str], *, now: datetime) -> None:
        self.kind = kind
        self.mapping = mapping
        self.units = units
        self.now = now
        self._columns = [*columns, LINE]
        check(kind, mapping, units, self._columns)

    def convert(self, batch: Batch) -> Converted:
        """Typed rows of a batch. A row with one value that does not fit is refused whole, each such value listed."""
        import polars as pl

        source = batch.frame
        made: dict[str, pl.Series] = {}
        faults = list(batch.faults)
        bad = pl.repeat(False, source.height, dtype=pl.Boolean, eager=True)
        for name, where in self.mapping.fields.items():
            known = self.kind.field(name)
            assert known is not None  # `check` saw to it
            text = text_of(source, where)
            cells = values.given(text, words_count=known.type in ("text", "words"))
            read = self._read(known, cells, where)
            if known.required or (name in _FIGURE and not self.mapping.figures):
                read.refuse("missing", "Nothing is given, and no row does without it.", cells.is_null())
            made[name] = read.values
            bad = bad | self._refuse(source, where.columns, text, read, faults)
        for group in self.kind.any_of:
            empty = pl.select(pl.all_horizontal([pl.lit(made[n]).is_null() for n in group if n in made])).to_series()
            if len(empty) == 1 and source.height != 1:
                empty = empty.extend_constant(empty[0], source.height - 1) if source.height else empty.head(0)
            empty &= ~bad  # one whose value was refused gave one
            if empty.any():
                shown = [column for n in group if n in made for column in self.mapping.fields[n].columns]
                faults += faults_of(source, shown, None, "missing", f"None of {', '.join(group)} is given.", empty)
                bad = bad | empty
        bad = bad | self._more(source, made, faults) | self._other_currency(source, made, faults)
        if self.kind.name == "financial_metrics":
            bad = bad | self._no_figures(source, made, faults)
        frame = pl.DataFrame([source[LINE], *(series.alias(name) for name, series in made.items())])
        kept = frame.filter(~bad)
        rows = shaping.shape(self.kind.name, kept, self.mapping, self.units, self.now)
        rows, counted = self._flag(rows)
        refused = int(bad.sum()) + (batch.read - source.height)
        odd = int((rows["flags"] != "").sum()) if rows.height else 0
        faults.sort(key=lambda fault: fault.line)
        return Converted(rows, faults, batch.read, refused, counted, odd)

    def _read(self, known: Field, cells: "pl.Series", where: From) -> Read:
        units = self.units
        scale = float(where.scale) if where.scale is not None else None
        if where.words:
            cells = cells.replace(list(where.words), list(where.words.values()))
        if known.type == "count":
            return values.counts(cells, decimal=units.decimal, scale=scale)
        if known.type in ("rate", "score"):
            return values.shares(cells, decimal=units.decimal, scale=scale)
        if known.type in NUMBERS:
            read = values.numbers(cells, decimal=units.decimal, scale=scale)
            read.refuse("too_large", "It is too large.", read.values.abs() >= 1e13)
            return read
        if known.type == "moment":
            return values.moments(
                cells, zone=units.timezone, day_first=units.day_first, format=where.format, add_days=where.add_days
            )
        if known.type == "day":
            return values.days(cells, day_first=units.day_first, format=where.format, add_days=where.add_days)
        if known.type == "flag":
            return values.flags(cells)
        return texts(cells, known)

    def _refuse(
        self, source: "pl.DataFrame", columns: Sequence[str], text: "pl.Series", read: Read, faults: list[Fault]
    ) -> "pl.Series":
        import polars as pl

        bad = pl.repeat(False, source.height, dtype=pl.Boolean, eager=True)
        for code, reason, rows in read.wrong:
            faults += faults_of(source, columns, text, code, reason, rows)
            bad = bad | rows
        return bad

    def _more(self, source: "pl.DataFrame", made: "dict[str, pl.Series]", faults: list[Fault]) -> "pl.Series":
        """Figures of a wide table, dimensions of an evaluation, columns that are kept: beside the fields."""
        import polars as pl

        bad = pl.repeat(False, source.height, dtype=pl.Boolean, eager=True)
        for number, figure in enumerate(self.mapping.figures):
            text = source[figure.column]
            read = self._figure(figure, values.given(text, words_count=False))
            made[f"figure {number}"] = read.values
            bad = bad | self._refuse(source, [figure.column], text, read, faults)
        for name, where in self.mapping.dimensions.items():
            text = text_of(source, where)
            scale = float(where.scale) if where.scale is not None else None
            read = values.shares(values.given(text, words_count=False), decimal=self.units.decimal, scale=scale)
            made[f"dimension {name}"] = read.values
            bad = bad | self._refuse(source, where.columns, text, read, faults)
        for column in self.mapping.keep:
            read = Read(values.given(source[column], words_count=True).str.slice(0, 10_000))
            read.refuse(*ENCODING, read.values.str.contains("\ufffd", literal=True))
            bad = bad | self._refuse(source, [column], source[column], read, faults)
            made[f"kept {column}"] = read.values.str.replace_all("\x00", "\ufffd", literal=True)
        return bad

    def _other_currency(self, source: "pl.DataFrame", made: "dict[str, pl.Series]", faults: list[Fault]) -> "pl.Series":
        """Amounts whose own sign contradicts the currency of their row: taken for it, 7 € would be 7 dollars."""
        import polars as pl

        rows = pl.repeat(False, source.height, dtype=pl.Boolean, eager=True)
        code = self.units.currency if self.kind.field("currency") is not None else _CURRENCY
        codes = pl.repeat(code, source.height, dtype=pl.String, eager=True)
        if "currency" in made:
            codes = made["currency"].fill_null(code)
        amounts = [
            ([*where.columns], text_of(source, where), made[name], codes)
            for name, where in self.mapping.fields.items()
            if name in _AMOUNTS
        ]
        for number, figure in enumerate(self.mapping.figures):
            said = codes if figure.currency is None else pl.Series([figure.currency]).new_from_index(0, source.height)
            amounts.append(([figure.column], source[figure.column].cast(pl.String), made[f"figure {number}"], said))
        for columns, text, read, said in amounts:
            other = currencies.others(text, said) & read.is_not_null()
            faults += faults_of(source, columns, text, "other_currency", _OTHER_CURRENCY, other)
            rows = rows | other
        return rows

    def _figure(self, figure: Figure, cells: "pl.Series") -> Read:
        scale = float(figure.scale) if figure.scale is not None else None
        read = values.numbers(cells, decimal=self.units.decimal, scale=scale)
        read.refuse("too_large", "It is too large.", read.values.abs() >= 1e13)
        for code, reason, rows in fitting.of_column(figure, read.values):
            read.refuse(code, reason, rows)
        return read

    def _no_figures(self, source: "pl.DataFrame", made: "dict[str, pl.Series]", faults: list[Fault]) -> "pl.Series":
        """Values that the metric their row names cannot have, and periods that end before they begin."""
        import polars as pl

        found: list[tuple[str, fitting.Wrong]] = []
        if {"metric_type", "metric_value"} <= made.keys():
            wrong = fitting.of_rows(made["metric_type"], made["metric_value"])
            found += [("metric_value", one) for one in wrong]
        if "period_end" in made:
            backwards = (made["period_end"] < made["period_start"]).fill_null(value=False)
            found.append(("period_end", ("period_backwards", _BACKWARDS, backwards)))
        bad = pl.repeat(False, source.height, dtype=pl.Boolean, eager=True)
        for name, (code, reason, rows) in found:
            where = self.mapping.fields[name]
            faults += faults_of(source, where.columns, text_of(source, where), code, reason, rows)
            bad = bad | rows
        return bad

    def _flag(self, rows: "pl.DataFrame") -> "tuple[pl.DataFrame, dict[str, int]]":
        import polars as pl

        there = set(rows.columns)
        found = oddities.rules(self.kind.name, there)
        for known in self.kind.fields:
            name = known.name
            if name not in self.mapping.fields or name not in there:
                continue
            if known.type in NUMBERS and self.kind.name in _COUNTED:
                found[f"{name}_missing"] = pl.col(name).is_null()
            if known.type in TIMES and name not in ("period_end", "period_start"):
                # of days it is not known in which zone they are today
                edge = self.now if known.type == "moment" else (self.now + timedelta(days=1)).date()
                found[f"{name}_in_the_future"] = pl.col(name) > edge
        if "completed_at" in there and self.kind.name == "tasks" and "completed_at" in self.mapping.fields:
            found["completed_at_missing"] = pl.col("completed_at").is_null()
        if not found or not rows.height:
            return rows.with_columns(pl.lit("").alias("flags")), {}
        marks = [
            pl.when(rule.fill_null(value=False)).then(pl.lit(code)).otherwise(None) for code, rule in found.items()
        ]
        rows = rows.with_columns(pl.concat_str(marks, separator=",", ignore_nulls=True).alias("flags"))
        sums = rows.select([rule.fill_null(value=False).sum().alias(code) for code, rule in found.items()]).row(0)
        return rows, {code: int(number) for code, number in zip(found, sums, strict=True) if number}


def check(kind: Kind, mapping: Mapping, units: Units, columns: Sequence[str]) -> None:
    """Raise MappingUnfit naming what is missing or is not there."""
    there = {*columns, LINE}
    for part, froms in (("fields", mapping.fields), ("dimensions", mapping.dimensions)):
        for name, where in froms.items():
            if part == "fields" and kind.field(name) is None:
                raise MappingUnfit(f"{kind.name} have no field {name!r}.", field=f"mapping.fields.{name}")
            _check_scale(where.scale, f"mapping.{part}.{name}")
            for column in where.columns:
                if column not in there:
                    raise MappingUnfit(f"The source has no column {column!r}.", field=f"mapping.{part}.{name}")
    for figure in mapping.figures:
        _check_scale(figure.scale, "mapping.figures")
    for column in [*(figure.column for figure in mapping.figures), *mapping.keep]:
        if column not in there:
            raise MappingUnfit(f"The source has no column {column!r}.", field="mapping")
    for field_ in kind.fields:
        if field_.required and field_.name not in mapping.fields:
            raise MappingUnfit(
                f"Nothing says where {field_.name} comes from: name a column, or give one value for all rows.",
                field=f"mapping.fields.{field_.name}",
            )
    for group in kind.any_of:
        if not any(name in mapping.fields for name in group):
            raise MappingUnfit(f"One of {', '.join(group)} is needed.", field=f"mapping.fields.{group[0]}")
    if mapping.make_posts and kind.name != "social_analytics":
        raise MappingUnfit("Posts are made of social analytics alone.", field="mapping.make_posts")
    if kind.name == "financial_metrics":
        _check_figures(mapping, units)
    elif mapping.figures:
        raise MappingUnfit("Figures belong to financial metrics.", field="mapping.figures")


def _check_scale(scale: float | None, field: str) -> None:
    if scale == 0:
        raise MappingUnfit("Every figure times 0 is 0; leave the scale out to take them as they are.", field=field)


def _check_figures(mapping: Mapping, units: Units) -> None:
    long = {"metric_type", "metric_value"} <= mapping.fields.keys()
    if not long and not mapping.figures:
        raise MappingUnfit(
            "Name the columns that hold figures, or the one with the metric's name and the one with its value.",
            field="mapping.figures",
        )
    if "period_end" not in mapping.fields and units.period is None:
        raise MappingUnfit("Nothing says how long a period is.", field="units.period", hint="For example: month.")
