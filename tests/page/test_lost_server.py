"""The server goes away under an open page, and comes back: the page says so, and nothing that was typed is lost."""

import re
from urllib.parse import urlsplit

from playwright.async_api import Browser, Route, expect

from cofounder.kit.testing import Database
from tests.api.conftest import House
from tests.page.conftest import Visitor, serving, visiting
from tests.page.test_keyboard import _decided, _waiting

TYPED = "Create a LinkedIn post about tea"
LOST = "It is not known whether this arrived"


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


async def test_a_decision_that_got_no_answer_is_not_said_to_be_sent_again(quiet: Visitor, house: House) -> None:
    page, context = quiet.page, quiet.context
    only = await _waiting("linkedin", request="The only text")
    await page.goto(f"/orchestrator/approvals/{only}")
    press, lost = page.get_by_role("button", name="Approve"), page.get_by_text(LOST)
    await expect(press).to_be_enabled()
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await context.set_offline(True)
    await press.click()
    await expect(lost).to_be_visible()
    await expect(page.get_by_text("tries again by itself")).to_have_count(0)

    # Back: the line is gone without a press, and nothing was decided until there is one.
    await context.set_offline(False)
    await expect(page.get_by_text("Live", exact=True)).to_be_visible()
    await expect(lost).to_have_count(0)
    assert (await house.viewer.get(f"/api/tasks/{only}")).json()["status"] == "pending_approval"
    await press.click()
    await page.wait_for_url("**/orchestrator/tasks/*")
    assert (await _decided(only))["verdict"] == "approve"


async def test_a_decision_whose_answer_was_lost_is_said_to_be_unknown(quiet: Visitor) -> None:
    page = quiet.page
    only = await _waiting("linkedin", request="The only text")

    async def lose(route: Route) -> None:
        await route.fetch()  # the server has it
        await route.abort()

    await page.route("**/api/orchestrator/approve", lose, times=1)
    await page.goto(f"/orchestrator/approvals/{only}")
    await page.get_by_role("button", name="Approve").click()
    await expect(page.get_by_text(LOST)).to_be_visible()
    assert (await _decided(only))["verdict"] == "approve"
