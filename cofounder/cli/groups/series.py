"""series: a request that is asked again and again, for slots to come."""

from collections.abc import Awaitable, Callable
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from cofounder.cli import home, out
from cofounder.cli.options import Json
from cofounder.kit.errors import InputInvalid

if TYPE_CHECKING:
    from cofounder.flow.request.series.schemas import SeriesDetail, SeriesOut

group = typer.Typer(help="Requests that are asked again and again.", no_args_is_help=True)
Which = Annotated[str, typer.Argument(metavar="SERIES", help="Its name, or its id.")]
Day = Annotated[str, typer.Argument(metavar="DAY", help="The slot's day there: 2026-12-25.")]
At = Annotated[str | None, typer.Option("--at", metavar="HH:MM", help="When it goes out, by the clocks of the zone.")]
ZoneName = Annotated[str | None, typer.Option("--zone", help="Time zone, as Europe/Berlin; else this machine's.")]
Channels = Annotated[list[str] | None, typer.Option("--channel", "-c", help="Where to publish; repeat for more.")]
Every = Annotated[
    list[str] | None,
    typer.Option("--every", help="A weekday (repeat for more), or day, week, month.", show_default=False),
]
Lead = Annotated[
    str | None, typer.Option(metavar="TIME", help="So long before its slot each is made: 90m, 12h, 2d. Else 1d.")
]
Late = Annotated[
    str | None, typer.Option(help="keep: what is late still waits; expire: unapproved by its slot it expires.")
]
Count = Annotated[int | None, typer.Option(min=1, help="Make so many, then end.")]
Until = Annotated[str | None, typer.Option(metavar="DAY", help="The last day.")]
Interval = Annotated[int | None, typer.Option(min=1, max=52, help="Every so many days, weeks or months.")]
MonthDay = Annotated[int | None, typer.Option(min=1, max=31, help="Of months; in a shorter one its last day.")]


class EveryUnclear(InputInvalid):
    """This is not how often something comes."""

    hint = "Say --every monday (repeat for more), or --every day, week or month."


class LeadUnclear(InputInvalid):
    """This is no length of time."""

    hint = "For example 90m, 12h or 2d."


class ZoneUnclear(InputInvalid):
    """This machine does not say which time zone it is in."""

    hint = "Say --zone Europe/Berlin, or wherever the slots are meant."


class DayUnclear(InputInvalid):
    """This is no day."""

    hint = "For example 2026-12-25."


def register(app: typer.Typer) -> None:
    app.add_typer(group, name="series")


@group.command("add")
def add(
    request: Annotated[str, typer.Argument(help="What to ask for each time, in plain words.")],
    name: Annotated[str, typer.Option("--name", help="What the series is called.")],
    channel: Channels = None,
    every: Every = None,
    at: At = None,
    zone: ZoneName = None,
    interval: Interval = None,
    month_day: MonthDay = None,
    starts: Annotated[str | None, typer.Option(metavar="DAY", help="Not before this day; else today.")] = None,
    until: Until = None,
    count: Count = None,
    lead: Lead = None,
    late: Late = None,
    persona: Annotated[str | None, typer.Option(help="Always this voice; else each is chosen anew.")] = None,
    json: Json = False,
) -> int:
    """Have something asked again and again; each text waits for approval and goes out at its slot.

    Example: cofounder series add "A post about last week's numbers" --name numbers --every monday --at 09:00 -c linkedin
    """
    given = _given(channel, every, at, zone or _zone_here(), interval, month_day, until, count, lead, late)
    given |= {"request": request, "name": name, "channels": channel or []}
    given |= {"starts_on": _day(starts, "starts")} if starts else {}
    given |= {"persona": persona} if persona else {}
    return home.run(_add(given, json=json))


async def _add(given: dict[str, Any], *, json: bool) -> int:
    from cofounder.flow.request.series import service
    from cofounder.flow.request.series.schemas import SeriesIn
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    body = SeriesIn.model_validate(given)
    async with home.opened(), db.transaction() as session:
        made = await service.create(session, body, by=LOCAL_OWNER)
    return _shown(made, json=json)


@group.command("change")
def change(
    series: Which,
    request: Annotated[str | None, typer.Option("--request", help="What to ask for from now on.")] = None,
    name: Annotated[str | None, typer.Option("--name", help="Another name.")] = None,
    channel: Channels = None,
    every: Every = None,
    at: At = None,
    zone: ZoneName = None,
    interval: Interval = None,
    month_day: MonthDay = None,
    until: Until = None,
    count: Count = None,
    lead: Lead = None,
    late: Late = None,
    json: Json = False,
) -> int:
    """Change what is asked or when, from now on; tasks that were made stay as they are.

    Example: cofounder series change numbers --at 08:30 --lead 2d
    """
    given = _given(channel, every, at, zone, interval, month_day, until, count, lead, late)
    given |= {name: value for name, value in (("request", request), ("name", name)) if value is not None}
    return home.run(_change(series, given, json=json))


async def _change(series: str, given: dict[str, Any], *, json: bool) -> int:
    from cofounder.flow.request.series import service
    from cofounder.flow.request.series.schemas import SeriesChange
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    body = SeriesChange.model_validate(given)
    async with home.opened(), db.transaction() as session:
        made = await service.change(session, await service.find(session, series), body, by=LOCAL_OWNER)
    return _shown(made, json=json)


@group.command("list")
def list_all(json: Json = False) -> int:
    """Every series and what comes next.

    Example: cofounder series list
    """
    return home.run(_list(json=json))


async def _list(*, json: bool) -> int:
    from cofounder.cli.views.grid import table
    from cofounder.flow.request.series import service
    from cofounder.kit import db

    async with home.opened(), db.reading() as session:
        found = await service.listed(session)
    if json:
        out.emit([one.model_dump(mode="json") for one in found])
        return 0
    if not found:
        out.screen().print("No series yet. Begin one with: cofounder series add")
        return 0
    made = table("Series", "When", "Channels", "State", ">Made", "Next")
    for one in found:
        upcoming = f"{one.coming[0].slot_at.astimezone():%Y-%m-%d %H:%M}" if one.coming else "–"
        made.add_row(one.name, one.words, ", ".join(one.channels), one.state, str(one.made), upcoming)
    out.screen().print(made)
    return 0


@group.command("show")
def show(series: Which, json: Json = False) -> int:
    """One series: its next slots, and what became of those before.

    Example: cofounder series show numbers
    """
    return home.run(_show(series, json=json))


async def _show(series: str, *, json: bool) -> int:
    from cofounder.flow.request.series import service
    from cofounder.kit import db

    async with home.opened(), db.reading() as session:
        found = await service.detail(session, await service.find(session, series))
    return _shown(found, json=json)


@group.command("pause")
def pause(series: Which, json: Json = False) -> int:
    """Make nothing until it is resumed.

    Example: cofounder series pause numbers
    """
    return home.run(_act(series, "pause", json=json))


@group.command("resume")
def resume(series: Which, json: Json = False) -> int:
    """Go on with the next slot; those that passed meanwhile are not made up for.

    Example: cofounder series resume numbers
    """
    return home.run(_act(series, "resume", json=json))


@group.command("end")
def end(series: Which, json: Json = False) -> int:
    """End it for good; what it made stays.

    Example: cofounder series end numbers
    """
    return home.run(_act(series, "end", json=json))


@group.command("skip")
def skip(
    series: Which,
    day: Day,
    back: Annotated[bool, typer.Option("--back", help="Take a skipped one back in.")] = False,
    json: Json = False,
) -> int:
    """Leave one slot out.

    Example: cofounder series skip numbers 2026-12-28
    """
    return home.run(_act(series, "unskip" if back else "skip", _day(day, "day"), json=json))


async def _act(series: str, verb: str, *more: date, json: bool) -> int:
    from cofounder.flow.request.series import service
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    act: Callable[..., Awaitable[SeriesOut]] = getattr(service, verb)
    async with home.opened(), db.transaction() as session:
        id: UUID = await service.find(session, series)
        made = await act(session, id, *more, by=LOCAL_OWNER)
    return _shown(made, json=json)


def _given(
    channel: list[str] | None,
    every: list[str] | None,
    at: str | None,
    zone: str | None,
    interval: int | None,
    month_day: int | None,
    until: str | None,
    count: int | None,
    lead: str | None,
    late: str | None,
) -> dict[str, Any]:
    given: dict[str, Any] = {
        "channels": channel or None,
        "at": at,
        "zone": zone,
        "interval": interval,
        "month_day": month_day,
        "ends_on": _day(until, "until") if until else None,
        "count": count,
        "lead_minutes": _minutes(lead) if lead else None,
        "late": late,
        **_often(every or []),
    }
    return {name: value for name, value in given.items() if value is not None}


def _often(every: list[str]) -> dict[str, Any]:
    from cofounder.flow.request.series.slots import WEEKDAYS

    words = [one.strip().lower() for one in every]
    if len(words) == 1 and words[0] in ("day", "week", "month"):
        return {"every": words[0]}
    days = [next((day for day in WEEKDAYS if len(word) > 1 and day.startswith(word)), None) for word in words]
    if None in days:
        raise EveryUnclear(f"{every[days.index(None)]!r} is no weekday.", field="every")
    return {"every": "week", "weekdays": days} if days else {}


def _minutes(lead: str) -> int:
    unit = {"m": 1, "h": 60, "d": 1_440}.get(lead[-1:].lower())
    if unit is None or not lead[:-1].isdecimal():
        raise LeadUnclear(f"{lead!r} is no length of time.", field="lead")
    return int(lead[:-1]) * unit


def _day(given: str, field: str) -> date:
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise DayUnclear(f"{given!r} is no day.", field=field) from error


def _zone_here() -> str:
    """This machine's time zone by its name. Raises ZoneUnclear."""
    import os
    from pathlib import Path

    from cofounder.kit.zones import known_zone

    for name in (os.environ.get("TZ", "").lstrip(":"), str(Path("/etc/localtime").resolve()).partition("zoneinfo/")[2]):
        try:
            if name:
                return known_zone(name)
        except ValueError:
            continue
    raise ZoneUnclear(field="zone")


def _shown(found: "SeriesOut | SeriesDetail", *, json: bool) -> int:
    from zoneinfo import ZoneInfo

    if json:
        out.emit(found.model_dump(mode="json"))
        return 0
    screen = out.screen()
    screen.print(
        f"{found.name}: {found.words}, on {', '.join(found.channels)}. {found.state.capitalize()}.", markup=False
    )
    screen.print(f"“{found.request}”", markup=False, soft_wrap=True)
    zone = ZoneInfo(found.zone)
    if found.coming:
        screen.print(f"To come, by the clocks of {found.zone}:", markup=False)
    for one in found.coming:
        made = f"made {one.makes_at.astimezone(zone):%Y-%m-%d %H:%M}"
        screen.print(
            f"  {one.slot_at.astimezone(zone):%a %Y-%m-%d %H:%M}  {made}  {one.note or ''}".rstrip(), markup=False
        )
    for slot in getattr(found, "occurrences", []):
        became = slot.task_status or slot.state
        screen.print(f"  {slot.day}  {became.replace('_', ' ')}  {slot.task_id or slot.note or ''}", markup=False)
    return 0
