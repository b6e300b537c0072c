"""A PostgreSQL of another version on this machine, run as a plain server: what DATABASE_URL may name, for tests.

It is looked for where COFOUNDER_TEST_POSTGRES_BIN says (a folder with `initdb`), else where distributions put it. It
listens on the loopback address only, asks for passwords, and lives in a folder of its own under /tmp.
"""

import os
import re
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import URL

from cofounder.kit import postgres_files as files

NAMED = "COFOUNDER_TEST_POSTGRES_BIN"
OLDEST = 15
PLACES = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # PGDG on Red Hat
    "/usr/libexec/postgresql*",  # Alpine
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
_ROLE = "plain"


def find() -> Path | None:
    """The folder with the programs of the oldest PostgreSQL here that is new enough; the one that was named wins.

    Raises FileNotFoundError when the named folder holds none.
    """
    named = os.environ.get(NAMED)
    if named:
        if not (Path(named) / "initdb").exists():
            raise FileNotFoundError(f"{NAMED}: {named} holds no initdb.")
        return Path(named)
    found = [folder for place in PLACES for folder in Path("/").glob(place.lstrip("/"))]
    on_path = shutil.which("initdb")
    if on_path:
        found.append(Path(on_path).resolve().parent)
    fit = {folder: major(folder) for folder in found if (folder / "postgres").exists() and (folder / "initdb").exists()}
    return min((folder for folder in fit if fit[folder] >= OLDEST), key=lambda folder: fit[folder], default=None)


def major(folder: Path) -> int:
    """15 for "postgres (PostgreSQL) 15.18 (Debian ...)"; 0 where it does not say."""
    said = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False).stdout
    number = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(number[1]) if number else 0


@contextmanager
def running(folder: Path) -> Iterator[URL]:
    """A fresh server of these programs: the address (psycopg) of an empty database, as its owner, who is no superuser."""
    home = Path(tempfile.mkdtemp(prefix="cofounder-plain-", dir="/tmp"))
    user = files.database_user()
    place = files.Place(home, home / "data", home, folder, user)
    password, port = secrets.token_urlsafe(16), _free_port()
    try:
        if user is not None:
            os.chown(home, user.pw_uid, user.pw_gid)
        _make(place, password)
        settings = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c fsync=on"
        files.run(place, "pg_ctl", "start", "-w", "-D", str(place.data), "-l", str(place.log), "-o", settings)
        try:
            yield _database(port, password)
        finally:
            files.run(place, "pg_ctl", "stop", "-m", "fast", "-w", "-D", str(place.data))
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _make(place: files.Place, password: str) -> None:
    secret = place.home / "password"
    secret.write_text(password)
    if place.user is not None:
        os.chown(secret, place.user.pw_uid, place.user.pw_gid)
    secret.chmod(0o600)
    settings = ("-U", "boss", "--encoding=UTF8", "--locale=C", "--auth=scram-sha-256", f"--pwfile={secret}")
    files.run(place, "initdb", "-D", str(place.data), *settings)


def _database(port: int, password: str) -> URL:
    boss = f"postgresql://boss:{password}@127.0.0.1:{port}/postgres"
    with psycopg.connect(boss, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {_ROLE} LOGIN PASSWORD '{password}'".encode())
        connection.execute(f"CREATE DATABASE {_ROLE} OWNER {_ROLE}".encode())
    return URL.create("postgresql+psycopg", _ROLE, password, "127.0.0.1", port, _ROLE)


def _free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])
