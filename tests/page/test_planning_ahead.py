"""Images go with a text once each has its words; what waits for its time is dragged to another day, and back."""

from datetime import datetime, timedelta

from playwright.async_api import FilePayload, Page, expect

from cofounder.kit.clock import now
from tests.api.conftest import House
from tests.channels.pictures import png
from tests.page.conftest import Visitor
from tests.page.test_work import REQUEST

SHOP = "A baker at the counter of shop nine"


async def _moment(house: House) -> datetime:
    (one,) = (await house.viewer.get("/api/publications")).json()["items"]
    return datetime.fromisoformat(one["scheduled_at"])


def _day(page: Page, when: datetime):
    return page.locator("td", has=page.locator(f"time[datetime='{when:%Y-%m-%d}']"))


async def test_an_image_goes_with_the_text_and_the_post_is_dragged_to_another_day(
    mara: Visitor, working: House
) -> None:
    page = mara.page
    task = await working.ask(REQUEST)
    await working.becomes(task, "pending_approval", within=120)
    await page.goto(f"/orchestrator/approvals/{task}")
    approve = page.get_by_role("button", name="Approve", exact=True)
    await expect(approve).to_be_enabled()
    async with page.expect_file_chooser() as asked:
        await page.get_by_role("button", name="Add images").click()
    await (await asked.value).set_files([FilePayload(name="shop.png", mimeType="image/png", buffer=png())])
    await expect(page.get_by_text("1 image needs an alt text")).to_be_visible()
    await expect(approve).to_be_disabled()  # a picture without words is not with the text yet
    words = page.get_by_label("Alt text of image 1")
    await words.fill(SHOP)
    await words.blur()
    await expect(approve).to_be_enabled()
    found = (await working.approver.get(f"/api/orchestrator/approval/{task}")).json()
    assert [one["alt"] for one in found["images"]] == [SHOP]

    first = (now().replace(day=1, hour=12, minute=0, second=0, microsecond=0) + timedelta(days=32)).replace(day=10)
    said = {"task_id": task, "approved": True, "schedule_at": first.isoformat(), "fingerprint": found["fingerprint"]}
    assert (await working.approver.post("/api/orchestrator/approve", json=said)).status_code == 200

    await page.goto(f"/content?month={first:%Y-%m}")
    other = first + timedelta(days=2)
    entry = _day(page, first).get_by_role("button").first
    await expect(entry).to_be_visible()
    await entry.drag_to(_day(page, other))
    await expect(_day(page, other).get_by_role("button")).to_have_count(1)
    await expect(page.get_by_text("goes out")).to_be_visible()
    assert await _moment(working) == other  # the same time of day
    await page.get_by_role("button", name="Undo").click()
    await expect(_day(page, first).get_by_role("button")).to_have_count(1)
    assert await _moment(working) == first

    await page.reload()
    await _day(page, first).get_by_role("button").first.click()
    await page.wait_for_url("**/content/*")
    await expect(page.get_by_role("main").get_by_role("img", name=SHOP).first).to_be_visible()
