"""What waits for a person: withdrawn where a correction left nothing that speaks for it, decided by one of two."""

import asyncio
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.matching import service
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from tests.business.matching.test_matching import a_loose_reading, a_post


async def _rivals(session: AsyncSession) -> list[service.MatchOut]:
    for season in ("spring", "summer"):
        await a_post(session, f"Brewing guide for {season}", 29)
    await a_loose_reading(session, title="Brewing guide", days_ago=5)
    await service.run(session)
    waiting = (await service.listed(session, state="doubtful")).items
    assert len(waiting) == 2
    return waiting


async def test_a_doubtful_match_goes_with_the_words_that_spoke_for_it(session: AsyncSession) -> None:
    one, other = await _rivals(session)
    await service.decide(session, other.id, confirmed=False, by="ada")
    post = {"id": one.target_id}
    await session.execute(text("UPDATE posts SET title = 'Brewing guide for autumn' WHERE id = :id"), post)
    await service.run(session)
    (match,) = (await service.listed(session, state="doubtful")).items
    assert (match.id, match.target_label) == (one.id, "Brewing guide for autumn"), "it says what the post says now"
    await session.execute(text("UPDATE posts SET title = 'We hire two drivers', content = '' WHERE id = :id"), post)
    assert (await service.run(session)).doubtful == 0
    (kept,) = (await service.listed(session)).items
    assert (kept.id, kept.state) == (other.id, "refused"), "what a person said stays"
    with pytest.raises(service.MatchMissing):
        await service.decide(session, one.id, confirmed=True, by="bob")


async def test_a_doubtful_match_goes_once_its_subject_found_its_place(session: AsyncSession) -> None:
    one, _ = await _rivals(session)
    await session.execute(
        text("UPDATE posts SET url = 'https://x.com/1' WHERE id = :id").bindparams(id=one.target_id),
    )
    await session.execute(text("UPDATE social_post_analytics SET post_url = 'https://x.com/1?utm_source=a'"))
    await service.run(session)
    assert {match.state for match in (await service.listed(session)).items} <= {"sure"}


async def test_of_two_people_who_decide_at_once_the_second_is_told(database: Database) -> None:
    async with transaction() as session:
        one, other = await _rivals(session)

    async def confirm(id: UUID, by: str) -> service.MatchOut | service.MatchDecided:
        try:
            async with transaction() as session:
                return await service.decide(session, id, confirmed=True, by=by, seen="doubtful")
        except service.MatchDecided as told:
            return told

    said = await asyncio.gather(confirm(one.id, "ada"), confirm(other.id, "bob"))
    (won,) = (answer for answer in said if isinstance(answer, service.MatchOut))
    (told,) = (answer for answer in said if isinstance(answer, service.MatchDecided))
    assert told.status == 409
    assert f"decided meanwhile by {won.decided_by}" in told.detail
    async with transaction() as session:
        linked = await session.scalar(text("SELECT post_id FROM social_post_analytics"))
        assert linked == won.target_id
        again = await service.decide(session, won.id, confirmed=True, by="bob", seen="doubtful")
        assert again == won, "both say the same: nothing is in the way"
        loser = other if won.id == one.id else one
        changed = await service.decide(session, loser.id, confirmed=True, by="bob", seen="refused")
        assert changed.decided_by == "bob", "who has read it may decide otherwise"
