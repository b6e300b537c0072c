"""One Ctrl-C, or one SIGTERM, ends a command that asks something, and leaves nothing running."""

import fcntl
import os
import pty
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from cofounder.cli import out
from cofounder.kit import postgres


@pytest.fixture
def home() -> Iterator[Path]:
    """A home beside the others, with a short path, that the database's own user can reach."""
    place = Path(tempfile.mkdtemp(prefix="cofounder-interrupt-", dir="/tmp"))
    place.chmod(0o755)
    yield place
    postgres.stop(place / "sample")
    shutil.rmtree(place, ignore_errors=True)


def until_asked(screen: int, seconds: float = 120) -> None:
    seen, deadline = b"", time.monotonic() + seconds
    while b"[l]ater" not in seen:
        assert time.monotonic() < deadline, seen[-500:]
        if select.select([screen], [], [], 0.5)[0]:
            seen += os.read(screen, 65536)


NOTED_ELSEWHERE = """
import signal, threading
from cofounder.cli import out

def sign():
    me = threading.get_ident()  # the process notes it, and the read of the terminal is not woken
    signal.pthread_kill(me, signal.SIGTERM)

threading.Timer(1.0, sign).start()
out.prompt("Sure?")
"""


def test_a_signal_that_does_not_wake_the_read_ends_the_question_too() -> None:
    screen, terminal = pty.openpty()
    asked = subprocess.Popen([sys.executable, "-c", NOTED_ELSEWHERE], stdin=terminal, stdout=terminal, stderr=terminal)
    os.close(terminal)
    try:
        assert asked.wait(60) != 0
        assert b"Abort" in os.read(screen, 65536)
    finally:
        asked.kill()
        os.close(screen)


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_the_demos_question_ends_at_once_and_the_database_with_it(home: Path, sign: signal.Signals) -> None:
    screen, terminal = pty.openpty()
    environment = {name: value for name, value in os.environ.items() if not name.endswith("DATABASE_URL")}
    demo = subprocess.Popen(
        [sys.executable, "-m", "cofounder.cli", "demo"],
        env=environment | {"COFOUNDER_HOME": str(home), "TERM": "xterm"},
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # so that Ctrl-C reaches it
    )
    os.close(terminal)
    try:
        until_asked(screen)
        if sign == signal.SIGINT:
            os.write(screen, b"\x03")
        else:
            demo.send_signal(sign)
        assert demo.wait(60) == out.INTERRUPTED  # nobody presses Enter: a signal that is lost would wait for ever
        assert not postgres.status(home / "sample").running
    finally:
        demo.kill()
        os.close(screen)
