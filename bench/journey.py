"""How fast a request becomes an approval: alone, sixteen at once, and how many tasks a second.

Run: python -m bench.journey [--runs 30]. The offline model, a fresh database of the embedded PostgreSQL, one worker in
this process. Seconds from the request's commit to the moment the round of approval is open.
"""

import argparse
import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path
from uuid import UUID

REQUEST = "Create a LinkedIn post about our Q4 growth metrics"
METRICS = {
    "revenue_monthly": 150000,
    "previous_month_revenue": 125000,
    "traffic_monthly": 250000,
    "conversion_rate": 0.045,
    "customer_count": 320,
}


async def submit() -> UUID:
    from cofounder.flow.request import service
    from cofounder.flow.request.schemas import ProcessIn
    from cofounder.kit.db import transaction

    body = ProcessIn.model_validate({"request": REQUEST, "business_metrics": METRICS})
    async with transaction() as session:
        return (await service.submit(session, body, by="bench")).id


async def one() -> float:
    """Seconds from the request to its open round of approval; told by the live events, as a page is told."""
    from sqlalchemy import text

    from cofounder.kit import live
    from cofounder.kit.db import transaction

    events = live.subscribe(lambda topic: topic == "approvals")
    coming = asyncio.ensure_future(anext(events))
    await asyncio.sleep(0)  # subscribed before anything can change
    started = time.perf_counter()
    task_id = await submit()
    try:
        while True:
            event = await asyncio.wait_for(coming, 60)
            coming = asyncio.ensure_future(anext(events))
            if event.id != str(task_id):
                continue
            seconds = time.perf_counter() - started
            async with transaction() as session:
                found = await session.execute(text("SELECT status FROM tasks WHERE id = :id"), {"id": task_id})
                if found.scalar_one() != "pending_approval":
                    raise SystemExit(f"task {task_id} does not wait for approval")
            return seconds
    finally:
        coming.cancel()


def said(name: str, seconds: list[float]) -> None:
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    print(f"{name}: p50 {statistics.median(ordered) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, n = {len(ordered)}")


async def bench(runs: int) -> None:
    from cofounder import app
    from cofounder.kit import live

    await app.open_database()
    app.wire()
    async with app.working(), live.listening():
        for _ in range(3):
            await one()
        said("alone", [await one() for _ in range(runs)])
        at_once: list[float] = []
        for _ in range(2):
            at_once += await asyncio.gather(*(one() for _ in range(16)))
        said("sixteen at once", at_once)
        started = time.perf_counter()
        await asyncio.gather(*(one() for _ in range(64)))
        print(f"tasks a second, one worker: {64 / (time.perf_counter() - started):.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=30)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cofounder-bench-", dir="/tmp") as home:
        Path(home).chmod(0o755)
        os.environ["COFOUNDER_HOME"] = str(Path(home) / "home")
        asyncio.run(bench(chosen.runs))
        from cofounder.kit import postgres

        postgres.stop(Path(os.environ["COFOUNDER_HOME"]))


if __name__ == "__main__":
    main()
