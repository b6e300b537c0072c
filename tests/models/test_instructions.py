"""What a language model is told."""

import json
from datetime import date

import pytest
from pydantic_ai import Agent
from pydantic_ai.exceptions import ModelAPIError

from cofounder.models import instructions
from cofounder.models.brief import Brief, ChannelForm, Fact
from cofounder.models.intent import Intent
from cofounder.models.offline import parser
from cofounder.models.offline.model import OfflineModel
from cofounder.personas import NAMES

FORM = ChannelForm(channel="linkedin", words=(80, 180))


def a_brief(**more: object) -> Brief:
    return Brief.model_validate({"request": "r", "topic": "t", "form": FORM, **more})


def test_every_voice_has_words_of_its_own() -> None:
    assert set(instructions.VOICES) == set(NAMES)
    assert len(set(instructions.VOICES.values())) == len(NAMES)
    told = {name: instructions.writer(a_brief(persona=name)) for name in NAMES}
    assert all(instructions.VOICES[name] in words for name, words in told.items())


def test_what_is_confidential_stays_in_the_house_and_so_does_what_follows_from_it() -> None:
    facts = [
        Fact(id="a", metric="revenue", noun="revenue", value=150_000, unit="usd"),
        Fact(id="b", metric="customers", noun="customers", value=320, unit="count"),
        Fact(id="c", metric="cash", noun="cash", value=777_000, unit="usd", confidential=True),
    ]
    said = instructions.writing(a_brief(facts=facts))
    derived = json.loads(said)["brief"]["derived"]
    assert {"a", "b"} == {fact["id"] for fact in json.loads(said)["brief"]["facts"]}
    assert any(one["value"] == pytest.approx(468.75) for one in derived)
    assert "777" not in said
    assert "cash" not in said


def test_the_list_of_derived_figures_has_an_end() -> None:
    facts = [
        Fact(id=f"m{number}", metric=f"m{number}", noun=f"things {number}", value=100 + number, unit="count")
        for number in range(30)
    ]
    assert len(json.loads(instructions.writing(a_brief(facts=facts)))["brief"]["derived"]) <= 40


async def test_the_offline_model_understands_a_request_behind_pydantic_ai() -> None:
    request, today = "Create a LinkedIn post about our Q4 growth metrics", date(2026, 1, 15)
    asked = json.dumps({"role": "planner", "request": request, "today": today.isoformat()})
    found = (await Agent(OfflineModel(), output_type=Intent).run(asked)).output
    assert found == parser.parse(request, today=today)


@pytest.mark.parametrize("words", ["Hello, who are you?", '{"role": "poet"}', "[1]"])
async def test_the_offline_model_says_what_it_cannot_do(words: str) -> None:
    with pytest.raises(ModelAPIError, match="offline"):
        await Agent(OfflineModel()).run(words)
