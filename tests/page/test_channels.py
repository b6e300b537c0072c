"""Accounts of channels on the page: connected in plain steps, looked after, disconnected; refusals stay in the form."""

import pytest
from playwright.async_api import expect

from cofounder.channels.accounts import book
from cofounder.settings import settings
from tests.channels.accounts.world import APP, APP_SECRET, running
from tests.channels.smtp import Server
from tests.page.conftest import Visitor


async def test_an_admin_connects_looks_after_and_disconnects_accounts(
    quiet: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = quiet.page
    async with running() as world:
        monkeypatch.setenv("COFOUNDER_CHANNEL_ADDRESSES", f"x={world.url}")
        monkeypatch.setenv("COFOUNDER_PRIVATE_HOSTS", world.url.removeprefix("http://"))
        settings.cache_clear()
        await page.goto("/content?tab=channels")
        hook = page.get_by_role("region", name="Webhook")
        await expect(hook.get_by_text("No webhook account is connected")).to_be_visible()

        # A refusal stands at its field, and what was typed stays.
        await hook.get_by_role("button", name="Connect Webhook").click()
        dialog = page.get_by_role("dialog", name="Connect Webhook")
        address = dialog.get_by_label("Address")
        await address.fill("https://10.1.2.3/hook")
        await dialog.get_by_role("button", name="Connect", exact=True).click()
        await expect(dialog.get_by_text("is not on the internet").first).to_be_visible()
        await expect(address).to_have_value("https://10.1.2.3/hook")
        await address.fill(f"{world.url}/hook")
        await dialog.get_by_label("Name").fill("Intranet")
        await dialog.get_by_role("button", name="Connect", exact=True).click()
        await expect(dialog.get_by_text("whsec_")).to_be_visible()  # this once
        await dialog.get_by_role("button", name="I have it").click()
        await expect(hook.get_by_text("Intranet", exact=True)).to_be_visible()
        await expect(hook.get_by_text("Default", exact=True)).to_be_visible()

        # A sign-in leads to the provider and back.
        await page.get_by_role("button", name="Connect X", exact=True).click()
        dialog = page.get_by_role("dialog", name="Connect X")
        await expect(dialog.get_by_text("/api/channels/callback")).to_be_visible()
        await dialog.get_by_label("Client ID of your app").fill(APP)
        await dialog.get_by_label("Client secret of your app").fill(APP_SECRET)
        await dialog.get_by_role("button", name="Sign in at X").click()
        card = page.get_by_role("region", name="X", exact=True)
        await expect(card.get_by_text("@acme", exact=True)).to_be_visible()

        # Access that was taken back needs its person.
        world.access.clear()
        await card.get_by_role("button", name="Check now").click()
        await expect(card.get_by_role("button", name="Connect again")).to_be_visible()

        await hook.get_by_role("button", name="Disconnect").click()
        await page.get_by_role("dialog").get_by_role("button", name="Disconnect").click()
        await expect(hook.get_by_text("No webhook account is connected")).to_be_visible()
    book.forget()
    monkeypatch.undo()
    settings.cache_clear()


async def test_an_admin_connects_a_mail_server_and_changes_who_gets_its_messages(quiet: Visitor) -> None:
    page = quiet.page
    word = "four words in a row"
    with Server(password=word) as server:
        await page.goto("/content?tab=channels")
        card = page.get_by_role("region", name="E-mail")
        await card.get_by_role("button", name="Connect Mail server").click()
        dialog = page.get_by_role("dialog", name="Connect E-mail")
        for label, value in {
            "Mail server": f"127.0.0.1:{server.port}",
            "User": "post",
            "Password": "another word",
            "Sender": "Acme News <news@acme.example>",
            "Recipients": "Ada <ada@reader.example>, bob@reader.example",
            "Name": "Newsletter",
        }.items():
            await dialog.get_by_label(label, exact=True).fill(value)
        await dialog.get_by_label("Encrypt the line (STARTTLS)").uncheck()
        await dialog.get_by_role("button", name="Connect", exact=True).click()
        await expect(dialog.get_by_text("535 5.7.8").first).to_be_visible()
        await expect(dialog.get_by_label("Recipients")).to_have_value("Ada <ada@reader.example>, bob@reader.example")
        await dialog.get_by_label("Password", exact=True).fill(word)
        await dialog.get_by_role("button", name="Connect", exact=True).click()
        told = "Sent as Acme News <news@acme.example> to 2 recipients, by Newsletter."
        await expect(card.get_by_text(told)).to_be_visible()

        # What is changed goes with the password that is kept.
        await card.get_by_role("button", name="Change").click()
        dialog = page.get_by_role("dialog", name="Change Newsletter")
        await expect(dialog.get_by_label("Password", exact=True)).to_have_value("")
        await dialog.get_by_label("Recipients").fill("cy@reader.example")
        await dialog.get_by_role("button", name="Change", exact=True).click()
        await expect(card.get_by_text("to 1 recipient, by Newsletter.")).to_be_visible()
        await card.get_by_role("button", name="Not the default").click()
        await expect(card.get_by_text("No e-mail account is the default one")).to_be_visible()
        await card.get_by_role("button", name="Make default").click()
        await expect(card.get_by_text("Default", exact=True)).to_be_visible()
        assert server.messages == []
    book.forget()
