"""commands: the queue that agents work on."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from cofounder.cli import home, out
from cofounder.cli.groups.asking import read
from cofounder.cli.options import Json, Yes
from cofounder.kit.errors import InputInvalid

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

Id = Annotated[str, typer.Argument(metavar="COMMAND", help="The command's id, or four or more of its last letters.")]

NARROW = 110  # columns of a terminal


def register(app: typer.Typer) -> None:
    commands = typer.Typer(help="Commands that agents work on.", no_args_is_help=True)
    commands.command("list")(list_commands)
    commands.command("show")(show)
    commands.command("create")(create)
    commands.command("retry")(retry)
    commands.command("cancel")(cancel)
    commands.command("delete")(delete)
    commands.command("agents")(list_agents)
    app.add_typer(commands, name="commands")


def list_commands(
    status: Annotated[list[str] | None, typer.Option(help="pending, processing, completed or failed.")] = None,
    agent_type: Annotated[str | None, typer.Option("--type", help="Agents of this type only.")] = None,
    search: Annotated[str | None, typer.Option(help="Words in the action, the agent or the idempotency key.")] = None,
    sort: Annotated[str, typer.Option(help="newest, oldest or priority.")] = "newest",
    archived: Annotated[bool, typer.Option("--archived", help="Those that are archived.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many.")] = 20,
    json: Json = False,
) -> int:
    """List commands, and how many there are in each state.

    Example: cofounder commands list --status failed
    """
    return home.run(_list(tuple(status or ()), agent_type, search, sort, archived, limit, json))


async def _list(
    statuses: tuple[str, ...],
    agent_type: str | None,
    search: str | None,
    sort: str,
    archived: bool,
    limit: int,
    json: bool,
) -> int:
    from cofounder.cli import words
    from cofounder.cli.views.grid import table
    from cofounder.flow.run.commands import views
    from cofounder.kit import db

    for given, known, field in [(one, views.STATUSES, "status") for one in statuses] + [
        (sort, ("newest", "oldest", "priority"), "sort")
    ]:
        if given not in known:
            raise InputInvalid(f"{given!r} is none of: {', '.join(known)}.", field=field, hint="Say one of these.")
    async with home.opened(), db.transaction() as session:
        found = await views.page(
            session,
            statuses=statuses,
            agent_type=agent_type,
            search=search,
            sort=sort,
            archived=archived,
            limit=limit,
        )
        numbers = await views.statistics(session)
    if json:
        out.emit(found)
        return 0
    screen = out.screen()
    if not found.items:
        screen.print("No command. Make one: cofounder commands create TYPE ACTION '{...}'")
        return 0
    narrow = screen.width < NARROW  # what a person looks for stays whole, the rest is folded
    listed = table("Id", "Type", "Action", "State", "Agent", "Made", *([] if narrow else [">Priority"]))
    listed.columns[0].no_wrap = True
    for column in listed.columns[1:6]:
        column.overflow = "fold"  # a name cut short could be another's
    if narrow:
        for place, longest, most in (
            (1, max(len(one.agent_type) for one in found.items), 12),
            (2, max(len(one.action) for one in found.items), 18),
            (3, len("processing"), 10),
        ):
            listed.columns[place].width = min(max(longest, len(str(listed.columns[place].header))), most)
    for one in found.items:
        state = f"{one.status} (waits)" if one.waits_for or one.not_before else one.status
        listed.add_row(
            str(one.command_id)[-8:],  # what `_found` takes
            one.agent_type,
            one.action,
            state,
            one.lease_owner or "–",
            words.ago(one.created_at),
            *([] if narrow else [str(one.priority)]),
        )
    screen.print(listed)
    screen.print(", ".join(f"{number} {status}" for status, number in numbers.by_status.items()))
    return 0


def show(command: Id, json: Json = False) -> int:
    """Show a command: payload, result, and all that happened to it.

    Example: cofounder commands show 0190a6f2-6b1e-7c3a-9d54-2f8e7b1c0d4a
    """
    return home.run(_show(command, json))


async def _show(given: str, json: bool) -> int:
    import json as reader

    from cofounder.cli import words
    from cofounder.flow.run.commands import views
    from cofounder.kit import db

    async with home.opened(), db.transaction() as session:
        found = await views.detail(session, await _found(session, given))
    if json:
        out.emit(found)
        return 0
    screen = out.screen()
    said = (
        f"{found.agent_type}.{found.action}: {found.status}, priority {found.priority}, claimed {found.attempts} times"
    )
    screen.print(said, markup=False)
    for name in ("payload", "result", "error"):
        value = getattr(found, name)
        if value is not None:
            screen.print(f"{name}: {reader.dumps(value, ensure_ascii=False)}", markup=False, soft_wrap=True)
    for event in found.history:
        detail = f": {event.detail}" if event.detail else ""
        screen.print(f"  {words.moment(event.at)}  {event.what} by {event.by}{detail}", markup=False)
    return 0


def create(
    agent_type: Annotated[str, typer.Argument(metavar="TYPE", help="Which agents: financial, content, ...")],
    action: Annotated[str, typer.Argument(help="What they should do.")],
    payload: Annotated[str, typer.Argument(help="A JSON object.", show_default=False)] = "{}",
    file: Annotated[
        Path | None, typer.Option("--file", "-f", help="A file with the payload; - is standard input.", dir_okay=False)
    ] = None,
    priority: Annotated[int, typer.Option(min=-100, max=100, help="The greater goes first.")] = 0,
    after: Annotated[
        list[str] | None,
        typer.Option(metavar="COMMAND", help="A command that must be completed before: its id, or last letters."),
    ] = None,
    key: Annotated[str | None, typer.Option(help="The same key makes one command, however often.")] = None,
    json: Json = False,
) -> int:
    """Queue a command for an agent.

    Example: cofounder commands create financial analyze_q4_metrics '{"date_range": "2024-Q4"}'
    """
    given = read(file) if file is not None else payload
    body = {"agent_type": agent_type, "action": action, "payload": _object(given), "priority": priority}
    return home.run(_create({**body, "depends_on": after or [], "idempotency_key": key}, json))


def _object(given: str) -> dict[str, Any]:
    import json as reader

    try:
        found = reader.loads(given)
    except RecursionError:
        raise InputInvalid("It has too many levels.", field="payload", hint="Send less nested JSON.") from None
    except ValueError as error:
        raise InputInvalid(f"It is not JSON: {error}.", field="payload", hint="Write it as '{\"name\": 1}'.") from None
    if not isinstance(found, dict):
        raise InputInvalid("A payload is a JSON object.", field="payload", hint="Write it as '{\"name\": 1}'.")
    return found


async def _create(body: dict[str, Any], json: bool) -> int:
    from cofounder.flow.run.commands import service, views
    from cofounder.flow.run.commands.schemas import CommandIn
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    CommandIn.model_validate({**body, "depends_on": []})  # before a database is started for it
    async with home.opened(), db.transaction() as session:
        after = [await _found(session, one, field="after") for one in body["depends_on"]]
        wanted = CommandIn.model_validate({**body, "depends_on": after})
        made = (await views.several(session, await service.make(session, [wanted], by=LOCAL_OWNER.who)))[0]
    if json:
        out.emit(made)
    else:
        out.screen().print(f"Queued: {made.command_id}", soft_wrap=True)
    return 0


def retry(command: Id, json: Json = False) -> int:
    """Put a failed command back into the queue, with three more retries.

    Example: cofounder commands retry 0190a6f2-6b1e-7c3a-9d54-2f8e7b1c0d4a
    """
    return home.run(_act("retry", command, json))


def cancel(command: Id, yes: Yes = False, json: Json = False) -> int:
    """End a command that is not finished. Asks first.

    Example: cofounder commands cancel 0190a6f2-6b1e-7c3a-9d54-2f8e7b1c0d4a
    """
    return home.run(_act("cancel", command, json)) if _sure("cancel", command, yes) else 0


def delete(command: Id, yes: Yes = False, json: Json = False) -> int:
    """Remove a command that nobody works on and nothing waits for. Asks first.

    Example: cofounder commands delete 0190a6f2-6b1e-7c3a-9d54-2f8e7b1c0d4a
    """
    return home.run(_act("delete", command, json)) if _sure("delete", command, yes) else 0


def _sure(verb: str, id: str, yes: bool) -> bool:
    if yes:
        return True
    if not out.at_terminal():
        raise InputInvalid("Nobody is there to ask.", field=verb, hint=f"Say --yes to {verb} it.")
    return out.confirm(f"{verb.capitalize()} the command {id}? It cannot be undone")


async def _act(verb: str, given: str, json: bool) -> int:
    from cofounder.flow.run.commands import service, views
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    async with home.opened(), db.transaction() as session:
        id = await _found(session, given)
        if verb == "delete":
            found = views.shown(await service.get(session, id))
            await service.delete(session, id, by=LOCAL_OWNER)
        else:
            found = views.shown(await getattr(service, verb)(session, id, by=LOCAL_OWNER))
    if json:
        out.emit(found)
    else:
        said = {"retry": "It waits for an agent again.", "cancel": "It is cancelled.", "delete": "It is deleted."}
        out.screen().print(said[verb])
    return 0


def list_agents(json: Json = False) -> int:
    """List the agents that have polled: when last, what they hold, how they do.

    Example: cofounder commands agents
    """
    return home.run(_agents(json))


async def _agents(json: bool) -> int:
    from cofounder.cli import words
    from cofounder.cli.views.grid import table
    from cofounder.flow.run.commands import views
    from cofounder.kit import db

    async with home.opened(), db.transaction() as session:
        found = await views.all_agents(session)
    if json:
        out.emit({"items": [one.model_dump(mode="json") for one in found], "next_cursor": None, "total": len(found)})
        return 0
    screen = out.screen()
    if not found:
        screen.print("No agent has polled. How to connect one: docs/how-to/agents.md")
        return 0
    listed = table("Agent", "Type", "Seen", ">Holds", ">Completed", ">Failed", ">Lost", ">A minute")
    for one in found:
        numbers = (len(one.holds), one.completed, one.failed, one.lost)
        seen = words.ago(one.last_seen_at)
        listed.add_row(one.agent, one.agent_type, seen, *map(str, numbers), f"{one.per_minute:g}")
    screen.print(listed)
    return 0


async def _found(session: "AsyncSession", given: str, *, field: str = "command") -> UUID:
    """The id a person means: whole, or its beginning or end. Raises CommandMissing, and InputInvalid where it fits more."""
    from cofounder.flow.run.commands import queries
    from cofounder.flow.run.commands.errors import CommandMissing

    try:
        return UUID(given)
    except ValueError:
        found = await queries.ids_like(session, given.lower()) if len(given) >= 4 else []
    if len(found) > 1:
        raise InputInvalid(f"{given!r} fits several commands.", field=field, hint="Give more of the id.")
    if not found:
        raise CommandMissing(f"There is no command {given!r}.", field=field)
    return found[0]
