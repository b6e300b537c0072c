"""How much memory the idle product holds: server and worker as `cofounder up` starts them, without PostgreSQL.

Run: python -m bench.memory [--seconds 10]. A fresh home. The sum of the proportional set size (PSS): a page that two
processes share counts half in each. The supervisor that starts the two is told apart. Linux only.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

READY_SECONDS = 120


def pss(pid: int) -> float:
    """Megabytes (10^6 bytes) of a process."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024 / 1e6
    raise SystemExit(f"No PSS of process {pid}.")


def _free_port() -> int:
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        return int(place.getsockname()[1])


def _await_ready(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            here = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with here.open(f"http://127.0.0.1:{port}/api/ready", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.2)
    raise SystemExit("The product did not become ready.")


@contextmanager
def up(home: Path) -> Iterator[psutil.Process]:
    """`cofounder up` on a fresh home; gives the supervisor's process."""
    port = _free_port()
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    process = subprocess.Popen(
        [sys.executable, "-m", "cofounder.cli", "up", "--port", str(port), "--no-browser"],
        env={**environment, "COFOUNDER_HOME": str(home)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        _await_ready(port, process)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(60)


def parts(supervisor: psutil.Process) -> dict[str, int]:
    """server, worker, supervisor -> process id."""
    found = {"supervisor": supervisor.pid}
    for child in supervisor.children():
        words = " ".join(child.cmdline()).split()  # a fork of ours names itself in one word
        for name, command in (("server", "serve"), ("worker", "worker")):
            if command in words:
                found[name] = child.pid
    return found


def idle(pids: dict[str, int], seconds: float) -> dict[str, float]:
    """Megabytes by part, once nobody has asked anything for so many seconds."""
    time.sleep(seconds)
    return {name: pss(pid) for name, pid in pids.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=10.0, help="how long it is left alone before it is measured")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cofounder-bench-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        with up(Path(folder) / "home") as supervisor:
            found = idle(parts(supervisor), chosen.seconds)
    for name in ("server", "worker"):
        print(f"{name:24}{found[name]:8.1f} MB")
    print(f"{'server and worker':24}{found['server'] + found['worker']:8.1f} MB")
    print(f"{'supervisor, besides':24}{found['supervisor']:8.1f} MB")


if __name__ == "__main__":
    main()
