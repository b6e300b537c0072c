"""Accounts connected by what a person brings, used by decisions, made the default, disconnected."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from cofounder.app import create_app, wire
from cofounder.channels import accounts, senders, standing
from cofounder.channels.accounts import errors, leaving, service, views
from cofounder.channels.accounts.schemas import AccountIn
from cofounder.cli.program import run
from cofounder.flow.approve.errors import ChannelUnknown
from cofounder.flow.publish import moving, showing
from cofounder.flow.publish.schemas import RescheduleIn
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database, until
from cofounder.people import LOCAL_OWNER, create_key, users
from cofounder.settings import settings
from tests.channels.accounts.test_signing_in import signed_in, written
from tests.channels.accounts.world import ADMIN_KEY, APP, APP_SECRET, PASSWORD, World
from tests.flow.publish.standing import approved, of, settled


async def connected(provider: Any, **given: Any) -> Any:
    row, key = await service.connect(AccountIn(provider=provider, **given), by=LOCAL_OWNER)
    return row if provider != "webhook" else (row, key)


async def test_a_wordpress_is_asked_whether_the_password_works(world: World) -> None:
    row = await connected("wordpress", address=world.url + "/", user="mara", password=PASSWORD)
    assert (row.channel, row.state, row.name) == ("blog", "connected", world.url.removeprefix("http://"))
    found = accounts.of("blog")
    assert found is not None
    assert (found.address, found.secret) == (world.url, {"user": "mara", "password": PASSWORD})
    assert PASSWORD not in views.shown(row).model_dump_json() + repr(found) + await written()
    with pytest.raises(errors.AccountRefused, match="not logged in") as told:
        await connected("wordpress", address=world.url, user="mara", password="wrong horse battery")
    assert "wrong horse" not in told.value.detail


async def test_a_ghost_is_asked_with_a_signed_token_and_a_content_key_will_not_do(world: World) -> None:
    row = await connected("ghost", address=world.url, admin_key=ADMIN_KEY)
    assert row.state == "connected"
    assert accounts.of("blog", row.name) is not None
    with pytest.raises(errors.AccountRefused, match="content key"):
        await connected("ghost", address=world.url, admin_key="22444f78447824223cefc48062")
    with pytest.raises(errors.AccountRefused, match="Invalid token"):
        await connected("ghost", address=world.url, admin_key=ADMIN_KEY[:-2] + "cd")
    assert ADMIN_KEY.partition(":")[2] not in await written()


async def test_a_webhook_gets_a_key_that_is_shown_once_and_its_address_is_kept_as_a_secret(world: World) -> None:
    row, key = await connected("webhook", address=f"{world.url}/hooks/T0/very-secret-path?token=abcdef123")
    assert key.startswith("whsec_")
    told = views.shown(row).model_dump_json()
    assert key not in told
    assert "very-secret-path" not in told + await written()
    found = accounts.of("webhook")
    assert found is not None
    assert found.address.endswith("/hooks/T0/very-secret-path?token=abcdef123")
    assert found.secret == {"signing_key": key}


@pytest.mark.parametrize(
    "address",
    [
        "https://127.0.0.1:9/hook",
        "https://localhost/hook",
        "https://10.1.2.3/hook",
        "https://[::1]/hook",
        "https://[::ffff:127.0.0.1]/hook",
        "https://169.254.169.254/latest",
        "http://203.0.113.9/hook",
        "ftp://example.org",
        "https://user:pass@example.org/hook",
        "nonsense",
    ],
)
async def test_a_webhook_into_ones_own_network_or_in_clear_is_refused(world: World, address: str) -> None:
    with pytest.raises((errors.AddressUnfit, errors.AccountRefused)):
        await connected("webhook", address=address)
    async with transaction() as session:
        assert await accounts.refresh(session) == ()


async def test_a_pasted_token_says_who_it_is_and_when_it_ends(world: World) -> None:
    token = world.token(refresh=False)["access_token"]
    ends = now() + timedelta(days=30)
    row = await connected("x", token=token, expires_at=ends)
    assert (row.name, row.sign_in_expires_at) == ("@acme", ends)
    with pytest.raises(errors.AccountRefused):
        await connected("x", token="made-up-token-123456")
    token = world.token(refresh=False)["access_token"]
    row = await connected("facebook", token=token, client_id=APP, client_secret=APP_SECRET)
    assert row.state == "choosing"
    assert row.sign_in_expires_at is not None  # as Facebook says of the token


async def test_the_first_is_the_default_and_another_is_made_so_and_names_stay_apart(world: World) -> None:
    first = await connected("webhook", address=f"{world.url}/one")
    other = await connected("webhook", address=f"{world.url}/two")
    host = world.url.removeprefix("http://")
    assert [first[0].name, other[0].name] == [host, f"{host} (2)"]
    with pytest.raises(errors.AccountNameTaken):
        await connected("webhook", address=f"{world.url}/three", name=host)
    async with transaction() as session:
        await service.make_default(session, other[0].id, by=LOCAL_OWNER)
    assert senders.route("webhook").name == f"{host} (2)"
    assert senders.route("webhook", host).name == host
    assert senders.route("webhook", "outbox").sender == "outbox"
    assert senders.route("webhook", "nobody").sender == "outbox"


async def test_a_decision_names_the_account_and_the_publication_goes_by_it(
    world: World, engine_running: Database
) -> None:
    first = await signed_in(world, "linkedin", name="One")
    world.organisations = world.organisations[:1]
    await signed_in(world, "linkedin", kind="organisation", name="Two")
    at = now() + timedelta(hours=1)
    said = await approved("linkedin", accounts={"linkedin": "Two"}, schedule_at=at)
    (planned,) = said.publications
    assert (planned.delivered_by, planned.account, planned.note) == ("linkedin", "Two", None)
    said = await approved("linkedin", schedule_at=at)
    assert said.publications[0].account == "One"
    said = await approved("linkedin", accounts={"linkedin": "outbox"}, schedule_at=at)
    assert (said.publications[0].delivered_by, said.publications[0].note) == ("outbox", None)
    with pytest.raises(errors.AccountUnfit, match="Three") as told:
        await approved("linkedin", accounts={"linkedin": "Three"})
    assert "One, Two, outbox" in told.value.advice
    with pytest.raises(ChannelUnknown):
        await approved("linkedin", accounts={"x": "One"})
    assert first.is_default


async def test_a_time_after_the_end_of_the_access_is_refused_when_it_is_said(
    world: World, engine_running: Database
) -> None:
    row = await signed_in(world, "linkedin")
    ends = row.sign_in_expires_at
    assert ends is not None
    with pytest.raises(errors.ScheduleAfterExpiry, match=f"{ends:%Y-%m-%d}") as told:
        await approved("linkedin", schedule_at=ends + timedelta(days=1))
    assert told.value.field == "schedule_at"
    said = await approved("linkedin", schedule_at=ends + timedelta(days=1), accounts={"linkedin": "outbox"})
    assert said.publications[0].delivered_by == "outbox"
    assert (await approved("linkedin", schedule_at=ends - timedelta(days=1))).publications[0].account == "Mara Miller"


async def test_what_waits_for_an_account_that_is_disconnected_is_told_and_goes_to_the_outbox(
    world: World, engine_running: Database
) -> None:
    wire()
    row = await signed_in(world, name="One")
    said = await approved("x", due_in=timedelta(seconds=5))
    await until(settled(said.task_id, ("scheduled",)))
    left, revoked, scheduled = await leaving.disconnect(row.id, by=LOCAL_OWNER)
    assert (left.state, left.sealed, revoked, scheduled) == ("disconnected", None, True, (1, 0))
    assert "was disconnected" in str((await of(said.task_id))[0].note)
    await until(settled(said.task_id))
    (one,) = await of(said.task_id)
    assert (one.state, one.delivered_by) == ("published", "outbox")
    assert "is not connected where" in (one.note or "")
    async with transaction() as session:
        detail = await showing.detail(session, one.publication_id)
    assert detail.deliveries[0].state == "sent"


async def test_an_account_that_is_connected_again_in_time_takes_back_what_was_said_of_it(
    world: World, engine_running: Database
) -> None:
    wire()
    row = await signed_in(world, "linkedin", name="One")
    said = await approved("linkedin", schedule_at=now() + timedelta(days=2))
    await until(settled(said.task_id, ("scheduled",)))
    (before,) = await of(said.task_id)
    await leaving.disconnect(row.id, by=LOCAL_OWNER)
    (left,) = await of(said.task_id)
    assert left.note == "One was disconnected: unless it is connected again by then, this goes to the outbox."
    await signed_in(world, "linkedin", name="One")
    (waits,) = await of(said.task_id)
    assert waits.note == before.note  # what it costs stands there as before
    async with transaction() as session:
        await moving.reschedule(session, waits.publication_id, RescheduleIn(schedule_at=None), by=LOCAL_OWNER)
    await until(settled(said.task_id))
    (one,) = await of(said.task_id)
    assert (one.state, one.delivered_by, one.account) == ("published", "linkedin", "One")
    assert "disconnected" not in (one.note or "")


async def test_disconnecting_takes_the_access_back_and_erases_every_secret(world: World) -> None:
    row = await signed_in(world)
    refresh = world.issued[-1]
    left, revoked, _ = await leaving.disconnect(row.id, by=LOCAL_OWNER)
    assert revoked
    assert world.revoked == [refresh]
    assert left.sealed is None
    assert accounts.of("x") is None
    assert senders.route("x").note == "No X account is connected: the text goes to the outbox."
    assert senders.named("x", row.id, "@acme").account() is None
    again = await signed_in(world)
    assert (again.id, again.state, again.is_default) == (row.id, "connected", True)


async def test_an_account_on_the_same_agreement_keeps_its_access(world: World) -> None:
    first = await signed_in(world, "linkedin")
    row = await signed_in(world, "linkedin", kind="organisation")
    async with transaction() as session:
        await service.choose(session, row.id, "urn:li:organization:111", by=LOCAL_OWNER)
    _, revoked, _ = await leaving.disconnect(first.id, by=LOCAL_OWNER)
    assert not revoked
    assert world.revoked == []


async def test_a_provider_that_does_not_take_access_back_stops_nobody(world: World) -> None:
    row = await signed_in(world)
    world.bad["/2/oauth2/revoke"] = [(503, {})]
    left, revoked, _ = await leaving.disconnect(row.id, by=LOCAL_OWNER)
    assert (left.state, left.sealed, revoked) == ("disconnected", None, False)


async def test_the_doctor_and_the_list_tell_what_ends_when(world: World) -> None:
    await signed_in(world, "linkedin")
    findings = {one.name: one for one in standing.findings()}
    assert findings["LinkedIn"].state == "ok"
    assert "Mara Miller (default), until" in findings["LinkedIn"].detail
    assert findings["X"].state == "missing"
    async with transaction() as session:
        found = {one.channel: one for one in await views.standing(session, redirect="https://here/cb")}
    linkedin = found["linkedin"]
    assert (linkedin.state, linkedin.detail) == ("ready", "Published by Mara Miller.")
    assert [one.what for one in linkedin.expires] == ["The access to Mara Miller", "Version 202610 of LinkedIn's API"]
    assert linkedin.providers[0].redirect_uri == "https://here/cb"
    assert found["x"].state == "outbox"


async def test_another_machine_cannot_read_what_was_stored_and_says_so(world: World, database: Database) -> None:
    row = await connected("wordpress", address=world.url, user="mara", password=PASSWORD)
    (database.home / "secrets.key").unlink()
    from cofounder.channels.accounts import book, checking

    book.forget()
    async with transaction() as session:
        assert await accounts.refresh(session) == ()
    assert "has to be connected again" in str(senders.route("blog").note)
    assert "cannot be read on this machine" in str((await checking.check(row.id)).problem)


async def test_over_http_a_sign_in_ends_in_the_browser_that_began_it(world: World) -> None:
    app = create_app()
    transport = httpx.ASGITransport(app=app)
    async with transaction() as session:
        root = await users.owner(session, LOCAL_OWNER)
        link = await users.link(session, root, LOCAL_OWNER)
    origin = {"Origin": "http://here.example"}
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://here.example", headers=origin) as page,
        httpx.AsyncClient(transport=transport, base_url="http://here.example") as other,
    ):
        assert (await page.post("/api/auth/link", json={"token": link})).is_success
        body = {"provider": "x", "client_id": APP, "client_secret": APP_SECRET}
        begun = await page.post("/api/channels/sign-in", json=body)
        assert begun.status_code == 201, begun.text
        cookie = begun.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=lax" in cookie
        assert "Path=/api/channels/callback" in cookie
        assert begun.json()["redirect_uri"] == "http://here.example/api/channels/callback"
        code, state = world.agree(begun.json()["url"])
        said = {"state": state, "code": code}
        foreign = await other.get("/api/channels/callback", params=said)
        assert foreign.status_code == 303
        assert "problem=sign_in_of_another" in foreign.headers["location"]
        came = await page.get("/api/channels/callback", params=said)
        assert came.status_code == 303
        assert came.headers["location"].startswith("/content?tab=channels&account=")
        again = await page.get("/api/channels/callback", params=said)
        assert "problem=sign_in_unknown" in again.headers["location"]
        listed = (await page.get("/api/channels")).text
    assert "@acme" in listed
    for secret in (*world.issued, APP_SECRET, state):
        assert secret not in listed + foreign.text + came.text + str(came.headers)


async def test_who_may_only_approve_connects_nothing(world: World) -> None:
    async with transaction() as session:
        key, _ = await create_key(session, "an approver", "approver", LOCAL_OWNER)
    transport = httpx.ASGITransport(app=create_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://here.example") as client:
        client.headers["Authorization"] = f"Bearer {key}"
        assert (await client.get("/api/channels")).status_code == 200
        body = {"provider": "webhook", "address": f"{world.url}/hook"}
        assert (await client.post("/api/channels/accounts", json=body)).status_code == 403


async def test_at_the_command_line_accounts_are_connected_listed_chosen_and_disconnected(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WP_PASSWORD", PASSWORD)

    async def said(*arguments: str) -> Any:
        capsys.readouterr()
        assert await asyncio.to_thread(run, ["channels", *arguments, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    made = await said("connect", "wordpress", "--address", world.url, "--user", "mara", "--secret", "WP_PASSWORD")
    assert made["state"] == "connected"
    assert PASSWORD not in json.dumps(made)
    await said("connect", "webhook", "--address", f"{world.url}/hook", "--name", "Intranet")
    found = {one["channel"]: one for one in (await said("list"))["items"]}
    assert found["webhook"]["accounts"][0]["name"] == "Intranet"
    assert (await said("check", "Intranet"))["health"] == "It works."
    assert (await said("default", "webhook/Intranet"))["is_default"]
    assert (await said("disconnect", "Intranet", "--yes"))["state"] == "disconnected"
    assert await asyncio.to_thread(run, ["channels", "check", "Intranet"]) != 0
    assert "No accounts are called" in capsys.readouterr().err


async def test_at_the_command_line_a_sign_in_prints_an_address_and_waits(
    world: World, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from cofounder.channels.accounts import signing_in

    monkeypatch.setenv("X_SECRET", APP_SECRET)
    arguments = ["channels", "connect", "x", "--client-id", APP, "--secret", "X_SECRET", "--json"]
    waiting = asyncio.create_task(asyncio.to_thread(run, arguments))
    printed = ""

    async def address() -> bool:
        nonlocal printed
        printed += capfd.readouterr().err
        return "/i/oauth2/authorize?" in printed and printed.endswith("\n")

    await until(address)
    url = next(line for line in printed.splitlines() if "/i/oauth2/authorize?" in line)
    assert APP_SECRET not in printed
    code, state = world.agree(url)
    await signing_in.finish(signing_in.Came(state, code))
    assert await waiting == 0
    assert json.loads(capfd.readouterr().out)["name"] == "@acme"


def test_a_place_that_is_none_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    for wrong in ("linkedin", "linkedin=ftp://x", "mastodon=https://a.example", "x=https://a.example/path"):
        monkeypatch.setenv("COFOUNDER_CHANNEL_ADDRESSES", wrong)
        settings.cache_clear()
        with pytest.raises(ValueError, match="no such address"):
            settings()
    monkeypatch.undo()
    settings.cache_clear()
