"""A model's opinion adds to the verdict of the rules; it replaces none and lets nothing through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cofounder.flow.quality.evaluator import EVALUATOR, evaluate
from cofounder.flow.quality.judging import LOW, WEIGHT, joined, without
from cofounder.models.judging import DIMENSIONS, Judged
from tests.flow.quality.bakery import GOOD_POST, subject

GOOD = evaluate(subject(GOOD_POST))
WRONG = evaluate(subject(GOOD_POST.replace("12%", "14%")))
SHORT = evaluate(subject("Orders rose.", threshold=0.99))
shares = st.floats(0, 1, allow_nan=False)


def opinion(score: float, **given: float) -> Judged:
    return Judged(
        model="openai-compatible:judge",
        model_prices="openai-compatible:*=0/0",
        scores=dict.fromkeys(DIMENSIONS, score) | given,
        evidence={name: f"The {name} is as it is." for name in DIMENSIONS},
        overall=score,
        decision="approve",
    )


def test_the_dimensions_of_a_judge_stand_beside_the_rules_and_weigh_what_is_declared() -> None:
    verdict = joined(GOOD, opinion(0.5))
    assert set(verdict.dimensions) == set(GOOD.dimensions) | {f"judge_{name}" for name in DIMENSIONS}
    weights = {name: score.weight for name, score in verdict.dimensions.items()}
    assert sum(weight for name, weight in weights.items() if name.startswith("judge_")) == pytest.approx(
        WEIGHT, abs=1e-3
    )
    assert sum(weights.values()) == pytest.approx(1, abs=2e-3)
    assert verdict.overall == pytest.approx((1 - WEIGHT) * GOOD.overall + WEIGHT * 0.5, abs=2e-3)
    assert verdict.evaluator == f"{EVALUATOR} with judge openai-compatible:judge"
    assert verdict.dimensions["judge_tone"].evidence[0] == "The tone is as it is."
    assert verdict.judge is not None
    assert (verdict.judge.model, verdict.judge.without) == ("openai-compatible:judge", GOOD.overall)


def test_flattery_does_not_lift_a_text_that_the_rules_hold_back() -> None:
    assert not WRONG.passed
    flattered = joined(WRONG, opinion(1.0))
    assert not flattered.passed
    assert flattered.overall == WRONG.overall
    assert flattered.capped_by == WRONG.capped_by
    assert not SHORT.passed
    assert joined(SHORT, opinion(1.0)).overall <= SHORT.overall


def test_a_low_score_of_a_judge_is_an_issue_with_its_evidence_and_a_hard_judge_holds_a_text_back() -> None:
    verdict = joined(GOOD, opinion(0.9, tone=0.2))
    (issue,) = [one for one in verdict.issues if one.dimension == "judge_tone"]
    assert "The tone is as it is." in issue.message
    assert not joined(GOOD, opinion(0.0)).passed


@given(shares, shares)
def test_an_opinion_can_be_taken_out_again_and_another_one_takes_its_place(first: float, second: float) -> None:
    once = joined(GOOD, opinion(first))
    bare = without(once)
    assert (bare.overall, bare.passed, bare.evaluator, bare.judge) == (GOOD.overall, GOOD.passed, EVALUATOR, None)
    assert (bare.issues, set(bare.dimensions)) == (GOOD.issues, set(GOOD.dimensions))
    assert joined(once, opinion(second)).overall == pytest.approx(joined(GOOD, opinion(second)).overall, abs=2e-3)
    assert 0 <= once.overall <= 1
    assert any(one.dimension == "judge_tone" for one in once.issues) == (first < LOW)


def test_a_tuned_judge_without_sentences_is_told_as_such() -> None:
    silent = opinion(0.3).model_copy(update={"evidence": {}})
    verdict = joined(GOOD, silent)
    assert "without sentences" in verdict.dimensions["judge_tone"].evidence[0]
