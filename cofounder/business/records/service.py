"""Reads and writes of the company's records. Stages come through here; none of them touches a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import queries
from cofounder.business.records.odd import ODD
from cofounder.business.records.schemas import (
    NewFinancial,
    NewPost,
    NewReading,
    NewTask,
    NewWebDay,
    PostWithReading,
    TaskFilter,
)
from cofounder.business.records.tables import TASK_STATUS as TASK_STATUS
from cofounder.business.records.tables import (
    FinancialMetric,
    Post,
    QualityEvaluation,
    SocialPostAnalytics,
    Task,
    WebAnalytics,
)
from cofounder.kit import clock, cursors, live, recall
from cofounder.kit.errors import InputInvalid, NotFound
from cofounder.kit.ids import new_id

# what others call these rows: they may read attributes, never import a table
TaskRow = Task
PostRow = Post
FinancialRow = FinancialMetric
ReadingRow = SocialPostAnalytics

_FIXED = {"id", "created_at", "is_sample"}
_TASK_FIELDS = set(TaskRow.__table__.columns.keys()) - _FIXED


class TaskMissing(NotFound):
    """There is no task with this id."""

    hint = "cofounder tasks lists the tasks that exist."


class CursorInvalid(InputInvalid):
    """This cursor did not come from the list before."""

    hint = "Ask for the first page again."


@dataclass(frozen=True)
class TaskPage:
    """Tasks, newest first; `next_cursor` is None on the last page."""

    items: list[TaskRow]
    next_cursor: str | None
    total: int


async def add_task(session: AsyncSession, task: NewTask | None = None, **fields: Any) -> TaskRow:
    """Write a task's row, given whole or field by field; id, times and `as_of` are set where left open."""
    task = task or NewTask(**fields)
    now = clock.now()
    given = task.model_dump()
    given["id"] = task.id or new_id()
    given["created_at"] = task.created_at or now
    given["as_of"] = task.as_of or given["created_at"]
    row = TaskRow(**given, questions=[])
    session.add(row)
    await session.flush()
    live.changed(session, "tasks", row.id)
    return row


async def get_task(session: AsyncSession, id: UUID, *, lock: bool = False) -> TaskRow:
    """The task's row, locked until the transaction ends where asked. Raises TaskMissing."""
    row = await queries.task(session, id, lock=lock)
    if row is None:
        raise TaskMissing(f"No task {id}.", field="task_id")
    return row


async def find_by_id(session: AsyncSession, id: UUID, *, lock: bool = False) -> TaskRow | None:
    """The task's row, None where the id is no task's."""
    return await queries.task(session, id, lock=lock)


async def find_task(session: AsyncSession, *, idempotency_key: str) -> TaskRow | None:
    """The task that this key made, if any."""
    return await queries.task_by_key(session, idempotency_key)


async def update_task(session: AsyncSession, id: UUID, **changes: Any) -> None:
    """Set columns of a task. Raises TaskMissing; a name that is no column is a mistake of ours."""
    unknown = changes.keys() - _TASK_FIELDS
    if unknown:
        raise TypeError(f"a task has no field {', '.join(sorted(unknown))} to change")
    if not await queries.change_task(session, id, changes):
        raise TaskMissing(f"No task {id}.", field="task_id")
    live.changed(session, "tasks", id)


async def change(session: AsyncSession, row: TaskRow, **changes: Any) -> TaskRow:
    """Set columns of a task whose row this transaction holds locked."""
    for name, value in changes.items():
        setattr(row, name, value)
    await session.flush()
    live.changed(session, "tasks", row.id)
    return row


async def statuses(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, str]:
    """How tasks stand, by id; without those that are none."""
    return await queries.statuses(session, ids) if ids else {}


async def meant_for(session: AsyncSession, since: datetime, until: datetime) -> Sequence[TaskRow]:
    """Undecided tasks that are meant for a time in between, earliest first; `until` is outside."""
    return await queries.meant_for(session, since, until, 1_000)


async def past_expiry(session: AsyncSession, at: datetime, *, limit: int = 200) -> Sequence[UUID]:
    """Ids of tasks that nobody decided by the time that was set for them."""
    return await queries.past_expiry(session, at, limit)


async def list_tasks(
    session: AsyncSession,
    filters: TaskFilter | None = None,
    cursor: str | None = None,
    limit: int = 50,
    *,
    oldest: bool = False,
) -> TaskPage:
    """A page of tasks, newest or `oldest` first; a cursor goes on in the order it was given in. Raises CursorInvalid."""
    filters = filters or TaskFilter()
    found = list(
        await queries.tasks(session, filters, cursors.decoded(cursor, CursorInvalid), limit + 1, oldest=oldest)
    )
    shown = found[:limit]
    more = cursors.coded(shown[-1].created_at, shown[-1].id) if len(found) > limit and shown else None
    whole = cursor is None and more is None  # then nothing is left to count
    return TaskPage(shown, more, len(shown) if whole else await queries.task_count(session, filters))


async def count_tasks(session: AsyncSession, filters: TaskFilter) -> int:
    """How many tasks a filter finds."""
    return await queries.task_count(session, filters)


async def tasks_by_status(session: AsyncSession, filters: TaskFilter) -> dict[str, int]:
    """Status -> how many of the tasks that a filter finds stand there; those with none are left out."""
    return await queries.tasks_by_status(session, filters)


async def task_ids(session: AsyncSession, filters: TaskFilter, limit: int) -> list[UUID]:
    """The ids of the tasks that a filter finds, newest first, at most `limit`."""
    return list(await queries.task_ids(session, filters, limit))


async def earlier_tasks(
    session: AsyncSession, *, as_of: datetime, limit: int = 500, ids: Sequence[UUID] | None = None
) -> list[TaskRow]:
    """Tasks that had ended well by `as_of`, newest first; of these ids where given."""
    return list(await queries.earlier_tasks(session, as_of, limit, ids))


async def latest_evaluation(session: AsyncSession, task_id: UUID) -> QualityEvaluation | None:
    """The newest imported evaluation of a task, None without one."""
    return await queries.latest_evaluation(session, task_id)


async def earlier_ids(session: AsyncSession, import_id: UUID, *, after: UUID | None, limit: int) -> list[UUID]:
    """Ids of completed earlier tasks that an import touched, itself or by a post, a reading or an evaluation."""
    return list(await queries.earlier_ids(session, import_id, after, limit))


async def has_post(session: AsyncSession, publication_id: UUID) -> bool:
    """Whether a publication has its post."""
    return await queries.has_published(session, publication_id)


async def posted(session: AsyncSession, publications: Sequence[UUID]) -> dict[UUID, tuple[datetime, str | None]]:
    """Of these publications, those whose post stands somewhere: publication -> (since when, where)."""
    return await queries.standing_of(session, publications)


async def set_posted(session: AsyncSession, publication_id: UUID, at: datetime | None, url: str | None) -> None:
    """Write since when and where a publication's post stands; without a time: nowhere yet."""
    await queries.stand(session, publication_id, at, url)
    live.changed(session, "posts", publication_id)


async def set_posted_id(session: AsyncSession, publication_id: UUID, external_id: str | None) -> None:
    """Write which post of its platform a publication's post is."""
    await queries.name_post(session, publication_id, external_id)
    live.changed(session, "posts", publication_id)


async def publication_named(session: AsyncSession, platform: str, external_id: str) -> UUID | None:
    """The publication that became the post with this id of its platform's."""
    return await queries.publication_named(session, platform, external_id)


async def posts_of(session: AsyncSession, publications: Sequence[UUID]) -> dict[UUID, UUID]:
    """Publication -> its post, of those that have one."""
    return await queries.posts_of(session, publications)


async def add_post(session: AsyncSession, post: NewPost) -> PostRow:
    given = post.model_dump()
    given["id"] = post.id or new_id()
    row = PostRow(**given, created_at=clock.now())
    session.add(row)
    await session.flush()
    live.changed(session, "posts", row.id)
    return row


async def put_post(session: AsyncSession, post: NewPost, *, begun_at: datetime | None) -> UUID:
    """Write the post that a publication became; gives its id, which is another one where it was imported before.

    Whatever platform and id it has, it is written. `begun_at`: when the text was handed over.
    """
    id = await queries.put_published(session, {**post.model_dump(), "created_at": clock.now()}, begun_at)
    live.changed(session, "posts", id)
    return id


async def posts(
    session: AsyncSession,
    *,
    as_of: datetime,
    platforms: Sequence[str] | None = None,
    since: datetime | None = None,
    task_ids: Sequence[UUID] | None = None,
    ids: Sequence[UUID] | None = None,
    limit: int | None = None,
) -> list[PostWithReading]:
    """Posts published by `as_of`, newest first, each with its latest reading as of then.

    Sample posts count only as long as the company has none of its own; those of named tasks always do.
    """
    return await queries.posts(
        session,
        as_of,
        platforms=platforms,
        since=since,
        task_ids=task_ids,
        ids=ids,
        limit=limit,
        ours=task_ids is None,
    )


async def recent_posts(
    session: AsyncSession, as_of: datetime, limit: int = 50, platform: str | None = None
) -> list[PostWithReading]:
    """The newest posts as of a time, of one platform where named."""
    return await queries.posts(session, as_of, platforms=[platform] if platform else None, limit=limit)


async def add_readings(session: AsyncSession, readings: Sequence[NewReading]) -> None:
    await queries.add_many(session, SocialPostAnalytics, [_reading(one) for one in readings])
    for post_id in {reading.post_id for reading in readings}:
        live.changed(session, "posts", post_id)


async def put_readings(session: AsyncSession, readings: Sequence[NewReading]) -> None:
    """Write readings that may have been written before: of one post and time the first one stays."""
    await queries.put_readings(session, [_reading(one) for one in readings])
    if readings:
        live.changed(session, "posts", readings[0].post_id if len(readings) == 1 else "")


async def correct_reading(session: AsyncSession, reading: NewReading) -> ReadingRow:
    """Write a reading; of the same post and time it takes the place of the one that is there."""
    row = await queries.correct_reading(session, _reading(reading))
    live.changed(session, "posts", reading.post_id)
    return row


async def remove_reading(session: AsyncSession, reading: ReadingRow) -> None:
    """Take a reading away; what was learned of it follows."""
    await queries.remove_reading(session, reading.id)
    live.changed(session, "posts", reading.post_id or "")


def _reading(one: NewReading) -> dict[str, Any]:
    return {**one.model_dump(), "id": one.id or new_id()}


def odd(counts: Mapping[str, int | None]) -> list[str]:
    """What is odd about the counters of a reading, by the same codes that imports note on theirs."""
    return [code for code, rule in ODD["social_analytics"].items() if rule.holds(counts)]


async def readings_of(session: AsyncSession, post_id: UUID) -> list[ReadingRow]:
    """Every reading of a post, in the order of time."""
    return list(await queries.readings_of(session, post_id))


async def add_web_days(session: AsyncSession, days: Sequence[NewWebDay]) -> None:
    await queries.add_many(session, WebAnalytics, [{"id": new_id(), **day.model_dump()} for day in days])
    live.changed(session, "web_analytics")


async def add_financial(session: AsyncSession, rows: Sequence[NewFinancial]) -> None:
    await queries.add_many(session, FinancialRow, [{"id": new_id(), **row.model_dump()} for row in rows])
    live.changed(session, "financial_metrics")


async def add_history(
    session: AsyncSession, tasks: Sequence[NewTask], posts: Sequence[NewPost], readings: Sequence[NewReading]
) -> None:
    """Many finished tasks with their posts and readings at once; every task has its id and times."""
    now = clock.now()
    await queries.add_many(session, TaskRow, [{**task.model_dump(), "questions": []} for task in tasks])
    await queries.add_many(session, PostRow, [{**p.model_dump(), "created_at": p.published_at or now} for p in posts])
    await queries.add_many(session, SocialPostAnalytics, [_reading(one) for one in readings])
    live.changed(session, "tasks")
    live.changed(session, "posts")


async def financial_rows(
    session: AsyncSession, metric: str | Sequence[str] | None = None, as_of: datetime | None = None
) -> list[FinancialRow]:
    """Per metric and period the newest value known at `as_of` (None: now), oldest period first."""
    metrics = [metric] if isinstance(metric, str) else metric
    if as_of is None:
        return list(await queries.financial_rows(session, clock.now(), metrics))
    asked = ("financial", as_of, None if metrics is None else tuple(metrics))
    return list(await recall.once(asked, lambda: queries.financial_rows(session, as_of, metrics)))


async def web_days(
    session: AsyncSession, as_of: datetime, *, since: date | None = None
) -> list[tuple[date, int | None, int | None, int | None]]:
    """(day, sessions, users, conversions) of the whole site as known at `as_of`, oldest first."""
    return await recall.once(("web", as_of, since), lambda: queries.web_days(session, as_of, since=since))


async def remove_sample_notes(session: AsyncSession) -> None:
    """Delete the sample company's notes, tasks and posts; all else of it stays."""
    await queries.remove_sample_notes(session)


async def has_own_rows(session: AsyncSession) -> bool:
    """Whether posts, web or financial rows exist that are not sample."""
    return await queries.has_own_rows(session)


async def only_sample(session: AsyncSession) -> bool:
    """Whether these are the records of the sample company: what is added to them belongs to it."""
    return await queries.only_sample(session)


async def invented(session: AsyncSession, as_of: datetime) -> set[str]:
    """The tables of which a read as of that time gives the sample company's rows, for want of the company's own."""
    return await queries.invented(session, as_of)


async def sample_ends(session: AsyncSession) -> date | None:
    """The last day of the newest sample figure; None without a sample."""
    return await queries.sample_ends(session)


async def count_sample(session: AsyncSession) -> dict[str, int]:
    """Table name -> sample rows."""
    return await queries.count_sample(session)


async def remove_sample(session: AsyncSession, *, generated_only: bool = False) -> dict[str, int]:
    """Delete sample rows; with `generated_only` the tasks and posts that a person made on the sample stay."""
    removed = await queries.remove_sample(session, generated_only=generated_only)
    for topic in ("tasks", "posts", "financial_metrics", "web_analytics"):
        live.changed(session, topic)
    return removed
