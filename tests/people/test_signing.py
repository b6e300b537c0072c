"""Access tokens: signed by a key that never leaves its home, replaced at will; what they cannot say is refused."""

import asyncio
import json
import os
import signal
import sys
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
from cofounder.kit import clock, log
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from cofounder.people import LOCAL_OWNER, audit_entries, sign_ins, signs, users
from cofounder.settings import settings

PASSWORD = "four words in a row"


@pytest_asyncio.fixture
async def client(database: Database) -> AsyncIterator[httpx.AsyncClient]:
    async with transaction() as session:
        await users.add(session, "Mara", "approver", LOCAL_OWNER, password=PASSWORD)
    transport = httpx.ASGITransport(app=create_app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://here:8000") as made:
        yield made


async def tokens(client: httpx.AsyncClient) -> dict[str, Any]:
    return dict((await client.post("/api/auth/token", json={"name": "Mara", "password": PASSWORD})).json())


async def answer(client: httpx.AsyncClient, token: str) -> int:
    return (await client.get("/api/auth/me", headers={"Authorization": f"Bearer {token}"})).status_code


async def test_a_replaced_key_ends_access_tokens_and_nobody_signs_in_again(
    client: httpx.AsyncClient, database: Database
) -> None:
    held = await tokens(client)
    file = database.home / "signing.key"
    before = file.read_bytes()
    fresh = await sign_ins.replace_signing_key(LOCAL_OWNER)
    async with transaction() as session:
        entry = (await audit_entries(session, object_type="signing_key"))[0]
    assert file.read_bytes() != before
    assert file.stat().st_mode & 0o777 == 0o600
    assert (entry.action, entry.object_id, entry.who) == ("signing_key.replaced", fresh, "local owner")
    assert await answer(client, held["access_token"]) == 401
    renewed = (await client.post("/api/auth/refresh", json={"refresh_token": held["refresh_token"]})).json()
    assert signs.signed_by(renewed["access_token"]) == fresh
    assert await answer(client, renewed["access_token"]) == 200


KILLED_AT = {
    "before anything is on record": "db.transaction = killed",
    "before the record is committed": "sign_ins.audit = killed",
    "before the new key is in place": "signs.Fresh.use = killed",
}
KILLED = """
import asyncio, os, signal
from cofounder.kit import db
from cofounder.people import LOCAL_OWNER, sign_ins, signs

def killed(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

{fault}
db.connect(os.environ["DATABASE_URL"])
asyncio.run(sign_ins.replace_signing_key(LOCAL_OWNER))
"""


@pytest.mark.parametrize("fault", KILLED_AT.values(), ids=KILLED_AT.keys())
async def test_a_replacement_killed_anywhere_leaves_no_old_key_good_once_it_is_repeated(
    client: httpx.AsyncClient, database: Database, fault: str
) -> None:
    held = (await tokens(client))["access_token"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED.format(fault=fault), env=os.environ | database.environment
    )
    assert await process.wait() == -signal.SIGKILL
    if "Fresh.use" in fault:  # on record, and all that was signed before is refused at once
        assert await answer(client, held) == 401
    assert await answer(client, (await tokens(client))["access_token"]) == 200  # people can go on meanwhile
    between = (await tokens(client))["access_token"]
    await sign_ins.replace_signing_key(LOCAL_OWNER)
    assert [await answer(client, token) for token in (held, between)] == [401, 401]
    assert await answer(client, (await tokens(client))["access_token"]) == 200


async def test_a_key_whose_file_was_taken_away_is_retired_with_the_next_replacement(
    client: httpx.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost = (await tokens(client))["access_token"]
    (database.home / "signing.key").unlink()
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("COFOUNDER_HOME", str(database.home / "second"))
        settings.cache_clear()
        others = (await tokens(client))["access_token"]
    settings.cache_clear()
    await sign_ins.replace_signing_key(LOCAL_OWNER)
    assert await answer(client, lost) == 401
    assert await answer(client, others) == 200  # another machine's key is its own to replace


async def test_each_home_has_its_own_key_and_reads_what_the_other_signed(
    client: httpx.AsyncClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = await tokens(client)
    monkeypatch.setenv("COFOUNDER_HOME", str(database.home / "second"))
    settings.cache_clear()
    assert await answer(client, held["access_token"]) == 200
    other = await tokens(client)
    assert signs.signed_by(other["access_token"]) != signs.signed_by(held["access_token"])
    assert await answer(client, other["access_token"]) == 200


async def test_the_database_cannot_sign(client: httpx.AsyncClient, database: Database) -> None:
    await tokens(client)
    private = (database.home / "signing.key").read_text()
    async with transaction() as session:
        stored = (await session.scalars(text("SELECT t::text FROM signing_keys t"))).all()
    assert len(stored) == 1
    assert private not in stored[0]


@pytest.mark.parametrize("kid", ["\x00" * 16, "\ud800", "x" * 5_000, 7, None, ["a"], {"a": 1}, "' OR 1=1 --", ""])
async def test_a_token_may_name_any_key_and_is_refused(client: httpx.AsyncClient, kid: Any) -> None:
    head = {"alg": "EdDSA", "typ": "JWT", "kid": kid}
    parts = [jwt.utils.base64url_encode(json.dumps(part).encode()).decode() for part in (head, {"sub": "x"})]
    assert await answer(client, ".".join([*parts, "c2lnbmF0dXJl"])) == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "another"},
        {"iss": "another"},
        {"exp": None},
        {"sid": None},
        {"sid": "x"},
        {"sid": "01a20138-4ef4-7767-a368-f433b2b4cc67"},
    ],
    ids=str,
)
async def test_a_token_of_our_own_key_that_says_something_else_is_refused(
    client: httpx.AsyncClient, changes: dict[str, Any]
) -> None:
    token = (await tokens(client))["access_token"]
    key = sign_ins.signer()
    said = jwt.decode(token, options={"verify_signature": False}) | changes
    said = {name: value for name, value in said.items() if value is not None}
    other = jwt.encode(said, key._key, algorithm="EdDSA", headers={"kid": key.id})
    assert await answer(client, token) == 200
    assert await answer(client, other) == 401


async def test_a_token_names_no_role(client: httpx.AsyncClient) -> None:
    said = jwt.decode((await tokens(client))["access_token"], options={"verify_signature": False})
    assert set(said) == {"iss", "aud", "sub", "sid", "iat", "exp"}


async def test_sign_ins_long_over_are_forgotten_with_their_tokens(client: httpx.AsyncClient) -> None:
    await tokens(client)
    await client.post("/api/auth/sign-in", json={"name": "Mara", "password": PASSWORD})
    async with transaction() as session:
        await session.execute(text("UPDATE sign_ins SET ended_at = now() - interval '31 days' WHERE kind = 'tokens'"))
    await client.post("/api/auth/sign-in", json={"name": "Mara", "password": PASSWORD})
    async with transaction() as session:
        kept = (await session.scalars(text("SELECT kind FROM sign_ins"))).all()
        held = (await session.scalars(text("SELECT kind FROM tokens"))).all()
    assert (list(kept), list(held)) == (["cookie"] * 2, ["cookie"] * 2)


async def test_who_came_by_a_link_long_ago_proves_the_password(client: httpx.AsyncClient) -> None:
    async with transaction() as session:
        token = await users.link(session, await users.named(session, "mara"), LOCAL_OWNER)
    caller, _ = await sign_ins.by_link(token)
    async with transaction() as session:
        assert await sign_ins.came_by_link(session, caller)
        with clock.frozen(clock.now() + timedelta(minutes=16)):
            assert not await sign_ins.came_by_link(session, caller)


@given(st.sampled_from(["cs", "cl", "cr"]), st.text(alphabet="é .,:=\n", max_size=5))
def test_the_log_takes_out_every_secret_of_a_sign_in(kind: str, around: str) -> None:
    secret = signs.new_secret(kind)
    said = log.redact(None, "", {"event": f"{around}{secret}{around}"})["event"]
    assert secret.split("_", 1)[1] not in said


def test_the_log_takes_out_access_tokens() -> None:
    token = jwt.encode({"sub": "x"}, "k" * 32, algorithm="HS256")
    assert token not in log.redact(None, "", {"event": f"asked with {token}."})["event"]
