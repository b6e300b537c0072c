"""Passwords are tried one after the other, however many come at once, and on whichever server."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from cofounder.kit import clock
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from cofounder.people import LOCAL_OWNER, attempts, sign_ins, users
from cofounder.people.attempts import TooManyAttempts
from cofounder.people.sign_ins import SignInFailed

PASSWORD = "four words in a row"


async def person(name: str = "Mara") -> None:
    async with transaction() as session:
        await users.add(session, name, "approver", LOCAL_OWNER, password=PASSWORD)


async def trial(name: str = "Mara", password: str = "wrong", address: str | None = "198.51.100.7") -> str:
    """What came of it: in, refused, or the seconds to wait."""
    try:
        await sign_ins.by_password(name, password, address, "tokens")
    except SignInFailed:
        return "refused"
    except TooManyAttempts as error:
        return f"wait {error.extra['retry_after']}"
    return "in"


async def counts() -> dict[str, int]:
    async with transaction() as session:
        found = await session.execute(text("SELECT subject, failures FROM sign_in_attempts"))
        return {subject.partition(":")[0]: failures for subject, failures in found}


async def test_of_many_at_once_only_as_many_are_tried_as_one_after_the_other(database: Database) -> None:
    await person()
    with clock.frozen(clock.now()):  # on a slow machine the wait would be over before all were there
        answers = await asyncio.gather(*(trial() for _ in range(12)))
    assert answers.count("refused") == attempts.FREE["name"] + 1
    assert all(answer in ("refused", "wait 1") for answer in answers)


async def test_each_failure_doubles_the_wait_and_time_ends_it(database: Database) -> None:
    await person()
    at = clock.now()
    waits = []
    with clock.frozen(at):
        for _ in range(attempts.FREE["name"]):
            assert await trial() == "refused"
    for _ in range(4):
        with clock.frozen(at):
            assert await trial() == "refused"
            said = await trial(password=PASSWORD)
        waits.append(int(said.removeprefix("wait ")))
        at += timedelta(seconds=waits[-1])
    assert waits == [1, 2, 4, 8]
    with clock.frozen(at):
        assert await trial(password=PASSWORD) == "in"
        assert await trial() == "refused"  # and the count begins anew
        assert await trial(password=PASSWORD) == "in"


async def test_all_spellings_that_are_one_name_are_counted_as_one(database: Database) -> None:
    await person("Bo Dahl")
    spellings = [
        "Bo Dahl",
        "bo  dahl",
        "\uff22\uff4f \uff24\uff41\uff48\uff4c",
        "BO\u3000DAHL",
        " Bo\u00a0Dahl ",
        "\uff22o Dahl",
    ]
    with clock.frozen(clock.now()):
        assert await trial("Bo Dahl", PASSWORD, address=None) == "in"
        assert [await trial(name, address=None) for name in spellings] == ["refused"] * len(spellings)
        assert await trial("B\uff4f Dahl", PASSWORD, address=None) == "wait 1"


async def test_many_names_from_one_address_wait_too(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(attempts.FREE, "address", 2)
    await person()
    at = clock.now()
    with clock.frozen(at):
        assert [await trial(f"guess {number}") for number in range(3)] == ["refused"] * 3
        assert await trial(password=PASSWORD) == "wait 1"
        assert await trial(password=PASSWORD, address="203.0.113.9") == "in"


async def test_who_signs_in_leaves_no_failure_behind(database: Database) -> None:
    await person()
    assert await trial() == "refused"
    for _ in range(3):
        assert await trial(password=PASSWORD) == "in"
    assert await counts() == {"name": 0, "address": 1}


async def test_failures_are_forgotten_and_swept(database: Database) -> None:
    at = clock.now()
    with clock.frozen(at):
        assert await trial("one") == "refused"
    with clock.frozen(at + attempts.FORGOTTEN + timedelta(seconds=1)):
        assert await trial("one") == "refused"
        assert await counts() == {"name": 1, "address": 1}
    with clock.frozen(at + timedelta(days=2)):
        assert await trial("two", address="203.0.113.9") == "refused"
    async with transaction() as session:
        kept = (await session.scalars(text("SELECT subject FROM sign_in_attempts"))).all()
    assert sorted(kept) == sorted(attempts.subjects("two", "203.0.113.9"))


async def test_a_link_signs_in_while_the_name_has_to_wait(database: Database) -> None:
    await person()
    with clock.frozen(clock.now()):
        for _ in range(attempts.FREE["name"] + 1):
            await trial()
        assert (await trial(password=PASSWORD)).startswith("wait")
        async with transaction() as session:
            token = await users.link(session, await users.named(session, "mara"), LOCAL_OWNER)
        caller, _ = await sign_ins.by_link(token)
    assert caller.name == "Mara"


async def test_a_link_that_two_use_at_once_lets_one_in(database: Database) -> None:
    await person()
    async with transaction() as session:
        token = await users.link(session, await users.named(session, "mara"), LOCAL_OWNER)
    answers = await asyncio.gather(*(sign_ins.by_link(token) for _ in range(4)), return_exceptions=True)
    assert len([one for one in answers if isinstance(one, tuple)]) == 1
    assert len([one for one in answers if isinstance(one, sign_ins.LinkSpent)]) == 3


async def test_the_current_password_is_not_guessed_from_a_stolen_page(database: Database) -> None:
    await person()
    caller, _ = await sign_ins.by_password("Mara", PASSWORD, None, "cookie")

    async def change(current: str) -> None:
        assert caller.user_id is not None
        await users.change_own_password(caller, caller.user_id, "four other words here", current)

    with clock.frozen(clock.now()):  # a slow machine would else have waited long enough
        for _ in range(attempts.FREE["name"] + 1):
            with pytest.raises(users.PasswordWrong):
                await change("wrong")
        with pytest.raises(TooManyAttempts):
            await change(PASSWORD)


async def test_many_who_change_their_passwords_at_once_leave_the_database_to_others(database: Database) -> None:
    """Each would hold a connection and wait for a second one: with as many as there are, nobody gets any."""
    await person()
    caller, _ = await sign_ins.by_password("Mara", PASSWORD, None, "cookie")
    assert caller.user_id is not None
    tries = [users.change_own_password(caller, caller.user_id, "four other words here", "wrong") for _ in range(40)]
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert {type(one) for one in answers} <= {users.PasswordWrong, TooManyAttempts}


async def test_two_admins_cannot_remove_each_other_at_once(database: Database) -> None:
    rows: list[Any] = []
    async with transaction() as session:
        rows += [await users.add(session, name, "admin", LOCAL_OWNER) for name in ("One", "Two")]

    async def demote(id: Any) -> None:
        async with transaction() as session:
            await users.set_role(session, await users.with_id(session, id), "viewer", LOCAL_OWNER)

    answers = await asyncio.gather(*(demote(row.id) for row in rows), return_exceptions=True)
    assert [type(one) for one in answers if one is not None] == [users.LastAdmin]


@given(st.ip_addresses(v=6))
def test_an_ipv6_address_counts_with_all_that_its_holder_has(address: Any) -> None:
    beside = type(address)((int(address) >> 64 << 64) | (int(address) ^ 1) & (2**64 - 1))
    assert attempts.network(str(address)) == attempts.network(str(beside))
    assert attempts.network(str(type(address)(int(address) ^ (1 << 64)))) != attempts.network(str(address))


def test_ipv4_addresses_count_apart_and_what_is_no_address_is_cut() -> None:
    assert attempts.network("198.51.100.7") != attempts.network("198.51.100.8")
    assert attempts.network("x" * 500) == "x" * 64


async def test_a_wait_that_a_wrong_clock_set_is_not_sat_out(database: Database) -> None:
    await person()
    with clock.frozen(clock.now() + timedelta(days=400)):  # the machine's clock was a year ahead
        for _ in range(attempts.FREE["name"] + 1):
            assert await trial() == "refused"
    assert await trial(password=PASSWORD) == "in"
