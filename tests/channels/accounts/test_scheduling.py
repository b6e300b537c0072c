"""A time for what is approved: room for it is counted when it is given, also for two at once, and it can be moved."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from cofounder.channels.accounts.errors import AccountUnfit, ScheduleAfterExpiry
from cofounder.channels.accounts.providers import linkedin
from cofounder.channels.senders import x
from cofounder.channels.senders.books import Quota
from cofounder.flow.approve import service as approvals
from cofounder.flow.approve.errors import ScheduleInPast
from cofounder.flow.approve.schemas import Decision, DecisionOut
from cofounder.flow.publish import clashes, moving, service, settling, showing
from cofounder.flow.publish.errors import MovedMeanwhile, TooLateToMove
from cofounder.flow.publish.schemas import PublicationOut, RescheduleIn
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.errors import CofounderError
from cofounder.kit.testing import Database, until
from tests.channels.accounts.test_signing_in import signed_in
from tests.channels.accounts.world import World
from tests.flow.publish.standing import approved, of, settled
from tests.flow.waiting import APPROVER, ready


async def opened() -> UUID:
    async with transaction() as session:
        id = await ready(session, "x", judged=False)
        await approvals.open_round(session, id)
        return id


async def decide(id: UUID, at: datetime) -> DecisionOut:
    async with transaction() as session:
        return await approvals.decide(session, Decision(task_id=id, approved=True, schedule_at=at), by=APPROVER)


async def move(id: UUID, at: datetime | None, **more: Any) -> PublicationOut:
    async with transaction() as session:
        return await moving.reschedule(session, id, RescheduleIn(schedule_at=at, **more), by=APPROVER)


@pytest.fixture
def two_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(x, "QUOTA", Quota(2, timedelta(days=1), "2 posts in a day"))


async def test_decisions_at_the_same_moment_never_pass_a_quota_together(world: World, two_a_day: None) -> None:
    await signed_in(world, "x")
    at = now() + timedelta(days=2)
    waiting = [await opened() for _ in range(6)]
    said = await asyncio.gather(*(decide(id, at) for id in waiting), return_exceptions=True)
    took = [one for one in said if isinstance(one, DecisionOut)]
    refused = [one for one in said if isinstance(one, AccountUnfit)]
    assert (len(took), len(refused)) == (2, 4)
    assert {one.field for one in refused} == {"schedule_at"}
    async with transaction() as session:
        rows = await session.execute(text("SELECT state, scheduled_at FROM publications"))
        assert [tuple(row) for row in rows] == [("scheduled", at)] * 2
        open_still = await session.scalar(text("SELECT count(*) FROM approvals WHERE decided_at IS NULL"))
        assert open_still == 4  # who was refused can choose another time


async def test_moving_counts_for_the_quota_too_but_never_against_itself(world: World, two_a_day: None) -> None:
    await signed_in(world, "x")
    at = now() + timedelta(days=2)
    for _ in range(2):
        await decide(await opened(), at)
    late = (await decide(await opened(), at + timedelta(days=3))).publications[0].publication_id
    with pytest.raises(AccountUnfit, match="2 by @acme stand around"):
        await move(late, at + timedelta(hours=1))
    assert (await of_one(late)).scheduled_at == at + timedelta(days=3)
    assert (await move(late, at + timedelta(days=3, hours=1))).scheduled_at == at + timedelta(days=3, hours=1)


async def test_a_move_as_it_was_read_never_overwrites_somebody_elses(world: World) -> None:
    await signed_in(world, "x")
    at = now().replace(microsecond=0) + timedelta(days=2)
    id = (await decide(await opened(), at)).publications[0].publication_id
    mine = at + timedelta(days=1)
    await move(id, mine, expected_schedule_at=at)
    theirs = at + timedelta(days=5)
    await move(id, theirs)  # who does not say what they read moves it all the same
    with pytest.raises(MovedMeanwhile, match=f"{theirs:%Y-%m-%d %H:%M} UTC"):
        await move(id, at, expected_schedule_at=mine)
    with pytest.raises(MovedMeanwhile):
        await move(id, at, expected_schedule_at=None)
    assert (await of_one(id)).scheduled_at == theirs


async def of_one(id: UUID) -> PublicationOut:
    async with transaction() as session:
        return await showing.one(session, id)


async def test_what_waits_goes_out_at_the_time_it_was_moved_to_and_not_before(
    world: World, engine_running: Database
) -> None:
    said = await approved("linkedin", schedule_at=now() + timedelta(days=2))
    (one,) = await of(said.task_id)
    assert one.actions == ["cancel", "reschedule"]
    soon = now() + timedelta(seconds=2)
    await move(one.publication_id, soon)
    await until(settled(said.task_id), within=120)
    (one,) = await of(said.task_id)
    assert one.state == "published"
    assert one.attempted_at is not None
    assert one.attempted_at >= soon
    with pytest.raises(TooLateToMove, match="published"):
        await move(one.publication_id, now() + timedelta(days=1))


async def test_what_was_moved_to_later_is_not_sent_at_its_old_time(world: World, engine_running: Database) -> None:
    said = await approved("linkedin", due_in=timedelta(seconds=10))
    (one,) = await of(said.task_id)
    old = one.scheduled_at
    assert old is not None
    await move(one.publication_id, now() + timedelta(days=3))
    await until(lambda: now() > old + timedelta(seconds=1))
    assert (await of_one(one.publication_id)).state == "scheduled"
    async with transaction() as session:
        assert await service.attempt(session, one.publication_id) is None  # nor by a worker that looked before the move
    await move(one.publication_id, None)
    await until(settled(said.task_id, ("published",)), within=120)


@pytest.mark.parametrize(("days", "error"), [(-1, ScheduleInPast), (90, ScheduleAfterExpiry)])
async def test_a_time_that_cannot_be_is_refused_and_the_old_one_stays(
    world: World, days: int, error: type[CofounderError]
) -> None:
    await signed_in(world, "linkedin")  # for sixty days
    at = now() + timedelta(days=2)
    async with transaction() as session:
        id = await ready(session, "linkedin")
        await approvals.open_round(session, id)
    one = (await decide(id, at)).publications[0]
    with pytest.raises(error) as told:
        await move(one.publication_id, now() + timedelta(days=days))
    assert told.value.field == "schedule_at"
    assert (await of_one(one.publication_id)).scheduled_at == at


@pytest.mark.parametrize("expires", [None, linkedin.API_VERSION_ENDS + timedelta(days=90)])
async def test_a_time_past_the_end_of_the_version_that_is_spoken_is_refused_and_told_of_what_waits(
    world: World, expires: datetime | None
) -> None:
    row = await signed_in(world, "linkedin")
    ends = linkedin.API_VERSION_ENDS
    async with transaction() as session:
        changed = "UPDATE accounts SET sign_in_expires_at = :at WHERE id = :id"
        await session.execute(text(changed), {"at": expires, "id": row.id})
    async with transaction() as session:
        id = await ready(session, "linkedin")
        await approvals.open_round(session, id)
    with pytest.raises(ScheduleAfterExpiry, match=f"{linkedin.API_VERSION}.*ends on {ends:%Y-%m-%d}") as told:
        await decide(id, ends)
    assert told.value.field == "schedule_at"
    assert "update Cofounder" in told.value.advice
    one = (await decide(id, ends - timedelta(minutes=1))).publications[0]
    with pytest.raises(ScheduleAfterExpiry):
        await move(one.publication_id, ends + timedelta(days=15))
    late = ends + timedelta(days=15)
    async with transaction() as session:  # as one that was planned before such a time was refused
        changed = "UPDATE publications SET scheduled_at = :at WHERE id = :id"
        await session.execute(text(changed), {"at": late, "id": one.publication_id})
        found = await clashes.between(session, late - timedelta(days=1), late + timedelta(days=1))
    assert [(each.kind, each.publication_ids) for each in found] == [("account", [one.publication_id])]
    assert f"{linkedin.API_VERSION} of LinkedIn's API ends before, on {ends:%Y-%m-%d}" in found[0].told


async def test_what_was_cancelled_stays_cancelled(world: World, engine_running: Database) -> None:
    said = await approved("linkedin", schedule_at=now() + timedelta(days=2))
    (one,) = await of(said.task_id)
    async with transaction() as session:
        await settling.cancel(session, one.publication_id, by=APPROVER)
    with pytest.raises(TooLateToMove, match="cancelled"):
        await move(one.publication_id, now() + timedelta(days=1))
