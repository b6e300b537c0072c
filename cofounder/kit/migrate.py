"""Bring a database to the present schema. Any number of processes may try at once: one does it, the others wait."""

import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.pool import NullPool

from cofounder.kit import durable
from cofounder.kit.errors import CofounderError

SCRIPTS = "cofounder:migrations"
TABLE = "schema_revision"  # as in migrations/env.py
OLDEST = 150_000  # server_version_num


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
            command.upgrade(config(connection, schema), "head")
            connection.commit()
        durable.migrate(place)


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


def current(connection: Connection, schema: str = "cofounder") -> tuple[str | None, str | None]:
    """The revision a database is at, and the newest there is. Sets the connection's search_path."""
    connection.execute(text(f"SET search_path TO {connection.dialect.identifier_preparer.quote(schema)}"))
    found = MigrationContext.configure(connection, opts={"version_table": TABLE}).get_current_revision()
    return found, ScriptDirectory.from_config(config(connection, schema)).get_current_head()


def config(connection: Connection | None = None, schema: str = "cofounder") -> Config:
    """Alembic's settings, made here: there is no alembic.ini."""
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
