"""The record of a call: its intent before, its answer after, each committed on its own.

A paid call's row is committed before the request leaves, with the most it can cost; so a crash leaves a trace that
counts, and an answer that was received is never paid for twice. The offline model is free and answers the same
again, so its row is written once, when the answer is there.
"""

import asyncio
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal
from uuid import UUID

from cofounder.kit import db, storable
from cofounder.kit.clock import now
from cofounder.kit.ids import new_id
from cofounder.kit.secrets import without
from cofounder.models import budgets, prices, queries
from cofounder.models.chain import Target
from cofounder.models.counting import Counted
from cofounder.settings import Settings

_ERROR_CHARACTERS = 1_000
_KEY_LIKE = re.compile(r"\b(?:sk|pk|rk|AIza|cf)[-_][A-Za-z0-9_\-*.]{8,}")


@dataclass(frozen=True)
class Call:
    """What is asked, for whom. `payload` is JSON; the same call has the same hash whichever model it goes to.

    `identity` is of the payload what an earlier answer must have been given to; None: all of it.
    """

    role: str  # planner, writer, judge
    payload: dict[str, Any]
    task_id: UUID | None
    scope: str
    number: int
    version: str  # of the instructions
    routed: dict[str, Any] | None = None  # which models were to be asked in which order, and why
    identity: dict[str, Any] | None = None

    @cached_property
    def request_hash(self) -> str:
        asked = self.payload if self.identity is None else self.identity
        canonical = json.dumps(
            {"role": self.role, "version": self.version, "payload": asked}, sort_keys=True, default=str
        )
        return hashlib.sha256(canonical.encode()).hexdigest()


# counted: by the provider's own tokens; estimated: by ours, where it counts none; most: what an answer that did not
# arrive may have come to; not_known: no price is known, and the cost counts as 0.
CostIs = Literal["counted", "estimated", "most", "not_known"]


@dataclass(frozen=True)
class Spent:
    """What a call used, and what its cost rests on."""

    tokens_in: int = 0
    tokens_out: int = 0
    seconds: float = 0.0
    cost_usd: Decimal = Decimal(0)
    cost_is: CostIs = "counted"
    answered_by: str | None = None  # the name that the provider gives its model

    @classmethod
    def of(cls, target: Target, used: Counted, seconds: float) -> "Spent":
        cost = prices.cost(target, used.tokens_in, used.tokens_out) if used.answers else Decimal(0)
        rests: CostIs = "not_known" if cost is None else "estimated" if used.estimated else "counted"
        return cls(used.tokens_in, used.tokens_out, seconds, cost or Decimal(0), rests, used.answered_by)


async def earlier_answer(call: Call) -> dict[str, Any] | None:
    """The answer this very call got before, so that it is used instead of paid for again."""
    if call.task_id is None:
        return None
    await _written()
    async with db.reading() as session:
        row = await queries.answered(session, call.task_id, call.scope, call.number, call.request_hash)
        return row.answer if row is not None else None


@dataclass(frozen=True)
class Intended:
    """A call that is on its way, and what was reserved for it."""

    row_id: UUID
    reserved_usd: Decimal


async def intend(
    call: Call, target: Target, fallback_from: str | None, at_most: Decimal | None, own: budgets.Own | None = None
) -> Intended | None:
    """Write down that a model is about to be asked, and reserve what that can cost, of an `own` limit too.

    None when the call was answered meanwhile, by a process that was taken for dead. Raises budgets.OverBudget, and
    PriceUnknown where `at_most` is None: there is always a budget, and it holds for every call.
    """
    if at_most is None:
        raise budgets.PriceUnknown(prices.unpriced(target) or f"what {target} costs is not known")
    reserved = at_most
    async with db.transaction() as session:
        if reserved:
            await budgets.reserve(session, reserved, call.task_id, own)
        values = _row(call, target, fallback_from) | {"state": "intended", "cost_usd": reserved}
        row_id = await queries.put(session, values)
    return Intended(row_id, reserved) if row_id is not None else None


async def answer(intended: Intended, value: dict[str, Any], spent: Spent) -> None:
    """Write the answer down before anything is made of it."""
    await _finish(intended, {"state": "answered", "answer": value | {"cost_is": spent.cost_is}}, spent)


async def fail(intended: Intended, error: str, spent: Spent) -> None:
    """Write down why there is no usable answer. What it cost counts all the same."""
    await _finish(intended, {"state": "failed", "error": error, "answer": {"cost_is": spent.cost_is}}, spent)


async def skip(call: Call, target: Target, fallback_from: str | None, reason: str) -> None:
    """Write down why a configured model was not asked."""
    done = {"state": "skipped", "error": reason, "finished_at": now()}
    async with db.transaction() as session:
        await queries.put(session, _row(call, target, fallback_from) | done)


async def record(
    call: Call, target: Target, fallback_from: str | None, value: dict[str, Any], started_at: datetime, seconds: float
) -> None:
    """Write a free call and its answer in one go, without waiting for the disk: after a power cut it is made again."""
    done = {"state": "answered", "answer": value, "started_at": started_at, "finished_at": now(), "seconds": seconds}
    async with db.statement() as session:
        await queries.put(session, _row(call, target, fallback_from) | done)


def without_keys(words: str, chosen: Settings) -> str:
    """The words as they can be kept, with every key taken out: providers repeat them in their errors."""
    keys = (
        chosen.openai_api_key,
        chosen.anthropic_api_key,
        chosen.google_api_key,
        chosen.compatible_api_key,
        chosen.together_api_key,
    )
    words = without(storable.mended(words), [key.get_secret_value() for key in keys if key is not None], "[key]")
    return _KEY_LIKE.sub("[key]", words)[:_ERROR_CHARACTERS]


_unwritten: "set[asyncio.Task[None]]" = set()  # answers in memory only, while the database is away


async def _written() -> None:
    """Wait until this loop's answers are on record, so that nobody pays for one that only lacks its row."""
    mine = [job for job in _unwritten if job.get_loop() is asyncio.get_running_loop()]
    if mine:
        await asyncio.wait(mine)


async def _finish(intended: Intended, values: dict[str, Any], spent: Spent) -> None:
    """Write what came of a call, as soon as the database takes it, even where the asker is let go meanwhile."""
    job = asyncio.create_task(
        _write(intended, values | {"answered_by": spent.answered_by, "finished_at": now()}, spent)
    )
    _unwritten.add(job)
    job.add_done_callback(_unwritten.discard)
    await asyncio.shield(job)


async def _write(intended: Intended, values: dict[str, Any], spent: Spent) -> None:
    used = {
        "tokens_in": spent.tokens_in,
        "tokens_out": spent.tokens_out,
        "seconds": spent.seconds,
        "cost_usd": spent.cost_usd - intended.reserved_usd,
    }

    async def write() -> None:
        async with db.transaction() as session:
            await queries.finish(session, intended.row_id, values, used)

    await db.patiently(write, seconds=db.FOREVER)  # else it would be paid for again


def _row(call: Call, target: Target, fallback_from: str | None) -> dict[str, Any]:
    """A row as it is before anything is known; taking over an old row sets all of this again."""
    return {
        "id": new_id(),
        "task_id": call.task_id,
        "scope": call.scope,
        "number": call.number,
        "request_hash": call.request_hash,
        "role": call.role,
        "model": str(target),
        "request": call.payload,
        "routed": call.routed,
        "answered_by": None,
        "answer": None,
        "tokens_in": 0,
        "tokens_out": 0,
        "cost_usd": Decimal(0),
        "seconds": 0.0,
        "fallback_from": fallback_from,
        "error": None,
        "started_at": now(),
        "finished_at": None,
    }
