"""measure type: a reading that a person typed, mended or takes away."""

from datetime import datetime
from typing import Annotated, Any

import typer

from cofounder.cli import home, out
from cofounder.cli.groups.measuring_finding import Which, found_by
from cofounder.cli.options import Json
from cofounder.cli.times import when
from cofounder.cli.views import measuring as telling
from cofounder.kit.errors import InputInvalid

_WITHOUT = "cofounder measure type PUBLICATION --at TIME --without likes; `measure show` has the times."


class WhichReading(InputInvalid):
    """Nobody can tell which reading is meant."""

    hint = "cofounder measure type PUBLICATION --at TIME --take-away; `measure show` has the times."


class FigureUnknown(InputInvalid):
    """A reading has no such figure."""

    hint = f"{', '.join(telling.FIGURES[:-1])} or {telling.FIGURES[-1]}."


class FigureTwice(InputInvalid):
    """A figure is either given or taken out."""

    hint = "Leave one of the two out."


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
    given: dict[str, Any] = {name: one for name, one in zip(telling.FIGURES, values, strict=True) if one is not None}
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
    if found not in telling.FIGURES:
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
        meant = await found_by(session, publication)
        if None in given.values():
            await service.typed_at(session, meant, given["measured_at"])  # there is one to take figures out of
        made = await service.type_in(session, meant, ReadingIn.model_validate(given), by=LOCAL_OWNER)
    if json:
        out.emit(made.model_dump(mode="json"))
    else:
        telling.typed(made)
    return 0


async def _take_away(publication: str, at: datetime, *, json: bool) -> int:
    from cofounder.flow.publish.measuring import service
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    async with home.opened(), db.transaction() as session:
        meant = await found_by(session, publication)
        id = await service.typed_at(session, meant, at)
        left = await service.take_away(session, meant, id, by=LOCAL_OWNER)
    if json:
        out.emit(left.model_dump(mode="json"))
    else:
        out.screen().print("Taken away. What it answered is asked again.")
    return 0
