"""The ledger of outside effects: intent row, call, outcome row. What may have happened is never repeated blindly.

States: `intended` (the call may be under way), `done`, `refused` (surely not done, for good), `absent` (surely not
done, may be done yet), `unknown` (nobody can say: ask the world, else a person).
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic_core import to_jsonable_python
from sqlalchemy import func, null, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.kit import db, live
from cofounder.kit.errors import Conflict, NotFound
from cofounder.kit.ids import new_id
from cofounder.kit.log import redact
from cofounder.kit.tables import Effect
from cofounder.kit.turns import Turns

MAX_TEXT = 4_000  # characters of one value that the ledger keeps
BUSY_SECONDS = 300.0
CUT_OFF = "The process ended in the middle of the call, before an answer came. "

AT_ONCE = 6  # calls of one process: each holds a connection of the pool's sixteen while it needs a second

Answer = Mapping[str, Any]
_slots = Turns(lambda: AT_ONCE)


class Refused(Conflict):
    """The other side refused; nothing was done.

    Raised by a `call`. Only for what is surely final and surely without effect.
    """


class NotDone(Conflict):
    """The other side could not be reached, or had no room; nothing was done yet.

    Raised by a `call`. Only where it is sure that nothing was done; it may be tried again.
    """


class LetGo(asyncio.CancelledError):
    """The process was told to stop, and nothing was done yet: it may be tried again.

    Raised by a `call` that was cancelled, only where it is sure that nothing was done.
    """


class EffectBusy(Conflict):
    """Another process is doing this very thing."""

    hint = "Wait a moment, then look how it stands."


class NoSuchEffect(NotFound):
    """There is no effect under this key."""

    hint = "It was never begun: nothing was sent."


class OutcomeKnown(Conflict):
    """The outcome of this effect is known already."""

    hint = "Read it again to see the outcome."


@dataclass(frozen=True)
class Told:
    """What the ledger says about an effect; `begun_at` is when the last call of it was begun."""

    state: str
    attempts: int
    begun_at: datetime | None
    finished_at: datetime | None
    error: str | None
    answer: dict[str, Any] | None


@dataclass(frozen=True)
class Outcome:
    """What became of an effect. `called`: by this very call of `perform`, else it was known before.

    `absent`: surely not done, and the same key may be performed again.
    """

    state: Literal["done", "refused", "absent", "unknown"]
    answer: dict[str, Any] | None
    error: str | None
    called: bool
    id: UUID


async def perform(
    kind: str,
    key: str,
    request: Answer,
    call: Callable[[], Awaitable[Answer | None]],
    *,
    find: Callable[[], Awaitable[Answer | None]] | None = None,
) -> Outcome:
    """Do an outside thing at most once per `key`, and write down what came of it.

    `call` does it and gives what the other side answered; it raises Refused when that was a final no, NotDone when
    surely nothing was done yet, LetGo when it was cancelled before; whatever else it raises leaves the outcome unknown. `find` looks for it in the world where an earlier try left no outcome: it gives
    what it found, None when the thing is surely absent (then it is done now), and raises when it cannot tell.
    Opens its own transactions: never call it inside one. Raises EffectBusy after five minutes behind another process.
    """
    async with _turn(key):
        row = await _intend(kind, key, request)
        if row.state in ("done", "refused"):
            return _told(row)
        if row.attempts:
            row = await _look(row, find)
            if row.state != "absent":
                return _told(row)
        return await _call(row, call)


async def part(
    kind: str,
    key: str,
    request: Answer,
    call: Callable[[], Awaitable[Answer | None]],
    *,
    find: Callable[[], Awaitable[Answer | None]] | None = None,
) -> Outcome:
    """As `perform`, for one of the things that together make up an effect, inside of that effect's `call`.

    The effect's own turn keeps others away. A part that was refused is tried once more, for the whole is.
    """
    row = await _intend(kind, key, request)
    if row.attempts and row.state in ("intended", "unknown"):
        row = await _look(row, find)
    if row.state in ("done", "unknown"):
        return _told(row)
    return await _call(row, call)


async def look_at_part(key: str, find: Callable[[], Awaitable[Answer | None]]) -> Outcome | None:
    """As `look`, inside of the `find` of the effect that the part belongs to; None where it was never begun."""
    async with db.transaction(durable=False) as session:
        row = await session.scalar(select(Effect).where(Effect.key == key))
    if row is None or not row.attempts:
        return None
    return _told(await _look(row, find) if row.state in ("unknown", "intended") else row)


async def settle_parts(session: AsyncSession, key: str, *, by: str) -> None:
    """Write that those parts of an effect of which nobody knew were not done, as a person saw it: they may be done yet."""
    written = (
        update(Effect)
        .where(Effect.key.startswith(f"{key}#", autoescape=True), Effect.state.in_(("unknown", "intended")))
        .values(state="absent", answer={"settled_by": by})
    )
    await session.execute(written)


async def look(key: str, find: Callable[[], Awaitable[Answer | None]]) -> Outcome | None:
    """Ask the world about an effect whose outcome is unknown, and do nothing; None where it was never begun.

    Opens its own transactions: never call it inside one. Raises EffectBusy.
    """
    async with _turn(key):
        async with db.transaction(durable=False) as session:
            row = await session.scalar(select(Effect).where(Effect.key == key))
        if row is None or not row.attempts:
            return None
        return _told(await _look(row, find) if row.state in ("unknown", "intended") else row)


async def reopen(session: AsyncSession, key: str) -> bool:
    """Let what was refused, and so was surely not done, be tried once more; false where there is no such effect."""
    opened = (
        update(Effect)
        .where(Effect.key == key, Effect.state == "refused")
        .values(state="absent", finished_at=None)
        .returning(Effect.id)
    )
    id = await session.scalar(opened)
    if id is not None:
        live.changed(session, "effects", id)
    return id is not None


async def settle(
    session: AsyncSession, key: str, *, done: bool, by: str, again: bool = True, answer: Answer | None = None
) -> None:
    """Write what a person saw: it was done, or it was not; then, unless `again` is false, it may be done again.

    `answer`: what the other side would have answered, as far as the person knows it.

    Raises NoSuchEffect, OutcomeKnown. An effect that was settled the same way before is left as it is.
    """
    row = (await session.scalars(select(Effect).where(Effect.key == key).with_for_update())).one_or_none()
    if row is None:
        raise NoSuchEffect(key)
    state = "done" if done else "absent" if again else "refused"
    if row.state in ("done", "refused"):
        if done != (row.state == "done"):
            raise OutcomeKnown(f"{key} is {row.state}.")
        return
    row.state = state
    row.answer = {**(row.answer or {}), **(answer or {}), "settled_by": by}
    row.finished_at = await session.scalar(select(func.now()))
    live.changed(session, "effects", row.id)


async def state_of(session: AsyncSession, key: str) -> str | None:
    """The state of the effect under this key; None: never intended."""
    return await session.scalar(select(Effect.state).where(Effect.key == key))


async def told(session: AsyncSession, keys: Sequence[str]) -> dict[str, Told]:
    """key -> what the ledger says, for those keys that were ever intended."""
    rows = await session.scalars(select(Effect).where(Effect.key.in_(keys)))
    return {
        row.key: Told(row.state, row.attempts, row.begun_at, row.finished_at, row.error, row.answer) for row in rows
    }


@asynccontextmanager
async def _turn(key: str) -> AsyncIterator[None]:
    """One process at a time per key. The lock lives in a connection, so a killed process gives it back.

    It is held without a transaction, which a slow call would keep open.
    """
    values = {"key": f"effect:{key}"}
    slots = _slots.of()
    async with slots, db.engine().connect() as opened:
        connection = await opened.execution_options(isolation_level="AUTOCOMMIT")
        lock = text("SELECT pg_try_advisory_lock(hashtextextended(:key, 0))")
        deadline = time.monotonic() + BUSY_SECONDS
        while not await connection.scalar(lock, values):
            if time.monotonic() > deadline:
                raise EffectBusy(key)
            await asyncio.sleep(0.05)
        try:
            yield
        finally:
            try:
                await connection.execute(text("SELECT pg_advisory_unlock(hashtextextended(:key, 0))"), values)
            except Exception as error:
                if not db.is_out_of_reach(error):  # else the lock ended with its connection
                    raise


async def _intend(kind: str, key: str, request: Answer) -> Effect:
    """The key's row, made now unless it was there. Committed, and on disk, before any call."""
    values = {
        "id": new_id(),
        "kind": kind,
        "key": key,
        "state": "absent",
        "request": _kept(request),
        "attempts": 0,
    }
    async with db.transaction() as session:
        await session.execute(insert(Effect).values(**values).on_conflict_do_nothing(index_elements=["key"]))
        return (await session.scalars(select(Effect).where(Effect.key == key))).one()


async def _look(row: Effect, find: Callable[[], Awaitable[Answer | None]] | None) -> Effect:
    """An earlier try left no outcome, or a person said that it is absent: ask the world.

    What the line said at first stays on record: it is the evidence that a person judges by.
    """
    if row.state == "absent":
        return row
    if find is None:
        told = row.error or "An earlier attempt ended without an outcome."
        return await _write(row, "unknown", error=told, unless_changed=True)
    try:
        found = await find()
    except Exception as error:
        told = row.error or _words(error, cut_off=row.state == "intended")
        return await _write(row, "unknown", error=told, unless_changed=True)
    if found is None:
        return await _write(row, "absent", error=row.error, unless_changed=True)
    return await _write(row, "done", answer=found, unless_changed=True)


async def _call(row: Effect, call: Callable[[], Awaitable[Answer | None]]) -> Outcome:
    async with db.transaction() as session:
        begun = update(Effect).where(Effect.id == row.id)
        await session.execute(
            begun.values(state="intended", attempts=Effect.attempts + 1, error=None, answer=null(), begun_at=func.now())
        )
        live.changed(session, "effects", row.id)
    # A killed process leaves `intended`, a cancelled one too unless it knows better: the next one asks.
    try:
        answer = await call()
    except LetGo:
        await _write(row, "absent", error="The process was told to stop before anything was done.")
        raise
    except Refused as error:
        return _told(await _write(row, "refused", error=_words(error)), called=True)
    except NotDone as error:
        return _told(await _write(row, "absent", error=_words(error)), called=True)
    except Exception as error:
        return _told(await _write(row, "unknown", error=_words(error)), called=True)
    return _told(await _write(row, "done", answer=answer or {}), called=True)


async def _write(
    row: Effect, state: str, *, answer: Answer | None = None, error: str | None = None, unless_changed: bool = False
) -> Effect:
    """The row with what came of it; `unless_changed`: what a person settled meanwhile stands."""
    values: dict[str, Any] = {
        "state": state,
        "error": error,
        "finished_at": func.now() if state in ("done", "refused") else None,
    }
    if answer is not None:
        values["answer"] = _kept(answer)

    async def write() -> Effect:
        async with db.transaction() as session:
            live.changed(session, "effects", row.id)
            written = update(Effect).where(Effect.id == row.id).values(**values).returning(Effect)
            if unless_changed:
                written = written.where(Effect.state == row.state, Effect.attempts == row.attempts)
            fresh = {"populate_existing": True}
            found = (await session.scalars(written, execution_options=fresh)).one_or_none()
            again = select(Effect).where(Effect.id == row.id)
            return found or (await session.scalars(again, execution_options=fresh)).one()

    return await db.patiently(write, seconds=db.FOREVER)  # what the other side said is known nowhere else


def _told(row: Effect, *, called: bool = False) -> Outcome:
    if row.state not in ("done", "refused", "absent", "unknown"):
        raise AssertionError(f"{row.key} has no outcome: {row.state}")
    return Outcome(row.state, row.answer, row.error, called, row.id)  # type: ignore[arg-type]


def _words(error: Exception, *, cut_off: bool = False) -> str:
    """What an error says, after what we know better than the world: that nobody was left to hear its answer."""
    return str(_cut(f"{type(error).__name__}: {CUT_OFF if cut_off else ''}{error}"))


def _kept(values: Answer) -> dict[str, Any]:
    """As JSON, long texts cut, secrets taken out."""
    made = _cut(to_jsonable_python(dict(values), fallback=str))
    assert isinstance(made, dict)
    return made


def _cut(value: Any) -> Any:
    if isinstance(value, dict):
        return dict(redact(None, "", {str(name): _cut(one) for name, one in value.items()}))
    if isinstance(value, list):
        return [_cut(one) for one in value]
    if isinstance(value, str):
        clean = str(redact(None, "", {"value": value})["value"]).replace("\x00", "")
        return clean if len(clean) <= MAX_TEXT else f"{clean[:MAX_TEXT]}… ({len(clean):,} characters)"
    return value
