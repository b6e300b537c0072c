"""What a period's value is: sums of flows, end values of stocks, ratios made anew, never a mean of ratios."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from cofounder.business import periods, timeline
from cofounder.business.timeline import Point
from cofounder.models.brief import Period

Q3 = periods.quarter(date(2026, 8, 1))
AMOUNT = st.floats(1, 1e7)


def monthly(first: date, values: list[float], source: str = "financial_metrics") -> list[Point]:
    months = [periods.shifted(periods.month(first), at) for at in range(len(values))]
    return [Point(m.start, m.end, v, source) for m, v in zip(months, values, strict=True)]


@given(st.lists(AMOUNT, min_size=3, max_size=3))
def test_a_quarters_revenue_is_the_sum_of_its_months(values: list[float]) -> None:
    found = timeline.read({"revenue": monthly(Q3.start, values)}, "revenue", Q3)
    assert found is not None
    assert abs(found.value - sum(values)) <= 1e-6 * sum(values)
    assert found.covered == Q3


@given(st.lists(AMOUNT, min_size=3, max_size=3))
def test_a_quarters_customers_are_those_at_its_end(values: list[float]) -> None:
    found = timeline.read({"customers": monthly(Q3.start, values)}, "customers", Q3)
    assert found is not None
    assert found.value == values[-1]


@given(st.lists(st.tuples(st.integers(0, 5_000), st.integers(1, 100_000)), min_size=3, max_size=3))
def test_a_quarters_conversion_rate_is_all_conversions_over_all_visits(pairs: list[tuple[int, int]]) -> None:
    stored = {
        "conversions": monthly(Q3.start, [float(c) for c, _ in pairs]),
        "traffic": monthly(Q3.start, [float(v) for _, v in pairs]),
    }
    found = timeline.read(stored, "conversion_rate", Q3)
    share = sum(c for c, _ in pairs) / sum(v for _, v in pairs)
    assert (found is None) == (share > 1) == (timeline.beyond(stored, "conversion_rate", Q3) is not None)
    if found is None:
        return
    assert found.value == share
    assert found.n == sum(v for _, v in pairs)


def test_a_quarters_churn_rate_cannot_be_made_from_monthly_ones() -> None:
    assert timeline.read({"churn_rate": monthly(Q3.start, [0.01, 0.02, 0.03])}, "churn_rate", Q3) is None


def test_an_unknown_metric_is_not_added_up() -> None:
    assert timeline.read({"widgets": monthly(Q3.start, [1, 2, 3])}, "widgets", Q3) is None
    month = periods.month(Q3.start)
    assert timeline.read({"widgets": monthly(Q3.start, [1, 2, 3])}, "widgets", month) is not None


def test_a_stored_quarter_wins_over_its_months() -> None:
    points = [*monthly(Q3.start, [1, 2, 3]), Point(Q3.start, Q3.end, 7, "financial_metrics")]
    found = timeline.read({"revenue": points}, "revenue", Q3)
    assert found is not None
    assert found.value == 7


def test_a_quarter_with_one_month_stored_covers_that_month_only() -> None:
    found = timeline.read({"revenue": monthly(Q3.start, [5])}, "revenue", Q3)
    assert found is not None
    assert found.covered.label == "July 2026"
    assert timeline.read_whole({"revenue": monthly(Q3.start, [5])}, "revenue", Q3) is None


def test_a_hole_in_the_middle_ends_the_sum() -> None:
    july, _, september = monthly(Q3.start, [1, 2, 4])
    found = timeline.read({"revenue": [july, september]}, "revenue", Q3)
    assert found is not None
    assert (found.value, found.covered.label) == (1, "July 2026")


def test_months_are_not_mixed_with_days() -> None:
    july = monthly(Q3.start, [31.0])
    days = [Point(date(2026, 8, d), date(2026, 8, d), 1.0, "web_analytics") for d in range(1, 11)]
    found = timeline.read({"traffic": [*july, *days]}, "traffic", Q3)
    assert found is not None
    assert (found.value, found.covered.label) == (31.0, "July 2026")
    august = timeline.read({"traffic": [*july, *days]}, "traffic", periods.month(date(2026, 8, 1)))
    assert august is not None
    assert (august.value, august.covered.label) == (10.0, "August 1 to August 10, 2026")


def test_two_currencies_do_not_add_up() -> None:
    july, august, september = monthly(Q3.start, [1, 2, 3])
    euro = Point(august.start, august.end, 2, "financial_metrics", "EUR")
    assert timeline.read({"revenue": [july, euro, september]}, "revenue", Q3) is None


def test_a_ratio_is_made_over_the_months_that_both_sides_cover() -> None:
    stored = {"conversions": monthly(Q3.start, [10, 20]), "traffic": monthly(Q3.start, [100, 100, 100])}
    found = timeline.read(stored, "conversion_rate", Q3)
    assert found is not None
    assert found.value == 30 / 200
    assert found.covered.label == "July and August 2026"


def test_the_series_stops_at_the_first_hole() -> None:
    points = monthly(date(2025, 1, 1), [float(n) for n in range(1, 13)])
    december = periods.month(date(2025, 12, 1))
    assert timeline.series({"revenue": points}, "revenue", december, december) == [float(n) for n in range(1, 12)]
    del points[3]
    assert timeline.series({"revenue": points}, "revenue", december, december) == [float(n) for n in range(5, 12)]


def test_seasons_are_found_where_they_are_and_only_there() -> None:
    wave = [100.0, 90, 80, 85, 100, 120, 140, 120, 100, 95, 130, 150]
    assert timeline.is_seasonal([value * 1.02**at for at, value in enumerate(wave * 2)])
    assert not timeline.is_seasonal([100 * 1.02**at for at in range(24)])
    assert not timeline.is_seasonal(wave)
    assert not timeline.is_seasonal([*wave, *[-1.0] * 12])


def test_the_newest_month_is_a_finished_one() -> None:
    points = monthly(date(2026, 8, 1), [1, 2, 3, 4])
    found: Period | None = timeline.newest_month({"revenue": points}, date(2026, 11, 10))
    assert found is not None
    assert found.label == "October 2026"
    assert timeline.newest_month({}, date(2026, 11, 10)) is None
