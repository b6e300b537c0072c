"""Which column is what, and what its values are in: guessed from names and cells, told where it cannot be."""

import pytest

from cofounder.business.imports import fields, scales
from cofounder.business.imports.guess import guess
from cofounder.business.imports.schemas import Units


def guessed(kind: str, columns: dict[str, str], units: Units | None = None) -> tuple[dict[str, str], Units, list[str]]:
    known = fields.kind(kind)
    assert known is not None
    mapping, found, notes = guess(known, list(columns), [list(columns.values())], units=units or Units())
    return {name: one.columns[0] for name, one in mapping.fields.items() if one.columns}, found, notes


@pytest.mark.parametrize(
    "name", ["Collected", "collected_at", "Measured", "Snapshot date", "Recorded", "Date collected"]
)
@pytest.mark.parametrize("kind", ["social", "web", "financial"])
def test_when_a_value_was_collected_is_found_by_its_name(kind: str, name: str) -> None:
    more = {"Revenue": "5"} if kind == "financial" else {"Clicks": "5", "Sessions": "5"}
    mapped, _, _ = guessed(kind, {"Date": "2024-01-01", "Platform": "x", "Post ID": "7", name: "2024-01-05", **more})
    assert mapped["measured_at"] == name


@pytest.mark.parametrize(
    ("columns", "currency"),
    [
        ({"Revenue (EUR)": "12.50"}, "EUR"),
        ({"revenue_gbp": "12.50"}, "GBP"),
        ({"Revenue": "€ 12.50"}, "EUR"),
        ({"Revenue": "12.50 CHF"}, "CHF"),
        ({"Revenue": "12.50"}, "USD"),
        ({"Europe visits": "3", "Revenue": "12.50"}, "USD"),
    ],
)
def test_the_currency_that_columns_or_cells_name_is_taken(columns: dict[str, str], currency: str) -> None:
    assert guessed("web", {"date": "2024-01-01", **columns})[1].currency == currency


def test_of_two_currencies_none_is_taken_and_what_a_person_says_stays() -> None:
    _, units, notes = guessed("web", {"date": "2024-01-01", "revenue_eur": "1", "cost_usd": "1"})
    assert units.currency == "USD"
    assert any("EUR, USD" in note for note in notes)
    _, units, notes = guessed("web", {"date": "2024-01-01", "revenue_eur": "1"}, Units(currency="USD"))
    assert units.currency == "USD"
    assert any("another currency: EUR" in note for note in notes)


def test_when_a_text_was_reviewed_is_when_its_score_held() -> None:
    mapped, _, _ = guessed("quality", {"task_id": "t1", "score": "0.8", "reviewed_at": "2024-01-01"})
    assert mapped["measured_at"] == "reviewed_at"


def test_a_dirty_column_that_is_named_like_a_field_is_mapped_all_the_same() -> None:
    known = fields.kind("web")
    assert known is not None
    rows = [["2024-01-01", "<10" if at % 2 else str(at), "n/k" if at % 3 else "5", "free text"] for at in range(100)]
    mapping, _, _ = guess(known, ["date", "Sessions", "visitors", "bounces"], rows, units=Units())
    assert mapping.fields["sessions"].columns == ["Sessions"]
    assert mapping.fields["users"].columns == ["visitors"]
    assert mapping.left_out(["date", "Sessions", "visitors", "bounces"]) == ["bounces"]


@pytest.mark.parametrize("name", ["asked_at", "Asked on", "requested_at", "request date", "submitted_at"])
def test_when_a_task_was_asked_for_is_found_by_its_name(name: str) -> None:
    mapping, _, _ = guessed("tasks", {"title": "Prices", name: "2024-01-02", "finished_at": "2024-01-05"})
    assert mapping["created_at"] == name
    assert mapping["completed_at"] == "finished_at"


def test_a_dirty_column_of_figures_is_one_of_them() -> None:
    known = fields.kind("financial")
    assert known is not None
    rows = [[f"2024-{at:02}-01", "n/k" if at % 2 else "5"] for at in range(1, 13)]
    mapping, _, _ = guess(known, ["month", "revenue"], rows, units=Units())
    assert [one.column for one in mapping.figures] == ["revenue"]


@pytest.mark.parametrize(
    ("cell", "other", "told"),
    [
        ("1.234", "2.345", "Numbers such as 1.234 can be read two ways; the point is taken to stand before decimals."),
        ("1,234", "7", "Numbers such as 1,234 can be read two ways; the comma is taken to part thousands."),
        ("1.234", "0.5", None),
        ("1.234", "1.234.567", None),
    ],
)
def test_a_decimal_mark_that_could_be_either_is_told(cell: str, other: str, told: str | None) -> None:
    _, units, notes = guessed("web", {"date": "2024-01-01", "sessions": cell, "revenue": other})
    assert [note for note in notes if "two ways" in note] == ([told] if told else [])
    assert units.decimal == ("," if other == "1.234.567" else ".")


@pytest.mark.parametrize(
    ("field", "cells", "scale", "told"),
    [
        ("score", ["0.9", "95", "-1"], None, "0.9 is a share of 1, 95 is none"),
        ("score", ["0.9", "4", "5"], None, "0.9 is a share of 1, 5 is none"),
        ("score", ["0,9", "95"], None, "0.9 is a share of 1, 95 is none"),
        ("score", ["0.9", "0.95"], None, None),
        ("score", ["90", "95"], 0.01, "score is multiplied by 0.01 (95 becomes 0.95)"),
        ("score", ["0.5", "2.5", "3.5", "4", "4.5", "5"], 0.2, "(5 becomes 1)"),
        ("bounce_rate", ["0.45", "45"], None, "0.45 is a share of 1, 45 is none"),
        ("bounce_rate", ["45%", "45"], None, "two ways"),
        ("bounce_rate", ["45%", "50%"], None, None),
        ("bounce_rate", ["45.5", "51"], 0.01, "(51 becomes 0.51)"),
        ("conversion_rate", ["0.9", "2.5", "4.1"], 0.01, "(4.1 becomes 0.041)"),
    ],
)
def test_shares_of_two_scales_are_told_and_not_scaled(
    field: str, cells: list[str], scale: float | None, told: str | None
) -> None:
    kind = fields.kind("quality" if field == "score" else "web")
    assert kind is not None
    columns = ["task_id", "date", field]
    rows = [[f"t{at}", f"2024-01-{at + 1:02}", cell] for at, cell in enumerate(cells)]
    units = Units(decimal="," if "," in cells[0] else ".")
    mapping, _, notes = guess(kind, columns, rows, units=units)
    assert mapping.fields[field].scale == scale
    assert any(told in note for note in notes) if told else not any(field in note for note in notes)


def test_what_is_called_a_percentage_is_one_however_small() -> None:
    assert scales.guessed("conversion_rate_pct", ["0.4", "0.9"], ".", is_score=False) == 0.01


def test_numbers_of_both_decimal_marks_are_told() -> None:
    kind = fields.kind("web")
    assert kind is not None
    rows = [["2024-01-01", "€1.234,50"], ["2024-01-02", "1234.50 USD"], ["2024-01-03", "€2.500,75"]]
    _, units, notes = guess(kind, ["date", "revenue"], rows, units=Units())
    assert units.decimal == ","
    assert any("Some numbers have a decimal comma and some a decimal point" in note for note in notes)
    _, _, notes = guess(kind, ["date", "revenue"], rows[:1], units=Units())
    assert not any("decimal point" in note for note in notes)


@pytest.mark.parametrize(
    ("column", "cells", "scale", "told"),
    [
        ("conversion_rate", ["2.1", "2.4"], 0.01, "conversion_rate is multiplied by 0.01 (2.4 becomes 0.024)"),
        ("conversion_rate", ["0.021", "0.024"], None, None),
        ("customers", ["21", "24"], None, None),
        ("growth_rate", ["2.1", "2.4"], None, None),
    ],
)
def test_a_figure_in_percent_becomes_a_share_and_the_preview_says_so(
    column: str, cells: list[str], scale: float | None, told: str | None
) -> None:
    kind = fields.kind("financial")
    assert kind is not None
    rows = [[f"2024-0{at}-01", cell] for at, cell in enumerate(cells, 1)]
    mapping, _, notes = guess(kind, ["month", column], rows, units=Units())
    assert [one.scale for one in mapping.figures] == [scale]
    assert any(told in note for note in notes) if told else not any("multiplied" in note for note in notes)
