"""A person talks to the product: answers as they come, on any tab and after a reload; work approved where it was asked."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from playwright.async_api import Browser, Locator, Page, Route, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from cofounder.business import sample
from cofounder.kit.clock import today
from cofounder.kit.db import transaction
from cofounder.kit.testing import until
from cofounder.settings import settings
from tests.api.conftest import House
from tests.flow.request.talker import KEY, Talker, Words, talking
from tests.page.conftest import Visitor, visiting

WORK = "Create a LinkedIn post about our 320 customers and our revenue of $150,000"
FIRST, SECOND = "Revenue was highest in October", "and nobody wrote down why."
WHOLE = f"{FIRST} {SECOND}"
LONGEST = 20_000
IN_CHAT = re.compile(r"/chat/[0-9a-f-]{36}$")


@pytest.fixture
async def company(house: House) -> House:
    async with transaction() as session:
        await sample.load(session, today=today())
    return house


@pytest.fixture
async def talker(house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Talker]:
    """A model that streams, the first of the chain."""
    async with talking() as made:
        monkeypatch.setenv("COFOUNDER_MODEL", "openai-compatible:talker")
        monkeypatch.setenv("COFOUNDER_MODEL_PRICES", "openai-compatible:*=0/0")
        monkeypatch.setenv("COFOUNDER_COMPATIBLE_BASE_URL", made.url)
        monkeypatch.setenv("COFOUNDER_COMPATIBLE_API_KEY", KEY)
        settings.cache_clear()
        yield made
    monkeypatch.undo()
    settings.cache_clear()


def halting() -> tuple[Words, asyncio.Event]:
    """An answer that stands still half-way, and what lets it go on."""
    gate = asyncio.Event()
    return Words(WHOLE, gate=gate), gate


async def ask(page: Page, words: str) -> None:
    await page.get_by_label("Your message").fill(words)
    await page.keyboard.press("Control+Enter")
    await page.wait_for_url(IN_CHAT)


async def by_keys(page: Page, *keys: str) -> None:
    """To the chat by its keys, which count only when pressed in one go: a busy machine may need to be asked again."""
    for _ in range(10):
        for key in keys:
            await page.keyboard.press(key)
        with suppress(PlaywrightTimeout):
            return await page.wait_for_url("**/chat", timeout=5_000)
    raise AssertionError("these keys led nowhere")


def answer(page: Page) -> Locator:
    return page.get_by_role("article", name="Answer").last


async def test_work_asked_in_chat_is_followed_approved_and_published_there(mara: Visitor, working: House) -> None:
    page = mara.page
    await by_keys(page, "g", "m")
    await ask(page, WORK)
    card = page.get_by_role("region", name="Task")
    await card.get_by_role("button", name="Read and decide here").click(timeout=120_000)
    text = card.get_by_role("region", name="LinkedIn").locator("p").first
    await expect(text).to_contain_text("320")
    read = (await text.inner_text()).split("\n")[0]
    await card.get_by_role("button", name="Approve").click()
    await expect(card).to_contain_text("Completed", timeout=120_000)
    sent = (await working.viewer.get("/api/publications")).json()["items"]
    assert [(one["channel"], one["state"]) for one in sent] == [("linkedin", "published")]
    assert sent[0]["text"].startswith(read)
    task = sent[0]["task_id"]
    audit = (await working.admin.get("/api/audit", params={"object_id": task})).json()["items"]
    assert "person:Mara" in {entry["who"] for entry in audit}
    await expect(page).to_have_title(re.compile(r"^Create a LinkedIn post .* · Chat · Cofounder$"))


async def test_a_text_that_changed_after_it_was_opened_is_not_approved_in_chat(mara: Visitor, working: House) -> None:
    page = mara.page
    await page.goto("/chat")
    await ask(page, WORK)
    card = page.get_by_role("region", name="Task")
    await card.get_by_role("button", name="Read and decide here").click(timeout=120_000)
    await expect(card.get_by_role("button", name="Approve")).to_be_enabled()
    (waits,) = (await working.viewer.get("/api/tasks", params={"status": "pending_approval"})).json()["items"]
    edited = {"edits": {"linkedin": {"content": "Somebody else wrote this about our 320 customers."}}}
    changed = await working.approver.put(f"/api/orchestrator/approval/{waits['task_id']}/draft", json=edited)
    assert changed.status_code == 200, changed.text
    why = card.get_by_text("Somebody changed the text")
    await expect(why).to_be_in_viewport()  # beside the button that it holds back
    above, below = await why.bounding_box(), await card.get_by_role("button", name="Approve").bounding_box()
    assert above is not None
    assert below is not None
    assert below["y"] - above["y"] < 150
    await expect(card.get_by_role("button", name="Approve")).to_be_disabled()
    await card.get_by_role("button", name="Show what stands now").click()
    await expect(card).to_contain_text("Somebody else wrote this")
    await expect(card.get_by_role("button", name="Approve")).to_be_enabled()


async def test_what_may_not_be_published_is_not_offered_for_approval(mara: Visitor, working: House) -> None:
    page = mara.page
    await page.evaluate("localStorage.setItem('cofounder:chat', JSON.stringify({ mode: 'orchestration' }))")
    await page.goto("/chat")
    await ask(page, "Publish this on LinkedIn: Our 320 customers pay to DE89 3704 0044 0532 0130 00.")
    card = page.get_by_role("region", name="Task")
    await expect(card.get_by_role("button", name="Read and decide here")).to_be_visible(timeout=120_000)
    (waits,) = (await working.viewer.get("/api/tasks", params={"status": "pending_approval"})).json()["items"]
    await card.get_by_role("button", name="Read and decide here").click()
    await expect(card).to_contain_text("A finding forbids publishing this for LinkedIn")
    await expect(card.get_by_role("button", name="Approve")).to_be_disabled()
    await page.goto(f"/orchestrator/approvals/{waits['task_id']}")
    await expect(page.get_by_text("A finding forbids publishing this for LinkedIn")).to_be_visible()
    await expect(page.get_by_role("button", name="Approve", exact=True)).to_be_disabled()


async def test_a_text_with_a_time_says_when_it_goes_out_and_agreement_shows_it_once(
    mara: Visitor, working: House
) -> None:
    page = mara.page
    await page.goto("/chat")
    await ask(page, f"{WORK} and publish it on 2 January 2035 at 9:00")
    card = page.get_by_role("region", name="Task")
    await expect(card).to_contain_text("Approved, it goes out Jan 2, 2035", timeout=120_000)
    await expect(card.get_by_role("button", name="Read and decide here")).to_be_visible(timeout=120_000)
    await ask(page, "yes, go ahead")
    await expect(answer(page)).to_contain_text("One decision is open")
    await expect(card).to_have_count(2)
    await card.first.get_by_role("button", name="Read and decide here").click()
    await expect(page.get_by_role("button", name="Approve", exact=True)).to_have_count(1)
    await card.last.get_by_role("button", name="Approve", exact=True).click()
    for place in (0, 1):
        await expect(card.nth(place)).to_contain_text("Approved; it goes out Jan 2, 2035")
        await expect(card.nth(place)).not_to_contain_text("being sent")


async def test_a_reload_in_the_middle_of_an_answer_goes_on_where_it_was(quiet: Visitor, talker: Talker) -> None:
    words, gate = halting()
    talker.answers = [words]
    page = quiet.page
    await page.goto("/chat")
    await ask(page, "Why was October good?")
    await expect(answer(page)).to_contain_text(FIRST)
    await page.reload()
    await expect(answer(page)).to_contain_text(FIRST)
    await expect(page.get_by_role("button", name="Stop")).to_be_visible()
    # Another browser of the same person sees it too.
    assert quiet.context.browser is not None
    state = await quiet.context.storage_state()
    other = await (await quiet.context.browser.new_context(storage_state=state)).new_page()
    await other.goto(page.url)
    await expect(answer(other)).to_contain_text(FIRST)
    gate.set()
    for each in (page, other):
        await expect(answer(each).locator("p").first).to_have_text(WHOLE)
        await expect(answer(each)).to_have_attribute("data-state", "done")
        await expect(answer(each)).to_contain_text("940 tokens")
    await expect(page.locator("[aria-live=polite]").filter(has_text=SECOND)).to_be_attached()


async def test_a_line_that_breaks_in_the_middle_is_told_and_taken_up(quiet: Visitor, talker: Talker) -> None:
    words, gate = halting()
    talker.answers = [words]
    page = quiet.page
    await page.goto("/chat")
    await ask(page, "Why was October good?")
    await expect(answer(page)).to_contain_text(FIRST)
    await quiet.context.set_offline(True)
    gate.set()
    await quiet.context.set_offline(False)
    await expect(answer(page).locator("p").first).to_have_text(WHOLE)


async def test_two_tabs_stay_in_step(quiet: Visitor, talker: Talker) -> None:
    words, _ = halting()
    talker.answers = [words, Words("The second answer.")]
    page = quiet.page
    await page.goto("/chat")
    second = await quiet.context.new_page()
    await ask(page, "Why was October good?")
    await second.goto(page.url)
    for tab in (page, second):
        await expect(answer(tab)).to_contain_text(FIRST)
    # Stopped by a key in one, it is stopped in both; asked again in one, it is answered in both.
    await second.keyboard.press("Escape")
    for tab in (page, second):
        await expect(answer(tab)).to_contain_text("Stopped here.")
        await expect(answer(tab)).to_contain_text(FIRST)
    await page.get_by_role("button", name="Ask again").click()
    for tab in (page, second):
        await expect(answer(tab)).to_contain_text("The second answer.")
        await expect(answer(tab)).to_have_attribute("data-state", "done")
    # A new title is everywhere.
    more = page.get_by_role("button", name="More for")
    await more.first.click()
    await page.get_by_role("menuitem", name="Rename").click()
    await page.get_by_label("Title").fill("What October was")
    await page.keyboard.press("Enter")
    for tab in (page, second):
        await expect(tab.get_by_role("heading", name="What October was")).to_be_visible()
        await expect(tab).to_have_title("What October was · Chat · Cofounder")


async def test_an_answer_that_breaks_off_keeps_what_came_and_can_be_asked_again(quiet: Visitor, talker: Talker) -> None:
    talker.answers = [Words(WHOLE, breaks_after=4), Words(WHOLE)]
    page = quiet.page
    await page.goto("/chat")
    await ask(page, "Why was October good?")
    await expect(answer(page)).to_have_attribute("data-state", "failed")
    await expect(answer(page)).to_contain_text("Revenue was highest in")
    await page.get_by_role("button", name="Ask again").click()
    await expect(answer(page).locator("p").first).to_have_text(WHOLE)
    await expect(page.get_by_role("button", name="Ask again")).to_have_count(0)


async def test_what_was_typed_outlives_a_refusal_a_lost_server_and_a_reload(quiet: Visitor, company: House) -> None:
    page = quiet.page
    field = page.get_by_label("Your message")
    await page.goto("/chat")
    await field.fill("x" * (LONGEST + 1))
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("form", name="Ask")).to_contain_text("at most 20")
    assert len(await field.input_value()) == LONGEST + 1
    await field.fill("What was our best month?")
    await quiet.context.set_offline(True)
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("form", name="Ask")).to_contain_text("The server does not answer")
    await expect(field).to_have_value("What was our best month?")
    await quiet.context.set_offline(False)
    await page.reload()
    await expect(field).to_have_value("What was our best month?")
    await field.press("Control+Enter")
    await page.wait_for_url(IN_CHAT)
    await expect(field).to_have_value("")
    await expect(field).to_be_focused()
    await expect(page.get_by_role("article", name="You asked")).to_have_count(1)
    # A draft belongs to its conversation.
    await field.fill("And in June?")
    await page.get_by_role("link", name="New conversation").click()
    await expect(field).to_have_value("")
    await page.go_back()
    await expect(field).to_have_value("And in June?")


async def test_a_reload_right_after_sending_opens_the_conversation_and_asks_once(
    quiet: Visitor, company: House
) -> None:
    page = quiet.page
    await page.goto("/chat")

    there = asyncio.Event()

    async def unheard(route: Route) -> None:
        await route.fetch()  # the server has it, and the page hears nothing of that before it is reloaded
        there.set()

    await page.route("**/api/chat", unheard)
    await page.get_by_label("Your message").fill("What was our best month?")
    await page.keyboard.press("Control+Enter")
    await asyncio.wait_for(there.wait(), 30)
    await page.unroute("**/api/chat")
    await page.reload()
    await page.wait_for_url(IN_CHAT)
    await expect(answer(page)).to_contain_text("revenue was")
    await expect(page.get_by_role("article", name="Answer")).to_have_count(1)


async def test_an_example_is_answered_with_the_rows_it_rests_on(quiet: Visitor, company: House) -> None:
    page = quiet.page
    await page.goto("/chat")
    await page.get_by_role("button", name="Which posts worked on LinkedIn?").click()
    await expect(page.get_by_label("Your message")).to_be_focused()
    await page.keyboard.press("Control+Enter")
    await answer(page).get_by_role("button", name="1 source").click()
    await expect(answer(page).get_by_role("columnheader", name="Engagement rate")).to_be_visible()
    await expect(answer(page).get_by_role("row")).to_have_count(6)
    await answer(page).get_by_role("button", name="Built-in").click()
    await expect(answer(page)).to_contain_text("No other model is set up")


async def test_what_a_model_writes_is_never_made_html(quiet: Visitor, talker: Talker) -> None:
    bad = 'See <img src=x onerror="document.title=`taken`"> and [this](javascript:alert(1)) or [that](https://e.org/)'
    talker.answers = [Words(bad)]
    page = quiet.page
    await page.goto("/chat")
    await ask(page, "<b>Why</b> was October good?")
    await expect(answer(page)).to_have_attribute("data-state", "done")
    await expect(answer(page)).to_contain_text("<img src=x onerror=")
    links = await answer(page).locator("a").evaluate_all("all => all.map((one) => [one.href, one.rel])")
    assert links == [["https://e.org/", "noopener noreferrer"]]
    assert await page.locator("main img, main b").count() == 0
    assert "taken" not in await page.title()


async def test_conversations_are_found_taken_along_and_deleted_by_keyboard(quiet: Visitor, company: House) -> None:
    page = quiet.page
    await page.goto("/chat")
    for words in ("What was our best month?", "How many customers did we have in May?"):
        await page.goto("/chat")
        await ask(page, words)
        await expect(answer(page)).to_have_attribute("data-state", "done")
    listed = page.get_by_role("list", name="Conversations").get_by_role("link")
    await expect(listed).to_have_count(2)
    find = page.get_by_label("Find a conversation")
    await find.fill("best month")
    await expect(listed).to_have_count(1)
    await find.press("ArrowDown")
    await expect(listed.first).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="best month")).to_be_visible()
    more = page.get_by_role("button", name="More for")
    await more.press("Enter")
    async with page.expect_download() as loading:
        await page.get_by_role("menuitem", name="Save as Markdown").click()
    saved = await (await loading.value).path()
    assert "What was our best month?" in saved.read_text(encoding="utf-8")
    await more.press("Enter")
    await page.get_by_role("menuitem", name="Delete").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete conversation").click()
    await page.wait_for_url(re.compile(r"/chat$"))
    await find.fill("")
    await expect(listed).to_have_count(1)


async def test_a_reader_is_left_where_he_reads_and_told_of_what_is_newer(quiet: Visitor, talker: Talker) -> None:
    long = "\n\n".join(f"Paragraph {number} of many." for number in range(80))
    gate = asyncio.Event()
    talker.answers = [Words(long), Words(long, gate=gate)]
    page = quiet.page
    await page.goto("/chat")
    thread = page.get_by_role("log", name="Conversation")
    below = "box => box.scrollHeight - box.scrollTop - box.clientHeight"
    await ask(page, "Tell me much")
    await expect(answer(page)).to_have_attribute("data-state", "done")
    await until(lambda: _is(thread, below, 48), within=60)  # it followed to the end
    await ask(page, "And more")
    await expect(page.get_by_role("article", name="Answer")).to_have_count(2)
    await expect(answer(page)).to_contain_text("Paragraph 20 of many")
    await thread.evaluate("box => box.scrollTo(0, 300)")
    await page.wait_for_function("document.querySelector('[role=log]').scrollTop === 300")
    gate.set()
    await page.get_by_role("button", name="Newer below").wait_for()
    assert await thread.evaluate("box => box.scrollTop") == 300
    await page.get_by_role("button", name="Newer below").click()
    await expect(answer(page)).to_have_attribute("data-state", "done")
    await until(lambda: _is(thread, below, 48), within=60)


async def _is(box: Locator, measure: str, most: int) -> bool:
    return int(await box.evaluate(measure)) <= most


async def test_on_a_phone_conversations_are_in_a_drawer_and_nothing_is_wider(quiet: Visitor, company: House) -> None:
    page = quiet.page
    await page.set_viewport_size({"width": 360, "height": 780})
    await page.goto("/chat")
    await ask(page, "Which posts worked on LinkedIn?")
    await answer(page).get_by_role("button", name="1 source").click()
    await page.get_by_role("button", name="Conversations").click()
    await page.get_by_role("dialog").get_by_role("link", name="New conversation").click()
    await page.wait_for_url(re.compile(r"/chat$"))
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await page.go_back()
    await answer(page).wait_for()
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360


async def test_a_viewer_asks_but_is_not_offered_work(company: House, browser: Browser) -> None:
    async with visiting(browser, company.url, "Vera", "viewer") as vera:
        await vera.page.goto("/chat")
        await vera.page.get_by_role("button", name="Mode ", exact=False).first.click()
        work = vera.page.get_by_role("menuitemradio", name="Work")
        await expect(work).to_be_disabled()
        await expect(work).to_contain_text("An operator can give it work.")
        await vera.page.keyboard.press("Escape")
        await ask(vera.page, "What was our best month?")
        await expect(answer(vera.page)).to_contain_text("highest")


async def test_a_conversation_of_another_is_nothing_here(quiet: Visitor, company: House, browser: Browser) -> None:
    await quiet.page.goto("/chat")
    await ask(quiet.page, "What was our best month?")
    async with visiting(browser, company.url, "Vera", "viewer") as vera:
        await vera.page.goto(quiet.page.url)
        await expect(vera.page.get_by_text("There is no such conversation.")).to_be_visible()
        await expect(vera.page.get_by_role("article")).to_have_count(0)
