"""What became of a model's answers moves the router; samples, tests and what was erased do not count."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.learn.answers import service
from cofounder.kit import db
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database
from cofounder.models.routing import service as routing
from cofounder.models.routing.complexity import Complexity, Seen
from cofounder.models.tables import ModelCall
from tests.flow.train.data.test_export import put

AT = datetime(2026, 5, 4, tzinfo=UTC)
SMALL, LARGE = "openai:gpt-5-mini", "anthropic:claude-opus-4-1"
POST = Seen("write:post", "a post about coffee", Complexity.MEDIUM)


async def _run(session: AsyncSession, model: str, number: int, **example: Any) -> None:
    """A run whose text one model wrote, asked twice."""
    task_id = new_id()
    await put(session, execution_id=task_id, timestamp=AT, **example)
    for turn in (1, 2):
        routed = {"task_type": "write:post", "complexity": "MEDIUM", "tier": "STANDARD"}
        await session.execute(
            insert(ModelCall).values(
                task_id=task_id,
                scope="step:draft:1",
                number=turn,
                request_hash=f"{number}",
                role="writer",
                model=model,
                state="answered",
                request={"brief": {"request": "Write about coffee. " * (number % 7 + 1)}},
                routed=routed,
                started_at=AT,
            )
        )


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
