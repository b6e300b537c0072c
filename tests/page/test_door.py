"""Who leaves in one tab has left in all, and nobody finds what another one typed."""

from playwright.async_api import expect

from tests.api.conftest import House
from tests.page.conftest import Visitor, link_of


async def test_who_signs_out_in_one_tab_is_out_in_all(quiet: Visitor) -> None:
    other = await quiet.context.new_page()
    await other.goto("/settings?tab=keys")
    await expect(other.get_by_role("heading", name="Settings")).to_be_visible()
    await quiet.page.get_by_role("button", name="Mara, admin").click()
    await quiet.page.get_by_role("menuitem", name="Sign out").click()
    await expect(quiet.page.get_by_role("button", name="Sign in")).to_be_visible()
    # long before anything is asked by the clock
    await expect(other.get_by_role("button", name="Sign in")).to_be_visible(timeout=20_000)


async def test_another_person_finds_nothing_of_the_one_before(quiet: Visitor, house: House) -> None:
    page = quiet.page
    await page.goto("/")
    asked = page.get_by_label("What should be made?")
    await asked.fill("What Mara has in mind")
    other = await quiet.context.new_page()
    await other.goto(await link_of(house.url, "Olga", "operator"))
    await expect(page.get_by_role("button", name="Olga, operator")).to_be_visible()
    await expect(asked).to_have_value("")


async def test_a_lost_network_is_not_a_lost_server(quiet: Visitor) -> None:
    page = quiet.page
    await page.evaluate("window.dispatchEvent(new Event('offline'))")  # the server is on this machine
    await page.get_by_role("navigation", name="Journey").get_by_role("link", name="Content").click()
    await expect(page.get_by_text("0 publications")).to_be_visible()
