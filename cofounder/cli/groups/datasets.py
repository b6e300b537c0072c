"""datasets: versions of training data, and files of them."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from cofounder.cli import home, out
from cofounder.cli.groups.choosing_examples import by_filter
from cofounder.cli.groups.training import chosen_filter
from cofounder.cli.options import Json, Yes
from cofounder.kit.errors import InputInvalid

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

group = typer.Typer(help="Datasets: immutable versions of training data, and their files.", no_args_is_help=True)
One = Annotated[
    str,
    typer.Argument(metavar="DATASET", help="Its name (the version in use), NAME@VERSION, its id or the start of it."),
]
Run = Annotated[str, typer.Argument(metavar="EXAMPLE", help="The example's id: that of its task.")]
Role = Annotated[str, typer.Option("--role", help="planner, writer or judge.")]
Format = Annotated[
    str,
    typer.Option(
        "--format", "-f", help="jsonl, openai, gemini, bedrock, chatml, csv, parquet; of pairs: dpo, gemini-dpo."
    ),
]
Part = Annotated[str, typer.Option("--split", help="train, validation, test or all.")]
Into = Annotated[
    Path | None, typer.Option("--out", "-o", help="The file to write; else standard output.", dir_okay=False)
]
Raw = Annotated[bool, typer.Option("--keep-personal-data", help="Put no placeholders in the place of personal data.")]
Next = Annotated[bool, typer.Option("--new-version", help="The name exists: make its next version.")]
Why = Annotated[str, typer.Option("--reason", help="Why; it stays on record.")]


def register(app: typer.Typer) -> None:
    app.add_typer(group, name="datasets")


async def _ask(
    act: "Callable[[AsyncSession], Awaitable[Any]]",
    told: Callable[[Any], list[str]],
    *,
    json: bool,
    writes: bool = False,
) -> int:
    from cofounder.kit import db

    async with home.opened(), db.transaction() if writes else db.reading() as session:
        found = await act(session)
    return _tell(found, told, json=json)


def _tell(found: Any, told: Callable[[Any], list[str]], *, json: bool) -> int:
    if json:
        out.emit(found.model_dump(mode="json"))
        return 0
    screen = out.screen()
    for line in told(found):
        screen.print(line, soft_wrap=True, markup=False)
    return 0


def _line(one: Any) -> str:
    mark = "*" if one.is_current else " "
    held = f"{one.example_count:,} lines" if one.state == "ready" else one.state
    return f"{mark} {one.name}@{one.version or '-'}  {one.role:8} {held:>16}  {one.created_at:%Y-%m-%d}  {one.id}"


def _whole(one: Any) -> list[str]:
    lines = [_line(one)]
    if one.description:
        lines.append(one.description)
    if one.problem:
        lines.append(f"Problem: {one.problem['detail']} {one.problem['hint']}")
    if one.state == "deleted":
        lines.append(f"Deleted by {one.deleted_by}: {one.deleted_why}")
    if one.content_hash:
        lines.append(f"Hash {one.content_hash}")
        lines.append("Parts: " + ", ".join(f"{name} {count:,}" for name, count in one.splits.items()))
    said = one.statistics
    if said:
        tokens = said["tokens"]
        lines.append(f"Tokens (estimated): {tokens['total']:,} in all, {tokens['longest']:,} in the longest line")
        both = said["duplicates"]
        lines.append(
            f"Left out: {both['exact']:,} duplicates, {both['near']:,} near duplicates, {said['straddles']:,} that straddle"
        )
        if said["redacted"]:
            lines.append("Taken out: " + ", ".join(f"{count:,} {kind}" for kind, count in said["redacted"].items()))
        lines += [f"{target}: {' '.join(fit['problems'])}" for target, fit in said["fits"].items() if not fit["ok"]]
    if one.leakage:
        leaks = {name: one.leakage[name] for name in ("exact", "near", "conversation", "topic") if one.leakage[name]}
        told = ", ".join(f"{count:,} {name}" for name, count in leaks.items())
        lines.append(f"Leakage: {told} of what is held out" if told else "Leakage: none found")
    return lines


@group.command("list")
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

    return home.run(_ask(act, lambda found: [*map(_line, found.items), f"{found.total:,} versions."], json=json))


@group.command()
@by_filter
def create(
    chosen: dict[str, Any],
    name: Annotated[str, typer.Argument(help="What it is called.")],
    role: Role = "planner",
    description: Annotated[str, typer.Option(help="What it is for.")] = "",
    split: Annotated[str, typer.Option("--split-by", help="group, time, random or none.")] = "group",
    validation: Annotated[float, typer.Option(min=0, max=0.5, help="Share of lines for validation.")] = 0.1,
    test: Annotated[float, typer.Option(min=0, max=0.5, help="Share of lines for the test.")] = 0.1,
    seed: Annotated[int, typer.Option(min=0, help="Of the draw; the same seed gives the same parts.")] = 0,
    duplicates: Annotated[str, typer.Option(help="near, exact or keep: which become one line.")] = "near",
    answer: Annotated[str, typer.Option(help="Of a planner: plan, or intent for only what is read.")] = "plan",
    keep_personal_data: Raw = False,
    new_version: Next = False,
    json: Json = False,
) -> int:
    """Freeze what a filter lets through as an immutable version. Ctrl-C leaves nothing of it.

    Example: cofounder datasets create planner --min-quality 0.85 --decision approved
    """

    async def work() -> int:
        from cofounder.flow.train.datasets import service
        from cofounder.flow.train.datasets.schemas import DatasetIn
        from cofounder.kit import db
        from cofounder.people import LOCAL_OWNER

        async with home.opened():
            async with db.reading() as session:
                filters = await chosen_filter(session, chosen)
            given = {
                "name": name,
                "description": description,
                "role": role,
                "filters": filters,
                "split": {"by": split, "validation": validation, "test": test},
                "seed": seed,
                "duplicates": duplicates,
                "answer": answer,
                "redact": not keep_personal_data,
                "new_version": new_version,
            }
            asked = DatasetIn.model_validate(given)
            made = await service.create(asked, LOCAL_OWNER, wait=True, tell=_progress(json))
        return _tell(made, _whole, json=json)

    return home.run(work())


def _progress(json: bool) -> Any:
    """Tells a person at a terminal how far it is, and nobody else."""
    shown = not json and out.at_terminal()

    async def tell(phase: str, done: int, total: int | None) -> None:
        if shown:
            sys.stderr.write(f"\r{phase}: {done:,}{f' of {total:,}' if total else ''}   ")
            if phase == "writing":
                sys.stderr.write("\n")
            sys.stderr.flush()

    return tell


@group.command()
def show(one: One, json: Json = False) -> int:
    """A version: its parts, its hash, its statistics, what it left out, what its parts know of each other.

    Example: cofounder datasets show planner
    """

    async def act(session: "AsyncSession") -> Any:
        from cofounder.flow.train.datasets import service

        return service.out(await service.named(session, one))

    return home.run(_ask(act, _whole, json=json))


@group.command()
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
        from cofounder.flow.train.datasets import service

        row = await service.named(session, one)
        return await service.preview(session, row.id, format=format, split=split, offset=offset, limit=limit)

    return home.run(_ask(act, lambda found: [each.line for each in found.items], json=json))


@group.command()
def download(one: One, format: Format = "jsonl", split: Part = "all", into: Into = None) -> int:
    """Write a version to a file: the same bytes every time, whatever became of its examples.

    Example: cofounder datasets download planner@1 --format openai --split train --out train.jsonl
    """

    async def work() -> int:
        from cofounder.flow.train.datasets import exporting, service
        from cofounder.kit import db

        async with home.opened():
            async with db.reading() as session:
                row = await service.named(session, one)
            _, _, chunks = await exporting.of_version(row.id, format, split)
            return await _written(chunks, into)

    return home.run(work())


@group.command()
@by_filter
def export(
    chosen: dict[str, Any],
    role: Role = "planner",
    format: Format = "jsonl",
    limit: Annotated[int | None, typer.Option(min=1, help="At most so many examples.")] = None,
    keep_personal_data: Raw = False,
    into: Into = None,
) -> int:
    """Write what a filter lets through now to a file, without making a version of it.

    Example: cofounder datasets export --role writer --format chatml --out texts.jsonl
    """

    async def work() -> int:
        from cofounder.flow.train.datasets import exporting
        from cofounder.flow.train.datasets.schemas import DatasetExportIn
        from cofounder.kit import db
        from cofounder.people import LOCAL_OWNER

        async with home.opened():
            async with db.reading() as session:
                filters = await chosen_filter(session, chosen)
            given = {
                "filters": filters,
                "role": role,
                "format": format,
                "limit": limit,
                "redact": not keep_personal_data,
            }
            asked = DatasetExportIn.model_validate(given)
            _, _, chunks = await exporting.begin(asked, LOCAL_OWNER)
            return await _written(chunks, into)

    return home.run(work())


async def _written(chunks: AsyncIterator[bytes], into: Path | None) -> int:
    """To a file that is there whole or not at all, or to standard output."""
    if into is None:
        async for chunk in chunks:
            sys.stdout.buffer.write(chunk)
        sys.stdout.buffer.flush()
        return 0
    from cofounder.kit.store import in_words

    part = into.with_name(f".{into.name}.part")
    try:
        with in_words():
            with await asyncio.to_thread(part.open, "wb") as file:
                async for chunk in chunks:
                    await asyncio.to_thread(file.write, chunk)
            await asyncio.to_thread(part.replace, into)
    finally:
        part.unlink(missing_ok=True)
    return 0


@group.command()
def upload(
    file: Annotated[Path, typer.Argument(help="JSON lines, one conversation a line.", dir_okay=False, exists=True)],
    name: Annotated[str, typer.Option("--name", help="What it is called.")],
    role: Role = "writer",
    format: Annotated[str, typer.Option("--format", "-f", help="jsonl, openai, gemini, bedrock or chatml.")] = "jsonl",
    target: Annotated[
        str | None, typer.Option(help="Refuse lines over the limit of openai, gemini, claude, together or local.")
    ] = None,
    split: Annotated[str, typer.Option("--split-by", help="none, group or random.")] = "none",
    skip_refused: Annotated[
        bool, typer.Option("--skip-refused", help="Leave out what is refused; else all is.")
    ] = False,
    keep_personal_data: Raw = False,
    new_version: Next = False,
    json: Json = False,
) -> int:
    """Make a version of your own lines. Each refused line is named with its reason.

    Example: cofounder datasets upload answers.jsonl --name answers --target openai
    """

    async def chunks() -> AsyncIterator[bytes]:
        with await asyncio.to_thread(file.open, "rb") as opened:
            while chunk := await asyncio.to_thread(opened.read, 1_000_000):
                yield chunk

    async def work() -> int:
        from cofounder.flow.train.datasets import uploading
        from cofounder.flow.train.datasets.schemas import DatasetIn
        from cofounder.people import LOCAL_OWNER

        given = {
            "name": name,
            "role": role,
            "split": {"by": split},
            "duplicates": "exact",
            "redact": not keep_personal_data,
            "new_version": new_version,
        }
        asked = DatasetIn.model_validate(given)
        async with home.opened():
            made = await uploading.upload(
                chunks(), asked, LOCAL_OWNER, format=format, target=target, skip_refused=skip_refused
            )
        told = [*_whole(made.dataset), *(f"Line {one.line} was left out: {one.reason}" for one in made.refused)]
        return _tell(made, lambda _: told, json=json)

    return home.run(work())


@group.command()
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

        first, second = await service.named(session, one), await service.named(session, other)
        return await comparing.compare(session, first.id, second.id, limit=limit)

    def told(found: Any) -> list[str]:
        lines = [
            f"{found.same:,} the same, {found.added:,} added, {found.removed:,} removed, "
            f"{found.relabelled:,} relabelled, {found.moved:,} in another part"
        ]
        for sign, some in (("+", found.added_lines), ("-", found.removed_lines), ("~", found.relabelled_lines)):
            lines += [f"{sign} {each.request[:60]!r}  {each.why}" for each in some]
        return lines

    return home.run(_ask(act, told, json=json))


@group.command("left-out")
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

    return home.run(_ask(act, told, json=json))


@group.command()
def rollback(one: One, json: Json = False) -> int:
    """Let the name stand for this version of it.

    Example: cofounder datasets rollback planner@1
    """

    async def act(session: "AsyncSession") -> Any:
        from cofounder.flow.train.datasets import service
        from cofounder.people import LOCAL_OWNER

        return await service.roll_back(session, (await service.named(session, one)).id, LOCAL_OWNER)

    return home.run(_ask(act, _whole, json=json, writes=True))


@group.command()
def archive(
    one: One, restore: Annotated[bool, typer.Option("--restore", help="Bring it back.")] = False, json: Json = False
) -> int:
    """Take a version out of the list, or bring it back. Its files stay.

    Example: cofounder datasets archive planner@1
    """

    async def act(session: "AsyncSession") -> Any:
        from cofounder.flow.train.datasets import service
        from cofounder.flow.train.datasets.schemas import DatasetChange
        from cofounder.people import LOCAL_OWNER

        row = await service.named(session, one)
        return await service.change(session, row.id, DatasetChange(archived=not restore), LOCAL_OWNER)

    return home.run(_ask(act, _whole, json=json, writes=True))


@group.command()
def delete(one: One, reason: Why, yes: Yes = False, json: Json = False) -> int:
    """Delete a version's files. Its row and the list of its runs stay as a tombstone.

    Example: cofounder datasets delete planner@1 --reason "made by mistake"
    """

    async def work() -> int:
        from cofounder.flow.train.datasets import service
        from cofounder.kit import db
        from cofounder.people import LOCAL_OWNER

        async with home.opened():
            async with db.reading() as session:
                row = await service.named(session, one)
            if not yes and not (out.at_terminal() and out.confirm(f"Delete {row.name} version {row.version}?")):
                raise InputInvalid("Nothing was deleted.", field="yes", hint="Say --yes.")
            return _tell(await service.remove(row.id, _reason(reason), LOCAL_OWNER), _whole, json=json)

    return home.run(work())


def _reason(given: str) -> str:
    if not given.strip():
        raise InputInvalid("Say why.", field="reason")
    return given.strip()[:200]


@group.command("held-by")
def held_by(run: Run, json: Json = False) -> int:
    """Every dataset that holds a run, deleted ones too.

    Example: cofounder datasets held-by 0198c5a2-7d3e-7c11-9a0f-6b1d2e3f4a5b
    """

    async def act(session: "AsyncSession") -> Any:
        from cofounder.flow.train.datasets import service

        return await service.held_by(session, _uuid(run))

    return home.run(_ask(act, _held, json=json))


def _held(found: Any) -> list[str]:
    lines = [f"{one.name}@{one.version or '-'}  {one.state}  {one.lines:,} lines" for one in found.datasets]
    if found.withdrawn:
        lines.append(f"Withdrawn by {found.withdrawn_by}: {found.reason}")
    return lines or ["No dataset holds it."]


def _uuid(given: str) -> UUID:
    try:
        return UUID(given)
    except ValueError as error:
        raise InputInvalid(
            f"{given!r} is no id.", field="example", hint="cofounder training list shows them."
        ) from error


@group.command()
def withdraw(
    run: Run,
    reason: Why,
    back: Annotated[bool, typer.Option("--back", help="Let it into versions again instead.")] = False,
    json: Json = False,
) -> int:
    """Leave a run out of every version made from now on, and say which hold it already.

    Example: cofounder datasets withdraw 0198c5a2-7d3e-7c11-9a0f-6b1d2e3f4a5b --reason "the customer asked"
    """

    async def act(session: "AsyncSession") -> Any:
        from cofounder.flow.train.datasets import service
        from cofounder.people import LOCAL_OWNER

        if back:
            return await service.readmit(session, _uuid(run), LOCAL_OWNER)
        return await service.withdraw(session, _uuid(run), _reason(reason), LOCAL_OWNER)

    return home.run(_ask(act, _held, json=json, writes=True))
