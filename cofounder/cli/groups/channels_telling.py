"""What the commands about channels have in common: an account by its name, and how it is told."""

from typing import TYPE_CHECKING, Annotated

import typer

from cofounder.cli import out
from cofounder.kit.errors import NotFound

if TYPE_CHECKING:
    from cofounder.channels.accounts.schemas import ChannelAccountOut, ChannelOut

Name = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's name, CHANNEL/NAME, or its id.")]


class AccountNameUnclear(NotFound):
    """There is no one account of this name."""

    hint = "See: cofounder channels list. Two channels may have the same name: say CHANNEL/NAME."


async def standing() -> "list[ChannelOut]":
    """Every channel as it stands now."""
    from cofounder.channels.accounts import views
    from cofounder.kit import db

    async with db.reading() as session:
        return await views.standing(session)


async def found_by(name: str) -> "ChannelAccountOut":
    """The account of this name or id. Raises AccountNameUnclear."""
    every = [account for one in await standing() for account in one.accounts]
    named = [one for one in every if name in (one.name, f"{one.channel}/{one.name}", str(one.account_id))]
    if len(named) != 1:
        raise AccountNameUnclear(f"{len(named) or 'No'} accounts are called {name!r}.", field="account")
    return named[0]


def show(made: "ChannelAccountOut", json: bool) -> int:
    """Print an account as it stands, and a webhook's fresh key; gives the status to exit with."""
    if json:
        out.emit(made)
        return 0
    screen = out.screen()
    screen.print(f"{made.name} ({made.channel} by {made.provider}): {made.health}", markup=False, soft_wrap=True)
    for one in made.choices:
        screen.print(f"  {one.name} ({one.external_id})", markup=False, soft_wrap=True)
    key = getattr(made, "signing_key", None)
    if key:
        screen.print(f"Each text is signed with this key, shown this once:\n{key}", markup=False, soft_wrap=True)
    return 0


def what_waits_is_told() -> None:
    """Publications that wait for an account say whether it is there."""
    from cofounder.channels.accounts import waiting
    from cofounder.flow.publish import orphaned

    waiting.listen(orphaned.tell)
