"""Runs that look for patterns, what becomes of each pattern, and what is given to planner and writer."""

import asyncio
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.flow.learn.patterns import mining, queries, sentences, vocabulary
from cofounder.flow.learn.patterns.mining import RATE, SUPPORT, Found, Unit
from cofounder.flow.learn.patterns.schemas import (
    Cluster,
    Condition,
    Estimate,
    Frequency,
    Group,
    PatternDetail,
    PatternIn,
    PatternOut,
    PatternsOut,
    RunOut,
    Strength,
)
from cofounder.flow.learn.patterns.tables import LearningPattern, LearningRun
from cofounder.flow.learn.patterns.units import CODE_VERSION, Input, read
from cofounder.flow.learn.patterns.vocabulary import Item
from cofounder.kit import durable, live
from cofounder.kit.clock import now
from cofounder.kit.errors import InputInvalid, NotFound
from cofounder.kit.http import Page
from cofounder.kit.ids import new_id
from cofounder.people import Caller, audit

WORKFLOW = "learning_run"
TOPIC, RUNS = "patterns", "learning_runs"
NEEDED = 20  # scored posts before any pattern is looked for
WATCHED = 40  # candidates that do not stand and are kept
SEED = 20_240_601  # of every run, so that the same input gives the same answer
_SLOTS = UUID("5b1c5a0e-0d0b-4a53-9d6e-6f0a4a1f7d11")

PatternRow = LearningPattern
RunRow = LearningRun


class PatternMissing(NotFound):
    """There is no pattern with this id."""

    hint = "cofounder patterns list shows those there are."


class RunMissing(NotFound):
    """There is no search for patterns with this id."""

    hint = "cofounder learn --runs shows those there were."


class RunCursorInvalid(InputInvalid):
    """This cursor did not come from the list before."""

    hint = "Ask for the first page again."


# -- runs


async def begin(session: AsyncSession, *, by: Caller | None) -> LearningRun:
    """Ask for a search now: the one that has not ended yet, else a new one that a worker carries out."""
    await queries.take_turn(session)
    held = await queries.open_run(session)
    if held is not None:
        return held
    return await _begin(session, new_id(), "person", by.who if by else None)


async def begin_due(session: AsyncSession, *, every_hours: float) -> LearningRun | None:
    """The search of this stretch of hours, where it has not begun and something can be learned; else None."""
    last = await queries.newest_begun(session)
    at = now()
    if last is not None and (at - last).total_seconds() < every_hours * 3600:
        return None
    await queries.take_turn(session)
    if await queries.open_run(session) is not None:
        return None
    slot = uuid5(_SLOTS, str(int(at.timestamp() // (every_hours * 3600))))
    return await _begin(session, slot, "schedule", None)


async def _begin(session: AsyncSession, id: UUID, trigger: str, by: str | None) -> LearningRun:
    await queries.add_run(
        session, {"id": id, "state": "queued", "trigger": trigger, "requested_by": by, "created_at": now(), "n": {}}
    )
    await durable.enqueue(session, WORKFLOW, f"learning:{id}", str(id))
    live.changed(session, RUNS, id)
    found = await queries.run(session, id)
    assert found is not None
    return found


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
    return given, last is not None and last.input_hash == given.hash and last.code_version == CODE_VERSION


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
    standing = [one for one in found if one.q <= RATE and one.explained_by is None]
    shown = [*standing, *[one for one in found if one not in standing][:WATCHED]]
    numbers = dict(zip(map(id, standing), mining.clusters(standing), strict=True))
    seen: list[UUID] = []
    for one in shown:
        pattern = known.pop(key_of(one.metric, one.items, given.is_sample), None)
        seen.append(await book.note(pattern, one, one in standing, numbers.get(id(one))))
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


class _Book:
    """Writes what one run says of each pattern."""

    def __init__(self, session: AsyncSession, run: LearningRun, given: Input, tested: int) -> None:
        assert run.as_of is not None
        self.session, self.run, self.given, self.tested = session, run, given, tested
        self.at = run.as_of
        self.counts = dict.fromkeys(("stand", "found", "confirmed", "retired"), 0)
        self.back: set[UUID] = set()  # retired ones that new units speak for

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
            pattern.why = sentences.watched(one, self.tested)
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


def items_of(pattern: LearningPattern) -> tuple[Item, ...]:
    return tuple((str(one["feature"]), str(one["value"])) for one in pattern.conditions)


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value


# -- what is asked


async def listed(
    session: AsyncSession, *, metric: str | None = None, type: str | None = None, channel: str | None = None
) -> PatternsOut:
    """Every pattern by what became of it. Without any: why, and how many scored posts are missing."""
    run = await queries.last_run(session)
    sample = run.is_sample if run is not None else await records.only_sample(session)
    rows = [
        row
        for row in await queries.patterns(session, sample=sample)
        if (metric is None or row.metric == metric)
        and (type is None or row.type == type)
        and (channel is None or channel in row.channels)
    ]
    by_state: dict[str, list[PatternOut]] = {name: [] for name in ("active", "watching", "retired", "rejected")}
    for row in rows:
        by_state[row.state].append(shown(row))
    for held in by_state.values():
        held.sort(key=lambda one: (not one.pinned, -abs(one.effect), one.q, str(one.id)))
    by_state["watching"].sort(key=lambda one: (not one.pinned, one.p, str(one.id)))
    n = int(run.n.get("engagement", 0)) if run is not None else 0
    return PatternsOut(
        patterns=by_state["active"],
        watching=by_state["watching"],
        retired=by_state["retired"],
        rejected=by_state["rejected"],
        groups=_groups(by_state["active"]),
        clusters=_clusters(by_state["active"]),
        message=_message(run, by_state["active"]),
        n=n,
        needed=NEEDED,
        tested=run.tested if run is not None else 0,
        run=told(run) if run is not None else None,
        is_sample=sample,
    )


def _message(run: LearningRun | None, active: Sequence[PatternOut]) -> str | None:
    if active:
        return None
    if run is None or max([0, *map(int, run.n.values())]) < NEEDED:
        return "not enough data"
    return "No pattern stands yet."


_FREQUENCIES: tuple[Frequency, ...] = ("common", "regular", "rare")
_STRENGTHS: tuple[Strength, ...] = ("strong", "clear", "slight")


def _groups(active: Sequence[PatternOut]) -> list[Group]:
    found = []
    for frequency in _FREQUENCIES:
        for strength in _STRENGTHS:
            ids = [one.id for one in active if (one.frequency, one.strength) == (frequency, strength)]
            if ids:
                found.append(Group(frequency=frequency, strength=strength, count=len(ids), patterns=ids))
    return found


def _clusters(active: Sequence[PatternOut]) -> list[Cluster]:
    numbers = sorted({one.cluster for one in active if one.cluster is not None})
    found = []
    for number in numbers:
        mine = [one for one in active if one.cluster == number]
        items = [tuple((each.feature, each.value) for each in one.conditions) for one in mine]
        name = sentences.cluster_name(items)
        found.append(Cluster(number=number, name=name, count=len(mine), patterns=[one.id for one in mine]))
    return found


def frequency_of(support: int, n: int) -> Frequency:
    """How often conditions are met."""
    share = support / n if n else 0.0
    return "common" if share >= 0.25 else "regular" if share >= 0.1 else "rare"


def strength_of(effect: float) -> Strength:
    """How much goes with them: half as much again is strong, under a fifth slight; as much less counts the same."""
    size = abs(effect)
    return "strong" if size >= math.log(1.5) else "clear" if size >= math.log(1.2) else "slight"


def shown(row: LearningPattern) -> PatternOut:
    """A pattern as it goes over the wire."""
    items = items_of(row)
    same = (
        "id",
        "metric",
        "type",
        "sentence",
        "state",
        "why",
        "pinned",
        "note",
        "noted_by",
        "channels",
        "n",
        "support",
    )
    same += ("confidence", "lift", "tested", "cluster", "first_seen", "stood_since", "last_estimated", "last_confirmed")
    same += ("confirmations", "new_matching", "retired_at", "rejected_at", "rejected_by", "is_sample", "level")
    return PatternOut(
        **{name: getattr(row, name) for name in same},
        conditions=[Condition(feature=item[0], value=item[1], label=vocabulary.label(item)) for item in items],
        refuted_by=sentences.refuted_by(row.metric, row.effect, row.new_matching),
        effect=round(row.effect, 4),
        low=None if row.low is None else round(row.low, 4),
        high=None if row.high is None else round(row.high, 4),
        ratio=round(math.exp(row.effect), 4),
        mean_with=round(row.mean_with, 4),
        mean_without=round(row.mean_without, 4),
        p=round(row.p, 6),
        q=round(row.q, 6),
        frequency=frequency_of(row.support, row.n),
        strength=strength_of(row.effect),
    )


def told(row: LearningRun) -> RunOut:
    """A run as it goes over the wire."""
    return RunOut(**{name: getattr(row, name) for name in RunOut.model_fields})


async def get(session: AsyncSession, id: UUID) -> PatternDetail:
    """A pattern with what each run said of it. Raises PatternMissing."""
    row = await _row(session, id)
    names = Estimate.model_fields
    said = [Estimate(**{name: getattr(one, name) for name in names}) for one in await queries.estimates(session, id)]
    return PatternDetail(**shown(row).model_dump(), estimates=said)


async def _row(session: AsyncSession, id: UUID, *, lock: bool = False) -> LearningPattern:
    row = await queries.pattern(session, id, lock=lock)
    if row is None:
        raise PatternMissing(f"No pattern {id}.", field="pattern_id")
    return row


async def change(session: AsyncSession, id: UUID, wanted: PatternIn, *, by: Caller) -> PatternOut:
    """A person's word: reject or take back, pin, annotate; audited. Raises PatternMissing."""
    row = await _row(session, id, lock=True)
    given = wanted.model_fields_set
    if "note" in given and wanted.note != row.note:
        row.note, row.noted_by = wanted.note, by.who if wanted.note else None
        await audit(session, by.who, "pattern.noted", "pattern", str(id), {"note": wanted.note})
    if wanted.pinned is not None and wanted.pinned != row.pinned:
        row.pinned = wanted.pinned
        await audit(session, by.who, f"pattern.{'pinned' if row.pinned else 'unpinned'}", "pattern", str(id), {})
    if wanted.rejected is not None and wanted.rejected != (row.state == "rejected"):
        await _reject(session, row, wanted, by)
    await session.flush()
    live.changed(session, TOPIC, id)
    return shown(row)


async def _reject(session: AsyncSession, row: LearningPattern, wanted: PatternIn, by: Caller) -> None:
    at = now()
    if wanted.rejected:
        row.state, row.rejected_at, row.rejected_by, row.why = "rejected", at, by.who, wanted.why
        row.stood_since, row.cluster = None, None
    else:
        row.state, row.rejected_at, row.rejected_by = "watching", None, None
        row.why = "A person let it in again; the next search says whether it stands."
    action = "pattern.rejected" if wanted.rejected else "pattern.let_in_again"
    await audit(session, by.who, action, "pattern", str(row.id), {"sentence": row.sentence, "why": wanted.why})
    said = {"n": row.n, "support": row.support, "effect": row.effect, "low": row.low, "high": row.high, "p": row.p}
    said |= {"q": row.q, "note": f"by {by.who}" + (f": {wanted.why}" if wanted.why else "")}
    values = {"id": new_id(), "pattern_id": row.id, "run_id": None, "as_of": at, "kind": "person", "state": row.state}
    await queries.put_estimate(session, values | said)


async def run_of(session: AsyncSession, id: UUID) -> RunOut:
    """One search. Raises RunMissing."""
    row = await queries.run(session, id)
    if row is None:
        raise RunMissing(f"No search {id}.", field="run_id")
    return told(row)


async def runs(session: AsyncSession, *, cursor: str | None = None, limit: int = 20) -> Page[RunOut]:
    """Searches, newest first. Raises RunCursorInvalid."""
    rows = list(await queries.runs(session, _before(cursor), limit + 1))
    more = rows[limit - 1].created_at.isoformat() if len(rows) > limit else None
    return Page[RunOut](
        items=[told(row) for row in rows[:limit]], next_cursor=more, total=await queries.count_runs(session)
    )


def _before(cursor: str | None) -> datetime | None:
    if cursor is None:
        return None
    try:
        return datetime.fromisoformat(cursor).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise RunCursorInvalid(field="cursor") from error


# -- what planner and writer are given


@dataclass(frozen=True)
class Standing:
    """A pattern that stood at a time, with what was known of it then."""

    id: UUID
    metric: str
    items: tuple[Item, ...]
    sentence: str
    effect: float
    low: float | None
    high: float | None
    q: float
    n: int
    support: int
    since: datetime

    def document(self) -> dict[str, Any]:
        """As it is stored in an example and handed to a writer."""
        return {
            "id": str(self.id),
            "metric": self.metric,
            "conditions": [{"feature": name, "value": value} for name, value in self.items],
            "sentence": self.sentence,
            "effect": round(self.effect, 4),
            "low": None if self.low is None else round(self.low, 4),
            "high": None if self.high is None else round(self.high, 4),
            "q": round(self.q, 6),
            "n": self.n,
            "support": self.support,
            "as_of": self.since.isoformat(),
        }


async def standing(session: AsyncSession, *, as_of: datetime, channels: Sequence[str] = ()) -> list[Standing]:
    """Patterns that stood at a time and say something about these channels, strongest first. Never a watched one."""
    run = await queries.last_run(session)
    if run is None:
        return []
    found = []
    for row, said in await queries.standing(session, as_of, sample=run.is_sample):
        items = items_of(row)
        where = dict(items).get("channel")
        if channels and not (where in channels if where else set(channels) & set(row.channels)):
            continue
        effect = cast(float, said.effect)
        known = _as_then(row, said, items)
        found.append(
            Standing(row.id, row.metric, items, known, effect, said.low, said.high, said.q or 0.0, said.n,
                     said.support, said.as_of)
        )  # fmt: skip
    return found


def _as_then(row: LearningPattern, said: Any, items: tuple[Item, ...]) -> str:
    """The sentence with the figures of that time."""
    if said.run_id == row.run_id and said.kind == "all":
        return row.sentence
    one = Found(
        row.metric, items, said.n, said.support, said.support, said.effect, said.p or 1.0, row.confidence, row.lift,
        row.mean_with, row.mean_without, tuple(row.channels), said.low if said.low is not None else math.nan,
        said.high if said.high is not None else math.nan, said.q or 0.0,
    )  # fmt: skip
    return sentences.sentence(one, row.tested)


async def learned(session: AsyncSession) -> int:
    """How many patterns stand now."""
    run = await queries.last_run(session)
    return 0 if run is None else await queries.count_active(session, sample=run.is_sample)


def meets(items: Sequence[Item], features: Mapping[str, str]) -> bool:
    """Whether all conditions hold."""
    return all(features.get(name) == value for name, value in items)


__all__ = ["PatternRow", "RunRow", "Unit"]
