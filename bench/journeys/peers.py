"""Drives the peer's processes: starts them, hands them requests, reads their answers."""

import importlib.metadata
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.journeys.work import AT_ONCE, WARM_UP, Figures, Rate, postgres_time, python_time

ROOT = Path(__file__).resolve().parents[2]
INSTALLED = ROOT / "build" / "peer"  # by `make bench`; apart, so that the product is measured without it
SAVERS = 4  # as fast as eight, and faster than one


def version() -> str | None:
    """LangGraph's, where it is installed."""
    found = importlib.metadata.distributions(name="langgraph", path=[str(INSTALLED), *sys.path])
    return next((each.version for each in found), None)


class Peer:
    """One process of the peer."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def ask(self, count: int, at_once: int, what: str = "go") -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{what} {count} {at_once}\n")
        self.process.stdin.flush()

    def answer(self) -> dict[str, Any]:
        """Raises SystemExit when the process ended instead."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"The peer ended with {self.process.wait()}.")
        return dict(json.loads(line))

    def go(self, count: int, at_once: int, what: str = "go") -> dict[str, Any]:
        self.ask(count, at_once, what)
        return self.answer()


@contextmanager
def _started() -> Iterator[Peer]:
    paths = [str(INSTALLED), str(ROOT), os.environ.get("PYTHONPATH", "")]
    process = subprocess.Popen(
        [sys.executable, "-m", "bench.journeys.peer", str(SAVERS)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "LANGSMITH_TRACING": "false"},
    )
    try:
        yield Peer(process)
    finally:
        process.stdin.close() if process.stdin else None
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _many(peers: Sequence[Peer], count: int, data: Path) -> Rate:
    """All requests, shared out evenly, sixteen at a time in each process."""
    pids = [peer.process.pid for peer in peers]
    python, postgres = python_time(pids), postgres_time(data)
    began = time.perf_counter()
    for peer in peers:
        peer.ask(count, AT_ONCE)
    answers = [peer.answer() for peer in peers]
    seconds = max(float(answer["seconds"]) for answer in answers)
    assert seconds <= time.perf_counter() - began
    return Rate(count * len(peers), seconds, python_time(pids) - python, postgres_time(data) - postgres)


def _bare(peer: Peer, count: int, data: Path) -> Rate:
    postgres = postgres_time(data)
    answer = peer.go(count, 1, "bare")
    return Rate(count, float(answer["seconds"]), float(answer["python"]), postgres_time(data) - postgres)


def measure(runs: int, count: int, processes: Sequence[int], data: Path) -> Figures:
    """As `ours.measure`, of the peer."""
    figures = Figures([], [], {})
    for number in processes:
        with ExitStack() as stack:
            peers = [stack.enter_context(_started()) for _ in range(number)]
            for peer in peers:
                if peer.answer()["nodes"] != 9:
                    raise SystemExit("The plan has no longer nine nodes.")
            for peer in peers:
                peer.go(WARM_UP, 1)
            if number == 1:
                figures.alone = peers[0].go(runs, 1)["each"]
                for _ in range(2):
                    figures.at_once += peers[0].go(AT_ONCE, AT_ONCE)["each"]
            figures.rates[number] = _many(peers, count, data)
            figures.bare = figures.bare or _bare(peers[0], count, data)
    return figures
