"""How fast a request becomes an approval, beside the same work on LangGraph.

Run: make bench, or python -m bench.journey [--runs 30] [--tasks 64] [--processes 1 2] [--sample] [--no-peer].

A fresh embedded PostgreSQL (fsync on), the offline model. A process of its own submits and watches; `cofounder
worker` processes carry out. The peer is LangGraph with its PostgreSQL saver, on the same database, in the same run,
with the same nine nodes and tools: see bench/journeys/peer.py for what it does and what it is spared. The peer goes
first, while the tables are smallest. Prints a table and writes nothing else.
"""

import argparse
import asyncio
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.journeys.work import Figures, Rate, p50, p95


async def bench(chosen: argparse.Namespace, data: Path) -> tuple[Figures, Figures | None]:
    """Measure ours and, unless told not to, the peer."""
    from bench.journeys import ours, peers
    from cofounder import app
    from cofounder.kit import db

    await app.open_database()
    app.wire()
    if chosen.sample:
        from cofounder.cli.groups.data import load_sample

        await load_sample()
    beside = None
    if chosen.peer and peers.version() is None:
        print("LangGraph is not installed, so no peer was measured. Install it with: make bench", file=sys.stderr)
    elif chosen.peer:
        beside = await asyncio.to_thread(peers.measure, chosen.runs, chosen.tasks, chosen.processes, data)
    mine = await ours.measure(chosen.runs, chosen.tasks, chosen.processes, data)
    await db.dispose()
    return mine, beside


def table(mine: Figures, beside: Figures | None, name: str) -> str:
    """The figures, one a line; the last column says how many times better we are."""
    lines = [f"{'':46}{'Cofounder':>12}{name:>20}{'ratio':>8}"]

    def line(words: str, figure: Callable[[Figures], float], *, fewer: bool = True, digits: int = 0) -> None:
        ours = figure(mine)
        theirs = figure(beside) if beside else None
        ratio = "" if theirs is None else f"{(theirs / ours if fewer else ours / theirs):.2f}"
        shown = "" if theirs is None else f"{theirs:.{digits}f}"
        lines.append(f"{words:46}{ours:12.{digits}f}{shown:>20}{ratio:>8}")

    line(f"request to open approval, alone, p50, ms (n={len(mine.alone)})", lambda it: p50(it.alone))
    line("the same, p95, ms", lambda it: p95(it.alone))
    line(f"the same, sixteen at once, p50, ms (n={len(mine.at_once)})", lambda it: p50(it.at_once))
    line("the same, p95, ms", lambda it: p95(it.at_once))
    for number, rate in mine.rates.items():
        _rate_lines(line, number, rate)
    if beside and beside.bare:
        bare = beside.bare
        lines += [
            "",
            "The work alone, one request after the other, without graph, engine or checkpoint: "
            f"{bare.a_second:.1f} tasks a second,",
            f"processor a task: Python {bare.python_ms:.0f} ms, PostgreSQL {bare.postgres_ms:.0f} ms. No engine does it for less.",
        ]
    return "\n".join(lines)


def _rate_lines(line: Callable[..., None], number: int, rate: Rate) -> None:
    who = "one process" if number == 1 else f"{number} processes"
    line(f"tasks a second, {who} (n={rate.count})", lambda it: it.rates[number].a_second, fewer=False, digits=1)
    line("  processor a task, Python, ms", lambda it: it.rates[number].python_ms)
    line("  processor a task, PostgreSQL, ms", lambda it: it.rates[number].postgres_ms)


def options(words: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=30, help="how often alone")
    parser.add_argument("--tasks", type=int, default=64, help="how many for a rate, in each process")
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2], help="rates with so many processes")
    parser.add_argument("--sample", action="store_true", help="with the sample company's history in the database")
    parser.add_argument("--no-peer", dest="peer", action="store_false", help="ours alone")
    return parser.parse_args(words)


def main() -> None:
    chosen = options()
    os.environ.pop("DATABASE_URL", None)
    with tempfile.TemporaryDirectory(prefix="cofounder-bench-", dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        home = Path(folder) / "home"
        os.environ["COFOUNDER_HOME"] = str(home)
        from bench.journeys import peers
        from cofounder.kit import postgres

        try:
            mine, beside = asyncio.run(bench(chosen, home / "database"))
        finally:
            postgres.stop(home)
        print("with the sample company" if chosen.sample else "with an empty company")
        print(table(mine, beside, f"LangGraph {peers.version()}"))


if __name__ == "__main__":
    main()
