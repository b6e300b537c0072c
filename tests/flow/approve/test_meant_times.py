"""A task that is meant for a time: what is approved is scheduled for it, unless who decides says another; and it may expire."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from cofounder.business.records import service as records
from cofounder.channels import senders
from cofounder.channels.senders import Account, x
from cofounder.channels.senders.books import Quota
from cofounder.flow.approve import expiring, service
from cofounder.flow.approve.errors import NotPending
from cofounder.flow.approve.schemas import Decision
from cofounder.flow.publish import service as publications  # which keeps a place for what is scheduled
from cofounder.flow.request import service as requests
from cofounder.flow.request.schemas import ProcessIn
from cofounder.flow.request.service import TimePassed
from cofounder.kit.clock import frozen, now
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from cofounder.people import LOCAL_OWNER
from tests.flow.approve.rounds import decide
from tests.flow.waiting import ready

del publications
SOON = timedelta(days=2)


async def meant(*channels: str, **times: object):
    async with transaction() as session:
        id = await ready(session, *channels, judged="x" not in channels)
        await records.update_task(session, id, **times)
        return id


async def test_what_is_approved_is_scheduled_for_the_time_that_was_asked_for(database: Database) -> None:
    at = now() + SOON
    id = await meant("linkedin", publish_at=at)
    async with transaction() as session:
        await service.open_round(session, id)
        assert (await service.view(session, id)).publish_at == at
        said = await decide(session, id, approved=True)
        assert [one.schedule_at for one in said.publications] == [at]
        rows = (await session.execute(text("SELECT state, scheduled_at FROM publications"))).all()
        assert [tuple(row) for row in rows] == [("scheduled", at)]


async def test_who_decides_may_say_another_time_or_at_once(database: Database) -> None:
    at, other = now() + SOON, now() + SOON * 2
    for said, expected in (({"schedule_at": other}, other), ({"schedule_at": None}, None)):
        id = await meant("linkedin", publish_at=at)
        async with transaction() as session:
            await service.open_round(session, id)
            made = await decide(session, id, approved=True, **said)
            assert [one.schedule_at for one in made.publications] == [expected]


async def test_a_time_that_passed_before_the_decision_is_no_time_any_more(database: Database) -> None:
    id = await meant("linkedin", publish_at=now() - timedelta(minutes=1))
    async with transaction() as session:
        await service.open_round(session, id)
        made = await decide(session, id, approved=True)
        assert [one.schedule_at for one in made.publications] == [None]


async def test_without_approval_it_goes_at_its_time_and_where_there_is_no_room_a_person_decides(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(senders, "route", lambda channel, *_, **__: Account(sender=channel, name="Acme"))
    monkeypatch.setattr(x, "QUOTA", Quota(1, timedelta(days=1), "1 post in a day"))
    at = now() + SOON
    ids = [await meant("x", publish_at=at) for _ in range(2)]
    for id in ids:
        async with transaction() as session:
            await records.update_task(session, id, automatic=True)
            await service.open_round(session, id)
    async with transaction() as session:
        decided = [(await service.view(session, id)).decision for id in ids]
        assert [one and one.by for one in decided] == ["automatic", None]
        assert decided[0] is not None
        assert decided[0].schedule_at == at
        assert [(await records.get_task(session, id)).status for id in ids] == ["approved", "pending_approval"]
        assert await session.scalar(text("SELECT count(*) FROM publications")) == 1


async def test_undecided_by_its_last_moment_it_expires_and_nobody_can_decide_it(database: Database) -> None:
    last = now() + timedelta(hours=1)
    id, other = await meant("linkedin", expires_at=last), await meant("linkedin", expires_at=last)
    for one in (id, other):
        async with transaction() as session:
            await service.open_round(session, one)
    assert await expiring.look() == 0
    async with transaction() as session:
        await decide(session, other, approved=True)
    with frozen(last + timedelta(seconds=1)):
        async with transaction() as session:
            with pytest.raises(NotPending, match="expired"):  # already before anybody swept
                await service.decide(session, Decision(task_id=id, approved=True), by=LOCAL_OWNER)
        assert await expiring.look() == 1
        assert await expiring.look() == 0
    async with transaction() as session:
        assert (await records.get_task(session, id)).status == "expired"
        assert (await records.get_task(session, other)).status == "approved"
        told = "SELECT count(*) FROM audit_log WHERE action = 'task.expired'"
        assert await session.scalar(text(told)) == 1


@pytest.mark.parametrize("field", ["publish_at", "expires_at"])
async def test_a_time_that_has_passed_is_refused_by_its_name(database: Database, field: str) -> None:
    body = ProcessIn.model_validate({"request": "A post", field: now() - timedelta(seconds=1)})
    async with transaction() as session:
        with pytest.raises(TimePassed) as told:
            await requests.submit(session, body, by="otto")
    assert told.value.field == field
