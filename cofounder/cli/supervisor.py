"""`cofounder up`: one server and one worker beside each other, started again when they fall, stopped together."""

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO, Any

from cofounder.cli import home, out, processes
from cofounder.kit import log
from cofounder.kit.errors import CofounderError, Conflict

READY_SECONDS = 120.0
LOOK_SECONDS = 2.0  # between two looks at the database
STOP_SECONDS = 2.0  # beyond what a worker takes to end its steps; then SIGKILL: all is durable
FALLS = 5  # within FALL_SECONDS: then we give up
FALL_SECONDS = 60.0
TRIM_SECONDS = 5.0  # between two looks at how long the logs are
_LOG_BYTES = 5_000_000
_LAST_BYTES = 100_000  # of a log, in which an error is looked for


class RunsElsewhere(Conflict):
    """The product already runs on this home, at another address."""

    hint = "Stop it there first (Ctrl-C), or use another --home."


class KeepsFalling(CofounderError):
    """A process of the product ends again and again."""

    status = 503


class ServerSilent(CofounderError):
    """The server did not become ready."""

    status = 503


@dataclass
class Child:
    """A process of ours, with its log and when it fell."""

    name: str
    arguments: list[str]
    log: Path
    sockets: tuple[int, ...] = ()
    process: subprocess.Popen[bytes] | None = None
    falls: list[float] = field(default_factory=list)
    resume_at: float = 0.0

    def start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > _LOG_BYTES:
            self.log.replace(self.log.with_suffix(".old.log"))
        with open(self.log, "ab", opener=home.for_owner) as words:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "cofounder.cli", self.name, "--tied", *self.arguments],
                stdin=subprocess.PIPE,  # held open: when we are gone it closes, and the child ends
                stdout=words,
                stderr=words,
                pass_fds=self.sockets,
            )

    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def mend(self) -> None:
        """Start again after a fall, a little later each time. Raises KeepsFalling."""
        if self.process is None:
            if time.monotonic() >= self.resume_at:
                self.start()
            return
        code = self.process.poll()
        if code is None:
            return
        now = time.monotonic()
        self.falls = [at for at in self.falls if now - at < FALL_SECONDS] + [now]
        if len(self.falls) >= FALLS:
            raise KeepsFalling(
                f"The {self.name} ended {FALLS} times in a minute. {self.last_words()}", hint=f"Its log: {self.log}"
            )
        said = "server" if self.name == "serve" else self.name
        _tell(f"The {said} ended with code {code}; it is started again.")
        self.resume_at = now + 0.25 * 2 ** (len(self.falls) - 1)
        self._close()

    def trim(self) -> None:
        """Put away what a long life has written; the process goes on writing at the end of what is left."""
        try:
            if self.log.stat().st_size > _LOG_BYTES:
                shutil.copyfile(self.log, self.log.with_suffix(".old.log"))
                os.truncate(self.log, 0)
        except OSError as error:
            _tell(f"The log {self.log} could not be put away: {error.strerror}.")

    def last_words(self) -> str:
        """The last error that the process wrote, in words; without one its last line."""
        try:
            with self.log.open("rb") as words:
                words.seek(max(words.seek(0, os.SEEK_END) - _LAST_BYTES, 0))
                lines = words.read().decode(errors="replace").strip().splitlines()
        except OSError:
            return ""
        told = log.last_error(lines)
        return f"It last said: {told}" if told else ""

    def end(self) -> None:
        if self.running() and self.process is not None:
            self.process.terminate()

    def finish(self, deadline: float) -> None:
        """Wait until it has ended; kill what has not by then."""
        if self.process is None:
            return
        try:
            self.process.wait(max(deadline - time.monotonic(), 0.05))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._close()

    def _close(self) -> None:
        if self.process is not None and self.process.stdin is not None:
            self.process.stdin.close()
        self.process = None


def up(host: str, port: int, *, sample: bool, browser: bool) -> int:
    """Run the product until Ctrl-C or SIGTERM. Raises PortTaken, RunsElsewhere, KeepsFalling, ServerSilent."""
    stopper = _Stopper()
    home.check_address()
    folder = home.make()
    guard, other = claim(folder)
    if guard is None:
        return _tell_running(other, host, port)
    try:
        with processes.listen(host, port) as place:
            url = address(host, place.getsockname()[1])
            _prepare(sample)
            _note(guard, url)
            children = _children(place)
            try:
                _run(children, place, url, stopper, browser=browser, sample=sample)
            finally:
                _stop(children)
                _let_models_go(folder)
    finally:
        guard.close()
        home.leave_database()
    out.screen().print("Stopped.")
    return 0


class _Stopper:
    """Remembers that somebody asked us to stop."""

    def __init__(self) -> None:
        self.asked = False
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, self._ask)

    def _ask(self, _: int, __: FrameType | None) -> None:
        self.asked = True


def claim(folder: Path) -> tuple[IO[str] | None, dict[str, Any]]:
    """The lock of a running product, or what is written there by whoever holds it. A dead process holds nothing."""
    guard = (folder / "up.lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        guard.seek(0)
        try:
            known = json.loads(guard.read() or "{}")
        except ValueError:
            known = {}
        guard.close()
        return None, known
    return guard, {}


def _note(guard: IO[str], url: str) -> None:
    guard.seek(0)
    guard.truncate()
    guard.write(json.dumps({"url": url, "pid": os.getpid()}))
    guard.flush()


def _tell_running(other: dict[str, Any], host: str, port: int) -> int:
    """Running already is what was asked for, unless another address was."""
    url = str(other.get("url") or "")
    if not url:
        out.screen().print("Cofounder is just starting on this home, in another process.")
        return 0
    from cofounder.settings import settings

    if url != address(host, port) and (host, port) != (settings().host, settings().port):
        raise RunsElsewhere(f"It runs at {url} (process {other.get('pid')}).", field="port")
    out.screen().print(f"Cofounder already runs at {url} (process {other.get('pid')}).", soft_wrap=True)
    if out.at_terminal():
        out.screen().print(f"Sign in, once, within 15 minutes: {_entry(url)}", soft_wrap=True, markup=False)
    return 0


def address(host: str, port: int) -> str:
    """Where a browser on this machine finds it."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


def _prepare(sample: bool) -> None:
    """Database up and current before anybody else asks it; the sample company loaded where it was asked for."""
    home.run(_open(sample))


async def _open(sample: bool) -> None:
    from cofounder import app
    from cofounder.cli.groups.data import load_sample
    from cofounder.kit import db

    await app.open_database()
    if sample:
        await load_sample()
    await db.dispose()


def _children(place: socket.socket) -> list[Child]:
    logs = home.logs()
    place.set_inheritable(True)
    return [
        Child("worker", [], logs / "worker.log"),
        Child("serve", ["--fd", str(place.fileno())], logs / "server.log", sockets=(place.fileno(),)),
    ]


def _run(
    children: list[Child], place: socket.socket, url: str, stopper: _Stopper, *, browser: bool, sample: bool
) -> None:
    for child in children:
        child.start()
    ready, deadline = False, time.monotonic() + READY_SECONDS
    database = _Database()
    trimmed = time.monotonic()
    while not stopper.asked:
        for child in children:
            child.mend()
        if time.monotonic() - trimmed > TRIM_SECONDS:
            trimmed = time.monotonic()
            for child in children:
                child.trim()
        database.mend()
        if not ready:
            ready = _answers(url)
            if ready:
                _welcome(url, browser=browser, sample=sample)
            elif time.monotonic() > deadline:
                raise ServerSilent(
                    f"No answer in {READY_SECONDS:.0f} seconds. {children[1].last_words()}",
                    hint=f"Its log: {children[1].log}",
                )
        time.sleep(0.1)


class _Database:
    """Starts the embedded database again when it has gone; another one is not ours to start."""

    def __init__(self) -> None:
        self.looked_at = time.monotonic()

    def mend(self) -> None:
        if not home.embedded() or time.monotonic() - self.looked_at < LOOK_SECONDS:
            return
        from cofounder.kit import postgres

        if not postgres.status(home.folder()).running:
            _tell("The database had stopped. It is started again.")
            with suppress(CofounderError):  # tried again at the next look
                postgres.ensure(home.folder())
        self.looked_at = time.monotonic()


def _tell(words: str) -> None:
    """Say what happens while it runs. Nobody may be there to hear it: a full disk, or a pipe whose reader has gone."""
    with suppress(OSError):
        out.complain(words)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/api/ready", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _welcome(url: str, *, browser: bool, sample: bool) -> None:
    screen = out.screen()
    screen.print(f"Cofounder runs at {url}{' with the sample company' if sample else ''}.", soft_wrap=True)
    screen.print(f"Home: {home.folder()}", soft_wrap=True)
    if out.at_terminal():
        entry = _entry(url)
        screen.print(f"Sign in, once, within 15 minutes: {entry}", soft_wrap=True, markup=False)
        if browser and (Path(__file__).parent.parent / "_web" / "index.html").exists():
            import webbrowser

            webbrowser.open(entry)
    else:  # a log is no place for a secret
        screen.print(f"Sign in by a link: cofounder{_home_option(sample)} people link", soft_wrap=True)
    screen.print(f"A key for the API: cofounder{_home_option(sample)} keys create NAME --role approver", soft_wrap=True)
    screen.print("Ctrl-C stops it.")


def _entry(url: str) -> str:
    from cofounder.cli.groups.people import new_link

    _, entry = home.run(new_link(url=url))
    return entry


def _home_option(sample: bool) -> str:
    return f" --home {home.folder()}" if sample else ""


def _let_models_go(folder: Path) -> None:
    """A tuned model holds much memory, and is served again when the product starts. A training goes on."""
    jobs = folder / "tuning" / "jobs"
    if jobs.is_dir():
        from cofounder.flow.train.tuners.local import serving

        serving.let_go(jobs)


def _stop(children: list[Child]) -> None:
    for child in children:
        child.end()
    from cofounder.settings import settings

    deadline = time.monotonic() + settings().drain_seconds + STOP_SECONDS
    for child in children:
        child.finish(deadline)
