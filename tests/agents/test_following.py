"""A draft is shaped by patterns that stand, follows only what was found to do better, and says which it follows."""

from datetime import date
from typing import Any

import pytest

from cofounder.agents import briefs, content
from cofounder.flow.plan import planner
from cofounder.kit.testing import Database
from cofounder.models import instructions
from cofounder.models.brief import Brief, Draft, Fact, Guidance, Period
from cofounder.models.intent import Action, Constraints, Intent

OCTOBER = Period(start=date(2026, 10, 1), end=date(2026, 10, 31), grain="month", label="October 2026")
REVENUE = Fact(id="revenue", metric="revenue", noun="revenue", value=150_000, unit="usd", period=OCTOBER, asked=True)


def pattern(conditions: dict[str, str], effect: float = 0.3, id: str = "p1") -> dict[str, Any]:
    return {
        "id": id,
        "metric": "engagement",
        "sentence": "Posts with a number had 1.35 times the engagement.",
        "conditions": [{"feature": name, "value": value} for name, value in conditions.items()],
        "effect": effect,
        "q": 0.01,
        "n": 100,
    }


async def drafted(**more: Any) -> Any:
    return await content.draft(
        request="Write a LinkedIn post about our revenue", topic="revenue", channel="linkedin", facts=[REVENUE], **more
    )


async def test_a_draft_that_follows_a_pattern_says_so(database: Database) -> None:
    made = await drafted(patterns=[pattern({"has_number": "yes"})])
    assert made.draft.choices["patterns"] == ["p1"]
    assert "Follows a pattern that stands: Posts with a number had 1.35 times the engagement." in made.notes


@pytest.mark.parametrize(
    ("conditions", "effect"),
    [
        ({"has_number": "yes"}, -0.3),  # it does worse
        ({"has_number": "yes", "channel": "x"}, 0.3),  # elsewhere
        ({"weekday": "Monday"}, 0.3),  # not the writer's choice
        ({"length_band": "250 words and more"}, 0.3),  # it is not so long
    ],
)
async def test_what_it_does_not_follow_it_does_not_claim(
    database: Database, conditions: dict[str, str], effect: float
) -> None:
    made = await drafted(patterns=[pattern(conditions, effect)])
    assert "patterns" not in made.draft.choices
    assert not any("pattern" in note for note in made.notes)


async def test_without_patterns_a_draft_is_what_it_was(database: Database) -> None:
    assert (await drafted(patterns=[])).draft == (await drafted()).draft


def test_a_length_that_did_better_narrows_the_form_and_the_request_beats_it() -> None:
    form = briefs.form_of("linkedin", False, Constraints())
    narrowed, _ = briefs.guided(form, [pattern({"length_band": "40 to 99 words"})], Constraints())
    assert narrowed.words[1] == 99
    asked = Constraints(max_words=150)
    held, _ = briefs.guided(
        briefs.form_of("linkedin", False, asked), [pattern({"length_band": "40 to 99 words"})], asked
    )
    assert held.words[1] == 150
    no_room, _ = briefs.guided(form, [pattern({"length_band": "under 40 words"})], Constraints())
    assert no_room.words == form.words


def test_a_model_is_told_of_guidance_only_where_there_is_some() -> None:
    brief = Brief(request="r", topic="t", form=briefs.form_of("linkedin", False, Constraints()))
    assert "guidance" not in instructions.writer(brief) + instructions.writing(brief)
    guided = brief.model_copy(
        update={"guidance": [Guidance(id="p", metric="engagement", sentence="Ask.", conditions=[], effect=0.2)]}
    )
    assert "guidance" in instructions.writer(guided)
    assert "Ask." in instructions.writing(guided)


def test_a_plan_hands_over_what_stands_as_of_the_request_and_names_it() -> None:
    intent = Intent(
        intent="create_social_content", domain="content", topic="revenue", channels=["linkedin"],
        actions=[Action(kind="create_post", topic="revenue", channels=["linkedin"], wants_metrics=True)],
    )  # fmt: skip
    plain = planner.sketch(intent, has_metrics=True)
    plan = planner.sketch(intent, has_metrics=True, patterns=["Posts with a question did better."])
    assert not any(step.tool == "memory.patterns" for step in plain.steps)
    (read,) = [step for step in plan.steps if step.tool == "memory.patterns"]
    assert read.inputs == {"as_of": {"$ref": "task.as_of"}, "channels": ["linkedin"]}
    (draft,) = [step for step in plan.steps if step.tool == "content.draft"]
    assert draft.inputs["patterns"] == {"$ref": f"steps.{read.id}.patterns"}
    assert any("Posts with a question did better." in note for note in plan.notes)


def test_a_title_counts_to_the_text_that_is_looked_at() -> None:
    brief = Brief(
        request="r", topic="t", form=briefs.form_of("blog", False, Constraints()),
        guidance=[Guidance(**{name: pattern({"has_question": "yes"})[name] for name in Guidance.model_fields})],
    )  # fmt: skip
    assert briefs.followed(Draft(title="What changed?", body="We moved."), brief)
    assert not briefs.followed(Draft(title="What changed", body="We moved."), brief)
