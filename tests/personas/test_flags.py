"""What is flagged of weights: only what held for a week."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from cofounder.personas import flags

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
RULES = {"coach": 0.75, "dataNerd": 0.15, "explorer": 0.1}


def kinds(backs: tuple[float, ...], shares: Mapping[str, float], last: Mapping[str, float] | None = None) -> set[str]:
    points = [(NOON - timedelta(days=back), shares) for back in backs]
    points[-1] = (points[-1][0], last or shares)
    return {str(one["kind"]) for one in flags.found(points, [], [], [], NOON)}


def test_what_held_for_a_week_is_flagged() -> None:
    assert kinds((9, 6, 4, 2, 0), RULES) == {"weights never change", "one dominates"}
    assert kinds((9, 6, 4, 2, 0), dict.fromkeys(RULES, 1 / 3)) == {"weights never change", "all alike"}
    assert kinds((9, 6, 4, 2, 0), RULES, {**RULES, "coach": 0.71, "explorer": 0.14}) == {"one dominates"}


def test_looks_of_one_day_are_no_week() -> None:
    assert kinds((0.75, 0.5, 0.25, 0.2, 0.1, 0), RULES) == set()
    assert kinds((9, 1, 0), RULES) == set()  # hardly anybody looked


def test_a_voice_that_came_to_rule_within_the_week_is_not_flagged_yet() -> None:
    even = dict.fromkeys(RULES, 1 / 3)
    points = [(NOON - timedelta(days=back), even if back > 5 else RULES) for back in (9, 6, 4, 2, 1, 0)]
    assert flags.found(points, [], [], [], NOON) == []
