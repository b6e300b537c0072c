"""What one search writes: each pattern brought up to date, confirmed or retired by new units, new ones noted."""

import asyncio
import math
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.learn.patterns import mining, queries, sentences, vocabulary
from cofounder.flow.learn.patterns.mining import RATE, SUPPORT, Found
from cofounder.flow.learn.patterns.tables import LearningPattern, LearningRun
from cofounder.flow.learn.patterns.units import CODE_VERSION, Input, read
from cofounder.flow.learn.patterns.vocabulary import Item
from cofounder.kit import live
from cofounder.kit.clock import now
from cofounder.kit.ids import new_id

TOPIC, RUNS = "patterns", "learning_runs"
NEEDED = 20  # units of a metric before any of its candidates is tested
WATCHED = 40  # candidates that do not stand and are kept
SEED = 20_240_601  # of every run, so that the same input gives the same answer


async def read_input(session: AsyncSession, run_id: UUID) -> tuple[Input, bool] | None:
    """What a run is to read, and whether it is the same as before; None where the run has ended already."""
    row = await queries.run(session, run_id, lock=True)
    if row is None or row.state not in ("queued", "running"):
        return None
    if row.as_of is None:
        row.as_of, row.started_at = now(), now()
    row.state = "running"
    given = await read(session, as_of=row.as_of)
    last = await queries.last_run(session, changed=True)
    live.changed(session, RUNS, run_id)
    same = last is not None and last.input_hash == given.hash and last.code_version == CODE_VERSION
    return given, same and last is not None and not await queries.said_since(session, last.as_of)


async def look(given: Input) -> tuple[list[Found], int]:
    """Mine in a thread of its own: (candidates of all metrics, clearest first; how many were tested)."""
    return await asyncio.to_thread(_mined, given)


def _mined(given: Input) -> tuple[list[Found], int]:
    enough = [(metric, units) for metric, units in given.units.items() if len(units) >= NEEDED]
    return mining.mine([mining.laid_out(metric, units) for metric, units in enough], seed=SEED)


async def settle(session: AsyncSession, run_id: UUID, given: Input, found: Sequence[Found], tested: int) -> None:
    """Write what a run found. Settled again after a kill, it changes nothing that it had changed."""
    await queries.take_turn(session)
    row = await queries.run(session, run_id, lock=True)
    if row is None or row.state != "running":
        return
    assert row.as_of is not None
    book = _Book(session, row, given, tested)
    known = {one.key: one for one in await queries.patterns(session, sample=given.is_sample)}
    for pattern in known.values():
        await book.hold_against_new(pattern)
    book.rejected = [(one.metric, items_of(one)) for one in known.values() if one.state == "rejected"]
    standing = [one for one in found if one.q <= RATE and one.explained_by is None and not book.rejected_part(one)]
    shown = [*standing, *[one for one in found if one not in standing][:WATCHED]]
    numbers = dict(zip(map(id, standing), mining.clusters(standing), strict=True))
    seen: list[UUID] = []
    for one in shown:
        held = known.pop(key_of(one.metric, one.items, given.is_sample), None)
        seen.append(await book.note(held, one, one in standing, numbers.get(id(one))))
    for pattern in known.values():
        await book.lost(pattern)
    await queries.forget_unseen(session, seen, sample=given.is_sample)
    counts = book.counts
    row.state, row.finished_at, row.tested, row.stand = "succeeded", now(), tested, counts["stand"]
    row.found, row.confirmed, row.retired = counts["found"], counts["confirmed"], counts["retired"]
    _read(row, given)
    live.changed(session, RUNS, run_id)
    live.changed(session, TOPIC)


async def unchanged(session: AsyncSession, run_id: UUID, given: Input) -> None:
    """End a run whose input is what it was."""
    row = await queries.run(session, run_id, lock=True)
    if row is not None and row.state == "running":
        last = await queries.last_run(session, changed=True)
        row.state, row.finished_at = "unchanged", now()
        row.tested, row.stand = (last.tested, last.stand) if last else (0, 0)
        _read(row, given)
        live.changed(session, RUNS, run_id)


def _read(row: LearningRun, given: Input) -> None:
    row.input_hash, row.code_version, row.seed = given.hash, CODE_VERSION, SEED
    row.n, row.waiting, row.is_sample = given.n, given.waiting, given.is_sample


async def fail(session: AsyncSession, run_id: UUID, problem: dict[str, Any]) -> None:
    """End a run that went wrong; the next one begins anew."""
    if await queries.fail_run(session, run_id, problem, now()):
        live.changed(session, RUNS, run_id)


def key_of(metric: str, items: Sequence[Item], sample: bool) -> str:
    """One name for the same metric and conditions; those of sample data are others."""
    return "|".join([metric, *(f"{name}={value}" for name, value in sorted(items)), *(["sample"] if sample else [])])


def items_of(pattern: LearningPattern) -> tuple[Item, ...]:
    return tuple((str(one["feature"]), str(one["value"])) for one in pattern.conditions)


def adds_to(items: Sequence[Item], part: Sequence[Item]) -> bool:
    """Whether conditions are those of another pattern and some more."""
    return set(items) > set(part)


class _Book:
    """Writes what one run says of each pattern."""

    def __init__(self, session: AsyncSession, run: LearningRun, given: Input, tested: int) -> None:
        assert run.as_of is not None
        self.session, self.run, self.given, self.tested = session, run, given, tested
        self.at = run.as_of
        self.counts = dict.fromkeys(("stand", "found", "confirmed", "retired"), 0)
        self.back: set[UUID] = set()  # retired ones that new units speak for
        self.rejected: list[tuple[str, tuple[Item, ...]]] = []  # metric and conditions that a person wants none of

    def rejected_part(self, one: Found) -> tuple[Item, ...] | None:
        """The conditions of a rejected pattern that are among those of this one."""
        return next((part for metric, part in self.rejected if metric == one.metric and adds_to(one.items, part)), None)

    async def hold_against_new(self, pattern: LearningPattern) -> None:
        """Estimate it on the units that came after it was last looked at, alone, once ten of them match."""
        items = items_of(pattern)
        new = [unit for unit in self.given.units[pattern.metric] if unit.at > pattern.checked_through]
        matching = [unit for unit in new if all(unit.features.get(name) == value for name, value in items)]
        pattern.new_matching = len(matching)
        if pattern.state not in ("active", "retired") or len(matching) < SUPPORT:
            return
        again = mining.estimate(new, pattern.metric, items, seed=SEED)
        if again is None:
            return  # too few others beside them: it goes on waiting
        holds = again.effect * pattern.effect > 0
        if pattern.state == "retired":
            if holds and again.p <= 0.05:
                self.back.add(pattern.id)
            return
        if holds:
            pattern.last_confirmed, pattern.confirmations = self.at, pattern.confirmations + 1
            self.counts["confirmed"] += 1
        else:
            pattern.state, pattern.retired_at = "retired", self.at
            newest = max(unit.at for unit in new)
            pattern.why = sentences.retired(pattern.metric, pattern.effect, again.effect, again.support, newest)
            self.counts["retired"] += 1
        pattern.checked_through, pattern.new_matching = max(unit.at for unit in new), 0
        await self._estimate(pattern, again, "new")

    async def note(self, pattern: LearningPattern | None, one: Found, stands: bool, cluster: int | None) -> UUID:
        """Bring a pattern up to date with what all units say, or write a new one."""
        if pattern is None:
            pattern = self._made(one)
            self.session.add(pattern)
        before = pattern.state
        self._figures(pattern, one, cluster if stands else None)
        if before == "rejected" or (before == "retired" and pattern.id not in self.back):
            pass  # a person's word, and what new units said, hold
        elif stands:
            pattern.state, pattern.why, pattern.retired_at = "active", None, None
            if before != "active" or pattern.stood_since is None:
                pattern.stood_since = self.at
                pattern.checked_through, pattern.new_matching = self._newest(pattern.metric), 0
                self.counts["found"] += 1
        else:
            pattern.state, pattern.stood_since = "watching", None
            part = self.rejected_part(one)
            pattern.why = sentences.part_rejected(part, one.metric) if part else sentences.watched(one, self.tested)
        self.counts["stand"] += pattern.state == "active"
        await self.session.flush()
        await self._estimate(pattern, one, "all")
        return pattern.id

    async def lost(self, pattern: LearningPattern) -> None:
        """A pattern that this run's candidates no longer hold: it does not stand."""
        if pattern.state != "active":
            return
        pattern.state, pattern.stood_since = "watching", None
        pattern.why = "Too few units meet its conditions now, or too few stand beside them, to test it."
        await self._estimate(pattern, None, "all")

    def _made(self, one: Found) -> LearningPattern:
        return LearningPattern(
            id=new_id(),
            key=key_of(one.metric, one.items, self.given.is_sample),
            metric=one.metric,
            type=vocabulary.kind_of(one.items),
            conditions=[{"feature": name, "value": value} for name, value in one.items],
            first_seen=self.at,
            checked_through=self._newest(one.metric),
            state="watching",
            confirmations=0,
            new_matching=0,
            pinned=False,
            level=mining.LEVEL,
            is_sample=self.given.is_sample,
        )

    def _figures(self, pattern: LearningPattern, one: Found, cluster: int | None) -> None:
        pattern.sentence = sentences.sentence(one, self.tested)
        pattern.channels, pattern.n, pattern.support = list(one.channels), one.n, one.support
        pattern.confidence, pattern.lift = round(one.confidence, 4), round(one.lift, 4)
        pattern.effect, pattern.low, pattern.high = one.effect, _known(one.low), _known(one.high)
        pattern.mean_with, pattern.mean_without = one.mean_with, one.mean_without
        pattern.p, pattern.q, pattern.tested, pattern.cluster = one.p, one.q, self.tested, cluster
        pattern.last_estimated, pattern.run_id = self.at, self.run.id

    def _newest(self, metric: str) -> datetime:
        return max((unit.at for unit in self.given.units[metric]), default=self.at)

    async def _estimate(self, pattern: LearningPattern, one: Found | None, kind: str) -> None:
        await queries.put_estimate(
            self.session,
            {
                "id": new_id(),
                "pattern_id": pattern.id,
                "run_id": self.run.id,
                "as_of": self.at,
                "kind": kind,
                "state": pattern.state,
                "n": one.n if one else 0,
                "support": one.support if one else 0,
                "effect": one.effect if one else None,
                "low": _known(one.low) if one else None,
                "high": _known(one.high) if one else None,
                "p": one.p if one else None,
                "q": one.q if one and kind == "all" else None,
                "note": pattern.why,
            },
        )


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
