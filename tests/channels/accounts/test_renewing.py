"""Access is renewed by one process at a time, and what a renewal brought is never lost or used twice."""

import asyncio
import sys
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from cofounder.channels import accounts
from cofounder.channels.accounts import AccountAway, SignInNeeded, book, checking, expiring, queries, renewing
from cofounder.kit import clock
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database, running, until
from cofounder.ops import queries as alerts
from tests.channels.accounts.test_signing_in import signed_in
from tests.channels.accounts.world import World


async def x(world: World, **values: Any) -> UUID:
    """An X account whose access has ended, unless told otherwise."""
    row = await signed_in(world)
    values = {"access_expires_at": clock.now() - timedelta(seconds=1), **values}
    await change(row.id, **values)
    return row.id


async def change(id: UUID, **values: Any) -> None:
    async with transaction() as session:
        row = await queries.one(session, id)
        assert row is not None
        for name, value in values.items():
            setattr(row, name, value)


async def state(id: UUID) -> tuple[str, str | None]:
    async with transaction() as session:
        row = await queries.one(session, id)
        assert row is not None
        return row.state, row.problem


async def open_alerts() -> list[str]:
    async with transaction() as session:
        return [f"{one.kind}: {one.detail}" for one in await alerts.alerts(session)]


async def test_access_that_lasts_is_given_as_it_is_and_one_that_ends_is_renewed_first(world: World) -> None:
    row = await signed_in(world)
    first = await renewing.token(row.id)
    assert await renewing.token(row.id) == first
    assert world.renewals == 0
    await change(row.id, access_expires_at=clock.now() + timedelta(seconds=30))  # not good for a minute
    second = await renewing.token(row.id)
    assert second != first
    assert await renewing.token(row.id) == second
    assert world.renewals == 1


async def test_a_hundred_who_ask_at_once_renew_once(world: World) -> None:
    id = await x(world)
    world.slow["/2/oauth2/token"] = 0.3
    given = await asyncio.gather(*(renewing.token(id) for _ in range(100)))
    assert len(set(given)) == 1
    assert world.renewals == 1


ASKS = """
import asyncio, sys, uuid
from cofounder import app
from cofounder.channels.accounts import renewing
async def main():
    await app.open_database()
    print("READY", flush=True)
    print("TOKEN", await renewing.token(uuid.UUID(sys.argv[1])), flush=True)
asyncio.run(main())
"""


async def test_two_processes_renew_once(world: World, database: Database, tmp_path: Any) -> None:
    id = await x(world)
    world.slow["/2/oauth2/token"] = 1.0
    (tmp_path / "asks_for_a_token.py").write_text(ASKS)
    environment = {**database.environment, "PYTHONPATH": f"{tmp_path}:{':'.join(sys.path)}"}
    with (
        running("asks_for_a_token", str(id), environment=environment) as one,
        running("asks_for_a_token", str(id), environment=environment) as other,
    ):
        await until(lambda: "TOKEN" in one.output and "TOKEN" in other.output)
        said = {line for each in (one, other) for line in each.output.splitlines() if line.startswith("TOKEN")}
    assert len(said) == 1
    assert world.renewals == 1


async def test_killed_before_the_answer_came_the_next_one_renews(
    world: World, database: Database, tmp_path: Any
) -> None:
    """The provider was never reached by the one that died: the old refresh token still counts."""
    id = await x(world)
    (tmp_path / "asks_for_a_token.py").write_text(ASKS)
    environment = {**database.environment, "PYTHONPATH": f"{tmp_path}:{':'.join(sys.path)}"}
    world.slow["/2/oauth2/token"] = 30.0  # it is answered after that, in vain: the line is gone
    with running("asks_for_a_token", str(id), environment=environment) as one:
        await until(lambda: "POST /2/oauth2/token" in world.asked)
        one.kill()
    world.slow.clear()
    assert await renewing.token(id) in world.access
    assert (await state(id))[0] == "connected"


async def test_killed_between_the_answer_and_our_own_note_a_person_is_asked_and_told_why(
    world: World, database: Database
) -> None:
    """The provider took the old refresh token, and nobody knows the new one: nothing can be renewed any more."""
    id = await x(world)
    async with transaction() as session:
        row = await queries.one(session, id)
        assert row is not None
        await queries.renewed(session, id, row.version, {"renewing_since": clock.now()})
    world.refresh.clear()  # used by the process that died
    with pytest.raises(SignInNeeded, match="cut off"):
        await renewing.token(id)
    said, problem = await state(id)
    assert said == "needs_sign_in"
    assert "was lost" in str(problem)
    (alert,) = await open_alerts()
    assert "Connect it again" in alert
    assert "refresh-" not in alert  # X says the token back; nobody else does
    with pytest.raises(SignInNeeded):
        await renewing.token(id)
    assert len([one for one in world.asked if one == "POST /2/oauth2/token"]) == 2  # at the sign-in, and once now


async def test_the_new_refresh_token_is_on_disk_before_anybody_has_the_access(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever is cancelled while a renewal is under way stops nothing: what it brings is written down all the same."""
    id = await x(world)
    world.slow["/2/oauth2/token"] = 0.5
    asked = asyncio.create_task(renewing.token(id))
    await until(lambda: world.asked.count("POST /2/oauth2/token") == 2)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    await until(lambda: world.renewals == 1)
    await until(lambda: not renewing._under_way)
    assert await renewing.token(id) in world.access
    assert world.renewals == 1


async def test_a_database_that_is_away_after_the_answer_is_waited_for(world: World, database: Database) -> None:
    id = await x(world)
    world.slow["/2/oauth2/token"] = 0.5
    asked = asyncio.create_task(renewing.token(id))
    await until(lambda: world.asked.count("POST /2/oauth2/token") == 2)
    back = await database.go_away(1.5)
    try:
        found = await asked
    except Exception:  # the lock's own connection broke as well: the answer is kept nevertheless
        found = None
    await back
    await until(lambda: not renewing._under_way)
    assert await renewing.token(id) in world.access
    assert world.renewals == 1
    assert found is None or found in world.access


@pytest.mark.parametrize("status", [500, 502, 429])
async def test_a_provider_that_is_away_costs_nobody_the_sign_in(world: World, status: int) -> None:
    id = await x(world)
    world.bad["/2/oauth2/token"] = [(status, {"title": "Over capacity"})]
    with pytest.raises(AccountAway):
        await renewing.token(id)
    assert (await state(id))[0] == "connected"
    assert await open_alerts() == []
    assert await renewing.token(id) in world.access


async def test_revoked_access_makes_one_alert_and_a_new_sign_in_clears_it(world: World) -> None:
    id = await x(world)
    world.refresh.clear()
    for _ in range(2):
        with pytest.raises(SignInNeeded):
            await renewing.token(id)
    assert len(await open_alerts()) == 1
    async with transaction() as session:
        assert await accounts.refresh(session) == ()
    assert accounts.of("x") is None
    row = await signed_in(world)
    assert (row.id, row.state) == (id, "connected")
    assert await open_alerts() == []


async def test_a_linkedin_sign_in_that_has_ended_needs_its_person(world: World) -> None:
    row = await signed_in(world, "linkedin")
    await change(row.id, access_expires_at=clock.now(), sign_in_expires_at=clock.now())
    with pytest.raises(SignInNeeded, match="has ended"):
        await renewing.token(row.id)


async def test_what_ends_within_a_week_is_said_once_and_taken_back_when_it_does_not_any_more(world: World) -> None:
    row = await signed_in(world, "linkedin")
    await expiring.look()
    assert await open_alerts() == []
    await change(row.id, sign_in_expires_at=clock.now() + timedelta(days=6))
    await expiring.look()
    await expiring.look()
    (alert,) = await open_alerts()
    assert "Mara Miller ends on" in alert
    await change(row.id, sign_in_expires_at=clock.now() + timedelta(days=60))
    await expiring.look()
    assert await open_alerts() == []


async def test_an_idle_account_is_renewed_before_its_sign_in_withers(world: World) -> None:
    id = await x(world, access_expires_at=clock.now() - timedelta(days=2))
    await expiring.look()
    assert world.renewals == 1
    assert (await state(id))[0] == "connected"


async def test_a_check_finds_out_that_access_was_taken_back_and_that_it_is_there_again(world: World) -> None:
    row = await signed_in(world, "linkedin")
    assert (await checking.check(row.id)).problem is None
    held = set(world.access)
    world.access.clear()
    found = await checking.check(row.id)
    assert found.state == "needs_sign_in"
    assert "revoked" in str(found.problem)
    assert len(await open_alerts()) == 1
    world.access |= held
    assert (await checking.check(row.id)).state == "connected"
    assert await open_alerts() == []


async def test_a_disconnected_account_gives_nothing(world: World) -> None:
    row = await signed_in(world)
    async with transaction() as session:
        await session.execute(text("UPDATE accounts SET state = 'disconnected', sealed = NULL"))
    with pytest.raises(SignInNeeded, match="not connected any more"):
        await renewing.token(row.id)
    book.forget()
