"""channels: the accounts that texts go out by, looked after; they are connected in `channels_connecting`."""

from typing import Annotated

import typer

from cofounder.cli import home, out, words
from cofounder.cli.groups.channels_connecting import choose, connect
from cofounder.cli.groups.channels_telling import Name, found_by, show, standing, what_waits_is_told
from cofounder.cli.options import Json, Yes
from cofounder.kit.errors import InputInvalid


def register(app: typer.Typer) -> None:
    channels = typer.Typer(help="Channels and the accounts that texts go out by.", no_args_is_help=True)
    channels.command("list")(list_channels)
    channels.command("links")(show_links)
    channels.command("connect")(connect)
    channels.command("choose")(choose)
    channels.command("check")(check)
    channels.command("default")(default)
    channels.command("disconnect")(disconnect)
    app.add_typer(channels, name="channels")


def list_channels(json: Json = False) -> int:
    """List the channels: where texts go, how each account is, what ends when.

    Example: cofounder channels list
    """
    return home.run(_list(json))


async def _list(json: bool) -> int:
    from cofounder.cli.views.grid import table

    async with home.opened():
        found = await standing()
    if json:
        out.emit({"items": [one.model_dump(mode="json") for one in found], "next_cursor": None, "total": len(found)})
        return 0
    screen = out.screen()
    listed = table("Channel", "Account", "By", "How it is")
    for one in found:
        if not one.accounts:
            listed.add_row(one.label, "–", "", one.detail)
        for place, account in enumerate(one.accounts):
            named = f"{account.name}{' (default)' if account.is_default else ''}"
            listed.add_row(one.label if not place else "", named, account.provider, account.health)
    screen.print(listed)
    for ending in (ending for one in found for ending in one.expires):
        screen.print(f"{ending.what} ends on {ending.at:%Y-%m-%d}.", markup=False, soft_wrap=True)
    return 0


def show_links(json: Json = False) -> int:
    """Say which links get tags that tell web analytics where a visitor came from, and how such a link looks.

    Example: cofounder channels links
    """
    return home.run(_links(json))


async def _links(json: bool) -> int:
    from cofounder.channels import sites
    from cofounder.kit import db

    async with home.opened(), db.transaction() as session:
        found = await sites.standing(session)
    if json:
        out.emit(found.model_dump(mode="json"))
        return 0
    screen = out.screen()
    screen.print(found.note, markup=False, soft_wrap=True)
    if found.example:
        screen.print(found.example, markup=False, soft_wrap=True)
    else:
        told = "Set them: cofounder settings set own_sites acme.com; cofounder settings set tag_links true"
        screen.print(told, soft_wrap=True)
    return 0


def check(name: Name, json: Json = False) -> int:
    """Ask the provider now whether an account's access still holds.

    Example: cofounder channels check Acme
    """
    return home.run(_check(name, json))


async def _check(name: str, json: bool) -> int:
    from cofounder.channels.accounts import checking, views

    async with home.opened():
        made = views.shown(await checking.check((await found_by(name)).account_id))
    show(made, json)
    return 0 if made.state == "connected" and not made.problem else out.UNAVAILABLE


def default(
    name: Name,
    off: Annotated[
        bool, typer.Option("--off", help="Not any more: e-mail goes by the settings' mail server, else to the outbox.")
    ] = False,
    json: Json = False,
) -> int:
    """Let a channel's texts go by this account unless another is named.

    Example: cofounder channels default Acme
    """
    return home.run(_default(name, off, json))


async def _default(name: str, off: bool, json: bool) -> int:
    from cofounder.channels.accounts import service, views
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    async with home.opened():
        id = (await found_by(name)).account_id
        async with db.transaction() as session:
            act = service.leave_default if off else service.make_default
            made = views.shown(await act(session, id, by=LOCAL_OWNER))
    return show(made, json)


def disconnect(name: Name, yes: Yes = False, json: Json = False) -> int:
    """Take the access back and erase an account's tokens, passwords and keys. Asks first.

    Example: cofounder channels disconnect Acme
    """
    if not yes:
        if not out.at_terminal():
            raise InputInvalid("Nobody is there to ask.", field="disconnect", hint="Say --yes to disconnect it.")
        if not out.confirm(f"Disconnect {name}? What is scheduled by it goes to the outbox at its time"):
            return 0
    return home.run(_disconnect(name, json))


async def _disconnect(name: str, json: bool) -> int:
    from cofounder.channels.accounts import leaving, views
    from cofounder.channels.accounts.schemas import AccountLeft
    from cofounder.people import LOCAL_OWNER

    what_waits_is_told()
    async with home.opened():
        row, revoked, waits = await leaving.disconnect((await found_by(name)).account_id, by=LOCAL_OWNER)
        made = AccountLeft(**views.shown(row).model_dump(), revoked=revoked, **waits._asdict())
    if json:
        out.emit(made)
        return 0
    told = " The provider took the access back." if revoked else ""
    out.screen().print(f"{made.name} is disconnected.{told}{waiting(*waits)}", markup=False, soft_wrap=True)
    return 0


def waiting(scheduled: int, begun: int) -> str:
    """What becomes of what waits for an account that is disconnected."""
    if not scheduled:
        return ""
    go = "goes" if scheduled == 1 else "go"
    told = f" {words.of(scheduled, 'scheduled publication')} {go} to the outbox"
    if not begun:
        return f"{told}."
    these = "It was" if scheduled == 1 else words.of(begun, "was", "were")
    return f"{told}. {these} begun: where somebody may have it, it stays unsent to the rest."
