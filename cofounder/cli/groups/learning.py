"""learn and patterns: look for patterns now, see those that stand, and say what to make of one."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from cofounder.cli import home, out
from cofounder.cli.options import Json
from cofounder.cli.words import of
from cofounder.kit.errors import InputInvalid
from cofounder.kit.odds import stated

if TYPE_CHECKING:
    from cofounder.flow.learn.patterns.schemas import PatternIn, PatternOut, PatternsOut, RunOut

Pattern = Annotated[str, typer.Argument(metavar="PATTERN", help="The pattern's id, as `patterns list` shows it.")]

group = typer.Typer(help="What was found to work, tested, and what a person made of it.", no_args_is_help=True)
_LOOK_SECONDS = 0.3


def register(app: typer.Typer) -> None:
    app.command()(learn)
    app.add_typer(group, name="patterns")


def learn(
    now: Annotated[bool, typer.Option("--now", help="Look for patterns now and wait for what comes of it.")] = False,
    runs: Annotated[bool, typer.Option("--runs", help="The last searches, newest first.")] = False,
    json: Json = False,
) -> int:
    """What the last search for patterns read, tested and found.

    A worker looks by itself every few hours (COFOUNDER_LEARNING_HOURS). Ctrl-C leaves a search to the worker.

    Example: cofounder learn --now
    """
    return home.run(_learn(now=now, runs=runs, json=json))


async def _learn(*, now: bool, runs: bool, json: bool) -> int:
    from cofounder.flow.learn.patterns import service
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    async with home.opened():
        if now:
            async with db.transaction() as session:
                id = (await service.begin(session, by=LOCAL_OWNER)).id
            async with home.worked():
                found = [await _ended(id)]
        else:
            async with db.reading() as session:
                found = (await service.runs(session, limit=20 if runs else 1)).items
    if json:
        told: Any = [one.model_dump(mode="json") for one in found]
        out.emit(told if runs else (told[0] if told else None))
        return 0
    screen = out.screen()
    for run in found:
        screen.print(_run(run), soft_wrap=True, markup=False)
    if not found:
        screen.print("Nobody has looked for patterns yet: cofounder learn --now", soft_wrap=True, markup=False)
    return 1 if now and found[0].state == "failed" else 0


async def _ended(id: UUID) -> "RunOut":
    from cofounder.flow.learn.patterns import service
    from cofounder.kit import db

    while True:
        async with db.reading() as session:
            run = await service.run_of(session, id)
        if run.state not in ("queued", "running"):
            return run
        await asyncio.sleep(_LOOK_SECONDS)


def _run(run: "RunOut") -> str:
    """One search in a line or two."""
    when = f"{run.finished_at or run.created_at:%Y-%m-%d %H:%M}"
    if run.state == "failed":
        return f"{when}  failed: {(run.error or {}).get('detail', 'nobody said why')}"
    if run.state in ("queued", "running"):
        return f"{when}  {run.state}"
    read = ", ".join(f"{n} for {metric}" for metric, n in run.n.items()) or "nothing"
    same = "  Nothing has changed since the search before." if run.state == "unchanged" else ""
    sample = "  This is sample data." if run.is_sample else ""
    return (
        f"{when}  {run.stand} stand of {of(run.tested, 'tested candidate')}; {run.found} new, {run.confirmed} confirmed, "
        f"{run.retired} retired.\n  Read: {read}; {of(run.waiting, 'post')} {'waits' if run.waiting == 1 else 'wait'} for the reading after 72 hours.{same}{sample}"
    )


@group.command(name="list")
def show_all(
    watching: Annotated[bool, typer.Option("--watching", help="Also candidates that do not stand.")] = False,
    all: Annotated[bool, typer.Option("--all", help="Also retired and rejected ones.")] = False,
    metric: Annotated[str | None, typer.Option(help="engagement, quality or approval.")] = None,
    channel: Annotated[str | None, typer.Option("--channel", "-c", help="Compared on this channel.")] = None,
    json: Json = False,
) -> int:
    """Patterns that stand, each with its n, interval and q.

    Example: cofounder patterns list --watching
    """
    return home.run(_list(watching=watching or all, over=all, metric=metric, channel=channel, json=json))


async def _list(*, watching: bool, over: bool, metric: str | None, channel: str | None, json: bool) -> int:
    from cofounder.flow.learn.patterns import service
    from cofounder.kit import db

    async with home.opened(), db.reading() as session:
        found = await service.listed(session, metric=metric, channel=channel)
    if json:
        out.emit(found.model_dump(mode="json"))
        return 0
    _print(_lines(found, watching=watching, over=over))
    return 0


def _lines(found: "PatternsOut", *, watching: bool, over: bool) -> list[str]:
    lines = [_line(one) for one in found.patterns]
    if not lines:
        short = (
            f": {of(found.n, 'scored post')} of the {found.needed} that are needed" if found.n < found.needed else ""
        )
        lines = [f"{(found.message or 'No pattern stands yet.').rstrip('.').capitalize()}{short}."]
    if found.is_sample and found.patterns:
        lines.insert(0, "Found in sample data:")
    if watching and found.watching:
        lines += ["", "Watched, never used:", *map(_line, found.watching)]
    if over:
        for name, held in (("Retired:", found.retired), ("Rejected:", found.rejected)):
            lines += ["", name, *map(_line, held)] if held else []
    return lines


def _line(one: "PatternOut") -> str:
    pin = "  [pinned]" if one.pinned else ""
    why = f"\n  {one.why}" if one.why else ""
    note = f"\n  Note: {one.note}" if one.note else ""
    return f"{one.id}{pin}\n  {one.sentence}{why}{note}"


@group.command()
def show(pattern: Pattern, json: Json = False) -> int:
    """One pattern with what each search said of it, and what would refute it.

    Example: cofounder patterns show 01a1fbf3-476a-7bcd-ad56-f8c6a1a93de3
    """
    return home.run(_show(_id(pattern), json=json))


async def _show(id: UUID, *, json: bool) -> int:
    from cofounder.flow.learn.patterns import service
    from cofounder.kit import db

    async with home.opened(), db.reading() as session:
        found = await service.get(session, id)
    if json:
        out.emit(found.model_dump(mode="json"))
        return 0
    lines = [_line(found), f"  {found.refuted_by}", f"  First seen {found.first_seen:%Y-%m-%d}; {found.state}."]
    for one in found.estimates:
        effect = "not tested" if one.effect is None else f"effect {one.effect:+.3f}"
        q = "" if one.q is None else f", {stated('q', one.q)}"
        lines.append(f"  {one.as_of:%Y-%m-%d %H:%M}  {one.kind}: {effect}{q}, {one.support} of {one.n}, {one.state}")
    _print(lines)
    return 0


@group.command()
def reject(
    pattern: Pattern,
    why: Annotated[str | None, typer.Option(help="For the record.")] = None,
    undo: Annotated[
        bool, typer.Option("--undo", help="Let it in again; the next search says whether it stands.")
    ] = False,
    json: Json = False,
) -> int:
    """Never use a pattern again, whatever later searches find.

    Example: cofounder patterns reject 01a1fbf3-476a-7bcd-ad56-f8c6a1a93de3 --why "We do not write so"
    """
    return _change(pattern, {"rejected": not undo, "why": why}, json=json)


@group.command()
def pin(
    pattern: Pattern, undo: Annotated[bool, typer.Option("--undo", help="Unpin it.")] = False, json: Json = False
) -> int:
    """Show a pattern before all others. Its figures decide still whether it is used.

    Example: cofounder patterns pin 01a1fbf3-476a-7bcd-ad56-f8c6a1a93de3
    """
    return _change(pattern, {"pinned": not undo}, json=json)


@group.command()
def note(
    pattern: Pattern,
    words: Annotated[str | None, typer.Argument(help="None takes the note away.", show_default=False)] = None,
    json: Json = False,
) -> int:
    """Write a note beside a pattern.

    Example: cofounder patterns note 01a1fbf3-476a-7bcd-ad56-f8c6a1a93de3 "Only in spring"
    """
    return _change(pattern, {"note": words}, json=json)


def _change(pattern: str, given: dict[str, Any], *, json: bool) -> int:
    from cofounder.flow.learn.patterns.schemas import PatternIn

    return home.run(_changed(_id(pattern), PatternIn(**given), json=json))


async def _changed(id: UUID, wanted: "PatternIn", *, json: bool) -> int:
    from cofounder.flow.learn.patterns import service
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    async with home.opened(), db.transaction() as session:
        found = await service.change(session, id, wanted, by=LOCAL_OWNER)
    if json:
        out.emit(found.model_dump(mode="json"))
    else:
        _print([f"{found.state.capitalize()}.", _line(found)])
    return 0


def _print(lines: list[str]) -> None:
    screen = out.screen()
    for line in lines:
        screen.print(line, soft_wrap=True, markup=False)


def _id(pattern: str) -> UUID:
    try:
        return UUID(pattern)
    except ValueError as error:
        raise InputInvalid(
            f"{pattern!r} is no id.", field="pattern", hint="cofounder patterns list shows them."
        ) from error
