"""Cells become values: numbers in any writing, times of any order, and a reason for each that does not fit."""

from datetime import UTC, date, datetime

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cofounder.business.imports import values


def series(*cells: str | None) -> pl.Series:
    return pl.Series(list(cells), dtype=pl.String)


@given(st.integers(-(10**12), 10**12), st.integers(0, 99))
def test_a_number_is_the_same_however_it_is_grouped(whole: int, cents: int) -> None:
    exact = float(f"{whole}.{cents:02}")
    points = f"{whole:,}.{cents:02}"
    commas = points.translate(str.maketrans(",.", ".,"))
    assert values.numbers(series(points)).values.to_list() == [exact]
    assert values.numbers(series(f"{whole}.{cents:02}")).values.to_list() == [exact]
    assert values.numbers(series(commas), decimal=",").values.to_list() == [exact]


@pytest.mark.parametrize(
    ("cell", "number"),
    [("$ 1,234.50", 1234.5), ("(12)", -12.0), ("45 %", 0.45), ("1'000", 1000.0), ("12 EUR", 12.0), ("−3", -3.0)],
)
def test_a_number_is_read_as_people_write_it(cell: str, number: float) -> None:
    read = values.numbers(series(cell))
    assert read.values.to_list() == [pytest.approx(number)]
    assert read.wrong == []


@pytest.mark.parametrize("cell", ["1,5", "12,34", "1.2.3", "=1+1", "0x10", "12abc", "1_0 0,", "e5", "--1"])
def test_what_is_no_number_is_refused_and_not_mended(cell: str) -> None:
    read = values.numbers(series(cell, "7"))
    assert read.values.to_list() == [None, 7.0]
    assert [code for code, _, _ in read.wrong] == ["not_a_number"]


def test_nothing_comes_in_many_words_but_a_text_may_be_called_so() -> None:
    cells = series("N/A", "nan", "", " - ", "NULL", "3", None)
    assert values.given(cells, words_count=False).to_list() == [None, None, None, None, None, "3", None]
    assert values.given(series("NA", " "), words_count=True).to_list() == ["NA", None]


def test_a_count_is_whole_finite_and_not_negative() -> None:
    read = values.counts(series("5", "-1", "2.5", "inf", "7.0", "9e30"))
    assert read.values.to_list() == [5, None, None, None, 7, None]
    assert [code for code, _, _ in read.wrong] == ["not_finite", "negative", "too_large", "not_whole"]


def test_a_share_above_one_is_refused_and_says_how_to_scale_it() -> None:
    read = values.shares(series("0.5", "55"))
    assert read.values.to_list() == [0.5, None]
    assert "0.01" in read.wrong[0][1]
    assert values.shares(series("55"), scale=0.01).values.to_list() == [0.55]


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2024-03-31", date(2024, 3, 31)),
        ("2024-03-31T23:59:59+02:00", date(2024, 3, 31)),
        ("31.03.2024", date(2024, 3, 31)),
        ("31/03/2024", date(2024, 3, 31)),
        ("20240331", date(2024, 3, 31)),
        ("31 Mar 2024", date(2024, 3, 31)),
        ("March 31, 2024", date(2024, 3, 31)),
        ("2024-03", date(2024, 3, 1)),
        ("31/3/24", date(2024, 3, 31)),
        ("31.3.24", date(2024, 3, 31)),
        ("31/03/24 17:06", date(2024, 3, 31)),
        ("31/03/2024 5:06:07 PM", date(2024, 3, 31)),
    ],
)
def test_a_day_is_read_in_any_usual_form(cell: str, day: date) -> None:
    assert values.days(series(cell), day_first=True).values.to_list() == [day]


def test_the_order_of_day_and_month_decides_and_the_other_is_refused() -> None:
    cells = series("03/04/2024", "25/12/2024")
    first = values.days(cells, day_first=True)
    assert first.values.to_list() == [date(2024, 4, 3), date(2024, 12, 25)]
    second = values.days(cells, day_first=False)
    assert second.values.to_list() == [date(2024, 3, 4), None]
    assert second.wrong[0][0] == "not_a_time"


@given(st.datetimes(datetime(1971, 1, 1), datetime(2099, 12, 31)))
def test_a_time_with_its_zone_is_that_moment(moment: datetime) -> None:
    aware = moment.replace(tzinfo=UTC)
    cells = series(aware.isoformat(), aware.isoformat().replace("+00:00", "Z"), moment.isoformat(sep=" "))
    assert values.moments(cells, zone="UTC", day_first=False).values.to_list() == [aware] * 3


def test_a_time_without_a_zone_is_of_the_zone_named_and_a_skipped_hour_is_refused() -> None:
    cells = series("2024-07-01 12:00", "2024-03-31 02:30:00", "2024-10-27 02:30:00")
    read = values.moments(cells, zone="Europe/Berlin", day_first=False)
    assert read.values.to_list() == [
        datetime(2024, 7, 1, 10, tzinfo=UTC),
        None,
        datetime(2024, 10, 27, 0, 30, tzinfo=UTC),  # summer time still, the earlier of the two
    ]


@pytest.mark.parametrize(
    ("cell", "form", "moment"),
    [
        ("1700000000", "unix", datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        ("1700000000000", "unix_ms", datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        ("202407", "%G%V", datetime(2024, 2, 12, tzinfo=UTC)),
        ("201400", "%Y%U", datetime(2013, 12, 29, tzinfo=UTC)),  # week 0 begins in the year before
        ("201401", "%Y%U", datetime(2014, 1, 5, tzinfo=UTC)),
        ("05/2024", "%m/%Y", datetime(2024, 5, 1, tzinfo=UTC)),
    ],
)
def test_a_named_form_is_kept_to(cell: str, form: str, moment: datetime) -> None:
    assert values.moments(series(cell), zone="UTC", day_first=False, format=form).values.to_list() == [moment]


def test_the_order_and_the_decimal_mark_are_guessed_only_where_the_cells_tell() -> None:
    assert values.day_order(["13/01/2024", "01/02/2024"]) == (True, False)
    assert values.day_order(["01/13/2024"]) == (False, False)
    assert values.day_order(["01/02/2024"]) == (None, False)
    assert values.day_order(["13/01/2024", "01/13/2024"]) == (None, True)
    assert values.decimal_mark(["1.234,50", "2,5"]) == ","
    assert values.decimal_mark(["1,234.50"]) == "."
    assert values.decimal_mark(["1,234", "5"]) is None


@pytest.mark.parametrize("form", ["%k", "%I", "%p", "%P", "%H", "%", "%Q", "nothing"])
def test_a_form_that_tells_no_time_reads_none_and_breaks_nothing(form: str) -> None:
    read = values.moments(series("2024-01-02", "11 PM", None), zone="UTC", day_first=False, format=form)
    assert read.values.null_count() == 3
    assert [code for code, _, _ in read.wrong] == ["not_a_time"]


@pytest.mark.parametrize(
    "said",
    ["Jan 15 2025", "January 15, 2025", "Jan. 15th, 2025", "15 Jan 2025", "15. January 2025", "15th January, 2025",
     "Jan 15, 2025 00:00", "2025-01-15"],
)  # fmt: skip
def test_a_day_whose_month_is_named_can_be_read_one_way_only(said: str) -> None:
    for day_first in (True, False):
        read = values.days(pl.Series([said], dtype=pl.String), day_first=day_first)
        assert read.values.to_list() == [date(2025, 1, 15)]


def test_a_month_that_there_is_not_is_refused() -> None:
    read = values.days(pl.Series(["Smarch 15 2025", "Feb 30 2025", "Sept 5, 2025"], dtype=pl.String), day_first=False)
    assert read.values.to_list() == [None, None, date(2025, 9, 5)]
    assert [code for code, _, _ in read.wrong] == ["not_a_time"]
