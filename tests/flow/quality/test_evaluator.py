"""Good texts pass; each bad draft fails for its own reason, in the dimension that owns it."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cofounder.flow.quality.dimensions import DIMENSIONS
from cofounder.flow.quality.evaluator import _read_alone, evaluate
from cofounder.flow.quality.profiles import PROFILES
from cofounder.flow.quality.schemas import Finding, Subject
from cofounder.models.brief import Fact
from tests.flow.quality.bakery import (
    DRY_POST,
    FACTS,
    GOOD_ARTICLE,
    GOOD_FACEBOOK,
    GOOD_MAIL,
    GOOD_POST,
    GOOD_THREAD,
    GOOD_TWEET,
    QUESTION_POST,
    subject,
)

MAIL: dict[str, Any] = {
    "subject": "4,200 orders and one Saturday tip",
    "preheader": "What a busy March means for your bread",
}
GOOD: dict[str, Subject] = {
    "a colleague": subject(GOOD_POST),
    "a reporter": subject(DRY_POST, persona="newsReporter"),
    "a question": subject(QUESTION_POST),
    "a mail": subject(GOOD_MAIL, "email", **MAIL),
    "a tweet": subject(GOOD_TWEET, "x"),
    "a neighbour": subject(GOOD_FACEBOOK, "facebook"),
    "a thread": subject("\n\n".join(GOOD_THREAD), "x", thread=True, parts=GOOD_THREAD),
    "an article": subject(GOOD_ARTICLE, "blog", title="What 4,200 orders taught a small bakery", kind="article"),
}


@pytest.mark.parametrize("name", GOOD)
def test_a_good_text_passes(name: str) -> None:
    verdict = evaluate(GOOD[name])
    assert verdict.passed, (verdict.overall, verdict.issues)
    assert verdict.capped_by is None
    assert verdict.risk_level == "low"


def changed(old: str, new: str) -> str:
    assert old in GOOD_POST
    return GOOD_POST.replace(old, new)


# name, text, given fields, dimension at fault, code of the issue
BAD: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("a wrong percentage", changed("12% more", "14% more"), {}, "accuracy", "unmatched_figure"),
    ("a figure from nowhere", changed("careless of us.", "careless of us. 37 of them are firms."), {}, "accuracy", "unmatched_figure"),
    ("a figure of the wrong thing", changed("860 subscribers", "860 orders"), {}, "accuracy", "unmatched_figure"),
    ("a wrong direction", changed("so that is 12% more", "so orders fell 12%:"), {}, "accuracy", "unmatched_figure"),
    ("a wrong date", changed("in March 2026", "in June 2026"), {}, "accuracy", "unmatched_figure"),
    ("a cause nobody gave", changed("Nothing in our books says why,", "It grew 12% thanks to our new oven,"), {}, "accuracy", "unsourced_cause"),
    ("a rise without an earlier value", changed("The figure I keep", "Revenue grew to $63,000. The figure I keep"), {}, "accuracy", "change_without_base"),
    ("a strange name", GOOD_POST + "\n\nWe owe it to Martha Quill.", {}, "accuracy", "unknown_name"),
    ("a record", changed("Our bakery packed", "A record month: our bakery packed"), {}, "compliance", "record_claim"),
    ("a promise", changed("We write it down and wait.", "We guarantee that you will love it."), {}, "compliance", "guarantee"),
    ("on track", changed("We write it down and wait.", "We are on track for more."), {}, "compliance", "on_track"),
    ("a friend to tag", changed("what makes you come back?", "tag a friend who bakes!"), {}, "compliance", "tagging"),
    ("a private number", GOOD_POST + " Call Ann on +49 170 5550123.", {}, "compliance", "phone_number"),
    ("a slot left open", changed("Our bakery", "{company}"), {}, "compliance", "empty_slot"),
    ("a machine's words", "As an AI language model, I wrote this.\n\n" + GOOD_POST, {}, "compliance", "model_talk"),
    ("an earlier post again", GOOD_POST, {"earlier_texts": ["Nothing alike here.", GOOD_POST]}, "originality", "near_copy"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "given", "dimension", "code"), BAD, ids=[bad[0] for bad in BAD])
def test_a_bad_draft_fails_for_its_own_reason(
    name: str, text: str, given: dict[str, Any], dimension: str, code: str
) -> None:
    verdict, good = evaluate(subject(text, **given)), evaluate(GOOD["a colleague"])
    assert code in {issue.code for issue in verdict.dimensions[dimension].issues}, verdict.issues
    assert verdict.dimensions[dimension].score < good.dimensions[dimension].score - 0.05
    if name != "a strange name" and dimension in ("accuracy", "compliance"):
        assert not verdict.passed


# Faults of style cost points; enough of them fail a text.
POOR: list[tuple[str, str, dict[str, Any], str, str]] = [
    ("shouted", changed("careless of us.", "AMAZING NEWS!! SIMPLY WOW!!"), {}, "tone", "too_loud"),
    ("clichés", changed("We write it down and wait.", "We are thrilled to unlock this."), {}, "tone", "cliche"),
    ("throat-clearing", "Notably, we bake. " + GOOD_POST, {}, "tone", "throat_clearing"),
    ("contractions in a formal text", changed("Nothing in our books says why", "We don't know and can't say why"), {"tone": "formal"}, "tone", "too_casual"),
    ("a word its persona never says", GOOD_POST + " The data says so.", {"persona": "storyteller"}, "tone", "never_word"),
    ("too short", "Our bakery packed 4,200 orders in March 2026.", {}, "length", "too_short"),
    ("too long", "\n\n".join([GOOD_POST] * 4), {}, "length", "too_long"),
    ("over the request's own limit", GOOD_POST, {"max_words": 40}, "length", "too_long"),
    ("hashtags in sentences", changed("Our bakery", "Our #bakery #bread #local #fresh #tasty"), {}, "format", "too_many_hashtags"),
    ("one block", GOOD_POST.replace("\n\n", " "), {}, "format", "paragraphs_off"),
    ("marks left", changed("4,200 orders", "**4,200 orders**"), {}, "format", "markup_left"),
    ("a long first sentence", "In the month of March 2026, when the days at last grew longer and the streets filled with people who had stayed indoors all winter, we baked. " + GOOD_POST, {}, "format", "first_line_cut"),
    ("a shower of emoji", GOOD_POST + " 🥖🥐🍞", {}, "format", "too_many_emoji"),
    ("hard words", "Notwithstanding considerable organisational complexity, comprehensive operational documentation unequivocally demonstrates extraordinarily disproportionate consumption characteristics throughout the aforementioned observation period. " * 4, {}, "readability", "hard_to_read"),
    ("what was asked is missing", changed("4,200 orders in March 2026", "many boxes in March 2026").replace("3,750", "fewer").replace("12%", "some"), {}, "completeness", "metric_missing"),
    ("no comparison", changed("The month before it was 3,750, so that is 12% more bread through the same two ovens.", "It was a full month for the ovens."), {}, "completeness", "comparison_missing"),
    ("insisted words are missing", GOOD_POST, {"must_include": ["sourdough"]}, "completeness", "must_include_missing"),
    ("a forbidden word", GOOD_POST, {"must_avoid": ["cake"]}, "completeness", "must_avoid_present"),
    ("the call to action is missing", GOOD_POST, {"call_to_action": "Book a tasting on our page"}, "completeness", "call_to_action_missing"),
    ("a sibling's sentence", GOOD_POST, {"siblings": {"x": "You know, the month before it was 3,750, so that is 12% more."}}, "originality", "shared_run"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "text", "given", "dimension", "code"), POOR, ids=[poor[0] for poor in POOR])
def test_a_poor_draft_loses_points_where_it_is_poor(
    name: str, text: str, given: dict[str, Any], dimension: str, code: str
) -> None:
    verdict, good = evaluate(subject(text, **given)), evaluate(GOOD["a colleague"])
    assert code in {issue.code for issue in verdict.dimensions[dimension].issues}, verdict.issues
    assert verdict.dimensions[dimension].score < good.dimensions[dimension].score
    assert verdict.overall < good.overall


def test_a_post_full_of_empty_words_fails() -> None:
    text = (
        "We are thrilled to announce an AMAZING, GAME-CHANGING month!!! 🚀🚀🚀\n\nOrders are through the roof and our journey "
        "has been incredible. It's not just bread, but a lifestyle. Let that sink in.\n\nThoughts? Tag a baker! #bread #love "
        "#growth #hustle #win"
    )
    verdict = evaluate(subject(text))
    assert verdict.overall < 0.7
    assert verdict.dimensions["tone"].score < 0.6


def test_a_right_percentage_passes_however_it_is_rounded() -> None:
    exact = Fact(id="orders", metric="orders", noun="orders", value=4_217, unit="count", period=FACTS[0].period, base=FACTS[0].base, asked=True)  # fmt: skip
    text = GOOD_POST.replace("4,200", "4,217").replace("$15 each", "about $15 each")
    for said, right in (("12%", True), ("about 12%", True), ("12.5%", True), ("15%", False), ("10%", False)):
        verdict = evaluate(subject(text.replace("12%", said), facts=[exact, *FACTS[1:]]))
        wrong = [issue.message for issue in verdict.issues if issue.code == "unmatched_figure"]
        assert (not wrong) is right, (said, wrong)


def test_a_cause_that_is_a_fact_may_be_told() -> None:
    text = changed("Nothing in our books says why,", "It grew 12% because of a second delivery van,")
    cause = Fact(id="van", metric="cause", noun="a second delivery van started on March 2", value=1, unit="count", kind="cause", cause_of="orders")  # fmt: skip
    assert "unsourced_cause" in {issue.code for issue in evaluate(subject(text)).issues}
    assert "unsourced_cause" not in {issue.code for issue in evaluate(subject(text, facts=[*FACTS, cause])).issues}


def test_a_missing_figure_may_be_named_as_missing() -> None:
    asked = Fact(id="refunds", metric="refunds", noun="refunds", value=1, unit="count", asked=True)
    silent = evaluate(subject(GOOD_POST, facts=[*FACTS, asked]))
    told = evaluate(subject(GOOD_POST + "\n\nNo figure for refunds is given.", facts=[*FACTS, asked]))
    assert silent.dimensions["completeness"].score < told.dimensions["completeness"].score == 1.0


@pytest.mark.parametrize("name", GOOD)
def test_every_score_lies_between_0_and_1_with_evidence_and_the_weights_sum_to_1(name: str) -> None:
    verdict = evaluate(GOOD[name])
    assert set(verdict.dimensions) == set(DIMENSIONS)
    assert sum(score.weight for score in verdict.dimensions.values()) == pytest.approx(1.0, abs=0.001)
    for score in verdict.dimensions.values():
        assert 0 <= score.score <= 1
        assert score.evidence
    mean = sum(score.score * score.weight for score in verdict.dimensions.values())
    assert verdict.overall == pytest.approx(mean, abs=0.001)


def test_only_the_engagement_potential_is_uncalibrated() -> None:
    verdict = evaluate(GOOD["a colleague"])
    assert [name for name, score in verdict.dimensions.items() if not score.calibrated] == ["engagement_potential"]


def test_every_profile_weighs_every_dimension() -> None:
    for profile in PROFILES.values():
        assert set(profile.weights) == set(DIMENSIONS)
        assert profile.why


def test_an_issue_points_at_its_words() -> None:
    verdict = evaluate(subject(changed("12% more", "14% more")))
    issue = next(issue for issue in verdict.issues if issue.code == "unmatched_figure")
    assert issue.span is not None
    plain = subject(changed("12% more", "14% more")).rendered.plain
    assert plain[slice(*issue.span)] == "14%"
    assert issue.channel == "linkedin"


def test_a_wrong_figure_in_a_subject_line_is_seen() -> None:
    verdict = evaluate(
        subject(GOOD_MAIL, "email", subject="4,900 orders and one Saturday tip", preheader="March in figures")
    )
    assert "unmatched_figure" in {issue.code for issue in verdict.issues}


def test_the_threshold_is_the_callers_and_a_cap_lies_below_it() -> None:
    wrong = subject(changed("12% more", "14% more"))
    for threshold in (0.5, 0.7, 0.85):
        verdict = evaluate(wrong.model_copy(update={"threshold": threshold}))
        assert not verdict.passed
        assert verdict.overall == round(threshold - 0.05, 4)
        assert verdict.capped_by is not None
    assert not evaluate(GOOD["a colleague"].model_copy(update={"threshold": 1.0})).capped_by


def test_a_blocking_finding_from_elsewhere_blocks() -> None:
    found = Finding(
        detector="agent", code="embargo", severity="blocking", message="It is under embargo.", advice="Wait."
    )
    verdict = evaluate(GOOD["a colleague"].model_copy(update={"findings": [found]}))
    assert verdict.overall <= 0.4
    assert verdict.risk_level == "blocking"


def test_a_given_text_owes_nobody_a_wish() -> None:
    given = subject(
        "Closed on Monday.", request="", topic="", facts=[], period=None, text="Closed on Monday.", model="given"
    )
    verdict = evaluate(given)
    assert verdict.dimensions["completeness"].score == 1.0
    assert verdict.dimensions["length"].score == 1.0


def test_a_text_the_channel_refuses_does_not_pass() -> None:
    verdict = evaluate(subject("Bread. " * 60, "x"))
    assert not verdict.passed
    assert verdict.dimensions["length"].score == 0.0


@given(text=st.text(max_size=400), channel=st.sampled_from(["linkedin", "x", "email", "blog", "facebook", "outbox"]))
@settings(max_examples=120, deadline=None)
def test_no_text_breaks_the_evaluator(text: str, channel: str) -> None:
    verdict = evaluate(subject(text, channel))
    assert 0 <= verdict.overall <= 1


def test_the_same_subject_gets_the_same_verdict() -> None:
    assert evaluate(GOOD["an article"]) == evaluate(GOOD["an article"])


def test_a_text_that_comes_back_from_the_database_is_not_read_again() -> None:
    """A jsonb column gives the names of an object back in an order of its own."""
    written = subject(GOOD_POST, choices={"schema": "a", "seed": "one more", "lead": 2})
    kept = subject(GOOD_POST, choices={"lead": 2, "seed": "one more", "schema": "a"})
    first, reads = evaluate(written), _read_alone.cache_info().misses
    assert evaluate(kept) == first
    assert _read_alone.cache_info().misses == reads


def test_fifty_earlier_posts_cost_little_time() -> None:
    earlier = [f"Post {number}. " + " ".join(f"w{number}x{place}" for place in range(150)) for number in range(50)]
    busy = GOOD["a colleague"].model_copy(update={"earlier_texts": earlier})
    evaluate(busy)
    start = time.process_time()  # what it costs, however busy the machine is
    for _ in range(5):
        evaluate(busy)
    assert (time.process_time() - start) / 5 < 0.05  # about 5 ms when the machine is quiet


def test_a_text_read_once_is_compared_anew_with_each_sibling() -> None:
    judged = subject(GOOD_POST)
    alone = evaluate(judged)
    beside = evaluate(judged.model_copy(update={"siblings": {"x": GOOD_POST}}))
    assert alone.dimensions["originality"].score == 1.0
    assert beside.dimensions["originality"].score < 0.5
    assert beside.dimensions["accuracy"] == alone.dimensions["accuracy"]
    assert evaluate(judged) == alone
    strict = evaluate(judged.model_copy(update={"threshold": 1.0}))
    assert strict.threshold == 1.0


def test_swapped_roles_hold_a_text_back() -> None:
    swapped = GOOD_POST.replace("4,200 orders in March", "3,750 orders in March").replace(
        "The month before it was 3,750", "The month before it was 4,200"
    )
    verdict = evaluate(subject(swapped))
    assert not verdict.passed
    assert any("now" in issue.message for issue in verdict.issues if issue.code == "unmatched_figure")


def test_a_figure_in_a_text_that_shall_state_none_is_named_and_holds_it_back() -> None:
    asked: dict[str, Any] = {
        "must_avoid": ["any figure"],
        "request": "Write a post about our orders, no figures please",
    }
    verdict = evaluate(subject(GOOD_POST, **asked))
    issue = next(one for one in verdict.issues if one.code == "must_avoid_present")
    assert "4,200" in issue.message
    assert "$63,000" in issue.message
    assert not verdict.passed
    kept = (
        "Our orders rose in March 2026, compared with the month before. The ovens are the same two. What do you bake?"
    )
    assert "must_avoid_present" not in {one.code for one in evaluate(subject(kept, **asked)).issues}
    assert "metric_missing" not in {one.code for one in evaluate(subject(kept, **asked)).issues}


@pytest.mark.parametrize(
    ("wish", "there"),
    [("in exactly 3 sentences", True), ("in exactly two sentences", False), ("in at most 4 sentences", True), ("in 2 paragraphs", False)],
)  # fmt: skip
def test_how_many_sentences_are_asked_for_is_counted(wish: str, there: bool) -> None:
    text = "We packed 4,200 orders in March 2026. The month before it was 3,750. What do you bake?"
    verdict = evaluate(subject(text, request=f"Write a post about our orders in March {wish}"))
    found = [one for one in verdict.issues if one.code == "count_off"]
    assert bool(found) is not there
    assert all("It has" in one.message for one in found)
