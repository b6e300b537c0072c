"""A given text is cut to the words asked for: what is empty goes first, and what stays is as true as it was."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cofounder.models.brief import Brief, ChannelForm
from cofounder.models.figures import read
from cofounder.models.offline.editing import phrases, verbs
from cofounder.models.offline.editing.layout import balanced, lines
from cofounder.models.offline.editing.shortening import shorten
from cofounder.models.offline.texts import count_words, words

FREE = ChannelForm(channel="outbox", words=(1, 20_000), paragraphs=(1, 400), facts=(0, 40))
GROWTH = (
    "We are really very happy to announce that, in the third quarter of the year, our company was able to grow its "
    "revenue by 20% to $150,000, which is an increase that we had not seen in quite some time, and we would like to take "
    "this opportunity to thank each and every one of our 320 customers for their continued support."
)
SENTENCES = [
    "We would like to inform you that our office will be closed on Friday, May 1, due to the fact that it is a holiday.",
    "Lena Ortiz, who joined us in March, led the redesign of our billing page and tested it with 48 customers.",
    "Our new roasting plant — a project that took two years — opened its doors last week, giving us twice the capacity.",
    "The servers did not go down, although traffic was very high on Tuesday.",
    "The page loads in 1.2 seconds, which is down from 4.0 seconds.",
    "However, there are a few bugs that we need to fix.",
    "It was shared over 300 times on LinkedIn.",
    "“We really love it,” said Dana, “and so do our users.”",
    "If you order before noon, your package leaves our warehouse the same day, so most customers get it within 3 days.",
    "We made the decision to carry out an analysis of our energy use in order to make improvements to our processes.",
    "Sales in Germany rose 12% last quarter (mainly because of the new shop), while sales in France fell 3%.",
    "They also told us that the app is simple and easy to use, and we plan to add more features as our team grows.",
    "We do not plan to raise prices.",
    "Thank you so much for all of the great feedback you have given us over the years!",
    "Orders open on Monday at 10:30 a.m. in Dr. Smith's shop.",
]


def cut(text: str, limit: int | None = None) -> tuple[str, list[str]]:
    return shorten(Brief(kind="shorten", request="", topic="", form=FREE, text=text, max_words=limit), text)


@pytest.mark.parametrize(
    ("limit", "wanted"),
    [
        (
            40,
            "In the third quarter, our revenue grew by 20% to $150,000, an increase we had not seen in some time, and we "
            "thank our 320 customers for their continued support.",
        ),
        (
            25,
            "In the third quarter, our revenue grew by 20% to $150,000, an increase we had not seen in some time. We thank "
            "our 320 customers.",
        ),
        (15, "In the third quarter, our revenue grew by 20% to $150,000."),
    ],
)
def test_one_long_sentence_is_cut_as_an_editor_would(limit: int, wanted: str) -> None:
    assert cut(GROWTH, limit)[0] == wanted


def test_what_is_lost_with_a_cut_is_said() -> None:
    notes = cut(GROWTH, 15)[1]
    assert "without these figures: 320" in notes[0]
    assert "an increase we had not seen in some time" in notes[1]


def test_a_sentence_said_three_times_is_said_once() -> None:
    text = "We shipped the new grinder today, as we had said that we would. Orders open on Monday. "
    body, notes = cut(text * 3, 30)
    assert body == text.strip()
    assert any("said the same again" in note for note in notes)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "Our support team, which has been growing since we opened the second office, now answers most questions within "
            "two hours, because we rewrote the whole help centre.",
            "Our support team now answers most questions within two hours, because we rewrote the whole help centre.",
        ),
        (SENTENCES[1], "Lena Ortiz led the redesign of our billing page and tested it with 48 customers."),
        (SENTENCES[2], "Our new roasting plant opened its doors last week, giving us twice the capacity."),
        (SENTENCES[9], "We decided to examine our energy use to improve our processes."),
    ],
)
def test_a_single_sentence_loses_asides_before_its_point(text: str, wanted: str) -> None:
    assert cut(text, 18)[0] == wanted


def test_a_condition_stays_with_what_hangs_on_it() -> None:
    assert cut(SENTENCES[8], 14)[0] == "If you order before noon, your package leaves our warehouse the same day."


def test_a_figure_that_holds_in_one_place_only_keeps_the_place() -> None:
    body, notes = cut("Revenue from our online shop grew by 20% in our smallest market.", 8)
    assert body == "Revenue from our online shop grew by 20% in our smallest market."
    assert any("does not go under 8 words" in note for note in notes)


def test_a_quotation_keeps_every_word() -> None:
    text = "“It is really very, very good,” said Dana. We are really very happy about it, as a matter of fact."
    assert "“It is really very, very good,” said Dana." in cut(text, 16)[0]


def test_small_words_that_mean_something_stay() -> None:
    text = (
        "We sold just 3 machines. It is not very cheap. Tea rather than coffee won. Just Eat called. Quite a few came."
    )
    assert cut(text, 100)[0] == text.replace("Quite a few", "Many")


def test_two_verbs_keep_one_tense() -> None:
    assert (
        "managed to finish the work early and stay"
        in cut("We managed to finish the work early and stay on budget.", 99)[0]
    )


def test_bullets_and_paragraphs_keep_their_form() -> None:
    text = (
        "There are two bugs:\n\n- Login fails on old phones.\n- Emails are actually sent twice.\n\nWe really fix both."
    )
    assert cut(text, 50)[0] == text.replace("actually ", "").replace("really ", "")


def test_a_text_without_a_limit_loses_about_a_third() -> None:
    text = " ".join(SENTENCES[:8])
    assert count_words(cut(text)[0]) <= round(count_words(text) * 0.67)


def test_no_table_makes_a_text_longer() -> None:
    for section in ("openers", "wordy", "doublets", "hedges"):
        for pattern, new in phrases.table("phrases", section).items():
            if "{noun}" not in new:
                assert count_words(new) <= count_words(re.sub(r"\(\?[=!<][^)]*\)", "", pattern)) + 1, pattern


def _tables() -> set[str]:
    found: set[str] = set()
    for section in ("openers", "wordy", "doublets", "hedges"):
        found |= {word for new in phrases.table("phrases", section).values() for word in words(new)}
    return found | {word for _, new in phrases.nominal() for word in words(new)}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*SENTENCES, GROWTH]), min_size=1, max_size=6), st.integers(5, 90))
def test_a_cut_text_invents_nothing_and_reads_as_sentences(picked: list[str], limit: int) -> None:
    text = " ".join(picked)
    body, notes = cut(text, limit)
    assert count_words(body) <= count_words(text)
    assert count_words(body) <= limit or any("does not go under" in note for note in notes)
    assert {one.text.lower() for one in read(body)} <= {one.text.lower() for one in read(text)}
    invented = set(words(body)) - set(words(text)) - _tables()
    assert invented <= {verbs.past(word) for word in words(text)}
    for one in (sentence for line in lines(body) for sentence in line.sentences):
        assert one[0].isupper() or one[0] in '“"'
        assert one[-1] in ".!?”"
        assert balanced(one)
        assert not re.search(r"\s[,.;:]|,,|\s{2}", one)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from([*SENTENCES, GROWTH]), min_size=1, max_size=5), st.integers(8, 60))
def test_a_text_cut_again_to_the_same_limit_stays(picked: list[str], limit: int) -> None:
    body, notes = cut(" ".join(picked), limit)
    if not any("does not go under" in note for note in notes):
        assert cut(body, limit)[0] == body
