"""A real Chromium on the product as people meet it; left out, saying so, where there is no Chromium."""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
import uvicorn
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, async_playwright, expect

from cofounder import app as product
from cofounder.kit import pages
from cofounder.kit.db import transaction
from cofounder.kit.testing import until
from cofounder.people import LOCAL_OWNER, Role, users
from tests.api.conftest import House, Quiet, house, working

__all__ = ["house", "working"]

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
expect.set_options(timeout=60_000)  # a state is waited for, on a loaded machine too
DESK = ViewportSize(width=1440, height=900)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = (
        "there is no Chromium" if CHROMIUM is None else "" if pages.is_built() else "the page is not built: make setup"
    )
    # A browser on a machine that does ten other things may lose a minute: what failed is tried once more, alone in its
    # house, and the run's last line counts who needed it. What is wrong is wrong twice.
    marker = pytest.mark.skip(reason=missing) if missing else pytest.mark.flaky(reruns=1)
    for item in items:
        if "/page/" in item.nodeid:
            item.add_marker(marker)


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        # as uid 0 Chromium's own sandbox does not start
        found = await play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield found
        await found.close()


async def link_of(url: str, name: str, role: Role) -> str:
    """An address that signs this new person in once."""
    async with transaction() as session:
        row = await users.add(session, name, role, LOCAL_OWNER)
        return f"{url}/#link={await users.link(session, row, LOCAL_OWNER)}"


class Visitor:
    """A person at the page, with whatever the browser complained about."""

    def __init__(self, page: Page, context: BrowserContext) -> None:
        self.page, self.context = page, context
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))


@asynccontextmanager
async def visiting(browser: Browser, url: str, name: str, role: Role) -> AsyncIterator[Visitor]:
    """Somebody new, signed in by their link, on a desk's screen; the browser had nothing to complain about."""
    context = await browser.new_context(base_url=url, viewport=DESK, reduced_motion="reduce")
    page = await context.new_page()
    page.set_default_timeout(60_000)
    visitor = Visitor(page, context)
    await page.goto(await link_of(url, name, role))
    await page.get_by_role("navigation", name="Journey").wait_for()
    yield visitor
    assert visitor.complaints == []
    await context.close()


@pytest_asyncio.fixture
async def mara(working: House, browser: Browser) -> AsyncIterator[Visitor]:
    """Mara, an approver; what she asks for is carried out."""
    async with visiting(browser, working.url, "Mara", "approver") as visitor:
        yield visitor


@pytest_asyncio.fixture
async def quiet(house: House, browser: Browser) -> AsyncIterator[Visitor]:
    """Mara, an admin of a house in which nothing moves by itself: no worker runs."""
    async with visiting(browser, house.url, "Mara", "admin") as visitor:
        yield visitor


@asynccontextmanager
async def serving(port: int = 0) -> AsyncIterator[str]:
    """The product's server on a port, at its address; gone after the block."""
    place = socket.socket(proto=socket.IPPROTO_TCP)
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    place.bind(("127.0.0.1", port))
    config = uvicorn.Config(
        product.create_app(), log_level="warning", access_log=False, timeout_graceful_shutdown=1, lifespan="on"
    )
    server = Quiet(config)
    task = asyncio.create_task(server.serve(sockets=[place]))
    await until(lambda: server.started or task.done(), within=60)
    assert server.started
    try:
        yield f"http://127.0.0.1:{place.getsockname()[1]}"
    finally:
        server.should_exit = True
        await task
        place.close()
