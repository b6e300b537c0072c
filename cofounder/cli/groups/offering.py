"""another and choose: more than one text for a channel, and which of them waits for the decision."""

from typing import TYPE_CHECKING, Annotated

import typer

from cofounder.cli import home, out
from cofounder.cli.options import Json, TaskId
from cofounder.kit.errors import InputInvalid

if TYPE_CHECKING:
    from cofounder.flow.approve.schemas import ApprovalOut

Channel = Annotated[str | None, typer.Option("--channel", "-c", help="Whose text; may be left out where there is one.")]


def register(app: typer.Typer) -> None:
    app.command()(another)
    app.command()(choose)


def another(task_id: TaskId, channel: Channel = None, json: Json = False) -> int:
    """Have another text written for a channel, from the same facts, to choose from. What waits stays as it is.

    Example: cofounder another last --channel linkedin
    """
    return home.run(_another(task_id, channel, json=json))


async def _another(given: str, channel: str | None, *, json: bool) -> int:
    from cofounder.cli.groups.deciding import view
    from cofounder.cli.groups.tasks import find
    from cofounder.flow.approve import service
    from cofounder.people import LOCAL_OWNER

    async with home.opened():
        task_id = await find(given)
        name = _only(await view(task_id), channel)
        return _tell(await service.another(task_id, name, by=LOCAL_OWNER), name, json=json)


def choose(
    task_id: TaskId,
    version: Annotated[int, typer.Argument(min=1, help="The text's version, as `another` lists it.")],
    channel: Channel = None,
    json: Json = False,
) -> int:
    """Let one of a channel's texts wait for the decision. Those left become rejected sides of preference pairs.

    Example: cofounder choose last 2 --channel linkedin
    """
    return home.run(_choose(task_id, version, channel, json=json))


async def _choose(given: str, version: int, channel: str | None, *, json: bool) -> int:
    from cofounder.cli.groups.deciding import view
    from cofounder.cli.groups.tasks import find
    from cofounder.flow.approve import service
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    async with home.opened():
        task_id = await find(given)
        seen = await view(task_id)
        name = _only(seen, channel)
        async with db.transaction() as session:
            found = await service.choose(session, task_id, name, version, seen=seen.fingerprint, by=LOCAL_OWNER)
        return _tell(found, name, json=json)


def _only(seen: "ApprovalOut", channel: str | None) -> str:
    """The channel that is meant. Raises InputInvalid where several are there."""
    if channel is not None:
        return channel
    if len(seen.channel_variants) != 1:
        raise InputInvalid(
            f"There are texts for {', '.join(seen.channel_variants) or 'no channel'}.",
            field="channel",
            hint="Name one of them: --channel NAME",
        )
    return next(iter(seen.channel_variants))


def _tell(found: "ApprovalOut", name: str, *, json: bool) -> int:
    from cofounder.cli import words
    from cofounder.cli.groups.editing import canonical_name

    if json:
        out.emit(found)
        return 0
    screen = out.screen()
    for channel, offered in found.alternatives.items():
        if canonical_name(channel) != canonical_name(name):
            continue
        for one in offered:
            mark = "waits for the decision" if one.chosen else f"take it: cofounder choose TASK {one.version}"
            score = words.score(one.quality_score, 3)
            screen.print(f"Version {one.version}, quality {score}, {mark}", soft_wrap=True, markup=False)
            screen.print(one.content, soft_wrap=True, markup=False)
            screen.print("")
    return 0
