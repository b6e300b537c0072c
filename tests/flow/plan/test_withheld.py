"""Where no figure is to be stated, a text is given the company's own words beside the figures it may only point at."""

from datetime import date

from cofounder.flow.plan import planner
from cofounder.models.offline.parser import parse


def inputs(request: str) -> dict[str, object]:
    intent = parse(request, today=date(2026, 11, 21), answers={"figures": "Only whether it rose or fell"})
    assert intent.questions == []
    plan = planner.sketch(intent, has_metrics=True)
    return next(step.inputs for step in plan.steps if step.tool == "content.draft")


def test_a_text_without_figures_is_given_passages_too() -> None:
    without = inputs("Write a LinkedIn post about our revenue without any figures")
    assert {"facts", "passages"} <= without.keys()
    assert "passages" not in inputs("Write a LinkedIn post about our revenue")
