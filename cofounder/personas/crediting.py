"""Divides what was counted among the posts that were seen, interval by interval, again and again the same."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.personas import queries
from cofounder.personas.attribution import ALIVE, Alive, divided, rates, seen_between

ANEW = timedelta(days=30)  # late readings change what lies no further back
QUIET = 3  # intervals without posts, below which nobody is expected to come by themselves

Readings = list[tuple[datetime, float]]


async def credit(session: AsyncSession, as_of: datetime) -> None:
    """Make the books of the last thirty days anew, of every platform whose followers were counted twice.

    The books reach back to the first count. What lies further back stays as it is, until a count there comes, goes or
    is corrected: from the first one that is another, all is made anew, so that nothing between two counts is missing.
    """
    known = await queries.counts(session, as_of)
    kept = await queries.intervals(session)
    since = as_of - ANEW
    quiet = await queries.quiet(session, since)
    priors = rates(await queries.credited(session, since))
    for platform, counts in known.items():
        begin = min(since, _other(counts, kept.get(platform, [])))
        a_day = _a_day(quiet.get(platform))
        await _platform(session, platform, counts, begin, as_of, priors.get(platform, 1.0), a_day)


def _other(counts: Sequence[tuple[datetime, int]], kept: Sequence[tuple[datetime, datetime, int]]) -> datetime:
    """From when on the books are not those of the counts; the end of both where they are."""
    for at, ((start, before), (end, after)) in enumerate(pairwise(counts)):
        if at >= len(kept) or kept[at] != (start, end, after - before):
            return min(start, kept[at][0]) if at < len(kept) else start
    return kept[len(counts) - 1][0] if len(kept) >= len(counts) else counts[-1][0]


async def _platform(
    session: AsyncSession,
    platform: str,
    counts: Sequence[tuple[datetime, int]],
    begin: datetime,
    as_of: datetime,
    rate: float,
    a_day: float,
) -> None:
    await queries.forget_intervals(session, platform, begin)
    wanted = [(start, end) for start, end in pairwise(counts) if end[0] > begin]
    if not wanted:
        return
    rows = await queries.seen(session, platform, since=wanted[0][0][0] - ALIVE, as_of=as_of)
    posts = [_post(list(group)) for _, group in groupby(rows, key=lambda row: row["id"])]
    for (start, before), (end, after) in wanted:
        alive = [
            Alive(id, shown, rate)
            for id, published, readings in posts
            if published < end and published + ALIVE > start
            if (shown := seen_between(readings, published, start, end)) > 0
        ]
        days = (end - start) / timedelta(days=1)
        credits, background = divided(after - before, alive, a_day * days)
        values = {"platform": platform, "start_at": start, "end_at": end, "gain": after - before}
        of_posts = [(one.post, credits[one.post], one.impressions) for one in alive]
        await queries.put_interval(session, {**values, "background": background, "quiet": not alive}, of_posts)


def _post(rows: list[dict[str, Any]]) -> tuple[UUID, datetime, Readings]:
    return rows[0]["id"], rows[0]["published_at"], [(row["measured_at"], row["impressions"]) for row in rows]


def _a_day(quiet: tuple[int, float, float] | None) -> float:
    """Followers that came by themselves in a day, while no post was seen."""
    if quiet is None or quiet[0] < QUIET or quiet[2] <= 0:
        return 0.0
    return max(quiet[1] / quiet[2], 0.0)
