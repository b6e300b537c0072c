"""From what was read to the company's records, and to the ages that it is read for. A repeat changes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewReading
from cofounder.channels.readers import ReadOut
from cofounder.flow.publish.measuring import ages, queries
from cofounder.flow.publish.measuring.ages import Due
from cofounder.flow.publish.measuring.tables import Measurement
from cofounder.kit.ids import new_id

TOO_LATE = "It was not read within half of that age, and the next age had come."


@dataclass
class Wrote:
    """What was kept: publications that were read or are gone, ages that were missed."""

    read: int = 0
    gone: int = 0
    missed: int = 0


async def keep(
    session: AsyncSession, provider: str, publications: Mapping[str, UUID], out: ReadOut, at: datetime
) -> Wrote:
    """Keep one round of readings, taken at `at`. `publications`: the posts' own ids -> theirs.

    Only ages that still wait are ended, so that what another round kept meanwhile is kept once.
    """
    wrote, settled, made = Wrote(), [], []
    waiting = await queries.open_ages(session, list(publications.values()))
    posts = await records.posts_of(session, list(publications.values()))
    for one in out.counted:
        mine = waiting.get(publications[one.external_id], [])
        read, missed = placed(mine, at)
        post = posts.get(publications[one.external_id])
        if not read or post is None:
            continue
        channel = mine[0].channel
        row = NewReading(
            id=new_id(),
            post_id=post,
            platform=channel,
            measured_at=at,
            source=provider,
            raw=one.raw,
            flags=records.odd(one.counts),
            **one.counts,
        )
        made.append(row)
        settled += [_ended(each, "done", late(each, at), at, row.id) for each in read]
        settled += [_ended(each, "missed", TOO_LATE, None, None) for each in missed]
        wrote.read, wrote.missed = wrote.read + 1, wrote.missed + len(missed)
    for state, told in (("gone", out.gone), ("not_offered", out.not_offered)):
        for external_id, why in told.items():
            mine = waiting.get(publications[external_id], [])
            settled += [_ended(each, state, why, None, None) for each in mine]
            wrote.gone += state == "gone" and bool(mine)
    for external_id, why in out.later.items():
        for each in waiting.get(publications[external_id], []):
            if each.due_at <= at:
                await queries.put_off(session, each, ages.again_at(at, each.attempts + 1), why)
    await records.put_readings(session, made)
    await queries.settle(session, settled)
    return wrote


def placed(waiting: list[Measurement], at: datetime) -> tuple[list[Measurement], list[Measurement]]:
    """Of ages that wait (read for, missed by) a reading at this time."""
    rows = {row.age_seconds: row for row in waiting}
    due = [Due(timedelta(seconds=row.age_seconds), row.due_at) for row in waiting]
    read, missed = ages.placed(due, at)
    return [rows[int(one.age.total_seconds())] for one in read], [rows[int(one.age.total_seconds())] for one in missed]


async def answer(session: AsyncSession, at: datetime) -> int:
    """End the ages that people are asked for and that readings are there for by now; of how many publications, at most a
    thousand.
    """
    found = await queries.unanswered(session, at, queries.PLANNED_AT_ONCE)
    for publication_id, reading_id, measured_at in found:
        await answered(session, publication_id, reading_id, measured_at)
    return len({publication_id for publication_id, _, _ in found})


async def taken_away(session: AsyncSession, publication_id: UUID, reading_id: UUID, at: datetime) -> None:
    """Ask again for what a reading, which is gone, had answered, unless another one answers it."""
    await queries.ask_again(session, publication_id, reading_id, TOO_LATE)
    await answer(session, at)


async def look_anew(session: AsyncSession, publication_id: UUID, at: datetime) -> None:
    """Ask again for what readings had answered that are another post's by now, and end what those that are there answer."""
    await queries.ask_for_lost(session, publication_id, TOO_LATE)
    await answer(session, at)


async def answered(session: AsyncSession, publication_id: UUID, reading_id: UUID, at: datetime) -> None:
    """End the ages that a reading is for which no round of ours took."""
    waiting = (await queries.open_ages(session, [publication_id])).get(publication_id, [])
    read, missed = placed(waiting, at)
    settled = [_ended(each, "done", late(each, at), at, reading_id) for each in read]
    await queries.settle(session, settled + [_ended(each, "missed", TOO_LATE, None, None) for each in missed])


def late(row: Measurement, at: datetime) -> str | None:
    """That it was read late, with its real age; None where it was in time."""
    age, real = timedelta(seconds=row.age_seconds), at - row.published_at
    if real - age <= max(age / 10, timedelta(minutes=15)):
        return None
    return f"Read late: the post was {real.total_seconds() / 3600:,.1f} hours old."


def _ended(
    row: Measurement, state: str, said: str | None, read_at: datetime | None, reading_id: UUID | None
) -> dict[str, Any]:
    return {
        "publication_id": row.publication_id,
        "age_seconds": row.age_seconds,
        "state": state,
        "said": said,
        "read_at": read_at,
        "reading_id": reading_id,
    }
