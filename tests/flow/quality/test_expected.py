"""What history lets expect of a text changes its score only where it knows better than the channel's mean."""

from datetime import UTC, datetime
from typing import Any

from cofounder.business.context.predicting import OUTCOMES, Expected, Prediction
from cofounder.flow.learn import history
from cofounder.flow.quality.dimensions import engagement
from cofounder.flow.quality.schemas import Assessment, DimensionScore

SIGNS = DimensionScore(score=0.83, evidence=["Uncalibrated: a count of signs.", "opening: 1.0"], calibrated=False)


def foretold(**main: Any) -> Prediction:
    outcomes = {
        name: Expected(outcome=name, status="not enough data", n=3, note="Not enough data: 3.") for name in OUTCOMES
    }
    outcomes["engagement_rate"] = outcomes["engagement_rate"].model_copy(update=main)
    return Prediction(channel="x", as_of=datetime(2026, 11, 21, tzinfo=UTC), outcomes=outcomes, sentence="")


KNOWS = {"status": "ok", "value": 0.03, "low": 0.01, "high": 0.06, "n": 90, "beats_channel_mean": True, "rank": 0.8,
         "note": "Engagement rate on x: 3.00% expected."}  # fmt: skip


def test_a_prediction_that_beats_the_mean_takes_the_signs_place_and_is_calibrated() -> None:
    found = engagement.weighed(SIGNS, foretold(**KNOWS))
    assert (found.score, found.calibrated) == (0.9, True)
    assert found.evidence[0] == "Engagement rate on x: 3.00% expected."
    assert "80% of the 90 earlier posts" in found.evidence[1]


def test_one_that_does_not_leaves_the_score_and_says_why() -> None:
    thin = engagement.weighed(SIGNS, foretold())
    assert (thin.score, thin.calibrated) == (0.83, False)
    assert thin.evidence[0] == "Not enough data: 3."
    mean = engagement.weighed(
        SIGNS, foretold(**{**KNOWS, "beats_channel_mean": False, "rank": None, "note": "It is the mean."})
    )
    assert (mean.score, mean.calibrated, mean.evidence[0]) == (0.83, False, "It is the mean.")
    assert engagement.weighed(SIGNS, None) is SIGNS


def test_the_example_keeps_what_was_used_and_nothing_reckoned_later() -> None:
    judged = Assessment(
        overall=0.9, passed=True, dimensions={}, profile="short", evaluator="t", expected=foretold(**KNOWS)
    )
    outputs: dict[str, dict[str, Any]] = {
        "business.similar_content": {"items": [], "effectiveness": {"topic": "coffee", "sample_size": 7}},
        "business.baseline": {"baselines": {}, "suggested_times": {"x": {"at": None}}},
    }
    found = history.used(outputs, {"x": judged})
    assert found["topic_effectiveness"] == {"topic": "coffee", "sample_size": 7}
    assert found["suggested_times"] == {"x": {"at": None}}
    assert found["expected_engagement"]["x"]["value"] == 0.03
    assert history.used({}, {}) == {}
