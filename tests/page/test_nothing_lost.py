"""A slow line, a second press, a long number, a step back: nothing is done twice, rounded, shut off or lost."""

import asyncio
import re

from playwright.async_api import Browser, Locator, Route, expect

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewTask
from cofounder.kit.db import transaction
from cofounder.kit.testing import until
from tests.api.conftest import House
from tests.page.conftest import Visitor, visiting
from tests.page.test_bulk import _tasks
from tests.page.test_keyboard import _waiting

POST_ID = 1234567890123456789  # longer than a number of a browser is exact


async def test_a_question_with_proposals_takes_ones_own_words_too(mara: Visitor, working: House) -> None:
    page = mara.page
    await page.get_by_label("What should be made?").fill("Write something")
    await page.get_by_role("button", name="Ask", exact=True).click()
    own = page.get_by_label("What shall the post be about? In your own words")
    await own.fill("our new warehouse in Lyon")
    await page.get_by_label("LinkedIn", exact=True).check()
    await page.reload()
    await expect(own).to_have_value("our new warehouse in Lyon")
    await expect(page.get_by_label("LinkedIn", exact=True)).to_be_checked()
    await page.get_by_role("button", name="Answer").click()
    task = page.url.rsplit("/", 1)[1]
    await working.becomes(task, "pending_approval", within=60)
    found = (await working.viewer.get(f"/api/tasks/{task}")).json()
    assert "warehouse" in found["topic"]
    assert (found["channels"], found["source"]) == (["linkedin"], "user_request")


async def test_the_palette_goes_where_its_words_lead_before_it_makes_a_task(quiet: Visitor) -> None:
    page = quiet.page
    async with transaction() as session:
        task = await records.add_task(session, NewTask(request="Write about the lighthouse"))
    for words, place in (("Settings", "/settings"), ("command queue", "/queue"), ("Tasks", "/orchestrator")):
        await page.goto("/")
        await expect(page.get_by_role("heading", name="Nothing needs you")).to_be_visible()
        await page.keyboard.press("Control+k")
        await page.get_by_placeholder("Go to, ask or run").fill(words)
        await expect(page.get_by_role("button", name=f"New task: {words}")).to_be_visible()
        await page.keyboard.press("Enter")
        await page.wait_for_url(re.compile(f"{place}$"))
    await page.keyboard.press("Control+k")
    await page.get_by_placeholder("Go to, ask or run").fill("lighthouse")
    await expect(page.get_by_role("button", name="Write about the lighthouse")).to_be_visible()
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/orchestrator/tasks/{task.id}")


async def test_what_is_pressed_twice_on_a_slow_line_is_done_once(quiet: Visitor) -> None:
    page = quiet.page
    made: list[str] = []
    gate = asyncio.Event()

    async def slowly(route: Route) -> None:
        if route.request.method == "POST":
            made.append(route.request.url)
            await gate.wait()
        await route.continue_()

    await page.route("**/api/keys", slowly)
    await page.goto("/settings?tab=keys")
    name = page.get_by_label("Name", exact=True)
    await name.fill("counter")
    await name.press("Enter")
    await expect(page.get_by_role("button", name="Make a key")).to_have_attribute("data-loading", "true")
    await name.press("Enter")
    gate.set()
    await expect(page.get_by_text("The key “counter”.")).to_be_visible()
    assert len(made) == 1


async def test_a_command_takes_a_long_id_digit_by_digit_and_comes_after_another(quiet: Visitor, house: House) -> None:
    page = quiet.page
    await house.operator.post("/api/commands/claim", json={"agent_type": "counter", "agent": "c1", "max": 1})
    for action in ("read_post", "count_words"):
        await page.goto("/queue")
        await page.get_by_role("button", name="New command").click()
        form = page.get_by_role("dialog", name="New command")
        await form.get_by_label("Agent type").fill("counter")
        await form.get_by_label("Action").fill(action)
        await form.get_by_label("Payload").fill(f'{{"post": {POST_ID}}}')
        if action == "count_words":
            await form.get_by_label("After").click()
            await page.get_by_role("option", name="Read post, pending").click()
            await page.keyboard.press("Escape")
        await form.get_by_role("button", name="Queue it").click()
        await page.wait_for_url(re.compile("id="))
        await expect(page.get_by_role("dialog")).to_contain_text(str(POST_ID))
    second, first = (await house.viewer.get("/api/commands")).json()["items"]
    assert (first["payload"], second["payload"]) == ({"post": POST_ID}, {"post": POST_ID})
    assert second["waits_for"] == [first["command_id"]]
    await page.get_by_role("dialog").get_by_role("link", name=f"…{first['command_id'][-8:]}").click()
    await page.wait_for_url(re.compile(first["command_id"]))
    for wrong in ("00000000-0000-0000-0000-000000000000", "cut-off"):
        await page.goto(f"/queue?id={wrong}")
        await expect(page.get_by_role("dialog")).to_contain_text("There is no such command.")


async def test_a_command_whose_answer_was_lost_is_made_once(quiet: Visitor, house: House) -> None:
    page = quiet.page
    await house.operator.post("/api/commands/claim", json={"agent_type": "counter", "agent": "c1", "max": 1})
    lost: list[Route] = []

    async def lose(route: Route) -> None:
        if route.request.method != "POST" or lost:
            return await route.continue_()
        lost.append(route)
        await route.fetch()  # the server has it
        await route.abort()

    await page.route("**/api/commands", lose)
    await page.goto("/queue")
    await page.get_by_role("button", name="New command").click()
    form = page.get_by_role("dialog", name="New command")
    await form.get_by_label("Agent type").fill("counter")
    await form.get_by_label("Action").fill("count_words")
    await form.get_by_role("button", name="Queue it").click()
    await expect(form.get_by_role("alert")).to_be_visible()
    await form.get_by_role("button", name="Queue it").click()
    await page.wait_for_url(re.compile("id="))
    assert len((await house.viewer.get("/api/commands")).json()["items"]) == 1


async def test_what_is_told_of_a_decision_lies_on_no_button_of_the_next(quiet: Visitor) -> None:
    page = quiet.page
    ids = [await _waiting("linkedin", request=f"The {word} text") for word in ("first", "second", "third")]
    for id, width in zip(ids, (1440, 360), strict=False):
        await page.set_viewport_size({"width": width, "height": 780})
        await page.goto(f"/orchestrator/approvals/{id}")
        await page.get_by_role("button", name="Reject").click()
        await page.get_by_role("dialog").get_by_role("button", name="Reject").click()
        told = page.get_by_role("alert").filter(has_text="Nothing of it is published.")
        await told.hover()  # it stays while it is pointed at

        async def apart(told: Locator = told) -> bool:
            toast, bar = await told.bounding_box(), await page.locator("[data-decision]").bounding_box()
            return toast is not None and bar is not None and toast["y"] + toast["height"] <= bar["y"]

        await until(apart, within=60)
        await expect(page).to_have_url(re.compile("/orchestrator/approvals/"))
        assert id not in page.url


async def test_back_comes_back_to_the_same_place_of_the_list(quiet: Visitor) -> None:
    page = quiet.page
    await _tasks(120, "failed")
    await page.goto("/orchestrator")
    rows = page.get_by_role("grid", name="Tasks")
    await expect(page.get_by_text("120 tasks")).to_be_visible()
    await rows.evaluate("(list) => { list.scrollTop = 900 }")
    row = rows.locator('[data-index="26"]')
    await expect(row).to_be_visible()
    await row.click()
    await page.wait_for_url(re.compile("/orchestrator/tasks/"))
    await page.go_back()
    await expect(row).to_be_visible()
    assert await rows.evaluate("(list) => list.scrollTop") == 900


async def test_a_conversation_that_is_gone_is_said_once_and_what_was_typed_begins_a_new_one(
    quiet: Visitor, house: House, browser: Browser
) -> None:
    page = quiet.page
    await page.goto("/chat")
    await page.get_by_label("Your message").fill("What was our best month?")
    await page.keyboard.press("Control+Enter")
    await page.wait_for_url(re.compile(r"/chat/[0-9a-f-]{36}$"))
    here = page.url
    await page.get_by_label("Your message").fill("And the one before?")
    other = await quiet.context.new_page()
    await other.goto(here)
    await other.get_by_role("button", name="More for").click()
    await other.get_by_role("menuitem", name="Delete").click()
    await other.get_by_role("dialog").get_by_role("button", name="Delete conversation").click()
    await expect(page.get_by_text("There is no such conversation.")).to_have_count(1)
    await expect(page.get_by_text("cofounder chat")).to_have_count(0)
    await expect(page.get_by_label("Your message")).to_have_value("And the one before?")
    await page.keyboard.press("Control+Enter")
    await page.wait_for_url(lambda url: url != here and re.search(r"/chat/[0-9a-f-]{36}$", url) is not None)
    await expect(page.get_by_text("And the one before?").first).to_be_visible()
    async with visiting(browser, house.url, "Vera", "viewer") as vera:
        await vera.page.goto(page.url)
        await expect(vera.page.get_by_text("There is no such conversation.")).to_have_count(1)
        await expect(vera.page.get_by_role("button", name="Try again")).to_have_count(0)
