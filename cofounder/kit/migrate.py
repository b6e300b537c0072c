"""Bring a database to the present schema. Any number of processes may try at once: one does it, the others wait."""

import re
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
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


def upgrade(url: URL | str, schema: str = "cofounder") -> None:
    """Make our schema, run what migrations are missing, and the durable engine's own. Blocks; raises DatabaseTooOld."""
    place = make_url(url).set(drivername="postgresql+psycopg")
    engine = create_engine(place, poolclass=NullPool)
    with _alone(engine):
        with engine.connect() as connection:
            _refuse_old(connection)
            _use(connection, schema)
            at, newest = current(connection, schema)
            if at != newest:
                _run(connection, schema)
        durable.migrate(place)


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
    """The newest revision there is, read from the revisions' files: running them all would only tell the same."""
    made, before = set[str](), set[str]()
    for path in Path(__file__).parent.parent.glob("migrations/versions/*.py"):
        words = path.read_text(encoding="utf-8")
        made.update(_REVISION.findall(words))
        before.update(_BEFORE.findall(words))
    (last,) = made - before
    return last


def config(connection: Connection | None = None, schema: str = "cofounder") -> "Config":
    """Alembic's settings, made here: there is no alembic.ini."""
    from alembic.config import Config

    made = Config()
    made.set_main_option("script_location", SCRIPTS)
    made.set_main_option("path_separator", "os")
    made.attributes["connection"] = connection
    made.attributes["schema"] = schema
    return made


def _refuse_old(connection: Connection) -> None:
    found = connection.execute(text("SELECT current_setting('server_version_num')::int")).scalar_one()
    if found < OLDEST:
        raise DatabaseTooOld(f"The server is version {found // 10_000}.")


def _use(connection: Connection, schema: str) -> None:
    quoted = connection.dialect.identifier_preparer.quote(schema)
    connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {quoted}"))
    connection.execute(text(f"SET search_path TO {quoted}"))
    connection.commit()
