"""datasets: versions of training data, listed, looked into and compared."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cofounder.cli import home, words
from cofounder.cli.groups.datasets_telling import Format, One, Part, ask, line, whole
from cofounder.cli.options import Json

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


def register(app: typer.Typer) -> None:
    from cofounder.cli.groups import datasets_files, datasets_making, datasets_runs

    group = typer.Typer(help="Datasets: immutable versions of training data, and their files.", no_args_is_help=True)
    group.command("list")(list_)
    group.command("create")(datasets_making.create)
    group.command("show")(show)
    group.command("preview")(preview)
    group.command("download")(datasets_files.download)
    group.command("export")(datasets_files.export)
    group.command("upload")(datasets_making.upload)
    group.command("compare")(compare)
    group.command("left-out")(left_out)
    group.command("rollback")(datasets_making.roll_back)
    group.command("archive")(datasets_making.archive)
    group.command("delete")(datasets_making.delete)
    group.command("held-by")(datasets_runs.held_by)
    group.command("withdraw")(datasets_runs.withdraw)
    app.add_typer(group, name="datasets")


def list_(
    name: Annotated[str | None, typer.Option("--name", help="Only versions of this name.")] = None,
    archived: Annotated[bool, typer.Option("--archived", help="Only what is archived.")] = False,
    deleted: Annotated[bool, typer.Option("--deleted", help="Only tombstones.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many, newest first.")] = 50,
    json: Json = False,
) -> int:
    """Versions, newest first; a star marks the one that its name stands for.

    Example: cofounder datasets list --name planner
    """

    async def act(session: "AsyncSession") -> Any:
        from cofounder.flow.train.datasets import service

        state = "deleted" if deleted else None
        return await service.listed(session, name=name, archived=archived, state=state, limit=limit)

    return home.run(
        ask(act, lambda found: [*map(line, found.items), words.of(found.total, "version") + "."], json=json)
    )


def show(one: One, json: Json = False) -> int:
    """A version: its parts, its hash, its statistics, what it left out, what its parts know of each other.

    Example: cofounder datasets show planner
    """

    async def act(session: "AsyncSession") -> Any:
        from cofounder.flow.train.datasets import service

        return service.out(await service.named(session, one))

    return home.run(ask(act, whole, json=json))


def preview(
    one: One,
    format: Format = "jsonl",
    split: Part = "all",
    offset: Annotated[int, typer.Option(min=0, help="The line to begin with.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=100, help="How many.")] = 3,
    json: Json = False,
) -> int:
    """Lines of a version exactly as they would leave.

    Example: cofounder datasets preview planner --format gemini --limit 1
    """

    async def act(session: "AsyncSession") -> Any:
        from cofounder.flow.train.datasets import previewing, service
        from cofounder.people import LOCAL_OWNER

        row = await service.named(session, one)
        return await previewing.preview(
            session, row.id, LOCAL_OWNER, format=format, split=split, offset=offset, limit=limit
        )

    return home.run(ask(act, lambda found: [each.line for each in found.items], json=json))


def compare(
    one: One,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The version that is looked at from the first.")],
    limit: Annotated[int, typer.Option(min=1, max=200, help="Lines of each kind that are shown.")] = 10,
    json: Json = False,
) -> int:
    """What another version added, took away and labelled differently, and why.

    Example: cofounder datasets compare planner@1 planner@2
    """

    async def act(session: "AsyncSession") -> Any:
        from cofounder.flow.train.datasets import comparing, service
        from cofounder.people import LOCAL_OWNER

        first, second = await service.named(session, one), await service.named(session, other)
        return await comparing.compare(session, first.id, second.id, LOCAL_OWNER, limit=limit)

    def told(found: Any) -> list[str]:
        lines = [
            f"{found.same:,} the same, {found.added:,} added, {found.removed:,} removed, "
            f"{found.relabelled:,} relabelled, {found.moved:,} in another part"
        ]
        for sign, some in (("+", found.added_lines), ("-", found.removed_lines), ("~", found.relabelled_lines)):
            lines += [f"{sign} {each.request[:60]!r}  {each.why}" for each in some]
        return lines

    return home.run(ask(act, told, json=json))


def left_out(
    one: One, limit: Annotated[int, typer.Option(min=1, max=200, help="How many.")] = 50, json: Json = False
) -> int:
    """What a version left out, and which run stands for it.

    Example: cofounder datasets left-out planner
    """

    async def act(session: "AsyncSession") -> Any:
        from cofounder.flow.train.datasets import service

        return await service.left_out(session, (await service.named(session, one)).id, limit=limit)

    def told(found: Any) -> list[str]:
        lines = [
            f"{each.execution_id or each.part}  {each.reason}"
            + (
                f"  like {each.stands_for or each.stands} ({each.similarity:.0%})"
                if each.similarity is not None
                else ""
            )
            for each in found.items
        ]
        return [*lines, f"{found.total:,} left out."]

    return home.run(ask(act, told, json=json))
