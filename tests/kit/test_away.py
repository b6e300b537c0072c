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

from cofounder.business.imports.errors import SourceOutOfReach
from cofounder.kit import db

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
