"""How models and the mail server are reached, set while the product runs and without a terminal."""

from collections.abc import AsyncIterator
from decimal import Decimal

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from cofounder import app
from cofounder.channels import senders
from cofounder.flow.plan.tools import registry
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from cofounder.models import chain, offered, prices
from cofounder.models.routing import tiers
from cofounder.ops import connections
from cofounder.settings import settings
from tests.flow.server import signed_in

PLACE = "/api/connections"
MAIL = {
    "smtp_host": "mail.example.org",
    "smtp_username": "post",
    "smtp_password": "four words in a row",
    "email_from": "Corner Bakery <news@example.org>",
    "email_recipients": "Ada <ada@example.org>, bo@example.org",
}


@pytest_asyncio.fixture
async def clients(database: Database, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[httpx.AsyncClient]]:
    app.wire()
    monkeypatch.setenv("COFOUNDER_OPENAI_BASE_URL", "http://127.0.0.1:9/v1")  # a key is tried as it is entered
    settings.cache_clear()
    async with signed_in("viewer", "admin") as made:
        yield made


@pytest.fixture
def admin(clients: list[httpx.AsyncClient]) -> httpx.AsyncClient:
    return clients[1]


async def _set(admin: httpx.AsyncClient, **values: object) -> httpx.Response:
    return await admin.put(PLACE, json=values)


async def test_a_mail_server_that_an_admin_names_is_used_from_then_on(admin: httpx.AsyncClient) -> None:
    assert senders.route("email").sender == "outbox"
    assert (await _set(admin, **MAIL)).status_code == 200
    async with transaction() as session:
        await connections.refresh(session)  # as every reading of a task's settings does
    account = senders.route("email")
    assert (account.sender, account.name) == ("email", "news@example.org")
    assert account.recipients == ("Ada <ada@example.org>", "bo@example.org")
    channels = {one["name"]: one for one in (await admin.get("/api/system")).json()["channels"]}
    assert (channels["E-mail"]["state"], channels["E-mail"]["source"]) == ("ok", "settings")


async def test_a_secret_is_kept_sealed_and_never_said_again(admin: httpx.AsyncClient) -> None:
    changed = await _set(admin, **MAIL, openai_api_key="sk-very-secret")
    read = await admin.get(PLACE)
    said = changed.text + read.text + (await admin.get("/api/audit")).text
    async with transaction() as session:
        said += str((await session.execute(text("SELECT name, value FROM settings"))).all())
    assert "four words" not in said
    assert "very-secret" not in said
    assert read.json()["smtp_password"] == {
        "value": None, "given": True, "secret": True, "source": "settings", "sealed": False,
        "note": None,
    }  # fmt: skip
    found = (await connections.latest()).smtp_password
    assert found is not None
    assert found.get_secret_value() == "four words in a row"


async def test_a_secret_of_another_machine_is_told_and_can_be_given_again(
    admin: httpx.AsyncClient, database: Database
) -> None:
    await _set(admin, **MAIL)
    (database.home / "secrets.key").unlink()
    settings.cache_clear()  # as a process of that other machine begins
    told = (await admin.get(PLACE)).json()["smtp_password"]
    assert (told["given"], told["sealed"]) == (False, True)
    assert (await _set(admin, smtp_password="another")).json()["smtp_password"]["given"]


async def test_a_password_does_not_follow_to_another_address(admin: httpx.AsyncClient) -> None:
    await _set(admin, **MAIL)
    moved = await _set(admin, smtp_host="evil.example.net")
    assert (moved.status_code, moved.json()["code"]) == (422, "secret_left_behind")
    assert (await admin.get(PLACE)).json()["smtp_host"]["value"] == "mail.example.org"
    assert (await _set(admin, smtp_host="new.example.org", smtp_password="new")).status_code == 200
    assert (await _set(admin, smtp_host="third.example.org", smtp_password=None)).status_code == 200


async def test_what_the_environment_sets_stays_and_its_password_goes_nowhere_else(
    admin: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COFOUNDER_SMTP_PASSWORD", "of the environment")
    monkeypatch.setenv("COFOUNDER_MODEL", "offline")
    settings.cache_clear()
    for name, value in (("model", "openai:gpt-5"), ("smtp_password", "x"), ("smtp_host", "evil.example.net")):
        refused = await _set(admin, **{name: value})
        assert (refused.status_code, refused.json()["code"]) == (409, "setting_from_environment"), name
    assert "of the environment" not in (await admin.get(PLACE)).text


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"model": "opnai:gpt-5"}, "model"),
        ({"model_prices": "openai:gpt-5=cheap"}, "model_prices"),
        ({"email_recipients": "nobody"}, "email_recipients"),
        ({"email_from": "a@b@c"}, "email_from"),
        ({"smtp_host": "https://mail.example.org"}, "smtp_host"),
        ({"smtp_host": "mail.example.org", "smtp_starttls": False}, "smtp_starttls"),
        ({"smtp_port": 0}, "smtp_port"),
        ({"smtp_port": True}, "smtp_port"),
        ({"ollama_base_url": "file:///etc/passwd"}, "ollama_base_url"),
        ({"openai_api_key": "two\nlines"}, "openai_api_key"),
        ({"smtp_hots": "mail.example.org"}, "smtp_hots"),
    ],
)
async def test_what_does_not_fit_is_refused_by_name_and_nothing_changes(
    admin: httpx.AsyncClient, values: dict[str, object], field: str
) -> None:
    before = (await admin.get(PLACE)).json()
    refused = await _set(admin, smtp_username="someone", **values)
    assert refused.status_code == 422, refused.text
    assert any(field in one["field"] for one in refused.json()["errors"]), refused.text
    assert (await admin.get(PLACE)).json() == before


async def test_null_takes_back_and_an_old_reading_changes_nothing(admin: httpx.AsyncClient) -> None:
    first = (await admin.get(PLACE)).headers["etag"]
    await _set(admin, **MAIL)
    late = await admin.put(PLACE, json={"smtp_port": 25}, headers={"If-Match": first})
    assert late.status_code == 412
    after = (await _set(admin, smtp_host=None, smtp_password=None)).json()
    assert (after["smtp_host"]["value"], after["smtp_password"]["given"]) == (None, False)
    await connections.latest()
    assert senders.route("email").sender == "outbox"


async def test_plans_are_priced_by_the_model_that_is_set_now(admin: httpx.AsyncClient) -> None:
    assert (await registry.discover())["content.draft"].estimated_cost == 0
    await _set(admin, model="openai:gpt-5", openai_api_key="sk-x")
    await connections.latest()
    dear = (await registry.discover())["content.draft"]
    assert dear.estimated_cost > 0
    assert [str(one) for one in offered.configured()] == ["openai:gpt-5"]
    await _set(admin, model=None)
    await connections.latest()
    assert (await registry.discover())["content.draft"].estimated_cost == 0


async def test_a_price_of_ones_own_beats_the_published_one(admin: httpx.AsyncClient) -> None:
    own, known, local = (chain.of_row(name) for name in ("openai-compatible:mine", "openai:gpt-5", "ollama:qwen3"))
    published = prices.cost(known, 1_000, 1_000)
    assert (prices.cost(own, 1_000, 1_000), tiers.tier(local)) == (None, tiers.Tier.FREE)
    listed = "openai-compatible:mine=0.20/0.80, openai:gpt-5=20/100,ollama:qwen3=2/2"
    assert (await _set(admin, model_prices=listed)).status_code == 200
    await connections.latest()
    assert prices.cost(own, 1_000_000, 500_000) == Decimal("0.60")
    assert prices.cost(known, 1_000, 1_000) == Decimal("0.12")
    assert [tiers.tier(one).name for one in (own, known, local)] == ["BUDGET", "FLAGSHIP", "STANDARD"]
    await _set(admin, model_prices=None)
    await connections.latest()
    assert prices.cost(known, 1_000, 1_000) == published
    assert tiers.tier(local) == tiers.Tier.FREE


async def test_only_an_admin_reads_or_sets_them(clients: list[httpx.AsyncClient]) -> None:
    viewer, _ = clients
    assert (await viewer.get(PLACE)).status_code == 403
    assert (await _set(viewer, smtp_host="mail.example.org")).status_code == 403


async def test_an_admin_tries_what_is_set_and_the_audit_log_says_who_did(clients: list[httpx.AsyncClient]) -> None:
    viewer, admin = clients
    assert (await viewer.post(f"{PLACE}/try", json={"part": "mail"})).status_code == 403
    assert (await admin.post(f"{PLACE}/try", json={"part": "everything"})).status_code == 422
    tried = (await admin.post(f"{PLACE}/try", json={"part": "mail"})).json()
    assert not tried["works"]
    assert "Settings" in tried["items"][0]["mend"]
    assert (await admin.post(f"{PLACE}/try", json={"part": "models"})).json()["works"]
    entries = (await admin.get("/api/audit?action=connection.tried")).json()["items"]
    assert [(one["object_id"], one["details"]) for one in entries] == [
        ("models", {"works": True}),
        ("mail", {"works": False}),
    ]
