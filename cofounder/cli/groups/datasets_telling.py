"""What the commands of datasets share: their arguments, and how a version is told."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cofounder.cli import home, out, words
from cofounder.kit.errors import InputInvalid

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

One = Annotated[
    str,
    typer.Argument(metavar="DATASET", help="Its name (the version in use), NAME@VERSION, its id or the start of it."),
]
Run = Annotated[str, typer.Argument(metavar="EXAMPLE", help="The example's id: that of its task.")]
Role = Annotated[str, typer.Option("--role", help="planner, writer or judge.")]
RoleOrBefore = Annotated[
    str | None,
    typer.Option("--role", help="planner, writer or judge; left out, that of the version before."),
]
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


async def ask(
    act: "Callable[[AsyncSession], Awaitable[Any]]",
    told: Callable[[Any], list[str]],
    *,
    json: bool,
    writes: bool = False,
) -> int:
    from cofounder.kit import db

    async with home.opened(), db.transaction() if writes else db.reading() as session:
        found = await act(session)
    return tell(found, told, json=json)


def tell(found: Any, told: Callable[[Any], list[str]], *, json: bool) -> int:
    if json:
        out.emit(found.model_dump(mode="json"))
        return 0
    screen = out.screen()
    for line in told(found):
        screen.print(line, soft_wrap=True, markup=False)
    return 0


def line(one: Any) -> str:
    mark = "*" if one.is_current else " "
    held = words.of(one.example_count, "line") if one.state == "ready" else one.state
    return f"{mark} {one.name}@{one.version or '-'}  {one.role:8} {held:>16}  {one.created_at:%Y-%m-%d}  {one.id}"


def whole(one: Any) -> list[str]:
    lines = [line(one)]
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
    lines += one.warnings
    held_out = one.splits.get("validation", 0) + one.splits.get("test", 0)
    if one.leakage and not held_out:
        lines.append("Leakage: nothing is held out")
    elif one.leakage:
        leaks = {name: one.leakage[name] for name in ("exact", "near", "conversation", "topic") if one.leakage[name]}
        told = ", ".join(f"{count:,} {name}" for name, count in leaks.items())
        lines.append(f"Leakage: {told} of what is held out" if told else "Leakage: none found")
    return lines


def reason_of(given: str) -> str:
    if not given.strip():
        raise InputInvalid("Say why.", field="reason")
    return given.strip()[:200]
