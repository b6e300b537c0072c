"""Scores of answers: a writer's text by the evaluator, a judge's verdict, a whole plan; nothing for what is of no use."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from cofounder.flow.plan import planner
from cofounder.flow.train.benchmark import contenders, lines, scoring
from cofounder.flow.train.benchmark.contenders import most
from cofounder.kit.errors import InputInvalid
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database
from cofounder.models import trained
from cofounder.models.brief import Base, Fact
from cofounder.models.offline.parser import parse
from cofounder.models.registry.service import ModelVersion
from cofounder.settings import settings
from tests.models.conftest import KEY, OpenAIServer, openai_server
from tests.models.test_judging import OPINION

TODAY = date(2026, 11, 21)
REVENUE = Fact(id="revenue", metric="revenue", noun="revenue", value=150_000, unit="usd", base=Base(value=125_000))
TRUE = (
    "Revenue reached $150,000 this month, up from $125,000 the month before.\n\nThank you to everyone who came along."
)
FALSE = TRUE.replace("$150,000", "$950,000")


strong = openai_server  # the fixture: a configured model that is asked for a shape


@pytest.fixture
def configured(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    def configure(**given: str) -> None:
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        settings.cache_clear()

    yield configure
    monkeypatch.undo()
    settings.cache_clear()


async def sound(document: dict[str, Any]) -> None:
    if any(one["tool"] == "no.tool" for one in document["steps"]):
        raise InputInvalid("There is no such tool.")


def line(role: str, asked: str, wanted: str, **known: Any) -> lines.HeldOut:
    turns = [{"role": "user", "content": asked}, {"role": "assistant", "content": wanted}]
    found = lines.read(json.dumps({"messages": turns, "metadata": known}).encode(), 0, role, TODAY)
    assert found is not None
    return found


def written() -> lines.HeldOut:
    facts = trained.spelt([REVENUE.model_dump(mode="json")])
    return line(
        "writer", trained.asked_writer("Post about revenue", "linkedin", "coach", facts), TRUE, channel="linkedin"
    )


async def test_a_text_with_a_figure_of_its_own_scores_less() -> None:
    asked = written()
    assert scoring.brief_of(asked).facts == [REVENUE]
    assert scoring.brief_of(asked).persona == "coach"
    good, bad = await scoring.score(asked, TRUE, sound), await scoring.score(asked, FALSE, sound)
    assert good["score"] == good["overall"] > bad["score"]
    assert good["accuracy"] > bad["accuracy"]
    assert {"tone", "length", "readability"} <= good.keys()
    assert await scoring.score(asked, " \n ", sound) == {"valid": 0.0, "overall": 0.0, "score": 0.0}
    assert (await scoring.score(asked, scoring.own_answer(asked), sound))["score"] > 0.5


async def test_a_verdict_is_scored_by_its_decision_and_its_closeness() -> None:
    said = {"scores": {"tone": 0.8}, "overall": 0.9, "decision": "approve"}
    asked = line("judge", f"Request: Post about revenue\n\nChannel: linkedin\n\nText:\n{TRUE}", json.dumps(said))
    assert (await scoring.score(asked, json.dumps(said), sound))["score"] == 1.0
    other = await scoring.score(asked, json.dumps({**said, "overall": 0.5, "decision": "reject"}), sound)
    assert other == {"valid": 1.0, "decision": 0.0, "overall": pytest.approx(0.6), "score": pytest.approx(0.3)}
    for wrong in ("no JSON", json.dumps({**said, "overall": 3}), json.dumps({**said, "overall": True}), "{}"):
        assert (await scoring.score(asked, wrong, sound))["score"] == 0.0
    assert (await scoring.score(asked, scoring.own_answer(asked), sound))["valid"] == 1.0


async def test_a_judge_is_held_against_the_configured_judge_asked_as_at_work(
    strong: OpenAIServer, configured: Callable[..., None]
) -> None:
    configured(
        COFOUNDER_MODEL="openai-compatible:strong",
        COFOUNDER_MODEL_PRICES="openai-compatible:*=0/0",
        COFOUNDER_COMPATIBLE_BASE_URL=strong.url,
        COFOUNDER_COMPATIBLE_API_KEY=KEY,
    )
    made = ModelVersion(
        id=new_id(),
        name="judge-small",
        version=1,
        role="judge",
        target="given",
        base_model="",
        artifacts={},
        address={"provider": "ollama", "name": "judge-small", "base_url": None},
    )
    parts = {one.part: one for one in contenders.choose(made, None)}
    assert contenders.held_now(made, None) == ["openai-compatible:strong", "offline"]
    wanted = {"scores": {"tone": 0.8}, "overall": 0.7, "decision": "changes"}
    asked = line("judge", f"Request: Post about revenue\n\nChannel: linkedin\n\nText:\n{TRUE}", json.dumps(wanted))
    strong.answers = [OPINION]
    said = await contenders.ask(parts["active"], asked, "judge", "benchmark:x:active", settings())
    assert said.text is not None, said.error
    assert await scoring.score(asked, said.text, sound) == {"valid": 1.0, "decision": 1.0, "overall": 1.0, "score": 1.0}
    (sent,) = strong.requests
    prompt = json.loads(sent["messages"][-1]["content"])
    assert (prompt["role"], prompt["request"], prompt["channel"]) == ("judge", "Post about revenue", "linkedin")
    assert prompt["text"] == TRUE
    assert "tone" in prompt["rules"]
    assert "overall" not in prompt["rules"]


async def test_a_plan_is_scored_by_channels_and_tools_and_only_where_it_holds() -> None:
    request = "Create a LinkedIn post about our spring range"
    plan = planner.sketch(parse(request, today=TODAY), has_metrics=False).model_dump(mode="json")
    asked = line("planner", request, json.dumps({"plan": plan}), intent="create_social_content", channel="linkedin")
    assert (asked.intent, asked.channel, asked.form) == ("create_social_content", "linkedin", "plan")
    assert (await scoring.score(asked, json.dumps({"plan": plan}), sound))["score"] == 1.0
    assert (await scoring.score(asked, scoring.own_answer(asked), sound))["score"] == 1.0
    less = {**plan, "steps": [one for one in plan["steps"] if one.get("produces")]}
    found = await scoring.score(asked, json.dumps({"plan": less}), sound)
    assert 0 < found["tools"] < 1 == found["channels"]
    unsound = {**plan, "steps": [{**plan["steps"][0], "tool": "no.tool"}]}
    assert (await scoring.score(asked, json.dumps({"plan": unsound}), sound))["score"] == 0.0


def test_a_line_that_cannot_be_asked_is_left_out() -> None:
    for wrong in (b"no JSON", b"{}", b'{"messages": [{"role": "user", "content": "Hello"}]}'):
        assert lines.read(wrong, 0, "planner", TODAY) is None
    turns = [{"role": "user", "content": "Hello"}, {"role": "assistant", "content": "I cannot say."}]
    assert lines.read(json.dumps({"messages": turns}).encode(), 0, "planner", TODAY) is None


def test_a_sample_is_the_same_for_the_same_seed_and_keeps_the_order() -> None:
    many = [lines.HeldOut(n, None, str(n), "", "intent", {}, "a", "b", TODAY) for n in range(100)]
    first = lines.sample(many, 20, 7)
    assert [one.number for one in first] == sorted(one.number for one in first)
    assert first == lines.sample(many, 20, 7) != lines.sample(many, 20, 8)
    assert lines.sample(many, 200, 7) == many


def test_a_short_right_answer_leaves_room_for_a_short_one_only() -> None:
    short = line("planner", "Write a post", json.dumps(trained.compact("x", "content", [], [{"kind": "create_post"}])))
    assert most(short) == 256
    assert most(lines.HeldOut(0, None, "", "x" * 90_000, "text", {}, "a", "b", TODAY)) == 8_192
