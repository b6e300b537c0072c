"""A company's posts with readings, as rows; questions do better by `effect` on the log of engagement."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewPost, NewReading
from cofounder.flow.learn.patterns import service, settling
from cofounder.flow.learn.patterns.schemas import RunOut
from cofounder.kit.clock import now
from cofounder.kit.ids import new_id


async def publish(
    session: AsyncSession,
    n: int,
    *,
    effect: float,
    seed: int = 1,
    start: datetime | None = None,
    every_hours: float = 6,
    numbered: float = 0.0,
) -> list[UUID]:
    """n posts on LinkedIn, every other with a question, each read after a day and after four.

    With `numbered`, every other has a number too, and a question with one has that much more of an effect.
    """
    random = np.random.default_rng(seed)
    start = start or now() - timedelta(hours=every_hours * n + 24 * 5)
    posts, readings = [], []
    for number in range(n):
        at = start + timedelta(hours=every_hours * number)
        asks = bool(random.random() < 0.5)
        text = "What would you do with one more hour a day?" if asks else "We opened a second office in Leeds."
        counts = bool(numbered) and bool(random.random() < 0.5)
        text = f"{text} It took us 3 years." if counts else text
        engaged = int(random.poisson(np.exp(4 + effect * asks + numbered * (asks and counts) + random.normal(0, 0.4))))
        post = NewPost(id=new_id(), platform="linkedin", content=text, published_at=at, topic="news")
        posts.append(post)
        assert post.id is not None
        readings += [
            NewReading(
                post_id=post.id, platform="linkedin", measured_at=at + timedelta(hours=hours), source="test",
                views=engaged * 30, clicks=round(engaged * share), shares=0, comments=0,
            )
            for hours, share in ((24, 0.5), (96, 1.0))
        ]  # fmt: skip
    await records.add_history(session, [], posts, readings)
    return [post.id for post in posts if post.id is not None]


async def search(session: AsyncSession) -> RunOut:
    """One search from beginning to end, inside the session."""
    from cofounder.flow.learn.patterns import queries

    id = new_id()
    await queries.add_run(session, {"id": id, "state": "queued", "trigger": "person", "n": {}, "created_at": now()})
    read = await settling.read_input(session, id)
    assert read is not None
    given, same = read
    if same:
        await settling.unchanged(session, id, given)
    else:
        found, tested = await settling.look(given)
        await settling.settle(session, id, given, found, tested)
    await session.flush()
    return await service.run_of(session, id)


def conditions(found: Sequence[object]) -> set[tuple[tuple[str, str], ...]]:
    """The conditions of patterns, for comparing."""
    return {tuple((each.feature, each.value) for each in one.conditions) for one in found}  # type: ignore[attr-defined]
