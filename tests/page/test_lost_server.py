"""The server goes away under an open page, and comes back: the page says so, and nothing that was typed is lost."""

import re
from urllib.parse import urlsplit

from playwright.async_api import Browser, expect

from cofounder.kit.testing import Database
from tests.page.conftest import serving, visiting

TYPED = "Create a LinkedIn post about tea"


async def test_a_restart_under_an_open_page_is_told_and_survived(database: Database, browser: Browser) -> None:
    async with serving() as url:
        visit = visiting(browser, url, "Mara", "operator")
        page = (await visit.__aenter__()).page
        other = await page.context.new_page()
        await other.goto("/orchestrator")
        await expect(other.get_by_text("No task yet.")).to_be_visible()
        await expect(page.get_by_text("Live", exact=True)).to_be_visible()
        await page.get_by_label("What should be made?").fill(TYPED)

    # Away: both tabs say so; what stood there stays; what is typed stays.
    away = re.compile("No connection to the server since")
    for tab in (page, other):
        await expect(tab.get_by_text(away)).to_be_visible(timeout=60_000)
    await page.get_by_role("button", name="Ask", exact=True).click()
    await expect(page.get_by_text("The server does not answer.")).to_be_visible()
    await expect(page.get_by_label("What should be made?")).to_have_value(TYPED)
    await page.get_by_role("navigation", name="Journey").get_by_role("link", name="Command queue").click()
    await expect(page.get_by_role("alert")).to_contain_text("The server does not answer")
    await page.get_by_role("navigation", name="Journey").get_by_role("link", name="Home").click()
    await expect(page.get_by_label("What should be made?")).to_have_value(TYPED)

    # Back, on the same address: nobody reloads.
    port = urlsplit(url).port
    assert port is not None
    async with serving(port):
        for tab in (page, other):
            await expect(tab.get_by_text(away)).to_have_count(0, timeout=60_000)
            await expect(tab.get_by_text("Live", exact=True)).to_be_visible()
        await page.get_by_role("navigation", name="Journey").get_by_role("link", name="Command queue").click()
        await expect(page.get_by_role("heading", name="Command queue")).to_be_visible()
        await page.go_back()
        await page.get_by_role("button", name="Ask", exact=True).click()
        await page.wait_for_url(re.compile("/orchestrator/tasks/"))
        await expect(other.get_by_role("row").filter(has_text=TYPED)).to_be_visible()  # the other tab heard of it
        await visit.__aexit__(None, None, None)
