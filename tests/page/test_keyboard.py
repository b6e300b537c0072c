"""A whole review without a mouse, and what a person does at the door."""

import asyncio
import re
from typing import Any
from uuid import UUID

from playwright.async_api import Browser, Route, expect

from cofounder.flow.approve import service as approvals
from cofounder.kit.db import transaction
from tests.api.conftest import House
from tests.flow.waiting import ready
from tests.page.conftest import Visitor, link_of


async def _waiting(*channels: str, request: str) -> str:
    async with transaction() as session:
        id = await ready(session, *channels, request=request, title=request)
        await approvals.open_round(session, id)
        return str(id)


async def _decided(id: str) -> dict[str, Any]:
    async with transaction() as session:
        found = await approvals.view(session, UUID(id))
    assert found.decision is not None
    return found.decision.model_dump()


async def test_the_queue_of_approvals_is_worked_through_by_keyboard(quiet: Visitor) -> None:
    page, keys = quiet.page, quiet.page.keyboard
    first = await _waiting("linkedin", "x", request="The first text")
    second = await _waiting("linkedin", request="The second text")
    third = await _waiting("linkedin", request="The third text")
    await keys.press("g")
    await keys.press("a")
    await expect(page.get_by_text("3 tasks wait")).to_be_visible()
    await keys.press("ArrowDown")
    await expect(page.get_by_role("link", name="The first text")).to_be_focused()
    await keys.press("ArrowDown")
    await keys.press("ArrowUp")
    await keys.press("Enter")
    await page.wait_for_url(f"**/orchestrator/approvals/{first}")

    # Look at the next one and come back; X is left out; approved as it stands.
    await expect(page.get_by_role("heading", name="The first text")).to_be_visible()
    await keys.press("ArrowDown")
    await page.wait_for_url(f"**/orchestrator/approvals/{second}")
    await expect(page.get_by_role("heading", name="The second text")).to_be_visible()
    await keys.press("ArrowUp")
    await expect(page.get_by_role("heading", name="The first text")).to_be_visible()
    x = page.get_by_label("Publish on X (2)")
    await expect(x).to_be_checked()
    await keys.press("2")
    await expect(x).not_to_be_checked()
    await keys.press("Control+Enter")

    # The next one opens by itself. What should change is typed and sent.
    await page.wait_for_url(f"**/orchestrator/approvals/{second}")
    await expect(page.get_by_role("heading", name="The second text")).to_be_visible()
    await keys.press("c")
    await expect(page.get_by_label("What should change", exact=True)).to_be_focused()
    await keys.type("Shorter, and r is not a key here.")
    await keys.press("Control+Enter")

    await page.wait_for_url(f"**/orchestrator/approvals/{third}")
    await expect(page.get_by_role("heading", name="The third text")).to_be_visible()
    await keys.press("s")
    await expect(page.get_by_role("dialog", name="When should it be sent?")).to_be_visible()
    await keys.press("Escape")
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await keys.press("r")
    await expect(page.get_by_label("Why", exact=True)).to_be_focused()
    await keys.type("Not now.")
    await keys.press("Control+Enter")
    await page.wait_for_url(re.compile(f"/orchestrator/tasks/{third}"))

    made = [await _decided(id) for id in (first, second, third)]
    assert [one["verdict"] for one in made] == ["approve", "changes", "reject"]
    assert made[0]["channels"] == ["linkedin"]
    assert made[1]["feedback"] == "Shorter, and r is not a key here."
    assert {one["by"] for one in made} == {"person:Mara"}


async def test_an_impatient_press_approves_nothing_that_nobody_read(quiet: Visitor) -> None:
    page = quiet.page
    first = await _waiting("linkedin", request="The first text")
    second = await _waiting("linkedin", request="The second text")

    async def slowly(route: Route) -> None:
        await asyncio.sleep(1.2)
        await route.continue_()

    await page.route(f"**/api/orchestrator/approval/{second}", slowly)
    await page.goto(f"/orchestrator/approvals/{first}")
    approve = page.get_by_role("button", name=re.compile("^Approve"))
    await expect(approve).to_be_enabled()
    box = await approve.bounding_box()
    assert box is not None
    place = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    await page.mouse.click(*place)
    await page.wait_for_url(f"**/orchestrator/approvals/{second}")
    await expect(page.get_by_role("heading", name="The second text")).to_be_visible()
    for _ in range(3):  # whoever saw nothing happen presses again, where the next one's button is by now
        await page.mouse.click(*place)
        await page.keyboard.press("Control+Enter")
    await expect(page.get_by_text("“The first text”: LinkedIn. Each is sent once.")).to_be_visible()
    await expect(approve).to_be_enabled()  # a moment later it can be approved
    assert page.url.endswith(second)
    assert (await _decided(first))["verdict"] == "approve"
    await page.mouse.click(*place)
    await page.wait_for_url(re.compile(f"/orchestrator/tasks/{second}"))


async def test_an_edit_in_hand_outlives_a_walk_and_a_reload(quiet: Visitor) -> None:
    page = quiet.page
    first = await _waiting("linkedin", request="The first text")
    await _waiting("linkedin", request="The second text")
    await page.goto(f"/orchestrator/approvals/{first}")
    field = page.get_by_label("Text", exact=True)
    written = f"{await field.input_value()}\n\nA line of my own."
    await field.fill(written)
    await page.get_by_role("button", name="Next").click()
    await expect(page.get_by_role("heading", name="The second text")).to_be_visible()
    await expect(field).not_to_have_value(written)
    await page.get_by_role("button", name="Previous").click()
    await expect(field).to_have_value(written)
    await page.reload()
    await expect(field).to_have_value(written)
    await expect(page.get_by_text("Judged again")).to_be_visible()
    await page.get_by_role("button", name="Approve with 1 change").click()
    await expect(page.get_by_role("heading", name="The second text")).to_be_visible()
    made = await _decided(first)
    assert made["edits"]["linkedin"]["after"].count("A line of my own.") == 1
    assert await page.evaluate("Object.keys(sessionStorage).filter((key) => key.includes('edits:'))") == []


async def test_a_time_that_has_passed_is_not_kept_and_one_to_come_is(quiet: Visitor) -> None:
    page = quiet.page
    id = await _waiting("linkedin", request="The first text")
    await page.goto(f"/orchestrator/approvals/{id}")
    await page.get_by_role("button", name="Send now").click()
    await page.get_by_label("Time").fill("2020-01-01T09:00")
    await page.get_by_role("button", name="Keep this time").click()
    await expect(page.get_by_text("This time has passed.")).to_be_visible()
    await page.get_by_role("dialog").get_by_role("button", name="9:00").first.click()
    await page.get_by_role("button", name="Keep this time").click()
    await page.get_by_role("button", name="Approve").click()
    await page.wait_for_url(re.compile("/orchestrator/tasks/"))
    made = await _decided(id)
    assert made["schedule_at"] is not None
    assert made["schedule_at"] > made["decided_at"]


async def test_somebody_new_sets_a_password_and_comes_back_with_it(house: House, browser: Browser) -> None:
    page = await (await browser.new_context(base_url=house.url)).new_page()
    page.set_default_timeout(60_000)
    await page.goto(await link_of(house.url, "Nia", "operator"))
    await page.get_by_label("What should be made?").fill("Something of Nia's, not sent")
    await page.goto("/settings?tab=you")
    await page.get_by_label("New password").fill("four words in a row")
    await page.get_by_role("button", name="Set password").click()
    await expect(page.get_by_text("Password set.")).to_be_visible()
    await page.get_by_role("button", name="Nia, operator").click()
    await page.get_by_role("menuitem", name="Sign out").click()
    await page.get_by_label("Name").fill("Nia")
    await page.get_by_label("Password").first.fill("five words in a row")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_be_visible()
    await expect(page.get_by_label("Name")).to_have_value("Nia")
    await page.get_by_label("Password").first.fill("four words in a row")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Settings")).to_be_visible()
    await page.goto("/")
    await expect(page.get_by_label("What should be made?")).to_have_value("")  # whoever signs out leaves nothing behind
