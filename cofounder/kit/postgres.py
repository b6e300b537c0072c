"""The embedded PostgreSQL: started by whoever comes first, joined by the others, stopped by whoever leaves last.

Layout of a home: `database` (the data folder, 0700), `socket` (0700), `database.lock` (who may start or stop),
`database.users` (held by every process that uses the server). Nobody trusts a pid file: a server is up when it
answers a SELECT and says that its data folder is ours.
"""

import fcntl
import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import platformdirs
import psutil
import psycopg
from sqlalchemy import URL

from cofounder.kit import postgres_files as files
from cofounder.kit.errors import CofounderError
from cofounder.settings import settings

MAJOR = files.MAJOR
ROLE = "cofounder"  # the database's owner; who may connect as it is decided by the operating system (peer)
RECOVERY_SECONDS = 120.0  # after a crash the log is replayed before anyone is let in
_TEMPORARY = "cofounder-temporary-"
_PORT = 5432  # only names the socket file; nothing listens on the network
_LEAVING = 2.0  # seconds in which a connection that was just closed may still be seen by the server

_held: dict[Path, int] = {}  # our shared hold on `database.users`, by home
_held_guard = threading.Lock()


class DatabaseNotStarted(CofounderError):
    """The embedded database did not start."""

    status = 503
    hint = "Read the log named here, or set DATABASE_URL to use a PostgreSQL of your own."


class AnotherServerAnswers(CofounderError):
    """Another database server answers in our place."""

    status = 503
    hint = "The home was probably moved or copied while its server ran. Stop that server first."


class DatabaseBusy(CofounderError):
    """Another process has been starting or stopping the database for too long."""

    status = 503


@dataclass(frozen=True)
class Status:
    """What is known of the server without starting it."""

    running: bool
    data: Path
    version: str | None = None
    pid: int | None = None
    connections: int = 0  # of others


def default_home() -> Path:
    """COFOUNDER_HOME, else /var/lib/cofounder as uid 0, else the platform's folder for user data."""
    named = settings().home
    if named is not None:
        return named.expanduser().absolute()
    if os.geteuid() == 0:
        return Path("/var/lib/cofounder")
    return platformdirs.user_data_path("cofounder", appauthor=False)


def ensure(home: Path) -> URL:
    """Start the home's server, or join it, and give its address (asyncpg; `set(drivername=...)` for psycopg).

    Blocks: up to 120 s after a crash, else well under a second once the data folder exists. From async code call it
    by `asyncio.to_thread`. Raises what `postgres_files` refuses, DatabaseNotStarted, AnotherServerAnswers.
    """
    home = _real(home)
    files.make_home(home)
    with _locked(home):
        place = files.prepare(home)
        _hold(home)
        if not _answers(place):
            files.create(place)
            _start(place)
    return _url(place)


def stop_if_idle(home: Path) -> bool:
    """Leave the server, and stop it when no other process uses it and no one is connected. True: it was stopped.

    Dispose of your own connections first.
    """
    home = _real(home)
    if not (home / "database").exists():
        return False
    with _locked(home):
        _release(home)
        if not _alone(home):
            return False
        patience = time.monotonic() + _LEAVING
        while (found := status(home)).connections:
            if time.monotonic() > patience:
                return False
            time.sleep(0.05)
        if not found.running:
            return False
        _stop(files.known(home))
        return True


def stop(home: Path) -> bool:
    """Stop the server whoever uses it: open transactions are rolled back. False: it was not running."""
    home = _real(home)
    if not (home / "database").exists():
        return False
    with _locked(home):
        _release(home)
        place = files.known(home)
        if not _answers(place) and not _servers(place.data):
            return False
        _stop(place)
        return True


def status(home: Path) -> Status:
    """Whether the home's server is up. Starts nothing."""
    home = _real(home)
    data = home / "database"
    if not (data / "PG_VERSION").exists():
        return Status(False, data)
    place = files.known(home)
    try:
        with _connect(place) as connection:
            row = connection.execute(
                "SELECT current_setting('server_version'), current_setting('data_directory'), count(a.pid)"
                " FROM (SELECT 1) AS one LEFT JOIN pg_stat_activity AS a"
                " ON a.backend_type = 'client backend' AND a.pid <> pg_backend_pid()"
            ).fetchone()
    except psycopg.OperationalError:
        return Status(False, data)
    if row is None or not _is_ours(place, row[1]):
        return Status(False, data)
    return Status(True, data, row[0], _pid_in_file(data), row[2])


def _real(home: Path) -> Path:
    """One home by one name: a link to it may be short where its own path is too long for a socket."""
    return Path(os.path.realpath(home.expanduser()))


def _url(place: files.Place) -> URL:
    query = {"host": str(place.socket), "port": str(_PORT)}
    return URL.create("postgresql+asyncpg", ROLE, database=ROLE, query=query)


def _connect(place: files.Place, database: str = ROLE) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(
        host=str(place.socket),
        port=_PORT,
        user=ROLE,
        dbname=database,
        connect_timeout=10,
        autocommit=True,
        application_name="cofounder-postgres",
    )


def _is_ours(place: files.Place, reported: object) -> bool:
    return os.path.realpath(str(reported)) == os.path.realpath(place.data)


def _answers(place: files.Place, database: str = ROLE) -> bool:
    """Up and ours. A server that still recovers, or is gone, does not answer."""
    try:
        with _connect(place, database) as connection:
            row = connection.execute("SELECT current_setting('data_directory')").fetchone()
    except psycopg.OperationalError:
        return False
    if row is None or not _is_ours(place, row[0]):
        raise AnotherServerAnswers(f"{place.socket} is answered by a server whose data folder is {row and row[0]}.")
    return True


def _start(place: files.Place) -> None:
    """Bring the server up, or wait for the one that is already coming up."""
    if not _is_coming_up(place):
        _clear_stale_pid_files(place)
        files.configure(place)
        _run(place, "pg_ctl", "start", "--no-wait", "--silent", "-D", str(place.data), "-l", str(place.log))
    deadline = time.monotonic() + RECOVERY_SECONDS
    seen = time.monotonic()
    while not _answers(place, "postgres"):
        if _servers(place.data):
            seen = time.monotonic()
        elif time.monotonic() > seen + 2:
            raise DatabaseNotStarted(f"The server ended while starting. Log: {place.log}\n{_tail(place)}")
        if time.monotonic() > deadline:
            raise DatabaseNotStarted(f"No answer in {RECOVERY_SECONDS:.0f} seconds. Log: {place.log}\n{_tail(place)}")
        time.sleep(0.02)
    with _connect(place, "postgres") as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (ROLE,)).fetchone() is None:
            connection.execute(f"CREATE DATABASE {ROLE}")


def _stop(place: files.Place) -> None:
    _run(place, "pg_ctl", "stop", "--silent", "-m", "fast", "-w", "-t", "60", "-D", str(place.data))


def _run(place: files.Place, program: str, *arguments: str) -> None:
    try:
        files.run(place, program, *arguments)
    except subprocess.CalledProcessError as error:
        raise DatabaseNotStarted(f"{program}: {error.output.strip()}\n{_tail(place)}") from error


def _tail(place: files.Place) -> str:
    try:
        return "\n".join(place.log.read_text(errors="replace").splitlines()[-8:])
    except OSError:
        return ""


def _pid_in_file(data: Path) -> int | None:
    try:
        return int((data / "postmaster.pid").read_text().split("\n", 1)[0])
    except (OSError, ValueError):
        return None


def _serves(process: psutil.Process, data: Path) -> bool:
    """A PostgreSQL process of this data folder: every one of them works in the folder itself."""
    try:
        if process.name() != "postgres" or process.status() == psutil.STATUS_ZOMBIE:
            return False
        return os.path.realpath(process.cwd()) == os.path.realpath(data)
    except psutil.Error:
        return False


def _servers(data: Path) -> list[psutil.Process]:
    return [process for process in psutil.process_iter() if _serves(process, data)]


def _is_coming_up(place: files.Place) -> bool:
    pid = _pid_in_file(place.data)
    if pid is None:
        return False
    try:
        return _serves(psutil.Process(pid), place.data)
    except psutil.Error:
        return False


def _clear_stale_pid_files(place: files.Place) -> None:
    """Remove the pid files of a dead server: its pid may live again as another program, and then no server starts.

    Children of a killed server notice within moments; as long as one lives the file stays.
    """
    deadline = time.monotonic() + 30
    while _servers(place.data):
        if time.monotonic() > deadline:
            raise DatabaseNotStarted(f"Processes of a killed server still use {place.data}.")
        time.sleep(0.1)
    (place.data / "postmaster.pid").unlink(missing_ok=True)
    (place.socket / f".s.PGSQL.{_PORT}.lock").unlink(missing_ok=True)


@contextmanager
def _locked(home: Path, seconds: float = RECOVERY_SECONDS + 60) -> Iterator[None]:
    """One process at a time decides about the server. The kernel frees the lock of a killed process."""
    descriptor = os.open(home / "database.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + seconds
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise DatabaseBusy(f"{home / 'database.lock'} is held.") from None
                time.sleep(0.02)
        yield
    finally:
        os.close(descriptor)


def _open_users(home: Path) -> int:
    return os.open(home / "database.users", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


def _hold(home: Path) -> None:
    """Say that this process uses the server, for as long as it lives."""
    with _held_guard:
        if home not in _held:
            _held[home] = _open_users(home)
            fcntl.flock(_held[home], fcntl.LOCK_SH)


def _release(home: Path) -> None:
    with _held_guard:
        descriptor = _held.pop(home, None)
        if descriptor is not None:
            os.close(descriptor)


def _alone(home: Path) -> bool:
    descriptor = _open_users(home)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)


@contextmanager
def temporary() -> Iterator[URL]:
    """A server in a home of its own that is gone after the block: for tests, benches and making migrations."""
    _sweep()
    home = Path(tempfile.mkdtemp(prefix=_TEMPORARY, dir="/tmp"))
    try:
        yield ensure(home)
    finally:
        try:
            stop(home)
        finally:
            shutil.rmtree(home, ignore_errors=True)


def _sweep() -> None:
    """Stop and remove what killed owners of temporary servers left behind."""
    for home in Path("/tmp").glob(f"{_TEMPORARY}*"):
        try:
            if home.lstat().st_uid != os.geteuid() or not (home / "database.users").exists():
                continue
            with _locked(home, seconds=0):
                forgotten = _alone(home)
            if forgotten:
                stop(home)
                shutil.rmtree(home, ignore_errors=True)
        except (OSError, CofounderError):
            continue  # someone else is at it
