"""A real Chromium on the product as people meet it; left out, saying so, where there is no Chromium."""

import shutil
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from cofounder.kit import pages
from cofounder.kit.db import transaction
from cofounder.people import LOCAL_OWNER, Role, users
from tests.api.conftest import House, house, working

__all__ = ["house", "working"]

CHROMIUM = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = (
        "there is no Chromium" if CHROMIUM is None else "" if pages.is_built() else "the page is not built: make setup"
    )
    if missing:
        for item in items:
            if "/page/" in item.nodeid:
                item.add_marker(pytest.mark.skip(reason=missing))


@pytest_asyncio.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as play:
        # as uid 0 Chromium's own sandbox does not start
        found = await play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield found
        await found.close()


async def link_of(house: House, name: str, role: Role) -> str:
    """An address that signs this new person in once."""
    async with transaction() as session:
        row = await users.add(session, name, role, LOCAL_OWNER)
        return f"{house.url}/#link={await users.link(session, row, LOCAL_OWNER)}"


class Visitor:
    """A person at the page, with whatever the browser complained about."""

    def __init__(self, page: Page, context: BrowserContext) -> None:
        self.page, self.context = page, context
        self.complaints: list[str] = []
        page.on("pageerror", lambda error: self.complaints.append(str(error)))


@pytest_asyncio.fixture
async def mara(working: House, browser: Browser) -> AsyncIterator[Visitor]:
    """Mara, an approver, signed in by her link, on a desk's screen."""
    context = await browser.new_context(
        base_url=working.url, viewport={"width": 1440, "height": 900}, reduced_motion="reduce"
    )
    page = await context.new_page()
    page.set_default_timeout(20_000)
    visitor = Visitor(page, context)
    await page.goto(await link_of(working, "Mara", "approver"))
    await page.get_by_role("navigation", name="Journey").wait_for()
    yield visitor
    assert visitor.complaints == []
    await context.close()
