"""The main job, from a sentence to an approved publication and a training example."""

import hashlib
from pathlib import Path

from cofounder.business.records import service as records
from cofounder.flow.approve import service as approvals
from cofounder.flow.approve.schemas import Decision
from cofounder.flow.learn import service as learning
from cofounder.flow.publish import showing
from cofounder.flow.run import service as runs
from cofounder.kit.db import transaction
from cofounder.models.brief import Brief, Draft
from cofounder.models.figures import trace
from cofounder.people import LOCAL_OWNER

from .conftest import MAIN_METRICS, MAIN_PREFERENCES, MAIN_REQUEST, ask, rest


async def approved(task_id, **decision):
    async with transaction() as session:
        body = Decision(task_id=task_id, approved=True, **decision)
        return await approvals.decide(session, body, by=LOCAL_OWNER)


async def test_a_request_becomes_a_judged_text_per_channel_that_holds_only_given_figures(product):
    task_id = await ask(MAIN_REQUEST, business_metrics=MAIN_METRICS, preferences=MAIN_PREFERENCES)
    found = await rest(task_id)
    assert found.status == "pending_approval", found
    done = [step for step in found.steps if step.state == "done"]
    assert len(done) >= 5
    assert len({step.agent for step in done}) >= 3
    assert len([step for step in found.steps if not step.depends_on]) >= 2  # some run side by side
    async with transaction() as session:
        view = await approvals.view(session, task_id)
        variants = await runs.current_variants(session, task_id)
    assert set(view.channel_variants) == {"linkedin", "twitter", "email"}
    assert (view.quality_score or 0) >= 0.85
    assert view.quality_passed
    for channel, variant in variants.items():
        draft, brief = Draft.model_validate(variant.draft), Brief.model_validate(variant.brief)
        mentions = trace(draft.body, brief.facts, period=brief.period)
        assert [m.text for m in mentions if m.kind == "unmatched"] == [], channel
    said = Draft.model_validate(variants["linkedin"].draft).body
    assert "20%" in said or "twenty percent" in said


async def test_what_was_approved_is_what_is_published_byte_for_byte_and_becomes_an_example(product):
    task_id = await ask(MAIN_REQUEST, business_metrics=MAIN_METRICS, preferences=MAIN_PREFERENCES)
    await rest(task_id)
    async with transaction() as session:
        seen = await approvals.view(session, task_id)
        texts = {
            channel: (row.rendered or {})["text"]
            for channel, row in (await runs.current_variants(session, task_id)).items()
        }
    await approved(task_id, fingerprint=seen.fingerprint)
    await rest(task_id, "completed")
    async with transaction() as session:
        published = {one.channel: one for one in await showing.publications(session, task_id)}
        example = await learning.get(session, task_id)
    assert {one.state for one in published.values()} == {"published"}
    sent = Path((published["linkedin"].url or "").removeprefix("file://")).read_bytes()
    assert hashlib.sha256(sent).digest() == hashlib.sha256(texts["linkedin"].encode()).digest()
    assert example is not None
    assert example.user_approval is True
    assert example.training_ready
    assert example.intent == "create_social_content_with_metrics"
    assert "manual_approved" in example.tags
    assert example.business_state["growth_rate"] == 0.2
    async with transaction() as session:
        task = await records.get_task(session, task_id)
    assert float(task.quality_score or 0) >= 0.85
