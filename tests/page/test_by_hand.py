"""What lay in the outbox and was posted by hand is marked, mended and taken back on the page."""

from playwright.async_api import Page, expect
from sqlalchemy import text

from cofounder.kit.db import transaction
from tests.api.conftest import House
from tests.page.conftest import Visitor
from tests.page.test_work import REQUEST


async def test_a_text_posted_by_hand_is_marked_mended_and_taken_back(mara: Visitor, working: House) -> None:
    page = mara.page
    task = await working.ask(REQUEST)
    await working.becomes(task, "pending_approval", within=60)
    said = {"task_id": task, "approved": True}
    assert (await working.approver.post("/api/orchestrator/approve", json=said)).status_code == 200
    await working.becomes(task, "completed", within=60)

    await page.goto("/content?tab=published")
    await page.get_by_role("main").locator("tbody a").first.click()
    dialog = page.get_by_role("main")
    await expect(dialog.get_by_text("It lies in the outbox.")).to_be_visible()
    await expect(dialog.get_by_role("region", name="LinkedIn").get_by_text("Not posted yet")).to_be_visible()
    await dialog.get_by_role("button", name="Mark as posted").click()

    # A slip is told at its field, and what was typed stays.
    address = dialog.get_by_label("Address")
    await address.fill("https://x.com/cofounder/status/1")
    await dialog.get_by_role("button", name="It is posted").click()
    await expect(dialog.get_by_text("the text was for linkedin")).to_be_visible()
    await expect(address).to_have_value("https://x.com/cofounder/status/1")

    await address.fill("https://www.linkedin.com/posts/cofounder-1")
    await dialog.get_by_role("button", name="It is posted").click()
    await expect(dialog.get_by_text("It counts in learning.")).to_be_visible()
    await expect(dialog.get_by_role("region", name="Posted by hand").get_by_role("link")).to_be_visible()

    await dialog.get_by_role("button", name="Mend it").click()
    await expect(address).to_have_value("https://www.linkedin.com/posts/cofounder-1")
    await address.fill("https://www.linkedin.com/posts/cofounder-2")
    await dialog.get_by_role("button", name="It is posted").click()
    await expect(dialog.get_by_role("link", name="https://www.linkedin.com/posts/cofounder-2").first).to_be_visible()
    (one,) = (await working.viewer.get("/api/publications")).json()["items"]
    found = (await working.viewer.get(f"/api/publications/{one['publication_id']}")).json()
    assert found["posted"]["url"] == "https://www.linkedin.com/posts/cofounder-2"
    await _a_phone_shows_where_it_stands_and_mends_what_was_read(page, one["publication_id"])

    await dialog.get_by_role("button", name="It is not posted").click()
    await expect(dialog.get_by_text("It lies in the outbox.")).to_be_visible()
    found = (await working.viewer.get(f"/api/publications/{one['publication_id']}")).json()
    assert found["posted"] is None


async def _a_phone_shows_where_it_stands_and_mends_what_was_read(page: Page, publication: str) -> None:
    before = page.viewport_size
    await page.set_viewport_size({"width": 360, "height": 780})
    await page.goto("/content?tab=published")
    stands = page.get_by_role("main").get_by_role("link", name="https://www.linkedin.com/posts/cofounder-2")
    await expect(stands).to_be_in_viewport(ratio=1)

    await page.goto(f"/content/{publication}")
    became = page.get_by_role("region", name="What became of it")
    await became.get_by_role("button", name="Type a reading").click()
    for name, value in {"Impressions": "100", "Likes": "120"}.items():
        await became.get_by_label(name, exact=True).fill(value)
    await became.get_by_role("button", name="Keep the reading").click()
    doubts = became.get_by_role("list", name="What is odd about its readings")
    await expect(doubts.get_by_text("likes 120 above impressions 100")).to_be_visible()

    await became.get_by_role("button", name="Mend the reading of").click()
    form = page.get_by_role("dialog", name="Mend the reading of")
    await expect(form.get_by_label("Likes", exact=True)).to_have_value("120")
    await expect(form.get_by_role("button", name="Mend it")).to_be_in_viewport(ratio=1)
    await form.get_by_label("Likes", exact=True).fill("12")
    await form.get_by_role("button", name="Mend it").click()
    await expect(doubts).to_have_count(0)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    assert before is not None
    await page.set_viewport_size(before)


async def test_on_a_phone_what_nobody_is_sure_of_is_one_line_until_it_is_opened(mara: Visitor, working: House) -> None:
    page = mara.page
    task = await working.ask(REQUEST)
    await working.becomes(task, "pending_approval", within=60)
    said = {"task_id": task, "approved": True}
    assert (await working.approver.post("/api/orchestrator/approve", json=said)).status_code == 200
    await working.becomes(task, "completed", within=60)
    async with transaction() as session:
        await session.execute(text("UPDATE publications SET state = 'unknown'"))
        await session.execute(text("UPDATE tasks SET status = 'publishing'"))
    await page.goto(f"/orchestrator/tasks/{task}")
    await expect(page.get_by_text("Nobody knows whether the LinkedIn post is out.")).to_be_visible()
    await page.get_by_role("link", name="See the evidence and answer").click()
    await page.wait_for_url("**/content/*")

    await page.set_viewport_size({"width": 360, "height": 780})
    await page.goto("/content?tab=published")
    line = page.get_by_role("button", name="publication: is it out?")
    await expect(line).to_have_text("1 publication: is it out?")
    await expect(page.get_by_role("tab", name="Published")).to_be_in_viewport()
    there = page.get_by_role("button", name="It is there")
    await expect(there).to_have_count(0)
    await line.click()
    await expect(there).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    await page.get_by_role("button", name="Fold").click()
    await expect(line).to_be_visible()

    await page.set_viewport_size({"width": 1280, "height": 780})
    await expect(there).to_be_visible()
