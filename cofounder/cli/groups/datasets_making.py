"""datasets: make, upload, roll back, archive and delete versions."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cofounder.cli import home, out
from cofounder.cli.groups.choosing_examples import by_filter
from cofounder.cli.groups.datasets_telling import Next, One, Raw, RoleOrBefore, Why, ask, reason_of, tell, whole
from cofounder.cli.groups.training import chosen_filter
from cofounder.cli.options import Json, Yes
from cofounder.kit.errors import InputInvalid

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession


@by_filter
def create(
    chosen: dict[str, Any],
    name: Annotated[str, typer.Argument(help="What it is called.")],
    role: RoleOrBefore = None,
    description: Annotated[str, typer.Option(help="What it is for.")] = "",
    split: Annotated[str | None, typer.Option("--split-by", help="group, time, random or none.")] = None,
    validation: Annotated[float | None, typer.Option(min=0, max=0.5, help="Share of lines for validation.")] = None,
    test: Annotated[float | None, typer.Option(min=0, max=0.5, help="Share of lines for the test.")] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Of the draw; the same seed gives the same parts.")] = None,
    duplicates: Annotated[str, typer.Option(help="near, exact or keep: which become one line.")] = "near",
    answer: Annotated[str | None, typer.Option(help="Of a planner: plan, or intent for only what is read.")] = None,
    keep_personal_data: Raw = False,
    new_version: Next = False,
    json: Json = False,
) -> int:
    """Freeze what a filter lets through as an immutable version. Ctrl-C leaves nothing of it.

    Role, seed, answer and each part of the split that are left out are those of the name's version before.

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
            parts = _said(by=split, validation=validation, test=test)
            given = {
                "name": name,
                "description": description,
                **_said(role=role, split=parts or None, seed=seed, answer=answer),
                "filters": filters,
                "duplicates": duplicates,
                "redact": not keep_personal_data,
                "new_version": new_version,
            }
            asked = DatasetIn.model_validate(given)
            made = await service.create(asked, LOCAL_OWNER, wait=True, tell=_progress(json))
        return tell(made, whole, json=json)

    return home.run(work())


def _said(**options: Any) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}


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


_NOTHING_HELD_OUT = (
    "Nothing is held out, so no model that learns from it can be benchmarked on it and pass the gate: "
    "upload it with --split-by group, which keeps a tenth to watch and a tenth to test."
)


def upload(
    file: Annotated[Path, typer.Argument(help="JSON lines, one conversation a line.", dir_okay=False, exists=True)],
    name: Annotated[str, typer.Option("--name", help="What it is called.")],
    role: RoleOrBefore = None,
    format: Annotated[str, typer.Option("--format", "-f", help="jsonl, openai, gemini, bedrock or chatml.")] = "jsonl",
    target: Annotated[
        str | None, typer.Option(help="Refuse lines over the limit of openai, gemini, claude, together or local.")
    ] = None,
    split: Annotated[str, typer.Option("--split-by", help="none, group or random; none holds nothing out.")] = "none",
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
            **({} if role is None else {"role": role}),
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
        told = [*whole(made.dataset), *(f"Line {one.line} was left out: {one.reason}" for one in made.refused)]
        if split == "none":
            told.append(_NOTHING_HELD_OUT)
        return tell(made, lambda _: told, json=json)

    return home.run(work())


def roll_back(one: One, json: Json = False) -> int:
    """Let the name stand for this version of it.

    Example: cofounder datasets rollback planner@1
    """

    async def act(session: "AsyncSession") -> Any:
        from cofounder.flow.train.datasets import service
        from cofounder.people import LOCAL_OWNER

        return await service.roll_back(session, (await service.named(session, one)).id, LOCAL_OWNER)

    return home.run(ask(act, whole, json=json, writes=True))


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

    return home.run(ask(act, whole, json=json, writes=True))


def delete(one: One, reason: Why, yes: Yes = False, json: Json = False) -> int:
    """Delete a version's files. Its row and the list of its runs stay as a tombstone.

    Example: cofounder datasets delete planner@1 --reason "made by mistake"
    """

    async def work() -> int:
        from cofounder.flow.train import holding
        from cofounder.flow.train.datasets import service
        from cofounder.kit import db
        from cofounder.people import LOCAL_OWNER

        holding.connect()
        async with home.opened():
            async with db.reading() as session:
                row = await service.named(session, one)
                made = await service.made_with(session, row.id)
            if made and not json:
                out.screen().print(made, markup=False, soft_wrap=True)
            if not yes and not (out.at_terminal() and out.confirm(f"Delete {row.name} version {row.version}?")):
                raise InputInvalid("Nothing was deleted.", field="yes", hint="Say --yes.")
            return tell(await service.remove(row.id, reason_of(reason), LOCAL_OWNER), whole, json=json)

    return home.run(work())
