"""What both sides carry out, and how a process's time is read."""

import os
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

REQUEST = "Create a LinkedIn post about our Q4 growth metrics"
CHANNEL = "linkedin"
METRICS = {
    "revenue_monthly": 150000,
    "previous_month_revenue": 125000,
    "traffic_monthly": 250000,
    "conversion_rate": 0.045,
    "customer_count": 320,
}
WARM_UP = 3
AT_ONCE = 16


@dataclass
class Rate:
    """`count` tasks from the first request to the last open approval, and what they cost the processor."""

    count: int
    seconds: float
    python_seconds: float
    postgres_seconds: float

    @property
    def a_second(self) -> float:
        return self.count / self.seconds

    @property
    def python_ms(self) -> float:
        return self.python_seconds / self.count * 1000

    @property
    def postgres_ms(self) -> float:
        return self.postgres_seconds / self.count * 1000


@dataclass
class Figures:
    """What one side was measured to do. Seconds a task, alone and sixteen at once; rates by number of processes.

    `bare`: the same work one request after the other without graph, engine or checkpoint, which no engine can beat.
    """

    alone: list[float]
    at_once: list[float]
    rates: dict[int, Rate]
    bare: Rate | None = None


def p50(seconds: Sequence[float]) -> float:
    """Milliseconds."""
    return statistics.median(seconds) * 1000


def p95(seconds: Sequence[float]) -> float:
    """Milliseconds; nearest rank."""
    ordered = sorted(seconds)
    return ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))] * 1000


def python_time(pids: Sequence[int]) -> float:
    """Processor seconds that these processes have used so far."""
    return sum(_own(psutil.Process(pid)) for pid in pids)


def postgres_time(data: Path) -> float:
    """Processor seconds of a server so far: of its processes, and of those that ended, which its first one counts."""
    total = 0.0
    for process in psutil.process_iter():
        try:
            if process.name() != "postgres" or os.path.realpath(process.cwd()) != os.path.realpath(data):
                continue
            times = process.cpu_times()
            total += times.user + times.system + times.children_user + times.children_system
        except psutil.Error:
            continue
    return total


def _own(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)
