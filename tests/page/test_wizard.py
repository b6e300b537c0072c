"""The wizard in a browser: columns that are joined, and lines as ids."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from cofounder.kit.testing import until
from tests.api.conftest import House
from tests.page.conftest import Visitor, visiting


@pytest.fixture
async def ada(working: House, browser: Browser) -> Any:
    async with visiting(browser, working.url, "Ada", "admin") as visitor:
        yield visitor


async def done(working: House, read: int) -> dict[str, Any]:
    """The newest import, once it has brought in so many rows."""

    async def newest() -> dict[str, Any]:
        found: dict[str, Any] = (await working.viewer.get("/api/imports")).json()["items"][0]
        return found

    async def ended() -> bool:
        return (await newest())["state"] not in ("draft", "queued", "running")

    await until(ended, within=60)
    made = await newest()
    assert (made["state"], made["counts"]["read"]) == ("done", read), made
    return made


async def test_columns_are_joined_and_the_line_of_a_row_is_its_id(ada: Visitor, working: House) -> None:
    page = ada.page
    lines = "first,second,network,on,hour\nSlow,roasting,linkedin,2024-03-01,14:30\nFast,brewing,linkedin,2024-03-02,09:00\n"
    await page.goto("/business?tab=imports&new=file")
    await page.get_by_role("radio", name="Posts").check()
    file: Any = {"name": "posts.csv", "mimeType": "text/csv", "buffer": lines.encode()}
    await page.locator("input[type=file]").set_input_files(file)
    await page.get_by_role("button", name="Look at it").click()
    await page.get_by_role("button", name=re.compile("more fields")).click()

    async def choose(box: str, option: str) -> None:
        await page.get_by_role("combobox", name=box, exact=True).click()
        await page.get_by_role("option", name=option, exact=True).click()

    await choose("Column for Title", "first")
    await choose("Column to join for Title", "second")
    await expect(page.get_by_role("combobox", name="Column for Title", exact=True)).to_have_value("first + second")
    await choose("Column for Published at", "on")
    await choose("Column to join for Published at", "hour")
    await choose("Column for External id", "The line that the row is on")
    await page.get_by_role("button", name="Check all rows").click()
    await page.get_by_role("button", name="Bring 2 rows in").click()
    await expect(page.get_by_role("group", name="What happened")).to_contain_text("Added2")
    made = await done(working, 2)
    assert made["mapping"]["fields"]["external_id"]["columns"] == ["#line"]
    assert made["mapping"]["fields"]["title"]["columns"] == ["first", "second"]
    assert made["progress"] == 1.0
