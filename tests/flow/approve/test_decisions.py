"""A decision happens once, and sets everything in motion or nothing."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.flow.approve import service
from cofounder.flow.approve.errors import (
    AlreadyDecided,
    ChannelUnknown,
    ComplianceBlocks,
    EditMisplaced,
    FeedbackMissing,
    KindDiffers,
    NoChannelChosen,
    NotPending,
    OldRound,
    PlanMisplaced,
    ScheduleInPast,
    TextEmpty,
    TextTooLong,
    VerdictMissing,
)
from cofounder.flow.approve.schemas import Decision
from cofounder.kit.clock import now
from cofounder.kit.errors import NotAllowed, NotFound
from cofounder.kit.ids import new_id
from cofounder.people import audit_entries
from tests.flow.approve.rounds import GUARANTEED, decide, enqueued, messages, opened
from tests.flow.waiting import BODIES, OPERATOR, draft, ready


async def test_opening_freezes_the_text_and_lets_the_task_wait(session: AsyncSession) -> None:
    id = await ready(session)
    round = await service.open_round(session, id)
    task = await records.get_task(session, id)
    assert (task.status, task.round, round.round, round.decided) == ("pending_approval", 1, 1, False)


async def test_opening_again_opens_nothing_twice(session: AsyncSession) -> None:
    id = await ready(session)
    assert await service.open_round(session, id) == await service.open_round(session, id)


async def test_the_same_texts_have_the_same_fingerprint_and_one_changed_word_another(session: AsyncSession) -> None:
    one = await service.open_round(session, await ready(session, "linkedin"))
    two = await service.open_round(session, await ready(session, "linkedin"))
    changed = {"linkedin": draft("linkedin", body=BODIES["linkedin"].replace("thank you", "thanks"))}
    other = await service.open_round(session, await ready(session, "linkedin", drafts=changed))
    assert one.fingerprint == two.fingerprint != other.fingerprint


async def test_an_approval_writes_the_decision_wakes_the_task_and_enqueues_each_publication(
    session: AsyncSession,
) -> None:
    id = await opened(session)
    said = await decide(session, id, approved=True, publish_to_channels=["linkedin", "twitter"])
    assert said.status == "approved"
    assert (await records.get_task(session, id)).status == "approved"
    assert [one.channel for one in said.publications] == ["linkedin", "twitter"]
    ((topic, message),) = await messages(session, id)
    assert topic == "decision:1"
    assert message["verdict"] == "approve"
    assert await enqueued(session, "publication") == sorted(str(one.publication_id) for one in said.publications)
    (entry,) = await audit_entries(session, object_id=str(id))
    assert (entry.who, entry.action) == ("key:ann", "task.approved")


async def test_without_a_choice_every_variant_is_published(session: AsyncSession) -> None:
    id = await opened(session)
    assert len((await decide(session, id, approved=True)).publications) == 3


async def test_a_rejection_may_name_no_channel(session: AsyncSession) -> None:
    id = await opened(session)
    assert (await decide(session, id, approved=False, publish_to_channels=[])).status == "rejected"


async def test_a_channel_without_an_account_says_that_it_goes_to_the_outbox(session: AsyncSession) -> None:
    id = await opened(session, "linkedin")
    (planned,) = (await decide(session, id, approved=True)).publications
    assert planned.delivered_by == "outbox"
    assert "LinkedIn" in (planned.note or "")


async def test_the_answer_holds_the_exact_text(session: AsyncSession) -> None:
    id = await opened(session, "linkedin")
    seen = (await service.view(session, id)).channel_variants["linkedin"].exact_text
    assert (await decide(session, id, approved=True)).texts == {"linkedin": seen}


async def test_a_rejection_ends_the_task_and_publishes_nothing(session: AsyncSession) -> None:
    id = await opened(session)
    said = await decide(session, id, approved=False, feedback="Off brand.")
    assert (said.status, said.publications) == ("rejected", [])
    assert await enqueued(session, "publication") == []


async def test_asking_for_changes_sends_the_task_round_again(session: AsyncSession) -> None:
    id = await opened(session)
    said = await decide(session, id, verdict="changes", feedback="Shorter, please.")
    assert said.status == "running"
    ((_, message),) = await messages(session, id)
    assert message["feedback"] == "Shorter, please."
    again = await service.open_round(session, id)
    assert (again.round, again.decided) == (2, False)


async def test_the_verdict_wins_over_approved(session: AsyncSession) -> None:
    id = await opened(session)
    assert (await decide(session, id, approved=True, verdict="reject")).decision.verdict == "reject"


async def test_a_second_decision_is_refused_and_says_who_was_first(session: AsyncSession) -> None:
    id = await opened(session)
    await decide(session, id, approved=True)
    with pytest.raises(AlreadyDecided, match="Approved by the key 'ann'"):
        await decide(session, id, approved=False)


async def test_a_decision_about_an_old_round_is_refused(session: AsyncSession) -> None:
    id = await opened(session)
    await decide(session, id, verdict="changes", feedback="Shorter.")
    await service.open_round(session, id)
    with pytest.raises(OldRound):
        await decide(session, id, approved=True, round=1)


@pytest.mark.parametrize(
    ("said", "error", "field"),
    [
        ({}, VerdictMissing, "approved"),
        ({"verdict": "changes"}, FeedbackMissing, "feedback"),
        ({"verdict": "changes", "feedback": "  "}, FeedbackMissing, "feedback"),
        ({"approved": True, "publish_to_channels": ["linkedin", "myspace"]}, ChannelUnknown, "publish_to_channels.1"),
        ({"approved": True, "publish_to_channels": ["facebook"]}, ChannelUnknown, "publish_to_channels.0"),
        ({"approved": True, "publish_to_channels": []}, NoChannelChosen, "publish_to_channels"),
        ({"approved": True, "kind": "plan"}, KindDiffers, "kind"),
        ({"approved": True, "plan": {"steps": []}}, PlanMisplaced, "plan"),
        ({"approved": False, "edits": {"linkedin": {"body": "x"}}}, EditMisplaced, "edits"),
        ({"approved": True, "edits": {"facebook": {"body": "x"}}}, ChannelUnknown, "edits.facebook"),
        ({"approved": True, "edits": {"x": {"content": "y" * 300}}}, TextTooLong, "edits.x"),
        ({"approved": True, "edits": {"x": {"content": "  "}}}, TextEmpty, "edits.x"),
        ({"approved": True, "edits": {"x": {"content": "\u200b\u2060"}}}, TextEmpty, "edits.x"),
        ({"approved": True, "schedule_at": now() - timedelta(minutes=1)}, ScheduleInPast, "schedule_at"),
        ({"approved": True, "edits": {"linkedin": {"content": GUARANTEED}}}, ComplianceBlocks, "edits.linkedin"),
    ],
)
async def test_bad_input_is_named_and_nothing_is_decided(
    session: AsyncSession, said: dict[str, Any], error: type[Exception], field: str
) -> None:
    id = await opened(session)
    before = await service.view(session, id)
    with pytest.raises(error) as caught:
        async with session.begin_nested():
            await decide(session, id, **said)
    assert caught.value.errors[0]["field"] == field  # type: ignore[attr-defined]
    assert await service.view(session, id) == before
    assert await enqueued(session, "publication") == []


async def test_only_an_approver_decides(session: AsyncSession) -> None:
    id = await opened(session)
    with pytest.raises(NotAllowed):
        await service.decide(session, Decision(task_id=id, approved=True), by=OPERATOR)


async def test_what_does_not_wait_cannot_be_decided(session: AsyncSession) -> None:
    with pytest.raises(NotFound):
        await decide(session, new_id(), approved=True)
    id = await ready(session)
    with pytest.raises(NotPending):
        await decide(session, id, approved=True)
    await service.open_round(session, id)
    await records.update_task(session, id, status="cancelled")
    with pytest.raises(NotPending, match="cancelled"):
        await decide(session, id, approved=True)


async def test_a_text_with_a_forbidden_promise_is_not_published_even_when_approved(session: AsyncSession) -> None:
    id = await opened(session, "linkedin", drafts={"linkedin": draft("linkedin", body=GUARANTEED)})
    with pytest.raises(ComplianceBlocks):
        await decide(session, id, approved=True)


async def test_the_channel_may_be_named_either_way_and_answers_as_the_request_did(session: AsyncSession) -> None:
    id = await opened(session)
    assert list((await service.view(session, id)).channel_variants) == ["linkedin", "twitter", "email"]
    said = await decide(session, id, approved=True, publish_to_channels=["x", "twitter"])
    assert said.decision.channels == ["twitter"]


async def test_the_view_holds_what_a_person_needs(session: AsyncSession) -> None:
    id = await opened(session)
    seen = await service.view(session, id)
    assert seen.main_content.content == BODIES["linkedin"]
    assert seen.metadata["metrics_used"] == {"revenue_monthly": 150_000, "customer_count": 320}
    assert seen.metadata["agents_involved"] == ["financial", "business", "content"]
    assert seen.supporting_materials["narrative"] == "Revenue rose 20%."
    assert seen.similar_content[0]["post_metrics"][0]["views"] == 3200
    assert seen.expected_engagement.value is None
    assert seen.expected_engagement.reason
    assert seen.estimated_reach is None
    assert len(seen.quality_dimensions) >= 7
    assert all(one.evidence for one in seen.quality_dimensions.values())
    x = seen.channel_variants["twitter"]
    assert (x.limit, x.length) == (280, len(BODIES["x"]))
    assert "280" in x.preview


async def test_before_the_first_round_there_is_nothing_to_see(session: AsyncSession) -> None:
    with pytest.raises(NotPending):
        await service.view(session, await ready(session))


async def test_what_waits_is_listed_oldest_first_without_what_was_stopped(session: AsyncSession) -> None:
    first, second, stopped, done = [await opened(session, "linkedin") for _ in range(4)]
    await records.update_task(session, stopped, status="cancelled")
    await decide(session, done, approved=True)
    assert [round.task_id for round in await service.waiting(session)] == [first, second]
