"""Rows per second of an import beside plain COPY of the same rows, and the memory that it takes.

python -m bench.imports [ROWS]           # 1,000,000 rows of web analytics by default
python -m bench.imports --bytes 2e9      # a file of so many bytes, with as many columns again that nobody wants
"""

import asyncio
import csv
import random
import resource
import sys
import tempfile
import time
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path

import psutil
import psycopg
from sqlalchemy import URL

from cofounder.business.imports import carrying, service
from cofounder.business.imports.schemas import Mapping
from cofounder.kit import db, migrate, postgres
from cofounder.kit.db import transaction

SOURCES = ("google", "newsletter", "linkedin", "(direct)", "x")
DEVICES = ("desktop", "mobile", "tablet")
HEAD = ["date", "source", "page", "device", "sessions", "users", "pageviews", "bounce_rate", "conversions", "revenue"]
FIELDS = {
    "day": "date",
    "source": "source",
    "page_id": "page",
    "device": "device",
    "sessions": "sessions",
    "users": "users",
    "page_views": "pageviews",
    "bounce_rate": "bounce_rate",
    "conversions": "conversions",
    "revenue": "revenue",
}
COPIED = "id, day, source, page_id, device, sessions, users, page_views, bounce_rate, conversions, revenue, measured_at"


def write(path: Path, rows: int, beside: int = 0) -> None:
    """A file of analytics: each row a day, a source, a page and a device, and so many characters of other columns."""
    others = ["word " * (beside // 100)] * 20 if beside else []
    chance = random.Random(7)
    first = date(2020, 1, 1)
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow([*HEAD, *(f"other_{at}" for at in range(len(others)))])
        for number in range(rows):
            day = first + timedelta(days=number // 600 % 2500)
            page = f"/articles/{number // 15 % 40 + 40 * (number // 1_500_000)}"
            sessions = chance.randrange(1, 5000)
            out.writerow(
                [
                    day.isoformat(),
                    SOURCES[number % 5],
                    page,
                    DEVICES[number // 5 % 3],
                    sessions,
                    max(1, sessions - chance.randrange(0, 50)),
                    sessions * 2,
                    round(chance.random(), 4),
                    chance.randrange(0, sessions // 20 + 1),
                    round(chance.random() * 900, 2),
                    *others,
                ]
            )


def copied(url: URL, path: Path) -> float:
    """Seconds of plain COPY of the same rows into the same table, its keys and indexes included."""
    from cofounder.business.imports.writing import new_ids

    ready = path.with_suffix(".ready")
    with path.open() as source, ready.open("w", newline="") as file:
        out = csv.writer(file)
        lines = csv.reader(source)
        next(lines)
        batch: list[list[str]] = []
        for line in lines:
            batch.append(line)
            if len(batch) == 20_000:
                out.writerows([id, *row, "2026-01-01"] for id, row in zip(new_ids(len(batch)), batch, strict=True))
                batch = []
        out.writerows([id, *row, "2026-01-01"] for id, row in zip(new_ids(len(batch)), batch, strict=True))
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, options="-c search_path=cofounder") as connection:
        begun = time.perf_counter()
        with (
            connection.cursor().copy(f"COPY web_analytics ({COPIED}) FROM STDIN (FORMAT csv)") as copy,
            ready.open("rb") as f,
        ):
            while chunk := f.read(1_000_000):
                copy.write(chunk)
        connection.commit()
        seconds = time.perf_counter() - begun
        connection.execute("TRUNCATE web_analytics")
        connection.commit()
    ready.unlink()
    return seconds


def database_seconds(url: URL) -> float:
    """Processor seconds that the server and its processes have used, ended ones too."""
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection:
        found = connection.execute("SELECT current_setting('data_directory')").fetchone()
    assert found is not None
    head = psutil.Process(int((Path(found[0]) / "postmaster.pid").read_text().split()[0]))
    own = head.cpu_times()
    used = own.children_user + own.children_system
    for one in head.children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            times = one.cpu_times()
            used += times.user + times.system
    return used


async def imported(
    url: URL, path: Path, part_seconds: float = carrying.PART_SECONDS
) -> tuple[float, float, float, dict[str, int]]:
    """(wall seconds, processor seconds of this process and of the database, counts), as a worker carries it out."""
    mapping = Mapping.model_validate({"fields": {name: {"columns": [column]} for name, column in FIELDS.items()}})
    async with transaction() as session:
        row = await service.begin_file(session, path, kind="web", label=path.name, by=None, mapping=mapping)
        await service.start(session, row.id)
    begun, used, served = time.perf_counter(), time.process_time(), database_seconds(url)
    while (ended := await carrying.carry_on(row.id, 1, check_only=False, seconds=part_seconds)).state == "more":
        pass
    counts = {name: int(getattr(ended.counts, name)) for name in ("read", "added", "corrected", "unchanged", "refused")}
    wall, mine, theirs = time.perf_counter() - begun, time.process_time() - used, database_seconds(url) - served
    await db.dispose()
    return wall, mine, theirs, counts


def main(rows: int) -> None:
    with tempfile.TemporaryDirectory() as folder, postgres.temporary() as url:
        path = Path(folder) / "web.csv"
        write(path, rows)
        migrate.upgrade(url, "cofounder")
        served = database_seconds(url)
        plain = copied(url, path)
        served = database_seconds(url) - served
        print(f"plain COPY of {rows:,} rows: {plain:.1f} s, {rows / plain:,.0f} rows/s; processor {served:.1f} s")
        db.connect(url)
        before = _memory()
        for turn in ("first", "again"):
            wall, mine, theirs, counts = asyncio.run(imported(url, path))
            print(f"import, {turn}: {wall:.1f} s, {rows / wall:,.0f} rows/s; {counts}")
            slower = rows / max(mine, theirs)
            print(f"  processor: {mine:.1f} s here, {theirs:.1f} s in PostgreSQL, side by side {slower:,.0f} rows/s")
        print(f"memory of the importing process: {_memory():.0f} MB at its most, {before:.0f} MB before")


def large(size: int) -> None:
    """One file, far larger than the memory that it may take, in parts of a minute."""
    with tempfile.TemporaryDirectory() as folder, postgres.temporary() as url:
        path = Path(folder) / "large.csv"
        beside, rows = 600, size // 680
        write(path, rows, beside)
        migrate.upgrade(url, "cofounder")
        db.connect(url)
        before = _memory()
        wall, mine, theirs, counts = asyncio.run(imported(url, path, 60.0))
        print(f"import of {path.stat().st_size:,} bytes: {wall:.1f} s, {rows / wall:,.0f} rows/s; {counts}")
        print(f"  processor: {mine:.1f} s here, {theirs:.1f} s in PostgreSQL")
        print(f"memory of the importing process: {_memory():.0f} MB at its most, {before:.0f} MB before")


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    if sys.argv[1:2] == ["--bytes"]:
        large(int(float(sys.argv[2])))
        raise SystemExit
    main(int(sys.argv[1].replace(",", "")) if len(sys.argv) > 1 else 1_000_000)
