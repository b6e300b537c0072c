"""personas followers and counts: what was counted of each channel, whose it is, and putting it right."""

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from cofounder.cli import out
from cofounder.cli.groups.voices import asked, group
from cofounder.cli.options import Json

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

Count = Annotated[UUID, typer.Argument(metavar="COUNT", help="The count's id, as `personas counts` shows it.")]
At = Annotated[str | None, typer.Option(metavar="TIME", help="When they were counted (ISO 8601).")]


def register(app: typer.Typer) -> None:
    """These commands stand in the group that `voices` registers."""


@group.command()
def followers(
    platform: Annotated[str | None, typer.Argument(help="The channel; none shows what was counted.")] = None,
    count: Annotated[int | None, typer.Argument(min=0, max=10**12, help="How many follow it.")] = None,
    at: Annotated[str | None, typer.Option(metavar="TIME", help="When they were counted (ISO 8601), not now.")] = None,
    json: Json = False,
) -> int:
    """Write down how many follow a channel; what was gained since is divided among its posts.

    Example: cofounder personas followers linkedin 1250
    """
    from cofounder.cli.times import when
    from cofounder.kit.errors import InputInvalid
    from cofounder.people import LOCAL_OWNER
    from cofounder.personas.followers import service
    from cofounder.personas.followers.schemas import CountIn

    if platform is not None and count is None:
        raise InputInvalid("How many follow it is missing.", field="count", hint="cofounder personas followers x 1250")

    async def ask(session: "AsyncSession") -> Any:
        if platform is None or count is None:
            return await service.balances(session)
        given = CountIn(platform=platform, count=count, counted_at=when(at, field="at"))
        return await service.count(session, given, by=LOCAL_OWNER)

    return asked(ask, _books, json=json)


@group.command()
def counts(
    channel: Annotated[str | None, typer.Option("--channel", "-c", help="Only of this channel.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many.")] = 20,
    cursor: Annotated[str | None, typer.Option(help="Where the list before ended.")] = None,
    json: Json = False,
) -> int:
    """Counts of followers, newest first, with the id by which one is corrected or withdrawn.

    Example: cofounder personas counts --channel linkedin
    """
    from cofounder.personas.followers import service

    def ask(session: "AsyncSession") -> Any:
        return service.counts(session, channel=channel, cursor=cursor, limit=limit)

    return asked(ask, _counts, json=json)


@group.command("correct-count")
def correct(
    count: Count,
    followers: Annotated[int | None, typer.Argument(min=0, max=10**12, help="How many they were in truth.")] = None,
    at: At = None,
    json: Json = False,
) -> int:
    """Put a count of followers right; what was gained around it is divided anew.

    Example: cofounder personas correct-count 01a1fd8f-4992-7728-b3eb-b1c96939b51d 5010
    """
    from cofounder.cli.times import when
    from cofounder.people import LOCAL_OWNER
    from cofounder.personas.followers import service
    from cofounder.personas.followers.schemas import CorrectionIn

    given = CorrectionIn(count=followers, counted_at=when(at, field="at"))
    return asked(lambda session: service.correct(session, count, given, by=LOCAL_OWNER), _books, json=json)


@group.command("withdraw-count")
def withdraw(count: Count, json: Json = False) -> int:
    """Take a count of followers back that was wrong; what was gained around it is divided anew.

    Example: cofounder personas withdraw-count 01a1fd8f-4992-7728-b3eb-b1c96939b51d
    """
    from cofounder.people import LOCAL_OWNER
    from cofounder.personas.followers import service

    return asked(lambda session: service.withdraw(session, count, by=LOCAL_OWNER), _books, json=json)


def _books(found: Any) -> None:
    items = found if isinstance(found, list) else found.items
    for one in items:
        said = (
            f"{one.platform}: {one.counted:+,} counted, {one.credited:,.1f} by posts, {one.background:,.1f} nobody's."
        )
        out.screen().print(said, markup=False)
    if not items:
        out.screen().print("A gain is known once followers were counted twice.")
    if items is not found and found.doubt:
        out.screen().print(found.doubt, markup=False)


def _counts(found: Any) -> None:
    from cofounder.cli import words
    from cofounder.cli.views.grid import table

    if not found.items:
        out.screen().print("Nobody counted yet. Write a count down: cofounder personas followers linkedin 1250")
        return
    made = table("Count", "Channel", "When", ">Followers", "By")
    for one in found.items:
        id = str(one.id) if one.id else "–"
        made.add_row(id, one.platform, words.moment(one.counted_at), f"{one.count:,}", one.said_by)
    screen = out.screen()
    screen.print(made)
    for one in found.items:
        if one.doubt:
            screen.print(f"{one.platform}, {words.moment(one.counted_at)}: {one.doubt}", markup=False)
    if found.next_cursor:
        screen.print(f"More of {found.total:,}: --cursor {found.next_cursor}")
