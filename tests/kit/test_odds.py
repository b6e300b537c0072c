"""Probabilities in words."""

from cofounder.kit.odds import stated


def test_a_probability_that_rounds_to_nought_is_not_told_as_nought() -> None:
    assert stated("q", 0.0004) == "q < 0.001"
    assert stated("q", 0.0) == "q < 0.001"
    assert stated("q", 0.0312) == "q = 0.031"
