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

Because = Literal["look", "rolled back", "person", "voice", "experiment"]
ALWAYS = ("look", "rolled back", "person")  # told even where they changed no probability


async def noted(
    session: AsyncSession,
    because: Because,
    *,
    by: str,
    at: datetime | None = None,
    run_id: UUID | None = None,
    persona: str | None = None,
) -> None:
    """Keep what voices are drawn with from now on, in the transaction of what changed it."""
    now = chances(await queries.standing(session))
    if because not in ALWAYS:
        last = await queries.newest_drawing(session)
        if now == (last if last is not None else initial()):
            return
    moment = at or clock.now()
    sample = await queries.of_sample(session, moment)
    row = {"id": new_id(), "at": moment, "because": because, "changed_by": by, "is_sample": sample}
    await queries.put_drawing(session, {**row, "run_id": run_id, "persona": persona, "probabilities": now})


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
    return points
