"""A text sets its figures against the time that the words name."""

from datetime import date

import pytest

from cofounder.flow.plan import planner
from cofounder.models.offline.parser import parse

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("words", "against"),
    [
        ("our revenue in October compared to the month before", "previous"),
        ("our revenue in October compared to last year", "year_earlier"),
        ("our revenue in October, do not mention the figures of last year", "previous"),
        ("our revenue in October, never mention the month before", "year_earlier"),
        ("our revenue in October", None),
    ],
)
def test_the_figures_of_a_post_are_read_beside_what_the_words_compare_them_with(
    words: str, against: str | None
) -> None:
    intent = parse(f"Write a LinkedIn post about {words}", today=TODAY)
    assert intent.questions == []
    read = next(
        step for step in planner.sketch(intent, has_metrics=False).steps if step.tool == "financial.read_metrics"
    )
    assert read.inputs.get("compare_with") == against
