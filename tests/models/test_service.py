"""Calls through the chain: recorded, paid once, never stuck, no key in sight."""

import asyncio
import logging
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import text

from cofounder.business.records import service as records
from cofounder.flow.request import service as requests
from cofounder.flow.request.phases import PHASES
from cofounder.flow.request.queries import add_phases
from cofounder.kit import db
from cofounder.kit.ids import new_id
from cofounder.kit.testing import until
from cofounder.models import budgets, calls, jobs, offered, prices, queries, remote, resting, service
from cofounder.models.brief import Base, Brief, ChannelForm, Fact
from cofounder.models.chain import Target
from cofounder.settings import settings

KEY = "sk-test-9f8e7d6c5b4a39281706"
WRITTEN = {
    "body": "Revenue reached $150,000 this month.\n\nThat is 20% above the month before.",
    "hashtags": ["Growth", "#Growth", "two words"],
    "call_to_action": "That is 20% above the month before.",
}


@pytest.fixture
def brief() -> Brief:
    revenue = Fact(id="revenue", metric="revenue", noun="revenue", value=150_000, unit="usd", base=Base(value=125_000))
    secret = Fact(id="cash", metric="cash", noun="cash", value=987_654, unit="usd", confidential=True)
    form = ChannelForm(channel="linkedin", words=(20, 180), paragraphs=(1, 5), hashtags=(0, 3))
    return Brief(request="Post about revenue", topic="revenue", form=form, facts=[revenue, secret], seed="test")


@pytest.fixture
def configured(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    def configure(model: str, **more: str) -> None:
        monkeypatch.setenv("COFOUNDER_MODEL", model)
        for name, value in more.items():
            monkeypatch.setenv(f"COFOUNDER_{name.upper()}", value)
        monkeypatch.setenv("COFOUNDER_MODEL_PRICES", more.get("model_prices", "openai-compatible:*=0/0"))
        settings.cache_clear()

    yield configure
    monkeypatch.undo()
    settings.cache_clear()


@pytest.fixture
def provider(openai_server: Any, configured: Callable[..., None], database: Any) -> Any:
    configured("openai-compatible:test-model", compatible_base_url=openai_server.url, compatible_api_key=KEY)
    return openai_server


async def rows(task_id: Any) -> list[dict[str, Any]]:
    async with db.transaction() as session:
        return await service.task_calls(session, task_id)


async def test_a_language_models_answer_becomes_a_draft_and_a_row(provider: Any, brief: Brief) -> None:
    task = new_id()
    provider.answers = [WRITTEN]
    draft = await service.write(brief, task_id=task, scope="step:draft:0")
    assert draft.model == "openai-compatible:test-model"
    assert draft.hashtags == ["#Growth", "#twowords"]
    assert draft.call_to_action == WRITTEN["call_to_action"]
    assert {(use.text, use.derivation is None) for use in draft.figures} == {("$150,000", True), ("20%", False)}
    (row,) = await rows(task)
    assert (row["state"], row["role"], row["tokens_in"], row["tokens_out"]) == ("answered", "writer", 1200, 300)
    assert row["seconds"] > 0
    async with db.reading() as session:
        (kept,) = await queries.of_task(session, task)
    assert kept.answered_by == "test-model"
    assert provider.requests[0].get("max_completion_tokens", provider.requests[0].get("max_tokens")) == 6_144


async def test_the_model_is_told_the_rules_and_no_confidential_figure(provider: Any, brief: Brief) -> None:
    provider.answers = [WRITTEN]
    await service.write(brief, task_id=new_id(), scope="step:draft:0")
    said = str(provider.requests[0]["messages"])
    assert "Use only figures" in said
    assert "25000" in said or "25,000" in said  # a derived figure it may use
    assert "987654" not in said


async def test_an_answered_call_is_not_paid_again(provider: Any, brief: Brief) -> None:
    task = new_id()
    provider.answers = [WRITTEN]
    first = await service.write(brief, task_id=task, scope="step:draft:0")
    again = await service.write(brief, task_id=task, scope="step:draft:0")
    assert (again, len(provider.requests), len(await rows(task))) == (first, 1, 1)


async def test_another_brief_scope_or_number_is_another_call(provider: Any, brief: Brief) -> None:
    task = new_id()
    provider.answers = [WRITTEN] * 4
    await service.write(brief, task_id=task, scope="a")
    await service.write(brief, task_id=task, scope="b")
    await service.write(brief, task_id=task, scope="a", number=2)
    await service.write(brief.model_copy(update={"attempt": 1}), task_id=task, scope="a")
    assert len(provider.requests) == 4


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (500, "500"),
        (429, "429"),
        ('{"body": "cut off', "malformed answer"),
        ('{"body": 7, "parts": "none"}', "valid string"),
        ({"body": "   "}, "empty"),
        (5.0, "in time"),
    ],
)
async def test_whatever_goes_wrong_the_offline_model_writes_and_the_row_says_why(
    provider: Any, brief: Brief, configured: Callable[..., None], bad: Any, reason: str
) -> None:
    late = isinstance(bad, float)  # of an answer that comes, a slow machine would make none
    configured("openai-compatible:test-model", model_timeout_seconds="3" if late else "60")
    task = new_id()
    provider.answers = [bad] * (2 if isinstance(bad, int) else 1)
    draft = await service.write(brief, task_id=task, scope="step:draft:0")
    assert draft.model == "offline"
    assert draft.body
    failed, answered = await rows(task)
    assert (failed["state"], answered["state"]) == ("failed", "answered")
    assert (answered["model"], answered["fallback_from"]) == ("offline", "openai-compatible:test-model")
    assert provider.answers == []
    assert reason in failed["error"]


async def test_a_refusal_of_the_moment_is_tried_once_more(provider: Any, brief: Brief) -> None:
    provider.answers = [503, WRITTEN]
    draft = await service.write(brief, task_id=new_id(), scope="step:draft:0")
    assert draft.model == "openai-compatible:test-model"


async def test_a_paid_answer_that_cannot_be_used_still_counts(provider: Any, brief: Brief) -> None:
    task = new_id()
    provider.answers = ['{"body": 7}']
    await service.write(brief, task_id=task, scope="step:draft:0")
    failed, built_in = await rows(task)
    assert (failed["tokens_in"], failed["tokens_out"], failed["state"]) == (1200, 300, "failed")
    assert (built_in["tokens_in"], built_in["model"]) == (0, "offline")


async def test_an_answer_that_is_no_json_is_told_so(provider: Any, brief: Brief) -> None:
    task = new_id()
    provider.answers = ["lorem %% ipsum"]
    await service.write(brief, task_id=task, scope="step:draft:0")
    failed, _ = await rows(task)
    assert failed["error"].endswith("malformed answer: it is no JSON")


async def test_the_next_model_of_the_chain_is_asked_before_the_offline_one(
    provider: Any, brief: Brief, configured: Callable[..., None]
) -> None:
    configured("openai-compatible:first,openai-compatible:second", model_routing="in_turn")
    task = new_id()
    provider.answers = [503, 503, WRITTEN]
    draft = await service.write(brief, task_id=task, scope="step:draft:0")
    assert draft.model == "openai-compatible:second"
    assert [(row["model"], row["state"], row["fallback_from"]) for row in await rows(task)] == [
        ("openai-compatible:first", "failed", None),
        ("openai-compatible:second", "answered", "openai-compatible:first"),
    ]


async def test_the_key_is_in_no_row_and_no_log(provider: Any, brief: Brief, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    task = new_id()
    provider.answers = [500, 500, WRITTEN]  # the server repeats the key in its error
    await service.write(brief, task_id=task, scope="a")
    await service.write(brief, task_id=task, scope="b")
    async with db.transaction() as session:
        stored = "".join((await session.execute(text("SELECT m::text FROM model_calls m"))).scalars())
    assert "[key]" in stored
    assert KEY not in stored
    assert KEY not in caplog.text


async def test_a_refused_key_falls_back_and_is_not_repeated(
    provider: Any, brief: Brief, configured: Callable[..., None]
) -> None:
    wrong = "sk-wrong-11112222333344445555"
    configured("openai-compatible:test-model", compatible_api_key=wrong)
    task = new_id()
    assert (await service.write(brief, task_id=task, scope="a")).model == "offline"
    failed = (await rows(task))[0]
    assert "401" in failed["error"] or "Incorrect" in failed["error"]
    assert wrong not in failed["error"]


async def test_a_model_without_its_key_is_skipped_with_the_reason(
    database: Any, brief: Brief, configured: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    configured("openai:gpt-4.1-mini")
    task = new_id()
    assert (await service.write(brief, task_id=task, scope="a")).model == "offline"
    skipped, answered = await rows(task)
    assert (skipped["state"], skipped["cost_usd"]) == ("skipped", 0)
    assert "OPENAI_API_KEY" in skipped["error"]
    assert answered["fallback_from"] == "openai:gpt-4.1-mini"


async def test_a_priced_model_costs_what_its_tokens_cost_and_stops_at_the_budget(
    openai_server: Any,
    database: Any,
    brief: Brief,
    configured: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", openai_server.url)
    configured("openai:gpt-4.1-mini", daily_budget_usd="0.02")
    openai_server.answers = [WRITTEN, WRITTEN]
    task = new_id()
    assert (await service.write(brief, task_id=task, scope="a")).model == "openai:gpt-4.1-mini"
    paid = Decimal(1200) * Decimal("0.0000004") + Decimal(300) * Decimal("0.0000016")
    async with db.transaction() as session:
        assert await service.spent_on(session, task, "a") == paid
        assert await service.cost_today(session) == paid
    configured("openai:gpt-4.1-mini", daily_budget_usd="0.01")
    assert (await service.write(brief, task_id=task, scope="b")).model == "offline"
    skipped = next(row for row in await rows(task) if row["state"] == "skipped")
    assert "left for today" in skipped["error"]
    assert len(openai_server.requests) == 1


async def test_a_task_costs_what_all_its_calls_came_to_whichever_phase_asked(
    openai_server: Any, database: Any, brief: Brief, configured: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", openai_server.url)
    configured("openai:gpt-4.1-mini", model_timeout_seconds="1")
    openai_server.answers = [WRITTEN, WRITTEN, '{"body": 7}', 5.0]
    async with db.transaction() as session:
        task = await records.add_task(session, request="Post about revenue")
        other = await records.add_task(session, request="Post about bread")
        await add_phases(session, task.id, PHASES)
    scopes = ("step:draft_linkedin:0", "refine:linkedin:1", "judge:linkedin:1", "alternative:linkedin:1.1.0")
    await asyncio.gather(*(service.write(brief, task_id=task.id, scope=scope) for scope in scopes))
    paid = sum(row["cost_usd"] for row in await rows(task.id))
    async with db.reading() as session:
        cost = (await records.get_task(session, task.id)).cost
        phases = {one.name: one.cost for one in await requests.phases_of(session, task.id) if one.cost}
        assert (await records.get_task(session, other.id)).cost == 0
    assert float(cost) == pytest.approx(float(paid))
    assert set(phases) == {"execution", "refinement", "quality_check", "approval"}
    assert sum(phases.values()) == pytest.approx(float(cost))


async def test_a_model_whose_price_nobody_knows_is_not_asked_and_the_next_one_is(
    provider: Any, brief: Brief, configured: Callable[..., None]
) -> None:
    task = new_id()
    both = "openai-compatible:dear,openai-compatible:own"
    configured(both, model_prices="openai-compatible:own=0/0", model_routing="in_turn")
    provider.answers = [WRITTEN]
    assert (await service.write(brief, task_id=task, scope="a")).model == "openai-compatible:own"
    skipped, answered = await rows(task)
    assert (skipped["model"], skipped["state"]) == ("openai-compatible:dear", "skipped")
    assert "no price is known for openai-compatible:dear" in skipped["error"]
    assert "model_prices" in skipped["error"]
    assert (answered["cost_usd"], answered["cost_is"], len(provider.requests)) == (0, "counted", 1)


async def test_a_late_answer_counts_as_what_it_can_have_cost(
    openai_server: Any, database: Any, brief: Brief, configured: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", openai_server.url)
    configured("openai:gpt-4.1-mini", model_timeout_seconds="1")
    openai_server.answers = [5.0]
    task, job = new_id(), jobs.Writing(brief)
    assert (await service.write(brief, task_id=task, scope="a")).model == "offline"
    failed = (await rows(task))[0]
    request = remote.Request(job.instructions(), job.prompt(), job.output, job.most)
    most = remote.at_most(Target("openai", "gpt-4.1-mini"), request)
    assert most
    assert "in time" in failed["error"]
    assert failed["cost_usd"] == most.quantize(failed["cost_usd"])


async def test_a_model_that_keeps_everybody_waiting_is_left_alone_for_a_while_and_then_tried_again(
    provider: Any, brief: Brief, configured: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    configured("openai-compatible:test-model", model_timeout_seconds="0.5")
    provider.answers = [2.0, 2.0, 2.0, WRITTEN]
    for scope in ("a", "b"):
        await service.write(brief, task_id=new_id(), scope=scope)
    task = new_id()
    assert (await service.write(brief, task_id=task, scope="c")).model == "offline"
    skipped = (await rows(task))[0]
    assert (skipped["state"], len(provider.requests)) == ("skipped", 2)
    assert skipped["error"].startswith("it gave no answer in time 2 times in a row, so it is left alone until ")
    (offer,) = [one for one in await offered.offers() if one.target.name == "test-model"]
    assert "left alone until" in (offer.why_not or "")
    monkeypatch.setattr(resting, "REST", timedelta(0))
    resting.forget()
    provider.answers = [WRITTEN, WRITTEN]
    configured("openai-compatible:test-model", model_timeout_seconds="20")
    assert (await service.write(brief, task_id=new_id(), scope="d")).model == "openai-compatible:test-model"
    monkeypatch.setattr(resting, "REST", timedelta(minutes=5))
    resting.forget()
    assert (await service.write(brief, task_id=new_id(), scope="e")).model == "openai-compatible:test-model"


def test_the_answers_room_and_its_shape_count_and_no_script_is_taken_for_english(brief: Brief) -> None:
    target = Target("openai", "gpt-4.1-mini")
    room = {kind: jobs.Writing(brief.model_copy(update={"kind": kind})).most for kind in ("headlines", "article")}
    assert room["headlines"] < room["article"]
    few, many = (remote.Request("a", "b", jobs.Writing.output, most) for most in room.values())
    less, more = remote.at_most(target, few), remote.at_most(target, many)
    assert less is not None
    assert more is not None
    assert less < more
    assert few.tokens > 100  # of the answer's shape
    assert prices.tokens_in("四半期の売上は二割増えました") >= 14
    assert prices.tokens_in("word " * 300) == 500


async def test_how_hard_a_job_is_is_found_out_beside_the_loop(
    database: Any, brief: Brief, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, where = jobs.Writing.seen, []

    def seen(job: Any) -> Any:
        where.append(threading.current_thread())
        return real(job)

    monkeypatch.setattr(jobs.Writing, "seen", seen)
    await service.write(brief, task_id=new_id(), scope="a")
    assert where
    assert threading.main_thread() not in where


@pytest.mark.parametrize(
    ("limits", "words"),
    [({"monthly_budget_usd": "0.0001"}, "left for this month"), ({"task_budget_usd": "0.0001"}, "left for this task")],
)
async def test_a_months_and_a_tasks_budget_stop_before_the_spend(
    openai_server: Any,
    database: Any,
    brief: Brief,
    configured: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    limits: dict[str, str],
    words: str,
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", openai_server.url)
    configured("openai:gpt-4.1-mini", **limits)
    task = new_id()
    assert (await service.write(brief, task_id=task, scope="a")).model == "offline"
    assert words in (await rows(task))[0]["error"]
    assert openai_server.requests == []


async def test_a_hundred_tasks_at_once_never_pass_a_budget_for_forty(
    openai_server: Any, database: Any, brief: Brief, configured: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", openai_server.url)
    target = Target("openai", "gpt-4.1-mini")
    job = jobs.Writing(brief)
    most = remote.at_most(target, remote.Request(job.instructions(), job.prompt(), job.output, job.most))
    assert most is not None
    each = most.quantize(Decimal("0.000001"))  # as a row keeps it
    budget = each * 40
    configured("openai:gpt-4.1-mini", daily_budget_usd=str(budget))

    async def reserve() -> bool:
        call = calls.Call("writer", {"brief": str(new_id())}, new_id(), "step:draft:1", 1, "1")
        try:
            return await calls.intend(call, target, None, each) is not None
        except budgets.OverBudget:
            return False

    passed = await asyncio.gather(*(reserve() for _ in range(100)))
    assert sum(passed) == 40
    async with db.transaction() as session:
        assert await service.cost_today(session) <= budget


async def test_a_request_longer_than_the_models_context_is_not_sent(
    openai_server: Any, database: Any, brief: Brief, configured: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", openai_server.url)
    configured("openai:gpt-4o-mini")
    task = new_id()
    long = brief.model_copy(update={"request": "word " * 100_000})
    assert (await service.write(long, task_id=task, scope="a")).model == "offline"
    assert "tokens" in (await rows(task))[0]["error"]
    assert openai_server.requests == []


async def test_a_crash_before_the_answer_leaves_a_trace_that_counts_and_is_taken_over(
    openai_server: Any, database: Any, brief: Brief, configured: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", openai_server.url)
    configured("openai:gpt-4.1-mini")
    task = new_id()
    openai_server.answers = [WRITTEN, WRITTEN]

    async def die(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("cofounder.models.calls._finish", die)
        with pytest.raises(KeyboardInterrupt):
            await service.write(brief, task_id=task, scope="a")
    async with db.transaction() as session:
        assert await service.cost_today(session) > 0
    (row,) = await rows(task)
    assert row["state"] == "intended"
    await service.write(brief, task_id=task, scope="a")
    (row,) = await rows(task)
    assert (row["state"], row["tokens_in"]) == ("answered", 1200)


WRITE_AND_DIE = """
import asyncio, os, signal, sys
from uuid import UUID
from cofounder.kit import db
from cofounder.models import calls, service
from cofounder.models.brief import Brief

answer = calls.answer

async def answer_and_die(*given):
    await answer(*given)
    os.kill(os.getpid(), signal.SIGKILL)

calls.answer = answer_and_die
db.connect(os.environ["DATABASE_URL"])
brief = Brief.model_validate_json(sys.argv[2])
asyncio.run(service.write(brief, task_id=UUID(sys.argv[1]), scope="a"))
"""


async def test_killed_between_answer_and_use_it_is_not_paid_again(provider: Any, brief: Brief, database: Any) -> None:
    task = new_id()
    provider.answers = [WRITTEN]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", WRITE_AND_DIE, str(task), brief.model_dump_json(), env=os.environ | database.environment
    )
    assert await process.wait() == -signal.SIGKILL
    draft = await service.write(brief, task_id=task, scope="a")
    assert draft.body == WRITTEN["body"]
    assert len(provider.requests) == 1


async def test_an_answer_that_comes_while_the_database_is_away_is_written_once_it_is_back(
    provider: Any, brief: Brief, database: Any
) -> None:
    task, back = new_id(), []
    provider.answers = [WRITTEN]

    async def away() -> None:
        back.append(await database.go_away(1.0))

    provider.meanwhile = away
    draft = await service.write(brief, task_id=task, scope="a")
    await back[0]
    assert draft.body == WRITTEN["body"]
    (row,) = await rows(task)
    assert (row["state"], row["tokens_in"]) == ("answered", 1200)
    assert await service.write(brief, task_id=task, scope="a") == draft
    assert len(provider.requests) == 1


async def test_who_asks_again_while_the_answer_waits_for_the_database_gets_it_unpaid(
    provider: Any, brief: Brief, database: Any
) -> None:
    task, gone = new_id(), asyncio.Event()
    provider.answers = [WRITTEN]

    async def away() -> None:
        asyncio.get_running_loop().call_soon(gone.set)
        provider.back = await database.go_away(1.5)

    provider.meanwhile = away
    first = asyncio.create_task(service.write(brief, task_id=task, scope="a"))
    await asyncio.wait_for(gone.wait(), 60)
    await until(lambda: calls._unwritten, within=60)
    first.cancel()  # as a step is that ran out of time, or whose neighbour could not reach the database
    draft = await service.write(brief, task_id=task, scope="a")
    await provider.back
    assert draft.body == WRITTEN["body"]
    assert len(provider.requests) == 1


async def test_an_answer_written_twice_counts_once(provider: Any, brief: Brief) -> None:
    task, real = new_id(), queries.finish
    provider.answers = [WRITTEN]

    async def twice(*given: Any) -> None:
        await real(*given)
        await real(*given)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(queries, "finish", twice)
        await service.write(brief, task_id=task, scope="a")
    assert (await rows(task))[0]["tokens_in"] == 1200


async def test_the_offline_model_is_recorded_and_repeats_itself(database: Any, brief: Brief) -> None:
    task = new_id()
    first = await service.write(brief, task_id=task, scope="a")
    assert await service.write(brief, task_id=task, scope="a") == first
    (row,) = await rows(task)
    assert (row["model"], row["state"], row["cost_usd"]) == ("offline", "answered", 0)


async def test_the_offline_model_answers_the_same_behind_pydantic_ai(brief: Brief) -> None:
    import json

    from pydantic_ai import Agent

    from cofounder.models.brief import Draft
    from cofounder.models.offline.model import OfflineModel
    from cofounder.models.offline.writer import write

    agent = Agent(OfflineModel(), output_type=Draft)
    asked = json.dumps({"role": "writer", "brief": brief.model_dump(mode="json")})
    assert (await agent.run(asked)).output == write(brief)


async def test_a_planners_answer_is_used_and_its_nonsense_is_not(provider: Any) -> None:
    request = "Create a LinkedIn post about our Q4 growth metrics"
    good = {
        "intent": "create_social_content",
        "domain": "content",
        "actions": [{"kind": "create_post", "channels": ["linkedin"], "topic": "growth"}],
        "confidence": 0.9,
    }
    backwards = {"start": "2026-02-01", "end": "2026-01-01", "grain": "month", "label": "February"}
    provider.answers = [good, good | {"actions": []}, good | {"period": backwards}]

    async def understood(scope: str) -> Any:
        return await service.understand(request, today=date(2026, 1, 15), task_id=new_id(), scope=scope)

    assert (await understood("a")).channels == ["linkedin"]
    parsed = [await understood("b"), await understood("c")]
    assert parsed[0] == parsed[1]
    assert parsed[0].actions
    assert len(provider.requests) == 3
