"""A person signs in, asks, watches, edits, approves, and sees what came of it; nothing needs the terminal."""

import re

from playwright.async_api import Browser, expect

from cofounder.people import ROLES
from tests.api.conftest import House
from tests.page.conftest import Visitor, link_of

REQUEST = "Create a LinkedIn post about our 320 customers and our revenue of $150,000"


async def test_a_link_signs_in_once_and_leaves_no_token_in_the_address(working: House, browser: Browser) -> None:
    link = await link_of(working.url, "Ann", "viewer")
    context = await browser.new_context()
    page = await context.new_page()
    await page.goto(link)
    await page.get_by_role("navigation", name="Journey").wait_for()
    assert "link=" not in page.url
    other = await (await browser.new_context()).new_page()
    await other.goto(link)
    await expect(other.get_by_role("alert")).to_contain_text("used, replaced or is too old")
    await expect(other.get_by_role("button", name="Sign in")).to_be_visible()
    await context.close()


async def test_from_a_request_to_an_edited_and_approved_publication(mara: Visitor, working: House) -> None:
    page = mara.page
    await page.get_by_label("What should be made?").fill(REQUEST)
    await page.get_by_role("button", name="Ask", exact=True).click()
    await page.wait_for_url(re.compile("/orchestrator/tasks/"))
    # The task is followed live: nobody reloads.
    await page.get_by_role("link", name="Review").click(timeout=60_000)
    await page.wait_for_url(re.compile("/orchestrator/approvals/"))
    text = page.get_by_label("Text", exact=True)
    await expect(text).not_to_be_empty()
    await text.fill(f"{await text.input_value()}\n\nWhat did you learn this year?")
    await expect(page.get_by_text("Judged again")).to_be_visible()
    await page.get_by_role("button", name="Approve with 1 change").click()
    await page.wait_for_url(re.compile("/orchestrator/tasks/"))
    task = page.url.rsplit("/", 1)[1].split("?")[0]
    await working.becomes(task, "completed", within=60)
    sent = (await working.viewer.get("/api/publications")).json()["items"]
    assert [(one["channel"], one["state"]) for one in sent] == [("linkedin", "published")]
    assert (
        sent[0]["text"].endswith("What did you learn this year?") or "What did you learn this year?" in sent[0]["text"]
    )
    audit = (await working.admin.get("/api/audit", params={"object_id": task})).json()["items"]
    assert "person:Mara" in {entry["who"] for entry in audit}
    await page.get_by_role("button", name="financial.read_metrics").click()
    await page.reload()  # the step that is open stands in the address
    await expect(page.get_by_role("button", name="financial.read_metrics")).to_have_attribute("aria-expanded", "true")
    await expect(page.get_by_role("region", name="Result")).to_contain_text("What did you learn this year?")
    await page.goto("/content")
    await expect(page.get_by_role("main")).to_contain_text("LinkedIn")


async def test_a_deep_link_survives_a_reload_and_a_question_is_answered_in_place(mara: Visitor, working: House) -> None:
    page = mara.page
    task = await working.ask("Post about our growth")
    await working.becomes(task, "needs_clarification")
    await page.goto(f"/orchestrator/tasks/{task}")
    await page.reload()
    await expect(page.get_by_role("heading", name="Before it goes on")).to_be_visible()
    assert "Tasks · Cofounder" in await page.title()


async def test_two_tabs_stay_in_step(mara: Visitor, working: House) -> None:
    second = await mara.context.new_page()
    for page in (mara.page, second):
        await page.goto("/orchestrator/approvals")
        await expect(page.get_by_text("Nothing waits.")).to_be_visible()
    task = await working.ask(REQUEST)
    await working.becomes(task, "pending_approval", within=60)
    for page in (mara.page, second):
        await expect(page.get_by_text("1 task waits")).to_be_visible()


async def test_a_viewer_reads_and_is_told_why_not_more(working: House, browser: Browser) -> None:
    task = await working.ask(REQUEST)
    await working.becomes(task, "pending_approval", within=60)
    context = await browser.new_context(base_url=working.url)
    page = await context.new_page()
    await page.goto(await link_of(working.url, "Vera", ROLES[0]))
    await page.get_by_role("navigation", name="Journey").wait_for()
    await page.goto(f"/orchestrator/approvals/{task}")
    await expect(page.get_by_text("An approver decides.")).to_be_visible()
    await expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    await context.close()


async def test_text_from_outside_is_shown_as_text(mara: Visitor, working: House) -> None:
    task = await working.ask('Write a LinkedIn post about <img src=x onerror="document.title=`taken`"> tea')
    await working.becomes(task, "pending_approval", "needs_clarification", "rejected", within=60)
    await mara.page.goto(f"/orchestrator/tasks/{task}")
    await expect(mara.page.locator("q")).to_contain_text("<img src=x")
    assert "taken" not in await mara.page.title()
    assert await mara.page.locator("img").count() == 0


async def test_no_page_is_wider_than_a_phone(mara: Visitor, working: House) -> None:
    task, sent = await working.ask(REQUEST), await working.ask(REQUEST)
    for each in (task, sent):
        await working.becomes(each, "pending_approval", within=60)
    said = {"task_id": sent, "approved": True}
    assert (await working.approver.post("/api/orchestrator/approve", json=said)).status_code == 200
    await working.becomes(sent, "completed", within=60)
    page = mara.page
    await page.set_viewport_size({"width": 360, "height": 780})
    for path in (
        "/",
        "/orchestrator",
        f"/orchestrator/tasks/{task}",
        f"/orchestrator/approvals/{task}",
        f"/orchestrator/approvals/{sent}",
        "/queue",
        "/chat",
        "/content",
        "/content?tab=published",
        "/settings",
        "/settings?tab=tools",
        "/system",
    ):
        await page.goto(path)
        await page.get_by_role("main").wait_for()
        await page.wait_for_load_state("networkidle") if path == "/system" else await page.wait_for_timeout(400)
        await expect(page.get_by_label("Loading")).to_have_count(0)
        if path == "/content":
            await expect(page.get_by_role("button", name="LinkedIn")).to_be_visible()  # an entry of the calendar
        assert await page.evaluate("document.documentElement.scrollWidth") <= 360, path
