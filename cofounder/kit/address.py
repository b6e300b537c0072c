"""What DATABASE_URL asks for, in the words of each driver.

It is written as libpq reads it, and so as every provider of a database prints it: `?sslmode=require`. psycopg hands that
on to libpq; asyncpg knows most of it inside of a DSN of its own only, and some of it not at all.
"""

import inspect
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

# What asyncpg reads in a DSN, as libpq does. `options` goes to the server with the first words.
_IN_A_DSN = frozenset(
    {
        "sslmode",
        "sslcert",
        "sslkey",
        "sslrootcert",
        "sslnegotiation",
        "sslcrl",
        "sslpassword",
        "ssl_min_protocol_version",
        "ssl_max_protocol_version",
        "options",
    }
)


def for_asyncpg(options: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of asyncpg.connect for what an address and the caller ask for.

    What only libpq knows (connect_timeout, keepalives, channel_binding, ...) is left out: psycopg, which every start
    connects with first, has taken or refused it.
    """
    import asyncpg

    known = inspect.signature(asyncpg.connect).parameters
    made = {name: value for name, value in options.items() if name in known}
    written = {name: value for name, value in options.items() if name in _IN_A_DSN}
    if (
        written.get("sslrootcert") == "system"
    ):  # the certificates that this machine trusts; libpq then checks the name too
        import ssl

        made["ssl"] = ssl.create_default_context()
        written = {name: value for name, value in written.items() if name not in ("sslrootcert", "sslmode")}
    if written:
        made["dsn"] = f"postgresql://?{urlencode(written)}"
    return made
