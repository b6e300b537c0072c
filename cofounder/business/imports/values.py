"""Cells of text become numbers, times and yes or no, a whole column at once. Pure.

Each reader gives the values, null where nothing was given or what was given does not fit, and the reasons for those.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import polars as pl

# Words that mean "nothing": a number or a time is missing there, a text may really be called so (NA is Namibia).
NOTHING = (
    "",
    "na",
    "n/a",
    "#n/a",
    "nan",
    "null",
    "none",
    "nil",
    "-",
    "--",
    "–",
    "—",
    "?",
    "(not set)",
    "not available",
)
_TRUE = ("true", "t", "yes", "y", "1", "1.0", "on", "paid", "ja", "oui", "si", "sí")
_FALSE = ("false", "f", "no", "n", "0", "0.0", "off", "organic", "nein", "non")
_SIGNS = r"^(?:usd|eur|gbp|chf|us\$|[$€£¥])\s*|\s*(?:usd|eur|gbp|chf|[$€£¥])$"
_GAPS = "[\u00a0\u202f\u2009 '’_]"
_MOST_FIT = 0.6  # of the cells: what the others hold is refused later, in words
MOST = 4e15  # whole numbers that a double holds exactly, with room

_CLOCKS = ("", " %H:%M:%S", " %H:%M", " %I:%M %p", " %I:%M:%S %p")
DAY_FIRST = (*(f"%d/%m/%{year}{clock}" for year in "Yy" for clock in _CLOCKS), "%d-%m-%Y", "%d-%m-%y")
MONTH_FIRST = (*(f"%m/%d/%{year}{clock}" for year in "Yy" for clock in _CLOCKS), "%m-%d-%Y", "%m-%d-%y")
_ZONED = ("%Y-%m-%d %H:%M:%S%.f%:z", "%Y-%m-%d %H:%M%:z", "%a, %d %b %Y %H:%M:%S %z", "%a %b %d %H:%M:%S %z %Y")
_PLAIN = (
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%d",
    "%Y-%m-%d %H:%M",
    "%Y/%m/%d %H:%M:%S",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d.%m.%Y",
    "%d.%m.%Y %H:%M:%S",
    "%d.%m.%Y %H:%M",
    "%d.%m.%y",
    *(f"%d {month} %Y{clock}" for month in ("%b", "%B") for clock in _CLOCKS),
    "%d-%b-%Y",
)
# With the month by its name the order tells itself: Jan 15 2025, January 15th, 2025 and 15. Jan 2025 are one day.
_NAMED = (
    (r"^([A-Za-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4}\b)", "$2 $1 $3"),
    (r"^(\d{1,2})(?:st|nd|rd|th|\.)?\s+([A-Za-z]{3,9})\.?,?\s+(\d{4}\b)", "$1 $2 $3"),
    (r"^(\d{1,2} )Sept( \d{4}\b)", "${1}Sep$2"),
)
_FROM, _TO = 1970, 2100  # years


@dataclass
class Read:
    """A column that was read. `wrong`: (code, reason, mask of the rows), the masks without nulls."""

    values: "pl.Series"
    wrong: list[tuple[str, str, "pl.Series"]] = field(default_factory=list)

    def refuse(self, code: str, reason: str, rows: "pl.Series") -> None:
        """Take the values out of these rows, and say why."""
        import polars as pl

        rows = rows.fill_null(value=False)
        if rows.any():
            self.wrong.append((code, reason, rows))
            empty = pl.Series([None], dtype=self.values.dtype)
            self.values = self.values.zip_with(~rows, empty.extend_constant(None, len(rows) - 1))


def given(text: "pl.Series", *, words_count: bool) -> "pl.Series":
    """The cells without blanks around them, null where nothing stands there; with `words_count` N/A is a text."""
    import polars as pl

    bare = text.str.strip_chars()
    nothing = (bare == "") if words_count else bare.str.to_lowercase().is_in(NOTHING)
    return bare.to_frame("t").select(pl.when(nothing).then(None).otherwise(pl.col("t"))).to_series()


def numbers(text: "pl.Series", *, decimal: str = ".", scale: float | None = None) -> Read:
    """Numbers as they are written: 1,234.5, 1.234,5 with a decimal comma, (12), 45 %, $ 12. A percentage becomes a share."""
    import polars as pl

    plain = text.cast(pl.Float64, strict=False) if decimal == "." else pl.Series([None], dtype=pl.Float64)
    if len(plain) != len(text):
        plain = plain.extend_constant(None, len(text) - 1) if len(text) else plain.head(0)
    open_ = plain.is_null() & text.is_not_null()
    if open_.any():
        slow = pl.DataFrame({"t": text, "p": plain, "o": open_})
        written = _written(slow.filter("o")["t"], decimal)
        places = open_.arg_true()
        plain = plain.scatter(places, written)
    read = Read(plain)
    comma = "a decimal comma" if decimal == "," else "a decimal point"
    read.refuse("not_a_number", f"It is no number written with {comma}.", text.is_not_null() & read.values.is_null())
    read.refuse("not_finite", "It is no finite number.", ~read.values.is_finite())
    if scale is not None:
        read.values = (read.values * scale).round(10)  # 95 hundredths are 0.95, whatever binary makes of it
    return read


def _written(text: "pl.Series", decimal: str) -> "pl.Series":
    import polars as pl

    group, point = (r"\.", ",") if decimal == "," else (",", r"\.")
    number = rf"^[+-]?(?:\d{{1,3}}(?:{group}\d{{3}})+|\d+)?(?:{point}\d+)?(?:[eE][+-]?\d{{1,3}})?$"
    t = pl.col("t")
    bare = t.str.to_lowercase().str.replace(_SIGNS, "").str.replace(_SIGNS, "").str.replace("−", "-")
    bare = bare.str.replace(r"^\((.*)\)$", "-$1").str.replace_all(_GAPS, "")
    share = bare.str.ends_with("%")
    bare = bare.str.strip_suffix("%")
    fits = bare.str.contains(number) & bare.str.contains(r"\d")
    digits = (
        bare.str.replace_all(group, "").str.replace(",", ".") if decimal == "," else bare.str.replace_all(group, "")
    )
    value = pl.when(fits).then(digits.cast(pl.Float64, strict=False)).otherwise(None)
    return text.to_frame("t").select(pl.when(share).then(value / 100).otherwise(value)).to_series()


def counts(text: "pl.Series", *, decimal: str = ".", scale: float | None = None) -> Read:
    """Whole numbers that are not negative."""
    import polars as pl

    read = numbers(text, decimal=decimal, scale=scale)
    read.refuse("negative", "A count is never negative.", read.values < 0)
    read.refuse("too_large", "It is too large for a count.", read.values > MOST)
    read.refuse("not_whole", "A count is a whole number.", (read.values - read.values.round()).abs() > 1e-6)
    read.values = read.values.round().cast(pl.Int64, strict=False)
    return read


def shares(text: "pl.Series", *, decimal: str = ".", scale: float | None = None) -> Read:
    """Rates and scores, 0-1."""
    read = numbers(text, decimal=decimal, scale=scale)
    outside = (read.values < 0) | (read.values > 1)
    read.refuse("out_of_range", "It lies outside 0 to 1. If it is a percentage, scale it by 0.01.", outside)
    return read


def flags(text: "pl.Series") -> Read:
    """Yes or no."""
    import polars as pl

    low = text.str.to_lowercase().to_frame("t")
    t = pl.col("t")
    values = low.select(pl.when(t.is_in(_TRUE)).then(True).when(t.is_in(_FALSE)).then(False)).to_series()
    read = Read(values)
    read.refuse("not_yes_or_no", "It says neither yes nor no.", text.is_not_null() & values.is_null())
    return read


def moments(
    text: "pl.Series", *, zone: str, day_first: bool, format: str | None = None, add_days: int | None = None
) -> Read:
    """Times as UTC. One without a zone of its own is of the zone `zone`; a bare day is its first moment there."""
    values = _by_format(text, format, zone) if format else _by_sight(text, zone, day_first)
    read = Read(values)
    order = f"as {format}" if format else ("with the day first" if day_first else "with the month first")
    hint = "" if format else " Where it is written in another form, name that (--time-format FIELD=%G%V)."
    read.refuse("not_a_time", f"It is no time that can be read {order}.{hint}", text.is_not_null() & values.is_null())
    year = read.values.dt.year()
    read.refuse("out_of_range", f"Its year lies outside {_FROM} to {_TO}.", (year < _FROM) | (year > _TO))
    if add_days:
        read.values = read.values + timedelta(days=add_days)
    return read


def days(text: "pl.Series", *, day_first: bool, format: str | None = None, add_days: int | None = None) -> Read:
    """Calendar days. A time of day is left off, and its zone with it: the day is the source's own."""
    import polars as pl

    bare = text.str.replace(r"^(\d{4}-\d{2}-\d{2})[T ].*$", "$1") if format is None else text
    read = moments(bare, zone="UTC", day_first=day_first, format=format, add_days=add_days)
    read.values = read.values.dt.replace_time_zone(None).cast(pl.Date)
    return read


def _by_sight(text: "pl.Series", zone: str, day_first: bool) -> "pl.Series":
    """Each form is tried on what the forms before it left over: a source may mix them."""
    import polars as pl

    found: pl.Series = pl.Series([None], dtype=pl.Datetime("us", "UTC"))
    found = found.extend_constant(None, len(text) - 1) if len(text) else found.head(0)
    left = (
        text.str.replace(r"^(\d{4}-\d{2}-\d{2})T", "$1 ")
        .str.replace(r"\s*(?:Z|UTC|GMT)$", "+00:00")
        .str.replace(r"^(.*\d{2}:\d{2}.*)([+-]\d{2})(\d{2})$", "$1$2:$3")
        .str.replace(r"^(.*\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)([+-]\d{2})$", "$1$2:00")
    )
    for form, plain in _NAMED:
        left = left.str.replace(form, plain)
    left = left.str.replace(r"^(\d{4}-\d{2})$", "$1-01").str.replace(r"^(\d{4}-\d{2}-\d{2})\+00:00$", "$1")
    long_year = left.str.contains(r"\d{4}").fill_null(value=False)  # else 3/4/24 is of the year 24, or of the year 3
    for form in (*_PLAIN, *_ZONED, *(DAY_FIRST if day_first else MONTH_FIRST)):
        open_ = left.is_not_null() & found.is_null()
        if not open_.any():
            break
        open_ &= long_year == ("%Y" in form)
        if not open_.any():
            continue
        places = open_.arg_true()
        part = _by_format(left.gather(places), form, zone)
        if part.is_not_null().any():
            found = found.scatter(places, part)
    return found


def _by_format(text: "pl.Series", format: str, zone: str) -> "pl.Series":
    import polars as pl

    if format in ("unix", "unix_ms"):
        number = text.cast(pl.Float64, strict=False)
        micro = number * (1e6 if format == "unix" else 1e3)
        inside = pl.select(pl.when(micro.abs() < 4.2e15).then(micro)).to_series()
        return inside.cast(pl.Int64, strict=False).cast(pl.Datetime("us", "UTC"))
    week = next((week for week in ("%V", "%W", "%U") if week in format), None)
    if week and not any(day in format for day in ("%u", "%w", "%a", "%A")):
        return _first_of_week(text, format, week, zone)
    if "%m" in format and "%d" not in format:
        text, format = text + " 1", f"{format} %d"
    try:
        found: pl.Series = text.str.to_datetime(format, strict=False, time_unit="us")
    except pl.exceptions.PolarsError:
        try:
            found = text.str.to_date(format, strict=False).cast(pl.Datetime("us"))
        except pl.exceptions.PolarsError:  # half of a time of day, such as %I without %p: nothing is read by it
            found = pl.Series([None] * len(text), dtype=pl.Datetime("us"))
    if found.dtype == pl.Datetime("us"):
        # an hour that summer time skips does not exist and is refused; one that it repeats is the earlier
        found = found.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    return found.dt.convert_time_zone("UTC")


def _first_of_week(text: "pl.Series", format: str, week: str, zone: str) -> "pl.Series":
    """A week is its first day, which for week 0 lies in the year before: there its last day is read, and counted back."""
    first, last, sign = (" 0", " 6", "%w") if week == "%U" else (" 1", " 7", "%u")
    found = _by_format(text + first, f"{format} {sign}", zone)
    if week == "%V":
        return found
    return found.fill_null(_by_format(text + last, f"{format} {sign}", zone) - timedelta(days=6))


def day_order(cells: list[str]) -> tuple[bool | None, bool]:
    """(whether the day stands first in dates like 3/4/2024, whether the cells contradict each other). None: they do not tell."""
    import re

    pairs = [found for cell in cells if (found := re.match(r"^\s*(\d{1,2})[/-](\d{1,2})[/-]\d{2,4}\b", cell))]
    first = any(int(pair[1]) > 12 for pair in pairs)
    second = any(int(pair[2]) > 12 for pair in pairs)
    if not pairs or first == second:
        return None, bool(pairs) and first
    return first, False


def decimal_mark(cells: list[str]) -> str | None:
    """The mark before the decimals in these numbers; None where they do not tell."""
    comma, point = decimal_marks(cells)
    if comma == point:
        return None
    return "," if comma > point else "."


def decimal_marks(cells: list[str]) -> tuple[int, int]:
    """How many of these numbers have surely a comma before their decimals, and how many a point."""
    import re

    def votes(mark: str, group: str) -> int:
        before, after = r"^[\s$€£¥+(-]*", r"[\s$€£¥%)]*(?:USD|EUR|GBP|CHF)?$"
        cents = rf"{before}\d+(?:{group}\d{{3}})*{mark}(?:\d{{1,2}}|\d{{4,}}){after}"
        grouped = rf"{before}\d{{1,3}}(?:{group}\d{{3}}){{2,}}{after}"  # no number has two decimal marks
        sure = re.compile(rf"{cents}|{before}\d+{group}\d{{3}}{mark}\d+{after}|{grouped}")
        return sum(1 for cell in cells if sure.match(cell.strip()))

    return votes(",", r"\."), votes(r"\.", ",")


def either_mark(cells: list[str]) -> str | None:
    """A number among these whose one mark may stand before thousands as well as before decimals: 1.234."""
    import re

    return next((cell.strip() for cell in cells if re.fullmatch(r"[\s$€£¥]*[1-9]\d{0,2}[.,]\d{3}\s*", cell)), None)


def looks_like(cells: list[Any], *, decimal: str = ".") -> str:
    """What the values of a column look like: number, time, yes or no, address, text, nothing."""
    import polars as pl

    found = [str(cell) for cell in cells if cell is not None and str(cell).strip().lower() not in NOTHING]
    if not found:
        return "nothing"
    series = pl.Series(found, dtype=pl.String)
    if all(one.lower() in ("true", "false", "yes", "no") for one in found):
        return "yes or no"
    if all(one.lower().startswith(("http://", "https://", "www.")) for one in found):
        return "address"
    if numbers(series, decimal=decimal).values.is_not_null().mean() > _MOST_FIT:  # type: ignore[operator]
        eight = series.str.contains(r"^(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$").mean()
        return "time" if eight == 1 else "number"
    if _by_sight(series, "UTC", True).is_not_null().mean() > _MOST_FIT:  # type: ignore[operator]
        return "time"
    return "time" if _by_sight(series, "UTC", False).is_not_null().mean() > _MOST_FIT else "text"  # type: ignore[operator]
