"""The SQL of the records. Reads that feed a plan take `as_of` and see nothing measured or made later."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Numeric,
    Select,
    Table,
    and_,
    bindparam,
    column,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    text,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by, distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from cofounder.business.records.newest import newest
from cofounder.business.records.odd import UNDATED
from cofounder.business.records.schemas import PostWithReading, TaskFilter
from cofounder.business.records.tables import (
    FinancialMetric,
    Post,
    QualityEvaluation,
    SocialPostAnalytics,
    Task,
    WebAnalytics,
)
from cofounder.kit.db import Row
from cofounder.kit.straight import kept

_CLOCKS_DIFFER = timedelta(days=1)  # of a table whose times name no zone
_OURS = ("url", "title", "topic", "persona", "campaign")  # what we wrote counts, and theirs where we wrote nothing
_SAMPLED: tuple[Any, ...] = (SocialPostAnalytics, Post, Task, WebAnalytics, FinancialMetric, QualityEvaluation)


# What a journey asks many times is put together once: building a statement costs more than running it.
_TASK = kept(select(Task).where(Task.id == bindparam("id")))
_LOCKED_TASK = _TASK.with_for_update().execution_options(populate_existing=True)


async def task(session: AsyncSession, id: UUID, *, lock: bool = False) -> Task | None:
    return (await session.execute(_LOCKED_TASK if lock else _TASK, {"id": id})).scalar_one_or_none()


async def change_task(session: AsyncSession, id: UUID, changes: dict[str, Any]) -> bool:
    """Set columns of a task; false where there is none. The row takes them over where the session holds it."""
    values = {f"to_{name}": value for name, value in changes.items()}
    found = await session.execute(_changing(tuple(changes)), {"of": id, **values})
    held = session.identity_map.get(identity_key(Task, (id,)))
    if held is not None:
        for name, value in changes.items():
            set_committed_value(held, name, value)
    return found.first() is not None


@lru_cache
def _changing(names: tuple[str, ...]) -> Any:
    table = cast(Table, Task.__table__)
    values = {name: bindparam(f"to_{name}", type_=table.c[name].type) for name in names}
    return kept(table.update().where(table.c.id == bindparam("of")).values(values).returning(table.c.id))


async def statuses(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, str]:
    """How tasks stand, by id."""
    found = await session.execute(select(Task.id, Task.status).where(Task.id.in_(ids)))
    return {row.id: row.status for row in found}


async def task_by_key(session: AsyncSession, idempotency_key: str) -> Task | None:
    return (await session.execute(select(Task).where(Task.idempotency_key == idempotency_key))).scalar_one_or_none()


def _matching(filters: TaskFilter) -> list[Any]:
    """The WHERE of a task list."""
    wanted: list[Any] = []
    for asked, value in ((Task.status, filters.status), (Task.source, filters.source)):
        if value is not None:
            wanted.append(asked.in_([value] if isinstance(value, str) else value))
    if filters.text:
        wanted.append(
            or_(*(c.icontains(filters.text, autoescape=True) for c in (Task.request, Task.title, Task.topic)))
        )
    for flag, given in ((Task.is_sample, filters.is_sample), (Task.is_legacy, filters.is_legacy)):
        if given is not None:
            wanted.append(flag.is_(given))
    if filters.archived is not None:
        wanted.append(Task.archived_at.is_not(None) if filters.archived else Task.archived_at.is_(None))
    if filters.parent_task_id is not None:
        wanted.append(Task.parent_task_id == filters.parent_task_id)
    if filters.created_after is not None:
        wanted.append(Task.created_at >= filters.created_after)
    if filters.created_before is not None:
        wanted.append(Task.created_at <= filters.created_before)
    return wanted


async def tasks(
    session: AsyncSession, filters: TaskFilter, after: tuple[datetime, UUID] | None, limit: int, *, oldest: bool = False
) -> Sequence[Task]:
    """Newest or `oldest` first. The pair (created_at, id) is the order, so that equal times do not lose a row."""
    order = (Task.created_at, Task.id) if oldest else (Task.created_at.desc(), Task.id.desc())
    query = select(Task).where(*_matching(filters)).order_by(*order).limit(limit)
    if after is not None:
        moment, id = after
        passed, equal = (Task.created_at > moment, Task.id > id) if oldest else (Task.created_at < moment, Task.id < id)
        query = query.where(or_(passed, and_(Task.created_at == moment, equal)))
    return (await session.execute(query)).scalars().all()


async def task_ids(session: AsyncSession, filters: TaskFilter, limit: int) -> Sequence[UUID]:
    """The ids of the tasks that a list shows, newest first."""
    query = select(Task.id).where(*_matching(filters)).order_by(Task.created_at.desc(), Task.id.desc()).limit(limit)
    return (await session.execute(query)).scalars().all()


async def task_count(session: AsyncSession, filters: TaskFilter) -> int:
    return (await session.execute(select(func.count()).select_from(Task).where(*_matching(filters)))).scalar_one()


async def tasks_by_status(session: AsyncSession, filters: TaskFilter) -> dict[str, int]:
    query = select(Task.status, func.count()).where(*_matching(filters)).group_by(Task.status)
    return {str(row[0]): int(row[1]) for row in await session.execute(query)}


@lru_cache
def _earlier(narrowed: bool) -> Select[Task]:
    as_of: Any = bindparam("as_of")
    theirs = exists().where(Post.is_sample.is_(False), Post.published_at <= as_of)
    query = (
        select(Task)
        .where(Task.completed_at.is_not(None), Task.completed_at <= as_of, Task.created_at <= as_of)
        .where(or_(*(Task.status == one for one in ("completed", "approved", "publishing"))))
        .where(or_(Task.is_sample.is_(False), ~theirs))
        .order_by(Task.completed_at.desc())
        .limit(bindparam("limit"))
    )
    return query.where(Task.id.in_(bindparam("ids", expanding=True))) if narrowed else kept(query)


async def earlier_tasks(
    session: AsyncSession, as_of: datetime, limit: int, ids: Sequence[UUID] | None = None
) -> Sequence[Task]:
    """Tasks that had ended well by `as_of`, newest first; of these ids where given; no sample once there is an own post."""
    given = {} if ids is None else {"ids": ids}
    found = await session.execute(_earlier(ids is not None), {"as_of": as_of, "limit": limit, **given})
    return found.scalars().all()


_FIGURES = ("measured_at", "views", "impressions", "clicks", "likes", "shares", "comments")
_RATED = (column("rated_engaged", BigInteger), column("rated_views", BigInteger))
_STOOD_AT = (*_FIGURES, *(one.name for one in _RATED))
# What a person linked by hand belongs together from then on.
_LINKED = or_(Post.linked_at.is_(None), Post.linked_at <= bindparam("as_of"))
_STOOD = text(f"""SELECT {newest(_STOOD_AT)} FROM social_post_analytics a
  WHERE a.post_id = posts.id AND a.measured_at <= :as_of AND (a.linked_at IS NULL OR a.linked_at <= :as_of)""")


def _posts_as_of() -> Select[Any]:
    """Posts published by `as_of`, each with what its figures stood at then (cumulative: never the sum).

    Readings are looked up post by post, so that the newest fifty posts cost fifty look-ups however many there are.
    """
    stood = _STOOD.columns(*(SocialPostAnalytics.__table__.c[name] for name in _FIGURES), *_RATED).lateral()
    return (
        select(Post, *stood.columns)
        .outerjoin(stood, true())
        .where(Post.published_at.is_not(None), Post.published_at <= bindparam("as_of"))
        .order_by(Post.published_at.desc(), Post.id.desc())
    )


@lru_cache
def _posts(narrowed: tuple[str, ...]) -> Select[Any]:
    """The query with those of its parts that are wanted."""
    query = _posts_as_of()
    if "platforms" in narrowed:
        query = query.where(Post.platform.in_(bindparam("platforms", expanding=True)))
    if "since" in narrowed:
        query = query.where(Post.published_at >= bindparam("since"))
    if "task_ids" in narrowed:
        query = query.where(Post.task_id.in_(bindparam("task_ids", expanding=True)), _LINKED)
    if "ours" in narrowed:
        own = aliased(Post)
        theirs = exists().where(own.is_sample.is_(False), own.published_at <= bindparam("as_of"))
        query = query.where(or_(Post.is_sample.is_(False), ~theirs))
    if "ids" in narrowed:
        query = query.where(Post.id.in_(bindparam("ids", expanding=True)))
    if "limit" in narrowed:
        query = query.limit(bindparam("limit"))
    return query if {"platforms", "task_ids", "ids"} & set(narrowed) else kept(query, loose=True)


async def posts(
    session: AsyncSession,
    as_of: datetime,
    *,
    platforms: Sequence[str] | None = None,
    since: datetime | None = None,
    task_ids: Sequence[UUID] | None = None,
    ids: Sequence[UUID] | None = None,
    limit: int | None = None,
    ours: bool = False,
) -> list[PostWithReading]:
    """Newest first, each with what its figures stood at by `as_of`. `ours`: no sample once there is a post of our own."""
    wanted = {"platforms": platforms or None, "since": since, "task_ids": task_ids, "ids": ids, "limit": limit}
    given = {name: value for name, value in wanted.items() if value is not None}
    narrowed = (*given, "ours") if ours else tuple(given)
    found = await session.execute(_posts(narrowed), {"as_of": as_of, **given})
    return [_joined(row[0], dict(zip(_STOOD_AT, row[1:], strict=True)), as_of) for row in found.all()]


def _joined(post: Post, seen: dict[str, Any], as_of: datetime) -> PostWithReading:
    fields = ("id", "platform", "title", "content", "topic", "persona", "url", "published_at", "is_sample")
    task_id = post.task_id if post.linked_at is None or post.linked_at <= as_of else None
    told = {f: getattr(post, f) for f in fields}
    known = UNDATED not in post.flags
    return PostWithReading(**told, task_id=task_id, hashtags=list(post.hashtags), published_at_known=known, **seen)


def _counts(table: type[FinancialMetric] | type[WebAnalytics]) -> Any:
    """Sample rows count only as long as the company knows none of its own in that table."""
    own = aliased(table)
    theirs = exists().where(own.is_sample.is_(False), own.measured_at <= bindparam("as_of"))
    return or_(table.is_sample.is_(False), ~theirs)


@lru_cache
def _financial(narrowed: tuple[str, ...]) -> Select[FinancialMetric]:
    query = (
        select(FinancialMetric)
        .where(FinancialMetric.measured_at <= bindparam("as_of"), _counts(FinancialMetric))
        # a period that is not over has no total yet, whenever its row was written
        .where(FinancialMetric.period_end <= bindparam("today"), FinancialMetric.split_by == 0)
        .where(FinancialMetric.period_end >= FinancialMetric.period_start)  # earlier imports took in others too
        .ext(distinct_on(FinancialMetric.period_start, FinancialMetric.period_end, FinancialMetric.metric_type))
        .order_by(
            FinancialMetric.period_start,
            FinancialMetric.period_end,
            FinancialMetric.metric_type,
            FinancialMetric.measured_at.desc(),
            FinancialMetric.id.desc(),
        )
    )
    if "metrics" in narrowed:
        query = query.where(FinancialMetric.metric_type.in_(bindparam("metrics", expanding=True)))
    if "since" in narrowed:
        query = query.where(FinancialMetric.period_start >= bindparam("since"))
    return query if "metrics" in narrowed else kept(query)


async def financial_rows(
    session: AsyncSession, as_of: datetime, metrics: Sequence[str] | None = None, since: date | None = None
) -> Sequence[FinancialMetric]:
    """Per metric and period the newest value of the whole company known at `as_of`; oldest period first."""
    given = {name: value for name, value in (("metrics", metrics), ("since", since)) if value is not None}
    found = await session.execute(_financial(tuple(given)), {"as_of": as_of, "today": as_of.date(), **given})
    return found.scalars().all()


@lru_cache
def _web_days(narrowed: bool) -> Select[Any]:
    """Rows that are split by different things overlap, so each figure of a day is summed over one kind of split."""
    rate = func.round((WebAnalytics.sessions * WebAnalytics.conversion_rate).cast(Numeric))
    conversions = func.coalesce(WebAnalytics.conversions, rate)
    summed = (
        select(
            WebAnalytics.day,
            WebAnalytics.split_by,
            func.sum(WebAnalytics.sessions).label("sessions"),
            func.sum(WebAnalytics.users).label("users"),
            func.sum(conversions).label("conversions"),
        )
        .where(WebAnalytics.measured_at <= bindparam("as_of"), WebAnalytics.day <= bindparam("today"))
        .where(or_(WebAnalytics.superseded_at.is_(None), WebAnalytics.superseded_at > bindparam("as_of")))
        .where(_counts(WebAnalytics))
        .group_by(WebAnalytics.day, WebAnalytics.split_by)
    )
    kinds = (summed.where(WebAnalytics.day >= bindparam("since")) if narrowed else summed).subquery()

    def least_split(column: Any) -> Any:
        return func.array_agg(aggregate_order_by(column, kinds.c.split_by)).filter(column.is_not(None))[1]

    columns = (kinds.c.sessions, kinds.c.users, kinds.c.conversions)
    return kept(select(kinds.c.day, *map(least_split, columns)).group_by(kinds.c.day).order_by(kinds.c.day))


async def web_days(
    session: AsyncSession, as_of: datetime, *, since: date | None = None
) -> list[tuple[date, int | None, int | None, int | None]]:
    """(day, sessions, users, conversions) of the whole site, as known at `as_of`.

    A day's row for the whole site wins; without one, the parts of its coarsest split are added up.
    """
    given = {} if since is None else {"since": since}
    answer = await session.execute(_web_days(since is not None), {"as_of": as_of, "today": as_of.date(), **given})
    return [(row[0], _whole(row[1]), _whole(row[2]), _whole(row[3])) for row in answer.all()]


def _whole(value: Any) -> int | None:
    return None if value is None else int(value)


async def put_published(session: AsyncSession, values: dict[str, Any], begun_at: datetime | None) -> UUID:
    """Write a publication's post; gives its id.

    A channel's own id that a row has already is no error: an imported row of the very same post becomes the
    publication's, and where it is another post the new row goes without that id. `begun_at`: when it was handed over.
    """
    if await _added(session, values):
        return UUID(str(values["id"]))
    there = await _of_the_same_name(session, values)
    if there is not None and _is_it(there, values, begun_at):
        await _take_over(session, there.id, values)
        return there.id
    await _added(session, {**values, "external_id": None})
    return UUID(str(values["id"]))


async def _added(session: AsyncSession, values: dict[str, Any]) -> bool:
    made = upsert(Post).values(values).on_conflict_do_nothing().returning(Post.id)
    return await session.scalar(made) is not None


async def _of_the_same_name(session: AsyncSession, values: dict[str, Any]) -> Post | None:
    if values["external_id"] is None:
        return None
    query = select(Post).where(Post.platform == values["platform"], Post.external_id == values["external_id"])
    return await session.scalar(query.with_for_update().execution_options(populate_existing=True))


def _is_it(there: Post, values: dict[str, Any], begun_at: datetime | None) -> bool:
    """Whether a row is no other publication's nor task's, and did not stand there before this one was sent."""
    if there.publication_id is not None or there.is_sample or there.task_id not in (None, values["task_id"]):
        return False
    return there.published_at is None or begun_at is None or there.published_at > begun_at - _CLOCKS_DIFFER


async def _take_over(session: AsyncSession, id: UUID, values: dict[str, Any]) -> None:
    """Fill an imported row with what we know; when it was published the platform knows best."""
    ours = {name: func.coalesce(values[name], getattr(Post, name)) for name in _OURS}
    changed = update(Post).where(Post.id == id)
    await session.execute(
        changed.values(
            **ours,
            task_id=values["task_id"],
            publication_id=values["publication_id"],
            content=values["content"],
            hashtags=values["hashtags"] or Post.hashtags,
            cost=func.coalesce(Post.cost, values["cost"]),
            currency=func.coalesce(Post.currency, values["currency"]) if values["cost"] is not None else Post.currency,
            published_at=func.coalesce(Post.published_at, values["published_at"]),
            is_legacy=False,
        )
    )


async def has_published(session: AsyncSession, publication_id: UUID) -> bool:
    return bool(await session.scalar(select(exists().where(_of([publication_id])))))


async def standing_of(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, tuple[datetime, str | None]]:
    """Publication -> since when and where its post stands, of those that do."""
    query = select(_PUBLICATION, Post.published_at, Post.url).where(_of(ids), Post.published_at.is_not(None))
    return {id: (at, url) for id, at, url in (await session.execute(query)).all() if at is not None}


async def stand(session: AsyncSession, publication_id: UUID, at: datetime | None, url: str | None) -> None:
    await session.execute(update(Post).where(_of([publication_id])).values(published_at=at, url=url))


async def name_post(session: AsyncSession, publication_id: UUID, external_id: str | None) -> None:
    """Write a platform's id on a publication's post, unless another row has it."""
    other = aliased(Post)
    taken = select(other.id).where(
        other.platform == Post.platform, other.external_id == external_id, other.id != Post.id
    )
    free = update(Post).where(_of([publication_id]), ~taken.exists())
    await session.execute(free.values(external_id=external_id).execution_options(synchronize_session=False))


async def publication_named(session: AsyncSession, platform: str, external_id: str) -> UUID | None:
    """The publication that became the post with this id."""
    found = select(_PUBLICATION).where(
        Post.platform == platform, Post.external_id == external_id, Post.publication_id.is_not(None)
    )
    return await session.scalar(found)


async def posts_of(session: AsyncSession, publications: Sequence[UUID]) -> dict[UUID, UUID]:
    """Publication -> its post, of those that have one."""
    found = await session.execute(select(_PUBLICATION, Post.id).where(_of(publications)))
    return {row[0]: row[1] for row in found.all()}


_PUBLICATION = func.coalesce(Post.publication_id, Post.id)


def _of(publications: Sequence[UUID]) -> Any:
    """Posts of these publications: such a row has its publication's id, unless it was imported before."""
    return or_(Post.id.in_(publications), Post.publication_id.in_(publications))


async def add_many(session: AsyncSession, table: type[Row], rows: Sequence[dict[str, Any]]) -> None:
    """Many rows in one statement; nothing is read back."""
    if rows:
        await session.execute(insert(table), list(rows))


async def put_readings(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Many readings at once; of one natural key and time the first one stays."""
    if rows:
        made = upsert(SocialPostAnalytics).on_conflict_do_nothing(index_elements=["natural_key", "measured_at"])
        await session.execute(made, list(rows))


async def correct_reading(session: AsyncSession, row: dict[str, Any]) -> SocialPostAnalytics:
    made = upsert(SocialPostAnalytics).values(row)
    changed = {name: made.excluded[name] for name in row if name not in ("id", "post_id", "measured_at", "platform")}
    ended = made.on_conflict_do_update(index_elements=["natural_key", "measured_at"], set_=changed)
    asked = ended.returning(SocialPostAnalytics).execution_options(populate_existing=True)
    return (await session.scalars(asked)).one()


async def remove_reading(session: AsyncSession, reading_id: UUID) -> None:
    await session.execute(delete(SocialPostAnalytics).where(SocialPostAnalytics.id == reading_id))


async def readings_of(session: AsyncSession, post_id: UUID) -> Sequence[SocialPostAnalytics]:
    found = select(SocialPostAnalytics).where(SocialPostAnalytics.post_id == post_id)
    return (await session.scalars(found.order_by(SocialPostAnalytics.measured_at, SocialPostAnalytics.id))).all()


async def remove_sample(session: AsyncSession, *, generated_only: bool = False) -> dict[str, int]:
    """Delete sample rows, readings before posts; with `generated_only` a person's own tasks and posts stay."""
    removed = {}
    for table in _SAMPLED:
        query = delete(table).where(table.is_sample.is_(True))
        if generated_only and table in (Task, Post):
            query = query.where(table.is_legacy.is_(True))
        if generated_only and table is SocialPostAnalytics:
            query = query.where(SocialPostAnalytics.source == "sample")
        answer: Any = await session.execute(query)
        removed[table.__tablename__] = answer.rowcount
    return removed


async def remove_sample_notes(session: AsyncSession) -> None:
    """Delete the generated tasks of the sample that are tagged as notes, with their posts; readings go with these."""
    notes = select(Task.id).where(Task.is_sample.is_(True), Task.is_legacy.is_(True), Task.tags.contains(["note"]))
    await session.execute(delete(Post).where(Post.is_sample.is_(True), Post.task_id.in_(notes)))
    await session.execute(delete(Task).where(Task.id.in_(notes)))


async def count_sample(session: AsyncSession) -> dict[str, int]:
    """Table name -> sample rows."""
    counted = {}
    for table in _SAMPLED:
        query = select(func.count()).select_from(table).where(table.is_sample.is_(True))
        counted[table.__tablename__] = (await session.execute(query)).scalar_one()
    return counted


async def has_own_rows(session: AsyncSession) -> bool:
    """Whether posts, web or financial rows exist that are not sample."""
    for table in (FinancialMetric, WebAnalytics, Post):
        if (await session.execute(select(table.id).where(table.is_sample.is_(False)).limit(1))).first():
            return True
    return False


_ONLY_SAMPLE = """
SELECT CASE WHEN EXISTS (SELECT 1 FROM posts WHERE NOT is_sample)
    OR EXISTS (SELECT 1 FROM web_analytics WHERE NOT is_sample)
    OR EXISTS (SELECT 1 FROM financial_metrics WHERE NOT is_sample) THEN false
  ELSE EXISTS (SELECT 1 FROM financial_metrics WHERE is_sample) END"""


async def only_sample(session: AsyncSession) -> bool:
    """Whether there are figures of the sample, and no rows of the company's own: those are looked for first."""
    return bool(await session.scalar(text(_ONLY_SAMPLE)))


_INVENTED = " UNION ALL ".join(
    f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table} WHERE is_sample AND {known} <= :as_of)"
    f" AND NOT EXISTS (SELECT 1 FROM {table} WHERE NOT is_sample AND {known} <= :as_of)"
    for table, known in (
        ("posts", "published_at"),
        ("web_analytics", "measured_at"),
        ("financial_metrics", "measured_at"),
    )
)


async def invented(session: AsyncSession, as_of: datetime) -> set[str]:
    return set((await session.execute(text(_INVENTED), {"as_of": as_of})).scalars())


async def sample_ends(session: AsyncSession) -> date | None:
    """The last day of the newest sample figure."""
    query = select(func.max(FinancialMetric.period_end)).where(FinancialMetric.is_sample.is_(True))
    return (await session.execute(query)).scalar_one()


async def latest_evaluation(session: AsyncSession, task_id: UUID) -> QualityEvaluation | None:
    """The newest imported evaluation of a task."""
    query = select(QualityEvaluation).where(QualityEvaluation.task_id == task_id)
    newest = query.order_by(QualityEvaluation.measured_at.desc(), QualityEvaluation.id.desc()).limit(1)
    return (await session.execute(newest)).scalar_one_or_none()


async def earlier_ids(session: AsyncSession, import_id: UUID, after: UUID | None, limit: int) -> Sequence[UUID]:
    """Completed earlier tasks that an import wrote, or a post, a reading or an evaluation of; by id."""
    read = exists().where(SocialPostAnalytics.post_id == Post.id, SocialPostAnalytics.import_id == import_id)
    posted = exists().where(Post.task_id == Task.id, or_(Post.import_id == import_id, read))
    judged = exists().where(QualityEvaluation.task_id == Task.id, QualityEvaluation.import_id == import_id)
    query = (
        select(Task.id)
        .where(Task.is_legacy.is_(True), Task.is_sample.is_(False), Task.status == "completed")
        .where(or_(Task.import_id == import_id, posted, judged))
        .order_by(Task.id)
        .limit(limit)
    )
    return (await session.execute(query.where(Task.id > after) if after is not None else query)).scalars().all()


async def meant_for(session: AsyncSession, since: datetime, until: datetime, limit: int) -> Sequence[Task]:
    """Undecided tasks that are meant for a time in between, earliest first; `until` is outside."""
    found = select(Task).where(Task.publish_at >= since, Task.publish_at < until, Task.status.in_(_UNDECIDED))
    return (await session.scalars(found.order_by(Task.publish_at).limit(limit))).all()


_UNDECIDED = ("queued", "running", "paused", "needs_clarification", "pending_approval")


async def past_expiry(session: AsyncSession, at: datetime, limit: int) -> Sequence[UUID]:
    """Tasks that nobody decided by the time that was set for them, the longest past first."""
    found = select(Task.id).where(Task.expires_at <= at, Task.status.in_(_UNDECIDED))
    return (await session.scalars(found.order_by(Task.expires_at).limit(limit))).all()
