"""What is ruled out stays out: no text for such a channel, none where something is to be stopped or left undone."""

from datetime import date

import pytest

from cofounder.models.intent import Intent
from cofounder.models.offline.parser import parse

TODAY = date(2026, 11, 21)


def read(request: str, answers: dict[str, str] | None = None) -> Intent:
    return parse(request, today=TODAY, answers=answers or {})


@pytest.mark.parametrize(
    ("request_", "goes", "topic"),
    [
        ("Do not post this on LinkedIn, only tweet about our new office", ["x"], "new office"),
        ("Write a Facebook post about our new office. Nothing on X please.", ["facebook"], "new office"),
        ("Write a LinkedIn post about our tea without posting to Facebook", ["linkedin"], "tea"),
        ("Write a LinkedIn post about our new office and never post on Facebook", ["linkedin"], "new office"),
        ("Don't post anything on X; write a Facebook post about our new office", ["facebook"], "new office"),
        ("Write a Facebook post about our new office. Do not publish it on LinkedIn.", ["facebook"], "new office"),
        ("Write a tweet about our tea, but keep it off LinkedIn", ["x"], "tea"),
        ("Write a tweet about our tea. LinkedIn is off limits.", ["x"], "tea"),
        ("Write a tweet about our tea; no Facebook", ["x"], "tea"),
        ("Avoid Facebook and write a post about tea for LinkedIn", ["linkedin"], "tea"),
        ("Post everywhere except on X about our new office", ["linkedin", "facebook", "email", "blog"], "new office"),
        ("Write a tweet about our office, but not for Facebook or LinkedIn", ["x"], "office"),
        ("Post about the office on LinkedIn, not on Facebook or on X", ["linkedin"], "office"),
        ("Write a post about our office. Post it neither on X nor on Facebook, only on LinkedIn.", ["linkedin"], "office"),
        ("Write a post for LinkedIn about our office. We don't use Facebook.", ["linkedin"], "office"),
        ("Write a tweet about our new office. LinkedIn must not get it.", ["x"], "new office"),
        ("Write a LinkedIn post about our office instead of a tweet", ["linkedin"], "office"),
        ("Write a LinkedIn post about tea. Don't share it to Facebook or X.", ["linkedin"], "tea"),
        ("Skip LinkedIn, tweet about our new office", ["x"], "new office"),
        ("Leave Facebook out and write a LinkedIn post about tea", ["linkedin"], "tea"),
        ("Write a tweet about tea. Under no circumstances post it on LinkedIn.", ["x"], "tea"),
        ("Write a LinkedIn post about tea but please no newsletter", ["linkedin"], "tea"),
        ("Announce our new office on LinkedIn; keep X out of it", ["linkedin"], "new office"),
        ("Write a LinkedIn post about our office and don't tweet it", ["linkedin"], "office"),
        ("Write a tweet and a LinkedIn post about our office, but do not put it on the blog", ["x", "linkedin"], "office"),
        ("Write a LinkedIn post about tea; Instagram is out", ["linkedin"], "tea"),
    ],
)  # fmt: skip
def test_a_channel_that_is_ruled_out_gets_no_text_and_the_rest_is_read(
    request_: str, goes: list[str], topic: str
) -> None:
    intent = read(request_)
    assert [action.kind for action in intent.actions] == ["create_post"]
    assert intent.channels == goes
    assert intent.topic == topic
    assert intent.questions == []
    assert intent.evidence["channels_ruled_out"]


@pytest.mark.parametrize(
    ("request_", "goes", "topic"),
    [
        ("Write a tweet about our open day, not just on X but also on LinkedIn", ["x", "linkedin"], "open day"),
        ("Write a LinkedIn post about tea, no LinkedIn jargon", ["linkedin"], "tea"),
        ("Don't forget to tweet about our tea", ["x"], "tea"),
        ("Write a blog article about why you should never post on Facebook", ["blog"], "why you should never post on Facebook"),
        ("Write a LinkedIn post about why we stopped posting on X", ["linkedin"], "why we stopped posting on X"),
        ("Write a LinkedIn post about how we grew without Facebook", ["linkedin"], "how we grew without Facebook"),
        ("Write a blog article about life without e-mail", ["blog"], "life without e-mail"),
        ("Write a LinkedIn post about why we cancelled the newsletter", ["linkedin"], "why we cancelled the newsletter"),
        ("Write a LinkedIn post saying we will not publish prices on Facebook", ["linkedin"], "we will not publish prices on Facebook"),
    ],
)  # fmt: skip
def test_words_that_only_sound_like_ruling_out_rule_nothing_out(request_: str, goes: list[str], topic: str) -> None:
    intent = read(request_)
    assert intent.channels == goes
    assert intent.topic == topic
    assert "channels_ruled_out" not in intent.evidence


@pytest.mark.parametrize(
    ("request_", "name"),
    [
        ("Write a LinkedIn post about our new office. Do not publish it on LinkedIn.", "LinkedIn"),
        ("Write a newsletter about tea but do not send it by e-mail", "e-mail"),
        ("Write a thread about tea but not on X", "X"),
    ],
)
def test_a_text_whose_only_channel_is_ruled_out_is_asked_about(request_: str, name: str) -> None:
    intent = read(request_)
    assert len(intent.actions) == 1
    assert intent.channels == []
    assert [q.field for q in intent.questions] == ["channels"]
    assert f"rule {name} out" in intent.questions[0].question
    settled = read(request_, {"channels": name})
    assert settled.channels == [{"LinkedIn": "linkedin", "e-mail": "email", "X": "x"}[name]]
    assert settled.questions == []


@pytest.mark.parametrize(
    "request_",
    [
        "Do not publish the LinkedIn post about pricing",
        "Cancel my scheduled tweet about the launch",
        "Stop the LinkedIn post about pricing",
        "Take down the LinkedIn post about pricing",
        "Unschedule the Facebook post about our sale",
        "Postpone the LinkedIn post about the launch to Friday",
        "Hold off on the tweet about the launch",
        "Pause all posts about the launch",
        "Delete my draft about the launch",
        "Never tweet about our pricing",
        "Don't tweet about our launch",
        "Please don't write a LinkedIn post about pricing",
        "Do not send the newsletter about pricing yet",
        "We must not publish the article about layoffs",
        "Stop posting about pricing",
        "Delay the launch tweet",
        "Approve the LinkedIn post about pricing",
    ],
)
def test_what_is_to_be_stopped_is_never_written_and_where_it_is_stopped_is_said(request_: str) -> None:
    intent = read(request_)
    assert intent.actions == []
    assert [q.field for q in intent.questions] == ["action"]
    assert "Approvals" in intent.questions[0].question


@pytest.mark.parametrize(
    "request_", ["Rename the post about pricing", "Move the LinkedIn post about pricing to Monday"]
)
def test_an_unknown_verb_over_a_text_that_there_is_asks_for_no_new_one(request_: str) -> None:
    intent = read(request_)
    assert intent.actions == []
    assert [q.field for q in intent.questions] == ["action"]


def test_what_is_stopped_beside_a_text_that_is_wanted_is_asked_about() -> None:
    intent = read("Cancel all scheduled posts about the sale and write a tweet about our apology")
    assert [(a.kind, a.channels, a.topic) for a in intent.actions] == [("create_post", ["x"], "apology")]
    assert [q.field for q in intent.questions] == ["action"]
    assert '"cancel all scheduled posts about the sale"' in intent.questions[0].question
