"""measure: what became of published posts, what is due, and readings that a person types."""

from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cofounder.cli import home, out
from cofounder.cli.groups.measuring_finding import Which, found_by
from cofounder.cli.groups.measuring_typing import type_in
from cofounder.cli.options import Json
from cofounder.cli.views import measuring as views
from cofounder.kit.errors import InputInvalid
from cofounder.kit.spans import in_order

if TYPE_CHECKING:
    from cofounder.flow.publish.measuring.schemas import MeasurementState

_SPAN = timedelta(days=90)
_FIRST_DAY = date.min + _SPAN
group = typer.Typer(help="What became of published posts: read, show, type, books.", no_args_is_help=True)


class DayUnfit(InputInvalid):
    """It is no day."""

    hint = "Write it as 2026-10-31."


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
        views.told(done)
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
        views.listed(found)
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
        views.asked(found)
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
        found = await service.of(session, await found_by(session, publication))
    if json:
        out.emit(found.model_dump(mode="json"))
    else:
        views.shown(found)
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
        views.balanced(found)
    return 0


group.command("type")(type_in)
