"""A person's own words stay as they are: links, addresses, handles, hashtags, file names and what stands in quotes."""

from datetime import date

import pytest

from cofounder.models.intent import Intent
from cofounder.models.offline.parser import parse

TODAY = date(2026, 11, 21)


def read(request: str) -> Intent:
    return parse(request, today=TODAY)


@pytest.mark.parametrize(
    "link",
    [
        "https://larkfield.example/fb/insta?x=tw",
        "https://larkfield.example/pls/li-tw?utm_source=fb&u=insta",
        "https://larkfield.example/teh-story/fro-you",
        "https://larkfield.example/a_(teh)?q=fb#pls",
        "larkfield.example/fb",
        "larkfield.com/fb.html",
        "www.larkfield.com/teh",
    ],
)
@pytest.mark.parametrize("before", ["visit", "link to", "see"])
def test_a_link_is_kept_sign_for_sign_and_names_no_channel(link: str, before: str) -> None:
    intent = read(f"LinkedIn post about our October revenue, {before} {link}")
    assert intent.constraints.link == link
    assert intent.channels == ["linkedin"]
    assert intent.topic == "October revenue"
    assert "corrected" not in intent.evidence
    assert not [one for one in intent.assumptions if one.field in ("channels", "spelling", "not_read")]


def test_an_address_that_nothing_is_sent_to_is_told_as_it_is_written() -> None:
    intent = read("LinkedIn post about our tea, write to info@fb.example")
    assert [one.text for one in intent.assumptions if one.field == "not_kept"] == [
        'Not kept: "write to info@fb.example". I can neither do nor check it.'
    ]


@pytest.mark.parametrize(
    ("said", "included"),
    [
        ('mention @teh_fb and #fb and the words "teh fro"', ["teh fro", "@teh_fb", "#fb"]),
        ('mention the "pls" program', ["pls"]),
        ("mention teh-plan.pdf", ["teh-plan.pdf"]),
        ("with the hashtag #fb", ["#fb"]),
        ('mention Anna and "Tea for all"', ["Tea for all", "Anna"]),
        ("mention larkfield.com/insta and our garden", ["larkfield.com/insta", "garden"]),
    ],
)
def test_names_and_quoted_words_are_not_put_right(said: str, included: list[str]) -> None:
    assert read(f"LinkedIn post about our tea, {said}").constraints.must_include == included


def test_slips_beside_a_link_and_in_a_request_that_stands_in_quotes_are_put_right() -> None:
    assert read("Wirte a linkedn post abuot our tea, see larkfield.com").channels == ["linkedin"]
    assert read('"Wirte a linkedn post abuot our tea"').channels == ["linkedin"]


@pytest.mark.parametrize(
    ("said", "call", "link"),
    [
        ("with a call to action to visit example.com/school", "visit example.com/school", None),
        (". CTA: book a demo at larkfield.example/demo", "book a demo at larkfield.example/demo", None),
        (". CTA: sign up at larkfield.com today. No emoji", "sign up at larkfield.com today", None),
        (", ask readers to visit shop.larkfield.co.uk/x", "visit shop.larkfield.co.uk/x", None),
        (". CTA: book a demo at https://l.example/demo", "book a demo", "https://l.example/demo"),
        (". CTA: visit https://l.example/demo", "visit https://l.example/demo", "https://l.example/demo"),
    ],
)
def test_a_call_to_action_is_not_cut_in_an_address(said: str, call: str, link: str | None) -> None:
    constraints = read(f"LinkedIn post about our open day{said}").constraints
    assert (constraints.call_to_action, constraints.link) == (call, link)


@pytest.mark.parametrize(("site", "channel"), [("x.com", "x"), ("linkedin.com", "linkedin")])
def test_a_networks_own_address_names_it(site: str, channel: str) -> None:
    assert read(f"Post on {site} about our new office").channels == [channel]
