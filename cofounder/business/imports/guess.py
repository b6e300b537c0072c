"""Which column is probably which: by its name, and by what stands in it. A guess is shown before it is used. Pure."""

import re
from collections.abc import Sequence
from typing import Any

from cofounder.business import catalogue
from cofounder.business.imports import fitting, scales, values
from cofounder.business.imports.fields import NUMBERS, TIMES, Field, Kind
from cofounder.business.imports.schemas import Figure, From, Mapping, Units
from cofounder.business.imports.unsure import ISO_WEEK, SUNDAY_WEEK, WEEK_NAUGHT, two_ways

_FIGURE_WORDS = {  # ends of column names in tables of media spend
    "s": "marketing_spend",
    "spend": "marketing_spend",
    "cost": "marketing_spend",
}
_SOME = 0.1  # share of cells that fit, from which a column that is named so is taken to be dirty
_PERIODS = ((1, "day"), (7, "week"), (31, "month"), (92, "quarter"), (366, "year"))


def plain(name: str) -> str:
    """A column's name as one word in snake_case: "Bounce rate (%)" is bounce_rate."""
    bare = re.sub(r"[^\w\s.\-]+", " ", name).strip()
    return re.sub(r"_+", "_", catalogue.snake(bare)).strip("_")


def guess(
    kind: Kind,
    columns: Sequence[str],
    sample: Sequence[Sequence[str | None]],
    *,
    label: str = "",
    units: Units,
    said: Mapping | None = None,
) -> tuple[Mapping, Units, list[str]]:
    """(mapping, units, what a person should look at) for columns with a few rows of their values.

    `said`: the mapping as it stands; of what it settles nothing is asked.
    """
    cells = {name: [row[place] for row in sample] for place, name in enumerate(columns)}
    mark = values.decimal_mark([cell for name in columns for cell in cells[name] if cell])
    if mark is not None:
        units = units.model_copy(update={"decimal": mark})
    likes = {name: values.looks_like(cells[name], decimal=units.decimal) for name in columns}
    notes: list[str] = []
    fields: dict[str, From] = {}
    taken: set[str] = set()
    for field, column in _matches(kind, columns, likes, cells, units.decimal):
        if field.name not in fields and column not in taken:
            fields[field.name] = _from(field, column, cells[column], units.decimal)
            taken.add(column)
    units = _units(units, fields, kind, cells, notes)
    units = _currency(units, kind, columns, cells, likes, notes)
    figures = (
        _figures(columns, likes, taken, cells, units.decimal)
        if kind.name == "financial_metrics" and "metric_value" not in fields
        else []
    )
    if figures:
        fields.pop("metric_type", None)
    if kind.field("platform") is not None and "platform" not in fields:
        name = _platform(label, columns)
        if name:
            fields["platform"] = From(value=name)
        settled = None if said is None else said.fields.get("platform")
        if settled is None or settled == fields.get("platform"):
            how = f"{name} is guessed from the name" if name else "give one value for all rows"
            notes.append(f"No column says the platform{';' if name else ':'} {how}.")
    dimensions = _dimensions(columns, likes, cells, taken, units.decimal) if kind.name == "quality_evaluations" else {}
    untimed = "measured_at" not in (fields if said is None else said.fields)
    if kind.name == "social_analytics" and untimed:
        notes.append("No column says when the counters were read: the time of this import stands for it.")
    mapping = Mapping(fields=fields, figures=figures, dimensions=dimensions)
    return mapping, units, [*two_ways(kind, mapping, columns, sample, units), *notes]


def _matches(
    kind: Kind, columns: Sequence[str], likes: dict[str, str], cells: dict[str, list[str | None]], decimal: str
) -> list[tuple[Field, str]]:
    """Pairs of field and column, the surest first. What fits its name and not its cells is dirty: no reason to drop it."""
    found: list[tuple[int, int, Field, str]] = []
    for field in kind.fields:
        for place, column in enumerate(columns):
            name = plain(column)
            bare = re.sub(r"_(?:pct|percent|percentage|usd|eur|gbp)$", "", name)
            last = name.rpartition(".")[2]
            if not _may_be(field, likes[column]) and not _dirty(field, name, cells[column], decimal):
                continue
            spellings = (field.name, *field.names)
            for candidate, malus in ((name, 0), (bare, 1), (last, 2)):
                if candidate in spellings:
                    found.append((spellings.index(candidate) + 2 * malus, place, field, column))
                    break
    return [(field, column) for _, _, field, column in sorted(found, key=lambda one: one[:2])]


def _may_be(field: Field, like: str) -> bool:
    if like == "nothing":
        return True
    if field.type in NUMBERS:
        return like == "number"
    if field.type in TIMES:
        return like in ("time", "number")
    if field.type == "flag":
        return like in ("yes or no", "number", "text")
    if field.name in ("url", "post_url"):
        return like == "address"
    return like != "time"


def _dirty(field: Field, name: str, cells: Sequence[str | None], decimal: str) -> bool:
    """Whether a column is named as the field is, or by another name of it and some of its cells fit."""
    if name == field.name:
        return True
    return name in field.names and _some_fit(cells, decimal, times=field.type in TIMES, numbers=field.type in NUMBERS)


def _some_fit(cells: Sequence[str | None], decimal: str, *, times: bool = False, numbers: bool = True) -> bool:
    """Whether at least one cell in ten is a number or a time: the others are to be refused one by one."""
    import polars as pl

    said = pl.Series([cell for cell in cells if cell and cell.strip().lower() not in values.NOTHING], dtype=pl.String)
    if said.is_empty() or not (times or numbers):
        return False
    read = values.days(said, day_first=True) if times else values.numbers(said, decimal=decimal)
    return int(read.values.is_not_null().sum()) >= _SOME * len(said)


def _from(field: Field, column: str, cells: Sequence[str | None], decimal: str) -> From:
    made = From(columns=[column])
    said = [cell.strip() for cell in cells if cell and cell.strip().lower() not in values.NOTHING]
    if field.type in ("rate", "score"):
        made.scale = scales.guessed(plain(column), said, decimal, is_score=field.type == "score")
    if field.type in TIMES and said:
        made.format = _time_format(plain(column), said)
    return made


def _time_format(name: str, said: Sequence[str]) -> str | None:
    if all(re.fullmatch(r"(?:19|20)\d{2}(?:[0-4]\d|5[0-3])", cell) for cell in said) and "week" in name:
        return SUNDAY_WEEK if any(re.search(WEEK_NAUGHT, cell) for cell in said) else ISO_WEEK
    if all(re.fullmatch(r"1[0-9]\d{8}(?:\.\d+)?", cell) for cell in said):
        return "unix"
    if all(re.fullmatch(r"1[0-9]\d{11}", cell) for cell in said):
        return "unix_ms"
    return None


def _units(
    units: Units, fields: dict[str, From], kind: Kind, cells: dict[str, list[str | None]], notes: list[str]
) -> Units:
    times = [
        c for n, where in fields.items() if _typed(kind, n) in TIMES for name in where.columns for c in cells[name]
    ]
    order, both = values.day_order([cell for cell in times if cell])
    changed: dict[str, Any] = {}
    if both:
        changed["day_first"] = _day_first_more(times)
    elif order is not None:
        changed["day_first"] = order
    if (
        kind.name == "financial_metrics"
        and "period_end" not in fields
        and "period_start" in fields
        and units.period is None
    ):
        starts = [cell for name in fields["period_start"].columns for cell in cells[name] if cell]
        period = _period(starts, bool(changed.get("day_first", units.day_first)))
        if period:
            changed["period"] = period
            notes.append(f"No column says when a period ends; by the distance of its dates it is one {period}.")
    return units.model_copy(update=changed)


_CODES = re.compile(r"(?:^|_)(usd|eur|gbp|chf|jpy)(?:_|$)")
_SIGNS = {"€": "EUR", "£": "GBP", "eur": "EUR", "gbp": "GBP", "chf": "CHF", "$": "USD", "usd": "USD"}


def _currency(
    units: Units,
    kind: Kind,
    columns: Sequence[str],
    cells: dict[str, list[str | None]],
    likes: dict[str, str],
    notes: list[str],
) -> Units:
    """The one currency that names of columns and signs in their cells tell; several are told, and none of them taken."""
    if kind.field("currency") is None:
        return units
    told: set[str] = set()
    for column in columns:
        if likes[column] != "number":
            continue
        named = _CODES.search(plain(column))
        said = f"{column} {' '.join(cell for cell in cells[column][:50] if cell)}".lower()
        told |= {code for sign, code in _SIGNS.items() if re.search(rf"(?<![a-z]){re.escape(sign)}(?![a-z])", said)}
        told |= {named[1].upper()} if named else set()
    if len(told) > 1:
        notes.append(
            f"Several currencies are named ({', '.join(sorted(told))}): where no column says which a row is in,"
            f" {units.currency} is taken, and amounts with another sign are refused."
        )
    elif told - {units.currency}:
        notes.append(f"The columns name another currency: {', '.join(told)}.")
        if "currency" not in units.model_fields_set:  # else a person said so
            units = units.model_copy(update={"currency": told.pop()})
    return units


def _typed(kind: Kind, name: str) -> str:
    field = kind.field(name)
    return field.type if field is not None else "text"


def _day_first_more(cells: Sequence[str | None]) -> bool:
    pairs = [re.match(r"^\s*(\d{1,2})[/-](\d{1,2})[/-]", cell) for cell in cells if cell]
    votes = [1 if int(p[1]) > 12 else -1 if int(p[2]) > 12 else 0 for p in pairs if p]
    return sum(votes) > 0


def _period(starts: Sequence[str], day_first: bool) -> str | None:
    import polars as pl

    read = (
        values.days(pl.Series(list(starts), dtype=pl.String), day_first=day_first).values.drop_nulls().unique().sort()
    )
    if len(read) < 2:
        return None
    gap = int(read.diff().drop_nulls().dt.total_days().median() or 0)  # type: ignore[arg-type]
    return next((name for days, name in _PERIODS if gap <= days), None)


def _figures(
    columns: Sequence[str],
    likes: dict[str, str],
    taken: set[str],
    cells: dict[str, list[str | None]],
    decimal: str,
) -> list[Figure]:
    """Columns of numbers whose names are metrics, and those that end as spend of a channel does: tv_s."""
    found = []
    for column in columns:
        name = plain(column)
        known = catalogue.canonical(name)
        channel, _, end = name.rpartition("_")
        dirty = known in catalogue.KNOWN and (name == known or _some_fit(cells[column], decimal))
        if column in taken or (likes[column] != "number" and not dirty):
            continue
        if known in catalogue.KNOWN:
            said = [cell.strip() for cell in cells[column] if cell and cell.strip().lower() not in values.NOTHING]
            scale = scales.guessed(name, said, decimal, is_score=False) if fitting.is_share(known) else None
            found.append(Figure(column=column, metric_type=known, scale=scale))
        elif channel and end in _FIGURE_WORDS:
            found.append(Figure(column=column, metric_type=_FIGURE_WORDS[end], channel=channel))
    return found


_PLATFORMS = ("linkedin", "facebook", "twitter", "instagram", "youtube", "tiktok", "mastodon", "reddit", "threads")


def _platform(label: str, columns: Sequence[str]) -> str | None:
    words = f"{label} {' '.join(columns)}".lower()
    return next((name for name in _PLATFORMS if name in words), None)


def _dimensions(
    columns: Sequence[str], likes: dict[str, str], cells: dict[str, list[str | None]], taken: set[str], decimal: str
) -> dict[str, From]:
    found = {}
    for column in columns:
        if (
            column in taken
            or likes[column] != "number"
            or plain(column).endswith(("_id", "count"))
            or plain(column) == "id"
        ):
            continue
        said = [cell for cell in cells[column] if cell]
        numbers = scales.numbers(said, decimal)
        if numbers and max(numbers) <= 100:
            scale = scales.guessed(plain(column), said, decimal, is_score=True)
            found[plain(column).removesuffix("_score")] = From(columns=[column], scale=scale)
    return found
