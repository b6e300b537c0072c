"""channels connect, choose. Secrets come from variables of the shell, never from the command line."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cofounder.cli import home, out
from cofounder.cli.groups.channels_telling import Name, found_by, show, what_waits_is_told
from cofounder.cli.options import Json
from cofounder.cli.times import when
from cofounder.kit.errors import InputInvalid

if TYPE_CHECKING:
    from cofounder.channels.accounts.schemas import ChannelAccountOut

_LOOK_SECONDS = 0.5
# What an account has under another name than the option that gives it.
_OPTIONS = {
    "kind": "organisation",
    "expires_at": "expires",
    "password": "secret",
    "admin_key": "secret",
    "client_secret": "secret",
}


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
    kind = "organisation" if organisation else "person" if provider == "linkedin" else None
    hidden = _variable(secret, "secret")
    body: dict[str, Any] = {"provider": provider, "name": name, "kind": kind}
    if provider in ("linkedin", "x", "facebook"):
        body |= {"client_id": client_id, "client_secret": hidden}
        if token is None:
            return home.run(_sign_in(body, page, json))
        body |= {"token": _variable(token, "token"), "expires_at": when(expires, field="expires")}
    else:
        if page is not None:
            raise InputInvalid("Only LinkedIn and Facebook have pages.", field="page", hint="Leave it out.")
        field = {"ghost": "admin_key"}.get(provider, "password")
        body |= {"address": address, "user": user, field: hidden, "client_id": client_id}
        body |= {"token": _variable(token, "token"), "expires_at": when(expires, field="expires")}
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


@contextmanager
def _by_option() -> Iterator[None]:
    """Name what is wrong with an account as the option that gave it."""
    try:
        yield
    except InputInvalid as error:
        if error.field not in _OPTIONS:
            raise
        raise type(error)(error.detail, field=_OPTIONS[error.field], hint=error.advice) from error


async def _connect(body: dict[str, Any], page: str | None, json: bool) -> int:
    from cofounder.channels.accounts import service, views
    from cofounder.channels.accounts.schemas import AccountConnected, AccountIn
    from cofounder.people import LOCAL_OWNER

    wanted = AccountIn.model_validate({name: value for name, value in body.items() if value is not None})
    what_waits_is_told()
    async with home.opened():
        with _by_option():
            row, key = await service.connect(wanted, by=LOCAL_OWNER)
        made = await _chosen(AccountConnected(**views.shown(row).model_dump(), signing_key=key), page)
    return show(made, json)


async def _sign_in(body: dict[str, Any], page: str | None, json: bool) -> int:
    from cofounder.channels.accounts import service, signing_in, views
    from cofounder.channels.accounts.schemas import SignInIn
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    wanted = SignInIn.model_validate({name: value for name, value in body.items() if value is not None})
    async with home.opened():
        with _by_option():
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
    return show(made, json)


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

    what_waits_is_told()
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
        made = await _choose(await found_by(name), page)
    return show(made, json)
