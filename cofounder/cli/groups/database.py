"""db: the database this home uses."""

import asyncio
import os
import shutil
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote, urlencode

import typer

from cofounder.cli import database_url, home, out
from cofounder.cli.options import Json
from cofounder.kit.errors import Conflict, NotFound

if TYPE_CHECKING:
    from sqlalchemy import URL


class NotEmbedded(Conflict):
    """DATABASE_URL names a database that is not ours to start or stop."""


class StillUsed(Conflict):
    """The database is in use."""

    hint = "Stop what uses it first (cofounder up, a worker), or say --force: open transactions are rolled back."


class PsqlMissing(NotFound):
    """There is no psql on this machine."""

    hint = "Install PostgreSQL's client (Debian: postgresql-client)."


def register(app: typer.Typer) -> None:
    group = typer.Typer(help="The database.", no_args_is_help=True)
    for command in (start, stop, status, migrate, url, psql):
        group.command()(command)
    app.add_typer(group, name="db")


def start() -> int:
    """Start the embedded database and leave it running.

    Example: cofounder db start
    """
    from cofounder.kit import postgres

    _only_embedded()
    postgres.ensure(home.make())
    home.keep_database(True)
    found = postgres.status(home.folder())
    out.screen().print(f"PostgreSQL {found.version} runs on {found.data}.", soft_wrap=True)
    return 0


def stop(force: Annotated[bool, typer.Option("--force", help="Even while somebody uses it.")] = False) -> int:
    """Stop the embedded database.

    Example: cofounder db stop
    """
    from cofounder.kit import postgres

    _only_embedded()
    folder = home.folder()
    home.keep_database(False)
    if not postgres.status(folder).running:
        out.screen().print("It does not run.")
        return 0
    if not (postgres.stop(folder) if force else postgres.stop_if_idle(folder)):
        raise StillUsed()
    out.screen().print("Stopped.")
    return 0


def status(json: Json = False) -> int:
    """Say whether the database runs, its version, and whether its schema is current.

    Example: cofounder db status --json
    """
    from cofounder.kit import postgres
    from cofounder.settings import settings

    folder = home.folder()
    found: dict[str, Any] = {"embedded": home.embedded(), "schema": settings().database_schema}
    if home.embedded():
        server = postgres.status(folder)
        found |= {
            "running": server.running,
            "version": server.version,
            "data": str(server.data),
            "connections": server.connections,
        }
    if not home.embedded() or found["running"]:
        found |= asyncio.run(_schema())
    if json:
        out.emit(found)
    else:
        for name, value in found.items():
            out.screen().print(f"{name.replace('_', ' '):<12} {'' if value is None else value}", soft_wrap=True)
    return 0 if found.get("running", True) and found.get("current", True) else out.UNAVAILABLE


async def _schema() -> dict[str, Any]:
    from cofounder.kit import db, postgres
    from cofounder.ops import health
    from cofounder.settings import settings

    database_url.check()
    given = settings().database_url
    place = await asyncio.to_thread(postgres.ensure, home.folder()) if given is None else given
    db.connect(place, settings().database_schema)
    try:
        async with db.transaction() as session:
            seen = await health.database(session)
        return {"version": seen.version, "revision": seen.revision, "newest": seen.newest, "current": seen.current}
    finally:
        await db.dispose()


def migrate() -> int:
    """Bring the schema up to date. Every start does it too.

    Example: cofounder db migrate
    """
    asyncio.run(_migrate())
    out.screen().print("The schema is current.")
    return 0


async def _migrate() -> None:
    async with home.opened():
        pass


def url() -> int:
    """Print the database's address, for psql and other tools.

    Example: psql "$(cofounder db url)"
    """
    from cofounder.kit import postgres
    from cofounder.settings import settings

    given = settings().database_url
    typer.echo(_for_libpq(postgres.ensure(home.make())) if given is None else given)
    return 0


def _for_libpq(place: "URL") -> str:
    """The embedded database's address, as PostgreSQL's own programs read it: a path may hold blanks."""
    asked = {"host": place.query["host"], "port": place.query["port"], "user": place.username}
    return f"postgresql:///{place.database}?{urlencode(asked, quote_via=quote)}"


def psql(arguments: Annotated[list[str] | None, typer.Argument(help="What psql is given, after --.")] = None) -> int:
    """Open psql on the database, in our schema.

    Example: cofounder db psql -- -c "SELECT status, count(*) FROM tasks GROUP BY 1"
    """
    from cofounder.kit import postgres
    from cofounder.settings import settings

    program = shutil.which("psql")
    if program is None:
        raise PsqlMissing()
    import subprocess

    database_url.check()
    given = settings().database_url
    target, secret = (_for_libpq(postgres.ensure(home.make())), None) if given is None else _without_password(given)
    environment = os.environ | {"PGOPTIONS": f"-c search_path={settings().database_schema}"}
    if secret is not None:  # what stands on a command line, everybody on the machine can read
        environment["PGPASSWORD"] = secret
    try:
        return subprocess.run([program, target, *(arguments or [])], check=False, env=environment).returncode
    finally:
        home.leave_database()


def _without_password(given: str) -> tuple[str, str | None]:
    """An address that can be shown, and the password that it held."""
    from sqlalchemy import URL, make_url

    place = make_url(given).set(drivername="postgresql")
    bare = URL.create("postgresql", place.username, None, place.host, place.port, place.database, place.query)
    return bare.render_as_string(hide_password=False), place.password


def _only_embedded() -> None:
    if not home.embedded():
        raise NotEmbedded(field="DATABASE_URL")
