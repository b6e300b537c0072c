"""A look that is made again: what came since changes nothing, and what was deleted since is told."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import clock
from cofounder.kit.ids import new_id
from cofounder.people.roles import Caller
from cofounder.personas import learning, queries
from cofounder.personas.followers import crediting
from cofounder.personas.followers import service as followers
from cofounder.personas.followers.schemas import CorrectionIn, CountIn
from cofounder.personas.optimising import optimise
from cofounder.personas.replaying import NothingToReplay, replay
from tests.personas.posts import post, reading, weeks_of

MARA = Caller(name="Mara", role="approver", kind="person")
GAINS = {"dataNerd": 9.0, "coach": 1.0, "explorer": 0.0}


@pytest.fixture
async def moment(session: AsyncSession) -> datetime:
    return clock.now() - timedelta(days=2)


async def counted(session: AsyncSession, at: datetime, count: int) -> None:
    await followers.count(session, CountIn(platform="x", count=count, counted_at=at), by=MARA)


@pytest.mark.parametrize("policy", ["default", "blueprint", "contextual_log_thompson"])
async def test_what_came_after_a_look_does_not_change_its_replay(
    session: AsyncSession, moment: datetime, policy: str
) -> None:
    await weeks_of(session, moment, GAINS)
    with clock.frozen(moment - timedelta(days=1)):
        await counted(session, moment - timedelta(days=18), 10_050)
    await optimise(session, as_of=moment - timedelta(hours=1), by="test", mode="autonomous", policy="default")
    row = await optimise(session, as_of=moment, by="test", mode="autonomous", policy=policy)
    told = await replay(session, row.id)
    assert (told.same_input, told.same_weights) == (True, True)

    made = await post(session, moment - timedelta(days=12), "explorer")
    await reading(session, made, moment - timedelta(days=8), 90_000)
    await session.execute(text("UPDATE posts SET known_at = now() WHERE id = :id"), {"id": made})
    await counted(session, moment - timedelta(days=20) + timedelta(hours=3), 9_990)
    listed = (await followers.counts(session, channel="x", cursor=None, limit=500)).items
    (typed,) = [one.id for one in listed if one.count == 10_050 and one.id]
    await followers.correct(session, typed, CorrectionIn(count=10_020), by=MARA)
    later = await optimise(session, as_of=moment, by="test", mode="autonomous", policy=policy)
    assert later.input_hash != row.input_hash  # it did change what is known

    books = await followers.balances(session)
    told = await replay(session, row.id)
    assert (told.same_input, told.same_weights) == (True, True)
    assert told.input_hash == row.input_hash
    assert await followers.balances(session) == books  # as they are now again
    assert (await learning.listed(session)).run_id == later.id


async def test_a_replay_tells_that_rows_have_gone(session: AsyncSession, moment: datetime) -> None:
    await weeks_of(session, moment, GAINS)
    row = await optimise(session, as_of=moment, by="test", mode="watch", policy="log_thompson")
    await session.execute(text("DELETE FROM posts WHERE persona = 'dataNerd'"))
    await crediting.credit(session, clock.now())
    told = await replay(session, row.id)
    assert (told.same_input, told.same_weights) == (False, False)
    assert "deleted" in told.told


async def test_only_looks_that_learnt_are_replayed(session: AsyncSession, moment: datetime) -> None:
    row = await optimise(session, as_of=moment, by="test", mode="watch", policy="default")
    assert (await queries.run(session, row.id)) is not None
    with pytest.raises(NothingToReplay):
        await replay(session, row.id)
    with pytest.raises(learning.LookMissing):
        await replay(session, new_id())
