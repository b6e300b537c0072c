"""Make, change, pause, end and look at series."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import takewhile
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.channels import UnknownChannel
from cofounder.flow.request import service as requests
from cofounder.flow.request.schemas import Preferences, ProcessIn
from cofounder.flow.request.series import queries, shown, slots
from cofounder.flow.request.series.errors import (
    NoSuchSlot,
    SeriesEmpty,
    SeriesEnded,
    SeriesMissing,
    SeriesNameTaken,
    SeriesUnclear,
    SlotMade,
)
from cofounder.flow.request.series.schemas import (
    OccurrenceOut,
    SeriesChange,
    SeriesDetail,
    SeriesIn,
    SeriesOut,
)
from cofounder.flow.request.series.shown import WISHES
from cofounder.flow.request.series.slots import Slot
from cofounder.flow.request.series.tables import Series
from cofounder.kit import live
from cofounder.kit.clock import now
from cofounder.kit.ids import new_id
from cofounder.kit.versions import require, version_of
from cofounder.people.roles import Caller
from cofounder.people.service import audit

TOPIC = "series"
KEPT_SHOWN = 100  # slots that were
_TIMING = {"every", "interval", "weekdays", "month_day", "at", "zone"}


async def create(session: AsyncSession, said: SeriesIn, *, by: Caller) -> SeriesOut:
    """Begin a series. Raises SeriesNameTaken, SeriesUnclear, SeriesEmpty, UnknownChannel, UnknownPersona."""
    today = now().astimezone(ZoneInfo(said.zone)).date()
    row = Series(
        id=new_id(),
        **said.model_dump(exclude={"at", "starts_on", *WISHES}),
        at=time.fromisoformat(said.at),
        starts_on=said.starts_on or today,
        wishes={name: getattr(said, name) for name in WISHES if getattr(said, name) is not None},
        made=0,
        state="active",
        since=now(),
        created_by=by.who,
        created_at=now(),
    )
    await _check(session, row)
    await queries.add(session, row)
    await plan(session, row)
    if row.next_at is None:
        raise SeriesEmpty(field="ends_on" if row.ends_on else "starts_on")
    await _told(session, row, "series.created", by, {"name": row.name, "when": slots.words(shown.rule_of(row))})
    return await shown.out(session, row)


async def change(
    session: AsyncSession, series_id: UUID, said: SeriesChange, *, by: Caller, if_match: str | None = None
) -> SeriesOut:
    """Change what comes from now on. Raises as `create`, and SeriesMissing, SeriesEnded, OldVersion."""
    row = await _going(session, series_id)
    require(version(await shown.out(session, row)), if_match)
    given = said.model_dump(exclude_unset=True)
    wishes = {name: given.pop(name) for name in WISHES if name in given}
    row.wishes = {name: one for name, one in {**row.wishes, **wishes}.items() if one is not None}
    may_end = {"ends_on", "count", "month_day"}  # null takes these away; of the rest it changes nothing
    changes = {name: one for name, one in given.items() if one is not None or name in may_end}
    if "every" in changes and changes["every"] != row.every:
        changes = {"weekdays": [], "month_day": None, **changes}
    if _TIMING & changes.keys():
        row.since = max(row.since, now())
    for name, value in changes.items():
        setattr(row, name, time.fromisoformat(value) if name == "at" else value)
    await _check(session, row)
    await plan(session, row)
    if row.state == "ended":
        field = "count" if row.count is not None and row.made >= row.count else "ends_on"
        raise SeriesEmpty(field=field, hint="End the series instead, or leave more of it.")
    await _told(session, row, "series.changed", by, {"fields": sorted(said.model_fields_set)})
    return await shown.out(session, row)


def version(read: SeriesOut) -> str:
    """Another one for any other plan; what it made, skipped or paused meanwhile does not count."""
    return version_of(read.model_dump(mode="json", include=set(SeriesIn.model_fields)))


async def pause(session: AsyncSession, series_id: UUID, *, by: Caller) -> SeriesOut:
    """Make nothing until it is resumed; what is made stays. Twice changes nothing. Raises SeriesMissing, SeriesEnded."""
    row = await _going(session, series_id)
    if row.state == "active":
        row.state, row.next_at = "paused", None
        await _told(session, row, "series.paused", by, {})
    return await shown.out(session, row)


async def resume(session: AsyncSession, series_id: UUID, *, by: Caller) -> SeriesOut:
    """Go on with the next slot to come; what passed meanwhile is not made up for. Raises SeriesMissing, SeriesEnded."""
    row = await _going(session, series_id)
    if row.state == "paused":
        row.state, row.since = "active", now()
        await plan(session, row)
        await _told(session, row, "series.resumed", by, {})
    return await shown.out(session, row)


async def end(session: AsyncSession, series_id: UUID, *, by: Caller) -> SeriesOut:
    """Make nothing any more; what is made stays. Raises SeriesMissing."""
    row = await _locked(session, series_id)
    if row.state != "ended":
        row.state, row.next_at = "ended", None
        await _told(session, row, "series.ended", by, {})
    return await shown.out(session, row)


async def skip(session: AsyncSession, series_id: UUID, day: date, *, by: Caller) -> SeriesOut:
    """Leave one slot out. Twice changes nothing. Raises SeriesMissing, SeriesEnded, NoSuchSlot, SlotMade."""
    row = await _going(session, series_id)
    there = await queries.occurrence(session, row.id, day)
    if there is not None and there.state == "made":
        raise SlotMade(f"Its task is {there.task_id}.", field="day")
    if there is None:
        found = _on(row, day)
        if found is None:
            raise NoSuchSlot(f"{row.name} has none on {day}.", field="day")
        note = f"{by.who} left it out."
        await queries.write(
            session, series_id=row.id, day=day, slot_at=found.at, state="skipped", note=note, written_at=now()
        )
        await plan(session, row)
        await _told(session, row, "series.skipped", by, {"day": day.isoformat()})
    return await shown.out(session, row)


async def unskip(session: AsyncSession, series_id: UUID, day: date, *, by: Caller) -> SeriesOut:
    """Take a skipped slot back in, while it is to come. Raises SeriesMissing, SeriesEnded, NoSuchSlot."""
    row = await _going(session, series_id)
    there = await queries.occurrence(session, row.id, day)
    if there is None or there.state != "skipped" or there.slot_at <= now():
        raise NoSuchSlot(f"{row.name} has no skipped one to come on {day}.", field="day")
    await queries.forget(session, row.id, day)
    await plan(session, row)
    await _told(session, row, "series.taken_back", by, {"day": day.isoformat()})
    return await shown.out(session, row)


async def listed(session: AsyncSession, states: Sequence[str] | None = None) -> list[SeriesOut]:
    """Every series, those that go on first."""
    return [await shown.out(session, row) for row in await queries.every(session, states)]


async def detail(session: AsyncSession, series_id: UUID) -> SeriesDetail:
    """One series with what became of its slots. Raises SeriesMissing."""
    row = await _found(session, series_id)
    kept = await queries.latest(session, row.id, KEPT_SHOWN)
    whole = (await shown.out(session, row)).model_dump()
    return SeriesDetail(**whole, occurrences=await shown.occurrences(session, kept, {row.id: row}))


async def find(session: AsyncSession, given: str) -> UUID:
    """The id of a series by its id or its name. Raises SeriesMissing."""
    row = await queries.named(session, given)
    if row is not None:
        return row.id
    try:
        return (await _found(session, UUID(given))).id
    except ValueError as error:
        raise SeriesMissing(f"There is no series {given!r}.", field="series") from error


async def occurrences(session: AsyncSession, since: datetime, until: datetime) -> list[OccurrenceOut]:
    """What became of every series' slots of a time range, and those to come in it, earliest first."""
    rows = {row.id: row for row in await queries.every(session, None)}
    kept = await queries.between(session, since, until, 5_000)
    found = await shown.occurrences(session, kept, rows)
    for row in rows.values():
        coming = takewhile(
            lambda one: one.at < until, await shown.coming(session, row) if row.state == "active" else ()
        )
        found += [shown.to_come(row, one) for one in coming if one.at >= since]
    return sorted(found, key=lambda one: one.slot_at)


def asked(row: Series, *, slot: Slot | None) -> ProcessIn:
    """What one occurrence asks for; `slot` None: it is late, and who approves says when it goes out."""
    at = slot.at if slot else None
    return ProcessIn(
        request=row.request,
        preferences=Preferences(channels=list(row.channels), **row.wishes),
        publish_at=at,
        expires_at=at if row.late == "expire" else None,
    )


async def plan(session: AsyncSession, row: Series) -> None:
    """Note when something is to be made next; a series of which nothing is to come ends."""
    if row.state != "active":
        return
    left = row.count is None or row.made < row.count
    upcoming = next(iter(await shown.coming(session, row)), None) if left else None
    row.next_at = upcoming.at - timedelta(minutes=row.lead_minutes) if upcoming else None
    if upcoming is None:  # it goes on as long as one that is left out could be taken back in
        row.next_at = await _last_skipped(session, row) if left else None
        row.state = "active" if row.next_at else "ended"
    await session.flush()


async def _last_skipped(session: AsyncSession, row: Series) -> datetime | None:
    there = await queries.written(session, row.id, now().date() - timedelta(days=1))
    return max((one.slot_at for one in there.values() if one.state == "skipped" and one.slot_at > now()), default=None)


def _on(row: Series, day: date) -> Slot | None:
    """The slot to come on a day, where the series has one."""
    rule = shown.rule_of(row)
    on = next(slots.days(rule, day), None) == day
    found = slots.slot(rule, day) if on else None
    return found if found is not None and found.at > max(row.since, now()) else None


async def _check(session: AsyncSession, row: Series) -> None:
    if row.weekdays and row.every != "week":
        raise SeriesUnclear(f"It comes every {row.every}.", field="weekdays")
    if row.month_day is not None and row.every != "month":
        raise SeriesUnclear(f"It comes every {row.every}.", field="month_day")
    try:
        await requests.check(session, asked(row, slot=None))
    except (UnknownChannel, requests.UnknownPersona) as error:  # a task's words for it
        field = (error.field or "").removeprefix("preferences.")
        raise type(error)(error.detail, field=field, hint=error.advice) from error
    await queries.take_turn(session)
    with session.no_autoflush:
        other = await queries.named(session, row.name)
    if other is not None and other.id != row.id:
        raise SeriesNameTaken(f"There is already a series named {row.name!r}.", field="name")


async def _found(session: AsyncSession, series_id: UUID) -> Series:
    row = await queries.one(session, series_id)
    if row is None:
        raise SeriesMissing(f"There is no series {series_id}.", field="series_id")
    return row


async def _locked(session: AsyncSession, series_id: UUID) -> Series:
    row = await queries.one(session, series_id, lock=True)
    if row is None:
        raise SeriesMissing(f"There is no series {series_id}.", field="series_id")
    return row


async def _going(session: AsyncSession, series_id: UUID) -> Series:
    row = await _locked(session, series_id)
    if row.state == "ended":
        raise SeriesEnded()
    return row


async def _told(session: AsyncSession, row: Series, action: str, by: Caller, details: dict[str, Any]) -> None:
    await session.flush()
    await audit(session, by.who, action, "series", str(row.id), details)
    live.changed(session, TOPIC, row.id)
