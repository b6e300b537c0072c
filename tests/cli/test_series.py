"""What people type about series and accounts becomes what is meant, or is refused by its name."""

import pytest

from cofounder.cli.groups import choosing, series
from cofounder.kit.errors import CofounderError


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ([], {}),
        (["monday", "Thu"], {"every": "week", "weekdays": ["monday", "thursday"]}),
        (["day"], {"every": "day"}),
        (["Month"], {"every": "month"}),
    ],
)
def test_how_often(typed: list[str], meant: dict[str, object]) -> None:
    assert series._often(typed) == meant


@pytest.mark.parametrize("typed", [["blursday"], ["monday", "month"], ["m"], [""]])
def test_what_is_no_weekday_is_refused(typed: list[str]) -> None:
    with pytest.raises(series.EveryUnclear) as told:
        series._often(typed)
    assert told.value.field == "every"


def test_how_long_before() -> None:
    assert [series._minutes(one) for one in ("90m", "12h", "2D")] == [90, 720, 2_880]
    for wrong in ("", "2", "d", "1.5h", "two days"):
        with pytest.raises(series.LeadUnclear):
            series._minutes(wrong)


def test_accounts_by_channel() -> None:
    assert choosing.accounts_of(["linkedin=Our page", "x = @acme"], None) == {"linkedin": "Our page", "x": "@acme"}
    assert choosing.accounts_of(["Our page"], ["linkedin"]) == {"linkedin": "Our page"}


@pytest.mark.parametrize(
    ("typed", "channels"), [("Our page", None), ("Our page", ["x", "blog"]), ("x=", None), ("=Acme", None)]
)
def test_an_account_of_no_channel_is_refused(typed: str, channels: list[str] | None) -> None:
    with pytest.raises(CofounderError) as told:
        choosing.accounts_of([typed], channels)
    assert told.value.field == "account"
