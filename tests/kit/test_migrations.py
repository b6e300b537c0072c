"""The tables in the code and the tables that migrations make are the same."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, create_engine, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.pool import NullPool

from cofounder.kit import durable, migrate
from cofounder.kit.ids import new_id
from cofounder.kit.testing import SCHEMA, _ask, _database
from cofounder.migrations import make
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


def test_a_database_of_another_version_is_told_and_left_as_it_is(server: URL) -> None:
    with _database(server) as url:
        migrate.upgrade(url, "ours")
        engine = create_engine(url, poolclass=NullPool)
        with engine.begin() as connection:
            connection.execute(text("UPDATE ours.schema_revision SET version_num = '0001'"))
        with pytest.raises(migrate.SchemaUnknown, match="is at 0001"):
            migrate.upgrade(url, "ours")
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT version_num FROM ours.schema_revision")) == "0001"


def test_a_baseline_is_named_by_what_it_makes(tmp_path: Path) -> None:
    def named(body: str) -> str:
        path = tmp_path / "0001_baseline.py"
        path.write_text(f'revision = "0001"\n\n\ndef upgrade() -> None:\n    {body}\n', encoding="utf-8")
        make._named_by_content(path)
        return path.read_text(encoding="utf-8").splitlines()[0]

    assert named("pass") == named("pass") != named("print()")


def test_four_at_once_migrate_once(server: URL) -> None:
    with _database(server) as url:
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda _: migrate.upgrade(url, "ours"), range(4)))
        engine = create_engine(url, poolclass=NullPool)
        with engine.connect() as connection:
            rows = connection.execute(text("SELECT version_num FROM ours.schema_revision")).all()
            strangers = connection.execute(
                text(
                    "SELECT tablename FROM pg_tables WHERE schemaname NOT IN ('ours', 'ours_dbos')"
                    " AND schemaname NOT LIKE 'pg_%' AND schemaname <> 'information_schema'"
                )
            ).all()
    assert len(rows) == 1
    assert strangers == [], "tables outside of our schema and the engine's"


def test_two_in_one_database_have_an_engine_each(server: URL) -> None:
    with _database(server) as url:
        for schema in ("cofounder", "staging"):
            migrate.upgrade(url, schema)
        migrate.upgrade(url, "cofounder")  # a second start finds nothing to refuse
        engine = create_engine(url, poolclass=NullPool)
        with engine.connect() as connection:
            found = connection.scalars(text("SELECT schemaname FROM pg_tables WHERE tablename = 'workflow_status'"))
            assert set(found) == {"dbos", "staging_dbos"}


def test_the_engine_of_another_program_is_left_alone(server: URL) -> None:
    with _database(server) as url:
        durable.migrate(url, "dbos")  # as a program of the user's own has it
        with pytest.raises(migrate.EngineNotOurs) as refused:
            migrate.upgrade(url)
        assert "COFOUNDER_DATABASE_SCHEMA" in refused.value.advice
        assert "DROP SCHEMA dbos" in refused.value.advice
        with create_engine(url, poolclass=NullPool).connect() as connection:
            assert connection.scalar(text("SELECT to_regnamespace('cofounder')")) is None
        migrate.upgrade(url, "beside")
    with _database(server) as url, pytest.raises(migrate.EngineNotOurs):
        migrate.upgrade(url, "dbos")  # our tables among the engine's


def test_a_database_that_cannot_hold_every_letter_is_refused(server: URL) -> None:
    name = f"test_{new_id().hex}"
    _ask(server, f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE_PROVIDER 'libc' LOCALE 'C' TEMPLATE template0")
    try:
        with pytest.raises(migrate.DatabaseNotUnicode, match="LATIN1"):
            migrate.upgrade(server.set(database=name))
    finally:
        _ask(server, f"DROP DATABASE {name} WITH (FORCE)")


def test_a_user_who_may_not_make_a_schema_is_told_what_to_ask_for(server: URL) -> None:
    """And one whose schemas were made for it needs no more than them."""
    role = f"r_{new_id().hex}"
    with _database(server) as url:
        assert url.database is not None
        _ask(server, f"CREATE ROLE {role}")
        as_role = url.update_query_dict({"options": f"-c role={role}"})
        try:
            with pytest.raises(migrate.RightMissing) as refused:
                migrate.upgrade(as_role)
            assert "permission denied" in refused.value.detail
            assert "GRANT CREATE ON DATABASE" in refused.value.advice
            for schema in ("cofounder", "dbos"):
                _ask(url, f"CREATE SCHEMA {schema} AUTHORIZATION {role}")
            migrate.upgrade(as_role)
        finally:
            _ask(url, f"DROP OWNED BY {role} CASCADE")
            _ask(server, f"DROP ROLE {role}")


async def test_a_session_sees_our_schema_without_naming_it(session: AsyncSession) -> None:
    assert (await session.execute(text("SELECT count(*) FROM tasks"))).scalar_one() == 0
