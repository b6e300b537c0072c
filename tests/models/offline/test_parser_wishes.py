"""A wish is kept or told as one that is not: never turned round, and never put on what it was not meant for."""

from datetime import date
from typing import Any

import pytest

from cofounder.models.intent import Intent
from cofounder.models.offline.parser import parse

TODAY = date(2026, 11, 21)


def read(request: str, **preferences: Any) -> Intent:
    return parse(request, today=TODAY, preferences=preferences)


def not_kept(intent: Intent) -> list[str]:
    return [one.text for one in intent.assumptions if one.field == "not_kept"]


@pytest.mark.parametrize(
    ("said", "tone", "told"),
    [
        ("don't sound salesy", None, "don't sound salesy"),
        ("without sounding pushy or arrogant", None, "without sounding pushy or arrogant"),
        ("avoid a salesy tone", None, "avoid a salesy tone"),
        ("no salesy language please", None, "no salesy language"),
        ("avoid a playful tone", None, "avoid a playful tone"),
        ("don't be negative", None, "don't be negative"),
        ("warm and human", "warm", "human"),
        ("vulnerable but professional", "professional", "vulnerable"),
        ("in a warm, human tone", "warm", "human"),
        ("avoid a formal tone", "casual", None),
        ("do not use a casual tone", "formal", None),
        ("not too formal", "casual", None),
        ("friendly but not cheesy", "friendly", "not cheesy"),
        ("never boastful", None, "never boastful"),
    ],
)
def test_how_it_is_to_sound_is_never_a_word_to_keep_out(said: str, tone: str | None, told: str | None) -> None:
    intent = read(f"LinkedIn post about our launch, {said}")
    assert (intent.tone, intent.topic, intent.channels) == (tone, "launch", ["linkedin"])
    assert intent.constraints.must_avoid == []
    assert not_kept(intent) == ([f'Not kept: "{told}". I can neither do nor check it.'] if told else [])


def test_such_a_wish_in_a_sentence_before_the_request_is_no_work_of_its_own() -> None:
    intent = read("Avoid a salesy tone. LinkedIn post about our launch")
    assert ([action.kind for action in intent.actions], intent.topic) == (["create_post"], "launch")
    assert intent.constraints.must_avoid == []
    assert not_kept(intent) == ['Not kept: "avoid a salesy tone". I can neither do nor check it.']


@pytest.mark.parametrize(
    ("said", "avoided", "tone"),
    [
        ("avoid jargon, friendly and clear", ["jargon"], "friendly"),
        ("avoid politics, professional but human", ["politics"], "professional"),
        ("without hype, warm and human", ["hype"], "warm"),
        ("without jargon or clichés", ["jargon", "clichés"], None),
        ("avoid the words cheap, free and simple", ["cheap", "free", "simple"], None),
    ],
)
def test_what_to_keep_out_ends_where_the_tone_begins(said: str, avoided: list[str], tone: str | None) -> None:
    intent = read(f"LinkedIn post about our launch, {said}")
    assert (intent.constraints.must_avoid, intent.tone, intent.topic) == (avoided, tone, "launch")


def test_whom_not_to_name_is_told_where_nobody_says_who_it_is() -> None:
    intent = read("LinkedIn post about losing our biggest client, without naming them, vulnerable but professional")
    assert intent.topic == "losing our biggest client"
    assert intent.constraints.must_avoid == []
    assert any("without naming them" in text for text in not_kept(intent))


@pytest.mark.parametrize(
    "topic", ["why brands should not sound robotic", "how we grew without buzzwords", "running a shop without prices"]
)
def test_a_story_forbids_nothing(topic: str) -> None:
    intent = read(f"Write a LinkedIn post about {topic}")
    assert (intent.topic, intent.constraints.must_avoid, not_kept(intent)) == (topic, [], [])


@pytest.mark.parametrize(
    ("said", "included", "avoided"),
    [
        ("mention MRR and churn but not headcount", ["MRR", "churn"], ["headcount"]),
        ("mentioning John Smith but not Acme", ["John Smith"], ["Acme"]),
        ("mention conversions but skip revenue", ["conversions"], ["revenue"]),
        ("mention growth and not churn", ["growth"], ["churn"]),
        ("include revenue, not profit", ["revenue"], ["profit"]),
        ("include Anna but exclude Bob and Carl, max 60 words", ["Anna"], ["Bob", "Carl"]),
        ("mention Acme and Beta, but leave out Gamma", ["Acme", "Beta"], ["Gamma"]),
        ("mention our slow but steady growth", ["slow but steady growth"], []),
        ("mention Anna, professional and warm", ["Anna"], []),
        ("include Acme, not Beta and not Gamma", ["Acme"], ["Beta", "Gamma"]),
        ("mention Anna instead of Bob", ["Anna"], ["Bob"]),
    ],
)
def test_what_to_name_and_what_to_leave_out_in_one_sentence(said: str, included: list[str], avoided: list[str]) -> None:
    intent = read(f"LinkedIn post about our launch, {said}")
    assert (intent.constraints.must_include, intent.constraints.must_avoid) == (included, avoided)
    assert intent.topic == "launch"


@pytest.mark.parametrize(
    ("request_", "topic", "length", "told"),
    [
        ("Write a blog post with a 60-character title about pricing", "pricing", {}, "60-character title"),
        (
            "Email subscribers about our spring sale, subject max 40 characters, body max 120 words",
            "spring sale",
            {"max_words": 120},
            "subject max 40 characters",
        ),
        ("Draft an email about our sale, subject line under 50 characters", "sale", {}, "subject line under 50 characters"),
        ("Write a newsletter about our sale (subject under 45 characters), under 150 words", "sale", {"max_words": 149}, "45"),
        ("Write a post for LinkedIn about pricing, headline no longer than 8 words, max 90 words", "pricing", {"max_words": 90}, "8 words"),
        ("Write a blog post about pricing. The title should be at most 60 characters. 500 words.", "pricing", {"max_words": 500}, "60"),
        ("Write an article about pricing with a title of at most 8 words and a body of 400 words", "pricing", {"max_words": 400}, "8 words"),
        ("Write a LinkedIn post about our launch, sentences under 15 words", "launch", {}, "sentences under 15 words"),
    ],
)  # fmt: skip
def test_a_limit_of_the_title_or_the_subject_is_none_of_the_text(
    request_: str, topic: str, length: dict[str, int], told: str
) -> None:
    intent = read(request_)
    constraints = intent.constraints
    limits = {"max_words": constraints.max_words, "max_characters": constraints.max_characters}
    assert {name: value for name, value in limits.items() if value} == length
    assert intent.topic == topic
    assert any(told in text for text in not_kept(intent))


@pytest.mark.parametrize(
    ("request_", "most"),
    [
        ("Write a headline under 60 characters for our launch", 59),
        ("Write three blog titles of max 50 characters about pricing", 50),
        ("Write 5 headlines about our launch, max 60 characters each", 60),
    ],
)
def test_where_headlines_are_asked_for_their_limit_is_kept(request_: str, most: int) -> None:
    intent = read(request_)
    assert intent.constraints.max_characters == most
    assert not_kept(intent) == []


def test_a_limit_behind_a_comma_is_the_texts_and_one_that_is_told_of_is_none() -> None:
    assert read("Write a LinkedIn post about pricing with a headline, 100 words max").constraints.max_words == 100
    told_of = read("Write a blog post about how to write a 60-character title")
    assert (told_of.topic, told_of.constraints.max_characters) == ("how to write a 60-character title", None)


@pytest.mark.parametrize(
    ("said", "topic"),
    [
        ('"Project X" launch', '"Project X" launch'),
        ('Project X" launch', "Project X launch"),
        ('"Tea for all"', "Tea for all"),
        ('"Tea for all" and "Coffee for none"', '"Tea for all" and "Coffee for none"'),
        ("our launch (beta)", "launch (beta)"),
        ('our new feature "Larkfield (beta)"', 'new feature "Larkfield (beta)"'),
    ],
)
def test_a_topic_keeps_its_quotes_in_pairs(said: str, topic: str) -> None:
    assert read(f"Write a LinkedIn post about {said}").topic == topic


def test_a_preferred_tone_that_means_nothing_is_told() -> None:
    assert not_kept(read("LinkedIn post about our launch", tone="zxcv")) == [
        'Not kept: the tone "zxcv". I know none of that name.'
    ]
    assert not_kept(read("LinkedIn post about our launch", tone="warm")) == []
    assert not_kept(read("LinkedIn post about our launch, formal", tone="zxcv")) == []
