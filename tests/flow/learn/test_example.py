"""One example a task: all that is known, nothing that is not, brought up to date and never doubled."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewPost, NewReading
from cofounder.flow.approve import service as approvals
from cofounder.flow.approve.schemas import Decision, Edit
from cofounder.flow.learn import service
from cofounder.flow.learn.example import next_tags
from cofounder.kit.clock import now
from tests.flow.waiting import APPROVER, BODIES, SIMILAR, STATE, ready


async def decided(session: AsyncSession, *channels: str, task: dict[str, Any] | None = None, **said: Any) -> UUID:
    id = await ready(session, *channels, **(task or {}))
    await approvals.open_round(session, id)
    await approvals.decide(session, Decision(task_id=id, **({"approved": True} | said)), by=APPROVER)
    return id


async def test_an_approved_run_becomes_an_example_with_all_that_is_known(session: AsyncSession) -> None:
    id = await decided(session)
    made = await service.upsert_example(session, id)
    assert made.execution_id == id
    assert made.user_request == "Create a LinkedIn post about our Q4 growth metrics"
    assert made.intent == "create_social_content_with_metrics"
    assert made.business_state == STATE
    assert made.similar_historical_content[0]["quality_score"] == SIMILAR["quality_score"]
    assert made.similar_historical_content[0]["publication_metrics"]["views"] == 3200
    assert made.platform_baseline["linkedin"]["avg_engagement_rate"] == 0.028
    assert made.execution_plan == {
        "steps": 5,
        "agents": ["financial", "business", "content"],
        "estimated_duration": 45,
        "estimated_cost": 0.12,
        "workflow_source": "user_request",
    }
    assert made.plan is not None
    assert made.user_approval is True
    assert made.decision is not None
    assert (made.decision["verdict"], made.decision["by"]) == ("approve", "key:ann")
    assert made.final_text is not None
    assert made.final_text["linkedin"] == BODIES["linkedin"]
    assert set(made.platforms) == {"linkedin", "x", "email"}
    assert (made.persona, made.success, made.training_ready) == ("humanVoice", True, True)
    assert made.tags == ["manual_approved"]
    assert made.post_publication_metrics is None
    assert made.roi_on_cost is None
    assert len(made.quality_dimensions) >= 7


async def test_an_example_is_written_once_however_often_it_is_stored(session: AsyncSession) -> None:
    id = await decided(session)
    first = await service.upsert_example(session, id)
    created = first.created_at
    again = await service.upsert_example(session, id)
    assert await session.scalar(text("SELECT count(*) FROM orchestrator_training_data")) == 1
    assert (again.created_at, again.tags) == (created, ["manual_approved"])


async def test_a_score_comes_back_as_it_was_given(session: AsyncSession) -> None:
    id = await decided(session)
    await records.update_task(session, id, quality_score=Decimal("0.906"))
    made = await service.upsert_example(session, id)
    assert float(made.quality_score or 0) == 0.906
    assert made.execution_result["final_quality_score"] == 0.906


@pytest.mark.parametrize(
    ("score", "high", "low"),
    [("0.85", True, False), ("0.8499", False, False), ("0.7", False, False), ("0.6999", False, True)],
)
async def test_high_and_low_quality_begin_where_they_should(
    session: AsyncSession, score: str, high: bool, low: bool
) -> None:
    id = await decided(session)
    await records.update_task(session, id, quality_score=Decimal(score))
    made = await service.upsert_example(session, id)
    assert (made.is_high_quality, "low_quality" in made.tags) == (high, low)


async def test_a_rejection_is_an_example_too(session: AsyncSession) -> None:
    id = await decided(session, approved=False, feedback="Off brand.")
    made = await service.upsert_example(session, id)
    assert (made.user_approval, made.success, made.tags) == (False, False, [])
    assert made.decision is not None
    assert made.decision["feedback"] == "Off brand."
    assert made.final_text is None


async def test_before_a_decision_it_is_not_ready(session: AsyncSession) -> None:
    id = await ready(session)
    await approvals.open_round(session, id)
    made = await service.upsert_example(session, id)
    assert (made.user_approval, made.training_ready, made.decided_at) == (None, False, None)


async def test_asking_for_changes_is_not_the_last_word(session: AsyncSession) -> None:
    id = await decided(session, approved=None, verdict="changes", feedback="Shorter.")
    made = await service.upsert_example(session, id)
    assert (made.user_approval, made.training_ready) == (None, False)
    await approvals.open_round(session, id)
    await approvals.decide(session, Decision(task_id=id, approved=True), by=APPROVER)
    made = await service.upsert_example(session, id)
    assert made.user_approval is True
    assert made.decision is not None
    assert [one["verdict"] for one in made.decision["rounds"]] == ["changes", "approve"]


async def test_an_edit_is_kept_with_both_sides(session: AsyncSession) -> None:
    words = BODIES["linkedin"].replace("thank you", "thanks a lot")
    id = await decided(session, "linkedin", edits={"linkedin": Edit(body=words)})
    made = await service.upsert_example(session, id)
    assert made.decision is not None
    assert made.decision["edit"]["linkedin"]["before"] == BODIES["linkedin"]
    assert made.final_text == {"linkedin": words}


async def test_an_automatic_decision_is_never_a_persons(session: AsyncSession) -> None:
    id = await ready(session, "linkedin", automatic=True)
    await approvals.open_round(session, id)
    made = await service.upsert_example(session, id)
    assert made.user_approval is None
    assert made.tags == ["test"]
    assert made.decision is not None
    assert made.decision["automatic"] is True


async def test_tags_of_a_person_survive_and_tags_taken_away_stay_away(session: AsyncSession) -> None:
    id = await decided(session)
    await service.upsert_example(session, id)
    await session.execute(text("UPDATE orchestrator_training_data SET tags = ARRAY['production']"))
    made = await service.upsert_example(session, id)
    assert made.tags == ["production"]


async def test_an_excluded_example_is_not_ready(session: AsyncSession) -> None:
    id = await decided(session)
    await service.upsert_example(session, id)
    await session.execute(text("UPDATE orchestrator_training_data SET tags = ARRAY['exclude']"))
    assert (await service.upsert_example(session, id)).training_ready is False


async def test_what_the_world_answers_is_added(session: AsyncSession) -> None:
    id = await decided(session, "linkedin")
    await service.upsert_example(session, id)
    post = await records.add_post(
        session, NewPost(task_id=id, platform="linkedin", content="x", published_at=now() - timedelta(hours=2))
    )
    for hours, views in ((1, 100), (0, 3421)):
        reading = NewReading(
            post_id=post.id,
            platform="linkedin",
            measured_at=now() - timedelta(hours=hours),
            views=views,
            clicks=87,
            shares=12,
            comments=8,
            source="typed",
        )
        await records.add_readings(session, [reading])
    made = await service.upsert_example(session, id)
    assert made.post_publication_metrics is not None
    measured = made.post_publication_metrics["linkedin"]
    assert measured["views"] == 3421
    assert measured["engagement_rate"] == pytest.approx(107 / 3421, abs=1e-6)


async def test_an_analysis_without_a_text_is_stored_and_not_ready(session: AsyncSession) -> None:
    id = await ready(session, "linkedin")
    await session.execute(text("DELETE FROM variants"))
    await records.update_task(session, id, status="completed", completed_at=now(), quality_score=None)
    made = await service.upsert_example(session, id)
    assert (made.success, made.user_approval, made.training_ready, made.final_text) == (True, None, False, None)


async def test_without_a_step_that_read_the_state_the_requests_own_figures_are_it(session: AsyncSession) -> None:
    task = {"business_metrics": {"revenue_monthly": 150000, "previous_month_revenue": 125000, "customer_count": 320}}
    id = await decided(session, "linkedin", task=task)
    await session.execute(text("UPDATE steps SET output = NULL WHERE tool = 'business.state'"))
    made = await service.upsert_example(session, id)
    assert made.business_state["revenue_monthly"] == 150000
    assert made.business_state["growth_rate"] == pytest.approx(0.2)


async def test_waiting_for_a_person_is_not_counted_as_work(session: AsyncSession) -> None:
    start = datetime(2026, 11, 2, 9, tzinfo=UTC)
    id = await ready(session, "linkedin", started_at=start)
    await approvals.open_round(session, id)
    await session.execute(text("UPDATE approvals SET opened_at = :at"), {"at": start + timedelta(seconds=47)})
    await session.flush()
    await approvals.decide(session, Decision(task_id=id, approved=True), by=APPROVER)
    assert (await service.upsert_example(session, id)).seconds == 47


TAGS = st.frozensets(st.sampled_from(["low_quality", "manual_approved", "test"]))


@given(tags=st.lists(st.sampled_from(["production", "low_quality", "test", "mine"])), before=TAGS, after=TAGS)
def test_only_what_the_product_changed_its_mind_about_changes(
    tags: list[str], before: frozenset[str], after: frozenset[str]
) -> None:
    found = next_tags(tags, before, after)
    assert len(found) == len(set(found))
    for tag in set(tags) | before | after:
        if (tag in before) == (tag in after):
            assert (tag in found) == (tag in tags)
        else:
            assert (tag in found) == (tag in after)


async def test_only_what_was_approved_for_a_channel_is_its_final_text(session: AsyncSession) -> None:
    chosen = await decided(session, publish_to_channels=["twitter"])
    assert (await service.upsert_example(session, chosen)).final_text == {"x": BODIES["x"]}
    everywhere = await decided(session)
    assert set((await service.upsert_example(session, everywhere)).final_text or {}) == {"linkedin", "x", "email"}
