"""Nobody approves what they have not read; who waits longest is first, and nobody is left out of the queue."""

import json

from playwright.async_api import Browser, Page, expect
from sqlalchemy import text

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewTask
from cofounder.kit.db import transaction
from cofounder.kit.testing import until
from cofounder.people import Role
from tests.api.conftest import House
from tests.page.conftest import Visitor, visiting
from tests.page.test_keyboard import _decided, _waiting

MANY = 60  # more than one page of the queue


def _sent(page: Page) -> list[str]:
    """The decisions that this page sends, as they come."""
    found: list[str] = []
    page.on("request", lambda asked: found.append(asked.url) if asked.url.endswith("/orchestrator/approve") else None)
    return found


async def test_a_key_that_is_held_approves_one_text_and_not_the_next(quiet: Visitor) -> None:
    page, keys = quiet.page, quiet.page.keyboard
    sent = _sent(page)
    first = await _waiting("linkedin", request="The first text")
    second = await _waiting("linkedin", request="The second text")
    await _waiting("linkedin", request="The third text")
    await page.goto(f"/orchestrator/approvals/{first}")
    await expect(page.get_by_role("button", name="Approve")).to_be_enabled()
    await keys.down("Control")
    await keys.down("Enter")
    await page.wait_for_url(f"**/orchestrator/approvals/{second}")
    await expect(page.get_by_role("heading", name="The second text")).to_be_visible()
    await expect(page.get_by_role("button", name="Approve")).to_be_enabled()
    for _ in range(20):
        await keys.down("Enter")  # as a keyboard repeats it
    await keys.up("Enter")
    await keys.up("Control")
    await keys.press("ArrowDown")
    await expect(page.get_by_role("heading", name="The third text")).to_be_visible()
    assert len(sent) == 1
    assert (await _decided(first))["verdict"] == "approve"


async def test_words_typed_above_an_approval_decide_nothing(quiet: Visitor) -> None:
    page, keys = quiet.page, quiet.page.keyboard
    sent = _sent(page)
    only = await _waiting("linkedin", request="The only text")
    await page.goto(f"/orchestrator/approvals/{only}")
    await expect(page.get_by_role("button", name="Approve")).to_be_enabled()
    await keys.press("Control+k")
    await page.get_by_placeholder("Go to, ask or run").fill("Write a blog article")
    await keys.press("Control+Enter")
    await keys.press("Escape")
    await page.goto(f"/orchestrator/approvals/{only}")
    await expect(page.get_by_role("button", name="Approve")).to_be_enabled()
    await keys.press("?")
    await expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    await keys.press("r")
    await expect(page.get_by_role("dialog")).to_have_count(1)
    assert sent == []


async def test_what_is_asked_for_outlives_a_reload(quiet: Visitor) -> None:
    page, keys = quiet.page, quiet.page.keyboard
    only = await _waiting("linkedin", request="The only text")
    await page.goto(f"/orchestrator/approvals/{only}")
    await expect(page.get_by_role("button", name="Approve")).to_be_enabled()
    await keys.press("c")
    wish = page.get_by_label("What should change", exact=True)
    await wish.fill("Shorter, and with the figure first.")
    await page.reload()
    await expect(page.get_by_role("button", name="Approve")).to_be_enabled()
    await keys.press("c")
    await expect(wish).to_have_value("Shorter, and with the figure first.")


async def test_what_was_taken_for_granted_stands_above_the_text_and_at_its_task(quiet: Visitor) -> None:
    only = await _waiting("linkedin", request="The only text")
    told = [{"field": "period", "text": f"Point {number}."} for number in range(3)]
    async with transaction() as session:
        set_it = text(
            "UPDATE tasks SET intent = jsonb_build_object('assumptions', cast(:told AS jsonb)) WHERE id = :id"
        )
        await session.execute(set_it, {"told": json.dumps(told), "id": only})
    for place in ("approvals", "tasks"):
        await quiet.page.goto(f"/orchestrator/{place}/{only}")
        assumed = quiet.page.get_by_role("group").filter(has_text="Taken for granted")
        await expect(assumed.get_by_role("listitem")).to_have_text(["Point 0.", "Point 1.", "Point 2."])


async def test_the_queue_begins_with_who_waits_longest_and_leaves_nobody_out(quiet: Visitor) -> None:
    async with transaction() as session:
        row = await records.add_task(session, NewTask(request="Number 1"))
        await records.update_task(session, row.id, status="pending_approval")
        copies = text(
            "INSERT INTO tasks SELECT (jsonb_populate_record(t, jsonb_build_object('id', gen_random_uuid(), "
            "'request', 'Number ' || n, 'created_at', t.created_at + n * interval '1 second'))).* "
            "FROM tasks t, generate_series(2, :count) n WHERE t.id = :id"
        )
        await session.execute(copies, {"count": MANY, "id": row.id})
    page = quiet.page
    await page.goto("/orchestrator/approvals")
    rows = page.get_by_role("main").locator("li")
    await expect(page.get_by_text(f"{MANY} tasks wait")).to_be_visible()
    await expect(rows.first).to_contain_text("Number 1")
    await page.get_by_role("button", name="Show more").click()
    await expect(rows).to_have_count(MANY)
    await expect(rows.last).to_contain_text(f"Number {MANY}")
    await page.goto("/")
    await expect(page.get_by_role("main").locator("li").first).to_contain_text("Number 1")


async def test_the_queue_lists_what_its_badge_counts_questions_among_it(quiet: Visitor) -> None:
    page = quiet.page
    await _waiting("linkedin", request="A text to read")
    async with transaction() as session:
        row = await records.add_task(session, NewTask(request="A post about our webinar tomorrow at 9"))
        asked = {"field": "publish_at", "question": "When shall it go out?", "why": "It is open.", "options": []}
        await records.update_task(session, row.id, status="needs_clarification", questions=[asked])
    await page.goto("/orchestrator/approvals")
    rows = page.get_by_role("main").locator("li")
    await expect(rows).to_have_count(2)
    await expect(rows.last).to_contain_text("Asks a question before it plans.")
    await expect(page.get_by_role("navigation").get_by_role("link", name="Approvals")).to_contain_text("2")


async def test_who_only_reads_is_shown_the_text_and_asked_for_nothing(house: House, browser: Browser) -> None:
    task = await _waiting("linkedin", request="The only text")
    filled = "getComputedStyle(document.querySelector('nav[aria-label=Journey] b')).backgroundColor"
    none = "rgba(0, 0, 0, 0)"
    people: list[tuple[str, Role, bool]] = [
        ("Vera", "viewer", True),
        ("Olga", "operator", True),
        ("Ada", "approver", False),
    ]
    for name, role, calm in people:
        async with visiting(browser, house.url, name, role) as visitor:
            page = visitor.page
            await expect(page.get_by_role("navigation", name="Journey").locator("b")).to_have_text("1")
            assert ((await page.evaluate(filled)) == none) is calm, role
            await page.goto(f"/orchestrator/approvals/{task}")
            await expect(page.get_by_role("heading", name="The text" if calm else "Change the text")).to_be_visible()
            await expect(page.get_by_label("Text", exact=True)).to_have_count(0 if calm else 1)


async def test_another_text_is_asked_for_taken_and_approved(quiet: Visitor) -> None:
    page = quiet.page
    id = await _waiting("linkedin", request="Two texts to choose from")
    await page.goto(f"/orchestrator/approvals/{id}")
    texts = page.get_by_role("region", name="Other texts")
    await texts.get_by_role("button", name="Write another").click()
    other = texts.get_by_role("region", name="Version 2")
    await expect(other.get_by_role("button", name="Take this one")).to_be_enabled()
    await page.get_by_label("Text", exact=True).fill("My own words")
    await expect(other.get_by_role("button", name="Take this one")).to_be_disabled()
    await page.get_by_role("button", name="Take back").click()
    await other.get_by_role("button", name="Take this one").click()
    await expect(texts.get_by_role("region", name="Version 2")).to_contain_text("Waits now")
    assert await page.get_by_text("Somebody changed the text after you opened it.").count() == 0
    await page.get_by_role("button", name="Approve").click()

    async def left() -> list[str]:
        async with transaction() as session:
            found = await session.scalar(text("SELECT not_chosen FROM decisions WHERE task_id = :id"), {"id": id})
        return list(found or {})

    await until(left)
    assert await left() == ["linkedin"]
    assert (await _decided(id))["verdict"] == "approve"


async def test_what_was_typed_outlives_a_reload_after_somebody_else_changed_the_text(
    quiet: Visitor, house: House
) -> None:
    page = quiet.page
    id = await _waiting("linkedin", request="A text for two")
    await page.goto(f"/orchestrator/approvals/{id}")
    mine = page.get_by_label("Text", exact=True)
    await mine.fill("MINE, not sent yet")
    others = {"edits": {"linkedin": {"content": "OTHERS had this to say of our 320 customers."}}}
    changed = await house.approver.put(f"/api/orchestrator/approval/{id}/draft", json=others)
    assert changed.status_code == 200, changed.text
    moved = page.get_by_role("alert").filter(has_text="Somebody changed the text after you opened it.")
    for _ in range(2):
        await expect(moved).to_contain_text("OTHERS")
        await expect(mine).to_have_value("MINE, not sent yet")
        await expect(page.get_by_role("button", name="Approve")).to_be_disabled()
        await page.reload()
    await moved.get_by_role("button", name="I have read it").click()
    await expect(moved).to_have_count(0)
    await expect(mine).to_have_value("MINE, not sent yet")
    await page.get_by_role("button", name="Take back").click()
    await expect(mine).to_have_value("OTHERS had this to say of our 320 customers.")
    await page.reload()
    await expect(mine).to_have_value("OTHERS had this to say of our 320 customers.")
    await expect(moved).to_have_count(0)


async def test_commands_that_wait_for_a_person_are_told_at_home_and_in_the_rail(quiet: Visitor, house: House) -> None:
    page = quiet.page
    await house.operator.post("/api/commands/claim", json={"agent_type": "counter", "agent": "c1", "max": 1})
    made = await house.operator.post("/api/commands", json={"agent_type": "counter", "action": "count"})
    await page.goto("/")
    await expect(page.get_by_role("heading", name="Nothing needs you")).to_be_visible()
    said = {"error": "No figures.", "retry": False}
    failed = await house.operator.patch(f"/api/commands/{made.json()['command_id']}/error", json=said)
    assert failed.status_code == 200, failed.text
    await expect(page.get_by_role("heading", name="One thing needs you")).to_be_visible()
    needs = page.get_by_role("region", name="Needs you")
    await expect(needs).to_contain_text("1 command failed")
    await expect(page.get_by_role("navigation").get_by_role("link", name="Command queue")).to_contain_text("1")
    await needs.get_by_role("link", name="Retry or delete").click()
    await page.wait_for_url("**/queue?status=failed")
    await expect(page.get_by_role("region", name="Commands", exact=True)).to_contain_text("No figures.")
