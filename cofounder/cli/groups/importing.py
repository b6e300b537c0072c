"""import, imports: the company's own data into the records."""

import asyncio
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer

from cofounder.cli import home, out
from cofounder.cli.options import Json, Yes
from cofounder.kit.errors import InputInvalid
from cofounder.kit.forms import complaint

_POLL_SECONDS = 0.2
_Id = Annotated[str, typer.Argument(metavar="IMPORT", help="The import's id, or its start or end, or `last`.")]


def register(app: typer.Typer) -> None:
    app.command("import")(bring)
    group = typer.Typer(help="Data that was brought in.", no_args_is_help=True)
    group.command("list")(listed)
    group.command("show")(show)
    group.command("refused")(refused)
    group.command("cancel")(cancel)
    group.command("run")(again)
    group.command("sources")(sources)
    group.command("connect")(connect)
    group.command("disconnect")(disconnect)
    app.add_typer(group, name="imports")


def bring(
    kind: Annotated[str, typer.Argument(help="tasks, posts, social, web, financial or quality.")],
    source: Annotated[
        str, typer.Argument(help="A file (CSV, TSV, JSONL, Parquet, Excel), or a source that is set up.")
    ],
    map_: Annotated[
        list[str] | None,
        typer.Option("--map", "-m", metavar="FIELD=COLUMN", help="FIELD=COL or FIELD=COL+COL; repeat for more."),
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", "-s", metavar="FIELD=VALUE", help="One value for all rows.")
    ] = None,
    figure: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN=METRIC[:CHANNEL]", help="A column of figures, of financial metrics."),
    ] = None,
    scale: Annotated[
        list[str] | None,
        typer.Option(metavar="FIELD=NUMBER", help="Multiply a field or a figure's column: bounce_rate=0.01."),
    ] = None,
    time_format: Annotated[
        list[str] | None, typer.Option(metavar="FIELD=FORMAT", help="How a time is written, such as %d.%m.%Y or unix.")
    ] = None,
    add_days: Annotated[
        list[str] | None, typer.Option(metavar="FIELD=DAYS", help="Days added to a time: measured_at=7.")
    ] = None,
    keep: Annotated[list[str] | None, typer.Option(help="Keep a column as an attribute; repeat for more.")] = None,
    make_posts: Annotated[
        bool, typer.Option("--make-posts", help="Of social: make a post for each that is not known.")
    ] = False,
    mapping: Annotated[
        Path | None, typer.Option(help="A JSON file with the whole mapping.", dir_okay=False, exists=True)
    ] = None,
    timezone: Annotated[str | None, typer.Option(help="Of times that name none. Else UTC.")] = None,
    currency: Annotated[str | None, typer.Option(help="Of money that names none. Else USD.")] = None,
    decimal: Annotated[str | None, typer.Option(help="The mark before decimals: . or ,")] = None,
    day_first: Annotated[
        bool | None, typer.Option("--day-first/--month-first", help="How 1/2/2024 is read.", show_default=False)
    ] = None,
    period: Annotated[
        str | None, typer.Option(help="day, week, month, quarter or year, of figures without an end.")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Of the file. Else found out.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="Between the cells. Else found out; 'tab' for a tab.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Of a workbook. Else the first with anything on it.")] = None,
    header: Annotated[int, typer.Option(min=0, help="The line with the names of the columns; 0: there is none.")] = 1,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show the first rows and the mapping; bring nothing in.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count what would come in; bring nothing in.")] = False,
    all_or_nothing: Annotated[
        bool, typer.Option("--all-or-nothing", help="Bring nothing in where a single row is refused.")
    ] = False,
    json: Json = False,
) -> int:
    """Bring data in. The same rows again change nothing; a corrected row is updated and keeps its history.

    Columns are guessed by their names and contents; --preview shows how. Refused rows are listed with line, column,
    value and reason, and the rest comes in. Ctrl-C leaves it to the worker; the same command again goes on.

    Example: cofounder import web analytics.csv --dry-run
    """
    from cofounder.business.imports.schemas import Form, Units

    form = Form(
        encoding=encoding, delimiter="\t" if delimiter in ("tab", "\\t") else delimiter, sheet=sheet, header=header
    )
    named = {"timezone": timezone, "currency": currency, "decimal": decimal, "day_first": day_first, "period": period}
    units = _checked(Units, {name: value for name, value in named.items() if value is not None})
    changes = {
        "map": _pairs(map_, "map"),
        "set": _pairs(set_, "set"),
        "figure": _pairs(figure, "figure"),
        "scale": _pairs(scale, "scale"),
        "format": _pairs(time_format, "time-format"),
        "add_days": _pairs(add_days, "add-days"),
        "keep": keep or [],
        "make_posts": make_posts,
    }
    whole = mapping.read_text(encoding="utf-8") if mapping is not None else None
    how = {"preview": preview, "dry_run": dry_run, "all_or_nothing": all_or_nothing, "json": json}
    return home.run(_bring(kind, source, form, units, changes, whole, how))


async def _bring(kind: str, source: str, form: Any, units: Any, changes: Any, whole: str | None, how: Any) -> int:
    from cofounder.business.imports import repeating, service
    from cofounder.business.imports.schemas import ChangeIn, Mapping, SourceIn
    from cofounder.cli.views import imports as views
    from cofounder.kit import db
    from cofounder.people import LOCAL_OWNER

    path = await asyncio.to_thread(lambda: Path(source).expanduser().absolute())
    is_file = await asyncio.to_thread(path.exists)
    async with home.opened():
        async with db.transaction() as session:
            known = None if is_file else await repeating.named(session, source)
            is_folder = known is not None and known.type == "folder"
            begun = await repeating.run_now(session, known, by=LOCAL_OWNER.who) if known and is_folder else []
        if is_folder:
            return await _follow_all([one.id for one in begun], json=how["json"])
        async with db.transaction() as session:
            if known is not None:
                asked = SourceIn(kind=service.kind_of(kind).name, source_id=known.id)
                row = await repeating.begin(session, asked, by=LOCAL_OWNER.who)
            else:
                row = await service.begin_file(
                    session, path, kind=kind, label=path.name, by=LOCAL_OWNER.who, form=form, units=units
                )
            mapping = Mapping.model_validate_json(whole) if whole else Mapping.model_validate(row.mapping)
            changed = edited(mapping, changes)
            if how["all_or_nothing"] or changed != Mapping.model_validate(row.mapping):
                given = ChangeIn(mapping=changed, all_or_nothing=how["all_or_nothing"])
                row = await service.change(session, row.id, given)
            if how["preview"]:
                shown = await service.preview(session, row.id)
                await service.forget(session, row.id)
                out.emit(shown.model_dump(mode="json")) if how["json"] else views.preview(shown)
                return 0
            await service.start(session, row.id, check_only=how["dry_run"])
        async with home.worked():
            return await _follow(row.id, json=how["json"], dry_run=how["dry_run"])


async def _follow_all(ids: list[UUID], *, json: bool) -> int:
    """Watch the imports of a folder's new files, one after the other; the worst exit code of them."""
    if not ids:
        out.complain("The folder holds no new file.")
        return 0
    async with home.worked():
        return max([await _follow(id, json=json) for id in ids])


async def _follow(id: UUID, *, json: bool, dry_run: bool = False) -> int:
    """Watch an import until it rests, and say how it ended."""
    from cofounder.business.imports import service
    from cofounder.cli.views import imports as views
    from cofounder.kit import db

    with views.progress(silent=json or not out.at_terminal()) as tell:
        while True:
            async with db.reading() as session:
                row = service.out(await service.get(session, id))
            tell(row)
            if row.state not in service.OPEN:
                break
            await asyncio.sleep(_POLL_SECONDS)
    if json:
        out.emit(row.model_dump(mode="json"))
    else:
        views.ended(row, dry_run=dry_run)
    return out.ENDED_BADLY if row.state in ("failed", "refused", "cancelled") else 0


def edited(mapping: Any, changes: dict[str, Any]) -> Any:
    """The mapping with what the options say. Raises InputInvalid for an option that names no field that is mapped."""
    from cofounder.business.imports.schemas import Figure, From

    fields = dict(mapping.fields)
    for name, columns in changes["map"].items():
        before = fields.get(name)
        fields[name] = _checked(From, {"columns": columns.split("+"), "scale": before.scale if before else None})
    for name, value in changes["set"].items():
        fields[name] = _checked(From, {"value": value})
    figures = {one.column: one for one in mapping.figures}
    for column, metric in changes["figure"].items():
        type_, _, channel = metric.partition(":")
        figures.pop(column, None)
        figures[column] = _checked(Figure, {"column": column, "metric_type": type_, "channel": channel})
    for option, turn in (("scale", _number), ("format", str), ("add_days", int)):
        for name, value in changes[option].items():
            of_figures = option == "scale" and name in figures
            held: dict[str, Any] = figures if of_figures else fields
            if name not in held:
                raise InputInvalid(f"{name} is not mapped; use --map {name}=COLUMN.", field=option.replace("_", "-"))
            try:
                held[name] = held[name].model_copy(update={option: turn(value)})
            except ValueError as error:
                raise InputInvalid(f"{value!r} does not fit.", field=option.replace("_", "-")) from error
    keep = [*mapping.keep, *(one for one in changes["keep"] if one not in mapping.keep)]
    return mapping.model_copy(
        update={
            "fields": fields,
            "figures": list(figures.values()),
            "keep": keep,
            "make_posts": mapping.make_posts or changes["make_posts"],
        }
    )


def _number(said: str) -> float:
    return float(said)


def _pairs(given: list[str] | None, option: str) -> dict[str, str]:
    found = {}
    for one in given or []:
        name, mark, value = one.partition("=")
        if not mark or not name:
            raise InputInvalid(f"{one!r} is no NAME=VALUE.", field=option)
        found[name.strip()] = value
    return found


def _checked(model: Any, values: dict[str, Any]) -> Any:
    from pydantic import ValidationError

    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"]) or next(iter(values), "option")
        raise InputInvalid(complaint(first), field=place) from error


def listed(
    kind: Annotated[str | None, typer.Option(help="Only imports of this kind.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="At most so many.")] = 20,
    json: Json = False,
) -> int:
    """List imports, newest first.

    Example: cofounder imports list
    """

    async def work() -> int:
        from cofounder.business.imports import service
        from cofounder.cli.views import imports as views
        from cofounder.kit import db

        async with home.opened(), db.reading() as session:
            items, more, total = await service.listed(session, kind=kind, limit=limit)
        if json:
            out.emit({"items": [one.model_dump(mode="json") for one in items], "next_cursor": more, "total": total})
        else:
            views.listed(items, total)
        return 0

    return home.run(work())


def show(id: _Id, json: Json = False) -> int:
    """Show an import: its state, its counts, what was odd, how its columns were read.

    Example: cofounder imports show last
    """

    async def work() -> int:
        from cofounder.business.imports import service
        from cofounder.cli.views import imports as views
        from cofounder.kit import db

        async with home.opened(), db.reading() as session:
            row = service.out(await service.get(session, await _named(session, id)))
        if json:
            out.emit(row.model_dump(mode="json"))
        else:
            views.show(row)
        return 0

    return home.run(work())


def refused(
    id: _Id,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Write the CSV here, whole or not at all.", dir_okay=False)
    ] = None,
) -> int:
    """Print what an import refused, and what its rows say against each other, as CSV: line, column, value, code, reason.

    Example: cofounder imports refused last -o refused.csv
    """

    async def work() -> int:
        import sys

        from cofounder.business.imports import service
        from cofounder.kit import db, files

        async with home.opened(), db.reading() as session:
            row = await service.get(session, await _named(session, id))
            lines = service.refusal_lines(session, row.id)
            if output is None:
                async for line in lines:
                    sys.stdout.write(line)
                sys.stdout.flush()
                return 0
            with files.whole(output) as file:
                async for line in lines:
                    file.write(line)
        out.complain(f"Written to {output}.")
        return 0

    return home.run(work())


def cancel(id: _Id, json: Json = False) -> int:
    """Stop an import; rows that are in stay in.

    Example: cofounder imports cancel last
    """

    async def work() -> int:
        from cofounder.business.imports import service
        from cofounder.kit import db

        async with home.opened(), db.transaction() as session:
            row = service.out(await service.cancel(session, await _named(session, id)))
        if json:
            out.emit(row.model_dump(mode="json"))
            return 0
        out.screen().print("Cancelled." if row.state == "cancelled" else "It ends before its next rows.")
        return 0

    return home.run(work())


def again(id: _Id, json: Json = False) -> int:
    """Run an import once more, such as one that failed: what is in does not come in twice.

    Example: cofounder imports run last
    """

    async def work() -> int:
        from cofounder.business.imports import service
        from cofounder.kit import db

        async with home.opened():
            async with db.transaction() as session:
                row = await service.get(session, await _named(session, id))
                if row.state not in service.OPEN:  # else somebody carries it out already: watch
                    await service.start(session, row.id)
            async with home.worked():
                return await _follow(row.id, json=json)

    return home.run(work())


def sources(json: Json = False) -> int:
    """List the databases, Google Analytics properties and folders that are read again and again.

    Example: cofounder imports sources
    """

    async def work() -> int:
        from cofounder.business.imports import repeating
        from cofounder.cli.views import imports as views
        from cofounder.kit import db

        async with home.opened(), db.reading() as session:
            items = await repeating.listed(session)
        if json:
            out.emit(
                {"items": [one.model_dump(mode="json") for one in items], "next_cursor": None, "total": len(items)}
            )
        else:
            views.sources(items)
        return 0

    return home.run(work())


def connect(
    file: Annotated[
        Path,
        typer.Argument(help="A JSON file: name, type (postgres, ga4, folder), kind and how to reach it.", exists=True),
    ],
    secret: Annotated[
        Path | None, typer.Option(help="A file with the password or the service account's key.", exists=True)
    ] = None,
    json: Json = False,
) -> int:
    """Set up a source that is read again and again. Its secret is kept encrypted and never shown again.

    Example: cofounder imports connect shop.json --secret password.txt
    """

    async def work() -> int:
        import json as reading

        from cofounder.business.imports import repeating
        from cofounder.business.imports.schemas import NewSource
        from cofounder.kit import db
        from cofounder.people import LOCAL_OWNER

        try:
            said = reading.loads(await asyncio.to_thread(file.read_text, encoding="utf-8"))
        except ValueError as error:
            raise InputInvalid(f"{file} is no JSON: {error}.", field="file") from error
        if not isinstance(said, dict):
            raise InputInvalid(f"{file} is no JSON object.", field="file")
        if secret is not None:
            said["secret"] = (await asyncio.to_thread(secret.read_text, encoding="utf-8")).strip()
        wanted = _checked(NewSource, said)
        async with home.opened(), db.transaction() as session:
            made = repeating.out(await repeating.add(session, wanted, by=LOCAL_OWNER))
        if json:
            out.emit(made.model_dump(mode="json"))
        else:
            out.screen().print(f"{made.name} is set up. Read it with: cofounder import {made.kind} {made.name}")
        return 0

    return home.run(work())


def disconnect(
    name: Annotated[str, typer.Argument(help="The source's name.")], yes: Yes = False, json: Json = False
) -> int:
    """Forget a source and its secret; what came from it stays.

    Example: cofounder imports disconnect shop --yes
    """
    if not yes and not (out.at_terminal() and out.confirm(f"Forget the source {name} and its secret?")):
        raise InputInvalid("Nothing was forgotten.", field="name", hint="Say --yes.")

    async def work() -> int:
        from cofounder.business.imports import repeating
        from cofounder.business.imports.errors import SourceMissing
        from cofounder.kit import db
        from cofounder.people import LOCAL_OWNER

        async with home.opened(), db.transaction() as session:
            row = await repeating.named(session, name)
            if row is None:
                raise SourceMissing(f"No source {name!r}.", field="name")
            await repeating.remove(session, row.id, by=LOCAL_OWNER)
        if json:
            out.emit({"name": name, "forgotten": True})
        else:
            out.screen().print(f"{name} is forgotten.")
        return 0

    return home.run(work())


async def _named(session: Any, said: str) -> UUID:
    """The id that a person means: whole, its start, or `last`. Raises ImportMissing."""
    from cofounder.business.imports import service
    from cofounder.business.imports.errors import ImportMissing

    try:
        return UUID(said)
    except ValueError:
        pass
    items, _, _ = await service.listed(session, limit=200)
    found = (
        items[:1]
        if said == "last"
        else [one for one in items if str(one.id).startswith(said.lower()) or _ends(one.id, said)]
    )
    if len(found) != 1:
        raise ImportMissing(f"{len(found) or 'No'} imports are called {said!r}.", field="import")
    return found[0].id


def _ends(id: UUID, said: str) -> bool:
    """A list shows the end of an id: ids of one minute begin alike."""
    return len(said) >= 4 and str(id).endswith(said.lower())
