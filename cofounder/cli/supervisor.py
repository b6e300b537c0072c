"""`cofounder up`: one server and one worker beside each other, started again when they fall, stopped together."""

import fcntl
import json
import os
import signal
import socket
import time
import urllib.error
import urllib.request
from contextlib import closing, suppress
from pathlib import Path
from types import FrameType
from typing import IO, Any

from cofounder.cli import children, database_url, home, out, processes
from cofounder.cli.silence import Watch
from cofounder.kit.errors import CofounderError, Conflict

READY_SECONDS = 120.0
LOOK_SECONDS = 2.0  # between two looks at the database
STOP_SECONDS = 2.0  # beyond what a worker takes to end its steps; then SIGKILL: all is durable
LEFT_SECONDS = 10.0  # so long the children of one that was killed may take to end
TRIM_SECONDS = 5.0  # between two looks at how long the logs are


class RunsElsewhere(Conflict):
    """The product already runs on this home, at another address."""

    hint = "Stop it there first (Ctrl-C), or use another --home."


class ServerSilent(CofounderError):
    """The server did not become ready."""

    status = 503


def up(host: str, port: int, *, sample: bool, browser: bool) -> int:
    """Run the product until Ctrl-C or SIGTERM. Raises PortTaken, RunsElsewhere, KeepsFalling, ServerSilent, Killed."""
    stopper = _Stopper()
    database_url.check()
    folder = home.make()
    guard, other = claim(folder)
    if guard is None:
        return _tell_running(other, host, port)
    children.keep(guard)
    before = other.get("url") or other.get("before")
    _note(guard, before=before)
    try:
        with _listen(host, port, before) as place:
            url = address(host, place.getsockname()[1])
            children.apart(lambda: _prepare(sample), meanwhile=children.import_shared)
            _hold(folder)
            _note(guard, url=url, pid=os.getpid())
            family = _family(place)
            try:
                _run(family, url, stopper, browser=browser, sample=sample)
            finally:
                _stop(family)
                _let_models_go(folder)
    except (KeyboardInterrupt, children.Killed):  # asked to stop before anything ran, or before it could listen
        if not stopper.asked:
            raise
    finally:
        _note(guard)
        guard.close()
        home.leave_database()
    with suppress(OSError):  # the terminal may be what ended
        out.screen().print("Stopped.")
    return 0


def _hold(folder: Path) -> None:
    """The database is in use as long as we live, whatever falls."""
    if home.embedded():
        from cofounder.kit import postgres

        postgres.ensure(folder)


def _listen(host: str, port: int, before: str | None) -> socket.socket:
    """The socket of the server. One that was killed leaves children, which end in a moment: those are waited for."""
    deadline = time.monotonic() + LEFT_SECONDS
    while True:
        try:
            return processes.listen(host, port)
        except processes.PortTaken:
            if before != address(host, port) or time.monotonic() > deadline:
                raise
        time.sleep(0.2)


class _Stopper:
    """Remembers that somebody asked us to stop. A hang-up that whoever started us has us ignore stays ignored."""

    def __init__(self) -> None:
        self.asked = False
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if sign != signal.SIGHUP or signal.getsignal(sign) is not signal.SIG_IGN:
                signal.signal(sign, self._ask)

    def _ask(self, _: int, __: FrameType | None) -> None:
        if not self.asked:
            children.interrupt()
        self.asked = True


def claim(folder: Path) -> tuple[IO[str] | None, dict[str, Any]]:
    """The lock of a running product, None where another holds it; and what its last holder wrote there.

    A dead process holds nothing.
    """
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND
    guard = os.fdopen(home.for_owner(str(folder / "up.lock"), flags), "a+", encoding="utf-8")
    free = True
    try:
        fcntl.flock(guard, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        free = False
    guard.seek(0)
    try:
        known = json.loads(guard.read() or "{}")
    except ValueError:
        known = {}
    if free:
        return guard, known
    guard.close()
    return None, known


def _note(guard: IO[str], **known: Any) -> None:
    guard.seek(0)
    guard.truncate()
    guard.write(json.dumps(known))
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


def _family(place: socket.socket) -> list[children.Child]:
    logs = home.logs()
    place.set_inheritable(True)
    return [
        children.Child("worker", [], logs / "worker.log"),
        children.Child("serve", ["--fd", str(place.fileno())], logs / "server.log"),
    ]


def _run(family: list[children.Child], url: str, stopper: _Stopper, *, browser: bool, sample: bool) -> None:
    from cofounder.settings import settings

    for child in family:
        child.start()
    ready, deadline = False, time.monotonic() + READY_SECONDS
    database = _Database()
    trimmed = time.monotonic()
    with closing(Watch(family[0], settings().lease_seconds)) as watch:
        while not stopper.asked:
            for child in family:
                child.mend()
            watch.mend()
            if time.monotonic() - trimmed > TRIM_SECONDS:
                trimmed = time.monotonic()
                for child in family:
                    child.trim()
            database.mend()
            if not ready:
                ready = _answers(url)
                if ready:
                    with suppress(OSError):  # nobody may be there to read it
                        _welcome(url, browser=browser, sample=sample)
                elif time.monotonic() > deadline:
                    raise ServerSilent(
                        f"No answer in {READY_SECONDS:.0f} seconds. {family[1].last_words()}",
                        hint=f"Its log: {family[1].log}",
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
            children.tell("The database had stopped. It is started again.")
            with suppress(CofounderError):  # tried again at the next look
                children.apart(lambda: str(postgres.ensure(home.folder())))
        self.looked_at = time.monotonic()


def _answers(url: str) -> bool:
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(f"{url}/api/ready", timeout=1) as answer:
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

    return children.apart(lambda: home.run(new_link(url=url))[1])


def _home_option(sample: bool) -> str:
    from cofounder.settings import settings

    return f" --home {home.folder()}" if sample or settings().home is not None else ""


def _let_models_go(folder: Path) -> None:
    """A tuned model holds much memory, and is served again when the product starts. A training goes on."""
    jobs = folder / "tuning" / "jobs"
    if jobs.is_dir():
        from cofounder.flow.train.tuners.local import serving

        serving.let_go(jobs)


def _stop(family: list[children.Child]) -> None:
    for child in family:
        child.end()
    from cofounder.settings import settings

    deadline = time.monotonic() + settings().drain_seconds + STOP_SECONDS
    for child in family:
        child.finish(deadline)
