"""What a reader cannot see is no text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cofounder.kit.blank import is_blank, unseen


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "\u200b",
        "\u200b\u200d\ufeff\u2060",
        "\n\t\u00a0\u3000",
        "\u3164\u2800",
        "\u00ad",
        "\u202e\u202c",
        "\ufe0f",
    ],
)
def test_what_shows_nothing_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["a", ".", "👍", "❤️", "\u200bя", "日", "é", "न"])
def test_what_shows_one_sign_is_not(text: str) -> None:
    assert not is_blank(text)


@given(text=st.text(alphabet=" \n\u200b\u200c\u200d\u2060\ufeff\u00ad", max_size=30), sign=st.sampled_from("aZ9.!ß語"))
def test_one_sign_among_any_number_of_unseen_ones_is_enough(text: str, sign: str) -> None:
    assert is_blank(text)
    assert not is_blank(text + sign + text)


@pytest.mark.parametrize("text", ["\u202eevil", "gold\u200b", "go\u00adld", "go\tld", "\ufeff"])
def test_a_character_that_nobody_sees_is_named(text: str) -> None:
    assert unseen(text) in set("\u202e\u200b\u00ad\t\ufeff")


@pytest.mark.parametrize("text", ["", "gold", "q5 b", "❤️", "日本", "نمونه"])
def test_what_is_seen_throughout_has_none(text: str) -> None:
    assert unseen(text) is None
