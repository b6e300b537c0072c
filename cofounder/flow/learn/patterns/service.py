"""Runs that look for patterns, what is asked about patterns, and what a person says of one."""

import math
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID, uuid5

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.context import service as context
from cofounder.business.records import service as records
from cofounder.flow.learn.patterns import queries, sentences, vocabulary
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
from cofounder.flow.learn.patterns.settling import NEEDED, RUNS, TOPIC, adds_to, items_of
from cofounder.flow.learn.patterns.tables import LearningPattern, LearningRun
from cofounder.kit import cursors, durable, live
from cofounder.kit.clock import now
from cofounder.kit.errors import Conflict, InputInvalid, NotFound
from cofounder.kit.http import Page
from cofounder.kit.ids import new_id
from cofounder.people import Caller, audit

WORKFLOW = "learning_run"
_SLOTS = UUID("5b1c5a0e-0d0b-4a53-9d6e-6f0a4a1f7d11")
_SAME = [
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
    "confidence",
    "lift",
    "tested",
    "cluster",
    "first_seen",
    "stood_since",
    "last_estimated",
    "last_confirmed",
    "confirmations",
    "new_matching",
    "retired_at",
    "rejected_at",
    "rejected_by",
    "is_sample",
    "level",
]


class PatternMissing(NotFound):
    """There is no pattern with this id."""

    hint = "cofounder patterns list shows those there are."


class PatternRejected(Conflict):
    """A rejected pattern is used by nobody, so it cannot be pinned."""

    hint = "Let it in again first, with rejected false; then pin it."


class RunMissing(NotFound):
    """There is no search for patterns with this id."""

    hint = "cofounder learn --runs shows those there were."


class RunCursorInvalid(InputInvalid):
    """This cursor did not come from the list before."""

    hint = "Ask for the first page again."


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


async def listed(
    session: AsyncSession, *, metric: str | None = None, type: str | None = None, channel: str | None = None
) -> PatternsOut:
    """Every pattern by what became of it. Without any: why, and how many scored posts are missing.

    Raises UnknownChannel.
    """
    if channel is not None:
        channel = await _compared_on(session, channel)
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
        run=await told(session, run) if run is not None else None,
        is_sample=sample,
    )


async def _compared_on(session: AsyncSession, said: str) -> str:
    """The channel that is meant; a run that was written for several is compared with others for "linkedin+x"."""
    parts = [part for part in said.split("+") if part.strip()]
    return "+".join(sorted({await context.known_channel(session, part) for part in parts or [said]}))


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
    return PatternOut(
        **{name: getattr(row, name) for name in _SAME},
        conditions=[Condition(feature=item[0], value=item[1], label=vocabulary.label(item)) for item in items],
        refuted_by=sentences.refuted_by(row.metric, row.effect, row.new_matching),
        effect=round(row.effect, sentences.PLACES),
        low=None if row.low is None else round(row.low, sentences.PLACES),
        high=None if row.high is None else round(row.high, sentences.PLACES),
        ratio=round(math.exp(row.effect), sentences.PLACES),
        mean_with=round(row.mean_with, sentences.PLACES),
        mean_without=round(row.mean_without, sentences.PLACES),
        p=round(row.p, 6),
        q=round(row.q, 6),
        frequency=frequency_of(row.support, row.n),
        strength=strength_of(row.effect),
    )


async def told(session: AsyncSession, row: LearningRun) -> RunOut:
    """A run as it goes over the wire; while it has not read yet, with what it waits for."""
    left = await unmade(session) if row.state == "queued" else 0
    return RunOut(**{name: getattr(row, name) for name in RunOut.model_fields if name != "unmade"}, unmade=left)


async def unmade(session: AsyncSession) -> int:
    """Imported tasks whose example is not made yet."""
    return await queries.unmade(session)


def tell(session: AsyncSession, id: UUID) -> None:
    """Let whoever looks at a search look again."""
    live.changed(session, RUNS, id)


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
    """A person's word: reject or take back, pin, annotate; audited. Raises PatternMissing, PatternRejected."""
    row = await _row(session, id, lock=True)
    rejected = wanted.rejected if wanted.rejected is not None else row.state == "rejected"
    if wanted.pinned and rejected:
        raise PatternRejected(field="pinned")
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
        row.stood_since, row.cluster, row.pinned = None, None, False
    else:
        row.state, row.rejected_at, row.rejected_by = "watching", None, None
        row.why = "A person let it in again; the next search says whether it stands."
    action = "pattern.rejected" if wanted.rejected else "pattern.let_in_again"
    await audit(session, by.who, action, "pattern", str(row.id), {"sentence": row.sentence, "why": wanted.why})
    await _put(session, row, at, f"by {by.who}" + (f": {wanted.why}" if wanted.why else ""))
    if wanted.rejected:
        await _let_fall(session, row, at)


async def _let_fall(session: AsyncSession, part: LearningPattern, at: datetime) -> None:
    """What adds a condition to a rejected pattern stands on it: it is watched, and never used while that is rejected."""
    await session.flush()
    for row in await queries.patterns(session, sample=part.is_sample):
        if row.state == "active" and row.metric == part.metric and adds_to(items_of(row), items_of(part)):
            row.state, row.stood_since, row.cluster = "watching", None, None
            row.why = sentences.part_rejected(items_of(part), part.metric)
            await _put(session, row, at, row.why)


async def _put(session: AsyncSession, row: LearningPattern, at: datetime, note: str) -> None:
    figures = {name: getattr(row, name) for name in ("n", "support", "effect", "low", "high", "p", "q")}
    said = {"id": new_id(), "pattern_id": row.id, "run_id": None, "as_of": at, "kind": "person", "state": row.state}
    await queries.put_estimate(session, {**said, **figures, "note": note})


async def run_of(session: AsyncSession, id: UUID) -> RunOut:
    """One search. Raises RunMissing."""
    row = await queries.run(session, id)
    if row is None:
        raise RunMissing(f"No search {id}.", field="run_id")
    return await told(session, row)


async def runs(session: AsyncSession, *, cursor: str | None = None, limit: int = 20) -> Page[RunOut]:
    """Searches, newest first. Raises RunCursorInvalid."""
    rows = list(await queries.runs(session, cursors.moment(cursor, RunCursorInvalid), limit + 1))
    more = cursors.stamped(rows[limit - 1].created_at) if len(rows) > limit else None
    return Page[RunOut](
        items=[await told(session, row) for row in rows[:limit]],
        next_cursor=more,
        total=await queries.count_runs(session),
    )


async def learned(session: AsyncSession, *, sample: bool) -> int:
    """How many patterns stand now: of the sample company, or of your own data."""
    return await queries.count_active(session, sample=sample)
