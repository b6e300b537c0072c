"""Which column is what, and what its values are in: guessed from names and cells, told where it cannot be."""

import pytest

from cofounder.business.imports import fields
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
