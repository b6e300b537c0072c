"""SQL of datasets: examples for a role as text, versions, their members, who holds what."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Text,
    and_,
    cast,
    column,
    delete,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    table,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.channels.tagging import bare
from cofounder.flow.learn.service import Example
from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.data.queries import where
from cofounder.flow.train.data.writing.queries import A_PLAN, Needs
from cofounder.flow.train.datasets.tables import Dataset, LeftOut, Member, Withdrawn
from cofounder.flow.train.roles.shaper import Raw

__all__ = ["Dataset", "LeftOut", "Member", "Withdrawn"]  # for what stands in folders of its own

ROWS_AT_ONCE = 1_000
_tasks = table("tasks", column("id"), column("topic"), column("parent_task_id"))


_WORDED = """jsonb_path_query_array(orchestrator_training_data.final_text,
  '$.* ? (@.type() == "string" && @ like_regex "\\\\S")')"""
_HAS_ROUNDS = """EXISTS (SELECT FROM decisions AS d JOIN approvals AS p ON p.task_id = d.task_id AND p.round = d.round
  WHERE d.task_id = orchestrator_training_data.execution_id AND d.kind = 'content' AND d.by <> 'automatic')"""
# Without a round there is one text at most of which score and decision can be: where several left, nobody knows of which.
_WHOLE = f"""(orchestrator_training_data.quality_score IS NOT NULL AND jsonb_array_length({_WORDED}) = 1
  AND NOT {_HAS_ROUNDS})"""
_JUDGED_ROUND = """EXISTS (SELECT FROM decisions AS d JOIN approvals AS p ON p.task_id = d.task_id AND p.round = d.round
  CROSS JOIN LATERAL jsonb_each(p.content) AS c
  JOIN variants AS v ON v.task_id = d.task_id AND v.channel = c.key AND v.rendered = c.value
  JOIN assessments AS a ON a.task_id = v.task_id AND a.channel = v.channel AND a.version = v.version
  WHERE d.task_id = orchestrator_training_data.execution_id AND d.kind = 'content' AND d.by <> 'automatic'
    AND coalesce(c.value ->> 'plain', c.value ->> 'text', '') ~ '\\S')"""
_NEEDS = {
    "planner": A_PLAN,
    "writer": and_(Example.user_approval.is_(True), text(f"jsonb_array_length({_WORDED}) > 0")),
    "judge": and_(Example.user_approval.is_not(None), text(f"({_WHOLE} OR {_JUDGED_ROUND})")),
}


def needs(role: str) -> Needs:
    """What an example must have for a line of a role, as a condition: what is counted by it is what lines are made of."""
    return _NEEDS[role]


def _wanted(filter: Filter, role: str) -> Any:
    """The condition on examples: the filter, what the role needs, and nothing that was withdrawn."""
    withdrawn = exists().where(Withdrawn.execution_id == Example.execution_id)
    return and_(where(filter), _NEEDS[role], not_(withdrawn))


async def count(session: AsyncSession, filter: Filter, role: str) -> int:
    """How many examples there are for a role."""
    return int(await session.scalar(select(func.count()).select_from(Example).where(_wanted(filter, role))) or 0)


async def examples(session: AsyncSession, filter: Filter, role: str) -> AsyncIterator[list[Raw]]:
    """Examples for a writer or a judge in batches, oldest request first, through a cursor of the server; documents stay text."""
    columns = [
        Example.execution_id,
        Example.timestamp,
        Example.user_request,
        Example.intent,
        Example.quality_score,
        Example.success,
        Example.tags,
        Example.platforms,
        Example.persona,
        Example.decision["verdict"].astext,
        cast(Example.post_publication_metrics, Text),
        cast(Example.patterns_discovered, Text),
        _tasks.c.topic,
        cast(func.coalesce(_tasks.c.parent_task_id, Example.execution_id), Text),
        cast(Example.business_state, Text),
        literal(None),  # the plan and what it was made from are a planner's
        literal("{}"),
        literal("[]"),
    ]
    wanted = (
        select(*columns)
        .select_from(Example)
        .outerjoin(_tasks, _tasks.c.id == Example.execution_id)
        .where(_wanted(filter, role))
        .order_by(Example.timestamp, Example.execution_id)
    )
    rows = await session.stream(wanted.execution_options(yield_per=ROWS_AT_ONCE))
    async for batch in rows.partitions(ROWS_AT_ONCE):
        yield [Raw(*row) for row in batch]


_TEXTS = text("SELECT execution_id, final_text FROM orchestrator_training_data WHERE execution_id = ANY(:ids)")
_FACTS = text("""
SELECT DISTINCT ON (task_id, channel) task_id, channel, (brief -> 'facts')::text
FROM variants WHERE task_id = ANY(:ids) ORDER BY task_id, channel, version DESC
""")
# Which text a round was about, before and after the person's own edit, and how the version that it equals was judged: by the
# rules, for what a model said of it is nothing for a model to learn.
_ROUNDS = text("""
SELECT d.task_id, d.round, d.verdict, c.key, coalesce(c.value ->> 'plain', c.value ->> 'text', ''),
  coalesce(p.pending_content -> c.key ->> 'plain', p.pending_content -> c.key ->> 'text', ''),
  s.overall, (SELECT jsonb_object_agg(one.key, one.value -> 'score') FROM jsonb_each(s.dimensions) AS one
    WHERE NOT starts_with(one.key, 'judge_'))::text,
  c.key = ANY(d.channels) OR cardinality(d.channels) = 0,
  ARRAY(SELECT jsonb_array_elements_text(d.not_chosen -> c.key))
FROM decisions AS d JOIN approvals AS p ON p.task_id = d.task_id AND p.round = d.round
CROSS JOIN LATERAL jsonb_each(p.content) AS c
LEFT JOIN LATERAL (
  SELECT coalesce((a.verdict -> 'judge' ->> 'without')::numeric(5, 4), a.overall) AS overall, a.dimensions FROM variants AS v
  JOIN assessments AS a ON a.task_id = v.task_id AND a.channel = v.channel AND a.version = v.version
  WHERE v.task_id = d.task_id AND v.channel = c.key AND v.rendered = c.value ORDER BY v.version DESC LIMIT 1
) AS s ON true
WHERE d.task_id = ANY(:ids) AND d.kind = 'content' AND d.by <> 'automatic' ORDER BY d.task_id, d.round, c.key
""")


# The text of an example that has no rounds, with what it scored by the rules and the person's word.
_WHOLES = text(f"""
SELECT execution_id, CASE WHEN user_approval THEN 'approve' ELSE 'reject' END, one.key, one.value #>> '{{}}',
  CASE jsonb_typeof(execution_result -> 'quality_by_rules') WHEN 'number'
    THEN (execution_result ->> 'quality_by_rules')::numeric(5, 4) ELSE quality_score END,
  (SELECT jsonb_object_agg(part.key, part.value) FROM jsonb_each(quality_dimensions) AS part
    WHERE NOT starts_with(part.key, 'judge_'))::text
FROM orchestrator_training_data
CROSS JOIN LATERAL jsonb_each(final_text) AS one
WHERE execution_id = ANY(:ids) AND user_approval IS NOT NULL AND {_WHOLE} AND one.value = {_WORDED} -> 0
""")


async def wholes(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, tuple[str, str, str, Decimal, str | None]]:
    """execution_id -> (verdict, channel, text, overall, scores as JSON), of examples that were given whole, without rounds."""
    rows = await session.execute(_WHOLES, {"ids": list(ids)})
    return {row[0]: (row[1], row[2], bare(row[3]), row[4], row[5]) for row in rows}


async def texts(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, dict[str, str]]:
    """execution_id -> channel -> the text that was approved."""
    rows = await session.execute(_TEXTS.columns(Example.execution_id, Example.final_text), {"ids": list(ids)})
    return {id: dict(found or {}) for id, found in rows}


async def facts(session: AsyncSession, ids: Sequence[UUID]) -> dict[tuple[UUID, str], str]:
    """(task, channel) -> the facts of its newest brief, as JSON."""
    rows = await session.execute(_FACTS, {"ids": list(ids)})
    return {(task_id, channel): found for task_id, channel, found in rows if found}


async def rounds(session: AsyncSession, ids: Sequence[UUID]) -> list[Any]:
    """(task, round, verdict, channel, text, text before a person's edit, overall, scores as JSON, was it chosen, texts left for it).

    The tags that links got are no writer's words, and left out.
    """
    rows = await session.execute(_ROUNDS, {"ids": list(ids)})
    return [(*row[:4], bare(row[4]), bare(row[5]), *row[6:9], [bare(one) for one in row[9]]) for row in rows]


async def add(session: AsyncSession, row: Dataset) -> None:
    session.add(row)
    await session.flush()


async def one(session: AsyncSession, id: UUID, *, lock: bool = False) -> Dataset | None:
    found = select(Dataset).where(Dataset.id == id)
    if lock:
        found = found.with_for_update()
    return await session.scalar(found.execution_options(populate_existing=True))


async def made(session: AsyncSession, id: UUID) -> Dataset:
    """A version that was just made."""
    return await session.get_one(Dataset, id, populate_existing=True)


def _same(name: str) -> Any:
    """One name however it is written: big and BIG are no two datasets."""
    return func.lower(Dataset.name) == name.lower()


async def spelling(session: AsyncSession, name: str) -> str:
    """The name as the versions that have it write it; as it is given where there are none."""
    found = select(Dataset.name).where(_same(name)).order_by(Dataset.created_at, Dataset.id).limit(1)
    return await session.scalar(found) or name


async def named(session: AsyncSession, name: str, version: int | None = None) -> Dataset | None:
    """A version of a name; without a version the one that the name stands for."""
    found = select(Dataset).where(_same(name))
    found = found.where(Dataset.is_current) if version is None else found.where(Dataset.version == version)
    return await session.scalar(found)


async def beginning_with(session: AsyncSession, start: str) -> Sequence[Dataset]:
    """Versions whose id begins so; at most two, which is enough to know that it is not clear."""
    return (await session.scalars(select(Dataset).where(cast(Dataset.id, Text).startswith(start)).limit(2))).all()


async def is_taken(session: AsyncSession, name: str) -> bool:
    """Whether a version of this name exists or is being made."""
    living = Dataset.state.in_(("building", "ready"))
    return bool(await session.scalar(select(exists().where(_same(name), living))))


async def version_before(session: AsyncSession, name: str) -> Dataset | None:
    """The version that a name stands for, else the newest that is there or being made, else the newest that was deleted."""
    found = select(Dataset).where(_same(name), Dataset.state != "failed")
    place = ((Dataset.state == "deleted"), Dataset.is_current.desc(), Dataset.created_at.desc(), Dataset.id)
    return await session.scalar(found.order_by(*place).limit(1))


async def is_ready(session: AsyncSession, name: str) -> bool:
    """Whether a version of this name is ready."""
    return bool(await session.scalar(select(exists().where(_same(name), Dataset.state == "ready"))))


async def take_turn(session: AsyncSession, name: str) -> None:
    """Let those who make versions of one name pass one after the other."""
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"dataset:{name.lower()}"}
    )


async def hold_files(session: AsyncSession, *, alone: bool = False) -> None:
    """Until the transaction ends no file of a version is removed; `alone`: no version with files becomes ready."""
    lock = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    await session.execute(text(f"SELECT {lock}(hashtextextended('dataset files', 0))"))


async def next_version(session: AsyncSession, name: str) -> int:
    return (
        int(await session.scalar(select(func.coalesce(func.max(Dataset.version), 0)).where(Dataset.name == name))) + 1
    )


async def versions(session: AsyncSession, name: str) -> Sequence[Dataset]:
    """Every version of a name, tombstones too: those without a number yet, then by their number, newest first.

    The number is given when a version is ready, so the one that was asked for first may be the newest.
    """
    place = (Dataset.version.desc().nulls_first(), Dataset.created_at.desc(), Dataset.id.desc())
    found = select(Dataset).where(Dataset.name == name).order_by(*place)
    return (await session.scalars(found)).all()


async def stand_for(session: AsyncSession, name: str, id: UUID | None) -> None:
    """Let a name stand for one of its versions, or for none."""
    await session.execute(update(Dataset).where(Dataset.name == name, Dataset.is_current).values(is_current=False))
    if id is not None:
        await session.execute(update(Dataset).where(Dataset.id == id).values(is_current=True))


async def page(
    session: AsyncSession,
    *,
    name: str | None,
    role: str | None,
    state: str | None,
    archived: bool,
    after: tuple[datetime, UUID] | None,
    limit: int,
) -> tuple[Sequence[Dataset], int]:
    """(versions newest first, how many there are in all)."""
    wanted: list[Any] = [Dataset.archived_at.is_not(None) if archived else Dataset.archived_at.is_(None)]
    wanted += [_same(name)] if name is not None else []
    wanted += [Dataset.role == role] if role is not None else []
    wanted += [Dataset.state == state] if state is not None else [Dataset.state != "deleted"]
    total = int(await session.scalar(select(func.count()).select_from(Dataset).where(*wanted)) or 0)
    place = [tuple_(Dataset.created_at, Dataset.id) < after] if after else []
    found = select(Dataset).where(*wanted, *place).order_by(Dataset.created_at.desc(), Dataset.id.desc()).limit(limit)
    return (await session.scalars(found.execution_options(populate_existing=True))).all(), total


async def members(
    session: AsyncSession, id: UUID, *, offset: int, limit: int, split: int | None = None
) -> Sequence[Member]:
    found = select(Member).where(Member.dataset_id == id).order_by(Member.position)
    if split is not None:
        found = found.where(Member.split == split)
    elif offset:
        found, offset = found.where(Member.position >= offset), 0  # positions have no gaps
    return (await session.scalars(found.offset(offset).limit(limit))).all()


async def left_out(session: AsyncSession, id: UUID, *, after: int, limit: int) -> list[tuple[LeftOut, UUID | None]]:
    """(line that was left out, execution_id of the one that stands for it), by position."""
    found = (
        select(LeftOut, Member.execution_id)
        .outerjoin(Member, and_(Member.dataset_id == LeftOut.dataset_id, Member.position == LeftOut.stands))
        .where(LeftOut.dataset_id == id, LeftOut.position > after)
        .order_by(LeftOut.position)
        .limit(limit)
    )
    return [(row[0], row[1]) for row in (await session.execute(found)).all()]


async def count_left_out(session: AsyncSession, id: UUID) -> int:
    return int(await session.scalar(select(func.count()).select_from(LeftOut).where(LeftOut.dataset_id == id)) or 0)


async def holders(session: AsyncSession, execution_id: UUID) -> list[tuple[Dataset, int]]:
    """(version, how many of its lines are of the run), newest first."""
    lines = (
        select(Member.dataset_id, func.count().label("lines"))
        .where(Member.execution_id == execution_id)
        .group_by(Member.dataset_id)
        .subquery()
    )
    found = select(Dataset, lines.c.lines).join(lines, lines.c.dataset_id == Dataset.id)
    rows = await session.execute(found.order_by(Dataset.created_at.desc(), Dataset.id))
    return [(row[0], int(row[1])) for row in rows]


async def withdrawal(session: AsyncSession, execution_id: UUID) -> Withdrawn | None:
    return await session.get(Withdrawn, execution_id, populate_existing=True)


async def erased_at(session: AsyncSession, execution_id: UUID) -> datetime | None:
    found = select(Example.erased_at).where(Example.execution_id == execution_id)
    return (await session.execute(found)).scalar_one_or_none()


async def is_known(session: AsyncSession, execution_id: UUID) -> bool:
    there = exists().where(Example.execution_id == execution_id)
    held = exists().where(Member.execution_id == execution_id)
    return bool(await session.scalar(select(or_(there, held))))


async def withdraw(session: AsyncSession, execution_id: UUID, *, by: str, why: str, at: datetime) -> bool:
    """False where somebody was first."""
    row = insert(Withdrawn).values(execution_id=execution_id, by=by, why=why, at=at)
    return (await session.execute(row.on_conflict_do_nothing().returning(Withdrawn.execution_id))).first() is not None


async def readmit(session: AsyncSession, execution_id: UUID) -> None:
    await session.execute(delete(Withdrawn).where(Withdrawn.execution_id == execution_id))


async def note_progress(session: AsyncSession, id: UUID, progress: dict[str, Any]) -> bool:
    """Write down how far a version is, beside what was asked; False when nobody wants it any more."""
    done = await session.execute(
        update(Dataset)
        .where(Dataset.id == id, Dataset.state == "building")
        .values(progress=Dataset.progress.op("||")(cast(progress, JSONB)))
        .returning(Dataset.id)
    )
    return done.first() is not None


async def keys_in_use(session: AsyncSession, keys: Sequence[str], *, but: UUID | None = None) -> set[str]:
    """Which of these files a living version has, another one than `but`."""
    found = text(
        "SELECT DISTINCT one ->> 'key' FROM training_datasets, jsonb_array_elements(files) AS one "
        "WHERE state = 'ready' AND id IS DISTINCT FROM CAST(:but AS uuid) AND one ->> 'key' = ANY(:keys)"
    )
    return set((await session.scalars(found, {"but": but, "keys": list(keys)})).all())


async def copy_in(session: AsyncSession, into: type[Member] | type[LeftOut], rows: Any) -> None:
    """Write many rows through PostgreSQL's COPY, in the session's transaction."""
    await session.execute(text("SELECT 1"))  # the driver begins its transaction with the first statement
    driver: Any = (await (await session.connection()).get_raw_connection()).driver_connection
    names = [one.name for one in into.__table__.columns]
    await driver.copy_records_to_table(into.__tablename__, records=rows, columns=names)


_KEYED = """
SELECT {what} FROM
 (SELECT *, {key} AS key, {nth} AS nth FROM dataset_members WHERE dataset_id = :first) AS a
 {how} JOIN
 (SELECT *, {key} AS key, {nth} AS nth FROM dataset_members WHERE dataset_id = :second) AS b USING (key, nth)
"""
_OF_RUNS = {"key": "execution_id::text || part", "nth": "1"}
# Uploaded lines have no run, and equal ones may have been kept: each is then one of so many, and pairs with one.
_OF_LINES = {"key": "body", "nth": "row_number() OVER (PARTITION BY body ORDER BY hash, position)"}
_COUNTED = (
    "count(*) FILTER (WHERE a.hash = b.hash), count(*) FILTER (WHERE a.position IS NULL), "
    "count(*) FILTER (WHERE b.position IS NULL), count(*) FILTER (WHERE a.hash <> b.hash), "
    "count(*) FILTER (WHERE a.split <> b.split)"
)
_PAIRS = {
    "added": ("NULL, b.position", "RIGHT", "a.position IS NULL ORDER BY 2"),
    "removed": ("a.position, NULL", "LEFT", "b.position IS NULL ORDER BY 1"),
    "relabelled": ("a.position, b.position", "INNER", "a.hash <> b.hash ORDER BY 1"),
}


async def compared(session: AsyncSession, one: Dataset, other: Dataset) -> tuple[int, int, int, int, int]:
    """How many lines are the same, added, removed, relabelled, and in another split."""
    asked = text(_KEYED.format(what=_COUNTED, how="FULL", **_keys(one, other)))
    row = (await session.execute(asked, {"first": one.id, "second": other.id})).one()
    return (int(row[0]), int(row[1]), int(row[2]), int(row[3]), int(row[4]))


def _keys(one: Dataset, other: Dataset) -> dict[str, str]:
    """By what lines pair. Those that were brought and those of examples have none in common: NULL pairs with nothing."""
    return _OF_LINES if one.source == other.source == "upload" else _OF_RUNS


async def differing(
    session: AsyncSession, one: Dataset, other: Dataset, kind: str, limit: int
) -> list[tuple[Member | None, Member | None]]:
    """(line of the first, line of the second) that were added, removed or relabelled."""
    what, how, which = _PAIRS[kind]
    asked = text(f"{_KEYED.format(what=what, how=how, **_keys(one, other))} WHERE {which} LIMIT :limit")
    places = (await session.execute(asked, {"first": one.id, "second": other.id, "limit": limit})).all()
    ours = await _at(session, one.id, [place for place, _ in places if place is not None])
    theirs = await _at(session, other.id, [place for _, place in places if place is not None])
    return [(ours.get(a), theirs.get(b)) for a, b in places]


async def _at(session: AsyncSession, id: UUID, positions: Sequence[int]) -> dict[int, Member]:
    found = select(Member).where(Member.dataset_id == id, Member.position.in_(positions))
    return {one.position: one for one in (await session.scalars(found)).all()}


async def fits(session: AsyncSession, filter: Filter, role: str, ids: Sequence[UUID]) -> set[UUID]:
    """Which of these runs a filter lets through now."""
    found = select(Example.execution_id).where(Example.execution_id.in_(ids), _wanted(filter, role))
    return set((await session.scalars(found)).all())
