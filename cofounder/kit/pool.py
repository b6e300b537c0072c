"""Whether a pooled connection still lives, seen without asking the server each time.

SQLAlchemy's own look costs a transaction of its own at every checkout. A connection that the server closed says so by
itself: asyncpg has noticed, and psycopg's socket has something to read. Only one that rested long is asked.
"""

import select
import time
from typing import Any

from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError

READ_ONLY = "25006"  # the SQLSTATE of a change that a standby was asked for
RESTED_SECONDS = 30.0  # the network between may have dropped it without a word


def look_at_checkout(engine: Engine) -> None:
    """Let the engine's pool hand out no connection that was lost while it rested; a new one takes its place."""

    def rests(connection: Any, record: Any) -> None:
        record.info["rests since"] = time.monotonic()

    def look(connection: Any, record: Any, _: Any) -> None:
        rested = time.monotonic() - record.info.get("rests since", time.monotonic())
        if _is_closed(record.driver_connection):
            raise DisconnectionError("the server closed it")
        if rested > RESTED_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise DisconnectionError("it does not answer") from error

    def leave(met: Any) -> None:
        """After a failover an old connection may lead to what is a standby now: a new one finds the other server."""
        if getattr(met.original_exception, "sqlstate", None) == READ_ONLY:
            met.is_disconnect = True

    event.listen(engine, "checkin", rests)
    event.listen(engine, "checkout", look)
    event.listen(engine, "handle_error", leave)


def _is_closed(connection: Any) -> bool:
    """asyncpg knows; psycopg is looked at through its socket, where nothing may lie while it rests."""
    if hasattr(connection, "is_closed"):
        return bool(connection.is_closed())
    if connection.closed:
        return True
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
    return bool(poll.poll(0))
