"""The weights over time are those that voices were drawn with, whoever changed them; a change is made to what was read."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit.clock import now
from cofounder.kit.versions import OldVersion, etag
from cofounder.people.roles import Caller
from cofounder.personas import ROSTER, history, learning
from cofounder.personas.optimising import optimise
from cofounder.personas.own import service as own
from cofounder.personas.own.schemas import VoiceMadeIn
from cofounder.personas.schemas import PersonaIn, PersonaOut
from cofounder.personas.service import drawn_with
from tests.personas.posts import weeks_of

MARA = Caller(name="Mara", role="approver", kind="person")
ADA = Caller(name="Ada", role="approver", kind="person")
GAINS = {"dataNerd": 9.0, "coach": 1.0, "explorer": 0.0}


@pytest.fixture
async def moment(session: AsyncSession) -> datetime:
    return now()


async def coach(session: AsyncSession) -> PersonaOut:
    return next(one for one in (await learning.listed(session)).items if one.id == "coach")


async def test_before_any_change_the_twelve_are_drawn_by_their_first_weights(session: AsyncSession) -> None:
    (only,) = await history.weights(session, days=7)
    assert (only.because, only.changed_by) == ("initial", None)
    assert only.probabilities == await drawn_with(session)


async def test_every_change_by_a_person_is_a_point_with_what_was_drawn_from_then_on(session: AsyncSession) -> None:
    told = []
    for given in (
        PersonaIn(override=0.5, reason="spring"),
        PersonaIn(status="testing"),
        PersonaIn(status="disabled"),
        PersonaIn(status="active", override=None),
    ):
        await learning.change(session, "coach", given, by=MARA)
        told.append(await drawn_with(session))
    initial, *points = await history.weights(session, days=7)
    assert initial.probabilities["coach"] == pytest.approx(0.08)  # as it was, whatever was set since
    assert [one.probabilities for one in points] == told
    assert [one.probabilities.get("coach") for one in points] == [0.5, 0.02, None, pytest.approx(0.08)]
    assert {(one.because, one.changed_by, one.persona) for one in points} == {("person", MARA.who, "coach")}


async def test_a_change_that_is_refused_leaves_no_point(session: AsyncSession) -> None:
    *others, last = ROSTER
    for one in others:
        await learning.change(session, one.id, PersonaIn(status="disabled"), by=MARA)
    before = await history.weights(session, days=7)
    assert len(before) == len(ROSTER)
    with pytest.raises(learning.NobodyLeft):
        await learning.change(session, last.id, PersonaIn(status="disabled"), by=MARA)
    assert (await history.weights(session, days=7))[1:] == before[1:]  # the first is of when the days begin


async def test_a_voice_of_ones_own_is_drawn_from_when_it_was_made_not_before(session: AsyncSession) -> None:
    made = await own.add(session, VoiceMadeIn(name="Our workshop", like="coach", weight=0.5), by=MARA)
    first, last = await history.weights(session, days=7)
    assert made.id not in first.probabilities
    assert last.probabilities == await drawn_with(session)
    assert (last.because, last.persona) == ("voice", made.id)


async def test_a_roll_back_after_a_persons_change_is_told_as_it_is_drawn(
    session: AsyncSession, moment: datetime
) -> None:
    await weeks_of(session, moment, GAINS)
    run = await optimise(session, as_of=moment, by="test", mode="autonomous", policy="log_thompson")
    await learning.change(session, "coach", PersonaIn(override=0.4, reason="spring"), by=MARA)
    await learning.roll_back(session, run.id, by=ADA)
    points = await history.weights(session, days=1)
    assert [one.because for one in points] == ["initial", "look", "person", "rolled back"]
    assert points[-1].probabilities == await drawn_with(session)
    assert points[-1].probabilities["coach"] == pytest.approx(0.4)


async def test_the_first_point_is_what_held_when_the_days_began(session: AsyncSession, moment: datetime) -> None:
    await learning.change(session, "coach", PersonaIn(override=0.4, reason="spring"), by=MARA)
    await session.execute(text("UPDATE persona_drawings SET at = at - interval '30 days'"))
    (only,) = await history.weights(session, days=7)
    assert (only.because, only.probabilities["coach"]) == ("person", 0.4)
    assert abs(only.at - (moment - timedelta(days=7))) < timedelta(minutes=1)


async def test_what_one_approver_set_is_not_undone_by_another_who_read_before_it(session: AsyncSession) -> None:
    read = await coach(session)
    await learning.change(session, "coach", PersonaIn(status="disabled"), by=ADA, if_match=etag(read.version))
    given = PersonaIn(override=0.2, reason="spring")
    with pytest.raises(OldVersion):
        await learning.change(session, "coach", given, by=MARA, if_match=etag(read.version))
    found = await coach(session)
    assert (found.status, found.override, found.changed_by) == ("disabled", None, ADA.who)
    after = await learning.change(session, "coach", given, by=MARA, if_match=etag(found.version))
    assert (after.status, after.override) == ("disabled", 0.2)  # what was not sent stays


async def test_what_is_learnt_meanwhile_is_no_change_of_what_was_read(session: AsyncSession, moment: datetime) -> None:
    read = await coach(session)
    await weeks_of(session, moment, GAINS)
    await optimise(session, as_of=moment, by="test", mode="autonomous", policy="log_thompson")
    assert (await coach(session)).probability != read.probability
    assert (await coach(session)).version == read.version


async def test_the_best_and_worst_of_a_look_are_active_voices_with_enough_posts(
    session: AsyncSession, moment: datetime
) -> None:
    await weeks_of(session, moment, GAINS)
    before = await optimise(session, as_of=moment, by="test", mode="watch", policy="log_thompson")
    assert (before.top_performer, before.bottom_performer) == ("dataNerd", "explorer")
    await learning.change(session, "dataNerd", PersonaIn(status="disabled"), by=MARA)
    without = await optimise(session, as_of=moment, by="test", mode="watch", policy="log_thompson")
    assert (without.top_performer, without.bottom_performer) == ("coach", "explorer")
    for id in ("coach", "explorer"):
        await learning.change(session, id, PersonaIn(status="testing"), by=MARA)
    nobody = await optimise(session, as_of=moment, by="test", mode="watch", policy="log_thompson")
    assert (nobody.top_performer, nobody.bottom_performer) == (None, None)
