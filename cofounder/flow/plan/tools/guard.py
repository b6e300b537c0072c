"""Stands between a worker and a tool server that it started: `python guard.py LARGEST -- COMMAND ARGUMENT...`.

A process of its own, so that whatever the server does is not done to the worker:
- what is no answer and no message of MCP is dropped here, and a server that writes too much of it is ended;
- a message larger than LARGEST bytes is thrown away, and the request it answers gets an error;
- when the worker is gone, however it went, the server ends, and whatever the server has started.

Standard library only: it is run without the product's packages.
"""

import ctypes
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

TOO_LARGE = -32099  # JSON-RPC: of the range that an implementation may define
NOISE_LINES = 20_000  # that were no answers, before a server is ended
NOISE_BYTES = 20_000_000
EVENTS_A_SECOND = 200  # notifications and questions of the server that are passed on; the rest is dropped
HEAD, TAIL = 6_000, 2_000  # bytes of its standard error that are kept: the first, and the last
GRACE_SECONDS = (1.0, 0.5)  # after its input is closed, and after SIGTERM
_ID = re.compile(rb'"id"\s*:\s*(-?\d+|"(?:[^"\\]|\\.)*")')
_PDEATHSIG, _SUBREAPER = 1, 36  # linux/prctl.h


class Guard:
    """One server while it runs."""

    def __init__(self, largest: int, command: list[str]) -> None:
        self.largest = largest
        self.parent = os.getppid()
        self.over = threading.Event()
        self.reason = ""
        self.waiting: set[str] = set()  # ids of requests that have no answer yet, as JSON
        self.lines = self.bytes = 0  # of noise
        self.allowed, self.filled_at = float(EVENTS_A_SECOND), time.monotonic()
        self.said = self.kept = b""
        prctl = _prctl()
        if prctl is not None:
            prctl(_SUBREAPER, 1)  # whatever the server leaves behind becomes ours, and is ended with it
        self.child = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            start_new_session=True,
            preexec_fn=None if prctl is None else lambda: prctl(_PDEATHSIG, signal.SIGKILL),
        )

    def run(self) -> int:
        """Pass messages on until one side ends; the exit code."""
        signal.signal(signal.SIGTERM, lambda *_: self.end("told to stop"))
        for job in (self.pass_in, self.pass_out, self.keep_errors):
            threading.Thread(target=job, daemon=True).start()
        while not self.over.wait(0.25):
            if self.child.poll() is not None:
                self.end(f"it ended by itself, with code {self.child.returncode}")
            elif os.getppid() != self.parent:
                self.end("the worker is gone")
        time.sleep(0.02)  # what it said last
        self.stop()
        sys.stderr.buffer.write(self.kept[-TAIL:] + f"\n[guard] {self.reason}\n".encode())
        sys.stderr.flush()
        return 0

    def end(self, reason: str) -> None:
        if not self.over.is_set():
            self.reason = reason
            self.over.set()

    def pass_in(self) -> None:
        """From the worker to the server."""
        assert self.child.stdin is not None
        rest = b""
        with suppress(OSError):
            while data := os.read(0, 65_536):
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    self.note(line)
                view = memoryview(data)
                while view:
                    view = view[self.child.stdin.write(view) :]
        self.end("the worker closed it")

    def note(self, line: bytes) -> None:
        with suppress(ValueError):
            sent = json.loads(line)
            if isinstance(sent, dict) and "method" in sent and "id" in sent:
                self.waiting.add(json.dumps(sent["id"]))

    def pass_out(self) -> None:
        """From the server to the worker: whole lines that are messages."""
        assert self.child.stdout is not None
        descriptor = self.child.stdout.fileno()
        line, passed = bytearray(), 0  # of a line that is too long only its ends are kept
        while data := os.read(descriptor, 65_536):
            *ends, rest = data.split(b"\n")
            for part in ends:
                line += part
                self.take(bytes(line), passed)
                line, passed = bytearray(), 0
            line += rest
            if len(line) > self.largest:
                passed += len(line)
                line = line[:400] + line[-400:]
            if self.over.is_set():
                return

    def take(self, line: bytes, passed: int) -> None:
        """One line; `passed` bytes of it were thrown away."""
        if passed or len(line) > self.largest:
            self.refuse(line)
            return
        message: Any = None
        with suppress(ValueError, RecursionError):
            message = json.loads(line) if line[:1] == b"{" else None
        if not isinstance(message, dict) or not self.wanted(message):
            self.drop(len(line))
            return
        self.send(line)

    def wanted(self, message: dict[str, Any]) -> bool:
        if "method" in message:
            now = time.monotonic()
            self.allowed = min(self.allowed + (now - self.filled_at) * EVENTS_A_SECOND, 2 * EVENTS_A_SECOND)
            self.filled_at = now
            if self.allowed < 1:
                return False
            self.allowed -= 1
            return True
        key = json.dumps(message.get("id"))
        if key not in self.waiting:
            return False
        self.waiting.discard(key)
        return True

    def refuse(self, ends: bytes) -> None:
        """Answer in place of the server the request whose answer was too large."""
        named = {found.decode(errors="replace") for found in _ID.findall(ends)} & self.waiting
        if len(named) != 1:
            self.end(f"it sent a message of more than {self.largest:,} bytes")
            return
        key = named.pop()
        self.waiting.discard(key)
        said = {"code": TOO_LARGE, "message": f"The answer has more than {self.largest:,} bytes; it was not read."}
        self.send(json.dumps({"jsonrpc": "2.0", "id": json.loads(key), "error": said}).encode())

    def send(self, line: bytes) -> None:
        view = memoryview(line + b"\n")
        try:
            while view:
                view = view[os.write(1, view) :]
        except OSError:
            self.end("the worker is gone")

    def drop(self, size: int) -> None:
        self.lines, self.bytes = self.lines + 1, self.bytes + size
        if self.lines > NOISE_LINES or self.bytes > NOISE_BYTES:
            self.end("it wrote too much to its standard output that is no answer")

    def keep_errors(self) -> None:
        assert self.child.stderr is not None
        while data := os.read(self.child.stderr.fileno(), 65_536):
            if len(self.said) < HEAD:
                new = data[: HEAD - len(self.said)]
                self.said += new
                os.write(2, new)
            else:
                self.kept = (self.kept + data)[-TAIL:]

    def stop(self) -> None:
        """Close its input, then ask it to end, then end it and all that it has started."""
        assert self.child.stdin is not None
        if self.reason != "told to stop":
            with suppress(OSError):
                self.child.stdin.close()
            self.wait(GRACE_SECONDS[0])
        for sign, seconds in ((signal.SIGTERM, GRACE_SECONDS[1]), (signal.SIGKILL, 0.0)):
            with suppress(OSError):
                os.killpg(self.child.pid, sign)
            if seconds:
                self.wait(seconds)
        for _ in range(20):  # those that had left its group
            left = _children()
            if not left:
                return
            for pid in left:
                with suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.02)
            with suppress(OSError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass

    def wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self.child.poll() is None and time.monotonic() < until:
            time.sleep(0.01)


def _children() -> list[int]:
    found: list[int] = []
    for listed in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, listed.read_text().split())
    return found


def _prctl() -> Any:
    if sys.platform != "linux":
        return None
    try:
        return ctypes.CDLL(None).prctl
    except (OSError, AttributeError):
        return None


def main() -> int:
    largest, command = int(sys.argv[1]), sys.argv[3:]
    try:
        guard = Guard(largest, command)
    except (OSError, subprocess.SubprocessError) as error:
        sys.stderr.write(f"[guard] it could not be started: {error}\n")
        return 127
    return guard.run()


if __name__ == "__main__":
    code = main()
    sys.stderr.flush()
    os._exit(code)  # threads may still wait in a read
