"""keys: who may call the API."""

from datetime import timedelta
from typing import Annotated

import typer

from cofounder.cli import home, out
from cofounder.cli.options import Json


def register(app: typer.Typer) -> None:
    keys = typer.Typer(help="Keys for the API.", no_args_is_help=True)
    keys.command("create")(create)
    keys.command("list")(list_keys)
    keys.command("revoke")(revoke)
    keys.command("rotate")(rotate)
    app.add_typer(keys, name="keys")


def create(
    name: Annotated[str, typer.Argument(help="Whom or what the key is for.")],
    role: Annotated[str, typer.Option(help="viewer, operator, approver or admin.")],
    expires: Annotated[
        int | None,
        typer.Option("--expires-in", metavar="DAYS", min=1, max=36_500, help="Days until it ends; else it does not."),
    ] = None,
    json: Json = False,
) -> int:
    """Make a key and show it, this once.

    Example: cofounder keys create ci --role operator --json
    """
    return home.run(_create(name, role, expires, json))


async def _create(name: str, role: str, expires: int | None, json: bool) -> int:
    from cofounder.kit import db
    from cofounder.kit.clock import now
    from cofounder.people import LOCAL_OWNER, create_key
    from cofounder.people.schemas import KeyMade

    ends = None if expires is None else now() + timedelta(days=expires)
    async with home.opened(), db.transaction() as session:
        secret, row = await create_key(session, name, role, LOCAL_OWNER, expires_at=ends)
        made = KeyMade.model_validate(
            {**{key: getattr(row, key) for key in KeyMade.model_fields if key != "key"}, "key": secret}
        )
    if json:
        out.emit(made)
    else:
        screen = out.screen()
        screen.print(secret, soft_wrap=True)
        out.complain("Keep it: it is not stored and cannot be shown again. Send it as: Authorization: Bearer KEY")
    return 0


def list_keys(json: Json = False) -> int:
    """List keys: name, role, when made, last used, when they end. Never the secret.

    Example: cofounder keys list
    """
    return home.run(_list(json))


async def _list(json: bool) -> int:
    from cofounder.cli import words
    from cofounder.cli.views.grid import table
    from cofounder.kit import db
    from cofounder.kit.clock import now
    from cofounder.people import list_keys as all_keys
    from cofounder.people.schemas import KeyOut

    async with home.opened(), db.transaction() as session:
        found = [KeyOut.model_validate(row) for row in await all_keys(session)]
    if json:
        out.emit({"items": [one.model_dump(mode="json") for one in found], "next_cursor": None, "total": len(found)})
        return 0
    screen = out.screen()
    if not found:
        screen.print("No key yet. Make one: cofounder keys create NAME --role ROLE")
        return 0
    listed = table("Name", "Role", "Begins with", "Made", "Last used", "State")
    for one in found:
        ended = one.expires_at is not None and one.expires_at <= now()
        state = (
            "revoked"
            if one.revoked_at
            else "expired"
            if ended
            else f"ends {words.ago(one.expires_at)}"
            if one.expires_at
            else "valid"
        )
        listed.add_row(
            one.name, one.role, f"cf_{one.prefix}_", words.ago(one.created_at), words.ago(one.last_used_at), state
        )
    screen.print(listed)
    return 0


def revoke(name: Annotated[str, typer.Argument(help="The key's name.")], json: Json = False) -> int:
    """End a key at once. What it did stays in the audit log.

    Example: cofounder keys revoke ci
    """
    return home.run(_revoke(name, json))


async def _revoke(name: str, json: bool) -> int:
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER, revoke_key
    from cofounder.people.schemas import KeyOut

    async with home.opened(), db.transaction() as session:
        row = await revoke_key(session, name, LOCAL_OWNER)
        ended = KeyOut.model_validate(row)
    if json:
        out.emit(ended)
    else:
        out.screen().print(f"The key {name} is revoked.")
    return 0


def rotate(json: Json = False) -> int:
    """Sign people's access tokens with a new key. What the old one signed is refused; nobody has to sign in again.

    Example: cofounder keys rotate
    """
    return home.run(_rotate(json))


async def _rotate(json: bool) -> int:
    from cofounder.people import LOCAL_OWNER, sign_ins

    async with home.opened():
        fresh = await sign_ins.replace_signing_key(LOCAL_OWNER)
    if json:
        out.emit({"id": fresh})
    else:
        out.screen().print(f"Access tokens are signed with the key {fresh} now. API keys are as they were.")
    return 0
