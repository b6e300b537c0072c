"""servers: outside MCP servers whose tools plans may use."""

from typing import TYPE_CHECKING, Annotated

import typer

from cofounder.cli import home, out
from cofounder.cli.options import Json, Yes
from cofounder.kit.errors import InputInvalid

if TYPE_CHECKING:
    from cofounder.flow.plan.tools.schemas import ServerDetail, ServerToolOut

Name = Annotated[str, typer.Argument(help="The server's name.")]


def register(app: typer.Typer) -> None:
    servers = typer.Typer(help="Outside MCP servers and their tools.", no_args_is_help=True)
    servers.command("add")(add)
    servers.command("list")(list_servers)
    servers.command("check")(check)
    servers.command("change")(change)
    servers.command("approve")(approve)
    servers.command("remove")(remove)
    app.add_typer(servers, name="servers")


def add(
    name: Annotated[str, typer.Argument(help="The first half of its tools' ids: letters, digits and '_'.")],
    command: Annotated[
        list[str] | None,
        typer.Argument(metavar="[COMMAND]...", help="The program and its arguments, after --.", show_default=False),
    ] = None,
    url: Annotated[str | None, typer.Option(help="Its MCP endpoint, instead of a program.", show_default=False)] = None,
    env: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A variable of this shell that the program gets, kept as a secret."),
    ] = None,
    header: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VARIABLE", help="A header whose value stands in that variable of this shell."),
    ] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="It may lie on this machine or in a private network.")
    ] = False,
    connect: Annotated[float, typer.Option("--connect-seconds", help="Longest wait for a connection.")] = 20.0,
    listing: Annotated[float, typer.Option("--list-seconds", help="Longest wait for its list of tools.")] = 10.0,
    call: Annotated[float, typer.Option("--call-seconds", help="Longest wait for a tool.")] = 60.0,
    json: Json = False,
) -> int:
    """Register a tool server and look at it. None of its tools may be used before `servers approve`.

    Example: cofounder servers add time -- /opt/tools/bin/mcp-server-time
    """
    words = list(command or [])
    if bool(words) == bool(url):
        raise InputInvalid(
            "Say how to reach it.", field="command", hint="A program after --, or --url with its address."
        )
    body = {"name": name, "connect_seconds": connect, "list_seconds": listing, "call_seconds": call}
    if url:
        body |= {"transport": "http", "url": url, "allow_private": allow_private, "headers": _headers(header or [])}
    else:
        body |= {"transport": "stdio", "command": words[0], "args": words[1:], "env": _variables(env or [])}
        if allow_private:
            body["allow_private"] = True
    return home.run(_add(body, json))


def _variables(names: list[str]) -> dict[str, str]:
    """From the environment, never from the command line: what stands there any user of the machine can read."""
    import os

    for name in names:
        if name not in os.environ:
            raise InputInvalid(f"The variable {name!r} is not set.", field="env", hint=f"Set it first: export {name}=…")
    return {name: os.environ[name] for name in names}


def _headers(given: list[str]) -> dict[str, str]:
    pairs = [one.partition("=") for one in given]
    for name, equals, variable in pairs:
        if not (name and equals and variable):
            raise InputInvalid(
                "A header is NAME=VARIABLE.", field="header", hint="For example: --header Authorization=TOOL_TOKEN"
            )
    values = _variables([variable for _, _, variable in pairs])
    return {name: values[variable] for name, _, variable in pairs}


async def _add(body: dict[str, object], json: bool) -> int:
    from cofounder.flow.plan.tools import outside, registry, service
    from cofounder.flow.plan.tools.schemas import ServerIn
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    wanted = ServerIn.model_validate(body)
    async with home.opened(tools=True):
        agents = {tool.agent for tool in (await registry.agents()).values()}
        async with db.transaction() as session:
            id = (await service.add(session, wanted, by=LOCAL_OWNER, agents=agents)).id
        await outside.check(id)
        found = await _detail(wanted.name)
    return _show(found, json)


async def _detail(name: str) -> "ServerDetail":
    from cofounder.flow.plan.tools import service, views
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    async with db.reading() as session:
        return await views.detail(session, await service.with_name(session, name), LOCAL_OWNER)


def _show(found: "ServerDetail", json: bool) -> int:
    """A server with its tools."""
    if json:
        out.emit(found)
        return 0
    from cofounder.cli import words
    from cofounder.cli.views.grid import table

    screen = out.screen()
    where = found.url or " ".join([found.command or "", *found.args])
    screen.print(f"{found.name}: {_health(found.health, found.disabled)}, {where}", markup=False, soft_wrap=True)
    for line in filter(None, [found.problem, *found.notes]):
        screen.print(f"  {line}", markup=False, soft_wrap=True)
    if found.stale:
        screen.print(f"  What it listed {words.ago(found.listed_at)}:", markup=False)
    if found.listed:
        listed = table("Tool", "State", "What it says of itself", ">Calls", ">Success", ">p50", ">p95")
        for one in found.listed:
            measured = one.measured
            rate = "–" if measured.success_rate is None else f"{measured.success_rate:.0%}"
            times = ["–" if it is None else f"{it:.2f} s" for it in (measured.seconds_p50, measured.seconds_p95)]
            said = one.problem or one.description
            listed.add_row(one.name, one.state, " ".join(said.split())[:120], str(measured.calls), rate, *times)
        screen.print(listed)
    if found.waiting:
        waits = "waits" if found.waiting == 1 else "wait"
        screen.print(f"{found.waiting} {waits} for an approval: cofounder servers approve {found.name}", soft_wrap=True)
    return 0


def _health(health: str, disabled: bool) -> str:
    return "switched off" if disabled else {"up": "up", "down": "away", "unknown": "not looked at yet"}[health]


def list_servers(
    name: Annotated[str | None, typer.Argument(help="This one, with its tools.", show_default=False)] = None,
    json: Json = False,
) -> int:
    """List the servers: how they are, their tools, what calls came to.

    Example: cofounder servers list
    """
    return home.run(_list(name, json))


async def _list(name: str | None, json: bool) -> int:
    from cofounder.cli import words
    from cofounder.cli.views.grid import table
    from cofounder.flow.plan.tools import views
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    async with home.opened():
        if name is not None:
            return _show(await _detail(name), json)
        async with db.reading() as session:
            found = await views.all_servers(session, LOCAL_OWNER)
    if json:
        out.emit({"items": [one.model_dump(mode="json") for one in found], "next_cursor": None, "total": len(found)})
        return 0
    screen = out.screen()
    if not found:
        screen.print("No server. Add one: cofounder servers add NAME -- /path/to/program", soft_wrap=True)
        return 0
    listed = table("Name", "Over", "State", ">Tools", ">Approved", ">Waiting", ">Calls", "Looked at")
    for one in found:
        state = _health(one.health, one.disabled)
        numbers = map(str, (one.tools, one.approved, one.waiting, one.measured.calls))
        listed.add_row(one.name, one.transport, state, *numbers, words.ago(one.checked_at))
    screen.print(listed)
    return 0


def check(name: Name, json: Json = False) -> int:
    """Connect to a server now and read its list of tools.

    Example: cofounder servers check time
    """
    return home.run(_check(name, json))


async def _check(name: str, json: bool) -> int:
    from cofounder.flow.plan.tools import outside

    async with home.opened(tools=True):
        await outside.check((await _detail(name)).server_id)
        found = await _detail(name)
    _show(found, json)
    return 0 if found.health == "up" else out.UNAVAILABLE


def change(
    name: Name,
    on: Annotated[bool | None, typer.Option("--on/--off", help="Off: no plan may use its tools.")] = None,
    env: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Give it this variable of this shell, anew where it has one."),
    ] = None,
    header: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VARIABLE", help="A header with that variable's value.")
    ] = None,
    forget: Annotated[list[str] | None, typer.Option(metavar="NAME", help="Take a variable or header away.")] = None,
    allow_private: Annotated[
        bool | None, typer.Option("--allow-private/--no-allow-private", help="Whether it may lie in a private network.")
    ] = None,
    connect: Annotated[float | None, typer.Option("--connect-seconds", help="Longest wait for a connection.")] = None,
    listing: Annotated[float | None, typer.Option("--list-seconds", help="Longest wait for its list of tools.")] = None,
    call: Annotated[float | None, typer.Option("--call-seconds", help="Longest wait for a tool.")] = None,
    json: Json = False,
) -> int:
    """Switch a server off or on, give it other secrets or time-outs. What is not named stays.

    Example: cofounder servers change time --call-seconds 5
    """
    secrets: dict[str, str | None] = {**_variables(env or []), **_headers(header or []), **dict.fromkeys(forget or [])}
    wished: dict[str, object] = {"connect_seconds": connect, "list_seconds": listing, "call_seconds": call}
    wished |= {"allow_private": allow_private, "secrets": secrets or None, "disabled": None if on is None else not on}
    body = {name: value for name, value in wished.items() if value is not None}
    if not body:
        raise InputInvalid("Say what is to be another.", field="options", hint="See: cofounder servers change --help")
    return home.run(_change(name, body, json))


async def _change(name: str, body: dict[str, object], json: bool) -> int:
    from cofounder.flow.plan.tools import outside, service
    from cofounder.flow.plan.tools.schemas import ServerChange
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    wanted = ServerChange.model_validate(body)
    async with home.opened(tools=True):
        async with db.transaction() as session:
            row = await service.with_name(session, name)
            row = await service.change(session, row.id, wanted, by=LOCAL_OWNER)
            id, off = row.id, row.disabled
        if not off:
            await outside.check(id)
        found = await _detail(name)
    return _show(found, json)


def approve(
    name: Name,
    tools: Annotated[list[str] | None, typer.Argument(help="Which tools; else all that wait.")] = None,
    refuse: Annotated[bool, typer.Option("--refuse", help="Plans may not use them any more.")] = False,
    yes: Yes = False,
    json: Json = False,
) -> int:
    """Let plans use a server's tools as they are now. Shows what changed, and asks first.

    Example: cofounder servers approve time get_current_time
    """
    return home.run(_approve(name, tools or [], refuse, yes, json))


async def _approve(name: str, tools: list[str], refuse: bool, yes: bool, json: bool) -> int:
    from cofounder.flow.plan.tools import errors, service
    from cofounder.flow.plan.tools.schemas import ApprovedTool, ApproveIn
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    async with home.opened():
        found = await _detail(name)
        known = {one.name: one for one in found.listed}
        for one in tools:
            if one not in known:
                raise errors.ToolMissing(
                    f"{name} offers no {one!r}.", field="tools", hint=f"See: cofounder servers list {name}"
                )
        states = ("approved", "changed") if refuse else ("new", "changed")
        chosen = [known[one] for one in tools] or [one for one in found.listed if one.state in states]
        if not chosen:
            out.screen().print("No tool waits for that.")
            return 0
        if not yes and not _agreed(chosen, refuse):
            return 0
        wanted = ApproveIn(
            tools=[ApprovedTool(name=one.name, digest=one.digest) for one in chosen], approved=not refuse
        )
        async with db.transaction() as session:
            after = await service.approve(session, found.server_id, wanted, by=LOCAL_OWNER)
    return _show(after, json)


def _agreed(tools: "list[ServerToolOut]", refuse: bool) -> bool:
    """Show what a person agrees to, and ask."""
    from difflib import unified_diff

    if not out.at_terminal():
        raise InputInvalid("Nobody is there to ask.", field="approve", hint="Say --yes.")
    screen = out.screen()
    for one in tools:
        promise = "only reads" if one.read_only else "may be repeated" if one.idempotent else "called once a step"
        screen.print(f"\n{one.tool_id} ({one.state}; {promise})\n  {one.description}", markup=False, soft_wrap=True)
        for change in one.changes:
            screen.print(f"  {change.what}:", markup=False)
            for line in list(unified_diff(change.before.splitlines(), change.after.splitlines(), lineterm="", n=1))[2:]:
                screen.print(f"    {line}", markup=False, soft_wrap=True)
    verb = "Take back the approval of" if refuse else "Let plans use"
    return out.confirm(f"\n{verb} {len(tools)} {'tool' if len(tools) == 1 else 'tools'}?")


def remove(name: Name, yes: Yes = False, json: Json = False) -> int:
    """Forget a server, its secrets and its approvals. Asks first.

    Example: cofounder servers remove time
    """
    if not yes:
        if not out.at_terminal():
            raise InputInvalid("Nobody is there to ask.", field="remove", hint="Say --yes to remove it.")
        if not out.confirm(f"Remove the server {name}? Plans that use its tools fail from now on"):
            return 0
    return home.run(_remove(name, json))


async def _remove(name: str, json: bool) -> int:
    from cofounder.flow.plan.tools import service
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    async with home.opened(), db.transaction() as session:
        row = await service.with_name(session, name)
        await service.remove(session, row.id, by=LOCAL_OWNER)
    if json:
        out.emit({"name": name, "removed": True})
    else:
        out.screen().print(f"The server {name} is removed.")
    return 0
