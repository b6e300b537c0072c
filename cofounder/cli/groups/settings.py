"""settings: what may change while the product runs, and how models and the mail server are reached."""

import json as jsons
import sys
from contextlib import suppress
from typing import Annotated, Any

import typer

from cofounder.cli import home, out
from cofounder.cli.options import Json
from cofounder.kit.errors import InputInvalid
from cofounder.kit.forms import complaint

Name = Annotated[str, typer.Argument(help="The setting, such as daily_budget_usd or smtp_host.")]


class SettingUnknown(InputInvalid):
    """There is no setting of this name that can be set here."""

    hint = "See them: cofounder settings list. Others are environment variables: docs/reference/settings.md"


class SettingValueUnfit(InputInvalid):
    """The value does not fit this setting."""

    hint = "Nothing was changed. Numbers are plain (2.5), switches are true or false."


class PartUnknown(InputInvalid):
    """Only the models and the mail server can be tried."""

    hint = "Write: cofounder settings try models, or: cofounder settings try mail"


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="What may change while the product runs.", no_args_is_help=True)
    group.command("list")(list_settings)
    group.command("set")(set_one)
    group.command("forget")(forget)
    group.command("try")(try_out)
    app.add_typer(group, name="settings")


def list_settings(json: Json = False) -> int:
    """List what can be set, its value, and what set it. Of a key or password only whether there is one.

    Example: cofounder settings list --json
    """
    return home.run(_list(json))


async def _list(json: bool) -> int:
    from cofounder.cli.views.grid import table
    from cofounder.kit import db
    from cofounder.ops import connections, runtime

    async with home.opened(), db.transaction() as session:
        rules, reached = await runtime.effective(session), await connections.effective(session)
    if json:
        found: dict[str, Any] = {name: one.model_dump(mode="json") for name, one in {**rules, **reached}.items()}
        out.emit(found)
        return 0
    listed = table("Setting", "Value", "Set by")
    for name, rule in rules.items():
        listed.add_row(name, str(rule.value), rule.source)
    for name, one in reached.items():
        shown = ("given" if one.given else "none") if one.secret else "none" if one.value is None else str(one.value)
        listed.add_row(name, "cannot be read on this machine" if one.sealed else shown, one.source)
    out.screen().print(listed)
    return 0


def set_one(
    name: Name,
    value: Annotated[
        str | None, typer.Argument(help="Its value. Left out, or `-`: asked for, or read from standard input.")
    ] = None,
    json: Json = False,
) -> int:
    """Set one, from now on: nothing needs to be started again. A key or password is best left out and asked for.

    Example: cofounder settings set daily_budget_usd 5
    """
    if value in (None, "-"):
        value = typer.prompt(name, hide_input=True) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    return home.run(_set(name, value, json))


def forget(name: Name, json: Json = False) -> int:
    """Take back how something outside is reached, to what is delivered or to none.

    Example: cofounder settings forget smtp_password
    """
    return home.run(_set(name, None, json))


def try_out(
    part: Annotated[str | None, typer.Argument(help="models or mail; left out: both.")] = None, json: Json = False
) -> int:
    """Go to the models and to the mail server as they are set now, and say what came of it.

    A model is asked one word, which counts towards the budgets. No mail is sent: the server is asked whether it would
    take one. Ends with 1 where something does not work.

    Example: cofounder settings try models
    """
    return home.run(_try(part, json))


async def _try(part: str | None, json: bool) -> int:
    from cofounder.app import wire
    from cofounder.kit import db
    from cofounder.ops import trying
    from cofounder.people import LOCAL_OWNER
    from cofounder.people.service import audit

    wanted = [one for one in trying.PARTS if part in (None, one)]
    if not wanted:
        raise PartUnknown(f"{part!r} is neither.", field="part")
    wire()
    async with home.opened():
        tried = {}
        for one in wanted:
            tried[one] = await trying.attempt(one)
            async with db.transaction() as session:
                await audit(session, LOCAL_OWNER.who, "connection.tried", "setting", one, {"works": tried[one].works})
    if json:
        out.emit({one: found.model_dump(mode="json") for one, found in tried.items()})
    else:
        for found in tried.values():
            for item in found.items:
                out.screen().print(f"{'works' if item.works else 'fails'}  {item.name}: {item.detail}", markup=False)
                if item.mend:
                    out.screen().print(f"       {item.mend}", markup=False)
    return 0 if all(found.works for found in tried.values()) else 1


async def _set(name: str, value: str | None, json: bool) -> int:
    from cofounder.app import wire
    from cofounder.kit import db
    from cofounder.ops import connections, probing, runtime
    from cofounder.people import LOCAL_OWNER

    wire()
    note = None
    async with home.opened():
        if name in connections.NAMES:
            wanted = _read(connections.ConnectionSettings, name, value)
            reached, _ = await probing.enter(wanted, by=LOCAL_OWNER.who)
            after: dict[str, Any] = reached[name].model_dump(mode="json")
            note = reached[name].note
        elif name in runtime.NAMES and value is not None:
            wish = _read(runtime.RuntimeSettings, name, value)
            async with db.transaction() as session:
                rules = await runtime.change(session, wish, by=LOCAL_OWNER.who)
            after = rules[name].model_dump(mode="json")
        else:
            raise SettingUnknown(
                f"{name!r} cannot be {'set' if value is not None else 'taken back'} here.", field="name"
            )
    if json:
        out.emit({"name": name, **after})
    else:
        out.screen().print(f"{name} is {'forgotten' if value is None else 'set'}.")
        if note:
            out.screen().print(note, markup=False, soft_wrap=True)
    return 0


def _read(shape: Any, name: str, value: str | None) -> Any:
    """The value as its setting wants it: as it stands, else as a number or switch. Raises SettingValueUnfit."""
    from pydantic import ValidationError

    tries: list[Any] = [value]
    if value is not None:
        with suppress(ValueError):
            tries.append(jsons.loads(value))
    for one in tries:
        try:
            return shape.model_validate({name: one})
        except ValidationError as error:
            said = complaint(error.errors()[0])
    raise SettingValueUnfit(f"{name}: {said}", field="value")
