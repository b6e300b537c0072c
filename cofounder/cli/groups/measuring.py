"""measure: what became of published posts, what is due, and readings that a person types."""

from datetime import UTC, date, datetime, timedelta
from itertools import groupby
from math import floor
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from cofounder.cli import home, out, words
from cofounder.cli.options import Json
from cofounder.cli.times import when
from cofounder.kit.errors import InputInvalid
from cofounder.kit.spans import in_order

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from cofounder.business.derive.books import Books, Figures
    from cofounder.flow.publish.measuring.carrying import Done
    from cofounder.flow.publish.measuring.schemas import (
        MeasurementsOut,
        MeasurementState,
        PublicationMeasuredOut,
        ReadingTypedOut,
    )

Which = Annotated[
    str,
    typer.Argument(
        metavar="PUBLICATION", help="Its id, as `measure list` and `task --json` show it, or its beginning or end."
    ),
]
_SPAN = timedelta(days=90)
_FIRST_DAY = date.min + _SPAN
_FIGURES = ("impressions", "views", "reach", "clicks", "likes", "shares", "comments", "bookmarks")
_WITHOUT = "cofounder measure type PUBLICATION --at TIME --without likes; `measure show` has the times."
group = typer.Typer(help="What became of published posts: read, show, type, books.", no_args_is_help=True)


class DayUnfit(InputInvalid):
    """It is no day."""

    hint = "Write it as 2026-10-31."


class MeasureStateUnknown(InputInvalid):
    """There is no such state."""

    hint = "due, done, missed, gone or not_offered."


class WhichReading(InputInvalid):
    """Nobody can tell which reading is meant."""

    hint = "cofounder measure type PUBLICATION --at TIME --take-away; `measure show` has the times."


class FigureUnknown(InputInvalid):
    """A reading has no such figure."""

    hint = f"{', '.join(_FIGURES[:-1])} or {_FIGURES[-1]}."


class FigureTwice(InputInvalid):
    """A figure is either given or taken out."""

    hint = "Leave one of the two out."


def register(app: typer.Typer) -> None:
    app.add_typer(group, name="measure")


@group.command("run")
def run_now(json: Json = False) -> int:
    """Read what is due now; a worker does so by itself every half minute.

    Example: cofounder measure run
    """
    return home.run(_run(json=json))


async def _run(*, json: bool) -> int:
    from cofounder.flow.publish.measuring import carrying

    async with home.opened():
        done = await carrying.round_of()
    if json:
        out.emit(vars(done))
    else:
        _told(done)
    return out.ENDED_BADLY if done.problems else 0


@group.command("list")
def show_all(
    state: Annotated[
        list[str] | None, typer.Option("--state", "-s", help="due, done, missed, gone or not_offered; may be repeated.")
    ] = None,
    by_hand: Annotated[bool, typer.Option("--by-hand", help="Only what people are asked for.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many.")] = 50,
    json: Json = False,
) -> int:
    """What is due, was read or was missed, and why.

    Example: cofounder measure list --state due --by-hand
    """
    known = ("due", "done", "missed", "gone", "not_offered")
    wrong = next((one for one in state or () if one not in known), None)
    if wrong is not None:
        raise MeasureStateUnknown(f"There is no state {wrong!r}.", field="state")
    return home.run(_list(state, by_hand=True if by_hand else None, limit=limit, json=json))


async def _list(state: Any, *, by_hand: bool | None, limit: int, json: bool) -> int:
    from cofounder.flow.publish.measuring import service
    from cofounder.kit import db

    states: list[MeasurementState] | None = state
    async with home.opened(), db.transaction() as session:
        found = await service.listed(session, states=states, by_hand=by_hand, cursor=None, limit=limit)
    if json:
        out.emit(found.model_dump(mode="json"))
    else:
        _listed(found)
    return 0


@group.command("due")
def due(
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many.")] = 50,
    json: Json = False,
) -> int:
    """What waits for a reading that you type, the longest due first. Texts of the outbox count once they are posted.

    Example: cofounder measure due
    """
    return home.run(_due(limit, json=json))


async def _due(limit: int, *, json: bool) -> int:
    from cofounder.flow.publish.measuring import service
    from cofounder.kit import db

    async with home.opened(), db.transaction() as session:
        found = await service.listed(session, states=["due"], by_hand=True, cursor=None, limit=limit)
    if json:
        out.emit([one.model_dump(mode="json") for one in found.items])
    else:
        _asked(found)
    return 0


@group.command()
def show(publication: Which, json: Json = False) -> int:
    """Readings of one publication over time, those to come, and what was foretold beside what came.

    Example: cofounder measure show 01990f3e-7c1a-7d2e-9b4f-3c2d1e0f9a8b
    """
    return home.run(_show(publication, json=json))


async def _show(publication: str, *, json: bool) -> int:
    from cofounder.flow.publish.measuring import service
    from cofounder.kit import db

    async with home.opened(), db.transaction() as session:
        found = await service.of(session, await _found(session, publication))
    if json:
        out.emit(found.model_dump(mode="json"))
    else:
        _shown(found)
    return 0


@group.command()
def books(
    since: Annotated[
        str | None, typer.Option(metavar="DAY", help="First day; else ninety days before the last.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="DAY", help="Last day; else today.")] = None,
    json: Json = False,
) -> int:
    """What web analytics say of each publication, and what they place nowhere. The parts make the whole.

    Example: cofounder measure books --since 2026-10-01
    """
    return home.run(_books(_day(since, "since"), _day(until, "until"), json=json))


def _day(given: str | None, field: str) -> date | None:
    if given is None:
        return None
    try:
        return date.fromisoformat(given)
    except ValueError as error:
        raise DayUnfit(f"{given!r} is no day.", field=field) from error


async def _books(since: date | None, until: date | None, *, json: bool) -> int:
    from cofounder.business.derive.books import books
    from cofounder.kit import clock, db

    last = until or clock.now().date()
    if since is None and last < _FIRST_DAY:
        raise DayUnfit("There is no day ninety days before it.", field="until")
    in_order(since, last)
    async with home.opened(), db.transaction() as session:
        found = await books(session, as_of=clock.now(), since=since or last - _SPAN, until=last)
    if json:
        out.emit(found.model_dump(mode="json"))
    else:
        _balanced(found)
    return 0


@group.command("type")
def type_in(
    publication: Which,
    impressions: Annotated[int | None, typer.Option(min=0, help="How often it was shown.")] = None,
    views: Annotated[int | None, typer.Option(min=0, help="How often it was seen.")] = None,
    reach: Annotated[int | None, typer.Option(min=0, help="How many people saw it.")] = None,
    clicks: Annotated[int | None, typer.Option(min=0, help="Clicks on its link.")] = None,
    likes: Annotated[int | None, typer.Option(min=0, help="Likes and other reactions.")] = None,
    shares: Annotated[int | None, typer.Option(min=0, help="Shares, reposts and quotes.")] = None,
    comments: Annotated[int | None, typer.Option(min=0, help="Comments and replies.")] = None,
    bookmarks: Annotated[int | None, typer.Option(min=0, help="How often it was saved.")] = None,
    at: Annotated[
        str | None,
        typer.Option(metavar="TIME", help="When you read it (ISO 8601, or as `measure show` says); else now."),
    ] = None,
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without", metavar="FIGURE", help="Take this figure out of what was typed for --at; may be repeated."
        ),
    ] = None,
    take_away: Annotated[
        bool, typer.Option("--take-away", help="Take away what was typed for the minute of --at: a mistake.")
    ] = False,
    json: Json = False,
) -> int:
    """Write down what you read of a post: counters since it went out. The same minute again corrects those given.

    Example: cofounder measure type 01990f3e-7c1a-7d2e-9b4f-3c2d1e0f9a8b --impressions 1840 --likes 32
    """
    values = (impressions, views, reach, clicks, likes, shares, comments, bookmarks)
    given: dict[str, Any] = {name: one for name, one in zip(_FIGURES, values, strict=True) if one is not None}
    moment = when(at.removesuffix(" UTC") + "Z" if at and at.endswith(" UTC") else at, field="at")
    for name in without or ():
        given[_figure(name, given)] = None
    if without and moment is None:
        raise WhichReading("Say of which one, by its time.", field="at", hint=_WITHOUT)
    if take_away:
        if moment is None or given:
            told = "Only one typed reading is taken away, by its time." if given else "Say which one, by its time."
            raise WhichReading(told, field="at")
        return home.run(_take_away(publication, moment, json=json))
    return home.run(_type(publication, given | ({"measured_at": moment} if moment else {}), json=json))


def _figure(name: str, given: dict[str, Any]) -> str:
    """The counter that --without names. Raises FigureUnknown, and FigureTwice for one that is given as well."""
    found = name.strip().lower()
    if found not in _FIGURES:
        raise FigureUnknown(f"There is no figure {name!r}.", field="without")
    if given.get(found) is not None:
        raise FigureTwice(f"{found} {given[found]:,} is given as well.", field="without")
    return found


async def _type(publication: str, given: dict[str, Any], *, json: bool) -> int:
    from cofounder.flow.publish.measuring import service
    from cofounder.flow.publish.measuring.schemas import ReadingIn
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    async with home.opened(), db.transaction() as session:
        meant = await _found(session, publication)
        if None in given.values():
            await service.typed_at(session, meant, given["measured_at"])  # there is one to take figures out of
        made = await service.type_in(session, meant, ReadingIn.model_validate(given), by=LOCAL_OWNER)
    if json:
        out.emit(made.model_dump(mode="json"))
    else:
        _typed(made)
    return 0


async def _take_away(publication: str, at: datetime, *, json: bool) -> int:
    from cofounder.flow.publish.measuring import service
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    async with home.opened(), db.transaction() as session:
        meant = await _found(session, publication)
        id = await service.typed_at(session, meant, at)
        left = await service.take_away(session, meant, id, by=LOCAL_OWNER)
    if json:
        out.emit(left.model_dump(mode="json"))
    else:
        out.screen().print("Taken away. What it answered is asked again.")
    return 0


async def _found(session: "AsyncSession", given: str) -> UUID:
    """The id that a person means: whole, or its beginning or end. Raises PublicationMissing, and InputInvalid where it
    fits more.
    """
    from cofounder.flow.publish.errors import PublicationMissing
    from cofounder.flow.publish.measuring import queries

    try:
        return UUID(given)
    except ValueError:
        found = await queries.publications_like(session, given.lower()) if len(given) >= 4 else []
    if len(found) > 1:
        raise InputInvalid(f"{given!r} fits several publications.", field="publication", hint="Give more of the id.")
    if not found:
        raise PublicationMissing(f"There is no publication {given!r}.", field="publication")
    return found[0]


def _told(done: "Done") -> None:
    screen = out.screen()
    said = f"{words.of(done.read, 'post')} read, {done.gone:,} gone, {words.of(done.missed, 'age')} missed."
    screen.print(said, markup=False)
    for name, why in done.problems.items():
        screen.print(f"{name}: {why}", markup=False)


def _listed(found: "MeasurementsOut") -> None:
    from cofounder.channels import called
    from cofounder.kit.clock import now

    screen = out.screen()
    if found.items:
        for id, ages in groupby(found.items, key=lambda one: one.publication_id):
            of = list(ages)
            name = " ".join((of[0].title or "A text without a title").split())
            screen.print(f"{called(of[0].channel)}: {name[:60]}", markup=False, style="bold")
            screen.print(f"  {id}", markup=False, style="quiet", soft_wrap=True)
            for one in of:
                asked = " (you)" if one.by_hand and one.state == "due" and one.due_at <= now() else ""
                due = _utc(one.due_at)
                said = f": {one.said}" if one.said else ""
                screen.print(f"  {one.age:>5}  {due}  {one.state.replace('_', ' ')}{asked}{said}", markup=False)
    told = found.counts
    screen.print(
        f"Due {told.due:,}, asked of you {told.asked:,}, to come {told.waiting:,}, read {told.done:,}, "
        f"missed {told.missed:,}, gone {told.gone:,}, not offered {told.not_offered:,}."
    )
    for account in found.accounts:
        if account.problem:
            screen.print(f"{account.name} ({account.channel}): {account.problem}", markup=False)
        for note in account.notes:
            screen.print(f"{account.name} ({account.channel}): {note}", markup=False)


def _asked(found: "MeasurementsOut") -> None:
    from cofounder.cli.views.grid import table
    from cofounder.kit.clock import now

    screen = out.screen()
    if not found.items:
        screen.print("No reading is due. Texts of the outbox count once you say where they stand.")
        return
    made = table("Publication", "Channel", "Text", ">Age", ">Overdue")
    made.columns[0].no_wrap = True  # an id is for copying
    for one in found.items:
        hours = (now() - one.due_at).total_seconds() / 3600
        overdue = f"{hours / 24:,.0f} d" if hours >= 48 else f"{hours:,.0f} h"
        made.add_row(str(one.publication_id), one.channel, (one.title or "–")[:40], one.age, overdue)
    screen.print(made)
    screen.print("Type one with: cofounder measure type PUBLICATION --views N --likes N")


def _shown(found: "PublicationMeasuredOut") -> None:
    from cofounder.business.context import predicting

    screen = out.screen()
    if found.note:
        screen.print(found.note, markup=False)
    if found.readings:
        for one in found.readings:  # no table: eight counters and two times have no room in a terminal
            told = [f"{name} {value:,}" for name in _FIGURES if (value := getattr(one, name)) is not None]
            old = "" if one.age_seconds is None else f", {one.age_seconds / 3600:,.1f} h old"
            screen.print(f"{_utc(one.measured_at)}{old}, {one.source}: {', '.join(told)}", markup=False, soft_wrap=True)
        for one in found.readings:
            for note in one.notes:
                screen.print(f"{_utc(one.measured_at)}: {note}", markup=False, soft_wrap=True)
    _brought(found)
    for each in found.ages:
        said = f" {each.said}" if each.said else ""
        state = each.state.replace("_", " ")
        screen.print(f"{each.age}: {state}, due {_utc(each.due_at)}.{said}", markup=False)
    for ahead in found.foretold:
        if ahead.low is None or ahead.high is None:
            continue
        came = "not known yet" if ahead.came is None else _valued(ahead.outcome, ahead.came)
        held = {None: "", True: ", as foretold", False: ", outside of it"}[ahead.held]
        noun = predicting.called_outcome(ahead.outcome)
        low, high = (_valued(ahead.outcome, value) for value in (ahead.low, ahead.high))
        screen.print(f"{noun}: {low} to {high} foretold; {came}{held}.", markup=False)


def _utc(at: datetime) -> str:
    """As what is odd about readings names their times; `--at` takes it."""
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _valued(outcome: str, value: float) -> str:
    """A value of an outcome as the page writes it."""
    if outcome == "engagement_rate":
        return f"{value:.2%}"
    return f"{value:,.2f}" if outcome == "return_on_cost" else f"{floor(value + 0.5):,}"


def _brought(found: "PublicationMeasuredOut") -> None:
    from cofounder.kit.clock import now

    screen = out.screen()
    if found.attributed is not None:
        one = found.attributed
        told = [words.of(one.sessions or 0, "visit")]
        told += [words.of(one.conversions, "conversion")] if one.conversions is not None else []
        told += [f"{one.revenue:,.2f} {one.currency or ''}".rstrip()] if one.revenue is not None else []
        told += [f"{one.return_on_cost:,.2f} times its cost"] if one.return_on_cost is not None else []
        screen.print(
            f"Through its links, {one.first_day} to {one.last_day}: {', '.join(told)}.", markup=False, soft_wrap=True
        )
    elif found.campaign is not None:
        told_yet = f"Through its links: nothing told yet of utm_campaign={found.campaign}."
        if found.published_at is not None and found.published_at.astimezone(UTC).date() >= now().date():
            told_yet += " Visits are counted by whole days, UTC: from tomorrow."
        screen.print(told_yet, markup=False, soft_wrap=True)


def _typed(made: "ReadingTypedOut") -> None:
    screen = out.screen()
    hours = (made.reading.age_seconds or 0) / 3600
    screen.print(f"Kept, of a post {hours:,.1f} hours old.")
    for note in made.notes:
        screen.print(note, markup=False)


def _balanced(found: "Books") -> None:
    from cofounder.cli.views.grid import table

    screen = out.screen()
    if not found.reports:
        screen.print(f"No web analytics of {found.since} to {found.until}. Import some: cofounder import --help")
    for report in found.reports:
        by = ", ".join(report.split_by) or "nothing"
        screen.print(f"Split by {by}, {report.first_day} to {report.last_day}:", markup=False)
        made = table("What", ">Visits", ">Conversions", ">Revenue")
        for one in report.items:
            made.add_row(f"{one.channel}: {one.title or one.publication_id}", *_figures(one))
        made.add_row("Publications together", *_figures(report.publications))
        made.add_row("Other posts", *_figures(report.other_posts))
        made.add_row("Not attributed", *_figures(report.not_attributed))
        made.add_row("The whole", *_figures(report))
        screen.print(made)
    last = max((report.last_day for report in found.reports), default=None)
    if last is not None and last < found.until:
        told = f"Web analytics are imported through {last}: of {last + timedelta(days=1)} to {found.until} nothing is known."
        screen.print(told, markup=False, soft_wrap=True)


def _figures(one: "Figures") -> tuple[str, str, str]:
    money = ", ".join(f"{amount:,.2f} {currency}".rstrip() for currency, amount in one.revenue.items())
    shown = ("–" if value is None else f"{value:,}" for value in (one.sessions, one.conversions))
    return (*shown, money or "–")  # type: ignore[return-value]
