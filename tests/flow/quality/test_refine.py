"""The loop keeps the best version, stops when it no longer improves, and hears a person first."""

from hypothesis import given
from hypothesis import strategies as st

from cofounder.flow.quality.refine import IMPROVES, Judged, next_move
from cofounder.flow.quality.schemas import Assessment, RiskLevel
from cofounder.models.brief import Issue

ISSUE = Issue(dimension="accuracy", code="unmatched_figure", message="14%")


def judged(*scores: float, risk: RiskLevel = "low") -> list[Judged]:
    return [
        Judged(
            version,
            Assessment(
                overall=score,
                passed=score >= 0.85,
                dimensions={},
                issues=[ISSUE.model_copy(update={"message": str(version)})],
                risk_level=risk,
                profile="social",
                evaluator="test",
            ),
        )
        for version, score in enumerate(scores, 1)
    ]


def test_a_passing_text_is_left_alone() -> None:
    move = next_move(judged(0.9), threshold=0.85, max_rounds=3)
    assert (move.go_on, move.best, move.issues) == (False, 1, [])


def test_a_failing_text_goes_to_the_writer_with_its_issues() -> None:
    move = next_move(judged(0.7), threshold=0.85, max_rounds=3)
    assert move.go_on
    assert [issue.message for issue in move.issues] == ["1"]


def test_the_best_version_stands_when_a_refinement_made_it_worse() -> None:
    move = next_move(judged(0.8, 0.6), threshold=0.85, max_rounds=3)
    assert (move.go_on, move.best) == (False, 1)
    assert "no improvement" in move.why


def test_it_goes_on_while_it_improves_and_up_to_the_limit() -> None:
    assert next_move(judged(0.5, 0.6, 0.7), threshold=0.85, max_rounds=3).go_on
    last = next_move(judged(0.5, 0.6, 0.7, 0.8), threshold=0.85, max_rounds=3)
    assert (last.go_on, last.best) == (False, 4)
    assert last.issues


def test_no_rounds_are_allowed_where_the_limit_is_zero() -> None:
    assert not next_move(judged(0.5), threshold=0.85, max_rounds=0).go_on


def test_a_persons_feedback_is_taken_up_even_when_the_text_passes() -> None:
    move = next_move(judged(0.95), threshold=0.85, max_rounds=0, feedback="shorter")
    assert move.go_on


def test_among_equals_the_newer_stands_unless_it_is_riskier() -> None:
    assert next_move(judged(0.7, 0.7), threshold=0.85, max_rounds=3).best == 2
    mixed = [judged(0.7)[0], judged(0.7, 0.7, risk="high")[1]]
    assert next_move(mixed, threshold=0.85, max_rounds=3).best == 1


def test_nothing_judged_is_nothing_to_do() -> None:
    assert next_move([], threshold=0.85, max_rounds=3).best is None


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6), st.integers(0, 4))
def test_the_loop_ends_and_the_best_stands(scores: list[float], limit: int) -> None:
    seen: list[float] = []
    for score in scores:
        seen.append(score)
        move = next_move(judged(*seen), threshold=0.85, max_rounds=limit)
        assert move.best is not None
        assert seen[move.best - 1] == max(seen)
        if not move.go_on:
            assert max(seen) >= 0.85 or len(seen) - 1 >= limit or seen[-1] < max(seen[:-1]) + IMPROVES
            break
        assert len(seen) <= limit
