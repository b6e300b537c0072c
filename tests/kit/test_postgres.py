"""The embedded PostgreSQL survives what happens to it, and leaves the machine as it found it."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import psycopg
import pytest
from sqlalchemy import URL

from cofounder.kit import postgres, postgres_files

ROOT = os.geteuid() == 0
as_root = pytest.mark.skipif(not ROOT, reason="only root gives the server a user of its own")
not_root = pytest.mark.skipif(ROOT, reason="permissions do not bind root")

ENSURE = "import sys; from pathlib import Path; from cofounder.kit import postgres; print(postgres.ensure(Path(sys.argv[1])).render_as_string())"


@pytest.fixture
def folder() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    made.chmod(0o755)
    yield made
    for home in [made, *made.rglob("*")]:
        if (home / "database" / "PG_VERSION").exists():
            end(home)
    shutil.rmtree(made)


@pytest.fixture(scope="module")
def filled() -> Iterator[Path]:
    """A stopped home with one row in it, to copy: making one costs most of a second."""
    made = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    made.chmod(0o755)
    ask(postgres.ensure(made), "CREATE TABLE kept AS SELECT 1 AS n")
    postgres.stop(made)
    yield made
    shutil.rmtree(made)


@pytest.fixture
def home(filled: Path, folder: Path) -> Path:
    made = folder / "home"
    made.mkdir()
    subprocess.run(["cp", "-a", str(filled / "database"), str(made / "database")], check=True)
    return made


def end(home: Path) -> None:
    try:
        postgres.stop(home)
    except Exception:
        for process in postgres._servers(home / "database"):
            process.kill()


def ask(url: URL, statement: str) -> list[tuple[object, ...]]:
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        done = connection.execute(statement)
        return list(done.fetchall()) if done.description else []


def rows(url: URL) -> list[tuple[object, ...]]:
    return ask(url, "SELECT n FROM kept")


def postmaster(home: Path) -> int:
    pid = postgres.status(home).pid
    assert pid is not None
    return pid


def modes(path: Path) -> dict[Path, int]:
    return {one: stat.S_IMODE(one.stat().st_mode) for one in [*path.parents]}


def test_it_starts_joins_and_stops_when_its_last_user_leaves(home: Path) -> None:
    assert not postgres.status(home).running
    url = postgres.ensure(home)
    pid = postmaster(home)
    assert rows(postgres.ensure(home)) == [(1,)]
    assert postmaster(home) == pid
    other = subprocess.Popen(
        [sys.executable, "-c", f"{ENSURE}; sys.stdout.flush(); sys.stdin.read()", str(home)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert other.stdout is not None
    assert other.stdin is not None
    other.stdout.readline()
    assert postgres.stop_if_idle(home) is False  # another process uses it, though it is not connected
    other.kill()  # no chance to say goodbye
    other.communicate()
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain):
        assert postgres.stop_if_idle(home) is False  # somebody is connected
    assert postgres.stop_if_idle(home) is True
    assert not postgres.status(home).running
    assert not postgres._servers(home / "database")


def test_nobody_is_trusted_and_nobody_else_may_enter(home: Path) -> None:
    url = postgres.ensure(home)
    assert {one[0] for one in ask(url, "SELECT auth_method FROM pg_hba_file_rules")} == {"peer"}
    assert ask(url, "SHOW fsync") == [("on",)]
    assert ask(url, "SHOW listen_addresses") == [("",)]
    for name in ("database", "socket"):
        assert stat.S_IMODE((home / name).stat().st_mode) == 0o700


STRANGER = 65534  # nobody, on any Linux


def as_stranger(code: str, *arguments: str) -> str:
    """What Python prints when it runs the code as another user of the machine, who has no group of ours."""
    become = f"os.setgroups([]); os.setgid({STRANGER}); os.setuid({STRANGER})"
    whole = f"import encodings.idna, os, sys, psycopg; from pathlib import Path; {become}; os.chdir('/')\n{code}"
    done = subprocess.run([sys.executable, "-c", whole, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


KNOCK = """
for name in ("cofounder", "postgres", "nobody", "root", "cofounder-postgres"):
    for database in ("cofounder", "postgres"):
        try:
            psycopg.connect(host=sys.argv[1], port=5432, user=name, dbname=database, connect_timeout=5).close()
            print("entered as", name)
        except psycopg.OperationalError as error:
            assert sys.argv[2] in str(error), error
"""
LOOK = """
for folder in sys.argv[1:]:
    try:
        print(os.listdir(folder))
    except PermissionError:
        pass
"""


@as_root
def test_another_user_of_the_machine_finds_no_way_in(home: Path) -> None:
    home.chmod(0o700)  # as the product makes it; the server's user is let pass, and nobody may list it
    socket = Path(str(postgres.ensure(home).query["host"]))
    assert as_stranger(LOOK, str(home), str(home / "database"), str(socket)) == ""
    assert as_stranger(KNOCK, str(socket), "Permission denied") == ""
    processes = postgres._servers(home / "database")
    assert [one for process in processes for one in process.net_connections("inet")] == [], "no port is open"


@as_root
def test_another_user_is_refused_even_where_the_folders_stand_open(home: Path) -> None:
    socket = Path(str(postgres.ensure(home).query["host"]))
    home.chmod(0o755)
    socket.chmod(0o755)
    (socket / ".s.PGSQL.5432").chmod(0o777)
    assert as_stranger(KNOCK, str(socket), "Peer authentication failed") == ""
    socket.chmod(0o700)


def test_a_slow_recovery_is_waited_for(home: Path) -> None:
    """Longer than the ten seconds after which the wheel's own start gives up."""
    url = postgres.ensure(home)
    ask(url, "CREATE TABLE log (n int)")
    for _ in range(4):  # what recovery has to repeat, so that it can be caught at it
        ask(url, "INSERT INTO log SELECT generate_series(1, 200000)")
    os.kill(postmaster(home), signal.SIGKILL)
    held: list[float] = []
    with ThreadPoolExecutor(2) as pool:
        holding = pool.submit(hold_recovery, home, 11.0, held)
        began = time.monotonic()
        assert rows(postgres.ensure(home)) == [(1,)]
        waited = time.monotonic() - began
        holding.result()
    assert held == [11.0]
    assert waited > 11
    assert ask(url, "SELECT count(*) FROM log") == [(800000,)]


def hold_recovery(home: Path, seconds: float, held: list[float]) -> None:
    """Stop the process that replays the log, as a slow disk would, and let it go on after a while."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        pid = postgres._pid_in_file(home / "database")
        try:
            found = [one for one in psutil.Process(pid).children() if "startup" in " ".join(one.cmdline())]
        except (psutil.Error, ValueError, TypeError):
            continue
        if found:
            found[0].suspend()
            time.sleep(seconds)
            found[0].resume()
            held.append(seconds)
            return


@pytest.mark.parametrize("pid", ["gone", "reused"])
def test_a_stale_pid_file_does_not_count_as_a_server(home: Path, pid: str) -> None:
    postgres.ensure(home)
    whole = (home / "database" / "postmaster.pid").read_text().splitlines()
    postgres.stop(home)
    gone = subprocess.Popen(["true"])
    gone.wait()
    number = gone.pid
    sleeper = None
    if pid == "reused":
        owner = (home / "database").stat().st_uid
        sleeper = subprocess.Popen(["sleep", "60"], user=owner if ROOT else None)
        number = sleeper.pid
    stale = home / "database" / "postmaster.pid"
    stale.write_text("\n".join([str(number), *whole[1:]]) + "\n")
    shutil.chown(stale, (home / "database").stat().st_uid, (home / "database").stat().st_gid)
    try:
        assert not postgres.status(home).running
        assert rows(postgres.ensure(home)) == [(1,)]
        assert sleeper is None or sleeper.poll() is None, "the innocent process lives"
    finally:
        if sleeper is not None:
            sleeper.kill()
            sleeper.wait()


def test_a_killed_server_recovers_what_was_committed(home: Path) -> None:
    url = postgres.ensure(home)
    ask(url, "INSERT INTO kept VALUES (2)")
    os.kill(postmaster(home), signal.SIGKILL)
    assert rows(postgres.ensure(home)) == [(1,), (2,)]


def test_a_killed_owner_leaves_a_server_that_the_next_one_joins_and_stops(home: Path) -> None:
    owner = subprocess.run(
        [sys.executable, "-c", f"{ENSURE}; import os, signal; os.kill(os.getpid(), signal.SIGKILL)", str(home)],
        capture_output=True,
        check=False,
    )
    assert owner.returncode == -signal.SIGKILL
    pid = postmaster(home)
    assert rows(postgres.ensure(home)) == [(1,)]
    assert postmaster(home) == pid
    assert postgres.stop_if_idle(home) is True


def test_four_processes_at_once_make_one_server(folder: Path) -> None:
    home = folder / "new"  # also the first start, which makes the data folder

    def process(_: int) -> str:
        return subprocess.run(
            [sys.executable, "-c", ENSURE, str(home)], capture_output=True, text=True, check=True
        ).stdout.strip()

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(process, range(4)))) == 1
    assert len([one for one in postgres._servers(home / "database") if one.ppid() not in servers(home)]) == 1


def servers(home: Path) -> set[int]:
    return {one.pid for one in postgres._servers(home / "database")}


def test_a_start_that_was_killed_half_way_is_begun_anew(folder: Path) -> None:
    home = folder / "new"
    (home / "database.new").mkdir(parents=True)
    (home / "database.new" / "PG_VERSION").write_text("18\n")
    assert ask(postgres.ensure(home), "SELECT 1") == [(1,)]
    assert not (home / "database.new").exists()


def test_a_long_path_has_its_socket_in_a_private_folder_elsewhere(filled: Path, folder: Path) -> None:
    home = folder / ("long-" * 30)
    home.mkdir()
    subprocess.run(["cp", "-a", str(filled / "database"), str(home / "database")], check=True)
    url = postgres.ensure(home)
    socket = Path(str(url.query["host"]))
    try:
        assert rows(url) == [(1,)]
        assert stat.S_IMODE(socket.stat().st_mode) == 0o700
        assert socket.stat().st_uid == (home / "database").stat().st_uid
        postgres.stop(home)
        socket.chmod(0o777)  # as if somebody had made it first
        with pytest.raises(postgres_files.SocketFolderUnsafe):
            postgres.ensure(home)
    finally:
        end(home)
        shutil.rmtree(socket)


def test_a_home_reached_by_a_short_link_too_is_one_home(filled: Path, folder: Path) -> None:
    home, link = folder / ("long-" * 30), folder / "link"
    home.mkdir()
    link.symlink_to(home)
    subprocess.run(["cp", "-a", str(filled / "database"), str(home / "database")], check=True)
    url = postgres.ensure(home)
    try:
        assert postgres.ensure(link) == url
        assert postgres.status(link) == postgres.status(home)
        assert postgres.stop_if_idle(link) is True
    finally:
        end(home)
        shutil.rmtree(str(url.query["host"]))


def test_a_path_with_a_comma_is_one_place(folder: Path) -> None:
    home = folder / "o'Brien, Mara & Co"
    url = postgres.ensure(home)
    try:
        assert ask(url, "SELECT 1") == [(1,)]
        assert postgres.status(home).running
        assert postgres.stop(home)
    finally:
        end(home)
        shutil.rmtree(str(url.query["host"]))


def test_another_versions_data_is_refused_untouched(folder: Path) -> None:
    home = folder / "old"
    (home / "database").mkdir(parents=True)
    (home / "database" / "PG_VERSION").write_text("16\n")
    before = sorted(home.rglob("*"))
    with pytest.raises(postgres_files.OtherDatabaseVersion, match="PostgreSQL 16"):
        postgres.ensure(home)
    assert sorted(home.rglob("*")) == before
    (home / "database" / "PG_VERSION").unlink()


def test_a_folder_that_is_no_database_is_left_alone(folder: Path) -> None:
    home = folder / "odd"
    (home / "database").mkdir(parents=True)
    (home / "database" / "thesis.txt").write_text("years of work")
    with pytest.raises(postgres_files.DataFolderUnclear):
        postgres.ensure(home)
    assert (home / "database" / "thesis.txt").read_text() == "years of work"


def test_another_server_in_our_place_is_not_taken_for_ours(home: Path) -> None:
    postgres.ensure(home)
    postgres._release(home)
    moved = home.with_name("moved")
    home.rename(moved)
    try:
        with pytest.raises(postgres.AnotherServerAnswers):
            postgres.ensure(moved)
    finally:
        postgres._release(moved)
        moved.rename(home)


def test_a_server_that_cannot_start_says_why_and_where_to_read(home: Path) -> None:
    with (home / "database" / "postgresql.conf").open("a") as out:
        out.write("no_such_setting = 1\n")
    began = time.monotonic()
    with pytest.raises(postgres.DatabaseNotStarted, match="no_such_setting"):
        postgres.ensure(home)
    assert time.monotonic() - began < postgres.RECOVERY_SECONDS / 2  # it does not wait for what will not come
    postgres._release(home)


@as_root
def test_no_folder_above_the_home_changes_its_mode(filled: Path, folder: Path) -> None:
    home = folder / "a" / "b"
    home.mkdir(parents=True, mode=0o700)
    (folder / "a").chmod(0o711)
    before = modes(home) | modes(postgres_files._installed())
    postgres.ensure(home)
    assert modes(home) | modes(postgres_files._installed()) == before
    assert stat.S_IMODE(home.stat().st_mode) == 0o701, "the home may be passed, not read"


@as_root
def test_a_home_behind_a_closed_folder_is_refused_by_its_name(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(postgres_files.HomeNotPassable, match=str(closed)):
        postgres.ensure(closed / "home")
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@as_root
def test_programs_that_the_servers_user_cannot_reach_are_copied(
    home: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = folder / "hidden"
    hidden.mkdir(mode=0o700)
    installed = postgres_files._installed()
    for name in (installed.name, f"{installed.name}.libs"):
        (hidden / name).symlink_to(installed.parent / name)
    monkeypatch.setattr(postgres_files, "_installed", lambda: hidden / installed.name)
    assert rows(postgres.ensure(home)) == [(1,)]
    assert stat.S_IMODE(hidden.stat().st_mode) == 0o700
    assert str(psutil.Process(postmaster(home)).exe()).startswith(str(home))


@not_root
def test_a_home_of_another_user_is_refused() -> None:
    with pytest.raises(postgres_files.HomeNotOurs):
        postgres.ensure(Path("/"))


def test_the_default_home_is_the_one_that_was_named(monkeypatch: pytest.MonkeyPatch) -> None:
    from cofounder.settings import settings

    monkeypatch.setenv("COFOUNDER_HOME", "/tmp/named")
    settings.cache_clear()
    assert postgres.default_home() == Path("/tmp/named")
    monkeypatch.delenv("COFOUNDER_HOME")
    settings.cache_clear()
    if ROOT:
        assert postgres.default_home() == Path("/var/lib/cofounder")
    settings.cache_clear()


@as_root
def test_an_ordinary_user_runs_it_as_itself_and_root_may_join(folder: Path) -> None:
    home = folder / "ordinary"
    home.mkdir(mode=0o700)
    ordinary = 65534
    os.chown(home, ordinary, ordinary)
    script = f"import os; from cofounder.kit import postgres; import encodings.idna; os.setgroups([]); os.setgid({ordinary}); os.setuid({ordinary}); "
    script += ENSURE.replace("print(", "url = (") + "; print(postgres.status(Path(sys.argv[1])).running)"
    done = subprocess.run([sys.executable, "-c", script, str(home)], capture_output=True, text=True, check=False)
    assert done.stdout == "True\n", done.stderr
    assert (home / "database").stat().st_uid == ordinary
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert psutil.Process(postmaster(home)).uids().effective == ordinary
    assert ask(postgres.ensure(home), "SELECT 1") == [(1,)]
    assert postgres.stop(home) is True
    assert ask(postgres.ensure(home), "SELECT 1") == [(1,)]  # root starts it as that user
    assert psutil.Process(postmaster(home)).uids().effective == ordinary
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
