"""measure: what became of published posts, what is due, and readings that a person types."""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from cofounder.cli import home, out
from cofounder.cli.options import Json
from cofounder.cli.times import when
from cofounder.kit.errors import InputInvalid

if TYPE_CHECKING:
    from cofounder.flow.publish.measuring.carrying import Done
    from cofounder.flow.publish.measuring.schemas import (
        MeasurementsOut,
        MeasurementState,
        PublicationMeasuredOut,
        ReadingTypedOut,
    )

Which = Annotated[
    UUID, typer.Argument(metavar="PUBLICATION", help="Its id, as `measure list` and `task --json` show it.")
]
group = typer.Typer(help="What became of published posts: read, show, type.", no_args_is_help=True)


class MeasureStateUnknown(InputInvalid):
    """There is no such state."""

    hint = "due, done, missed, gone or not_offered."


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


@group.command()
def show(publication: Which, json: Json = False) -> int:
    """Readings of one publication over time, those to come, and what was foretold beside what came.

    Example: cofounder measure show 01990f3e-7c1a-7d2e-9b4f-3c2d1e0f9a8b
    """
    return home.run(_show(publication, json=json))


async def _show(publication: UUID, *, json: bool) -> int:
    from cofounder.flow.publish.measuring import service
    from cofounder.kit import db

    async with home.opened(), db.transaction() as session:
        found = await service.of(session, publication)
    if json:
        out.emit(found.model_dump(mode="json"))
    else:
        _shown(found)
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
    at: Annotated[str | None, typer.Option(metavar="TIME", help="When you read it (ISO 8601); else now.")] = None,
    json: Json = False,
) -> int:
    """Write down what you read of a post: counters since it went out. The same time again corrects them.

    Example: cofounder measure type 01990f3e-7c1a-7d2e-9b4f-3c2d1e0f9a8b --impressions 1840 --likes 32
    """
    named = ("impressions", "views", "reach", "clicks", "likes", "shares", "comments", "bookmarks")
    values = (impressions, views, reach, clicks, likes, shares, comments, bookmarks)
    given: dict[str, Any] = {name: one for name, one in zip(named, values, strict=True) if one is not None}
    moment = when(at, field="at")
    return home.run(_type(publication, given | ({"measured_at": moment} if moment else {}), json=json))


async def _type(publication: UUID, given: dict[str, Any], *, json: bool) -> int:
    from cofounder.flow.publish.measuring import service
    from cofounder.flow.publish.measuring.schemas import ReadingIn
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    async with home.opened(), db.transaction() as session:
        made = await service.type_in(session, publication, ReadingIn.model_validate(given), by=LOCAL_OWNER)
    if json:
        out.emit(made.model_dump(mode="json"))
    else:
        _typed(made)
    return 0


def _told(done: "Done") -> None:
    screen = out.screen()
    said = f"{done.read:,} posts read, {done.gone:,} are gone, {done.missed:,} ages were missed."
    screen.print(said, markup=False)
    for name, why in done.problems.items():
        screen.print(f"{name}: {why}", markup=False)


def _listed(found: "MeasurementsOut") -> None:
    from cofounder.cli.views.grid import table
    from cofounder.kit.clock import now

    screen = out.screen()
    if found.items:
        made = table("Publication", "Channel", ">Age", "Due", "State", "Why")
        made.columns[0].no_wrap = True  # an id is for copying
        for one in found.items:
            asked = " (you)" if one.by_hand and one.state == "due" and one.due_at <= now() else ""
            due = f"{one.due_at.astimezone():%Y-%m-%d %H:%M}"
            state = one.state.replace("_", " ") + asked
            made.add_row(str(one.publication_id), one.channel, one.age, due, state, one.said or "–")
        screen.print(made)
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


def _shown(found: "PublicationMeasuredOut") -> None:
    from cofounder.cli.views.grid import table

    screen = out.screen()
    if found.note:
        screen.print(found.note, markup=False)
    names = ("impressions", "views", "reach", "clicks", "likes", "shares", "comments", "bookmarks")
    if found.readings:
        told = [name for name in names if any(getattr(one, name) is not None for one in found.readings)]
        made = table("Read at", ">Hours old", *(f">{name.capitalize()}" for name in told), "Source")
        for one in found.readings:
            values = [getattr(one, name) for name in told]
            hours = "–" if one.age_seconds is None else f"{one.age_seconds / 3600:,.1f}"
            at = f"{one.measured_at.astimezone():%Y-%m-%d %H:%M}"
            made.add_row(at, hours, *("–" if value is None else f"{value:,}" for value in values), one.source)
        screen.print(made)
    for each in found.ages:
        said = f" {each.said}" if each.said else ""
        due = f"{each.due_at.astimezone():%Y-%m-%d %H:%M}"
        screen.print(f"{each.age}: {each.state.replace('_', ' ')}, due {due}.{said}", markup=False)
    for ahead in found.foretold:
        if ahead.low is None or ahead.high is None:
            continue
        came = "not known yet" if ahead.came is None else f"{ahead.came:,.4g}"
        held = {None: "", True: ", as foretold", False: ", outside of it"}[ahead.held]
        noun = ahead.outcome.replace("_", " ").capitalize()
        screen.print(f"{noun}: {ahead.low:,.4g} to {ahead.high:,.4g} foretold; {came}{held}.", markup=False)


def _typed(made: "ReadingTypedOut") -> None:
    screen = out.screen()
    hours = (made.reading.age_seconds or 0) / 3600
    screen.print(f"Kept, of a post {hours:,.1f} hours old.")
    for note in made.notes:
        screen.print(note, markup=False)
