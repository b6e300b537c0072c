"""The engine's own connections: a pool while it runs here, and a client that any process may use without running it."""

import asyncio
from collections.abc import Sequence
from typing import Any

import dbos
import psycopg
from sqlalchemy import URL, Engine, create_engine, event

from cofounder.kit import db
from cofounder.kit.pool import look_at_checkout

IDLE_SECONDS = 60  # PostgreSQL ends a session that leaves a transaction open for so long

_clients: dict[tuple[URL, str], dbos.DBOSClient] = {}
_pools: list[Engine] = []


def place() -> URL:
    """kit.db's database, by the engine's driver."""
    return db.place()[0].set(drivername="postgresql+psycopg")


def schema(ours: str | None = None) -> str:
    """The schema of the engine's tables, beside ours: two products in one database must not take each other's work."""
    chosen = ours or db.schema()
    return "dbos" if chosen == "cofounder" else f"{chosen[:58]}_dbos"  # a name has 63 bytes at most


def client() -> dbos.DBOSClient:
    """One client per database and schema: it works whether or not this process runs workflows."""
    at = place(), schema()
    if at not in _clients:
        _clients[at] = dbos.DBOSClient(
            system_database_url=at[0].render_as_string(hide_password=False),
            dbos_system_schema=at[1],
            serializer=dbos.DBOSPortableJSONSerializer(),
        )
    return _clients[at]


def pool(at: URL) -> Engine:
    """The engine's pool, made here because its own asks the server at every checkout whether a connection lives."""
    made = create_engine(
        at,
        pool_size=8,
        max_overflow=0,
        pool_timeout=30,
        pool_use_lifo=True,
        hide_parameters=True,
        connect_args={
            "application_name": "cofounder-engine",
            "connect_timeout": 10,
            "options": f"-c idle_in_transaction_session_timeout={IDLE_SECONDS * 1000}",
        },
    )
    look_at_checkout(made)
    event.listen(made, "do_connect", _connect)
    _pools.append(made)
    return made


async def close_clients() -> None:
    """Close what `client` opened."""
    while _clients:
        _, one = _clients.popitem()
        await asyncio.to_thread(one.destroy)


async def close_pools() -> None:
    """Close what `pool` opened."""
    while _pools:
        await asyncio.to_thread(_pools.pop().dispose)


def _connect(_: object, __: object, places: Sequence[Any], named: dict[str, Any]) -> "psycopg.Connection[Any]":
    """Say in the engine's words that the database is away: it waits for one that is, and knows it by this text alone.

    A refused TCP address says "connection failed" by itself, a socket file that nobody serves does not.
    """
    try:
        return psycopg.connect(*places, **named)
    except psycopg.OperationalError as error:
        if "connection failed" in str(error):
            raise
        raise psycopg.OperationalError(f"connection failed: {error}") from error
