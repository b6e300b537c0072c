"""SQL of training data: what a filter means, pages, counts, single examples, changes and saved filters."""

import math
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    and_,
    delete,
    exists,
    false,
    func,
    literal,
    or_,
    select,
    text,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from cofounder.flow.learn.service import Example
from cofounder.flow.train.data.filters import Filter, exact
from cofounder.flow.train.data.tables import (
    COST,
    FILTER_KEY,
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
    MonthCount,
    Said,
    SavedFilter,
    ScoreCount,
    bucket,
    hashed,
    month,
)
from cofounder.flow.train.data.words import LONGEST, together, words

__all__ = [  # for the packages below this one, which have statements of their own
    "COST",
    "KIND",
    "MAKER",
    "QUALITY",
    "WORDS",
    "Count",
    "Example",
    "Fact",
    "Kind",
    "MonthCount",
    "ScoreCount",
    "bucket",
    "hashed",
    "month",
]

_TEN_THOUSAND, _MILLION = Decimal(10_000), Decimal(1_000_000)
Condition = ColumnElement[bool]


# What a filter means


def where(filter: Filter) -> Condition:
    """The filter as a condition on `Example`: `select(Example).where(where(filter))`."""
    return Example.execution_id.in_(select(Fact.execution_id).where(*conditions(filter)))


def facts_meant(filter: Filter, *, every_tag: bool = False) -> list[Condition]:
    """The filter as conditions on `Fact`, without its limit."""
    kinds = select(Kind.id).where(*of_kinds(filter, every_tag=every_tag))
    return [Fact.kind.in_(kinds), *of_quality(filter), *of_facts(filter)]


def conditions(filter: Filter) -> list[Condition]:
    """The filter as conditions on `Fact`."""
    return facts_meant(filter) if filter.limit is None else of_limit(filter)


def of_limit(filter: Filter) -> list[Condition]:
    """What its limit says: the newest so many of what the rest lets through."""
    if filter.limit is None:
        return []
    few = newest(filter).with_only_columns(Fact.execution_id).limit(filter.limit)
    return [Fact.execution_id.in_(few.correlate(None))]


def newest(filter: Filter) -> Select[datetime, UUID]:
    """Where in the order of requests the facts lie that the filter means without its limit, the newest first."""
    place = (Fact.requested_at, Fact.execution_id)
    return select(*place).where(*facts_meant(filter)).order_by(*(one.desc() for one in place))


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
    if filter.failed_only:
        wanted.append(Kind.success.is_(False))
    if filter.platform is not None:
        wanted.append(Kind.platforms.contains([filter.platform]))
    if filter.decision is not None:
        wanted.append(Kind.decision == filter.decision)
    for column, given in ((Kind.has_outcome, filter.has_outcome), (Kind.is_legacy, filter.is_legacy)):
        if given is not None:
            wanted.append(column.is_(given))
    return [*wanted, *of_house(filter)]


def of_house(filter: Filter) -> list[Condition]:
    """Whose examples they are, and whether they are put away: what "of Y" counts too."""
    wanted: list[Condition] = []
    if not filter.include_sample:
        wanted.append(Kind.is_sample.is_(False))
    if filter.archived is not None:
        wanted.append(Kind.archived.is_(filter.archived))
    return wanted


def of_facts(filter: Filter) -> list[Condition]:
    """What it says about things that differ from example to example, but for the score."""
    return [*of_dates(filter), *of_single(filter)]


def of_dates(filter: Filter) -> list[Condition]:
    wanted: list[Condition] = []
    if filter.date_after is not None:
        wanted.append(Fact.requested_at >= filter.date_after)
    if filter.date_before is not None:
        wanted.append(Fact.requested_at <= filter.date_before)
    return wanted


def of_single(filter: Filter) -> list[Condition]:
    """What no kept count knows."""
    wanted: list[Condition] = []
    if filter.cost_min is not None:
        wanted.append(Fact.cost >= math.ceil(exact(filter.cost_min) * _MILLION))
    if filter.cost_max is not None:
        wanted.append(Fact.cost <= math.floor(exact(filter.cost_max) * _MILLION))
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
        wanted.append(Fact.execution_id.in_(_saying(filter.text)))
    return wanted


def _saying(asked: str) -> Select[UUID]:
    """The requests that have all the words, by the index; of those few the text itself says which follow each other."""
    every = func.plainto_tsquery("simple", func.training_words_of(" ".join(words(asked))))
    found = select(Said.execution_id).where(Said.words.op("@@")(every))
    rows = together(asked)
    if rows:
        text_ = func.concat(" ", func.training_words_of(func.left(Example.user_request, LONGEST)), " ")
        follow = and_(*(func.strpos(text_, func.concat(" ", func.training_words_of(row), " ")) > 0 for row in rows))
        # For one that the index has found at a time: joined, all texts might be read first.
        found = found.where(select(follow).where(Example.execution_id == Said.execution_id).scalar_subquery())
    return found


def of_quality(filter: Filter) -> list[Condition]:
    lowest, highest = scores(filter)
    wanted: list[Condition] = []
    if lowest is not None:
        wanted.append(Fact.quality >= lowest)
    if highest is not None:
        wanted.append(Fact.quality <= highest)
    return wanted


def scores(filter: Filter) -> tuple[int | None, int | None]:
    """The bounds in ten-thousandths, as exact as they were written."""
    low, high = filter.quality_min, filter.quality_max
    return (
        None if low is None else math.ceil(exact(low) * _TEN_THOUSAND),
        None if high is None else math.floor(exact(high) * _TEN_THOUSAND),
    )


# Pages


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
    meant = (*of_quality(filter), *of_facts(filter), *of_limit(filter))
    found = select(*place, Fact.kind).where(among(kinds), *meant)
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


def among(kinds: Sequence[int]) -> Condition:
    return Fact.kind == func.any(literal(list(kinds), ARRAY(Kind.id.type)))


async def choices(session: AsyncSession) -> dict[str, Any]:
    """Every word that a filter may name, as the examples carry them: not what the last of them lost."""
    alive = {  # a kind stays when its last example becomes another, and so does a maker
        Kind: Kind.id.in_(select(Count.kind).group_by(Count.kind).having(func.sum(Count.n) > 0)),
        Maker: exists().where(Fact.maker == Maker.id),
    }

    def each(column: Any) -> ScalarSelect[Any]:
        values = select(func.unnest(column).label("value")).where(alive[column.class_]).distinct().subquery()
        return select(func.coalesce(func.array_agg(values.c.value), text("'{}'::text[]"))).scalar_subquery()

    def plain(column: Any) -> ScalarSelect[Any]:
        values = select(column.label("value")).where(alive[column.class_], column.is_not(None)).distinct().subquery()
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


# One example


async def one(session: AsyncSession, execution_id: UUID, *, lock: bool = False) -> Example | None:
    found = select(Example).where(Example.execution_id == execution_id)
    if lock:
        found = found.with_for_update()
    return await session.scalar(found.execution_options(populate_existing=True))


async def put(session: AsyncSession, values: dict[str, Any]) -> None:
    """Write an example, or bring the one with its execution_id up to date."""
    await session.execute(text("SELECT set_config('cofounder.training', 'product', true)"))
    statement = insert(Example).values(values)
    renewed = {name: statement.excluded[name] for name in values if name not in ("execution_id", "created_at")}
    await session.execute(statement.on_conflict_do_update(index_elements=["execution_id"], set_=renewed))


_KEPT = ("execution_id", "timestamp", "created_at", "is_legacy", "is_sample", "success")


async def erase(session: AsyncSession, execution_id: UUID, *, who: str, why: str, at: datetime) -> None:
    """Empty every field of an example but what tells that there was one; columns to come are emptied too."""
    values: dict[str, Any] = {"erased_at": at, "erased_by": who, "erased_reason": why, "updated_at": at}
    for column in Example.__table__.columns:
        if column.name in values or column.name in _KEPT:
            continue
        values[column.name] = None if column.nullable else _nothing(column)
    await session.execute(text("SELECT set_config('cofounder.training', 'product', true)"))  # nothing to take back
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


def untouched_since(change: Change, tags: list[str], archived: bool | None) -> Condition:
    """The examples that no later change that stands did the like to: gave or took one of the tags, put away or brought back.

    A later change that was taken back stands no more, and neither does what took it back.
    """
    then = tuple_(literal(change.at), literal(change.id))
    taken_back = aliased(Change)
    undoes_later = exists().where(taken_back.id == Change.undoes, tuple_(taken_back.at, taken_back.id) > then)
    like = [Changed.added.overlap(tags), Changed.removed.overlap(tags)] if tags else []
    like += [Changed.archived.is_not(None)] if archived is not None else []
    later = (
        select(func.unnest(Changed.execution_ids).label("execution_id"))
        .join(Change, Change.id == Changed.change_id)
        .where(tuple_(Change.at, Change.id) > then, Change.undone_by.is_(None), ~undoes_later, or_(*like))
        .subquery()
    )
    return ~exists().where(later.c.execution_id == Fact.execution_id)


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
    made = insert(SavedFilter).values(values).on_conflict_do_nothing(index_elements=[text(FILTER_KEY)])
    return await session.scalar(made.returning(SavedFilter.id)) is not None


async def name_taken(session: AsyncSession, name: str, but: UUID) -> bool:
    """Whether another has this name; one person at a time gives names."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtext('cofounder training filters'))"))
    known = await filter_named(session, name)
    return known is not None and known.id != but


async def filter_named(session: AsyncSession, name: str) -> SavedFilter | None:
    """The one with this name, in capitals or not: told by the database, which keeps it the only one."""
    return await session.scalar(
        select(SavedFilter).where(text(f"{FILTER_KEY} = {FILTER_KEY.replace('name', ':name')}")), {"name": name}
    )


async def forget(session: AsyncSession, id: UUID) -> None:
    await session.execute(delete(SavedFilter).where(SavedFilter.id == id))
