"""A writer is given what earlier posts on the topic achieved: its text takes their form, and none of their figures."""

from datetime import date
from typing import Any

import pytest

from cofounder.agents import briefs, content
from cofounder.flow.learn import history
from cofounder.flow.plan import planner
from cofounder.kit.testing import Database
from cofounder.models import instructions
from cofounder.models.brief import Brief, Earlier, EarlierPost, Fact, Passage, Period, WorkedForm
from cofounder.models.figures import trace
from cofounder.models.intent import Action, Constraints, Intent
from cofounder.models.openings import opens_with

OCTOBER = Period(start=date(2026, 10, 1), end=date(2026, 10, 31), grain="month", label="October 2026")
REVENUE = Fact(id="revenue", metric="revenue", noun="revenue", value=150_000, unit="usd", period=OCTOBER, asked=True)


def form(channel: str = "linkedin", **more: Any) -> WorkedForm:
    return WorkedForm(
        channel=channel, times=1.83, low=1.31, high=2.57, n=23, others=41, sentence=f"Such posts on {channel} did.",
        **more,
    )  # fmt: skip


def known(*forms: WorkedForm, posts: tuple[EarlierPost, ...] = ()) -> Earlier:
    some = EarlierPost(id="p0", title="Bread", channel="linkedin", similarity=0.4, times_usual=1.0)
    return Earlier(topic="sourdough", n=64, posts=[*posts, some], forms=list(forms))


async def drafted(seed: str = "0", **more: Any) -> Any:
    given = {"request": "Write a LinkedIn post about sourdough", "topic": "sourdough", "channel": "linkedin"}
    return await content.draft(**{**given, **more}, seed=seed)


@pytest.mark.parametrize("persona", ["humanVoice", "newsReporter", "coach"])
async def test_a_text_opens_with_a_question_where_such_did_better_and_says_so(database: Database, persona: str) -> None:
    plain = await drafted(persona=persona)
    told = await drafted(persona=persona, earlier=known(form(opening="question")))
    assert "question" not in opens_with(plain.draft.body)
    assert "question" in opens_with(told.draft.body)
    assert told.draft.choices["earlier"] == ["Such posts on linkedin did."]
    assert "In the form that did better on this topic: Such posts on linkedin did." in told.notes
    assert "earlier" not in plain.draft.choices


async def test_a_text_from_figures_opens_so_more_often_and_says_no_figure_of_it(database: Database) -> None:
    opened = {}
    for name, more in (("plain", {}), ("told", {"earlier": known(form(opening="question"))})):
        about = {"request": "Write about our revenue", "topic": "revenue", "facts": [REVENUE], "persona": "philosopher"}
        made = [await drafted(str(seed), **about, **more) for seed in range(12)]
        opened[name] = sum("question" in opens_with(one.draft.body) for one in made)
        for one in made:
            assert all(each.kind != "unmatched" for each in trace(one.draft.body, [REVENUE], period=None))
    assert opened["told"] > opened["plain"]


async def test_of_two_passages_as_relevant_that_of_the_better_post_comes_first(database: Database) -> None:
    passages = [
        Passage(id="a", text="Our sourdough rests for a whole night in the cold room.", title="Night"),
        Passage(id="b", text="Our sourdough starts with rye from the mill next door.", title="Mill"),
    ]

    def posts(a: float, b: float) -> Earlier:
        return known(
            posts=tuple(
                EarlierPost(id=id, title=id, channel="linkedin", similarity=0.5, times_usual=times)
                for id, times in (("a", a), ("b", b))
            )
        )

    first = await drafted(passages=passages, earlier=posts(2.0, 0.5))
    last = await drafted(passages=passages, earlier=posts(0.5, 2.0))
    assert first.draft.body.index("cold room") < first.draft.body.index("rye")
    assert last.draft.body.index("rye") < last.draft.body.index("cold room")
    assert any("did better than is usual" in note for note in first.notes)


async def test_without_what_was_achieved_or_from_another_channel_a_draft_is_what_it_was(database: Database) -> None:
    elsewhere = Earlier(topic="sourdough", n=64, forms=[form("x", opening="question")])
    assert (await drafted(earlier=elsewhere)).draft == (await drafted()).draft
    assert (await drafted(earlier=elsewhere)).brief.earlier is None


def test_a_length_that_did_better_narrows_the_form_and_request_and_pattern_beat_it() -> None:
    room = briefs.form_of("linkedin", False, Constraints())
    short = known(form(words=(40, 99)))
    assert briefs.informed(room, short, Constraints())[0].words[1] == 99
    assert briefs.informed(room, short, Constraints(max_words=150))[0].words == room.words
    assert briefs.informed(room, known(form(words=(0, 39))), Constraints())[0].words == room.words
    pattern = {
        "id": "p", "metric": "engagement", "sentence": "s", "effect": 0.3,
        "conditions": [{"feature": "length_band", "value": "100 to 249 words"}],
    }  # fmt: skip
    narrowed, guidance = briefs.guided(room, [pattern], Constraints())
    assert briefs.informed(narrowed, short, Constraints(), guidance)[0].words == narrowed.words


def test_a_model_is_told_of_it_only_where_there_is_some() -> None:
    brief = Brief(request="r", topic="t", form=briefs.form_of("linkedin", False, Constraints()))
    assert "earlier" not in instructions.writing(brief)
    assert "`earlier`" not in instructions.writer(brief)
    told = brief.model_copy(update={"earlier": known(form(opening="question"))})
    assert "none of them may be in the text" in instructions.writer(told)
    assert "Such posts on linkedin did." in instructions.writing(told)


def test_a_plan_hands_it_to_every_writer_and_says_what_the_topic_brought() -> None:
    intent = Intent(
        intent="create_social_content", domain="content", topic="sourdough", channels=["linkedin", "x"],
        actions=[Action(kind="create_post", topic="sourdough", channels=["linkedin", "x"])],
    )  # fmt: skip
    plan = planner.sketch(intent, has_metrics=False, brought="sourdough: 40 measured posts, engagement 2.10%.")
    (read,) = [step for step in plan.steps if step.tool == "business.similar_content"]
    drafts = [step for step in plan.steps if step.tool == "content.draft"]
    assert len(drafts) == 2
    assert all(step.inputs["earlier"] == {"$ref": f"steps.{read.id}.earlier"} for step in drafts)
    assert read.inputs["as_of"] == {"$ref": "task.as_of"}
    assert any("40 measured posts" in note for note in plan.notes)
    assert not any("achieved" in note for note in planner.sketch(intent, has_metrics=False).notes)


def test_the_example_keeps_exactly_what_was_given() -> None:
    given = known(form(opening="question")).model_dump(mode="json")
    assert history.used({history.SIMILAR: {"earlier": given}}, {}) == {"earlier_on_topic": given}
    assert history.used({history.SIMILAR: {"earlier": None}}, {}) == {}
