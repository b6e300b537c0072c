"""Texts as X and LinkedIn count and read them, against their published rules."""

import time
import unicodedata
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from twitter_text import extract_urls, parse_tweet

from cofounder import channels
from cofounder.channels import linked, linkedin
from cofounder.flow.approve import texts
from cofounder.flow.approve.errors import TextTooLong
from cofounder.models.brief import Draft
from tests.channels.wire.linkedin import as_read

PLAIN = st.text("abcdefghijklmnopqrstuvwxyzäéßøñ", min_size=1, max_size=12)
LIGHT = st.sampled_from([0, 1, 4350, 4351, 8192, 8205, 8208, 8223, 8242, 8247])
HEAVY = st.sampled_from([4352, 8206, 8207, 8224, 8241, 8248, 0x3042, 0x65E5, 0xAC00, 0x20000])
CJK = st.text("日本語中文한글カナ", min_size=1, max_size=6)
EMOJI = st.sampled_from(["👍", "👍🏽", "👨‍👩‍👧‍👦", "🇩🇪", "1️⃣", "❤️", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👩🏿‍🚀", "✨", "🫶", "☺️", "🏳️‍🌈"])
# What IANA has since X published its rules.
NEWER = {
    "amazon",
    "kids",
    "merck",
    "music",
    "spa",
    "ישראל",
    "السعوديه",
    "السعودیة",
    "السعودیۃ",
    "اليمن",
    "ايران",
    "سوريا",
    "پاكستان",
    "アマゾン",
    "亚马逊",
    "澳门",
    "臺灣",
}
LINKS = st.sampled_from(
    [
        "https://acme.law/a?b=1&c=2#d",
        "http://acme.law",
        "acme.com",
        "www.acme.io/path",
        "foo.co.uk",
        "acme.xyz",
        "acme.berlin",
        "shop.acme.consulting/a?b=1",
        "https://acme.law/" + "a" * 200,
        "HTTPS://Acme.Marketing/A",
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


PARTS = st.sampled_from(
    [
        "https://",
        "http://",
        "acme",
        "foo_bar",
        "-a",
        "b-",
        "日本",
        "é",
        "コム",
        "com",
        "law",
        "marketing",
        "co.uk",
        "zzz",
        "😀",
        "a",
        "www",
        "t.co/abc",
        "acme.com",
        "www.acme.berlin",
        "ada@",
        "https://acme.law",
        ":80",
        "/path",
        "?q=1",
        "#frag",
        "/a_(b)",
        "ж",
        ".",
        ".",
        ".",
        "/",
        "/",
        "-",
        "_",
        "@",
        "#",
        "$",
        "(",
        ")",
        "[",
        "]",
        ",",
        ";",
        "!",
        "'",
        "~",
        "|",
        "%",
        "+",
        "*",
        " ",
        " ",
        "\n",
        "–",
        "…",
    ]
)


@settings(max_examples=1_000)
@given(parts=st.lists(PARTS, min_size=1, max_size=14))
def test_x_makes_links_of_what_its_published_rules_do(parts: list[str]) -> None:
    text = unicodedata.normalize("NFC", "".join(parts))
    assert [text[a:b] for a, b in linked.links(text)] == extract_urls(text)
    assert channels.length("x", text) == parse_tweet(text).weightedLength


def test_every_ending_of_the_published_rules_makes_a_link_and_no_other_word_does() -> None:
    named = {name for name in linked.endings() if not extract_urls(f"see acme.{name} now")}
    assert named == {name for name in linked.endings() if name in NEWER}
    assert len(linked.endings()) - len(NEWER) == 1574
    for name in ("law", "berlin", "marketing", "consulting", "vermögensberater", "コム", "music"):
        assert [f"acme.{name}"] == [a[4:-4] for a in [f"see acme.{name} now"] if list(linked.links(a))]
    assert not list(linked.links("see node.js, acme.example, 3.5 and acme.zzz now"))


def test_a_long_text_is_read_in_one_pass() -> None:
    for text in (
        "日本" * 20_000 + "." + "日本" * 20_000,
        "a." * 20_000,
        "a_" * 20_000 + ".b",
        "https://acme.law/" + "(" * 40_000,
    ):
        begun = time.process_time()
        channels.length("x", text)
        assert time.process_time() - begun < 2


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
        ("https://acme.law/a, then", 29),
        ("日本はhttps://acme.law/aです", 6 + 23 + 4),  # no blank before or behind it
        ("日本acme.com", 4 + 23),
        ("ada@acme.com", 12),
        ("node.js", 7),
        ("Done.Next", 23),  # .next is an ending
        ("Done.Then", 9),
        ("https://acme.example/a", 22),  # and .example is none
        ("Visit us at acme.marketing today", 41),
        ("See acme.law and acme.law/b", 4 + 23 + 5 + 23),
        ("https://acme.law/✨", 23 + 2),
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
