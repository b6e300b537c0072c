"""`auto` in a conversation: our own model for what the rows answer, else the router's choice, which stays."""

from collections.abc import Iterator

import pytest

from cofounder.flow.request.chat import choosing
from cofounder.flow.request.chat.subject import Subject
from cofounder.kit.testing import Database
from cofounder.settings import settings

SMALL, LARGE = "openai:gpt-5-mini", "openai:gpt-5"
OPEN = Subject(kind="unknown")
HARD = "Why should we compare the merger with a second bakery, and what do investors say?"


@pytest.fixture
def two(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("COFOUNDER_MODEL", f"{LARGE},{SMALL}")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test-9f8e7d6c5b4a39281706")
    settings.cache_clear()
    yield
    monkeypatch.undo()
    settings.cache_clear()


async def _asked(question: str, *before: str) -> tuple[list[str], choosing.Plan]:
    plan = await choosing.choose("auto", OPEN, question, before)
    return [str(target) for target in plan.targets], plan


async def test_an_open_question_goes_where_the_router_sends_it_and_says_why(two: None) -> None:
    easy, plan = await _asked("Should we open a second bakery?")
    assert easy == [SMALL, LARGE]
    assert plan.routed is not None
    assert plan.routed["task_type"] == "chat"
    assert plan.routed["why"] in plan.reason
    assert (await _asked(HARD))[0] == [LARGE, SMALL]


async def test_a_conversation_stays_with_the_model_that_answered_in_it(two: None) -> None:
    kept, plan = await _asked("And a third one?", SMALL, LARGE, "offline")
    assert kept == [LARGE, SMALL]
    assert "answered before in this conversation" in plan.reason
    assert (await _asked("And a third one?", LARGE, SMALL))[0] == [SMALL, LARGE]


async def test_what_the_rows_answer_and_what_a_person_chose_is_not_routed(two: None) -> None:
    assert (await choosing.choose("auto", Subject(kind="patterns"), HARD)).targets == ()
    plan = await choosing.choose(SMALL, OPEN, HARD, [LARGE])
    assert (str(plan.targets[0]), plan.routed) == (SMALL, None)
