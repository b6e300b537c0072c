"""What is wrong with DATABASE_URL: in words that name the setting and what to do, and never show its password."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import quote

from cofounder.kit.errors import InputInvalid
from cofounder.settings import settings

if TYPE_CHECKING:
    from sqlalchemy import URL

    from cofounder.kit.db import DatabaseOutOfReach

FIELD = "DATABASE_URL"
PORT = 5432
_EXAMPLE = "For example: DATABASE_URL=postgresql://user:password@localhost:5432/cofounder"
_SPELLED = "Mend user and password in it; in a password write %40 for @, %2F for / and %25 for %."
_PORT = re.compile(r"://(?:[^@]*@)?[^/?@]*[^/?@:\]]:(?!\d+(?:[,/?]|$))[^/?\[\]]+(?:[/?]|$)")
_HOSTS = re.compile(r"://(?:[^/?]*@)?([^/?@]*)")
_QUOTED = r'"?([^"\n]*?)"?'


class DatabaseAddressUnclear(InputInvalid):
    """DATABASE_URL is not the address of a PostgreSQL database."""

    hint = _EXAMPLE


def check() -> None:
    """Refuse a DATABASE_URL that no database can have. Raises DatabaseAddressUnclear."""
    from sqlalchemy import make_url
    from sqlalchemy.exc import ArgumentError

    given = settings().database_url
    if given is None:
        return
    _check_writing(given)
    try:
        address = make_url(given)
    except (ArgumentError, ValueError):
        if _PORT.search(given):
            raise _unclear("Its port is not a number from 1 to 65535.") from None
        raise _unclear("It is not the address of a database.") from None
    if address.get_backend_name() not in ("postgresql", "postgres"):
        raise _unclear(f"{address.get_backend_name()!r} is not PostgreSQL.")
    if "@" in (address.host or ""):
        raise _unclear("It has more than one @.", _SPELLED)
    if address.port is not None and not 1 <= address.port <= 65_535:
        raise _unclear("Its port is not a number from 1 to 65535.")


def _check_writing(given: str) -> None:
    """What a library would read as something else."""
    if given != given.strip():
        raise _unclear("It begins or ends with a blank.", "Leave it out.")
    if given[:1] in ("'", '"') or given[-1:] in ("'", '"'):
        raise _unclear("It has quotes around it, which are no part of an address.", "Leave them out.")
    found = _HOSTS.search(given)
    host = found[1] if found else ""
    if "," in host:
        raise _unclear("It names several hosts, and only one can be used.", "Name the one that is written to.")
    if host.startswith("[") and "]" not in host:
        raise _unclear("Its host begins with [ and has no ].", "An IPv6 address is written as [::1].")
    if host.count(":") > 1 and not host.startswith("["):
        raise _unclear("Its host has more than one colon.", "An IPv6 address is written as [::1].")


def _unclear(said: str, hint: str | None = None) -> DatabaseAddressUnclear:
    return DatabaseAddressUnclear(said, field=FIELD, hint=hint)


def unreached(said: str) -> "DatabaseOutOfReach":
    """What to tell a person of a connection that failed with these words of a library or of the server.

    Names DATABASE_URL where the database is one that it names.
    """
    from sqlalchemy import make_url

    from cofounder.kit.db import DatabaseOutOfReach

    given = settings().database_url
    if given is None:
        return DatabaseOutOfReach(f"The database does not answer: {said.splitlines()[0]}")
    address = make_url(given)
    for form, tell in _KNOWN:
        if found := re.search(form, said, re.IGNORECASE):
            detail, hint = tell(address, found)
            return DatabaseOutOfReach(detail, field=FIELD, hint=hint)
    first = said.splitlines()[0]
    for secret in {address.password, quote(address.password or "", safe="")} - {None, ""}:
        first = first.replace(str(secret), "…")
    hint = "Is the server up, and are host, port, user, password and name in it right?"
    return DatabaseOutOfReach(f"The database that it names does not answer: {first}", field=FIELD, hint=hint)


_Told = tuple[str, str]


def _where(address: "URL") -> str:
    host = address.host or address.query.get("host")
    if not isinstance(host, str) or not host or host.startswith("/"):
        return f"the socket in {host}" if host else "this machine's own socket"
    return f"{host}, port {address.port or PORT}"


def _no_option(_: "URL", found: re.Match[str]) -> _Told:
    return f"PostgreSQL knows no option {found[1]!r}.", f"Leave {found[1]} out after the ? in it, or mend its name."


def _no_value(_: "URL", found: re.Match[str]) -> _Told:
    return (
        f"Its option {found[1]} cannot be {found[2]!r}.",
        f"Leave {found[1]} out after the ? in it, or mend its value.",
    )


def _password(address: "URL", found: re.Match[str]) -> _Told:
    return f"The server at {_where(address)} refuses the password of the user {found[1]!r}.", _SPELLED


def _kept_out(address: "URL", found: re.Match[str]) -> _Told:
    return f"The server at {_where(address)} does not let the user {found[1]!r} in.", _SPELLED


def _no_password(address: "URL", _: re.Match[str]) -> _Told:
    return f"The server at {_where(address)} asks for a password, and it holds none.", _EXAMPLE


def _no_user(address: "URL", found: re.Match[str]) -> _Told:
    return f"The server at {_where(address)} has no user {found[1]!r}.", _SPELLED


def _no_database(address: "URL", found: re.Match[str]) -> _Told:
    said = f"The server at {_where(address)} has no database {found[1]!r}."
    return said, f"Make it (createdb {found[1]}), or name another at its end."


def _no_name(address: "URL", _: re.Match[str]) -> _Told:
    return f"There is no machine of the name {address.host!r}.", "Mend the host in it."


def _no_socket(address: "URL", _: re.Match[str]) -> _Told:
    if address.query.get("host"):
        return f"No PostgreSQL answers at {_where(address)}.", _EXAMPLE
    return f"It names no host, and no PostgreSQL answers at {_where(address)}.", _EXAMPLE


def _nobody(address: "URL", _: re.Match[str]) -> _Told:
    return f"Nobody answers at {_where(address)}.", "Is the server up, and are host and port in it right?"


# How libpq, PostgreSQL and asyncpg say it -> how we do. The first that fits counts.
_KNOWN: tuple[tuple[str, Callable[["URL", re.Match[str]], _Told]], ...] = (
    (r'invalid (?:URI query parameter:|connection option) "([^"]+)"', _no_option),
    (r'^(?:connection is bad: )?invalid (\w+) value: "([^"]*)"', _no_value),
    (r"^bad value for (\w+): '([^']*)'", _no_value),
    (rf"password authentication failed for user {_QUOTED}(?:$|\n)", _password),
    (rf"authentication failed for user {_QUOTED}(?:$|\n)", _kept_out),
    (r"no password supplied", _no_password),
    (rf"role {_QUOTED} does not exist", _no_user),
    (rf"database {_QUOTED} does not exist", _no_database),
    (r"resolve host|translate host name|name or service not known|nodename nor servname", _no_name),
    (r"no such file or directory", _no_socket),
    (r"connection refused|connect call failed|timeout expired|timed out|no route to host|unreachable", _nobody),
)
