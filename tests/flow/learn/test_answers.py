"""What became of a model's answers moves the router; samples, tests and what was erased do not count."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.learn.answers import queries, service, showing
from cofounder.kit import db
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database
from cofounder.models import prices
from cofounder.models.chain import of_row
from cofounder.models.routing import foretell
from cofounder.models.routing import service as routing
from cofounder.models.routing.complexity import Complexity, Seen
from cofounder.models.tables import ModelCall
from cofounder.settings import settings
from tests.flow.train.data.test_export import put

AT = datetime(2026, 5, 4, tzinfo=UTC)
SMALL, LARGE = "openai:gpt-5-mini", "anthropic:claude-opus-4-1"
ROUTED = {"task_type": "write:post", "complexity": "MEDIUM", "tier": "STANDARD"}
POST = Seen("write:post", "a post about coffee", Complexity.MEDIUM)


async def _run(
    session: AsyncSession, model: str, number: int, *, call: dict[str, Any] | None = None, **example: Any
) -> None:
    """A run whose text one model wrote, asked twice."""
    task_id = new_id()
    await put(session, execution_id=task_id, timestamp=AT, **example)
    for turn in (1, 2):
        given = {"request": {"brief": {"request": "Write about coffee. " * (number % 7 + 1)}}} | (call or {})
        await session.execute(insert(ModelCall).values(**_call(task_id, turn, model) | given))


def _call(task_id: UUID, number: int, model: str) -> dict[str, Any]:
    return {
        "task_id": task_id,
        "scope": "step:draft:1",
        "number": number,
        "request_hash": f"{number}",
        "role": "writer",
        "model": model,
        "state": "answered",
        "request": {},
        "routed": ROUTED,
        "started_at": AT,
    }


def _as(approved: bool | None, score: str | None = None, **more: Any) -> dict[str, Any]:
    return {"user_approval": approved, "quality_score": None if score is None else Decimal(score)} | more


async def test_a_run_is_one_outcome_and_what_does_not_count_is_left_out(session: AsyncSession) -> None:
    await _run(session, SMALL, 1, **_as(True, "0.9", decision={"verdict": "approve", "edit": None}))
    await _run(session, SMALL, 2, **_as(False, "0.5"))
    await _run(session, SMALL, 3, **_as(True, "0.8", decision={"verdict": "approve", "edit": {"linkedin": "…"}}))
    for left_out in ({"is_sample": True}, {"tags": ["test"]}, {"erased_at": AT}, {"archived_at": AT}):
        await _run(session, SMALL, 4, **_as(False, "0.1", **left_out))
    await _run(session, SMALL, 5, **_as(None, None))
    assert await service.measure(session) == 1
    (kept,) = await routing.measured_rows(session)
    assert (kept.model, kept.task_type, kept.complexity, kept.n) == (SMALL, "write:post", "MEDIUM", 3)
    assert round(kept.total, 6) == round((1 + 0.9) / 2 + (0 + 0.5) / 2 + (0.7 + 0.8) / 2, 6)
    assert kept.parts == {"decided": 3, "approved": 2, "scored": 3, "score": 2.2, "edited": 1}


async def test_what_a_model_said_as_a_judge_is_no_outcome_and_moves_none(session: AsyncSession) -> None:
    rules = {"execution_result": {"quality_by_rules": 0.7}}
    await _run(session, SMALL, 1, **_as(True, "0.9", decision={"verdict": "approve", "edit": None}, **rules))
    judge = {"role": "judge", "scope": "judge:linkedin:1", "routed": {**ROUTED, "task_type": "judge"}}
    await _run(session, LARGE, 1, call=judge, **_as(True, "0.9"))
    assert await service.measure(session) == 1
    (kept,) = await routing.measured_rows(session)
    assert (kept.model, round(kept.total, 6)) == (SMALL, (1 + 0.7) / 2)


async def test_what_was_measured_moves_the_next_choice(database: Database) -> None:
    setting = f"{LARGE},{SMALL}"
    assert str((await routing.decide(POST, setting)).targets[0]) == LARGE
    async with db.transaction() as session:
        for number in range(120):
            await _run(session, SMALL, number, **_as(True, "0.97"))
            await _run(session, LARGE, number, **_as(number % 10 != 0, "0.95"))
        await service.measure(session)
    routed = await routing.decide(POST, setting)
    assert [str(target) for target in routed.targets] == [SMALL, LARGE, "offline"]
    assert routed.record["rule"] == "measured_cheaper"
    assert "over 120" in routed.record["why"]
    assert str((await routing.decide(POST, setting, in_turn=True)).targets[0]) == LARGE


async def test_two_who_measure_at_once_wait_for_each_other(database: Database) -> None:
    async with db.transaction() as session:
        for number in range(3):
            await _run(session, SMALL, number, **_as(True, "0.9"))

    async def measure() -> int:
        async with db.transaction() as session:
            return await service.measure(session)

    assert await asyncio.gather(*(measure() for _ in range(4))) == [1, 1, 1, 1]
    async with db.reading() as session:
        assert [row.n for row in await routing.measured_rows(session)] == [3]


async def test_a_call_that_says_no_complexity_keeps_nothing_from_being_measured(session: AsyncSession) -> None:
    for number in range(foretell.ENOUGH):
        await _run(session, SMALL, number, **_as(True, "0.9"))
    await _run(session, SMALL, 1, call={"routed": {"task_type": "write:post"}}, **_as(True, "0.9"))
    assert await service.measure(session) == 1


async def test_a_call_without_a_price_and_a_failure_make_no_saving(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COFOUNDER_MODEL", f"{LARGE},{SMALL},openai-compatible:own")
    settings.cache_clear()
    asked = (
        (SMALL, "failed", "0.10", "counted"),
        ("tuned:writer", "answered", "0.10", "counted"),  # its price was that of the model that served it
        ("openai-compatible:own", "answered", "0", "not_known"),
        (LARGE, "failed", "1.00", "estimated"),
    )
    async with db.transaction() as session:
        for number, (model, state, paid, rests) in enumerate(asked):
            values = {"tokens_in": 10_000, "tokens_out": 1_000, "cost_usd": Decimal(paid), "state": state}
            values["answer"] = {"cost_is": rests}
            await session.execute(insert(ModelCall).values(**_call(new_id(), number, model) | values))
    async with db.reading() as session:
        found = await showing.saved(session, days=3650, margin=0.05)
    monkeypatch.undo()
    settings.cache_clear()
    assert (found.strongest, found.calls, found.unpriced_calls) == (LARGE, 4, 1)
    each = prices.cost(of_row(LARGE), 10_000, 1_000)
    assert each is not None
    assert found.always_strongest_usd == pytest.approx(2 * float(each))  # its own failure, and the one priced answer
    assert found.saved_usd == pytest.approx(2 * float(each) - 1.2)


async def test_of_models_at_one_price_the_one_that_is_named_first_is_the_strongest(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COFOUNDER_MODEL", "openai-compatible:good,openai-compatible:fair,openai-compatible:poor")
    monkeypatch.setenv("COFOUNDER_MODEL_PRICES", "openai-compatible:*=2/8")
    settings.cache_clear()
    async with db.reading() as session:
        found = await showing.saved(session, days=30, margin=0.05)
    monkeypatch.undo()
    settings.cache_clear()
    assert (found.strongest, found.cheapest) == ("openai-compatible:good", "offline")


def test_a_few_outcomes_alike_are_shown_with_a_wide_interval() -> None:
    few, many = showing._spread(2, 2.0, 2.0), showing._spread(400, 400.0, 400.0)
    assert few > 0.2
    assert many < 0.01


async def test_each_model_says_which_jobs_begin_with_it(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COFOUNDER_MODEL", f"{LARGE},{SMALL}")
    settings.cache_clear()
    async with db.reading() as session:
        found = {one.model: one.begins for one in (await showing.shown(session)).models}
        monkeypatch.setenv("COFOUNDER_MODEL_ROUTING", "in_turn")
        settings.cache_clear()
        in_turn = {one.model: one.begins for one in (await showing.shown(session)).models}
    monkeypatch.undo()
    settings.cache_clear()
    assert found == {LARGE: ["MEDIUM", "COMPLEX", "CRITICAL"], SMALL: ["SIMPLE"], "offline": []}
    assert in_turn == {LARGE: ["SIMPLE", "MEDIUM", "COMPLEX", "CRITICAL"], SMALL: [], "offline": []}


async def test_answers_that_could_not_be_used_count_against_a_model_and_a_server_that_was_away_does_not(
    session: AsyncSession,
) -> None:
    for number, error in enumerate(("malformed answer: no text", "unusable: the text is empty", "no answer in time")):
        await _run(session, SMALL, number, call={"state": "failed", "error": error}, **_as(True, "0.9"))
    assert await service.measure(session) == 1
    (kept,) = await routing.measured_rows(session)
    assert (kept.n, kept.total) == (2, 0)
    assert kept.parts == {"decided": 0, "approved": 0, "scored": 0, "score": 0, "edited": 0}
    assert await queries.outcomes(session, AT, AT + timedelta(days=1), [], 10) == []
