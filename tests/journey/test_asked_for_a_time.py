"""A time that stands in the words of a request is the time at which the approved text goes out."""

from datetime import datetime, timedelta

from cofounder.flow.approve import service as approvals
from cofounder.flow.approve.schemas import Decision
from cofounder.flow.publish import showing
from cofounder.kit.clock import today
from cofounder.kit.db import reading, transaction
from cofounder.people import LOCAL_OWNER

from .conftest import MAIN_METRICS, ask, rest


async def test_a_text_asked_for_tomorrow_waits_for_tomorrow_and_is_not_sent_when_it_is_approved(product):
    task = await ask(
        "Schedule a LinkedIn post about our revenue growth for tomorrow at 9", business_metrics=MAIN_METRICS
    )
    await rest(task, "pending_approval")
    at = datetime.combine(today() + timedelta(days=1), datetime.min.time()).replace(hour=9).astimezone()
    async with reading() as session:
        shown = await approvals.view(session, task)
    assert shown.publish_at == at
    assert any("goes out then" in said for said in shown.metadata["assumptions"])
    async with transaction() as session:
        await approvals.decide(session, Decision(task_id=task, approved=True), by=LOCAL_OWNER)
    await rest(task, "approved", "publishing", "completed")
    async with reading() as session:
        (one,) = await showing.publications(session, task)
    assert (one.state, one.scheduled_at) == ("scheduled", at)
