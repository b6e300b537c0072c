"""The summary adds up the rows, by whatever it is split; files hold the same; nobody writes through a view."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest
from sqlalchemy import exc, text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business import sample
from cofounder.business.records.schemas import NewPost
from cofounder.business.records.service import add_post
from cofounder.flow.learn import queries
from cofounder.flow.learn import service as learned
from cofounder.flow.learn.performance import service
from cofounder.flow.learn.performance.schemas import Line
from cofounder.flow.learn.performance.views import VIEWS
from cofounder.kit.clock import now, today
from cofounder.kit.ids import new_id
from cofounder.kit.spans import SpanBackwards


async def ran(session: AsyncSession, **changes: Any) -> None:
    row = {
        "execution_id": new_id(), "user_request": "r", "intent": "create_post", "timestamp": now() - timedelta(days=1),
        "business_state": {}, "similar_historical_content": [], "platform_baseline": {},
        "execution_result": {"refinements_needed": 1}, "quality_dimensions": {}, "quality_score": Decimal("0.9"),
        "plan": {"steps": [{"tool": "content.draft"}, {"tool": "compliance.check"}]}, "user_approval": True,
        "cost": Decimal("0.5"), "seconds": 10.0, "success": True, "tags": [], "platforms": ["x", "linkedin"],
        "models": [], "patterns_discovered": [], "business_correlations": {}, "created_at": now(), "updated_at": now(),
    }  # fmt: skip
    await queries.upsert(session, row | changes)


async def step(session: AsyncSession, tool: str, state: str, seconds: float) -> None:
    """A step of the newest example's run."""
    made = """INSERT INTO steps (id, task_id, node, position, tool, agent, state, attempt, depends_on, inputs, cost, seconds)
      SELECT gen_random_uuid(), execution_id, :node, 0, :tool, split_part(:tool, '.', 1), :state, 1, '{}', '{}', 0.1, :seconds
      FROM orchestrator_training_data ORDER BY created_at DESC LIMIT 1"""
    await session.execute(text(made), {"node": new_id().hex, "tool": tool, "state": state, "seconds": seconds})


async def test_splits_add_up_to_what_the_rows_say(session: AsyncSession) -> None:
    await ran(session)
    await ran(session, success=False, user_approval=False, quality_score=Decimal("0.5"), platforms=["x"])
    await ran(session, tags=["test"], cost=Decimal(99))
    await ran(session, is_sample=True, cost=Decimal(99))
    found = await service.performance(session, await learned.summary(session), since=None, until=None, step="day")
    assert (found.total_executions, found.refinements, found.avg_refinements) == (2, 2, 1.0)
    by = {one.name: one for one in found.by_channel}
    assert (by["x"].runs, by["x"].approved, by["x"].rejected, by["x"].approval_rate) == (2, 1, 1, 0.5)
    assert (by["linkedin"].runs, by["linkedin"].avg_quality, by["linkedin"].cost) == (1, 0.9, 0.5)
    assert [one.name for one in found.by_plan] == ["content.draft → compliance.check"]
    assert [(one.runs, one.cost) for one in found.over_time] == [(2, 1.0)]


async def test_agents_and_tools_have_their_own_calls_and_the_quality_of_their_runs(session: AsyncSession) -> None:
    await ran(session)
    await step(session, "content.draft", "done", 2.0)
    await step(session, "content.draft", "failed", 4.0)
    (tool,) = await service.lines(session, "tool")
    assert (tool.name, tool.runs, tool.calls, tool.calls_failed, tool.call_success_rate) == (
        "content.draft",
        1,
        2,
        1,
        0.5,
    )
    assert (tool.avg_seconds, tool.cost, tool.avg_quality) == (3.0, 0.2, 0.9)
    (agent,) = await service.lines(session, "agent")
    assert (agent.name, agent.calls) == ("content", 2)


async def test_a_span_counts_only_its_own_runs_and_one_that_ends_before_it_begins_is_refused(
    session: AsyncSession,
) -> None:
    await ran(session)
    await ran(session, timestamp=now() - timedelta(days=40))
    whole = await learned.summary(session)
    recent = await service.performance(session, whole, since=now() - timedelta(days=7), until=None, step="week")
    assert (whole.total_executions, recent.total_executions, recent.total_cost) == (2, 1, 0.5)
    with pytest.raises(SpanBackwards):
        await service.lines(session, "day", since=now(), until=now() - timedelta(days=1))


async def test_the_files_hold_every_line_and_no_formula(session: AsyncSession) -> None:
    await ran(session, intent="=SUM(A1)")
    rows = list(csv.DictReader(io.StringIO((await service.file(session, "intent", "csv")).decode(), newline="")))
    assert (rows[0]["name"], rows[0]["runs"], rows[0]["calls"]) == ("'=SUM(A1)", "1", "")
    frame = pl.read_parquet(io.BytesIO(await service.file(session, "intent", "parquet")))
    assert frame.columns == list(Line.model_fields)
    assert frame["cost"].to_list() == [0.5]
    assert pl.read_parquet(io.BytesIO(service.as_parquet([]))).schema == frame.schema


@pytest.mark.parametrize("view", sorted(VIEWS))
async def test_views_are_read_and_never_written_through(session: AsyncSession, view: str) -> None:
    await ran(session)
    found = await session.execute(text(f"SELECT * FROM {view}"))
    assert len(found.keys()) > 8
    with pytest.raises(exc.DBAPIError, match="cannot delete from view"):
        await session.execute(text(f"DELETE FROM {view}"))


async def test_runs_of_the_sample_count_while_there_is_nothing_else(session: AsyncSession) -> None:
    await sample.load(session, today=today())
    await ran(session, is_sample=True)
    await ran(session, is_legacy=True, is_sample=True)
    shown = await service.performance(session, await learned.summary(session), since=None, until=None, step="day")
    assert (shown.is_sample, shown.total_executions, shown.by_channel[0].runs) == (True, 1, 1)
    await add_post(session, NewPost(platform="linkedin", content="Our own first words."))
    whole = await learned.summary(session)
    shown = await service.performance(session, whole, since=None, until=None, step="day")
    assert (whole.is_sample, whole.total_executions, shown.by_channel) == (False, 0, [])


@pytest.mark.parametrize("gone", ["archived_at", "erased_at"])
async def test_every_figure_is_of_the_same_runs_when_one_is_put_away_or_erased(
    session: AsyncSession, gone: str
) -> None:
    """An archived run ran and counts everywhere; of an erased one nothing is known, and it counts nowhere."""
    for _ in range(3):
        await ran(session)
    await ran(session, user_approval=False)
    change = f"UPDATE orchestrator_training_data SET {gone} = now() WHERE execution_id = (SELECT execution_id FROM orchestrator_training_data WHERE user_approval LIMIT 1)"
    await session.execute(text(change))
    left, approved = (4, 3) if gone == "archived_at" else (3, 2)
    whole = await learned.summary(session)
    for since in (None, now() - timedelta(days=7)):
        found = await service.performance(session, whole, since=since, until=None, step="day")
        assert (found.total_executions, found.approved, found.rejected) == (left, approved, 1)
        assert found.approval_rate == round(approved / left, 4)
        for split in (found.by_intent, found.by_plan, found.by_persona, found.over_time):
            assert sum(one.runs for one in split) == left
            assert sum(one.approved for one in split) == approved


async def test_a_span_has_its_own_count_of_what_is_ready_to_train(session: AsyncSession) -> None:
    await ran(session, training_ready=True)
    await ran(session, training_ready=True, timestamp=now() - timedelta(days=40))
    whole = await learned.summary(session)
    recent = await service.performance(session, whole, since=now() - timedelta(days=7), until=None, step="week")
    assert (whole.training_ready, recent.training_ready) == (2, 1)
