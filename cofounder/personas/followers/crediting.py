"""Divides what was counted among the posts that were seen, interval by interval, again and again the same."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby, pairwise
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.personas.followers import queries
from cofounder.personas.followers.attribution import ALIVE, Alive, divided, rates, seen_between, trusted, won

QUIET = 3  # intervals without posts, below which nobody is expected to come by themselves

Count = tuple[datetime, int]
Interval = tuple[datetime, datetime, int]


class Post(NamedTuple):
    """A post and how often it had been seen by when."""

    published_at: datetime
    id: UUID
    readings: list[tuple[datetime, float]]


@dataclass
class Before:
    """What is known when an interval begins, from those before it alone: late data changes nothing but what follows."""

    gained: float
    shown: float
    quiet: int  # intervals in which no post was seen
    quietly: float  # followers gained in them
    quiet_days: float

    def rate(self, platform: str) -> float:
        """Followers for 1,000 impressions that the channel is known to bring."""
        return round(rates({platform: (self.gained, self.shown)})[platform], 6)

    def a_day(self) -> float:
        """Followers that come by themselves in a day."""
        if self.quiet < QUIET or self.quiet_days <= 0:
            return 0.0
        return round(max(self.quietly / self.quiet_days, 0.0), 6)

    def learn(self, alive: Sequence[Alive[UUID]], credited: float, gain: int, days: float) -> None:
        self.gained += credited
        self.shown += sum(one.impressions for one in alive)
        if not alive:
            self.quiet, self.quietly, self.quiet_days = self.quiet + 1, self.quietly + gain, self.quiet_days + days


async def credit(session: AsyncSession, as_of: datetime, *, known_by: datetime | None = None) -> None:
    """Bring the books of every platform in step with what was counted and read until `as_of`.

    The books follow from the counts and the readings alone. From the first count, and the first day of publishing, that
    are not as they were when the books were made, they are made anew. `known_by` leaves out what was stored later.
    """
    known = {platform: trusted(of) for platform, of in (await counted(session, as_of, known_by)).items()}
    kept = await queries.intervals(session)
    books = {platform: counts for platform, counts in known.items() if len(counts) > 1}
    for platform in kept.keys() - books.keys():  # its counts were withdrawn
        await _bound(session, platform, [], datetime.min.replace(tzinfo=UTC), as_of, known_by)
        await queries.put_basis(session, platform, {})
    if not books:
        return
    since = min(counts[0][0] for counts in books.values()) - ALIVE
    made_of = await queries.bases(session)
    basis = await queries.basis(session, list(books), since=since, as_of=as_of, known_by=known_by)
    for platform, counts in books.items():
        present, past = basis.get(platform, {}), made_of.get(platform, {})
        begins = [*_other_counts(counts, kept.get(platform, [])), *_other_days(present, past)]
        if begins:
            await _bound(session, platform, counts, min(begins), as_of, known_by)
            await queries.put_basis(session, platform, present)


async def counted(session: AsyncSession, as_of: datetime, known_by: datetime | None = None) -> dict[str, list[Count]]:
    """platform -> (when, followers), in the order of time; what is in doubt among them."""
    found = await queries.counts(session, as_of, known_by)
    return {platform: [(one.at, one.followers) for one in of] for platform, of in found.items()}


def _other_counts(counts: Sequence[Count], kept: Sequence[Interval]) -> list[datetime]:
    """From when on the books are not those of the counts; nothing where they are."""
    for at, ((start, before), (end, after)) in enumerate(pairwise(counts)):
        if at >= len(kept) or kept[at] != (start, end, after - before):
            return [min(start, kept[at][0]) if at < len(kept) else start]
    return [kept[len(counts) - 1][0]] if len(kept) >= len(counts) else []


def _other_days(present: Mapping[str, str], past: Mapping[str, str]) -> list[datetime]:
    """The first day whose posts were read otherwise when the books were made; nothing where there is none."""
    days = [day for day in present.keys() | past.keys() if present.get(day) != past.get(day)]
    return [datetime.fromisoformat(min(days)).replace(tzinfo=UTC)] if days else []


async def _bound(
    session: AsyncSession,
    platform: str,
    counts: Sequence[Count],
    begin: datetime,
    as_of: datetime,
    known_by: datetime | None,
) -> None:
    """Make the intervals anew that end after `begin`."""
    await queries.forget_intervals(session, platform, begin)
    wanted = [at for at in range(1, len(counts)) if counts[at][0] > begin]
    if not wanted:
        return
    first = counts[wanted[0] - 1][0]
    rows = await queries.seen(session, platform, since=first - ALIVE, as_of=as_of, known_by=known_by)
    posts = [_post(list(group)) for _, group in groupby(rows, key=lambda row: row.id)]
    published = [one.published_at for one in posts]
    before = Before(**await queries.until(session, platform, first))
    made = []
    for at in wanted:
        (start, was), (end, after) = counts[at - 1], counts[at]
        near = posts[bisect_right(published, start - ALIVE) : bisect_left(published, end)]
        rate, days = before.rate(platform), (end - start) / timedelta(days=1)
        alive = [
            Alive(one.id, shown, rate)
            for one in near
            if (shown := seen_between(one.readings, one.published_at, start, end)) > 0
        ]
        credits, background = divided(after - was, alive, before.a_day() * days, won=won(counts, at))
        before.learn(alive, float(sum(credits.values())), after - was, days)
        values: dict[str, Any] = {"platform": platform, "start_at": start, "end_at": end, "gain": after - was}
        of_posts = [(one.post, credits[one.post], one.impressions) for one in alive]
        made.append(({**values, "background": background, "quiet": not alive}, of_posts))
    await queries.put_intervals(session, made)


def _post(rows: list[queries.Seen]) -> Post:
    return Post(rows[0].published_at, rows[0].id, [(row.measured_at, row.impressions) for row in rows])
