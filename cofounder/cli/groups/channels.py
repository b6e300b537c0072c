"""channels: the accounts that texts go out by. Secrets come from variables of the shell, never from the command line."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cofounder.cli import home, out, words
from cofounder.cli.options import Json, Yes
from cofounder.cli.times import when
from cofounder.kit.errors import InputInvalid, NotFound

if TYPE_CHECKING:
    from cofounder.channels.accounts.schemas import ChannelAccountOut, ChannelOut

Name = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's name, CHANNEL/NAME, or its id.")]
_LOOK_SECONDS = 0.5


class AccountNameUnclear(NotFound):
    """There is no one account of this name."""

    hint = "See: cofounder channels list. Two channels may have the same name: say CHANNEL/NAME."


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
        found = await _standing()
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


def connect(
    provider: Annotated[str, typer.Argument(help="linkedin, x, facebook, wordpress, ghost, webhook or smtp.")],
    name: Annotated[str | None, typer.Option(help="As people are to know it; else the provider's own name.")] = None,
    client_id: Annotated[
        str | None, typer.Option("--client-id", help="LinkedIn, X, Facebook: the id of your app there.")
    ] = None,
    secret: Annotated[
        str | None,
        typer.Option(
            metavar="VARIABLE", help="The variable of this shell with the app's secret, the password or the admin key."
        ),
    ] = None,
    token: Annotated[
        str | None, typer.Option(metavar="VARIABLE", help="A variable with an access token, instead of a sign-in.")
    ] = None,
    expires: Annotated[str | None, typer.Option(metavar="TIME", help="When that token ends (ISO 8601).")] = None,
    organisation: Annotated[
        bool, typer.Option("--organisation", help="LinkedIn: post as a page, not a person.")
    ] = False,
    address: Annotated[
        str | None, typer.Option(help="WordPress, Ghost: the site. Webhook: where to post. E-mail: HOST:PORT.")
    ] = None,
    user: Annotated[str | None, typer.Option(help="WordPress, e-mail: the user.")] = None,
    sender: Annotated[str | None, typer.Option(help="E-mail: the sender, Name <address>.")] = None,
    recipients: Annotated[str | None, typer.Option(help="E-mail: who gets each text, commas between.")] = None,
    reply_to: Annotated[str | None, typer.Option("--reply-to", help="E-mail: where answers go.")] = None,
    starttls: Annotated[
        bool | None,
        typer.Option(help="E-mail: encrypt the line. Only a mail server on this machine may do without."),
    ] = None,
    page: Annotated[str | None, typer.Option(help="Of several pages this one, by name or id.")] = None,
    json: Json = False,
) -> int:
    """Connect an account. A sign-in prints an address to open, and waits until you come back.

    Example: cofounder channels connect linkedin --client-id 86abc --secret LINKEDIN_SECRET
    """
    kind = ("organisation" if organisation else "person") if provider == "linkedin" else None
    hidden = _variable(secret, "secret")
    body: dict[str, Any] = {"provider": provider, "name": name, "kind": kind}
    if provider in ("linkedin", "x", "facebook"):
        body |= {"client_id": client_id, "client_secret": hidden}
        if token is None:
            return home.run(_sign_in(body, page, json))
        body |= {"token": _variable(token, "token"), "expires_at": when(expires, field="expires")}
    else:
        field = {"wordpress": "password", "ghost": "admin_key", "smtp": "password"}.get(provider)
        body |= {"address": address, "user": user, **({field: hidden} if field else {})}
        body |= {"sender": sender, "recipients": recipients, "reply_to": reply_to, "starttls": starttls}
    return home.run(_connect(body, page, json))


def _variable(name: str | None, field: str) -> str | None:
    """From the environment, never from the command line: what stands there any user of the machine can read."""
    import os

    if name is None:
        return None
    if name not in os.environ:
        raise InputInvalid(f"The variable {name!r} is not set.", field=field, hint=f"Set it first: export {name}=…")
    return os.environ[name]


async def _connect(body: dict[str, Any], page: str | None, json: bool) -> int:
    from cofounder.channels.accounts import service, views
    from cofounder.channels.accounts.schemas import AccountConnected, AccountIn
    from cofounder.people import LOCAL_OWNER

    wanted = AccountIn.model_validate({name: value for name, value in body.items() if value is not None})
    _what_waits_is_told()
    async with home.opened():
        row, key = await service.connect(wanted, by=LOCAL_OWNER)
        made = await _chosen(AccountConnected(**views.shown(row).model_dump(), signing_key=key), page)
    return _show(made, json)


async def _sign_in(body: dict[str, Any], page: str | None, json: bool) -> int:
    from cofounder.channels.accounts import service, signing_in, views
    from cofounder.channels.accounts.schemas import SignInIn
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    wanted = SignInIn.model_validate({name: value for name, value in body.items() if value is not None})
    async with home.opened():
        async with db.transaction() as session:
            begun = await signing_in.begin(
                session, wanted, redirect=_base() + signing_in.CALLBACK, browser=None, by=LOCAL_OWNER
            )
        out.complain(f"Your app must have this redirect address: {begun.redirect_uri}")
        out.complain(f"Open this within ten minutes, while `cofounder up` runs:\n{begun.url}")
        account = None
        while account is None:
            await asyncio.sleep(_LOOK_SECONDS)
            async with db.reading() as session:
                account, problem = await signing_in.result(session, begun.sign_in_id)
            if problem is not None:
                raise InputInvalid(problem, hint="Begin again: cofounder channels connect")
        async with db.reading() as session:
            made = views.shown(await service.get(session, account))
        made = await _chosen(made, page)
    return _show(made, json)


def _what_waits_is_told() -> None:
    """Publications that wait for an account say whether it is there."""
    from cofounder.channels.accounts import waiting
    from cofounder.flow.publish import orphaned

    waiting.listen(orphaned.tell)


def _base() -> str:
    """Where people reach the server."""
    from cofounder.cli.groups.people import _running
    from cofounder.cli.supervisor import address
    from cofounder.settings import settings

    return (settings().public_url or _running() or address(settings().host, settings().port)).rstrip("/")


async def _chosen(made: "ChannelAccountOut", page: str | None) -> "ChannelAccountOut":
    """Of several pages the one that is named, or that a person at the terminal says."""
    if made.state != "choosing":
        return made
    if page is None and out.at_terminal():
        for number, one in enumerate(made.choices, 1):
            out.screen().print(f"{number}  {one.name} ({one.external_id})", markup=False)
        said = out.prompt("Which of them?")
        page = (
            made.choices[int(said) - 1].external_id if said.isdigit() and 0 < int(said) <= len(made.choices) else said
        )
    return await _choose(made, page) if page else made


async def _choose(waiting: "ChannelAccountOut", page: str) -> "ChannelAccountOut":
    from cofounder.channels.accounts import service, views
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    _what_waits_is_told()
    named = [one.external_id for one in waiting.choices if page in (one.name, one.external_id)]
    async with db.transaction() as session:
        id = named[0] if len(named) == 1 else page
        return views.shown(await service.choose(session, waiting.account_id, id, by=LOCAL_OWNER))


def choose(
    name: Name,
    page: Annotated[str, typer.Argument(help="The page, organisation or person, by name or id.")],
    json: Json = False,
) -> int:
    """Say which page a sign-in posts to, where it may speak for several.

    Example: cofounder channels choose "Facebook, to be chosen" "Acme Page"
    """
    return home.run(_choose_named(name, page, json))


async def _choose_named(name: str, page: str, json: bool) -> int:
    async with home.opened():
        made = await _choose(await _found(name), page)
    return _show(made, json)


def check(name: Name, json: Json = False) -> int:
    """Ask the provider now whether an account's access still holds.

    Example: cofounder channels check Acme
    """
    return home.run(_check(name, json))


async def _check(name: str, json: bool) -> int:
    from cofounder.channels.accounts import checking, views

    async with home.opened():
        made = views.shown(await checking.check((await _found(name)).account_id))
    _show(made, json)
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
        id = (await _found(name)).account_id
        async with db.transaction() as session:
            act = service.leave_default if off else service.make_default
            made = views.shown(await act(session, id, by=LOCAL_OWNER))
    return _show(made, json)


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

    _what_waits_is_told()
    async with home.opened():
        row, revoked, scheduled = await leaving.disconnect((await _found(name)).account_id, by=LOCAL_OWNER)
        made = AccountLeft(**views.shown(row).model_dump(), revoked=revoked, scheduled=scheduled)
    if json:
        out.emit(made)
        return 0
    told = " The provider took the access back." if revoked else ""
    go = "goes" if scheduled == 1 else "go"
    waits = f" {words.of(scheduled, 'scheduled publication')} {go} to the outbox." if scheduled else ""
    out.screen().print(f"{made.name} is disconnected.{told}{waits}", markup=False, soft_wrap=True)
    return 0


async def _standing() -> "list[ChannelOut]":
    from cofounder.channels.accounts import views
    from cofounder.kit import db

    async with db.reading() as session:
        return await views.standing(session)


async def _found(name: str) -> "ChannelAccountOut":
    """The account of this name or id. Raises AccountNameUnclear."""
    every = [account for one in await _standing() for account in one.accounts]
    named = [one for one in every if name in (one.name, f"{one.channel}/{one.name}", str(one.account_id))]
    if len(named) != 1:
        raise AccountNameUnclear(f"{len(named) or 'No'} accounts are called {name!r}.", field="account")
    return named[0]


def _show(made: "ChannelAccountOut", json: bool) -> int:
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
