"""Counts of followers: written down, read, corrected, withdrawn; and the books that follow from them."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import clock, cursors, live
from cofounder.kit.errors import InputInvalid, NotFound
from cofounder.kit.http import Page
from cofounder.people.roles import Caller
from cofounder.people.service import audit
from cofounder.personas import queries as voices
from cofounder.personas.followers import crediting, queries
from cofounder.personas.followers.attribution import doubted, trusted
from cofounder.personas.followers.schemas import BalanceOut, BooksOut, CorrectionIn, CountIn, CountOut

TOPIC = "personas"
DIVIDED_EVERY = timedelta(hours=6)
_APART = timedelta(minutes=5)  # clocks of two machines
_EVER = timedelta(days=36_500)  # what a clock that ran ahead put later than now must be seen to be put right


class ChannelNotCounted(InputInvalid):
    """There is no such channel."""

    hint = "For example linkedin, x or facebook."


class CountInFuture(InputInvalid):
    """Followers cannot have been counted later than now."""

    hint = "Give the time of the count, or leave it out for now."


class CountMissing(NotFound):
    """There is no count of followers with this id, or it was withdrawn."""

    hint = "See them with: cofounder personas counts"


class NothingCorrected(InputInvalid):
    """Nothing is to be another."""

    hint = "Send count, counted_at or both."


class CountUnknown(InputInvalid):
    """This place in the list is unknown."""

    hint = "Take next_cursor as the last answer gave it, or leave it out."


async def count(session: AsyncSession, given: CountIn, *, by: Caller) -> BooksOut:
    """Write down how many follow a channel, and divide what was gained. The same time again corrects the count. Audited.

    What is typed while only the sample company's posts are there is the sample's, and goes with it.
    Raises ChannelNotCounted and CountInFuture.
    """
    platform = _channel(given.platform)
    at = _past(given.counted_at) or clock.now().replace(microsecond=0)  # so that a person can name it again
    await voices.lock(session)
    sample = await voices.of_sample(session, clock.now())
    id = await queries.put_count(session, platform, at, given.count, by=by.who, is_sample=sample)
    await audit(session, by.who, "followers.counted", "follower_count", str(id), _told(platform, at, given.count))
    return await _made_anew(session, platform, at)


async def correct(session: AsyncSession, id: UUID, given: CorrectionIn, *, by: Caller) -> BooksOut:
    """Put a count right; what it was stays in the log. The books are made anew. Audited.

    Raises CountMissing, NothingCorrected and CountInFuture.
    """
    if given.count is None and given.counted_at is None:
        raise NothingCorrected(field="count")
    at = _past(given.counted_at)
    await voices.lock(session)
    row = await queries.standing(session, id)
    if row is None:
        raise CountMissing()
    at, number = at or row.counted_at, row.count if given.count is None else given.count
    was = _told(row.platform, row.counted_at, row.count)
    await queries.withdraw(session, id, by=by.who)
    new = await queries.put_count(session, row.platform, at, number, by=by.who, is_sample=row.is_sample)
    told = {**_told(row.platform, at, number), "was": was}
    await audit(session, by.who, "followers.corrected", "follower_count", str(new), told)
    return await _made_anew(session, row.platform, at)


async def withdraw(session: AsyncSession, id: UUID, *, by: Caller) -> BooksOut:
    """Take a count back: it was wrong. The books are made anew. Audited. Raises CountMissing."""
    await voices.lock(session)
    row = await queries.standing(session, id)
    if row is None:
        raise CountMissing()
    await queries.withdraw(session, id, by=by.who)
    told = _told(row.platform, row.counted_at, row.count)
    await audit(session, by.who, "followers.withdrawn", "follower_count", str(id), told)
    return await _made_anew(session, row.platform, None)


async def counts(session: AsyncSession, *, channel: str | None, cursor: str | None, limit: int) -> Page[CountOut]:
    """What was counted, the newest first. Raises ChannelNotCounted and CountUnknown."""
    platform = _channel(channel) if channel is not None else None
    begin = cursors.number(cursor, CountUnknown) or 0
    found = []
    for of, counted in (await queries.counts(session, clock.now() + _EVER)).items():
        doubts = doubted([(one.at, one.followers) for one in counted])
        found += [_shown(one, doubts.get(one.at)) for one in counted if platform in (None, of)]
    found.sort(key=lambda one: (one.counted_at, one.platform), reverse=True)
    more = str(begin + limit) if len(found) > begin + limit else None
    return Page[CountOut](items=found[begin : begin + limit], next_cursor=more, total=len(found))


async def counted(session: AsyncSession, platform: str, count: int, *, at: datetime, by: str) -> None:
    """Write down how many followed a channel at a time, as it was read there; gains are divided every few hours."""
    await voices.lock(session)
    await queries.put_count(session, platform, at, count, by=by)
    newest = await queries.newest_interval(session, platform)
    if newest is None or at - newest >= DIVIDED_EVERY:
        await crediting.credit(session, at)
    live.changed(session, TOPIC, platform)


async def counted_by(session: AsyncSession, platform: str) -> str | None:
    """Who wrote down a channel's newest count."""
    return await queries.counted_by(session, platform)


async def around(
    session: AsyncSession, platform: str, *, at: datetime, until: datetime
) -> tuple[tuple[datetime, int] | None, tuple[datetime, int] | None]:
    """(the channel's last count at or before a time, its first at `until` or later, else its last after that time)."""
    known = trusted((await crediting.counted(session, clock.now())).get(platform, []))
    before = [one for one in known if one[0] <= at]
    after = [one for one in known if one[0] > at]
    ended = next((one for one in after if one[0] >= until), after[-1] if after else None)
    return before[-1] if before else None, ended


async def balances(session: AsyncSession) -> list[BalanceOut]:
    """What was counted of each channel, and whose it is."""
    return [BalanceOut(**row) for row in await queries.balance(session)]


async def doubts(session: AsyncSession, as_of: datetime) -> list[tuple[str, datetime, str]]:
    """(channel, time, why) of every count that is in doubt."""
    known = await crediting.counted(session, as_of)
    return [(platform, at, why) for platform, of in known.items() for at, why in doubted(of).items()]


async def _made_anew(session: AsyncSession, platform: str, at: datetime | None) -> BooksOut:
    moment = clock.now()
    await crediting.credit(session, moment)
    live.changed(session, TOPIC, platform)
    found = await balances(session)
    why = doubted((await crediting.counted(session, moment + _APART)).get(platform, [])).get(at) if at else None
    return BooksOut(items=found, next_cursor=None, total=len(found), doubt=_doubt(why))


def _channel(name: str) -> str:
    from cofounder.channels.naming import canonical

    platform = canonical(name)
    if platform is None:
        raise ChannelNotCounted(f"There is no channel {name!r}.", field="platform")
    return platform


def _past(at: datetime | None) -> datetime | None:
    if at is not None and at > clock.now() + _APART:
        raise CountInFuture(field="counted_at")
    return at


def _told(platform: str, at: datetime, count: int) -> dict[str, object]:
    return {"platform": platform, "counted_at": clock.stamp(at), "count": count}


def _shown(one: queries.Counted, why: str | None) -> CountOut:
    return CountOut(
        id=one.id,
        platform=one.platform,
        counted_at=one.at,
        count=one.followers,
        said_by=one.said_by,
        said_at=one.said_at,
        doubt=_doubt(why),
    )


def _doubt(why: str | None) -> str | None:
    return f"In doubt: {why}. It counts when the next count is near it." if why else None
