"""What one worker does for all, all the time: plan the readings of what was published, and read what is due.

Every published post is found by what the database says of it, not by being told of: a kill between publishing and
planning loses none. Two workers never read by the same account at once, and an age that was read is not due any more,
in the transaction that keeps its reading. A kill in between has it read again, which changes nothing at the channel.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.channels import accounts, readers
from cofounder.channels.accounts import AccountAway, Connected, SignInNeeded, checking
from cofounder.channels.readers import Asked, Reader, ReaderAway, ReadingDelayed, ReadingRefused
from cofounder.flow.publish.measuring import ages, following, queries, writing
from cofounder.flow.publish.measuring.tables import MeasuredAccount
from cofounder.kit import durable, live
from cofounder.kit.chores import Chore
from cofounder.kit.clock import now
from cofounder.kit.db import reading, transaction
from cofounder.ops import runtime
from cofounder.settings import post_ages

AT_ONCE = 4  # accounts that are read at the same time
ROOM = 2  # times the last age, after which nothing is read any more
REFUSED_FOR = timedelta(hours=6)
TOPIC = "measurements"


@dataclass
class Done:
    """What a round did."""

    planned: int = 0  # publications
    read: int = 0  # publications
    gone: int = 0
    missed: int = 0  # ages
    problems: dict[str, str] = field(default_factory=dict)  # account -> why it was not read


async def round_of(moment: datetime | None = None) -> Done:
    """Plan what is new and read what is due by now. Opens its own transactions."""
    done = Done()
    known = [one for one in await accounts.latest() if readers.of(one) is not None]
    fresh = await _plan(known, moment or now(), done)
    limit = asyncio.Semaphore(AT_ONCE)

    async def one(connected: Connected) -> None:
        async with limit:
            await _read(connected, done, before=connected in fresh)

    await asyncio.gather(*(one(connected) for connected in known))
    return done


def source_of(connected: Connected) -> str:
    """Names an account at its provider, the same after it was connected anew."""
    where = f"{connected.address} " if connected.channel == "blog" else ""
    return f"{connected.provider} {where}{connected.external_id}"


async def _plan(known: Sequence[Connected], moment: datetime, done: Done) -> list[Connected]:
    """Write down what is to be read and when; gives the accounts that published since."""
    async with transaction() as session:
        chosen = post_ages(await runtime.value(session, "measure_ages"))
        since = moment - ROOM * chosen[-1]
        await queries.follow_people(session)
    await _answered(moment)  # before what nobody read is given up
    async with transaction() as session:
        done.missed += await queries.give_up(session, since, " Nobody could read it in all that time.")
    fresh = []
    for connected in known:
        one = partial(
            queries.plan,
            source=source_of(connected),
            provider=connected.provider,
            account=connected.name,
            ages=chosen,
            since=since,
        )
        made = await _planned(one)
        done.planned += made
        fresh += [connected] if made else []
    by_hand = partial(queries.plan_by_hand, ages=ages.by_hand(chosen), since=since, readable=list(readers.READABLE))
    done.planned += await _planned(by_hand)
    await _answered(moment)  # of what was planned just now a reading may be there: typed at once, or imported
    return fresh


async def _answered(moment: datetime) -> None:
    """End what people are asked for and readings are there for, thousand after thousand."""
    while not durable.stopping():
        async with transaction() as session:
            number = await writing.answer(session, moment)
            if number:
                live.changed(session, TOPIC)
        if not number:
            break


async def _planned(some: Callable[[AsyncSession], Awaitable[int]]) -> int:
    """Plan thousand after thousand, each in a transaction of its own, until nothing is left."""
    made = 0
    while not durable.stopping():
        async with transaction() as session:
            number = await some(session)
            if number:
                live.changed(session, TOPIC)
        made += number
        if number < queries.PLANNED_AT_ONCE:
            break
    return made


async def _read(connected: Connected, done: Done, *, before: bool) -> None:
    """Read what is due by one account, batch after batch, until nothing is or the provider wants a pause."""
    reader, source = readers.of(connected), source_of(connected)
    assert reader is not None
    async with queries.alone(source) as mine:
        if not mine:
            return
        standing = await _standing(connected)
        if standing.wait_until is not None and standing.wait_until > now():
            return
        try:
            read = await _batches(connected, reader, source, done)
            if read or before:
                await following.count(connected, reader, source, new=before)
        except ReadingDelayed as told:
            await _pause(connected, told.detail, told.until, done, failed=False)
        except (ReaderAway, AccountAway) as error:
            await _pause(connected, error.detail, ages.again_at(now(), standing.failures + 1), done)
        except (SignInNeeded, ReadingRefused) as error:
            await _pause(connected, error.detail, now() + REFUSED_FOR, done)
            if isinstance(error, SignInNeeded):
                await checking.look_into(connected.provider, connected.name)  # whoever can mend it is told
        else:
            if standing.problem is not None or standing.failures:
                await _change(source, problem=None, failures=0, wait_until=None)


async def _batches(connected: Connected, reader: Reader, source: str, done: Done) -> int:
    """How many publications were asked for. Raises what the reader raises; what was read by then is kept."""
    asked = 0
    while not durable.stopping():
        async with reading() as session:
            standing = await queries.account(session, source)
            found = await queries.due(session, source, now(), reader.at_once)
        if not found:
            return asked
        posts = [Asked(row["external_id"], row["published_at"]) for row in found]
        out = await reader.read(connected, posts, frozenset(standing.left_out if standing else ()))
        by_id = {row["external_id"]: row["publication_id"] for row in found}
        async with transaction() as session:
            wrote = await writing.keep(session, connected.provider, by_id, out, now())
            await _tell(session, standing, source, out)
            live.changed(session, TOPIC)
        asked += len(found)
        done.read += wrote.read
        done.gone += wrote.gone
        done.missed += wrote.missed
    return asked


async def _standing(connected: Connected) -> MeasuredAccount:
    source = source_of(connected)
    values = {"source": source, "account_id": connected.id, "name": connected.name, "channel": connected.channel}
    async with transaction(durable=False) as session:
        found = await queries.account(session, source)
        if found is None or (found.account_id, found.name) != (connected.id, connected.name):
            fresh = {} if found else {"failures": 0, "quota": {}, "left_out": [], "notes": []}
            again = {"wait_until": None, "problem": None}  # connected anew: what was refused may be allowed now
            await queries.put_account(session, values | fresh | again)
            found = await queries.account(session, source)
    assert found is not None
    return found


async def _tell(session: AsyncSession, standing: MeasuredAccount | None, source: str, out: readers.ReadOut) -> None:
    """What the provider said beside the counters: its quota, and what it counts no more."""
    changes: dict[str, object] = {"read_at": now()}
    if out.quota:
        changes["quota"] = out.quota
    if out.left_out:
        changes["left_out"] = sorted({*(standing.left_out if standing else ()), *out.left_out})
    if out.notes:
        changes["notes"] = list(dict.fromkeys([*(standing.notes if standing else ()), *out.notes]))[-10:]
    await queries.change_account(session, source, **changes)


async def _pause(connected: Connected, why: str, until: datetime, done: Done, *, failed: bool = True) -> None:
    done.problems[connected.name] = why
    source = source_of(connected)
    async with transaction() as session:
        standing = await queries.account(session, source)
        failures = (standing.failures if standing else 0) + 1 if failed else 0
        await queries.change_account(session, source, wait_until=until, problem=why, failures=failures)
        live.changed(session, TOPIC)


async def _change(source: str, **changes: object) -> None:
    async with transaction(durable=False) as session:
        await queries.change_account(session, source, **changes)
        live.changed(session, TOPIC)


chore = Chore("measurements", round_of, every=30)
