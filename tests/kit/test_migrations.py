"""The tables in the code and the tables that migrations make are the same."""

from concurrent.futures import ThreadPoolExecutor

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, create_engine, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.pool import NullPool

from cofounder.kit import migrate
from cofounder.kit.testing import SCHEMA, _database
from cofounder.migrations.tables import metadata


def test_tables_and_migrations_agree(shared_database: URL) -> None:
    engine = create_engine(shared_database.set(drivername="postgresql+psycopg"), poolclass=NullPool)
    with engine.connect() as connection:
        connection.execute(text(f"SET search_path TO {SCHEMA}"))
        context = MigrationContext.configure(
            connection,
            opts={
                "compare_type": True,
                "compare_server_default": True,
                "version_table": "schema_revision",
            },
        )
        difference = compare_metadata(context, metadata)
        at, newest = migrate.current(connection, SCHEMA)
    assert difference == [], "run: python -m cofounder.migrations.make --baseline"
    assert at == newest is not None


def test_the_newest_revision_is_the_one_that_alembic_finds() -> None:
    assert migrate.newest() == ScriptDirectory.from_config(migrate.config()).get_current_head()


def test_a_schema_that_was_never_made_is_at_no_revision(server: URL) -> None:
    with _database(server) as url, create_engine(url, poolclass=NullPool).connect() as connection:
        assert migrate.current(connection, "nowhere") == (None, migrate.newest())


def test_four_at_once_migrate_once(server: URL) -> None:
    with _database(server) as url:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: migrate.upgrade(url, "ours"), range(4)))
        engine = create_engine(url, poolclass=NullPool)
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT version_num FROM ours.schema_revision")).all()
            strangers = connection.execute(
                text(
                    "SELECT tablename FROM pg_tables WHERE schemaname NOT IN ('ours', 'dbos')"
                    " AND schemaname NOT LIKE 'pg_%' AND schemaname <> 'information_schema'"
                )
            ).all()
    assert len(rows) == 1
    assert strangers == [], "tables outside of our schema and the engine's"


async def test_a_session_sees_our_schema_without_naming_it(session: AsyncSession) -> None:
    assert (await session.execute(text("SELECT count(*) FROM tasks"))).scalar_one() == 0
