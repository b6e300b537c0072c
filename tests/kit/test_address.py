"""DATABASE_URL as providers print it: what it asks for reaches both drivers, and nothing of it is lost in silence."""

import pytest
from sqlalchemy import text

from cofounder.kit import db
from cofounder.kit.address import for_asyncpg
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database, running

AS_PRINTED = "sslmode=prefer&channel_binding=prefer&connect_timeout=10&application_name=ours&keepalives=1"


async def test_an_address_as_providers_print_it_is_used_by_every_connection(plain_database: Database) -> None:
    url = plain_database.environment["DATABASE_URL"]
    with running("cofounder.cli", "db", "migrate", environment={"DATABASE_URL": f"{url}?{AS_PRINTED}"}) as migrated:
        assert migrated.process.wait(60) == 0, migrated.output
    db.connect(f"{url}?{AS_PRINTED}&options=-c%20statement_timeout%3D4321", "cofounder")
    async with transaction() as session:
        found = await session.execute(
            text("SELECT current_setting('search_path'), current_setting('statement_timeout')")
        )
        assert found.one() == ("cofounder", "4321ms")
    assert await db.answers(30)
    connection = await db.connected("cofounder-try")
    assert await connection.fetchval("SELECT current_setting('application_name')") == "cofounder-try"
    await connection.close()
    await db.dispose()


async def test_a_line_that_must_be_encrypted_is_not_used_in_clear(plain_database: Database) -> None:
    db.connect(f"{plain_database.environment['DATABASE_URL']}?sslmode=require", "cofounder")  # this server has no TLS
    with pytest.raises(Exception, match="SSL") as refused:
        async with transaction() as session:
            await session.execute(text("SELECT 1"))
    assert db.is_out_of_reach(refused.value)
    assert not await db.answers(30)


def test_the_certificates_that_the_machine_trusts_check_the_name_too() -> None:
    asked = for_asyncpg({"host": "h", "sslmode": "verify-full", "sslrootcert": "system"})
    assert asked["ssl"].check_hostname
    assert "dsn" not in asked


def test_an_own_certificate_is_looked_for_where_the_address_says() -> None:
    asked = for_asyncpg(
        {"host": "h", "sslmode": "verify-full", "sslrootcert": "/a b/ca.pem", "channel_binding": "require"}
    )
    assert asked == {"host": "h", "dsn": "postgresql://?sslmode=verify-full&sslrootcert=%2Fa+b%2Fca.pem"}
