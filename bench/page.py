"""First load of the page, and a task table of 100,000 rows, in a real Chromium.

Run: make bench, or python -m bench.page [--tasks 100000] [--loads 5]. Wants Debian's Chromium and a built page.

An embedded server with a company's long past (bench/paging/past.py), a uvicorn process, a person who signed in by a
link. First load: an empty cache each time; what came over the line is what the browser says it received. The table is
scrolled by a wheel, filtered by status and searched as a person would. A pause is the longest task of the page's main
thread: on the clock, which a loaded machine makes longer, and of its processor, which it does not. An answer to input
is the browser's own measure of an event, from the press to the next paint. Then the questions behind the lists, asked
over HTTP one after the other. Prints tables and writes nothing else.
"""

import argparse
import asyncio
import json
import os
import re
import shutil
import statistics
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import httpx
from playwright.async_api import Browser, BrowserContext, Page, StorageState, async_playwright, expect

from bench.commands import server
from bench.journeys.work import p50, p95
from bench.paging import past
from cofounder.kit import db, pages, postgres
from cofounder.people import LOCAL_OWNER, users

CHROMIUM = next((path for name in ("chromium", "chromium-browser") if (path := shutil.which(name))), None)
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage"]  # as uid 0 Chromium's own sandbox does not start
PATIENCE = 120_000  # ms; a state is waited for, on a loaded machine too
WATCH = """
window.seen = {paint: 0, inputs: []};
new PerformanceObserver((list) => { for (const one of list.getEntries()) seen.paint = one.startTime; })
  .observe({type: "largest-contentful-paint", buffered: true});
new PerformanceObserver((list) => { for (const one of list.getEntries()) if (one.interactionId) seen.inputs.push(one.duration); })
  .observe({type: "event", durationThreshold: 16, buffered: true});
"""
RECEIVED = """() => performance.getEntriesByType("resource").filter((one) => new URL(one.name).pathname.endsWith(".js"))
  .reduce((sum, one) => [sum[0] + one.encodedBodySize, sum[1] + one.decodedBodySize, sum[2] + 1], [0, 0, 0])"""


@dataclass
class Pauses:
    """Of the page's main thread during one act. Seconds."""

    act: str
    longest: float
    longest_processor: float
    over: int  # tasks longer than 200 ms on the clock
    slowest_input: float
    took: float


@dataclass
class Load:
    script: int  # bytes received
    unpacked: int
    files: int
    paints: list[float] = field(default_factory=list)  # largest contentful paint, seconds


async def enter(browser: Browser, address: str) -> StorageState:
    """Sign somebody in by a link; what the browser then keeps."""
    async with db.transaction() as session:
        row = await users.add(session, "Mara", "operator", LOCAL_OWNER)
        link = await users.link(session, row, LOCAL_OWNER)
    context = await browser.new_context(base_url=address)
    page = await context.new_page()
    await page.goto(f"{address}/#link={link}")
    await page.get_by_role("navigation", name="Journey").wait_for(timeout=PATIENCE)
    state = await context.storage_state()
    await context.close()
    return state


async def visit(browser: Browser, address: str, state: StorageState) -> tuple[BrowserContext, Page]:
    """A browser with an empty cache, signed in, on a desk's screen."""
    context = await browser.new_context(
        base_url=address, storage_state=state, viewport={"width": 1440, "height": 900}, reduced_motion="reduce"
    )
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    await page.add_init_script(WATCH)
    return context, page


async def first_load(browser: Browser, address: str, state: StorageState, loads: int) -> Load:
    found = Load(0, 0, 0)
    for _ in range(loads):
        context, page = await visit(browser, address, state)
        await page.goto("/", wait_until="networkidle" if not found.files else "load")
        await page.get_by_role("navigation", name="Journey").wait_for()
        await page.wait_for_timeout(2_500)  # what is painted late is counted
        found.script, found.unpacked, found.files = await page.evaluate(RECEIVED)
        found.paints.append(await page.evaluate("seen.paint") / 1000)
        await context.close()
    return found


async def act(browser: Browser, page: Page, name: str, doing: Any) -> Pauses:
    """Do something and say how the page bore it."""
    await page.evaluate("seen.inputs = []")
    await browser.start_tracing(page=page, categories=["toplevel", "__metadata"])
    began = time.perf_counter()
    await doing
    took = time.perf_counter() - began
    await page.wait_for_timeout(300)
    tasks = _main_tasks(json.loads(await browser.stop_tracing()))
    inputs = await page.evaluate("seen.inputs")
    longest = max((one for one, _ in tasks), default=0.0)
    processor = max((one for _, one in tasks), default=0.0)
    over = sum(one > 0.2 for one, _ in tasks)
    return Pauses(name, longest, processor, over, max(inputs, default=0) / 1000, took)


def _main_tasks(trace: Any) -> list[tuple[float, float]]:
    """(seconds on the clock, seconds of the processor) of each task of the busiest page's main thread."""
    events = trace["traceEvents"] if isinstance(trace, dict) else trace
    mains = {
        (one["pid"], one["tid"])
        for one in events
        if one.get("name") == "thread_name" and one["args"]["name"] == "CrRendererMain"
    }
    found: dict[Any, list[tuple[float, float]]] = {place: [] for place in mains}
    for one in events:
        place = (one.get("pid"), one.get("tid"))
        if place in mains and one.get("ph") == "X" and one["name"].endswith("RunTask"):
            found[place].append((one["dur"] / 1e6, one.get("tdur", 0) / 1e6))
    if not any(found.values()):
        raise SystemExit("The browser's trace names no task of the page, so no pause was measured.")
    return max(found.values(), key=lambda tasks: sum(wall for wall, _ in tasks))


async def table(browser: Browser, address: str, state: StorageState, tasks: int) -> list[Pauses]:
    """A table of all tasks: opened, scrolled, filtered, searched."""
    context, page = await visit(browser, address, state)
    await page.goto("/")
    await page.get_by_role("navigation", name="Journey").wait_for()
    rows = page.get_by_role("grid", name="Tasks")
    counted = page.get_by_role("region", name="Tasks")

    async def open_it() -> None:
        await page.goto("/orchestrator")
        await expect(counted.get_by_text(f"{tasks:,} tasks", exact=True)).to_be_visible(timeout=PATIENCE)
        await rows.get_by_role("row").nth(5).wait_for()

    async def scroll() -> None:
        await rows.get_by_role("row").nth(5).hover()
        for _ in range(120):
            await page.mouse.wheel(0, 700)
            await page.wait_for_timeout(50)

    async def narrow() -> None:
        await page.get_by_label("Status").first.click()
        await page.get_by_role("option", name="Failed").click()
        await expect(counted.get_by_text(f"{tasks // 10:,} tasks", exact=True)).to_be_visible(timeout=PATIENCE)

    async def search() -> None:
        await page.get_by_label("Search").first.press_sequentially("pricing", delay=60)
        await page.wait_for_url(re.compile("q=pricing"))
        await expect(counted.get_by_text(f"{tasks // 10:,} tasks", exact=True)).not_to_be_visible(timeout=PATIENCE)
        await expect(rows.get_by_role("row").nth(1)).to_contain_text("pricing", timeout=PATIENCE)

    async def widen() -> None:
        await page.goto("/orchestrator?q=number+777")
        await expect(rows.get_by_role("row").nth(1)).to_contain_text("number 777", timeout=PATIENCE)

    found = [await act(browser, page, "open the table", open_it())]
    found.append(await act(browser, page, "scroll through it", scroll()))
    reached = await page.evaluate("document.querySelector('[role=grid]').getAttribute('aria-rowcount')")
    found[-1].act += f" ({int(reached) - 1:,} rows fetched)"
    found.append(await act(browser, page, "show the failed ones", narrow()))
    found.append(await act(browser, page, "search in them", search()))
    found.append(await act(browser, page, "search in all by address", widen()))
    await context.close()
    return found


ASKED = {
    "tasks, first page of 100": "/api/tasks?limit=100",
    "tasks that failed": "/api/tasks?limit=100&status=failed",
    "tasks that need somebody": "/api/tasks?limit=50&status=pending_approval&status=needs_clarification",
    "tasks with a word that many have": "/api/tasks?limit=100&search=pricing",
    "tasks with a word that one has": "/api/tasks?limit=100&search=number%2077777",
    "tasks with a word that none has": "/api/tasks?limit=100&search=zebra",
    "history": "/api/orchestrator/history?limit=50",
    "what the tasks amount to": "/api/orchestrator/metrics/summary",
    "a month of the calendar": "/api/publications?limit=500&since={since}&until={until}",
    "publications, first page": "/api/publications?limit=100",
    "publications of unknown outcome": "/api/publications?limit=50&state=unknown",
    "conversations": "/api/chat/conversations?limit=50",
    "conversations with a word that many have": "/api/chat/conversations?limit=50&search=October",
    "conversations with a word that none has": "/api/chat/conversations?limit=50&search=zebra",
}


async def ask(address: str, key: str, times: int) -> dict[str, list[float]]:
    """Seconds of each question, asked one after the other."""
    at = time.time() - 180 * 86_400
    moments = {
        name: time.strftime("%Y-%m-%dT00:00:00Z", time.gmtime(at + days * 86_400))
        for name, days in (("since", 0), ("until", 35))
    }
    found: dict[str, list[float]] = {}
    bearer = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=address, headers=bearer, timeout=60, trust_env=False) as http:
        for name, question in ASKED.items():
            for number in range(times + 1):
                began = time.perf_counter()
                (await http.get(question.format(**moments))).raise_for_status()
                if number:  # the first one warms up
                    found.setdefault(name, []).append(time.perf_counter() - began)
    return found


async def bench(tasks: int, loads: int, times: int) -> None:
    with postgres.temporary() as url:
        async with server(url) as (address, key), async_playwright() as play:
            browser = await play.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            state = await enter(browser, address)
            load = await first_load(browser, address, state, loads)
            print(
                f"first load, JavaScript received {load.script / 1000:.0f} kB in {load.files} files"
                f" ({load.unpacked / 1000:.0f} kB unpacked)"
            )
            print(
                f"largest contentful paint p50 {statistics.median(load.paints):.2f} s,"
                f" worst {max(load.paints):.2f} s of {loads}"
            )
            await past.write(tasks, owner="key:bench", talks=5_000, messages=20)
            full = await first_load(browser, address, state, loads)
            print(
                f"the same beside {tasks:,} tasks p50 {statistics.median(full.paints):.2f} s, worst {max(full.paints):.2f} s"
            )
            print(f"\n{'ms':45}{'pause':>9}{'processor':>11}{'over 200':>10}{'input':>8}{'took':>8}")
            for one in await table(browser, address, state, tasks):
                print(
                    f"{one.act:45}{one.longest * 1000:9.0f}{one.longest_processor * 1000:11.0f}{one.over:10}"
                    f"{one.slowest_input * 1000:8.0f}{one.took * 1000:8.0f}"
                )
            await browser.close()
            print(f"\n{'over HTTP, ms':45}{'p50':>9}{'p95':>11}")
            for name, seconds in (await ask(address, key, times)).items():
                print(f"{name:45}{p50(seconds):9.1f}{p95(seconds):11.1f}")
    print(f"load of the machine in the last minute: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tasks", type=int, default=100_000)
    parser.add_argument("--loads", type=int, default=5, help="first loads, each with an empty cache")
    parser.add_argument("--times", type=int, default=20, help="how often each question is asked over HTTP")
    chosen = parser.parse_args()
    missing = "no Chromium" if CHROMIUM is None else "" if pages.is_built() else "no built page (make setup)"
    if missing:
        print(f"There is {missing}, so the page was not measured.", file=sys.stderr)
        return
    asyncio.run(bench(chosen.tasks, chosen.loads, chosen.times))


if __name__ == "__main__":
    main()
