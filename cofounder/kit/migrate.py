"""Bring a database to the present schema. Any number of processes may try at once: one does it, the others wait."""

import re
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from cofounder.kit import durable
from cofounder.kit.errors import CofounderError

if TYPE_CHECKING:  # Alembic is imported where it is needed: most starts find nothing to do, and it takes 8 MB
    from alembic.config import Config

SCRIPTS = "cofounder:migrations"
TABLE = "schema_revision"  # as in migrations/env.py
OLDEST = 150_000  # server_version_num
_REVISION = re.compile(r'^revision(?:: str)? = "(\w+)"', re.MULTILINE)
_BEFORE = re.compile(r'^down_revision(?:: [^=]+)? = "(\w+)"', re.MULTILINE)


class DatabaseTooOld(CofounderError):
    """This PostgreSQL is too old."""

    status = 503
    hint = "Use PostgreSQL 15 or newer."


class DatabaseNotUnicode(CofounderError):
    """This database cannot hold every letter."""

    status = 503
    hint = "Make one that can: CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0"


class EngineNotOurs(CofounderError):
    """The workflow engine in this database belongs to another program."""

    status = 503
    hint = "Set COFOUNDER_DATABASE_SCHEMA to a name of its own, and the engine gets one beside it."


class SchemaUnknown(CofounderError):
    """This database was made by another version of the program, and there is no way from there to here."""

    status = 503
    hint = "Start the version that made it, or begin with another home: cofounder --home FOLDER up"


class RightMissing(CofounderError):
    """The user of DATABASE_URL may not do what a start needs."""

    status = 503
    hint = (
        "As the database's owner: GRANT CREATE ON DATABASE name TO user. Once both schemas are there it needs no more."
    )


def upgrade(url: URL | str, schema: str = "cofounder") -> None:
    """Make our schema, run what migrations are missing, and the durable engine's own. Blocks.

    Raises DatabaseTooOld, DatabaseNotUnicode, EngineNotOurs, SchemaUnknown, RightMissing; then nothing was changed.
    """
    try:
        _upgrade(url, schema)
    except DBAPIError as error:
        if not isinstance(error.orig, psycopg.errors.InsufficientPrivilege | psycopg.errors.ReadOnlySqlTransaction):
            raise
        closed = isinstance(error.orig, psycopg.errors.ReadOnlySqlTransaction)
        hint = "Name the server that takes writes, not a copy of it, and a user whose transactions may write."
        said = f"The server says: {error.orig.diag.message_primary}."
        raise RightMissing(said, hint=hint if closed else None) from error


def _upgrade(url: URL | str, schema: str) -> None:
    place = make_url(url).set(drivername="postgresql+psycopg")
    engine = create_engine(place, poolclass=NullPool)
    with _alone(engine):
        with engine.connect() as connection:
            _refuse_unfit(connection)
            _refuse_anothers_engine(connection, schema)
            _use(connection, schema)
            at, newest = current(connection, schema)
            if at is not None and at not in revisions():
                raise SchemaUnknown(f"Its schema is at {at}; this version goes to {newest}.")
            if at != newest:
                _run(connection, schema)
        durable.migrate(place, durable.schema(schema))


def _run(connection: Connection, schema: str) -> None:
    from alembic import command

    command.upgrade(config(connection, schema), "head")
    connection.commit()


@contextmanager
def _alone(engine: Engine) -> Iterator[None]:
    """Hold the lock of whoever migrates.

    Neither holder nor waiters keep a transaction open: the engine makes indexes concurrently, and those wait for
    every older transaction of the database.
    """
    key = {"key": zlib.crc32(b"cofounder migrations")}
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as guard:
        while not guard.execute(text("SELECT pg_try_advisory_lock(:key)"), key).scalar_one():
            time.sleep(0.05)
        try:
            yield
        finally:
            guard.execute(text("SELECT pg_advisory_unlock(:key)"), key)


def current(connection: Connection, schema: str = "cofounder") -> tuple[str | None, str]:
    """The revision a database is at, and the newest there is. Sets the connection's search_path."""
    connection.execute(text(f"SET search_path TO {connection.dialect.identifier_preparer.quote(schema)}"))
    there = connection.execute(text("SELECT to_regclass(:table)"), {"table": TABLE}).scalar_one()
    found = connection.execute(text(f"SELECT version_num FROM {TABLE}")).scalar_one_or_none() if there else None
    return found, newest()


def newest() -> str:
    """The newest revision there is."""
    made = revisions()
    (last,) = set(made) - set(made.values())
    return last


def revisions() -> dict[str, str | None]:
    """Every revision and the one before it, read from their files: running them all would only tell the same."""
    found: dict[str, str | None] = {}
    for path in Path(__file__).parent.parent.glob("migrations/versions/*.py"):
        words = path.read_text(encoding="utf-8")
        found[_REVISION.findall(words)[0]] = next(iter(_BEFORE.findall(words)), None)
    return found


def config(connection: Connection | None = None, schema: str = "cofounder") -> "Config":
    """Alembic's settings, made here: there is no alembic.ini."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", SCRIPTS)
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    made.attributes["schema"] = schema
    return made


def _refuse_unfit(connection: Connection) -> None:
    about = "SELECT current_setting('server_version_num')::int, current_setting('server_encoding')"
    version, encoding = connection.execute(text(about)).one()
    if version < OLDEST:
        raise DatabaseTooOld(f"The server is version {version // 10_000}.")
    if encoding != "UTF8":
        raise DatabaseNotUnicode(f"Its encoding is {encoding}.")


def _refuse_anothers_engine(connection: Connection, schema: str) -> None:
    """Whoever uses the same engine in this database would have its workflows taken for ours, and its tables changed."""
    engine = durable.schema(schema)
    if schema == "dbos":
        raise EngineNotOurs(f"The schema {schema} is the engine's own.", field="COFOUNDER_DATABASE_SCHEMA")
    looked = {"engine": f"{engine}.workflow_status", "ours": f"{schema}.{TABLE}"}
    found = connection.execute(text("SELECT to_regclass(:engine), to_regclass(:ours)"), looked).one()
    if found[0] is not None and found[1] is None:
        raise EngineNotOurs(
            f"The schema {engine} is there, and {schema} is not.",
            hint=f"{EngineNotOurs.hint} Is it left of a Cofounder that is gone? Then: DROP SCHEMA {engine} CASCADE",
        )


def _use(connection: Connection, schema: str) -> None:
    quoted = connection.dialect.identifier_preparer.quote(schema)
    there = connection.execute(text("SELECT to_regnamespace(:name)"), {"name": quoted}).scalar_one()
    if there is None:  # asking for it wants a right that one who only uses it need not have
        connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {quoted}"))
    connection.execute(text(f"SET search_path TO {quoted}"))
    connection.commit()
