"""A model is asked about the text that stands, once, and no text waits for one that fails."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from cofounder.business.records import service as records
from cofounder.flow.quality import asking, service
from cofounder.flow.quality.schemas import Assessment
from cofounder.flow.quality.steps import quality_check, refinement
from cofounder.flow.run import service as run
from cofounder.kit.db import reading, transaction
from cofounder.kit.testing import Database
from cofounder.models import service as models
from cofounder.models.judging import DIMENSIONS
from cofounder.settings import settings
from tests.flow.quality.bakery import GOOD_POST, GOOD_TWEET, subject
from tests.models.conftest import KEY, OpenAIServer, openai_server

__all__ = ["openai_server"]

OPINION: dict[str, Any] = {
    **{name: {"score": 0.8, "evidence": f"It shows its {name}."} for name in DIMENSIONS},
    "overall": 0.8,
    "decision": "approve",
}
HARD = OPINION | {"tone": {"score": 0.1, "evidence": "It shouts."}, "overall": 0.2, "decision": "reject"}


@pytest.fixture
def setting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    def choose(**given: str) -> None:
        for name, value in given.items():
            monkeypatch.setenv(f"COFOUNDER_{name.upper()}", value)
        settings.cache_clear()

    yield choose
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def judge(openai_server: OpenAIServer, setting: Callable[..., None], database: Database) -> OpenAIServer:
    setting(
        model="openai-compatible:judge",
        model_prices="openai-compatible:*=0/0",
        compatible_base_url=openai_server.url,
        compatible_api_key=KEY,
    )
    return openai_server


async def made(**texts: str) -> UUID:
    """A task with a version of each of these texts."""
    async with transaction() as session:
        task = await records.add_task(session, request="Write about our orders in March")
        for channel, words in texts.items():
            given = subject(words, channel)
            await run.add_variant(
                session, task.id, channel, draft=given.draft, brief=given.brief, origin="draft", by="test"
            )
    return task.id


async def verdicts(task_id: UUID) -> dict[str, Assessment]:
    async with reading() as session:
        return await service.latest(session, task_id)


async def score(task_id: UUID) -> float:
    async with reading() as session:
        return float((await records.get_task(session, task_id)).quality_score or 0)


async def phases(task_id: UUID) -> None:
    await quality_check.work(task_id)
    await refinement.work(task_id)


async def test_each_text_that_stands_is_judged_once_and_the_verdict_keeps_who_said_what(
    judge: OpenAIServer, setting: Callable[..., None]
) -> None:
    setting(max_refinements="0")  # the two share words, which would be mended
    judge.answers = [OPINION, OPINION]
    task_id = await made(linkedin=GOOD_POST, x=GOOD_TWEET)
    await phases(task_id)
    found = await verdicts(task_id)
    assert {one.judge.model for one in found.values() if one.judge} == {"openai-compatible:judge"}
    assert found["linkedin"].dimensions["judge_tone"].evidence[0] == "It shows its tone."
    assert found["linkedin"].judge is not None
    assert found["linkedin"].overall < found["linkedin"].judge.without
    assert await score(task_id) == min(one.overall for one in found.values())
    async with transaction() as session:
        calls = await models.task_calls(session, task_id)
    assert {(one["role"], one["scope"], one["state"]) for one in calls} == {
        ("judge", "judge:linkedin:1", "answered"),
        ("judge", "judge:x:1", "answered"),
    }


async def test_a_step_repeated_after_a_kill_asks_nothing_twice(judge: OpenAIServer) -> None:
    judge.answers = [OPINION]
    task_id = await made(linkedin=GOOD_POST)
    await phases(task_id)
    first = await verdicts(task_id)
    await refinement.work(task_id)  # killed after the verdict was written, before the phase was
    assert await verdicts(task_id) == first
    await phases(task_id)  # killed long before: the rules judge anew, and the answer on record is used
    assert await verdicts(task_id) == first
    assert len(judge.requests) == 1


async def test_a_kill_between_the_answer_and_the_verdict_pays_for_one_answer(judge: OpenAIServer) -> None:
    judge.answers = [OPINION]
    task_id = await made(linkedin=GOOD_POST)
    await quality_check.work(task_id)
    async with transaction() as session:
        await session.execute(text("ALTER TABLE assessments ADD CONSTRAINT dies CHECK (verdict->>'judge' IS NULL)"))
    with pytest.raises(IntegrityError):
        await asking.judge_final(task_id)
    assert (await verdicts(task_id))["linkedin"].judge is None
    async with transaction() as session:
        await session.execute(text("ALTER TABLE assessments DROP CONSTRAINT dies"))
    await refinement.work(task_id)
    assert (await verdicts(task_id))["linkedin"].judge is not None
    assert len(judge.requests) == 1


async def test_a_hard_judge_starts_no_refinement_of_its_own_and_leaves_it_to_a_person(judge: OpenAIServer) -> None:
    judge.answers = [HARD]
    task_id = await made(linkedin=GOOD_POST)
    await phases(task_id)
    await refinement.work(task_id)  # once more after a kill: the loop moves as before
    async with reading() as session:
        assert [one.version for one in await run.variants(session, task_id)] == [1]
    (verdict,) = (await verdicts(task_id)).values()
    assert any(issue.dimension == "judge_tone" for issue in verdict.issues)
    assert len(judge.requests) == 1


async def test_where_every_round_is_judged_the_word_of_the_judge_counts_in_the_loop(
    judge: OpenAIServer, setting: Callable[..., None]
) -> None:
    import cofounder.app

    cofounder.app.wire()
    setting(judge_model="every_round", quality_threshold="0.9", max_refinements="1")
    task_id = await made(linkedin=GOOD_POST)
    await quality_check.work(task_id)
    body = {"body": GOOD_POST.replace("careless of us", "our own fault")}
    low = HARD | {name: {"score": 0.1, "evidence": "It shouts."} for name in DIMENSIONS}
    judge.answers = [low, body, OPINION]
    await refinement.work(task_id)
    async with reading() as session:
        assert [one.version for one in await run.variants(session, task_id)] == [1, 2]
    sent = [str(request["messages"][-1]["content"]) for request in judge.requests]
    assert [words.startswith('{"role": "judge"') for words in sent] == [True, False, True]
    assert "It shouts." in sent[1]  # the writer is told


@pytest.mark.parametrize("bad", [500, 429, '{"overall": 1', {"overall": 1.0, "decision": "approve"}, 3.0])
async def test_a_judge_that_fails_or_is_late_changes_nothing(
    judge: OpenAIServer, setting: Callable[..., None], bad: Any
) -> None:
    setting(model_timeout_seconds="1" if isinstance(bad, float) else "60")
    judge.answers = [bad] * (2 if isinstance(bad, int) else 1)
    task_id = await made(linkedin=GOOD_POST)
    await phases(task_id)
    (verdict,) = (await verdicts(task_id)).values()
    assert verdict.judge is None
    assert verdict.passed
    assert await score(task_id) == verdict.overall


async def test_without_a_model_or_with_the_setting_off_the_rules_judge_alone(
    judge: OpenAIServer, setting: Callable[..., None]
) -> None:
    setting(judge_model="off")
    task_id = await made(linkedin=GOOD_POST)
    await phases(task_id)
    setting(judge_model="on", model="offline")
    await phases(task_id)
    async with transaction() as session:
        assert await models.task_calls(session, task_id) == []
    assert judge.requests == []
    assert {one.evaluator for one in (await verdicts(task_id)).values()} == {"deterministic/1"}


async def test_a_judge_stays_within_the_budget(judge: OpenAIServer, setting: Callable[..., None]) -> None:
    setting(model_prices="openai-compatible:judge=100/100", task_budget_usd="0.01")
    task_id = await made(linkedin=GOOD_POST)
    await phases(task_id)
    assert judge.requests == []
    async with transaction() as session:
        (call,) = await models.task_calls(session, task_id)
    assert call["state"] == "skipped"
    assert "for this task" in call["error"]
