"""With which probability each voice was drawn over time, whatever changed it: a look, a person, an experiment."""

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import clock
from cofounder.kit.ids import new_id
from cofounder.personas import drawing, queries
from cofounder.personas.optimising import chances
from cofounder.personas.roster import ROSTER
from cofounder.personas.schemas import PointOut

Because = Literal["look", "rolled back", "person", "voice", "experiment", "sample removed"]
ALWAYS = ("look", "rolled back", "person")  # told even where they changed no probability


async def noted(
    session: AsyncSession,
    because: Because,
    *,
    by: str,
    at: datetime | None = None,
    run_id: UUID | None = None,
    persona: str | None = None,
    then: bool = False,
) -> None:
    """Keep what voices are drawn with from now on, in the transaction of what changed it; `then`, as they stood then."""
    now = chances(await queries.standing(session, then=then))
    if because not in ALWAYS:
        last = await queries.newest_drawing(session)
        if now == (last if last is not None else initial()):
            return
    moment = at or clock.now()
    sample = await queries.of_sample(session, moment)
    row = {"id": new_id(), "at": moment, "because": because, "changed_by": by, "is_sample": sample}
    await queries.put_drawing(session, {**row, "run_id": run_id, "persona": persona, "probabilities": now})


async def kept_up(session: AsyncSession, *, by: str) -> None:
    """After looks of the past: where a person set something since, tell what voices are drawn with now."""
    standing, moment = await queries.standing(session), clock.now()
    told = await queries.history(session, moment, moment)
    if told and told[-1]["probabilities"] != chances(standing):
        await noted(session, "look", by=by, run_id=standing.run_id)


def initial() -> dict[str, float]:
    """What voices are drawn with before anything changed it: the twelve by their first weights."""
    return drawing.shares([drawing.Drawable(one.id, one.weight, one.status) for one in ROSTER])


async def weights(session: AsyncSession, *, days: int) -> list[PointOut]:
    """The probabilities of every voice over time: what held when these days began, then a point for each change."""
    moment = clock.now()
    since = moment - timedelta(days=days)
    rows = await queries.history(session, since, moment)
    points = [PointOut(**{**row, "at": max(row["at"], since)}) for row in rows]
    if not points or rows[0]["at"] > since:  # nobody changed anything before these days
        first = PointOut(
            at=since, because="initial", changed_by=None, persona=None, run_id=None, probabilities=initial()
        )
        points.insert(0, first)
    return await _with_what_still_acts(session, points, since, moment)


async def _with_what_still_acts(
    session: AsyncSession, points: list[PointOut], since: datetime, until: datetime
) -> list[PointOut]:
    """What a person set in the sample acts beside own posts too, though it was told with what the sample taught."""
    said, last = await queries.last_set(session, until), points[-1]
    if said is None or (said["at"] < last.at and last.because != "initial"):
        return points
    standing = await queries.standing(session)
    drawn = chances(standing)
    if drawn == last.probabilities:
        return points
    point = PointOut(**{**said, "at": max(said["at"], since)}, run_id=standing.run_id, probabilities=drawn)
    return [*(points[:-1] if point.at == last.at else points), point]
