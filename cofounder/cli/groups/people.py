"""people, audit: who may sign in, and who did what."""

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cofounder.cli import home, out
from cofounder.cli.options import Json
from cofounder.cli.times import when
from cofounder.kit.spans import in_order

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from cofounder.people.users import User

Name = Annotated[str, typer.Argument(help="The person's name.")]
RoleOption = Annotated[str, typer.Option(help="viewer, operator, approver or admin.")]


def register(app: typer.Typer) -> None:
    people = typer.Typer(help="People who may sign in.", no_args_is_help=True)
    for name, command in (
        ("list", list_people),
        ("add", add),
        ("role", role),
        ("link", link),
        ("password", password),
        ("disable", disable),
        ("enable", enable),
        ("sign-out", sign_out),
    ):
        people.command(name)(command)
    app.add_typer(people, name="people")
    app.command()(audit)


def list_people(json: Json = False) -> int:
    """List people: name, role, when they last signed in.

    Example: cofounder people list
    """
    return home.run(_list(json))


async def _list(json: bool) -> int:
    from cofounder.cli import words
    from cofounder.cli.views.grid import table
    from cofounder.kit import db
    from cofounder.people import users
    from cofounder.people.routes import shown

    async with home.opened(), db.transaction() as session:
        found = [shown(row) for row in await users.everyone(session)]
    if json:
        out.emit({"items": [one.model_dump(mode="json") for one in found], "next_cursor": None, "total": len(found)})
        return 0
    screen = out.screen()
    if not found:
        screen.print("Nobody yet. The first link makes an admin: cofounder people link")
        return 0
    listed = table("Name", "Role", "Signs in by", "Added", "Last seen", "State")
    for one in found:
        way = "password or link" if one.has_password else "link"
        seen = words.ago(one.last_sign_in_at) if one.last_sign_in_at else "never"
        listed.add_row(one.name, one.role, way, words.ago(one.created_at), seen, "shut out" if one.disabled_at else "")
    screen.print(listed)
    return 0


def add(
    name: Name,
    role: RoleOption,
    email: Annotated[str | None, typer.Option(help="Where to reach them.", show_default=False)] = None,
    json: Json = False,
) -> int:
    """Add a person. They come in by a link: cofounder people link NAME.

    Example: cofounder people add "Mara Ilves" --role approver
    """

    async def act(session: "AsyncSession") -> "User":
        from cofounder.people import LOCAL_OWNER, users

        return await users.add(session, name, role, LOCAL_OWNER, email=email)

    return home.run(_change(act, "{name} is added as {role}. A way in: cofounder people link '{name}'", json))


def role(
    name: Name, role: Annotated[str, typer.Argument(help="viewer, operator, approver or admin.")], json: Json = False
) -> int:
    """Give a person another role, from their next request on.

    Example: cofounder people role "Mara Ilves" admin
    """

    async def act(session: "AsyncSession") -> "User":
        from cofounder.people import LOCAL_OWNER, users

        return await users.set_role(session, await users.named(session, name), role, LOCAL_OWNER)

    return home.run(_change(act, "{name} is {role} now.", json))


def disable(name: Name, json: Json = False) -> int:
    """Shut a person out, at once, from every open page and token.

    Example: cofounder people disable "Mara Ilves"
    """

    async def act(session: "AsyncSession") -> "User":
        from cofounder.people import LOCAL_OWNER, users

        return await users.disable(session, await users.named(session, name), LOCAL_OWNER)

    return home.run(_change(act, "{name} is shut out.", json))


def enable(name: Name, json: Json = False) -> int:
    """Let a person in again.

    Example: cofounder people enable "Mara Ilves"
    """

    async def act(session: "AsyncSession") -> "User":
        from cofounder.people import LOCAL_OWNER, users

        return await users.enable(session, await users.named(session, name), LOCAL_OWNER)

    return home.run(_change(act, "{name} may sign in.", json))


def sign_out(name: Name, json: Json = False) -> int:
    """End every sign-in of a person.

    Example: cofounder people sign-out "Mara Ilves"
    """

    async def act(session: "AsyncSession") -> "User":
        from cofounder.people import LOCAL_OWNER, users

        row = await users.named(session, name)
        await users.sign_out_everywhere(session, row, LOCAL_OWNER)
        return row

    return home.run(_change(act, "{name} is signed out everywhere.", json))


def password(name: Name, json: Json = False) -> int:
    """Set a person's password: asked for twice at a terminal, else read as one line from standard input.

    Example: cofounder people password "Mara Ilves"
    """
    import sys

    chosen = (
        typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
        if out.at_terminal()
        else sys.stdin.readline().rstrip("\n")
    )

    async def act(session: "AsyncSession") -> "User":
        from cofounder.people import LOCAL_OWNER, users

        row = await users.named(session, name)
        await users.set_password(session, row, chosen, LOCAL_OWNER)
        return row

    return home.run(_change(act, "{name} has a new password; other sign-ins ended.", json))


async def _change(act: Callable[["AsyncSession"], Awaitable["User"]], said: str, json: bool) -> int:
    from cofounder.kit import db
    from cofounder.people.routes import shown

    async with home.opened(), db.transaction() as session:
        row = shown(await act(session))
    if json:
        out.emit(row)
    else:
        out.screen().print(said.format(name=row.name, role=row.role), soft_wrap=True, markup=False)
    return 0


def link(
    name: Annotated[str | None, typer.Argument(help="The person's name; left out: the first admin.")] = None,
    json: Json = False,
) -> int:
    """Print a link that signs a person in once, within 15 minutes.

    Example: cofounder people link
    """
    return home.run(_link(name, json))


async def _link(name: str | None, json: bool) -> int:
    who, address = await new_link(name)
    if json:
        out.emit({"name": who, "url": address})
        return 0
    out.screen().print(address, soft_wrap=True, markup=False)
    out.complain(f"Signs {who} in once, within 15 minutes.")
    return 0


async def new_link(name: str | None = None, url: str | None = None) -> tuple[str, str]:
    """(whose it is, the address that signs them in once). Without a name: the first admin, made when there is none."""
    from cofounder.cli.supervisor import address
    from cofounder.flow.request.chat import service as chat
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER, users
    from cofounder.settings import settings

    async with home.opened(), db.transaction() as session:
        row = await users.named(session, name) if name is not None else await users.owner(session, LOCAL_OWNER)
        await chat.local_caller(session)  # what they said at the command line is theirs on the page
        secret = await users.link(session, row, LOCAL_OWNER)
        who = row.name
    base = settings().public_url or url or _running() or address(settings().host, settings().port)
    return who, f"{base.rstrip('/')}/#link={secret}"


def _running() -> str | None:
    """Where `cofounder up` serves this home now, None where it does not run."""
    import psutil

    try:
        known = json.loads((home.folder() / "up.lock").read_text(encoding="utf-8"))
        return str(known["url"]) if psutil.pid_exists(int(known["pid"])) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def audit(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Most entries to show.")] = 50,
    who: Annotated[str | None, typer.Option(help="Only of this person or key, as the log writes it.")] = None,
    action: Annotated[str | None, typer.Option(help="Only this action, e.g. key.created.")] = None,
    object_type: Annotated[str | None, typer.Option(help="Only what was done to such, e.g. task.")] = None,
    object_id: Annotated[
        str | None, typer.Option(help="Only what was done to this: its id, or its beginning or end.")
    ] = None,
    since: Annotated[str | None, typer.Option(help="Not before this time.")] = None,
    until: Annotated[str | None, typer.Option(help="Before this time.")] = None,
    json: Json = False,
) -> int:
    """Show who did what, newest first: decisions, edits, keys, people, settings.

    Example: cofounder audit --limit 20
    """
    start, end = when(since, field="since"), when(until, field="until")
    in_order(start, end)
    given = {"who": who, "action": action, "object_type": object_type, "object_id": object_id}
    return home.run(_audit(limit, {**given, "since": start, "until": end}, json))


async def _audit(limit: int, given: dict[str, Any], json: bool) -> int:
    from cofounder.cli import words
    from cofounder.cli.views.grid import table
    from cofounder.kit import db
    from cofounder.people.schemas import AuditOut
    from cofounder.people.service import audit_page, audited_actions, audited_id

    filters = {name: value for name, value in given.items() if value is not None}
    async with home.opened(), db.transaction() as session:
        if "object_id" in filters:
            filters["object_id"] = await audited_id(session, filters["object_id"])
        rows, more, total = await audit_page(session, filters, None, limit)
        actions = await audited_actions(session) if "action" in filters and not rows else []
        found = [AuditOut.model_validate(row) for row in rows]
    if json:
        out.emit({"items": [one.model_dump(mode="json") for one in found], "next_cursor": more, "total": total})
        return 0
    screen = out.screen()
    if not found:
        screen.print("Nothing of that was done." if filters else "Nothing was done yet.")
        if actions and filters["action"] not in actions:
            screen.print(f"There is no action {filters['action']}, but: {', '.join(actions)}.", markup=False)
        return 0
    listed = table("When", "Who", "What", "To", "More")
    for one in found:
        listed.add_row(
            words.ago(one.at), one.who, one.action, f"{one.object_type} {one.object_id[-8:]}", _short(one.details)
        )
    screen.print(listed)
    return 0


def _short(details: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in details.items())[:80]
