"""The statements that count."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    ScalarSelect,
    Select,
    case,
    func,
    literal_column,
    null,
    select,
    text,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.data.queries import (
    COST,
    KIND,
    MAKER,
    QUALITY,
    WORDS,
    Condition,
    Count,
    Fact,
    Kind,
    MonthCount,
    ScoreCount,
    among,
    bucket,
    conditions,
    hashed,
    month,
    of_dates,
    of_facts,
    of_house,
    of_kinds,
    of_quality,
    of_single,
    scores,
)

# A million facts are read: in this transaction a second process of the server may help.
_BOTH_HANDS = """SELECT set_config('max_parallel_workers_per_gather', '1', true),
  set_config('parallel_setup_cost', '100', true), set_config('parallel_tuple_cost', '0.001', true)"""
_LINES_KEPT = 20_000  # lines of counts that say the same as others; more are added up


async def counted(session: AsyncSession, filter: Filter) -> dict[str, Any]:
    """What the filter lets through, added up in one statement: n, ran and succeeded here, judged, quality, and n by each part.

    Also `kinds` (ids), `total` (what the house has, whatever else the filter says), and `earliest` and `latest`
    where they had to be looked at anyway. Without conditions on single examples only the kept counts are read.
    """
    if of_single(filter):
        await session.execute(text(_BOTH_HANDS))
    lines = _lines(filter)
    kind = select(Kind.id, Kind.intent, Kind.tags, Kind.platforms, Kind.success, Kind.is_legacy, Kind.decision)
    meant = kind.where(*of_kinds(filter)).distinct().cte("meant")
    found = (
        select(meant, lines.c.bucket, lines.c.n, lines.c.quality, lines.c.earliest, lines.c.latest)
        .join(lines, lines.c.kind == meant.c.id)
        .where(lines.c.n > 0)
        .cte("found")
    )
    house = select(Kind.id).where(*of_house(filter))
    judged = found.c.bucket.is_not(None)
    own = ~found.c.is_legacy  # nobody here ran what was imported, so nobody knows whether it succeeded
    whole = select(
        func.coalesce(func.sum(found.c.n), 0).cast(Integer).label("n"),
        func.coalesce(func.sum(found.c.n).filter(own), 0).cast(Integer).label("ran"),
        func.coalesce(func.sum(found.c.n).filter(own, found.c.success), 0).cast(Integer).label("succeeded"),
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
    """(kind, bucket of the score or none, n, sum of scores, earliest, latest) of everything in the bounds.

    What a limit takes no kept count knows.
    """
    dates, scores = of_dates(filter), of_quality(filter)
    if filter.limit is not None:
        found = [_from_facts(conditions(filter), seen=True)]
    elif of_single(filter) or (dates and scores):
        found = [_from_facts([*of_facts(filter), *scores], seen=bool(of_single(filter)))]
    elif dates:
        found = _from_months(filter)
    elif scores:
        found = _from_scores(filter)
    else:
        found = [_from_counts(Count, Count.bucket, [])]
    return (union_all(*found) if len(found) > 1 else found[0]).cte("lines")


def _from_scores(filter: Filter) -> list[Select[Any]]:
    """Hundredths that lie wholly inside the bounds from the counts, the two at the edges from the facts."""
    lowest, highest = scores(filter)
    low, high = lowest or 0, 10_000 if highest is None else highest
    inside = [ScoreCount.centile * 100 >= low]
    if high < 10_000:
        inside.append(ScoreCount.centile * 100 + 99 <= high)
    edges = {one // 100 for one in (low,) if one % 100}
    edges |= {one // 100 for one in (high,) if one % 100 != 99 and one < 10_000}
    fifth = func.least(ScoreCount.centile // literal_column("20", Integer), literal_column("4", Integer))
    return [
        _from_counts(ScoreCount, fifth, inside),
        *(
            _from_facts([Fact.quality.between(max(low, edge * 100), min(high, edge * 100 + 99))])
            for edge in sorted(edges)
        ),
    ]


def _from_months(filter: Filter) -> list[Select[Any]]:
    """Months that lie wholly between the dates from the counts, what is before and after them from the facts."""
    after, before = filter.date_after, filter.date_before
    first = None if after is None else _month_after(after - timedelta(microseconds=1))
    end = None if before is None else _month_of(before + timedelta(microseconds=1))
    if first is not None and end is not None and first >= end:
        return [_from_facts(of_dates(filter))]
    inside: list[Condition] = []
    found = []
    if after is not None and first is not None:
        inside.append(MonthCount.month >= first.date())
        found.append(_from_facts([Fact.requested_at >= after, Fact.requested_at < first]))
    if before is not None and end is not None:
        inside.append(MonthCount.month < end.date())
        found.append(_from_facts([Fact.requested_at >= end, Fact.requested_at <= before]))
    return [_from_counts(MonthCount, MonthCount.bucket, inside), *found]


def _month_of(moment: datetime) -> datetime:
    """When its month began."""
    return moment.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _month_after(moment: datetime) -> datetime:
    """When the next month begins."""
    return _month_of(_month_of(moment) + timedelta(days=32))


def _from_counts(table: Any, fifth: Any, conditions: Sequence[Condition]) -> Select[Any]:
    never = null().cast(Fact.requested_at.type)
    added = func.sum(table.n).label("n"), func.sum(table.quality).label("quality")
    lines = select(table.kind, fifth.label("bucket"), *added, never.label("earliest"), never.label("latest"))
    return lines.where(*conditions).group_by(table.kind, fifth)


def _from_facts(conditions: Sequence[Condition], *, seen: bool = False) -> Select[Any]:
    """`seen`: look at the dates too, which costs less than to read all facts once more for them."""
    fifth = func.least(Fact.quality // literal_column("2000", Integer), literal_column("4", Integer))
    part = case((Fact.quality.is_(None), None), else_=fifth)
    never = null().cast(Fact.requested_at.type)
    lines = select(
        Fact.kind,
        part.label("bucket"),
        func.count().label("n"),
        func.coalesce(func.sum(Fact.quality), 0).label("quality"),
        (func.min(Fact.requested_at) if seen else never).label("earliest"),
        (func.max(Fact.requested_at) if seen else never).label("latest"),
    )
    return lines.where(*conditions).group_by(Fact.kind, part)


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
        among(kinds), *of_quality(filter), *of_facts(filter)
    )
    earliest, latest = (await session.execute(seen)).one()
    return earliest, latest


async def kinds_meant(session: AsyncSession, filter: Filter) -> tuple[list[int], int]:
    """The ids of the kinds that there are, and how many examples they have: for a filter that asks for nothing else."""
    ids = select(Kind.id).where(*of_kinds(filter))
    added = select(Count.kind, func.sum(Count.n).label("n")).where(Count.kind.in_(ids)).group_by(Count.kind).subquery()
    found = (await session.execute(select(added.c.kind, added.c.n).where(added.c.n > 0))).all()
    return [row[0] for row in found], int(sum(row[1] for row in found))


_COUNTS = {
    "training_counts": "kind, bucket",
    "training_counts_by_score": "kind, centile",
    "training_counts_by_month": "month, kind, bucket",
}


async def tidy_counts(session: AsyncSession) -> int:
    """Add up the lines of counts when many say the same; how many went. Whoever else does it is enough."""
    if not await session.scalar(text("SELECT pg_try_advisory_xact_lock(hashtext('cofounder training counts'))")):
        return 0
    gone = 0
    for table, parts in _COUNTS.items():
        some = text(f"SELECT count(*) FROM (SELECT 1 FROM {table} LIMIT {_LINES_KEPT + 1}) t")
        if (await session.scalar(some) or 0) <= _LINES_KEPT:
            continue
        many = text(
            f"SELECT (SELECT count(*) FROM {table}), (SELECT count(*) FROM (SELECT 1 FROM {table} GROUP BY {parts}) g)"
        )
        lines, cells = (await session.execute(many)).one()
        if lines - cells <= _LINES_KEPT:
            continue
        added = f"""WITH gone AS (DELETE FROM {table} RETURNING {parts}, n, quality), kept AS (
          INSERT INTO {table} ({parts}, n, quality)
          SELECT {parts}, sum(n), sum(quality) FROM gone GROUP BY {parts} HAVING sum(n) <> 0)
          SELECT count(*) FROM gone"""
        gone += int(await session.scalar(text(added)) or 0)
    return gone


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
    f"TRUNCATE training_facts, training_words, training_kinds, training_makers, {', '.join(_COUNTS)}",
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
    *(
        f"""INSERT INTO {table} ({parts}, n, quality) SELECT {parts}, count(*), coalesce(sum(quality), 0) FROM (
          SELECT kind, quality, {bucket("quality")} AS bucket, quality / 100 AS centile,
            {month("requested_at")} AS month FROM training_facts) AS f GROUP BY {parts}"""
        for table, parts in _COUNTS.items()
    ),
    f"""INSERT INTO training_words (execution_id, words)
    SELECT e.execution_id, {WORDS} FROM orchestrator_training_data AS e WHERE e.erased_at IS NULL""",
    "DROP TABLE training_read",
)
