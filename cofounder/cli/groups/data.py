"""tools, examples, sample: what the product can do, what it learned from, and a company to try it on."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer

from cofounder.cli import home, out
from cofounder.cli.groups.choosing_examples import day_or_time
from cofounder.cli.options import Json, Yes
from cofounder.kit import files
from cofounder.kit.errors import InputInvalid


class ExportFormatUnknown(InputInvalid):
    """There is no such export format."""

    hint = "Formats: jsonl, csv."


def register(app: typer.Typer) -> None:
    app.command()(tools)
    examples = typer.Typer(help="Training examples.", no_args_is_help=True)
    examples.command("export")(export)
    app.add_typer(examples, name="examples")
    sample = typer.Typer(help="A sample company to try the product on.", no_args_is_help=True)
    sample.command("load")(load)
    sample.command("remove")(remove)
    app.add_typer(sample, name="sample")


def tools(json: Json = False) -> int:
    """List the tools that plans are made of, found over MCP.

    Example: cofounder tools --json
    """
    return home.run(_tools(json))


async def _tools(json: bool) -> int:
    from cofounder.cli import words
    from cofounder.cli.views.grid import table
    from cofounder.flow.run import status as view
    from cofounder.kit import db

    async with home.opened(tools=True), db.transaction() as session:
        found = await view.tools_available(session)
    if json:
        out.emit({"items": [tool.model_dump(mode="json") for tool in found], "next_cursor": None, "total": len(found)})
        return 0
    listed = table("Tool", ">~Cost", ">~Takes", ">Succeeds", "What it does")
    listed.columns[0].no_wrap = True
    for tool in found:
        rate = (
            words.NONE
            if tool.success_rate is None
            else f"{words.percent(tool.success_rate)} of {words.count(tool.runs)}"
        )
        first = tool.description.strip().split("\n", 1)[0]
        listed.add_row(
            tool.tool_id, words.cost(tool.estimated_cost), words.seconds(tool.estimated_duration), rate, first
        )
    out.screen().print(listed)
    return 0


def export(
    format: Annotated[
        str, typer.Option("--format", "-f", help="jsonl (planner lines in the chat form) or csv.")
    ] = "jsonl",
    min_quality: Annotated[
        float | None, typer.Option(min=0, max=1, help="Only examples that score at least this.")
    ] = None,
    tag: Annotated[
        list[str] | None,
        typer.Option(help="Only examples with this tag; repeat for more. Also lets test and development in."),
    ] = None,
    exclude_tag: Annotated[list[str] | None, typer.Option(help="No examples with this tag; repeat for more.")] = None,
    success_only: Annotated[bool, typer.Option("--success-only", help="Only runs that succeeded.")] = False,
    failed_only: Annotated[bool, typer.Option("--failed-only", help="Only runs that failed.")] = False,
    since: Annotated[str | None, typer.Option(metavar="TIME", help="Only requests from then on (ISO 8601).")] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Only requests up to then (ISO 8601).")] = None,
    platform: Annotated[str | None, typer.Option(help="Only examples for this channel.")] = None,
    include_sample: Annotated[bool, typer.Option("--include-sample", help="The sample company's too.")] = False,
    limit: Annotated[int | None, typer.Option(min=1, help="The newest so many.")] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="Write here, whole or not at all; else to standard output.", dir_okay=False
        ),
    ] = None,
) -> int:
    """Export training examples, streamed, at any size.

    Example: cofounder examples export --format jsonl --min-quality 0.85 -o examples.jsonl
    """
    if format not in ("jsonl", "csv"):
        raise ExportFormatUnknown(f"{format!r} is none.", field="format")
    wanted = {
        "format": format,
        "min_quality": min_quality,
        "limit": limit,
        "filters": {
            "include_tags": tag or [],
            "exclude_tags": exclude_tag or [],
            "success_only": success_only,
            "failed_only": failed_only,
            "date_after": day_or_time(since, field="since"),
            "date_before": day_or_time(until, field="until"),
            "platform": platform,
            "include_sample": include_sample,
        },
    }
    return home.run(_export(wanted, output))


async def _export(wanted: dict[str, Any], output: Path | None) -> int:
    from cofounder.flow.train.data import export as exporting
    from cofounder.flow.train.data import lacking
    from cofounder.flow.train.data.schemas import ExportIn
    from cofounder.kit import db

    asked = ExportIn.model_validate(wanted)
    filters, count = exporting.filters_of(asked), 0
    async with home.opened():
        async with db.transaction() as session:
            batches = exporting.or_refused(session, filters, asked.format)
            with nullcontext(sys.stdout) if output is None else files.whole(output) as file:
                async for lines in batches:
                    file.write(b"".join(lines).decode())
                    count += len(lines)
                file.flush()
        async with db.reading() as session:
            counts = await lacking.tally(session, filters, exporting.NEEDS[asked.format])
    made = count - (1 if asked.format == "csv" else 0)  # without the header
    missing = counts.missing(exporting.ROLE[asked.format])
    if missing:
        into = "" if output is None else f" written to {output}"
        out.complain(f"{made:,} lines of {counts.fit:,} examples{into}; {missing}.")
    elif output is not None:
        out.complain(f"{made:,} examples written to {output}.")
    return 0


def load(json: Json = False) -> int:
    """Load the sample company into this home: 24 months of figures, tasks, posts with readings, notes in all voices.

    Example: cofounder --home /tmp/try sample load
    """
    return home.run(_load(json))


async def _load(json: bool) -> int:
    async with home.opened():
        counts = await load_sample()
    _told(counts, "Loaded", json)
    return 0


async def load_sample() -> dict[str, int]:
    """Load the sample company as of today; loading it again that day adds nothing. Raises NotEmpty. Wants an open database."""
    from cofounder.kit import db
    from cofounder.kit.clock import today
    from cofounder.personas import sample

    async with db.transaction() as session:
        return await sample.load(session, today=today())


def remove(yes: Yes = False, json: Json = False) -> int:
    """Remove the sample company and everything that was made with it; asks first.

    Example: cofounder sample remove --yes
    """
    if not yes:
        if not out.at_terminal():
            raise InputInvalid(
                "Removing cannot be undone, and nobody is there to ask.", field="remove", hint="Say --yes."
            )
        if not typer.confirm(
            "Remove the sample company, its tasks, posts and figures? It cannot be undone", default=False
        ):
            return 0
    return home.run(_remove(json))


async def _remove(json: bool) -> int:
    from cofounder.kit import db
    from cofounder.personas import sample

    async with home.opened(), db.transaction() as session:
        counts = await sample.remove(session)
    _told(counts, "Removed", json)
    return 0


def _told(counts: dict[str, int], verb: str, json: bool) -> None:
    from cofounder.cli import words

    if json:
        out.emit(counts)
        return
    said = ", ".join(f"{words.count(number)} {words.plain(table)}" for table, number in counts.items() if number)
    out.screen().print(f"{verb}: {said or 'nothing'}.")
