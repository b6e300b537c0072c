"""People sign in, stay in, are put out; what was stolen, spent, forged or sent from elsewhere is good for nothing."""

import base64
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import jwt
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from cofounder.app import create_app
from cofounder.kit.clock import frozen, now
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from cofounder.people import LOCAL_OWNER, attempts, sign_ins, signs, users
from cofounder.settings import settings

HERE = "http://here:8000"
PASSWORD = "four words in a row"


def browser() -> httpx.AsyncClient:
    """A client that keeps cookies and says where it stands, as a browser does."""
    transport = httpx.ASGITransport(app=create_app(), raise_app_exceptions=False, client=("198.51.100.7", 4711))
    return httpx.AsyncClient(transport=transport, base_url=HERE, headers={"Origin": HERE})


async def person(name: str = "Mara", role: str = "approver", password: str | None = PASSWORD) -> Any:
    async with transaction() as session:
        return await users.add(session, name, role, LOCAL_OWNER, password=password)


@pytest_asyncio.fixture
async def page(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    await person("Root", "admin", None)
    await person()
    async with browser() as client:
        yield client


async def enter(client: httpx.AsyncClient, name: str = "Mara", password: str = PASSWORD) -> httpx.Response:
    return await client.post("/api/auth/sign-in", json={"name": name, "password": password})


async def change(statement: str) -> None:
    async with transaction() as session:
        await session.execute(text(statement))


async def test_a_person_signs_in_and_the_cookie_is_out_of_reach_of_scripts(page: httpx.AsyncClient) -> None:
    assert (await page.get("/api/auth/me")).status_code == 401
    answer = await enter(page, "  mARA ")
    assert answer.json() == {"name": "Mara", "role": "approver", "kind": "person", "has_password": True}
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert (await page.get("/api/auth/me")).json()["name"] == "Mara"
    assert (await page.get("/api/tasks")).status_code == 200
    assert (await page.get("/api/people")).status_code == 403


async def test_signing_out_ends_the_cookie_also_for_whoever_copied_it(page: httpx.AsyncClient) -> None:
    await enter(page)
    copied = dict(page.cookies)
    assert (await page.post("/api/auth/sign-out")).status_code == 204
    async with browser() as thief:
        thief.cookies.update(copied)
        assert (await thief.get("/api/auth/me")).status_code == 401


@pytest.mark.parametrize("origin", ["https://evil.example", "http://here:8001", "https://here:8000", "null", None])
async def test_another_site_can_change_nothing_with_the_cookie(page: httpx.AsyncClient, origin: str | None) -> None:
    await enter(page)
    headers = {} if origin is None else {"Origin": origin}
    async with browser() as other:
        other.headers.pop("origin")
        other.cookies.update(dict(page.cookies))
        answer = await other.post("/api/auth/sign-out", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (403, "origin_foreign")
    assert (await page.get("/api/auth/me")).status_code == 200


async def test_nobody_is_signed_in_as_somebody_else_from_another_site(page: httpx.AsyncClient) -> None:
    answer = await page.post(
        "/api/auth/sign-in", json={"name": "Mara", "password": PASSWORD}, headers={"Origin": "https://evil.example"}
    )
    assert answer.json()["code"] == "origin_foreign"
    assert "set-cookie" not in answer.headers


async def test_a_wrong_name_and_a_wrong_password_say_the_same(page: httpx.AsyncClient) -> None:
    one, other = await enter(page, password="wrong"), await enter(page, "Nobody")
    assert one.status_code == other.status_code == 401
    assert one.json() == other.json()
    assert one.json()["code"] == "sign_in_failed"
    await person("Linked", "viewer", None)
    assert (await enter(page, "Linked", "anything")).json() == one.json()


async def test_trying_passwords_has_to_wait_and_the_right_one_too(page: httpx.AsyncClient) -> None:
    with frozen(now()):  # on a slow machine the wait would be over before it is met
        for _ in range(attempts.FREE["name"] + 1):
            assert (await enter(page, password="wrong")).status_code == 401
        answer = await enter(page)
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_attempts")
    assert int(answer.headers["retry-after"]) >= 1
    assert (await enter(page, "Root", "wrong")).status_code == 401  # another name from the same place may
    await change("UPDATE sign_in_attempts SET blocked_until = now() - interval '1 second'")
    assert (await enter(page)).status_code == 200
    async with transaction() as session:
        kept = (await session.execute(text("SELECT string_agg(subject, ' ') FROM sign_in_attempts"))).scalar_one()
    assert "mara" not in kept.lower()


@given(st.integers(min_value=0, max_value=10_000))
def test_each_failure_waits_at_least_as_long_as_the_one_before(failures: int) -> None:
    at = now()
    first, second = (attempts.wait_until("name", number, at) or at for number in (failures, failures + 1))
    assert first <= second <= at + attempts.LONGEST


async def test_a_link_signs_in_once(page: httpx.AsyncClient) -> None:
    async with transaction() as session:
        token = await users.link(session, await users.named(session, "root"), LOCAL_OWNER)
    assert (await page.get(f"/?link={token}")).status_code in (200, 503)  # looking at it spends nothing
    answer = await page.post("/api/auth/link", json={"token": token})
    assert (answer.status_code, answer.json()["name"]) == (200, "Root")
    async with browser() as second:
        again = await second.post("/api/auth/link", json={"token": token})
        assert (again.status_code, again.json()["code"]) == (401, "link_spent")


async def test_a_new_link_and_time_end_an_old_one(page: httpx.AsyncClient) -> None:
    async with transaction() as session:
        root = await users.named(session, "root")
        first = await users.link(session, root, LOCAL_OWNER)
        second = await users.link(session, root, LOCAL_OWNER)
    assert (await page.post("/api/auth/link", json={"token": first})).status_code == 401
    await change("UPDATE tokens SET expires_at = now() - interval '1 second'")
    assert (await page.post("/api/auth/link", json={"token": second})).status_code == 401


async def test_who_came_by_a_link_may_set_a_password_and_other_sign_ins_end(page: httpx.AsyncClient) -> None:
    await enter(page)
    async with transaction() as session:
        token = await users.link(session, await users.named(session, "mara"), LOCAL_OWNER)
    async with browser() as other:
        await other.post("/api/auth/link", json={"token": token})
        weak = await other.put("/api/auth/password", json={"password": "short"})
        assert (weak.status_code, weak.json()["errors"][0]["field"]) == (422, "password")
        assert (await other.put("/api/auth/password", json={"password": "another row of words"})).status_code == 204
        assert (await other.get("/api/auth/me")).status_code == 200
    assert (await page.get("/api/auth/me")).status_code == 401
    assert (await enter(page)).status_code == 401
    assert (await enter(page, password="another row of words")).status_code == 200


async def test_a_stolen_page_cannot_change_the_password(page: httpx.AsyncClient) -> None:
    await enter(page)
    answer = await page.put("/api/auth/password", json={"password": "another row of words"})
    assert (answer.status_code, answer.json()["code"]) == (422, "password_wrong")
    body = {"password": "another row of words", "current": PASSWORD}
    assert (await page.put("/api/auth/password", json=body)).status_code == 204


async def tokens(client: httpx.AsyncClient) -> dict[str, Any]:
    answer = await client.post("/api/auth/token", json={"name": "Mara", "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def with_token(client: httpx.AsyncClient, token: str) -> int:
    return (await client.get("/api/auth/me", headers={"Authorization": f"Bearer {token}"})).status_code


async def test_a_program_gets_tokens_and_renews_them(page: httpx.AsyncClient) -> None:
    first = await tokens(page)
    assert await with_token(page, first["access_token"]) == 200
    second = (await page.post("/api/auth/refresh", json={"refresh_token": first["refresh_token"]})).json()
    assert second["refresh_token"] != first["refresh_token"]
    assert await with_token(page, second["access_token"]) == 200


async def test_a_refresh_token_that_comes_twice_ends_all_that_came_of_it(page: httpx.AsyncClient) -> None:
    first = await tokens(page)
    second = (await page.post("/api/auth/refresh", json={"refresh_token": first["refresh_token"]})).json()
    again = await page.post("/api/auth/refresh", json={"refresh_token": first["refresh_token"]})
    assert (again.status_code, again.json()["code"]) == (401, "refresh_refused")
    assert (await page.post("/api/auth/refresh", json={"refresh_token": second["refresh_token"]})).status_code == 401
    assert await with_token(page, second["access_token"]) == 401


def forged(token: str, **changes: Any) -> str:
    """The token with other claims under the old signature."""
    head, body, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    changed = base64.urlsafe_b64encode(json.dumps({**claims, **changes}).encode()).decode().rstrip("=")
    return f"{head}.{changed}.{signature}"


async def test_forged_tokens_are_refused(page: httpx.AsyncClient, database: Database) -> None:
    token = (await tokens(page))["access_token"]
    claims = jwt.decode(token, options={"verify_signature": False})
    kid = signs.signed_by(token)
    public = sign_ins.signer().public
    assert await with_token(page, forged(token, exp=claims["exp"] + 10_000)) == 401
    assert await with_token(page, jwt.encode(claims, "", algorithm="none", headers={"kid": kid})) == 401
    # The public half as the secret of a symmetric algorithm: the classic confusion.
    assert await with_token(page, jwt.encode(claims, public, algorithm="HS256", headers={"kid": kid})) == 401
    other = signs.Signer(database.home / "other.key")
    foreign = jwt.encode(claims, other._key, algorithm="EdDSA", headers={"kid": kid})
    assert await with_token(page, foreign) == 401
    for broken in ("a.b.c", "..", "x" * 5000 + ".b.c", token[:-4], token + "x"):
        assert await with_token(page, broken) == 401


async def test_access_tokens_end_by_time_with_some_slack_for_clocks() -> None:
    signer = signs.Signer(signer_file())
    from cofounder.kit.ids import new_id

    at = now()
    token = signer.sign(new_id(), new_id(), at)
    assert signs.claims(token, signer.public, at - timedelta(seconds=20)) is not None
    assert signs.claims(token, signer.public, at - timedelta(seconds=60)) is None
    assert signs.claims(token, signer.public, at + signs.ACCESS_LASTS + timedelta(seconds=20)) is not None
    assert signs.claims(token, signer.public, at + signs.ACCESS_LASTS + timedelta(seconds=60)) is None


def signer_file() -> Any:
    import tempfile
    from pathlib import Path

    return Path(tempfile.mkdtemp()) / "signing.key"


def test_the_signing_key_is_its_owners_and_two_makers_agree() -> None:
    path = signer_file()
    one, other = signs.Signer(path), signs.Signer(path)
    assert one.id == other.id
    assert path.stat().st_mode & 0o777 == 0o600


async def test_who_is_disabled_is_out_of_every_page_and_token_at_once(page: httpx.AsyncClient) -> None:
    await enter(page)
    held = await tokens(page)
    async with transaction() as session:
        await users.disable(session, await users.named(session, "mara"), LOCAL_OWNER)
    assert (await page.get("/api/auth/me")).status_code == 401
    assert await with_token(page, held["access_token"]) == 401
    assert (await page.post("/api/auth/refresh", json={"refresh_token": held["refresh_token"]})).status_code == 401
    assert (await enter(page)).status_code == 401


async def test_another_role_counts_from_the_next_request_on(page: httpx.AsyncClient) -> None:
    await enter(page)
    async with transaction() as session:
        await users.set_role(session, await users.named(session, "mara"), "viewer", LOCAL_OWNER)
    assert (await page.get("/api/auth/me")).json()["role"] == "viewer"
    assert (await page.post("/api/orchestrator/process", json={"request": "A post"})).status_code == 403


@pytest.mark.parametrize("column", ["expires_at", "last_seen_at"])
async def test_a_sign_in_ends_by_age_and_by_rest(page: httpx.AsyncClient, column: str) -> None:
    await enter(page)
    await change(f"UPDATE sign_ins SET {column} = now() - interval '8 days'")
    assert (await page.get("/api/auth/me")).status_code == 401


async def test_no_secret_lies_in_the_database_or_the_audit_log(page: httpx.AsyncClient) -> None:
    held = await tokens(page)
    await enter(page)
    secrets = [PASSWORD, held["refresh_token"], held["access_token"], *dict(page.cookies).values()]
    async with transaction() as session:
        for table in ("users", "tokens", "sign_ins", "audit_log", "sign_in_attempts", "signing_keys"):
            stored = (
                await session.execute(text(f"SELECT coalesce(string_agg(t::text, ' '), '') FROM {table} t"))
            ).scalar_one()
            assert not [secret for secret in secrets if secret in stored], table


async def test_another_sign_in_of_the_same_browser_ends_the_one_before(page: httpx.AsyncClient) -> None:
    await enter(page)
    held = dict(page.cookies)
    async with transaction() as session:
        token = await users.link(session, await users.named(session, "root"), LOCAL_OWNER)
    assert (await page.post("/api/auth/link", json={"token": token})).json()["name"] == "Root"
    async with browser() as other:
        other.cookies.update(held)
        assert (await other.get("/api/auth/me")).status_code == 401


@pytest.mark.parametrize("public", ["https://Cofounder.Example/", "https://cofounder.example:443"])
@pytest.mark.parametrize("host", ["cofounder.example", "127.0.0.1:8000"])
async def test_behind_a_proxy_the_cookie_is_kept_to_https(
    page: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, public: str, host: str
) -> None:
    monkeypatch.setenv("COFOUNDER_PUBLIC_URL", public)
    settings.cache_clear()
    headers = {"Host": host, "Origin": "https://cofounder.example"}
    body = {"name": "Mara", "password": PASSWORD}
    answer = await page.post("/api/auth/sign-in", json=body, headers=headers)
    assert answer.status_code == 200, answer.text
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-")
    assert "Secure" in cookie
    sent = {**headers, "Cookie": cookie.split(";")[0]}
    assert (await page.get("/api/auth/me", headers=sent)).json()["name"] == "Mara"
    assert (await page.post("/api/auth/sign-out", headers=sent)).status_code == 204
    settings.cache_clear()
