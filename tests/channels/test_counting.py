"""Texts as X and LinkedIn count and read them, against their published rules."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cofounder import channels
from cofounder.channels import linkedin
from cofounder.flow.approve import texts
from cofounder.flow.approve.errors import TextTooLong
from cofounder.models.brief import Draft
from tests.channels.wire.linkedin import as_read

PLAIN = st.text("abcdefghijklmnopqrstuvwxyzäéßøñ", min_size=1, max_size=12)
LIGHT = st.sampled_from([0, 1, 4350, 4351, 8192, 8205, 8208, 8223, 8242, 8247])
HEAVY = st.sampled_from([4352, 8206, 8207, 8224, 8241, 8248, 0x3042, 0x65E5, 0xAC00, 0x20000])
CJK = st.text("日本語中文한글カナ", min_size=1, max_size=6)
EMOJI = st.sampled_from(["👍", "👍🏽", "👨‍👩‍👧‍👦", "🇩🇪", "1️⃣", "❤️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👩🏿‍🚀", "✨", "🫶", "☺️", "🏳️‍🌈"])
LINKS = st.sampled_from(
    [
        "https://acme.example/a?b=1&c=2#d",
        "http://acme.example",
        "acme.com",
        "www.acme.io/path",
        "foo.co.uk",
        "acme.xyz",
        "https://acme.example/" + "a" * 200,
        "HTTPS://Acme.Example/A",
    ]
)
NAMES = st.from_regex(r"[@#][A-Za-z][A-Za-z0-9_]{0,12}", fullmatch=True)
TOKENS = st.one_of(
    PLAIN.map(lambda word: (word, len(word))),
    CJK.map(lambda word: (word, 2 * len(word))),
    EMOJI.map(lambda sign: (sign, 2)),
    LINKS.map(lambda link: (link, 23)),
    NAMES.map(lambda name: (name, len(name))),
)


@given(tokens=st.lists(TOKENS, min_size=1, max_size=25), between=st.sampled_from([" ", "\n", "\n\n"]))
def test_x_weighs_a_text_as_the_sum_of_what_it_is_made_of(tokens: list[tuple[str, int]], between: str) -> None:
    text = between.join(token for token, _ in tokens)
    assert channels.length("x", text) == sum(weight for _, weight in tokens) + len(between) * (len(tokens) - 1)


@given(point=LIGHT)
def test_x_weighs_the_ranges_that_are_published_1(point: int) -> None:
    assert channels.length("x", chr(point)) == 1


@given(point=HEAVY)
def test_x_weighs_everything_else_2(point: int) -> None:
    assert channels.length("x", chr(point)) == 2


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("acme.com.", 24),
        ("(acme.com)", 25),
        ("https://acme.example/a, then", 29),
        ("日本はhttps://acme.example/aです", 6 + 23 + 4),  # no blank before or behind it
        ("日本acme.com", 4 + 23),
        ("ada@acme.com", 12),
        ("node.js", 7),
        ("Done.Next", 9),
        ("https://acme.example/✨", 23 + 2),
        ("Test https://test.com test https://test.com test.com test", 86),
        ("H\U0001f431☺", 5),
        ("👍👍🏽", 4),
        ("e\u0301", 1),
    ],
)
def test_x_weighs_what_stands_close_together(text: Any, weight: int) -> None:
    assert channels.length("x", text) == weight


@given(text=st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=80))
def test_linkedin_shows_every_text_whole(text: str) -> None:
    assert as_read(linkedin.escape(text)) == text


@given(text=st.text("ab|{}@[]()<>#*_~\\ 1é日", max_size=40))
def test_linkedin_cuts_no_text_of_reserved_signs(text: str) -> None:
    sent = linkedin.escape(text)
    assert as_read(sent) == text
    assert linkedin.unescape(sent) == text


def test_the_server_of_these_tests_cuts_what_is_not_escaped() -> None:
    assert as_read("Margins (net) rose") == "Margins "
    assert as_read(r"Margins \(net\) rose #Retail") == "Margins (net) rose "
    assert as_read(r"So {hashtag|\#|Retail} it is") == "So #Retail it is"


def test_a_text_that_becomes_too_long_by_escapes_is_refused_at_approval() -> None:
    fits = channels.render("linkedin", Draft(body="a" * 2990 + "(" * 5))
    texts.check_length("linkedin", fits, field="content")
    grown = channels.render("linkedin", Draft(body="a" * 2990 + "(" * 6))
    with pytest.raises(TextTooLong, match="3,002 with the signs"):
        texts.check_length("linkedin", grown, field="content")
