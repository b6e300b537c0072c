"""Patterns of the sample company are not counted as yours."""

from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.learn import service
from cofounder.flow.learn.patterns import service as patterns
from cofounder.flow.learn.patterns.tables import LearningPattern, LearningRun
from cofounder.kit.ids import new_id
from tests.flow.train.data.test_export import put

AT = datetime(2026, 11, 1, tzinfo=UTC)


async def test_what_was_found_in_sample_data_does_not_count_once_there_is_data_of_your_own(
    session: AsyncSession,
) -> None:
    run = LearningRun(id=new_id(), state="succeeded", trigger="person", created_at=AT, is_sample=True)
    session.add(run)
    await session.flush()
    session.add(
        LearningPattern(
            id=new_id(), key="k", metric="engagement", type="topic", conditions=[], sentence="It does.", channels=[],
            n=50, support=20, confidence=0.8, lift=1.4, effect=0.3, mean_with=1.0, mean_without=0.7, p=0.001, q=0.01,
            tested=9, state="active", first_seen=AT, last_estimated=AT, checked_through=AT, is_sample=True, run_id=run.id,
        )
    )  # fmt: skip
    await session.flush()
    await put(session)
    shown = await service.summary(session)
    assert (shown.is_sample, shown.patterns_learned) == (False, 0)
    assert await patterns.learned(session, sample=True) == 1
