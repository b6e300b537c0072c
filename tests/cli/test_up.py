"""`cofounder up`: one command starts all, one signal stops all, what falls is started again."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from cofounder.cli import children as forked
from cofounder.cli import home, out, supervisor
from cofounder.cli.processes import AddressUnusable, PortTaken, listen
from cofounder.cli.program import run
from cofounder.kit.testing import Database, Spawned

Spawn = Callable[..., Spawned]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def until(true: Callable[[], object], seconds: float = 180) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def ready(url: str) -> dict[str, object] | None:
    try:
        with urllib.request.urlopen(f"{url}/api/ready", timeout=2) as answer:
            found: dict[str, object] = json.loads(answer.read())
            return found
    except OSError:
        return None


def children(one: Spawned) -> dict[str, psutil.Process]:
    """Name of the command -> process."""
    found: dict[str, psutil.Process] = {}
    for child in psutil.Process(one.process.pid).children(recursive=True):
        with suppress(psutil.Error):  # it may end while we look
            found |= {name: child for name in ("serve", "worker") if name in " ".join(child.cmdline()).split()}
    return found


def test_up_runs_heals_says_where_it_is_and_stops_with_all_that_it_began(
    spawn: Spawn, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    up = spawn("cofounder.cli", "up", "--port", str(port), "--no-browser")
    until(lambda: (ready(url) or {}).get("workers") == 1)
    until(lambda: url in up.output)

    assert run(["up", "--port", str(port)]) == 0
    assert f"already runs at {url}" in capsys.readouterr().out
    assert run(["up", "--port", str(free_port())]) == out.CONFLICT

    first = children(up)["worker"]
    first.kill()
    until(lambda: (again := children(up).get("worker")) is not None and again.pid != first.pid)
    until(lambda: ready(url))
    assert "started again" in up.output

    family = list(children(up).values())
    up.process.send_signal(signal.SIGINT)
    assert up.process.wait(60) == 0
    assert not any(one.is_running() and one.status() != psutil.STATUS_ZOMBIE for one in family)
    assert ready(url) is None


@pytest.mark.parametrize("spelt", ["http_proxy", "ALL_PROXY"])
def test_a_proxy_of_the_environment_is_not_asked_for_what_lies_here(spawn: Spawn, spelt: str) -> None:
    url = f"http://127.0.0.1:{(port := free_port())}"
    nobody = {spelt: "http://127.0.0.1:9", "NO_PROXY": "", "no_proxy": ""}
    up = spawn("cofounder.cli", "up", "--port", str(port), "--no-browser", environment=nobody)
    until(lambda: f"runs at {url}" in up.output or up.process.poll() is not None)
    assert f"runs at {url}" in up.output


@pytest.mark.skipif(not forked.FORKS_STAND, reason="processes have no names of ours there")
def test_children_have_their_names_whatever_stands_first_in_the_environment(tmp_path: Path) -> None:
    code = (
        "import os; from cofounder.cli import children, program; program.run(['--version']);"
        "os.environ['COFOUNDER_HOME'] += '/sample'; os.environ['COFOUNDER_COMPANY'] = 'Larkfield';"
        "program.run = lambda words: print(open('/proc/self/cmdline').read()); children._command(['worker'])"
    )
    environment = {"COFOUNDER_HOME": str(tmp_path), "LC_ALL": "C.UTF-8", "PATH": os.defpath}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[1].startswith("cofounder worker\0")


def test_a_worker_that_hangs_is_replaced(spawn: Spawn) -> None:
    url = f"http://127.0.0.1:{(port := free_port())}"
    short = {"COFOUNDER_LEASE_SECONDS": "2"}
    up = spawn("cofounder.cli", "up", "--port", str(port), "--no-browser", environment=short)
    until(lambda: (ready(url) or {}).get("workers") == 1)
    time.sleep(6)  # it is seen to live
    first = children(up)["worker"]
    first.suspend()
    until(lambda: (again := children(up).get("worker")) is not None and again.pid != first.pid)
    until(lambda: (ready(url) or {}).get("workers") == 1)
    assert not first.is_running()
    assert "while the database answered; it is killed, and another is started." in up.output
    assert "was killed" not in up.output  # said once
    assert up.end(60) == 0


def test_children_end_when_up_is_killed(spawn: Spawn, database: Database) -> None:
    port = free_port()
    up = spawn("cofounder.cli", "up", "--port", str(port), "--no-browser")
    until(lambda: ready(f"http://127.0.0.1:{port}"))
    family = list(children(up).values())
    assert len(family) == 2
    up.kill()
    until(lambda: not any(one.is_running() for one in family))
    guard, _ = supervisor.claim(database.home)  # a dead process holds nothing
    assert guard is not None
    guard.close()


def test_a_port_of_another_program_is_said_and_nothing_is_started(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        assert run(["up", "--port", str(port)]) == out.CONFLICT
    said = capsys.readouterr().err
    assert said.startswith(f"error: port: Port {port} on 127.0.0.1 is used by another program.")
    assert not (database.home / "logs" / "worker.log").exists()


def test_an_address_that_is_not_ours_is_said() -> None:
    with pytest.raises(AddressUnusable):
        listen("203.0.113.7", 8000)
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(PortTaken):
        listen("127.0.0.1", other.getsockname()[1])


def test_the_last_words_are_the_error_and_no_traceback(tmp_path: Path) -> None:
    child = forked.Child("serve", [], tmp_path / "serve.log")
    story = 'Traceback (most recent call last):\n  File "x.py", line 1, in y\nValueError: no such colour\nwith a note'
    lines = [
        {"event": "started", "level": "info"},
        {"event": "unexpected error", "level": "error", "path": "/api/ready", "exception": story},
        {"event": "the database is out of reach", "level": "warning"},
    ]
    child.log.write_text("x" * 300_000 + "\n" + "\n".join(map(json.dumps, lines)) + "\n")
    assert child.last_words() == "It last said: unexpected error: ValueError: no such colour"
    with child.log.open("a") as words:
        words.write("error: port: Port 80 is taken.\n  Use another.\n")
    assert child.last_words() == "It last said: error: port: Port 80 is taken."
    child.log.write_text(json.dumps(lines[0]))
    assert child.last_words() == "It last said: started"
    child.log.unlink()
    assert child.last_words() == ""


def test_a_log_stays_bounded_while_its_process_lives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forked, "_LOG_BYTES", 10_000)
    child = forked.Child("serve", [], tmp_path / "serve.log")

    def talk() -> int:
        while True:
            os.write(2, b"said\n")
            time.sleep(0.0002)

    with child.log.open("ab") as words:
        child.begin(talk, words.fileno())
    try:
        for _ in range(3):
            until(lambda: child.log.stat().st_size > 10_000)
            child.trim()
            assert child.log.stat().st_size < 10_000
        assert (tmp_path / "serve.old.log").exists()
        assert b"\0" not in child.log.read_bytes()
    finally:
        child.finish(time.monotonic())
    assert not child.running()


def test_a_child_that_keeps_falling_ends_with_its_last_words(tmp_path: Path) -> None:
    child = forked.Child("nonsense", [], tmp_path / "nonsense.log")
    with pytest.raises(forked.KeepsFalling) as ended:
        until(child.mend)
    assert "No such command" in ended.value.detail
    assert str(child.log) in ended.value.advice


def test_a_child_is_started_again_though_nobody_can_be_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    child = forked.Child("serve", [], tmp_path / "serve.log")
    with child.log.open("ab") as words:
        child.begin(lambda: 0, words.fileno())
    assert child.process is not None
    child.process.join()
    reader, writer = os.pipe()
    os.close(reader)
    with suppress(BrokenPipeError), os.fdopen(writer, "w", buffering=1) as nobody_reads:
        monkeypatch.setattr(sys, "stderr", nobody_reads)
        child.mend()
        monkeypatch.undo()
    assert child.process is None
    assert child.resume_at > 0


def test_what_is_done_apart_comes_back_or_raises_and_leaves_nothing_here() -> None:
    here = os.getpid()
    assert forked.apart(os.getpid) not in (0, here)
    with pytest.raises(PortTaken) as taken:
        forked.apart(lambda: _raise(PortTaken("Port 1 is used.", field="port", hint="Another.")))
    assert (taken.value.field, taken.value.advice, taken.value.detail) == ("port", "Another.", "Port 1 is used.")
    with pytest.raises(RuntimeError, match="KeyError: 'x'"):
        forked.apart(lambda: _raise(KeyError("x")))
    with pytest.raises(forked.Killed, match=r"was killed \(signal 9\)"):
        forked.apart(lambda: os.kill(os.getpid(), signal.SIGKILL))
    with pytest.raises(KeyboardInterrupt):
        forked.apart(lambda: os.kill(os.getpid(), signal.SIGINT))


def _raise(error: Exception) -> None:
    raise error


def test_a_child_where_a_fork_may_not_go_on_starts_python_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forked, "FORKS_STAND", False)
    child = forked.Child("nonsense", [], tmp_path / "nonsense.log")
    child.start()
    assert child.process is not None
    until(lambda: child.process is not None and child.process.exitcode is not None)
    assert child.process.exitcode == out.USAGE
    assert "No such command" in child.last_words()
    assert forked.apart(os.getpid) == os.getpid()


def test_server_and_worker_share_the_memory_of_what_both_import(spawn: Spawn, database: Database) -> None:
    port = free_port()
    up = spawn("cofounder.cli", "up", "--port", str(port), "--no-browser")
    until(lambda: (ready(f"http://127.0.0.1:{port}") or {}).get("workers") == 1)
    for one in children(up).values():
        used = one.memory_full_info()
        assert used.pss < 0.85 * used.rss
        assert one.ppid() == up.process.pid
        assert one.cmdline()[0] in ("cofounder serve", "cofounder worker")


def test_a_worker_alone_ends_in_order_on_sigterm(spawn: Spawn) -> None:
    worker = spawn("cofounder.cli", "worker")
    until(lambda: "ready" in worker.output)
    assert worker.end() == 0


def test_the_sample_has_a_home_of_its_own_and_sends_nothing(tmp_path: Path) -> None:
    code = (
        "from cofounder.cli import home; from cofounder.settings import settings;"
        "print(home.use_sample(), settings().home, settings().database_url, settings().smtp_host, settings().company)"
    )
    environment = {
        **os.environ,
        "COFOUNDER_HOME": str(tmp_path),
        "DATABASE_URL": "postgresql://user@host/mine",
        "COFOUNDER_SMTP_HOST": "mail.example.org",
        "COFOUNDER_EMAIL_FROM": "us@example.org",
    }
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split()[:4] == [str(tmp_path / "sample"), str(tmp_path / "sample"), "None", "None"]
    assert "Larkfield" in done.stdout
    assert done.stderr.rstrip().endswith("COFOUNDER_EMAIL_FROM, COFOUNDER_SMTP_HOST, DATABASE_URL.")

    # whoever names that home later sends nothing from it either
    later = (
        "from cofounder.cli import home; home.keep_apart(); from cofounder.settings import settings as s; print(s())"
    )
    environment["COFOUNDER_HOME"] = str(tmp_path / "sample")
    done = subprocess.run([sys.executable, "-c", later], env=environment, capture_output=True, text=True, check=True)
    assert "smtp_host=None" in done.stdout
    assert "email_from=None" in done.stdout
    environment["COFOUNDER_HOME"] = str(tmp_path)
    done = subprocess.run([sys.executable, "-c", later], env=environment, capture_output=True, text=True, check=True)
    assert "smtp_host='mail.example.org'" in done.stdout


def test_the_home_of_a_sample_is_not_made_another_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from cofounder.settings import settings

    monkeypatch.setattr(os, "environ", os.environ.copy())
    os.environ["COFOUNDER_HOME"] = str(tmp_path)
    settings.cache_clear()
    try:
        assert home.use_sample() == tmp_path / "sample"
        assert home.use_sample() == tmp_path / "sample"
        assert [one.name for one in (tmp_path / "sample").iterdir()] == ["sample.home"]
    finally:
        settings.cache_clear()


def test_without_a_home_named_the_sample_lies_beside_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    from cofounder.settings import settings

    monkeypatch.delenv("COFOUNDER_HOME", raising=False)
    settings.cache_clear()
    try:
        assert home.sample_folder().parent == home.folder().parent
        assert home.sample_folder().name == f"{home.folder().name}-sample"
    finally:
        settings.cache_clear()


def test_a_killed_database_is_started_again_under_up(tmp_path: Path) -> None:
    folder, port = tmp_path / "home", free_port()
    tmp_path.chmod(0o755)
    environment = {**os.environ, "COFOUNDER_HOME": str(folder)}
    environment.pop("DATABASE_URL", None)
    for parent in tmp_path.parents[:3]:
        if parent != Path("/tmp"):
            parent.chmod(0o755)  # pytest makes them for one user, the database runs as another
    up = subprocess.Popen(
        [sys.executable, "-m", "cofounder.cli", "up", "--port", str(port), "--no-browser"],
        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        url = f"http://127.0.0.1:{port}"
        until(lambda: ready(url) or up.poll() is not None)
        assert up.poll() is None, up.communicate()[0]
        os.kill(int((folder / "database" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        until(lambda: not ready(url))
        until(lambda: ready(url))
    finally:
        up.send_signal(signal.SIGINT)
        up.wait(120)


def test_the_children_of_one_that_was_killed_are_waited_for(
    spawn: Spawn, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as left:
        port = left.getsockname()[1]
        url = f"http://127.0.0.1:{port}"
        guard, _ = supervisor.claim(database.home)
        assert guard is not None
        supervisor._note(guard, url=url, pid=1)
        guard.close()  # as the kernel does for one that was killed
        up = spawn("cofounder.cli", "up", "--port", str(port), "--no-browser")
        until(lambda: (database.home / "up.lock").read_text() == json.dumps({"before": url}))
        time.sleep(1)
        assert up.process.poll() is None
    until(lambda: ready(url))
    up.process.send_signal(signal.SIGTERM)
    assert up.process.wait(60) == 0
    assert json.loads((database.home / "up.lock").read_text()) == {}
    assert (database.home / "up.lock").stat().st_mode & 0o777 == 0o600


def starting(folder: Path, *before: str) -> "subprocess.Popen[bytes]":
    """`up --sample` on a home of its own, while it makes its database."""
    folder.mkdir()
    for place in (folder, *folder.parents[:3]):
        if place != Path("/tmp"):
            place.chmod(0o755)  # pytest makes them for one user, the database runs as another
    environment = {**os.environ, "COFOUNDER_HOME": str(folder)}
    environment.pop("DATABASE_URL", None)
    up = subprocess.Popen(
        [*before, sys.executable, "-m", "cofounder.cli", "up", "--sample", "--port", str(free_port()), "--no-browser"],
        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=False,
    )  # fmt: skip
    until(lambda: (folder / "sample" / "database" / "postmaster.pid").exists() or up.poll() is not None)
    assert up.poll() is None, up.communicate()[0]
    return up


def postmasters(folder: Path) -> list[psutil.Process]:
    found = []
    for one in psutil.process_iter():
        with suppress(psutil.Error):
            if str(folder) in " ".join(one.cmdline()) and one.name() == "postgres":
                found.append(one)
    return found


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_first_start_that_is_told_to_stop_does(tmp_path: Path, sign: signal.Signals) -> None:
    was = signal.signal(sign, signal.default_int_handler if sign == signal.SIGINT else signal.SIG_DFL)
    try:  # tests that run under nohup would hand on that it is ignored
        up = starting(tmp_path / "home")
    finally:
        signal.signal(sign, was)
    up.send_signal(sign)
    said, _ = up.communicate(timeout=120)
    assert (up.returncode, said.decode().splitlines()[-1]) == (0, "Stopped.")
    until(lambda: not postmasters(tmp_path))
    assert not (tmp_path / "home" / "sample" / "logs" / "server.log").exists()


def test_a_first_start_that_is_killed_leaves_no_database_running(tmp_path: Path) -> None:
    up = starting(tmp_path / "home")
    assert postmasters(tmp_path)
    up.kill()
    up.communicate(timeout=60)
    until(lambda: not postmasters(tmp_path))


def test_a_hang_up_that_is_ignored_stays_so_and_closed_standard_files_do_no_harm(
    spawn: Spawn, database: Database
) -> None:
    port = free_port()
    shell = f"trap '' HUP; exec '{sys.executable}' -m cofounder.cli up --port {port} --no-browser <&- >&- 2>&-"
    up = subprocess.Popen(["/bin/sh", "-c", shell], start_new_session=True)
    try:
        until(lambda: (ready(f"http://127.0.0.1:{port}") or {}).get("workers") == 1)
        os.killpg(up.pid, signal.SIGHUP)
        time.sleep(1)
        assert up.poll() is None
        assert ready(f"http://127.0.0.1:{port}")
    finally:
        up.terminate()
        assert up.wait(60) == 0
