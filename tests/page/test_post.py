"""The page of one post: as its channel shows it, what happened, where it comes from, and what else the request became."""

from playwright.async_api import expect

from tests.api.conftest import House
from tests.page.conftest import Visitor

BOTH = "Create a LinkedIn and X post about our 320 customers and our revenue of $150,000"


async def _published(house: House) -> dict[str, str]:
    """Channel -> publication of a request for two."""
    task = await house.ask(BOTH)
    await house.becomes(task, "pending_approval", within=60)
    said = {"task_id": task, "approved": True}
    answer = await house.approver.post("/api/orchestrator/approve", json=said)
    assert answer.status_code == 200, answer.text
    await house.becomes(task, "completed", within=60)
    found = (await house.viewer.get("/api/publications", params={"task_id": task})).json()["items"]
    return {one["channel"]: one["publication_id"] for one in found}


async def test_a_post_has_its_page_with_all_that_belongs_to_it(mara: Visitor, working: House) -> None:
    made = await _published(working)
    page, main = mara.page, mara.page.get_by_role("main")
    await page.goto(f"/content?id={made['linkedin']}")  # where such a link led before
    await page.wait_for_url(f"**/content/{made['linkedin']}")

    card = main.get_by_role("region", name="LinkedIn")
    await expect(card).to_contain_text("of 3,000 characters")
    text = (await working.viewer.get(f"/api/publications/{made['linkedin']}")).json()["text"]
    await main.get_by_role("button", name="The exact text").click()
    shown = await main.get_by_role("region", name="The exact text").locator("p").first.text_content()
    assert (shown or "").strip() == text.strip()

    happened = main.get_by_role("region", name="What happened").get_by_role("listitem")
    await expect(happened).to_have_count(3)
    assert [line.split(" ")[0] for line in await happened.all_inner_texts()] == ["Approved", "Handed", "Written"]

    lineage = main.get_by_role("region", name="Lineage")
    await expect(lineage.get_by_role("link", name="Create a LinkedIn and X post")).to_be_visible()
    await expect(lineage).to_contain_text("by the built-in model")
    await expect(lineage.get_by_role("link", name="What was asked, planned, written")).to_be_visible()
    await expect(lineage.get_by_text("In none yet.")).to_have_count(2)

    await main.get_by_role("navigation", name="What the request became").get_by_role("link", name="X").click()
    await page.wait_for_url(f"**/content/{made['x']}")
    await expect(main.get_by_role("region", name="X", exact=True)).to_be_visible()
    await page.go_back()
    await expect(card.or_(main.get_by_role("region", name="The exact text"))).to_be_visible()


async def test_a_publication_that_is_not_there_is_told(mara: Visitor) -> None:
    await mara.page.goto("/content/00000000-0000-0000-0000-000000000000")
    await expect(mara.page.get_by_role("heading", name="There is no such publication")).to_be_visible()
