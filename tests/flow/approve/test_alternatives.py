"""A second text on request: judged alike, chosen by a person, and the one left becomes the rejected side of a pair."""

from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.approve import alternatives, queries, service
from cofounder.flow.approve.errors import (
    AlreadyDecided,
    ChannelUnknown,
    DraftChanged,
    EnoughOffered,
    VersionUnknown,
)
from cofounder.flow.approve.schemas import ApprovalOut, Edit
from cofounder.flow.approve.texts import visible_text
from cofounder.flow.run import service as run
from cofounder.kit.db import transaction
from cofounder.kit.errors import NotAllowed
from cofounder.kit.testing import Database
from cofounder.people.roles import Caller
from tests.flow.approve.rounds import decide, opened
from tests.flow.waiting import APPROVER

VIEWER = Caller(name="vera", role="viewer", kind="key")


async def waits(*channels: str) -> UUID:
    async with transaction() as session:
        return await opened(session, *channels)


async def chosen(id: UUID, version: int, seen: str | None = None) -> ApprovalOut:
    async with transaction() as session:
        return await service.choose(session, id, "linkedin", version, seen=seen, by=APPROVER)


async def stored(session: AsyncSession, id: UUID) -> dict[str, list[str]] | None:
    found = await session.scalar(text("SELECT not_chosen FROM decisions WHERE task_id = :id"), {"id": id})
    return None if found is None else dict(found)


async def test_another_text_is_judged_and_kept_beside_the_one_that_waits(database: Database) -> None:
    id = await waits("linkedin", "email")
    async with transaction() as session:
        before = await service.view(session, id)
    found = await service.another(id, "linkedin", by=APPROVER)
    first, second = found.alternatives["linkedin"]
    assert (first.chosen, second.chosen, second.origin) == (True, False, "alternative")
    assert first.content == before.channel_variants["linkedin"].content != second.content
    assert second.quality_score is not None
    assert found.fingerprint == before.fingerprint, "what waits is what waited"
    assert "email" not in found.alternatives


async def test_the_text_that_was_left_is_kept_with_the_decision(database: Database) -> None:
    id = await waits("linkedin")
    found = await service.another(id, "linkedin", by=APPROVER)
    first, second = found.alternatives["linkedin"]
    after = await chosen(id, second.version)
    assert after.fingerprint != found.fingerprint
    assert after.channel_variants["linkedin"].content == second.content
    async with transaction() as session:
        with pytest.raises(DraftChanged):  # who read the first text does not approve the second
            await decide(session, id, verdict="approve", fingerprint=found.fingerprint)
        done = await decide(session, id, verdict="approve", fingerprint=after.fingerprint)
        assert done.decision.not_chosen == {"linkedin": [first.content]}
        assert done.decision.edits == {}, "to choose is not to edit"
        assert await stored(session, id) == {"linkedin": [first.content]}
    with pytest.raises(AlreadyDecided):
        await service.another(id, "linkedin", by=APPROVER)


async def test_the_first_text_may_be_taken_after_all_and_an_edit_is_told_against_what_was_chosen(
    database: Database,
) -> None:
    id = await waits("linkedin")
    first, second = (await service.another(id, "linkedin", by=APPROVER)).alternatives["linkedin"]
    after = await chosen(id, second.version)
    back = await chosen(id, first.version, after.fingerprint)
    assert back.channel_variants["linkedin"].content == first.content
    again = await chosen(id, second.version, back.fingerprint)
    async with transaction() as session:
        edit = {"linkedin": Edit(content=f"{second.content} Come and see.")}
        done = await decide(session, id, verdict="approve", fingerprint=again.fingerprint, edits=edit)
        kept = done.decision.edits["linkedin"]
        assert (kept.before, kept.after) == (second.content, f"{second.content} Come and see.")
        assert done.decision.not_chosen == {"linkedin": [first.content]}


async def test_a_refusal_prefers_nothing(database: Database) -> None:
    id = await waits("linkedin")
    await service.another(id, "linkedin", by=APPROVER)
    async with transaction() as session:
        await decide(session, id, verdict="reject", feedback="Neither")
        assert await stored(session, id) is None


async def test_what_does_not_fit_is_refused_and_leaves_nothing(database: Database) -> None:
    id = await waits("linkedin")
    with pytest.raises(NotAllowed):
        await service.another(id, "linkedin", by=VIEWER)
    with pytest.raises(ChannelUnknown):
        await service.another(id, "email", by=APPROVER)
    with pytest.raises(VersionUnknown):
        await chosen(id, 1)  # nothing was offered
    for _ in range(alternatives.MOST - 1):
        await service.another(id, "linkedin", by=APPROVER)
    with pytest.raises(EnoughOffered):
        await service.another(id, "linkedin", by=APPROVER)
    with pytest.raises(VersionUnknown):
        await chosen(id, 99)
    async with transaction() as session:
        made = [one for one in await run.variants(session, id) if one.origin == "alternative"]
    assert len(made) == alternatives.MOST - 1


async def test_a_text_that_is_there_is_not_written_again(database: Database) -> None:
    id = await waits("linkedin")
    async with transaction() as session:
        approval = await queries.latest(session, id)
        assert approval is not None
        asked = await alternatives.asked(session, approval, "linkedin")
    once = await alternatives.write(asked)
    known = asked.there | {visible_text(once.rendered)}
    other = await alternatives.write(replace(asked, there=known))
    assert visible_text(other.rendered) not in known
