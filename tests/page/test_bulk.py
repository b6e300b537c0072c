"""A thousand tasks are acted on as easily as one, and each says what became of it."""

import json
import re
from pathlib import Path
from uuid import UUID

from playwright.async_api import Page, expect
from sqlalchemy import text

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewTask
from cofounder.kit import durable
from cofounder.kit.db import transaction
from tests.page.conftest import Visitor

MANY = 1_000
LONG = 300_000  # ms; a thousand acts on a loaded machine


async def _tasks(count: int, status: str) -> UUID:
    """So many tasks of one status; the id of the first. The others are its copies."""
    async with transaction() as session:
        row = await records.add_task(session, NewTask(request="Write a LinkedIn post about tea"))
        await records.update_task(session, row.id, status=status)
        copies = text(
            "INSERT INTO tasks SELECT (jsonb_populate_record(t, jsonb_build_object("
            "'id', gen_random_uuid(), 'request', 'Write a LinkedIn post about tea, number ' || n))).* "
            "FROM tasks t, generate_series(2, :count) n WHERE t.id = :id"
        )
        await session.execute(copies, {"count": count, "id": row.id})
        # each has its journey, far off: there is someone to tell, and nobody who goes on by himself
        await durable.enqueue(session, "journey", str(row.id), str(row.id), delay_seconds=86_400)
        journeys = text(
            "INSERT INTO dbos.workflow_status SELECT (jsonb_populate_record(w, jsonb_build_object("
            "'workflow_uuid', t.id))).* FROM dbos.workflow_status w, tasks t "
            "WHERE w.workflow_uuid = CAST(:id AS text) AND CAST(t.id AS text) <> w.workflow_uuid"
        )
        await session.execute(journeys, {"id": str(row.id)})
        return row.id


async def _all_of(page: Page, address: str) -> None:
    await page.goto(address)
    await page.get_by_label("Select every task shown").check()
    await page.get_by_role("button", name="Select all 1,000 of this query").click()
    await expect(page.get_by_text("1,000 tasks selected")).to_be_visible()


async def _statuses() -> dict[str, int]:
    async with transaction() as session:
        counted = text("SELECT status, count(*) FROM tasks WHERE archived_at IS NULL GROUP BY status")
        return {str(row[0]): int(row[1]) for row in await session.execute(counted)}


async def test_a_thousand_tasks_are_paused_resumed_exported_cancelled_and_deleted(
    quiet: Visitor, tmp_path: Path
) -> None:
    page = quiet.page
    await _tasks(MANY, "running")
    await _all_of(page, "/orchestrator?group=going")
    bar = page.get_by_role("toolbar", name="Selected tasks")
    await bar.get_by_role("button", name="Pause").click()
    await expect(page.get_by_text("Paused 1,000 tasks.")).to_be_visible(timeout=LONG)
    assert await _statuses() == {"paused": MANY}
    await bar.get_by_role("button", name="Resume").click()
    await expect(page.get_by_text("Resumed 1,000 tasks.")).to_be_visible(timeout=LONG)
    assert await _statuses() == {"running": MANY}

    async with page.expect_download() as download:
        await bar.get_by_role("button", name="Export JSON").click()
    await (await download.value).save_as(tmp_path / "tasks.json")
    exported = json.loads((tmp_path / "tasks.json").read_text(encoding="utf-8"))
    assert len({one["task_id"] for one in exported}) == MANY

    # What still runs is not deleted, and each row says why.
    await bar.get_by_role("button", name="Delete").click()
    await page.get_by_role("dialog").get_by_role("button", name="Delete 1,000 tasks").click()
    told = page.get_by_role("status").filter(has_text="stayed as they were")
    await expect(told).to_contain_text("Deleted 0 tasks. 1,000 tasks stayed as they were", timeout=LONG)
    await expect(told).to_contain_text("The task is running, not over: cancel it first.")
    await expect(told).to_contain_text("and 950 more")
    assert await _statuses() == {"running": MANY}

    await bar.get_by_role("button", name="Cancel").click()
    await page.get_by_role("dialog").get_by_role("button", name="Cancel 1,000 tasks").click()
    await expect(page.get_by_text("Cancelled 1,000 tasks.")).to_be_visible(timeout=LONG)
    assert await _statuses() == {"cancelled": MANY}

    await _all_of(page, "/orchestrator?group=stopped")
    await bar.get_by_role("button", name="Delete").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Keep them").click()  # a person may think again
    assert await _statuses() == {"cancelled": MANY}
    await bar.get_by_role("button", name="Delete").click()
    await dialog.get_by_role("button", name="Delete 1,000 tasks").click()
    await expect(page.get_by_text("Deleted 1,000 tasks.")).to_be_visible(timeout=LONG)
    await expect(page.get_by_text("Nothing fits these filters.")).to_be_visible()
    assert await _statuses() == {}


async def test_a_task_taken_out_of_all_is_left_alone(quiet: Visitor) -> None:
    page = quiet.page
    await _tasks(30, "running")
    await page.goto("/orchestrator")
    rows = page.get_by_role("grid", name="Tasks")
    await rows.get_by_role("row").nth(1).focus()
    await page.keyboard.press("Control+a")
    await expect(page.get_by_text("30 tasks selected")).to_be_visible()
    await page.keyboard.press("Space")
    await expect(page.get_by_text("29 tasks selected")).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Space")
    await expect(page.get_by_text("28 tasks selected")).to_be_visible()
    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_text("Paused 28 tasks.")).to_be_visible()
    assert await _statuses() == {"paused": 28, "running": 2}


async def test_a_filter_stands_in_the_address_through_reload_and_back(quiet: Visitor) -> None:
    page = quiet.page
    await _tasks(12, "failed")
    await page.goto("/orchestrator?group=failed&q=number%201")
    await expect(page.get_by_text("3 tasks")).to_be_visible()  # 10, 11 and 12
    await page.reload()
    await expect(page.get_by_text("3 tasks")).to_be_visible()
    await expect(page.get_by_label("Search", exact=True)).to_have_value("number 1")
    await expect(page.get_by_role("combobox", name="Status")).to_have_value("Failed")
    await page.get_by_role("row").nth(2).click()
    await page.wait_for_url(re.compile("/orchestrator/tasks/"))
    await expect(page).to_have_title(re.compile("number 1"))
    await page.go_back()
    await expect(page.get_by_text("3 tasks")).to_be_visible()
    await page.get_by_label("Search", exact=True).fill("number 12")
    await expect(page.get_by_text("1 task", exact=True)).to_be_visible()
    assert "group=failed" in page.url
    assert "number" in page.url


async def test_another_filter_is_another_selection_however_it_comes(quiet: Visitor) -> None:
    page = quiet.page
    await _tasks(30, "running")
    bar = page.get_by_role("toolbar", name="Selected tasks")
    sidebar = page.get_by_role("navigation", name="Journey").get_by_role("link", name=re.compile("^Tasks"))
    await page.goto("/orchestrator?q=number%202")
    await expect(page.get_by_text("11 tasks", exact=True)).to_be_visible()  # 2 and 20 to 29
    await page.get_by_label("Select every task shown").check()
    await expect(bar).to_contain_text("11 tasks selected")
    await sidebar.click()
    await expect(page.get_by_text("30 tasks", exact=True)).to_be_visible()
    await expect(bar).to_have_count(0)
    await page.get_by_label("Select every task shown").check()
    await expect(bar).to_contain_text("30 tasks selected")
    await page.go_back()
    await expect(page.get_by_text("11 tasks", exact=True)).to_be_visible()
    await expect(bar).to_have_count(0)
    await page.go_forward()
    await expect(page.get_by_text("30 tasks", exact=True)).to_be_visible()
    await expect(bar).to_have_count(0)
