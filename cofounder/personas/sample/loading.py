"""Puts the sample company's notes into the records, looks at them as time goes by, and takes everything out again."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business import sample
from cofounder.business.records import service as records
from cofounder.business.sample import posts as longer
from cofounder.kit import clock
from cofounder.personas import history, optimising, queries
from cofounder.personas.followers import crediting
from cofounder.personas.sample import notes
from cofounder.personas.sample import queries as rows
from cofounder.personas.service import choose

BY = "sample"
POLICY = "default"
LOOKS = (14, 28, 42, 56, 65, 66, 68, 70)  # after so many days of notes
WATCHED = 64  # so many days looks were only told, and notes drawn with the first weights: every voice was heard


async def load(session: AsyncSession, *, today: date, seed: int = 7) -> dict[str, int]:
    """Load the sample company and its notes until yesterday; table name -> sample rows now there.

    Loading again on the same day changes nothing; on a later one the notes and the looks are made anew, so that the
    last week is always one with notes; what people set, ran and looked at meanwhile stays, and acts from then on. Where
    somebody brought posts of their own in beside the sample, it stays as it is. Raises NotEmpty as `business.sample.load` does.
    """
    await queries.lock(session)
    now = datetime.combine(today, time(), UTC)
    looked = await rows.newest_look(session, BY)
    stale = looked is None or looked < now
    if stale and await records.only_sample(session):  # before their tasks may be replaced
        await rows.forget(session, made_by=BY)
        await records.remove_sample_notes(session)
        await crediting.credit(session, clock.now())
    await sample.load(session, today=today, seed=seed)
    if stale and await records.only_sample(session):
        await _live_through(session, notes.days(today), now, seed)
    return await describe(session)


async def remove(session: AsyncSession) -> dict[str, int]:
    """Delete the sample company, and all that was drawn and learnt of it; table name -> rows removed."""
    await queries.lock(session)
    removed = await rows.forget(session)
    removed |= await sample.remove(session)
    await crediting.credit(session, clock.now())
    await history.noted(session, "sample removed", by=BY)  # what somebody set of a voice stays
    return removed


async def describe(session: AsyncSession) -> dict[str, int]:
    """Table name -> sample rows."""
    return await sample.describe(session) | await rows.count(session)


async def _live_through(session: AsyncSession, days: Sequence[date], now: datetime, seed: int) -> None:
    """Day by day as it would have been: voices are drawn as they stood then, and looked at now and then."""
    began = datetime.combine(days[0], time(), UTC)
    following = notes.audiences(longer.history(now.date(), seed), began)
    for begin, end in pairwise((0, *LOOKS)):
        tasks, posts, readings = [], [], []
        for one in (each for day in days[begin:end] for each in notes.planned(day, seed)):
            assert one.task.id is not None
            with clock.frozen(one.asked_at):
                persona = await choose(session, one.task.id, "main", one.context, then=True)
            made, read = notes.published(one, persona, following, now)
            tasks.append(one.task)
            posts += made
            readings += read
        await records.add_history(session, tasks, posts, readings)
        if begin <= LOOKS[0]:  # by the second look the books have rows
            await rows.measure(session)
        ended = datetime.combine(days[end - 1] + timedelta(days=1), time(), UTC)
        mode: optimising.Mode = "watch" if end <= WATCHED else "autonomous"
        with clock.frozen(ended):
            await optimising.optimise(session, as_of=ended, by=BY, mode=mode, policy=POLICY, then=True)
    await history.kept_up(session, by=BY)
