"""SQL of training data: what a filter means, pages, counts, single examples, changes and saved filters."""

import math
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    case,
    delete,
    false,
    func,
    literal,
    literal_column,
    null,
    select,
    text,
    tuple_,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.learn.service import Example
from cofounder.flow.train.data.filters import Filter, exact
from cofounder.flow.train.data.tables import (
    COST,
    KIND,
    MAKER,
    QUALITY,
    WORDS,
    Change,
    Changed,
    Count,
    Fact,
    Kind,
    Maker,
    Said,
    SavedFilter,
    hashed,
)

__all__ = ["KIND", "Example", "Fact", "hashed"]  # for the bulk changes beside this

_ROWS_AT_ONCE = 500
_TEN_THOUSAND = Decimal(10_000)
_LINES_KEPT = 20_000  # lines of counts; more are added up
Condition = ColumnElement[bool]


# What a filter means


def where(filter: Filter) -> Condition:
    """The filter as a condition on `Example`, without its limit: `select(Example).where(where(filter))`."""
    return Example.execution_id.in_(select(Fact.execution_id).where(*facts_meant(filter)))


def facts_meant(filter: Filter, *, every_tag: bool = False) -> list[Condition]:
    """The filter as conditions on `Fact`."""
    kinds = select(Kind.id).where(*of_kinds(filter, every_tag=every_tag))
    return [Fact.kind.in_(kinds), *_of_quality(filter), *of_facts(filter)]


def conditions(filter: Filter) -> list[Condition]:
    """As `facts_meant`, with the filter's limit: the newest so many."""
    meant = facts_meant(filter)
    if filter.limit is None:
        return meant
    newest = select(Fact.execution_id).where(*meant).order_by(Fact.requested_at.desc(), Fact.execution_id.desc())
    return [Fact.execution_id.in_(newest.limit(filter.limit).correlate(None))]


def below(score: float) -> Condition:
    """Of those with a score, the ones strictly below it."""
    return Fact.quality < math.ceil(exact(score) * _TEN_THOUSAND)


def of_kinds(filter: Filter, *, every_tag: bool = False) -> list[Condition]:
    """What it says about things that have few values. `every_tag`: no tag keeps an example out but those it names."""
    wanted: list[Condition] = []
    out = sorted(set(filter.exclude_tags)) if every_tag else filter.out()
    if out:
        wanted.append(~Kind.tags.overlap(out))
    if filter.include_tags:
        wanted.append(Kind.tags.contains(filter.include_tags))
    if filter.intent_filter:
        wanted.append(Kind.intent.in_(filter.intent_filter))
    if filter.success_only:
        wanted.append(Kind.success.is_(True))
    if filter.platform is not None:
        wanted.append(Kind.platforms.contains([filter.platform]))
    if filter.decision is not None:
        wanted.append(Kind.decision == filter.decision)
    for column, given in ((Kind.has_outcome, filter.has_outcome), (Kind.is_legacy, filter.is_legacy)):
        if given is not None:
            wanted.append(column.is_(given))
    return [*wanted, *_of_house(filter)]


def _of_house(filter: Filter) -> list[Condition]:
    """Whose examples they are, and whether they are put away: what "of Y" counts too."""
    wanted: list[Condition] = []
    if not filter.include_sample:
        wanted.append(Kind.is_sample.is_(False))
    if filter.archived is not None:
        wanted.append(Kind.archived.is_(filter.archived))
    return wanted


def of_facts(filter: Filter) -> list[Condition]:
    """What it says about things that differ from example to example, but for the score."""
    wanted: list[Condition] = []
    if filter.date_after is not None:
        wanted.append(Fact.requested_at >= filter.date_after)
    if filter.date_before is not None:
        wanted.append(Fact.requested_at <= filter.date_before)
    if filter.cost_min is not None:
        wanted.append(Fact.cost >= _millionths(filter.cost_min))
    if filter.cost_max is not None:
        wanted.append(Fact.cost <= _millionths(filter.cost_max))
    makers: list[Condition] = []
    if filter.persona is not None:
        makers.append(Maker.persona == filter.persona)
    if filter.model is not None:
        makers.append(Maker.models.contains([filter.model]))
    if filter.agent is not None:
        makers.append(Maker.agents.contains([filter.agent]))
    if makers:
        wanted.append(Fact.maker.in_(select(Maker.id).where(*makers)))
    if filter.text is not None:
        asked = func.websearch_to_tsquery("simple", filter.text)
        wanted.append(Fact.execution_id.in_(select(Said.execution_id).where(Said.words.op("@@")(asked))))
    return wanted


def _of_quality(filter: Filter) -> list[Condition]:
    lowest, highest = _scores(filter)
    wanted: list[Condition] = []
    if lowest is not None:
        wanted.append(Fact.quality >= lowest)
    if highest is not None:
        wanted.append(Fact.quality <= highest)
    return wanted


def _scores(filter: Filter) -> tuple[int | None, int | None]:
    """The bounds in ten-thousandths, as exact as they were written."""
    low, high = filter.quality_min, filter.quality_max
    return (
        None if low is None else math.ceil(exact(low) * _TEN_THOUSAND),
        None if high is None else math.floor(exact(high) * _TEN_THOUSAND),
    )


def _millionths(usd: float) -> int:
    return int(exact(usd) * 1_000_000)


# Streams and pages


async def stream(session: AsyncSession, filter: Filter, *, with_plan: bool = False) -> AsyncIterator[Example]:
    """The examples, oldest request first, through a cursor of the server: in the same memory at any number."""
    wanted = (
        select(Example)
        .join(Fact, Fact.execution_id == Example.execution_id)
        .where(*facts_meant(filter))
        .order_by(Fact.requested_at, Fact.execution_id)
    )
    if with_plan:
        wanted = wanted.where(Example.plan.is_not(None))
    if filter.limit is not None:
        wanted = wanted.limit(filter.limit)
    rows = await session.stream_scalars(wanted.execution_options(yield_per=_ROWS_AT_ONCE))
    async for row in rows:
        yield row
        session.expunge(row)


LISTED = (
    "execution_id",
    "user_request",
    "intent",
    "timestamp",
    "quality_score",
    "success",
    "user_approval",
    "cost",
    "seconds",
    "tags",
    "platforms",
    "persona",
    "models",
    "training_ready",
    "is_legacy",
    "is_sample",
    "archived_at",
    "decided_at",
)


async def page(
    session: AsyncSession,
    filter: Filter,
    kinds: Sequence[int],
    *,
    after: tuple[datetime, UUID] | None,
    offset: int,
    limit: int,
) -> list[dict[str, Any]]:
    """Examples of these kinds that the filter lets through, newest request first, as they are listed."""
    place = (Fact.requested_at, Fact.execution_id)
    found = select(*place, Fact.kind).where(_among(kinds), *_of_quality(filter), *of_facts(filter))
    if after is not None:
        found = found.where(tuple_(*place) < tuple_(literal(after[0]), literal(after[1])))
    shown = found.order_by(*(one.desc() for one in place)).offset(offset).limit(limit).cte("shown")
    kind = (
        select(Kind.id, Kind.decision, Kind.has_outcome).where(Kind.id.in_(select(shown.c.kind))).distinct().subquery()
    )
    columns = [getattr(Example, name) for name in LISTED]
    listed = (
        select(*columns, kind.c.decision, kind.c.has_outcome)
        .join(shown, shown.c.execution_id == Example.execution_id)
        .join(kind, kind.c.id == shown.c.kind)
        .order_by(shown.c.requested_at.desc(), shown.c.execution_id.desc())
    )
    return [dict(row) for row in (await session.execute(listed)).mappings()]


def _among(kinds: Sequence[int]) -> Condition:
    return Fact.kind == func.any(literal(list(kinds), ARRAY(Kind.id.type)))


# Counts


async def counted(session: AsyncSession, filter: Filter) -> dict[str, Any]:
    """What the filter lets through, added up in one statement: n, succeeded, judged, quality, and n by each part.

    Also `kinds` (ids), `total` (what the house has, whatever else the filter says), and `earliest` and `latest`
    where they had to be looked at anyway. Without conditions on single examples only the kept counts are read.
    """
    lines = _lines(filter)
    kind = select(Kind.id, Kind.intent, Kind.tags, Kind.platforms, Kind.success, Kind.decision)
    meant = kind.where(*of_kinds(filter)).distinct().cte("meant")
    found = (
        select(meant, lines.c.bucket, lines.c.n, lines.c.quality, lines.c.earliest, lines.c.latest)
        .join(lines, lines.c.kind == meant.c.id)
        .where(lines.c.n > 0)
        .cte("found")
    )
    house = select(Kind.id).where(*_of_house(filter))
    judged = found.c.bucket.is_not(None)
    whole = select(
        func.coalesce(func.sum(found.c.n), 0).cast(Integer).label("n"),
        func.coalesce(func.sum(found.c.n).filter(found.c.success), 0).cast(Integer).label("succeeded"),
        func.coalesce(func.sum(found.c.n).filter(judged), 0).cast(Integer).label("judged"),
        func.coalesce(func.sum(found.c.quality), 0).label("quality"),
        func.min(found.c.earliest).label("earliest"),
        func.max(found.c.latest).label("latest"),
        func.array_agg(found.c.id.distinct()).label("kinds"),
        _by(found, found.c.intent).label("by_intent"),
        _by(found, found.c.bucket).label("by_bucket"),
        _by(found, found.c.decision).label("by_decision"),
        _by_each(found, "tags").label("by_tag"),
        _by_each(found, "platforms").label("by_platform"),
        select(func.coalesce(func.sum(Count.n), 0).cast(Integer))
        .where(Count.kind.in_(house))
        .scalar_subquery()
        .label("total"),
    ).select_from(found)
    return dict((await session.execute(whole)).mappings().one())


def _lines(filter: Filter) -> CTE:
    """(kind, bucket of the score 0-4 or none, n, sum of scores, earliest, latest) of everything in the bounds."""
    single = of_facts(filter)
    if single:
        return _from_facts([*single, *_of_quality(filter)], seen=True).cte("lines")
    lowest, highest = _scores(filter)
    if lowest is None and highest is None:
        return _from_counts([]).cte("lines")
    low, high = lowest or 0, 10_000 if highest is None else highest
    inside = [Count.centile * 100 >= low]
    if high < 10_000:
        inside.append(Count.centile * 100 + 99 <= high)
    edges = {one // 100 for one in (low,) if one % 100}
    edges |= {one // 100 for one in (high,) if one % 100 != 99 and one < 10_000}
    parts = [_from_counts(inside)]
    for edge in sorted(edges):
        within = Fact.quality.between(max(low, edge * 100), min(high, edge * 100 + 99))
        parts.append(_from_facts([within], seen=False))
    return union_all(*parts).cte("lines")


def _from_counts(conditions: Sequence[Condition]) -> Select[Any]:
    bucket = _bucket(Count.centile, 20)
    never = null().cast(Fact.requested_at.type)
    return (
        select(
            Count.kind,
            bucket.label("bucket"),
            func.sum(Count.n).label("n"),
            func.sum(Count.quality).label("quality"),
            never.label("earliest"),
            never.label("latest"),
        )
        .where(*conditions)
        .group_by(Count.kind, bucket)
    )


def _from_facts(conditions: Sequence[Condition], *, seen: bool) -> Select[Any]:
    bucket = _bucket(Fact.quality, 2_000)
    never = null().cast(Fact.requested_at.type)
    return (
        select(
            Fact.kind,
            bucket.label("bucket"),
            func.count().label("n"),
            func.coalesce(func.sum(Fact.quality), 0).label("quality"),
            (func.min(Fact.requested_at) if seen else never).label("earliest"),
            (func.max(Fact.requested_at) if seen else never).label("latest"),
        )
        .where(*conditions)
        .group_by(Fact.kind, bucket)
    )


def _bucket(score: Any, wide: int) -> ColumnElement[Any]:
    """0 for scores from 0 up to 0.2, ... 4 for 0.8 to 1."""
    return case(
        (score.is_(None), None),
        else_=func.least(score // literal_column(str(wide), Integer), literal_column("4", Integer)),
    )


def _by(found: CTE, part: ColumnElement[Any]) -> ScalarSelect[Any]:
    added = select(part.label("key"), func.sum(found.c.n).label("n")).where(part.is_not(None)).group_by(part).subquery()
    return select(func.coalesce(func.jsonb_object_agg(added.c.key, added.c.n), text("'{}'::jsonb"))).scalar_subquery()


def _by_each(found: CTE, part: str) -> ScalarSelect[Any]:
    one = func.unnest(found.c[part]).table_valued("value").render_derived()
    added = select(one.c.value.label("key"), func.sum(found.c.n).label("n")).select_from(found).join(one, text("true"))
    grouped = added.group_by(one.c.value).subquery()
    whole = func.coalesce(func.jsonb_object_agg(grouped.c.key, grouped.c.n), text("'{}'::jsonb"))
    return select(whole).scalar_subquery()


async def dates(session: AsyncSession, filter: Filter, kinds: Sequence[int]) -> tuple[datetime | None, datetime | None]:
    """The earliest and the latest request among these kinds, within the filter's bounds."""
    seen = select(func.min(Fact.requested_at), func.max(Fact.requested_at)).where(
        _among(kinds), *_of_quality(filter), *of_facts(filter)
    )
    earliest, latest = (await session.execute(seen)).one()
    return earliest, latest


async def kinds_meant(session: AsyncSession, filter: Filter) -> tuple[list[int], int]:
    """The ids of the kinds that there are, and how many examples they have: for a filter that asks for nothing else."""
    ids = select(Kind.id).where(*of_kinds(filter))
    added = select(Count.kind, func.sum(Count.n).label("n")).where(Count.kind.in_(ids)).group_by(Count.kind).subquery()
    found = (await session.execute(select(added.c.kind, added.c.n).where(added.c.n > 0))).all()
    return [row[0] for row in found], int(sum(row[1] for row in found))


async def choices(session: AsyncSession) -> dict[str, Any]:
    """Every word that a filter may name, as the examples carry them."""

    def each(column: Any) -> ScalarSelect[Any]:
        values = select(func.unnest(column).label("value")).distinct().subquery()
        return select(func.coalesce(func.array_agg(values.c.value), text("'{}'::text[]"))).scalar_subquery()

    def plain(column: Any) -> ScalarSelect[Any]:
        values = select(column.label("value")).where(column.is_not(None)).distinct().subquery()
        return select(func.coalesce(func.array_agg(values.c.value), text("'{}'::text[]"))).scalar_subquery()

    asked = select(
        plain(Kind.intent).label("intents"),
        each(Kind.tags).label("tags"),
        each(Kind.platforms).label("platforms"),
        plain(Maker.persona).label("personas"),
        each(Maker.models).label("models"),
        each(Maker.agents).label("agents"),
    )
    return {name: sorted(values) for name, values in (await session.execute(asked)).mappings().one().items()}


async def tidy_counts(session: AsyncSession) -> int:
    """Add up the lines of counts when there are many; how many went. Whoever else does it at the time is enough."""
    many = select(func.count()).select_from(select(Count.row).limit(_LINES_KEPT + 1).subquery())
    if (await session.scalar(many) or 0) <= _LINES_KEPT:
        return 0
    if not await session.scalar(text("SELECT pg_try_advisory_xact_lock(hashtext('cofounder training counts'))")):
        return 0
    added = """WITH gone AS (DELETE FROM training_counts RETURNING kind, centile, n, quality), kept AS (
      INSERT INTO training_counts (kind, centile, n, quality)
      SELECT kind, centile, sum(n), sum(quality) FROM gone GROUP BY kind, centile HAVING sum(n) <> 0)
      SELECT count(*) FROM gone"""
    return int(await session.scalar(text(added)) or 0)


async def rebuild(session: AsyncSession) -> int:
    """Make facts, words and counts anew from the examples, in one pass; how many examples there are."""
    await session.execute(text("LOCK TABLE orchestrator_training_data IN SHARE ROW EXCLUSIVE MODE"))
    await session.execute(
        text("SELECT set_config('cofounder.training', 'bulk', true), set_config('work_mem', '64MB', true)")
    )
    for statement in _REBUILD:
        await session.execute(text(statement))
    await session.execute(text("SELECT set_config('cofounder.training', 'product', true)"))
    return int(await session.scalar(select(func.count()).select_from(Fact)) or 0)


_VALUES = ", ".join(f"{value} AS {name}" for name, value in {**KIND, **MAKER}.items())
_REBUILD = (
    "TRUNCATE training_facts, training_counts, training_words, training_kinds, training_makers",
    f"""CREATE TEMP TABLE training_read ON COMMIT DROP AS
    SELECT execution_id, requested_at, cost, quality, {", ".join([*KIND, *MAKER])},
      {hashed(KIND, "r")} AS kind, {hashed(MAKER, "r")} AS maker
    FROM (SELECT e.execution_id, e.timestamp AS requested_at, {COST} AS cost, {QUALITY} AS quality, {_VALUES}
      FROM orchestrator_training_data AS e WHERE e.erased_at IS NULL OFFSET 0) AS r""",
    f"""INSERT INTO training_kinds (id, {", ".join(KIND)})
    SELECT DISTINCT ON (kind) kind, {", ".join(KIND)} FROM training_read""",
    f"""INSERT INTO training_makers (id, {", ".join(MAKER)})
    SELECT DISTINCT ON (maker) maker, {", ".join(MAKER)} FROM training_read""",
    """INSERT INTO training_facts (execution_id, requested_at, kind, maker, cost, quality)
    SELECT execution_id, requested_at, kind, maker, cost, quality FROM training_read""",
    """INSERT INTO training_counts (kind, centile, n, quality)
    SELECT kind, quality / 100, count(*), coalesce(sum(quality), 0) FROM training_facts GROUP BY 1, 2""",
    f"""INSERT INTO training_words (execution_id, words)
    SELECT e.execution_id, {WORDS} FROM orchestrator_training_data AS e WHERE e.erased_at IS NULL""",
    "DROP TABLE training_read",
)


# One example


async def one(session: AsyncSession, execution_id: UUID, *, lock: bool = False) -> Example | None:
    found = select(Example).where(Example.execution_id == execution_id)
    if lock:
        found = found.with_for_update()
    return await session.scalar(found.execution_options(populate_existing=True))


_KEPT = ("execution_id", "timestamp", "intent", "created_at", "is_legacy", "is_sample", "success")


async def erase(session: AsyncSession, execution_id: UUID, *, who: str, why: str, at: datetime) -> None:
    """Empty every field of an example but what tells that there was one; columns to come are emptied too."""
    values: dict[str, Any] = {"erased_at": at, "erased_by": who, "erased_reason": why, "updated_at": at}
    for column in Example.__table__.columns:
        if column.name in values or column.name in _KEPT:
            continue
        values[column.name] = None if column.nullable else _nothing(column)
    await session.execute(update(Example).where(Example.execution_id == execution_id).values(values))


def _nothing(column: Any) -> Any:
    kinds: dict[type, Any] = {JSONB: {}, ARRAY: []}
    if column.default is not None and column.default.is_callable:
        return column.default.arg(None)
    for kind, value in kinds.items():
        if isinstance(column.type, kind):
            return value
    return column.type.python_type()


# Changes


async def add_change(session: AsyncSession, change: Change) -> None:
    session.add(change)
    await session.flush()


async def change(session: AsyncSession, id: UUID, *, lock: bool = False) -> Change | None:
    found = select(Change).where(Change.id == id)
    return await session.scalar(found.with_for_update() if lock else found)


async def changes(
    session: AsyncSession, after: tuple[datetime, UUID] | None, limit: int
) -> tuple[list[tuple[Change, int]], int]:
    """(change, how many examples it changed) newest first, and how many changes there are."""
    place = tuple_(Change.at, Change.id)
    size = (
        select(func.coalesce(func.sum(func.cardinality(Changed.execution_ids)), 0))
        .where(Changed.change_id == Change.id)
        .scalar_subquery()
    )
    listed = select(Change, func.coalesce(Change.count, size)).order_by(Change.at.desc(), Change.id.desc()).limit(limit)
    if after is not None:
        listed = listed.where(place < tuple_(literal(after[0]), literal(after[1])))
    rows = (await session.execute(listed)).all()
    total = await session.scalar(select(func.count()).select_from(Change)) or 0
    return [(row[0], int(row[1])) for row in rows], int(total)


async def groups(session: AsyncSession, change_id: UUID) -> list[tuple[list[str], list[str], bool | None]]:
    """The different things that a change did: (tags added, tags removed, archived or restored)."""
    asked = select(Changed.added, Changed.removed, Changed.archived).where(Changed.change_id == change_id).distinct()
    return [(list(row[0]), list(row[1]), row[2]) for row in (await session.execute(asked)).all()]


def of_change(change_id: UUID, added: list[str], removed: list[str], archived: bool | None) -> Condition:
    """The examples to which a change did just this."""
    ids = select(func.unnest(Changed.execution_ids)).where(
        Changed.change_id == change_id,
        Changed.added == added,
        Changed.removed == removed,
        Changed.archived.is_(archived) if archived is not None else Changed.archived.is_(None),
    )
    return Fact.execution_id.in_(ids)


def of_ids(execution_ids: Sequence[UUID]) -> Condition:
    return Fact.execution_id.in_(list(execution_ids)) if execution_ids else false()


# Saved filters


async def filters(session: AsyncSession) -> list[SavedFilter]:
    return list((await session.scalars(select(SavedFilter).order_by(func.lower(SavedFilter.name)))).all())


async def saved(session: AsyncSession, id: UUID, *, lock: bool = False) -> SavedFilter | None:
    found = select(SavedFilter).where(SavedFilter.id == id)
    return await session.scalar(found.with_for_update() if lock else found)


async def save(session: AsyncSession, row: SavedFilter) -> bool:
    """False where the name is taken."""
    values = {column.name: getattr(row, column.name) for column in SavedFilter.__table__.columns}
    made = insert(SavedFilter).values(values).on_conflict_do_nothing(index_elements=["name"]).returning(SavedFilter.id)
    return await session.scalar(made) is not None


async def name_taken(session: AsyncSession, name: str, but: UUID) -> bool:
    """Whether another has this name; one person at a time gives names."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('cofounder training filters'))"))
    asked = select(SavedFilter.id).where(SavedFilter.name == name, SavedFilter.id != but)
    return await session.scalar(asked) is not None


async def forget(session: AsyncSession, id: UUID) -> None:
    await session.execute(delete(SavedFilter).where(SavedFilter.id == id))
