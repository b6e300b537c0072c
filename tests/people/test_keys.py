"""Keys: made once, kept as digests, ended at once."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import clock
from cofounder.kit.errors import NotSignedIn
from cofounder.people import LOCAL_OWNER, audit_entries, create_key, list_keys, revoke_key, sign_in
from cofounder.people.service import ExpiryPassed, KeyMissing, KeyNameInvalid, KeyNameTaken, RoleUnknown


async def test_a_key_signs_its_holder_in_with_its_role(session: AsyncSession) -> None:
    secret, row = await create_key(session, "ci", "operator", LOCAL_OWNER)
    assert secret.startswith(f"cf_{row.prefix}_")
    caller = await sign_in(session, secret)
    assert (caller.name, caller.role, caller.kind) == ("ci", "operator", "key")


async def test_the_secret_is_in_no_table(session: AsyncSession) -> None:
    secret, _ = await create_key(session, "ci", "admin", LOCAL_OWNER)
    for table in ("api_keys", "audit_log"):
        stored = (await session.execute(text(f"SELECT t::text FROM {table} t"))).scalars().all()
        assert stored
        assert not any(secret in row or secret.split("_", 2)[2] in row for row in stored)


async def test_a_changed_secret_signs_no_one_in(session: AsyncSession) -> None:
    secret, row = await create_key(session, "ci", "viewer", LOCAL_OWNER)
    flipped = secret[:-1] + ("a" if secret[-1] != "a" else "b")
    for wrong in ("", "cf_", "cf__", f"cf_{row.prefix}_", flipped, secret.upper(), secret + "x", "Bearer " + secret):
        with pytest.raises(NotSignedIn):
            await sign_in(session, wrong)


async def test_a_revoked_key_signs_no_one_in_and_keeps_its_name(session: AsyncSession) -> None:
    secret, _ = await create_key(session, "ci", "viewer", LOCAL_OWNER)
    await revoke_key(session, "ci", LOCAL_OWNER)
    with pytest.raises(NotSignedIn, match="revoked"):
        await sign_in(session, secret)
    with pytest.raises(KeyNameTaken):
        await create_key(session, "ci", "viewer", LOCAL_OWNER)


async def test_an_expired_key_signs_no_one_in(session: AsyncSession) -> None:
    end = clock.now() + timedelta(hours=1)
    secret, _ = await create_key(session, "ci", "viewer", LOCAL_OWNER, expires_at=end)
    assert (await sign_in(session, secret)).name == "ci"
    with clock.frozen(end), pytest.raises(NotSignedIn, match="expired"):
        await sign_in(session, secret)


async def test_use_is_noted_at_most_once_a_minute(session: AsyncSession) -> None:
    secret, row = await create_key(session, "ci", "viewer", LOCAL_OWNER)
    start = clock.now()
    noted: list[datetime | None] = []
    for seconds in (0, 59, 60, 61):
        with clock.frozen(start + timedelta(seconds=seconds)):
            await sign_in(session, secret)
        await session.refresh(row)
        noted.append(row.last_used_at)
    assert noted == [start, start, start + timedelta(seconds=60), start + timedelta(seconds=60)]


@pytest.mark.parametrize(
    ("name", "role", "error"),
    [("", "viewer", KeyNameInvalid), ("a/b", "viewer", KeyNameInvalid), ("ci", "owner", RoleUnknown)],
)
async def test_what_does_not_fit_is_refused(
    session: AsyncSession, name: str, role: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await create_key(session, name, role, LOCAL_OWNER)
    assert list(await list_keys(session)) == []


async def test_an_expiry_in_the_past_is_refused(session: AsyncSession) -> None:
    with pytest.raises(ExpiryPassed):
        await create_key(session, "ci", "viewer", LOCAL_OWNER, expires_at=clock.now() - timedelta(seconds=1))


async def test_a_name_is_taken_once(session: AsyncSession) -> None:
    await create_key(session, "ci", "viewer", LOCAL_OWNER)
    with pytest.raises(KeyNameTaken, match="'ci'"):
        await create_key(session, " ci ", "admin", LOCAL_OWNER)
    assert [key.name for key in await list_keys(session)] == ["ci"]


async def test_making_and_revoking_leave_one_audit_entry_each(session: AsyncSession) -> None:
    _, row = await create_key(session, "ci", "viewer", LOCAL_OWNER)
    await revoke_key(session, "ci", LOCAL_OWNER)
    await revoke_key(session, "ci", LOCAL_OWNER)
    entries = await audit_entries(session, object_type="api_key", object_id=str(row.id))
    assert [(entry.action, entry.who) for entry in entries] == [
        ("key.revoked", "local owner"),
        ("key.created", "local owner"),
    ]


async def test_a_key_that_is_not_there_cannot_be_revoked(session: AsyncSession) -> None:
    with pytest.raises(KeyMissing):
        await revoke_key(session, "nobody", LOCAL_OWNER)
