"""The processes of `up`: forked from one that has imported what they share, so that its memory counts once.

Where a fork may not go on by itself (the frameworks of macOS do not stand it) the child starts Python anew.
"""

import gc
import multiprocessing
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import IO, Any, ClassVar, TypeVar, cast

from cofounder.cli import home, out, processes
from cofounder.kit import log
from cofounder.kit.errors import CofounderError

FALLS = 5  # within FALL_SECONDS: then we give up
FALL_SECONDS = 60.0
FORKS_STAND = sys.platform == "linux"
# Modules that both the server and the worker use, by where most of the rest hangs.
_SHARED = ("cofounder.app", "cofounder.journey", "dbos", "fastmcp", "uvicorn", "uvloop")
_LOG_BYTES = 5_000_000
_LAST_BYTES = 100_000  # of a log, in which an error is looked for

T = TypeVar("T")
_forking = multiprocessing.get_context("fork")


class KeepsFalling(CofounderError):
    """A process of the product ends again and again."""

    status = 503


class Killed(CofounderError):
    """A process of the product was killed."""

    status = 503
    hint = "Perhaps memory was short. Start it again: what was not finished is done anew."


class _Own:
    """`files`: what no child may hold, for while one did, it would seem that we live."""

    files: ClassVar[list[IO[Any]]] = []
    alive: int | None = None
    apart: BaseProcess | None = None


def keep(file: IO[Any]) -> None:
    """No child holds this open file."""
    _Own.files.append(file)


def import_shared() -> None:
    """Import what the children share, and have the collector leave it alone: a page that nobody writes counts once."""
    if not FORKS_STAND:
        return
    for name in _SHARED:
        import_module(name)
    gc.collect()
    gc.freeze()


@dataclass
class Child:
    """A process of ours, with its log and when it fell."""

    name: str
    arguments: list[str]
    log: Path
    process: BaseProcess | None = None
    falls: list[float] = field(default_factory=list)
    resume_at: float = 0.0
    told: bool = False  # why it ends was said already

    def start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > _LOG_BYTES:
            self.log.replace(self.log.with_suffix(".old.log"))
        with open(self.log, "ab", opener=home.for_owner) as words:
            self.begin(lambda: _command([self.name, "--tied", *self.arguments]), words.fileno())

    def begin(self, work: Callable[[], int], words: int) -> None:
        """Do it in a process of its own, whose words go to the file `words`."""
        self.process = _forking.Process(target=_become, args=(work, _alive(), words), name=self.name)
        self.process.start()

    def running(self) -> bool:
        return self.process is not None and self.process.is_alive()

    def mend(self) -> None:
        """Start again after a fall, a little later each time. Raises KeepsFalling."""
        if self.process is None:
            if time.monotonic() >= self.resume_at:
                self.start()
            return
        code = self.process.exitcode
        if code is None:
            return
        now = time.monotonic()
        self.falls = [at for at in self.falls if now - at < FALL_SECONDS] + [now]
        if len(self.falls) >= FALLS:
            raise KeepsFalling(
                f"The {self.name} ended {FALLS} times in a minute. {self.last_words()}", hint=f"Its log: {self.log}"
            )
        said = "server" if self.name == "serve" else self.name
        if not self.told:
            tell(f"The {said} {_how(code)}; it is started again.")
        self.told = False
        self.resume_at = now + 0.25 * 2 ** (len(self.falls) - 1)
        self._close()

    def trim(self) -> None:
        """Put away what a long life has written; the process goes on writing at the end of what is left."""
        try:
            if self.log.stat().st_size > _LOG_BYTES:
                shutil.copyfile(self.log, self.log.with_suffix(".old.log"))
                os.truncate(self.log, 0)
        except OSError as error:
            tell(f"The log {self.log} could not be put away: {error.strerror}.")

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

    def kill(self, why: str) -> None:
        """End it without its help, saying why; `mend` starts it again."""
        tell(why)
        self.told = True
        if self.process is not None:
            self.process.kill()

    def finish(self, deadline: float) -> None:
        """Wait until it has ended; kill what has not by then."""
        if self.process is None:
            return
        self.process.join(max(deadline - time.monotonic(), 0.05))
        if self.process.is_alive():
            self.process.kill()
            self.process.join()
        self._close()

    def _close(self) -> None:
        if self.process is not None:
            self.process.close()
        self.process = None


def apart(work: Callable[[], T], *, meanwhile: Callable[[], None] = lambda: None) -> T:
    """What `work` gives, done in a process of its own: nothing of it stays here for later children. Raises what it raises."""
    if not FORKS_STAND:  # no child takes over anything of ours there
        meanwhile()
        return work()
    ours, theirs = _forking.Pipe(duplex=False)
    process = _Own.apart = _forking.Process(target=_tell_of, args=(work, _alive(), theirs))
    process.start()
    theirs.close()
    with closing(ours):
        try:
            meanwhile()
            given, error = ours.recv()
        except EOFError:
            process.join()
            given, error = None, Killed(f"A process that saw to the database {_how(process.exitcode or 0)}.")
        finally:
            process.join()
            _Own.apart = None
            process.close()
    if error is not None:
        raise error
    return cast("T", given)


def interrupt() -> None:
    """Have what is done apart at this moment end in order; `apart` then raises KeyboardInterrupt."""
    if _Own.apart is not None and _Own.apart.pid is not None:
        with suppress(ProcessLookupError):
            os.kill(_Own.apart.pid, signal.SIGTERM)


def _how(code: int) -> str:
    return f"was killed (signal {-code})" if code < 0 else f"ended with code {code}"


def tell(words: str) -> None:
    """Say what happens while it runs. Nobody may be there to hear it: a full disk, or a pipe whose reader has gone."""
    with suppress(OSError):
        out.complain(words)


def _tell_of(work: Callable[[], Any], alive: int, to: Connection) -> None:
    _let_go()
    processes.follow_parent(alive)
    try:
        to.send((work(), None))
    except BaseException as error:
        with suppress(BrokenPipeError):  # nobody is there to hear it
            to.send((None, _portable(error)))


def _portable(error: BaseException) -> BaseException:
    """The error in a form that goes through a pipe: ours, or a library's that we know, or its words."""
    from cofounder.cli.causes import explain, plain

    if isinstance(error, CofounderError | KeyboardInterrupt):
        return error
    known = explain(error) if isinstance(error, Exception) else None
    return known or RuntimeError(f"{type(error).__name__}: {plain(error)}")


def _become(work: Callable[[], int], alive: int, words: int) -> None:
    """In the child: hear of the parent's end at standard input, write to the log, and do it."""
    _let_go()
    for given, place in ((alive, 0), (words, 1), (words, 2)):
        os.dup2(given, place)
    sys.stdout, sys.stderr = (
        os.fdopen(place, "w", buffering=1, errors="backslashreplace", closefd=False) for place in (1, 2)
    )
    sys.exit(work())


def _let_go() -> None:
    """In a child: what the parent set up for itself is not ours, and what the terminal says is said to the parent."""
    os.setpgid(0, 0)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    for file in _Own.files:
        if not file.closed:
            os.close(file.fileno())


def _alive() -> int:
    """What every child reads and nobody writes: it ends when we do."""
    if _Own.alive is None:
        _Own.alive, ours = os.pipe()
        keep(os.fdopen(ours, "wb"))
    return _Own.alive


def _command(words: list[str]) -> int:
    """Go on as a command of ours, under its own name in the list of processes."""
    if not FORKS_STAND:
        os.execv(sys.executable, [sys.executable, "-m", "cofounder.cli", *words])
    from setproctitle import setproctitle

    from cofounder.cli import program

    setproctitle(f"cofounder {words[0]}")
    return program.run(words)
