"""The parser against the labelled requests, public requests of all kinds, and hostile input."""

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.parser import accuracy, cost, judge, labelled, public, robustness, silences, silent, wilson
from cofounder.models.offline.parser import RequestEmpty, parse

TODAY = date(2026, 11, 21)


def test_the_labelled_set_is_large_varied_and_without_doubles() -> None:
    rows = labelled()
    assert len(rows) >= 600
    varied = labelled("varied")
    assert {part: sum(row["part"] == part for row in varied) >= 100 for part in ("development", "held_out")} == {
        "development": True,
        "held_out": True,
    }
    sorts = {row["sort"] for row in varied}
    assert sorts >= {
        "typo", "language", "switch", "terse", "verbose", "several", "negation", "date", "posting", "thread", "unknown",
        "injection", "empty", "figures", "cannot", "long",
    }  # fmt: skip
    assert len({row["request"] for row in rows}) == len(rows)
    assert len({kind for row in rows for kind in row["kinds"]}) == 16


@pytest.mark.parametrize("lot", ["first", "varied"])
def test_each_field_of_a_request_it_was_developed_on_is_read_right(lot: str) -> None:
    measured = accuracy([row for row in labelled(lot) if row["part"] == "development"])
    assert {name: f"{right} of {judged}" for name, (right, judged) in measured.items() if right < judged} == {}


def test_nothing_is_wrong_in_silence_where_it_was_developed() -> None:
    assert silences([row for row in labelled() if row["part"] == "development"]) == {}


def test_on_requests_kept_back_accuracy_does_not_fall_below_what_the_reference_states() -> None:
    measured = accuracy([row for row in labelled() if row["part"] == "held_out"])
    floors = {
        "kinds": 0.90, "channels": 0.95, "period": 0.94, "tone": 0.96, "audience": 0.98, "unknown_channels": 0.98, "asks": 0.89,
        "language": 0.98, "constraints": 0.96, "rejected": 0.98, "topic": 0.85, "metrics": 0.88, "figures": 0.97, "whole": 0.84,
    }  # fmt: skip
    low = {name: measured[name] for name, floor in floors.items() if measured[name][0] < floor * measured[name][1]}
    assert low == {}


def test_on_requests_kept_back_hardly_a_field_is_wrong_in_silence() -> None:
    rows = [row for row in labelled() if row["part"] == "held_out"]
    assert sum(bool(silent(*judge(row))) for row in rows) <= 0.07 * len(rows)


def test_a_wrong_field_counts_as_silent_only_where_nobody_is_asked_or_told() -> None:
    row = {"request": "Write a LinkedIn post about our October revenue", "part": "", "tone": "formal"}
    verdict, intent = judge(row)
    assert silent(verdict, intent) == ["tone"]
    verdict, intent = judge({"request": "Write a LinkedIn post about our October revenue", "part": "", "period": None})
    assert verdict == {"period": False}
    assert silent(verdict, intent) == []  # the days are told


@pytest.mark.parametrize(
    ("right", "judged", "low", "high"), [(0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (50, 100, 0.404, 0.596)]
)
def test_the_interval_is_wilsons(right: int, judged: int, low: float, high: float) -> None:
    assert wilson(right, judged) == pytest.approx((low, high), abs=0.001)


def test_a_reading_takes_a_few_milliseconds_of_processor_time() -> None:
    ms = cost([row for row in labelled() if len(row["request"]) < 2_000][::7], rounds=3)
    assert ms[len(ms) // 2] < 6


def test_public_requests_crash_nothing_and_are_mostly_asked_about() -> None:
    if next(public(), None) is None:
        pytest.skip("the public requests are not here")
    for source, entry in robustness().items():
        assert entry["crashed"] == [], source
        assert entry["asked"] + entry["rejected"] >= 0.75 * entry["n"], source


def test_a_megabyte_and_what_lies_beyond_the_first_part_are_not_passed_over_in_silence() -> None:
    began = time.process_time()
    intent = parse("Write a LinkedIn post about our growth. " * 25_000, today=TODAY)
    assert time.process_time() - began < 5
    assert intent.questions
    assert any("4,000" in words for words in intent.evidence["not_read"])


def test_a_megabyte_of_given_text_is_kept_whole() -> None:
    text = ("We are happy. " * 75_000).strip()
    intent = parse(f"Shorten this: {text}", today=TODAY)
    assert intent.actions[0].text == text


@pytest.mark.parametrize(
    "request_",
    [
        "Write\x00 a LinkedIn\x07 post about our Q3 results",
        "<b>Write a LinkedIn post</b> about our <i>Q3</i> results<script>alert(1)</script>",
        "🎉 Write a LinkedIn post about our Q3 results 🎉🎉",
        "WRITE A LINKEDIN POST ABOUT OUR Q3 RESULTS!!!",
        "write   a\tlinkedin post\u00a0about our q3 results \ud800",
        "‮Write a LinkedIn post about our Q3 results",
    ],
)
def test_odd_characters_change_nothing(request_: str) -> None:
    intent = parse(request_, today=TODAY)
    assert [a.kind for a in intent.actions] == ["create_post"]
    assert intent.channels == ["linkedin"]
    assert intent.period is not None
    assert intent.period.label == "Q3 2026"


def test_the_same_request_is_always_read_the_same_way() -> None:
    for row in labelled()[::7]:
        assert parse(row["request"], today=TODAY) == parse(row["request"], today=TODAY)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
def test_no_text_whatever_raises(request_: str) -> None:
    try:
        intent = parse(request_, today=TODAY)
    except RequestEmpty:
        return
    assert 0 <= intent.confidence <= 1
    assert intent.actions or intent.questions or intent.reject_reason


_PIECES = st.sampled_from(
    [
        "write",
        "a",
        "post",
        "tweet",
        "about",
        "our",
        "Q4",
        "revenue",
        "last",
        "month",
        "in",
        "German",
        "for",
        "LinkedIn",
        "and",
        "X",
        "this:",
        "shorten",
        "compare",
        "with",
        ",",
        ".",
        "between",
        "March",
        "to",
        "2025",
        "under",
        "100",
        "words",
        "no",
        "hashtags",
        "include",
        "newsletter",
        "blog",
        "forecast",
        "next",
        "three",
        "months",
        "publish",
        "it",
        "on",
        "Instagram",
        "by",
        "Friday",
        "friendly",
    ]
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(_PIECES, min_size=1, max_size=25),
    st.dictionaries(
        st.sampled_from(["topic", "text", "channels", "action", "period", "language", "link", "tone"]),
        st.text(max_size=30),
    ),
)
def test_any_order_of_known_words_is_read_or_asked_about(words: list[str], answers: dict[str, str]) -> None:
    intent = parse(" ".join(words), today=TODAY, answers=answers)
    assert intent.actions or intent.questions or intent.reject_reason
    for action in intent.actions:
        known = {"linkedin", "x", "facebook", "email", "blog", "webhook", "outbox"}
        assert set(action.channels) <= known
        if action.period:
            assert action.period.start <= action.period.end
