"""A proposal that would do something else than it tells is not approved; what would change nothing asks nobody."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit.clock import now
from cofounder.people.roles import Caller
from cofounder.personas import learning
from cofounder.personas.optimising import optimise
from cofounder.personas.schemas import PersonaIn
from cofounder.personas.tables import OptimisationRun
from tests.personas.posts import weeks_of

GAINS = {"dataNerd": 9.0, "coach": 1.0, "explorer": 0.0}
MARA = Caller(name="Mara", role="approver", kind="person")
PINNED = PersonaIn(override=0.1, reason="Less of it in spring.")


async def proposed(session: AsyncSession, at: datetime) -> OptimisationRun:
    return await optimise(session, as_of=at, by="schedule", mode="propose", policy="log_thompson")


async def drawn(session: AsyncSession) -> dict[str, float]:
    return {one.id: one.probability for one in (await learning.listed(session)).items}


@pytest.mark.parametrize(
    ("voice", "given"), [("dataNerd", PINNED), ("storyteller", PersonaIn(status="disabled")), ("coach", PINNED)]
)
async def test_a_proposal_is_not_approved_once_a_person_has_set_a_voice(
    session: AsyncSession, voice: str, given: PersonaIn
) -> None:
    moment = now()
    await weeks_of(session, moment, GAINS)
    row = await proposed(session, moment)
    assert (await learning.get_run(session, row.id)).outdated is None
    await learning.change(session, voice, given, by=MARA)
    before = await drawn(session)
    with pytest.raises(learning.VoicesChanged):
        await learning.decide(session, row.id, True, by=MARA)
    assert await drawn(session) == before
    told = (await learning.get_run(session, row.id)).outdated
    assert told is not None
    assert (await learning.runs(session, cursor=None, limit=5)).items[0].outdated == told
    again = await proposed(session, moment + timedelta(seconds=1))
    shown = {one.generator: one.newWeight for one in (await learning.get_run(session, again.id)).changes}
    assert voice not in shown  # it stays as it was set
    done = await learning.decide(session, again.id, True, by=MARA)
    assert (done.standing, done.outdated) == ("in use", None)
    after = await drawn(session)
    assert {id: round(after[id], 6) for id in shown} == shown  # what was approved is what is drawn with
    assert {one.generator: one.newWeight for one in done.changes} == shown


async def test_a_voice_set_and_let_go_again_leaves_the_proposal_as_it_was(session: AsyncSession) -> None:
    moment = now()
    await weeks_of(session, moment, GAINS)
    row = await proposed(session, moment)
    await learning.change(session, "dataNerd", PINNED, by=MARA)
    await learning.change(session, "dataNerd", PersonaIn(override=None), by=MARA)
    assert (await learning.decide(session, row.id, True, by=MARA)).standing == "in use"


async def test_weights_rolled_back_since_are_told_and_a_decline_stays_possible(session: AsyncSession) -> None:
    moment = now()
    await weeks_of(session, moment, GAINS)
    first = await optimise(session, as_of=moment, by="test", mode="autonomous", policy="blueprint")
    row = await proposed(session, moment + timedelta(seconds=1))
    await learning.roll_back(session, first.id, by=MARA)
    with pytest.raises(learning.VoicesChanged):
        await learning.decide(session, row.id, True, by=MARA)
    assert (await learning.decide(session, row.id, False, by=MARA)).standing == "declined"


async def test_a_look_that_changes_nothing_proposes_nothing_and_takes_an_older_proposals_place(
    session: AsyncSession,
) -> None:
    moment = now()
    await weeks_of(session, moment, GAINS)
    await optimise(session, as_of=moment, by="test", mode="autonomous", policy="fixed")
    first = await proposed(session, moment + timedelta(seconds=1))
    at = moment + timedelta(seconds=2)
    same = await optimise(session, as_of=at, by="schedule", mode="propose", policy="fixed")
    assert (same.proposed, same.proof, list(same.changes)) == (False, None, [])
    assert (await learning.listed(session)).proposal is None
    assert (await learning.get_run(session, same.id)).standing == "told"
    with pytest.raises(learning.NotProposed):
        await learning.decide(session, same.id, True, by=MARA)
    with pytest.raises(learning.Superseded, match=f"{same.id}, which would change nothing"):
        await learning.decide(session, first.id, True, by=MARA)
