"""The training process: started apart from this one, found again after a restart of the server, stopped.

It holds a lock on a file in its folder for as long as it lives, which the kernel frees however it ends. So the lock says
whether it lives, and never the number of a process, which another one may have by now.
"""

import asyncio
import fcntl
import json
import os
import signal
import subprocess
import time
from pathlib import Path

import psutil

from cofounder.flow.train.tuners.local.python import environment

LOCK, WHO, LOG = "running.lock", "process.json", "process.log"
START_SECONDS = 30.0  # until a process that was started holds its lock
_LOG_BYTES = 1_000_000
_started: dict[Path, subprocess.Popen[bytes]] = {}  # by folder; asked, so that the kernel forgets those that ended


def lives(folder: Path) -> bool:
    """Is there a process at work in this folder, whoever started it?"""
    child = _started.get(folder.resolve())
    if child is not None:
        if child.poll() is None:
            return True  # it may not hold its lock yet
        del _started[folder.resolve()]
    return _is_held(folder)


def _is_held(folder: Path) -> bool:
    try:
        descriptor = os.open(folder / LOCK, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


async def start(folder: Path, command: list[str]) -> None:
    """Start a process in a session of its own and wait until it is at work, or has ended. Raises OSError."""
    child = _begin(folder, command)
    until = time.monotonic() + START_SECONDS
    while True:
        await asyncio.sleep(0.05)
        if time.monotonic() > until or child.poll() is not None or _is_held(folder):
            return


def _begin(folder: Path, command: list[str]) -> subprocess.Popen[bytes]:
    log = folder / LOG
    if log.exists() and log.stat().st_size > _LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as said:
        child = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            env=environment(),
            start_new_session=True,
        )
    _started[folder.resolve()] = child
    return child


def process(folder: Path) -> psutil.Process | None:
    """The process at work in this folder, surely that one."""
    if not lives(folder):
        return None
    try:
        said = json.loads((folder / WHO).read_text(encoding="utf-8"))
        found = psutil.Process(int(said["pid"]))
        # A number is given again, a number with its time of start is not.
        return found if abs(found.create_time() - float(said["started"])) < 2 else None
    except (OSError, ValueError, KeyError, psutil.Error):
        return None


def stop(folder: Path, *, kill: bool = False) -> None:
    """Ask the process to end; with `kill` it is ended, and whatever it started."""
    found = process(folder)
    if found is None:
        return
    try:
        if kill:
            for one in [*found.children(recursive=True), found]:
                one.kill()
        else:
            found.send_signal(signal.SIGTERM)
    except psutil.NoSuchProcess:
        pass


async def gone(folder: Path, seconds: float) -> bool:
    """Wait until nothing is at work in this folder any more."""
    until = time.monotonic() + seconds
    while lives(folder):
        if time.monotonic() > until:
            return False
        await asyncio.sleep(0.05)
    return True


def last_words(folder: Path, characters: int = 600) -> str:
    """The end of what it wrote to its log."""
    try:
        data = (folder / LOG).read_bytes()[-4 * characters :]
    except OSError:
        return ""
    return data.decode(errors="replace").strip()[-characters:]
