"""What a person sets and asks for without a terminal: the mail server, a plan that is read first, wishes."""

from playwright.async_api import Page, expect
from sqlalchemy import text

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewTask
from cofounder.channels import senders
from cofounder.kit.db import transaction
from cofounder.kit.testing import until
from cofounder.ops import connections
from tests.channels.smtp import Server
from tests.page.conftest import Visitor

MAIL = {
    "Mail server": "mail.example.org",
    "Sender": "Corner Bakery <news@example.org>",
    "Recipients": "Ada <ada@example.org>",
}


async def _saved(page: Page) -> None:
    form = page.get_by_role("region", name="Send e-mail")
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_text("Nothing to save")).to_be_visible()


async def test_an_admin_names_the_mail_server_on_the_page_and_its_password_is_never_shown(quiet: Visitor) -> None:
    page = quiet.page
    await page.goto("/settings?tab=connections")
    form = page.get_by_role("region", name="Send e-mail")
    for label, value in MAIL.items():
        await form.get_by_label(label, exact=True).fill(value)
    await form.get_by_label("Password", exact=True).fill("four words in a row")
    await _saved(page)
    async with transaction() as session:
        await connections.refresh(session)
    assert senders.route("email").name == "news@example.org"
    await page.reload()
    await expect(form.get_by_label("Mail server", exact=True)).to_have_value("mail.example.org")
    await expect(form.get_by_label("Password", exact=True)).to_have_value("")
    await expect(form.get_by_label("Password", exact=True)).to_have_attribute("placeholder", "There is one")
    assert "four words" not in await page.content()
    await expect(page).to_have_title("Channels and models · Settings · Cofounder")

    await form.get_by_label("Mail server", exact=True).fill("evil.example.net")  # the password stays behind
    await form.get_by_role("button", name="Save").click()
    await expect(form.get_by_text("was given for mail.example.org")).to_be_visible()
    await expect(form.get_by_label("Mail server", exact=True)).to_have_value(
        "evil.example.net"
    )  # nothing typed is lost
    await form.get_by_role("button", name="Forget: Password").click()
    await _saved(page)
    assert (await connections.latest()).smtp_password is None


async def test_the_mail_server_is_tried_without_a_mail_and_the_audit_log_says_so_in_words(quiet: Visitor) -> None:
    page = quiet.page
    await page.goto("/settings?tab=connections")
    form = page.get_by_role("region", name="Send e-mail")
    came = form.get_by_role("status", name="What came of trying the mail server")
    with Server() as server:
        for label, value in (MAIL | {"Mail server": "127.0.0.1", "Port": str(server.port)}).items():
            await form.get_by_label(label, exact=True).fill(value)
        await form.get_by_label("Encrypt the line").uncheck(force=True)
        await expect(form.get_by_role("button", name="Try the mail server")).to_be_disabled()  # what is saved is tried
        await _saved(page)
        await form.get_by_role("button", name="Try the mail server").click()
        await expect(came).to_contain_text("Nothing was sent.")
        assert server.messages == []
    await form.get_by_role("button", name="Try the mail server").click()
    await expect(came).to_contain_text("could not be used")
    await page.goto("/settings?tab=audit")
    rows = page.get_by_role("region", name="Audit log").locator("tbody tr")
    await expect(rows.filter(has_text="Connection tried").filter(has_text="Setting mail")).to_have_count(2)
    await page.locator("input[aria-label='What, such as Settings changed']").fill("connection tried")
    await expect(rows).to_have_count(2)


async def test_a_plan_is_read_and_changed_before_it_runs_and_wishes_go_with_the_request(mara: Visitor) -> None:
    page = mara.page
    await page.goto("/")
    await page.get_by_label("What should be made?").fill("Write a post about our growth")
    await page.get_by_role("button", name="More wishes").click()
    await page.get_by_role("combobox", name="Channels").click()
    await page.get_by_role("option", name="LinkedIn").click()
    await page.keyboard.press("Escape")
    figures = page.get_by_label("Figures to use")
    await figures.fill("revenue_monthly = 150.000\nconversion_rate = 0.5%\nprevious_month_revenue = 125,000")
    await page.get_by_label("Show me the plan first").check(force=True)
    await page.get_by_role("button", name="Ask", exact=True).click()
    await expect(page.get_by_text("which may mean 150000 or 150")).to_be_visible()
    await figures.fill("revenue_monthly = 150,000\nconversion_rate = 0.5%\nprevious_month_revenue = 125,000")
    await page.get_by_role("button", name="Ask", exact=True).click()
    await page.wait_for_url("**/orchestrator/tasks/*")
    task = page.url.rsplit("/", 1)[-1]
    await page.get_by_role("link", name="Review").or_(page.get_by_role("button", name="Review")).first.click()
    await expect(page.get_by_text("The plan, before it runs")).to_be_visible()
    steps = page.get_by_role("region", name="Steps of the plan")
    before = await steps.locator("tbody tr").count()
    await steps.get_by_role("button", name="Leave out: Find trends").click()
    await expect(steps.locator("tbody tr")).to_have_count(before - 1)
    await page.reload()  # what was changed is kept
    await expect(steps.locator("tbody tr")).to_have_count(before - 1)
    await page.get_by_role("button", name="Let it run as changed").click()
    await until(lambda: _plans(task, "edited"), within=60)
    assert "find_trends" in (await _plans(task, "planner"))[0]
    assert "find_trends" not in (await _plans(task, "edited"))[0]
    async with transaction() as session:
        row = (
            await session.execute(
                text("SELECT business_metrics, preferences FROM tasks WHERE id = cast(:id AS uuid)"), {"id": task}
            )
        ).one()
    assert row.business_metrics["revenue_monthly"] == 150_000
    assert row.business_metrics["conversion_rate"] == 0.005
    assert row.preferences["channels"] == ["linkedin"]


async def _plans(task: str, source: str) -> list[str]:
    asked = text("SELECT document::text FROM plans WHERE task_id = cast(:id AS uuid) AND source = :source")
    async with transaction() as session:
        return list((await session.execute(asked, {"id": task, "source": source})).scalars())


async def test_the_palette_finds_every_task_and_the_parts_of_settings(quiet: Visitor) -> None:
    page = quiet.page
    async with transaction() as session:
        first = await records.add_task(session, NewTask(request="Write about the lighthouse"))
        for number in range(55):  # more than the palette holds at hand
            await records.add_task(session, NewTask(request=f"Write about order {number}"))
    await page.goto("/")
    await expect(page.get_by_role("heading", name="Nothing needs you")).to_be_visible()
    await page.keyboard.press("Control+k")
    await page.get_by_placeholder("Go to, ask or run").fill("lighthouse")
    await page.get_by_role("button", name="Write about the lighthouse").click()
    await page.wait_for_url(f"**/orchestrator/tasks/{first.id}")
    await page.keyboard.press("Control+k")
    await page.get_by_placeholder("Go to, ask or run").fill("api keys")
    await page.get_by_role("button", name="Settings: API keys").click()
    await page.wait_for_url("**/settings?tab=keys")
