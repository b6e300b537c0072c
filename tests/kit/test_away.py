"""When the database counts as away: whatever way it is out of reach, and never because somebody else is."""

import asyncio
import errno
import socket
import ssl

import asyncpg
import httpx
import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cofounder.business.imports.errors import SourceOutOfReach
from cofounder.kit import db
from cofounder.kit.testing import Database
from cofounder.people import audit

AWAY = [
    OSError(errno.EHOSTUNREACH, "No route to host"),
    OSError(errno.ENETUNREACH, "Network is unreachable"),
    socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"),
    socket.gaierror(socket.EAI_NONAME, "Name or service not known"),
    FileNotFoundError(errno.ENOENT, "No such file or directory"),  # the socket of a server that is down
    ConnectionRefusedError(errno.ECONNREFUSED, "refused"),
    TimeoutError(),
]
OURS_TO_MEND = [
    ssl.SSLCertVerificationError(1, "certificate verify failed"),
    PermissionError(errno.EACCES, "Permission denied"),
    FileNotFoundError(errno.ENOENT, "No such file or directory", "/no/ca.pem"),
]


@pytest.mark.parametrize("error", [*AWAY, *OURS_TO_MEND], ids=repr)
async def test_no_way_to_the_server_is_an_outage_and_a_wrong_certificate_is_none(
    monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    async def connect(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(asyncpg, "connect", connect)
    db.connect("postgresql://somebody@db.invalid/one")
    for tried in (_asked(), db.connected("look")):
        with pytest.raises(Exception) as met:
            await tried
        assert db.is_out_of_reach(met.value) == (error in AWAY)
    await db.dispose()


async def _asked() -> None:
    async with db.transaction() as session:
        await session.execute(text("SELECT 1"))


def _nobody() -> int:
    """A port on which nobody listens."""
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


async def test_whoever_else_is_away_is_not_our_database() -> None:
    port = _nobody()
    with pytest.raises(httpx.ConnectError) as asked:
        async with httpx.AsyncClient() as client:
            await client.get(f"http://127.0.0.1:{port}/")
    with pytest.raises(ConnectionRefusedError) as opened:
        await asyncio.open_connection("127.0.0.1", port)
    with pytest.raises(SourceOutOfReach) as read:
        _read_a_source(port)
    assert not [met for met in (asked, opened, read) if db.is_out_of_reach(met.value)]
    assert db.is_out_of_reach(read.value.__cause__), "the very words that our own would have used"


def _read_a_source(port: int) -> None:
    try:
        psycopg.connect(f"postgresql://x@127.0.0.1:{port}/x", connect_timeout=5)
    except psycopg.OperationalError as error:
        raise SourceOutOfReach("127.0.0.1: refused.", field="source") from error


def test_our_own_word_for_an_outage_is_one() -> None:
    assert db.is_out_of_reach(db.DatabaseOutOfReach())


REFUSED = {
    "53100": "could not extend file: No space left on device",
    "25006": "cannot execute INSERT in a read-only transaction",
}


async def refusing(database: Database, state: str) -> None:
    """As a server that is up and can take nothing now: every new row of the audit log meets its words."""
    async with db.transaction() as session:
        await session.execute(
            text(
                f"CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"RAISE EXCEPTION '{REFUSED[state]}' USING ERRCODE = '{state}'; END $$"
            )
        )
        await session.execute(
            text("CREATE TRIGGER no_room BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION no_room()")
        )


async def write() -> None:
    async with db.transaction() as session:
        await audit(session, "ann", "looked", "task", "1", {})


@pytest.mark.parametrize("state", REFUSED)
async def test_a_server_that_can_take_nothing_now_is_waited_for_and_said(database: Database, state: str) -> None:
    await refusing(database, state)
    with pytest.raises(Exception) as met:
        await write()
    assert db.is_out_of_reach(met.value)
    assert db.is_full(met.value) == (state == "53100")
    said = db.out_of_reach(met.value)
    assert ("disk" if state == "53100" else "read only") in said.detail
    waiting = asyncio.ensure_future(db.patiently(write))
    await asyncio.sleep(0.2)
    async with db.transaction() as session:
        await session.execute(text("DROP TRIGGER no_room ON audit_log"))
    await asyncio.wait_for(waiting, 60)


async def test_what_is_known_nowhere_else_is_kept_however_long_the_database_is_away(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(db, "AWAY_SECONDS", 0.0)
    await refusing(database, "53100")
    with pytest.raises(DBAPIError):
        await db.patiently(write)
    held = asyncio.ensure_future(db.patiently(write, seconds=db.FOREVER))
    await asyncio.sleep(1.2)  # two more tries
    assert not held.done()
    async with db.transaction() as session:
        await session.execute(text("DROP TRIGGER no_room ON audit_log"))
    await asyncio.wait_for(held, 60)
