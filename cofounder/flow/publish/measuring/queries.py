"""The SQL of measuring."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.publish.measuring.tables import MeasuredAccount, Measurement
from cofounder.kit import db

# Published since a time, and nothing was planned for it yet. A post has no time of publication until it stands somewhere.
_PLAN = """
INSERT INTO measurements
  (publication_id, age_seconds, channel, source, external_id, published_at, due_at, try_at, state, attempts)
SELECT f.id, a.seconds, f.channel, :source, f.external_id, f.published_at,
  f.published_at + make_interval(secs => a.seconds), f.published_at + make_interval(secs => a.seconds), 'due', 0
FROM (
  SELECT p.id, p.channel, coalesce(p.external_id, '') AS external_id, o.published_at
  FROM posts o JOIN publications p ON p.id = o.publication_id
  WHERE o.published_at > :since AND p.state = 'published' AND {which}
    AND NOT EXISTS (SELECT FROM measurements m WHERE m.publication_id = p.id AND m.external_id = coalesce(p.external_id, ''))
  LIMIT :limit) f
CROSS JOIN unnest(CAST(:ages AS int[])) AS a(seconds)
ON CONFLICT DO NOTHING RETURNING publication_id"""
_OF_ACCOUNT = text(
    _PLAN.format(which="p.delivered_by = :provider AND p.account = :account AND p.external_id IS NOT NULL")
)
_BY_HAND = text(_PLAN.format(which="(p.delivered_by <> ALL(CAST(:readable AS text[])) OR p.external_id IS NULL)"))

# A person may say another time, or that it was not posted at all.
_MOVE = text("""
UPDATE measurements m SET published_at = o.published_at, due_at = o.published_at + make_interval(secs => m.age_seconds),
  try_at = o.published_at + make_interval(secs => m.age_seconds)
FROM posts o WHERE o.publication_id = m.publication_id AND m.state = 'due' AND o.published_at <> m.published_at
  AND (m.source = '' OR EXISTS (SELECT FROM publications p WHERE p.id = m.publication_id AND p.settled_by IS NOT NULL))""")
_TAKE_BACK = text("""
DELETE FROM measurements m USING posts o
WHERE o.publication_id = m.publication_id AND m.source = '' AND m.state IN ('due', 'missed') AND o.published_at IS NULL""")
# Another address may name another post, or one where nobody knew which it was.
_NAMED_ANEW = text("""
DELETE FROM measurements m USING publications p
WHERE p.id = m.publication_id AND p.settled_by IS NOT NULL AND m.state <> 'done'
  AND m.external_id <> coalesce(p.external_id, '')""")

# A reading that came in by itself, or before its age was planned, answers what a person is asked as a typed one does.
_UNANSWERED = text("""
SELECT DISTINCT m.publication_id, r.id AS reading_id, r.measured_at
FROM measurements m JOIN posts o ON o.publication_id = m.publication_id
JOIN social_post_analytics r ON r.post_id = o.id AND r.measured_at >= m.due_at AND r.measured_at <= :at
WHERE m.source = '' AND m.state = 'due' AND m.due_at <= :at
ORDER BY r.measured_at, m.publication_id LIMIT :limit""")

# What a reading that is not there any more had answered is asked again, with the ages that it came too late for.
_ASK_AGAIN = text("""
UPDATE measurements m SET state = 'due', said = NULL, read_at = NULL, reading_id = NULL
WHERE m.publication_id = :publication AND m.source = ''
  AND (m.reading_id = :reading OR (m.state = 'missed' AND m.said = :too_late))""")

# The same where the reading went to another post, or waits for one.
_ASK_FOR_LOST = text("""
WITH lost AS (
  UPDATE measurements m SET state = 'due', said = NULL, read_at = NULL, reading_id = NULL
  WHERE m.publication_id = :publication AND m.source = '' AND m.state = 'done' AND NOT EXISTS (
    SELECT FROM social_post_analytics r JOIN posts o ON o.id = r.post_id
    WHERE r.id = m.reading_id AND o.publication_id = m.publication_id)
  RETURNING 1)
UPDATE measurements m SET state = 'due', said = NULL
WHERE m.publication_id = :publication AND m.source = '' AND m.state = 'missed' AND m.said = :too_late
  AND EXISTS (SELECT FROM lost)""")

_DUE = text("""
SELECT publication_id, max(external_id) AS external_id, max(published_at) AS published_at, min(due_at) AS first_due_at
FROM measurements WHERE source = :source AND state = 'due' AND try_at <= :at
GROUP BY publication_id ORDER BY min(due_at), publication_id LIMIT :limit""")

_SETTLE = text("""
UPDATE measurements m SET state = s.state, said = s.said, read_at = s.read_at, reading_id = s.reading_id,
  attempts = m.attempts + 1
FROM unnest(CAST(:publications AS uuid[]), CAST(:ages AS int[]), CAST(:states AS text[]), CAST(:words AS text[]),
  CAST(:times AS timestamptz[]), CAST(:readings AS uuid[]))
  AS s(publication_id, age_seconds, state, said, read_at, reading_id)
WHERE m.publication_id = s.publication_id AND m.age_seconds = s.age_seconds AND m.state = 'due'""")

_COUNTED = text("""
SELECT state, source = '' AS hand, due_at <= :at AS reached, count(*) FROM measurements GROUP BY 1, 2, 3""")

_GIVE_UP = text("""
UPDATE measurements SET state = 'missed', said = coalesce(said, '') || :said
WHERE state = 'due' AND due_at < :before RETURNING publication_id""")


PLANNED_AT_ONCE = 1_000  # publications a transaction


async def plan(
    session: AsyncSession, *, source: str, provider: str, account: str, ages: Sequence[timedelta], since: datetime
) -> int:
    """Plan the ages of the next thousand of an account's publications that have none; how many these were."""
    given: dict[str, Any] = {"source": source, "provider": provider, "account": account}
    given |= {"ages": _seconds(ages), "since": since, "limit": PLANNED_AT_ONCE}
    return len(set((await session.execute(_OF_ACCOUNT, given)).scalars()))


async def plan_by_hand(
    session: AsyncSession, *, ages: Sequence[timedelta], since: datetime, readable: Sequence[str]
) -> int:
    """The same of texts that nothing reads by itself: posted by hand, sent by what none of these `readable` is, or seen
    by a person who knows no id of them.
    """
    given = {
        "source": "", "ages": _seconds(ages), "since": since, "limit": PLANNED_AT_ONCE, "readable": list(readable)
    }  # fmt: skip
    return len(set((await session.execute(_BY_HAND, given)).scalars()))


async def follow_people(session: AsyncSession) -> None:
    """Keep to what people said since: another time of posting, another address, or that it was not posted."""
    await session.execute(_NAMED_ANEW)
    await session.execute(_MOVE)
    await session.execute(_TAKE_BACK)


async def unanswered(session: AsyncSession, at: datetime, limit: int) -> list[tuple[UUID, UUID, datetime]]:
    """(publication, reading, its time) of readings that are there for ages which a person is still asked for, the oldest
    first.
    """
    rows = await session.execute(_UNANSWERED, {"at": at, "limit": limit})
    return [(row.publication_id, row.reading_id, row.measured_at) for row in rows]


async def ask_again(session: AsyncSession, publication_id: UUID, reading_id: UUID, too_late: str) -> None:
    """Open the ages that a reading had answered, or made too late for another."""
    given = {"publication": publication_id, "reading": reading_id, "too_late": too_late}
    await session.execute(_ASK_AGAIN, given)


async def ask_for_lost(session: AsyncSession, publication_id: UUID, too_late: str) -> None:
    """Open the ages whose reading is this publication's no more, with those that it came too late for."""
    await session.execute(_ASK_FOR_LOST, {"publication": publication_id, "too_late": too_late})


async def due(session: AsyncSession, source: str, at: datetime, limit: int) -> list[dict[str, Any]]:
    """Publications with an age that is due, the longest due first."""
    rows = await session.execute(_DUE, {"source": source, "at": at, "limit": limit})
    return [dict(row) for row in rows.mappings()]


async def open_ages(session: AsyncSession, publications: Sequence[UUID]) -> dict[UUID, list[Measurement]]:
    """The ages that wait of these publications, locked until the transaction ends."""
    found = (
        select(Measurement)
        .where(Measurement.publication_id.in_(publications), Measurement.state == "due")
        .order_by(Measurement.publication_id, Measurement.age_seconds)
        .with_for_update()
    )
    made: dict[UUID, list[Measurement]] = {}
    for row in (await session.scalars(found.execution_options(populate_existing=True))).all():
        made.setdefault(row.publication_id, []).append(row)
    return made


async def settle(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """End ages that wait; of each row publication_id, age_seconds, state, said, read_at, reading_id."""
    if rows:
        names = ("publication_id", "age_seconds", "state", "said", "read_at", "reading_id")
        columns = ("publications", "ages", "states", "words", "times", "readings")
        given = {column: [row[name] for row in rows] for column, name in zip(columns, names, strict=True)}
        await session.execute(_SETTLE, given)


async def put_off(session: AsyncSession, row: Measurement, until: datetime, said: str) -> None:
    row.try_at, row.said, row.attempts = until, said, row.attempts + 1
    await session.flush()


async def give_up(session: AsyncSession, before: datetime, said: str) -> int:
    """End what was due before a time; how many ages these were."""
    return len((await session.execute(_GIVE_UP, {"before": before, "said": said})).all())


async def publications_like(session: AsyncSession, part: str) -> Sequence[UUID]:
    """The publications whose id begins or ends so; two at most, which tell that it is not one."""
    asked = text(
        "SELECT id FROM publications WHERE starts_with(id::text, :part) OR right(id::text, length(:part)) = :part LIMIT 2"
    )
    return (await session.scalars(asked, {"part": part})).all()


async def of(session: AsyncSession, publication_id: UUID) -> Sequence[Measurement]:
    """Every age of a publication, the youngest first."""
    found = select(Measurement).where(Measurement.publication_id == publication_id).order_by(Measurement.age_seconds)
    return (await session.scalars(found.execution_options(populate_existing=True))).all()


def _narrowed(states: Sequence[str] | None, by_hand: bool | None, until: datetime | None) -> list[Any]:
    wanted: list[Any] = []
    if states:
        wanted.append(Measurement.state.in_(states))
    if by_hand is not None:
        wanted.append(Measurement.source == "" if by_hand else Measurement.source != "")
    if until is not None:
        wanted.append(Measurement.due_at <= until)
    return wanted


def by_due(states: Sequence[str] | None) -> bool:
    """Whether these are listed in the order in which they are due: what has ended or is to come is, by its post."""
    return list(states or ()) == ["due"]


async def page(
    session: AsyncSession,
    *,
    states: Sequence[str] | None,
    by_hand: bool | None,
    until: datetime | None,
    after: tuple[datetime, UUID, int] | None,
    limit: int,
) -> Sequence[Measurement]:
    """Ages of publications: what is due in the order in which it is, else by post, the newest first, with its ages.

    `after`: when the last one was due or its post went out, its publication and its age.
    """
    wanted = select(Measurement).where(*_narrowed(states, by_hand, until))
    if by_due(states):
        order = (Measurement.due_at, Measurement.publication_id, Measurement.age_seconds)
        if after is not None:
            wanted = wanted.where(tuple_(*order) > after)
        ordered = wanted.order_by(*order).limit(limit)
    else:
        falling = (Measurement.published_at, Measurement.publication_id, -Measurement.age_seconds)
        if after is not None:
            wanted = wanted.where(tuple_(*falling) < (after[0], after[1], -after[2]))
        ordered = wanted.order_by(*(one.desc() for one in falling)).limit(limit)
    return (await session.scalars(ordered)).all()


async def total(
    session: AsyncSession, *, states: Sequence[str] | None, by_hand: bool | None, until: datetime | None
) -> int:
    wanted = select(func.count()).select_from(Measurement).where(*_narrowed(states, by_hand, until))
    return int(await session.scalar(wanted) or 0)


async def told(session: AsyncSession, publications: Sequence[UUID]) -> dict[UUID, dict[str, Any]]:
    """Publication -> task_id, title and url of its post."""
    asked = text(
        "SELECT publication_id AS id, task_id, title, url FROM posts WHERE publication_id = ANY(CAST(:ids AS uuid[]))"
    )
    return {row["id"]: dict(row) for row in (await session.execute(asked, {"ids": list(publications)})).mappings()}


async def counts(session: AsyncSession, at: datetime) -> dict[str, int]:
    """State -> ages; `due` are those whose time has come, `waiting` those to come, `asked` of the due a person's."""
    found = await session.execute(_COUNTED, {"at": at})
    made = dict.fromkeys(("due", "asked", "waiting", "done", "missed", "gone", "not_offered"), 0)
    for state, hand, reached, number in found.all():
        made[state if state != "due" else "waiting" if not reached else "asked" if hand else "due"] += number
    return made


async def accounts(session: AsyncSession) -> Sequence[MeasuredAccount]:
    found = select(MeasuredAccount).order_by(MeasuredAccount.channel, MeasuredAccount.name)
    return (await session.scalars(found.execution_options(populate_existing=True))).all()


async def account(session: AsyncSession, source: str) -> MeasuredAccount | None:
    found = select(MeasuredAccount).where(MeasuredAccount.source == source)
    return await session.scalar(found.execution_options(populate_existing=True))


async def put_account(session: AsyncSession, values: dict[str, Any]) -> None:
    statement = insert(MeasuredAccount).values(values)
    changed = {name: statement.excluded[name] for name in values if name != "source"}
    await session.execute(statement.on_conflict_do_update(index_elements=["source"], set_=changed))


async def change_account(session: AsyncSession, source: str, **changes: Any) -> None:
    await session.execute(update(MeasuredAccount).where(MeasuredAccount.source == source).values(**changes))


@asynccontextmanager
async def alone(source: str) -> AsyncIterator[bool]:
    """Whether this is the one process that reads by an account now. Held by a connection: it goes with its process."""
    key = {"key": f"measuring {source}"}
    async with db.engine().connect() as opened:
        connection = await opened.execution_options(isolation_level="AUTOCOMMIT")
        mine = bool(await connection.scalar(text("SELECT pg_try_advisory_lock(hashtextextended(:key, 0))"), key))
        try:
            yield mine
        finally:
            if mine:
                await connection.execute(text("SELECT pg_advisory_unlock(hashtextextended(:key, 0))"), key)


def _seconds(ages: Sequence[timedelta]) -> list[int]:
    return [int(age.total_seconds()) for age in ages]
