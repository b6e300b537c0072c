"""Numbers and times as ui.md writes them."""

from datetime import timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cofounder.cli import words
from cofounder.kit.clock import frozen, now


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.04, "0.0 s"), (9.94, "9.9 s"), (9.96, "10 s"), (47, "47 s"), (119.4, "119 s"), (120, "2 min"), (7300, "2 h")],
)
def test_seconds_go_up_to_two_minutes_then_minutes(value: float, text: str) -> None:
    assert words.seconds(value) == text


def test_no_value_is_a_dash_and_never_a_zero() -> None:
    assert words.seconds(None) == words.cost(None) == words.score(None) == words.ago(None) == "–"


def test_money_counts_rates_and_scores_keep_their_own_decimals() -> None:
    assert words.money(1234.5) == "$1,234.50"
    assert words.money(1234.5, "EUR") == "1,234.50 EUR"
    assert words.cost(0.12) == "$0.120"
    assert words.count(150000) == "150,000"
    assert words.percent(0.045) == "4.5%"
    assert words.score(0.906, 3) == "0.906"
    assert words.figure(150000, "usd") == "$150,000"
    assert words.figure(0.2, "rate") == "20%"


def test_a_negative_number_has_a_true_minus() -> None:
    assert words.money(-3) == "−$3.00"
    assert words.percent(-0.1) == "−10%"
    assert words.count(-2) == "−2"


@given(st.floats(min_value=-1e12, max_value=1e12, allow_nan=False))
def test_a_count_reads_back_as_the_number_to_two_decimals(value: float) -> None:
    text = words.count(value).replace(",", "").replace(words.MINUS, "-")
    assert abs(float(text) - value) <= 0.005 + abs(value) * 1e-9


def test_lists_say_how_long_ago() -> None:
    with frozen(now()):
        assert words.ago(now() - timedelta(minutes=5)) == "5 min ago"
        assert words.ago(now() - timedelta(days=3)) == "3 d ago"
        assert words.ago(now() + timedelta(hours=2)) == "in 2 h"


def test_every_status_word_has_a_meaning_and_every_meaning_a_shape() -> None:
    from cofounder.flow.publish.schemas import State
    from cofounder.flow.request.phases import FINAL, RESTING

    for word in (*FINAL, *RESTING, *get_args(State), "queued", "running"):
        assert words.MEANING[word] in words.GLYPH
