"""A series from its rule to its tasks: ahead of each slot, once, and nothing that was left out is made."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from cofounder.business.records import service as records
from cofounder.channels import UnknownChannel
from cofounder.flow.request.series import making, service
from cofounder.flow.request.series.errors import (
    NoSuchSlot,
    SeriesEmpty,
    SeriesEnded,
    SeriesNameTaken,
    SeriesUnclear,
    SlotMade,
)
from cofounder.flow.request.series.schemas import SeriesChange, SeriesIn, SeriesOut
from cofounder.flow.request.service import UnknownPersona
from cofounder.kit.clock import frozen
from cofounder.kit.db import transaction
from cofounder.kit.errors import CofounderError
from cofounder.kit.versions import OldVersion, etag
from tests.flow.waiting import OPERATOR

pytestmark = pytest.mark.usefixtures("database")
START = datetime(2026, 3, 2, 6, tzinfo=UTC)  # a Monday, 07:00 in Berlin
MONDAYS: dict[str, Any] = {
    "name": "Monday numbers",
    "request": "Write a post about last week's numbers",
    "channels": ["linkedin", "twitter"],
    "weekdays": ["monday"],
    "at": "09:00",
    "zone": "Europe/Berlin",
}


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    with frozen(moment):
        yield


async def begun(moment: datetime = START, **more: Any) -> SeriesOut:
    with frozen(moment):
        async with transaction() as session:
            return await service.create(session, SeriesIn(**{**MONDAYS, **more}), by=OPERATOR)


async def looked(moment: datetime) -> int:
    with frozen(moment):
        return await making.look()


async def became(id: UUID) -> list[tuple[str, str]]:
    """(day, state) of its slots, earliest first."""
    async with transaction() as session:
        found = await service.detail(session, id)
    return [(one.day.isoformat(), one.state) for one in reversed(found.occurrences)]


async def tasks() -> list[Any]:
    async with transaction() as session:
        rows = await session.execute(text("SELECT * FROM tasks ORDER BY created_at, publish_at"))
        return list(rows)


async def acted(name: str, id: UUID, moment: datetime, *more: Any, **named: Any) -> SeriesOut:
    with frozen(moment):
        async with transaction() as session:
            made: SeriesOut = await getattr(service, name)(session, id, *more, by=OPERATOR, **named)
            return made


DAY = timedelta(days=1)


async def test_each_slot_gets_its_task_a_lead_before_it_and_only_once() -> None:
    one = await begun()
    assert one.words == "Every Monday at 09:00, Europe/Berlin"
    assert [each.slot_at.isoformat() for each in one.coming] == [
        "2026-03-02T08:00:00+00:00",
        "2026-03-09T08:00:00+00:00",
        "2026-03-16T08:00:00+00:00",
        "2026-03-23T08:00:00+00:00",
        "2026-03-30T07:00:00+00:00",  # summer time
    ]
    assert await looked(START) == 1  # today's: less ahead than the lead, but ahead
    assert await looked(START) == 0
    assert await looked(START + 5 * DAY) == 0
    assert await looked(START + 6 * DAY + timedelta(hours=2)) == 1
    made = await tasks()
    assert [(row.source, row.status, row.requested_by) for row in made] == [
        ("schedule", "queued", "series:Monday numbers")
    ] * 2
    assert [row.publish_at for row in made] == [
        datetime(2026, 3, 2, 8, tzinfo=UTC),
        datetime(2026, 3, 9, 8, tzinfo=UTC),
    ]
    assert made[0].preferences["channels"] == ["linkedin", "x"]
    assert made[0].preferences["spelling"]["x"] == "twitter"
    assert [row.expires_at for row in made] == [None, None]
    async with transaction() as session:
        begun_journeys = "SELECT count(*) FROM dbos.workflow_status WHERE name = 'journey'"
        assert await session.scalar(text(begun_journeys)) == 2


async def test_a_machine_that_was_off_makes_the_latest_missed_one_and_says_which_it_left_out() -> None:
    one = await begun()
    assert await looked(START + 30 * DAY) == 1
    assert await became(one.id) == [
        ("2026-03-02", "missed"),
        ("2026-03-09", "missed"),
        ("2026-03-16", "missed"),
        ("2026-03-23", "missed"),
        ("2026-03-30", "made"),
    ]
    (late,) = await tasks()
    assert late.publish_at is None  # its time has passed: who approves says when
    assert await looked(START + 30 * DAY) == 0
    assert await looked(START + 34 * DAY + timedelta(hours=3)) == 1


async def test_where_late_is_worthless_nothing_is_made_late_and_a_text_expires_at_its_slot() -> None:
    one = await begun(late="expire")
    assert await looked(START + 10 * DAY) == 0
    assert await became(one.id) == [("2026-03-02", "missed"), ("2026-03-09", "missed")]
    assert await looked(START + 13 * DAY + timedelta(hours=5)) == 1
    (row,) = await tasks()
    assert row.expires_at == row.publish_at == datetime(2026, 3, 16, 8, tzinfo=UTC)


async def test_paused_it_makes_nothing_and_resumed_it_goes_on_with_what_is_to_come() -> None:
    one = await begun()
    paused = await acted("pause", one.id, START)
    assert (paused.state, paused.coming) == ("paused", [])
    assert await looked(START + 20 * DAY) == 0
    resumed = await acted("resume", one.id, START + 20 * DAY)
    assert [each.day.isoformat() for each in resumed.coming][:2] == ["2026-03-23", "2026-03-30"]
    assert await looked(START + 20 * DAY + timedelta(hours=3)) == 1
    assert await became(one.id) == [("2026-03-23", "made")]


async def test_one_is_left_out_and_taken_back_and_what_is_made_cannot_be_left_out() -> None:
    one = await begun()
    skipped = await acted("skip", one.id, START, date(2026, 3, 9))
    assert "2026-03-09" not in [each.day.isoformat() for each in skipped.coming]
    assert await looked(START + 7 * DAY) == 1  # the first, late; the second is left out
    assert await became(one.id) == [("2026-03-02", "made"), ("2026-03-09", "skipped")]
    with pytest.raises(SlotMade):
        await acted("skip", one.id, START, date(2026, 3, 2))
    for wrong in (date(2026, 3, 10), date(2026, 2, 23)):
        with pytest.raises(NoSuchSlot):
            await acted("skip", one.id, START + 7 * DAY, wrong)
    await acted("skip", one.id, START + 7 * DAY, date(2026, 3, 16))
    back = await acted("unskip", one.id, START + 7 * DAY, date(2026, 3, 16))
    assert back.coming[0].day == date(2026, 3, 16)
    with pytest.raises(NoSuchSlot):
        await acted("unskip", one.id, START + 8 * DAY, date(2026, 3, 9))  # it has passed


async def test_it_ends_after_so_many_or_after_its_last_day() -> None:
    counted = await begun(count=2, name="Two")
    dated = await begun(ends_on="2026-03-09", name="Until the ninth")
    assert len(counted.coming) == len(dated.coming) == 2
    for week in range(4):
        await looked(START + week * 7 * DAY)
    for one in (counted, dated):
        assert await became(one.id) == [("2026-03-02", "made"), ("2026-03-09", "made")]
        with pytest.raises(SeriesEnded):
            await acted("pause", one.id, START + 30 * DAY)
    assert len(await tasks()) == 4


async def test_a_change_counts_from_now_on_and_never_makes_a_day_twice() -> None:
    one = await begun()
    await looked(START)
    changed = await acted(
        "change",
        one.id,
        START,
        SeriesChange(request="Write about our bread", at="18:00", weekdays=["monday", "friday"]),
    )
    assert [each.day.isoformat() for each in changed.coming][:2] == ["2026-03-06", "2026-03-09"]
    await looked(START + 4 * DAY)
    first, second = await tasks()
    assert first.request == MONDAYS["request"]
    assert second.request == "Write about our bread"
    assert second.publish_at == datetime(2026, 3, 6, 17, tzinfo=UTC)


async def test_a_change_of_what_somebody_else_changed_meanwhile_is_refused() -> None:
    one = await begun()
    read = etag(service.version(one))
    await acted("skip", one.id, START, one.coming[0].day)  # what became of a slot is no change of the plan
    await acted("change", one.id, START, SeriesChange(at="18:00"), if_match=read)
    with pytest.raises(OldVersion):
        await acted("change", one.id, START, SeriesChange(at="19:00"), if_match=read)
    async with transaction() as session:
        assert (await service.detail(session, one.id)).at == "18:00"


async def test_a_voice_that_is_gone_is_told_at_the_slot_and_the_series_goes_on() -> None:
    one = await begun(persona="coach")
    async with transaction() as session:
        await session.execute(text("""UPDATE schedules SET wishes = '{"persona": "nobody"}'"""))
    assert await looked(START) == 0
    async with transaction() as session:
        (slot,) = (await service.detail(session, one.id)).occurrences
    assert slot.state == "refused"
    assert "nobody" in (slot.note or "")
    await acted("change", one.id, START, SeriesChange(persona="coach"))
    assert await looked(START + 7 * DAY - timedelta(hours=1)) == 1


@pytest.mark.parametrize(
    ("wrong", "error", "field"),
    [
        ({"channels": ["fax"]}, UnknownChannel, "channels.0"),
        ({"persona": "nobody"}, UnknownPersona, "persona"),
        ({"every": "day"}, SeriesUnclear, "weekdays"),
        ({"month_day": 3}, SeriesUnclear, "month_day"),
        ({"ends_on": "2026-03-01"}, SeriesEmpty, "ends_on"),
        ({"name": "MONDAY numbers"}, SeriesNameTaken, "name"),
    ],
)
async def test_what_cannot_be_is_refused_by_its_field_and_nothing_is_stored(
    wrong: dict[str, Any], error: type[CofounderError], field: str
) -> None:
    if error is SeriesNameTaken:
        await begun()
    with pytest.raises(error) as told:
        await begun(**wrong)
    assert told.value.field == field
    async with transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM schedules")) == (error is SeriesNameTaken)


async def test_the_calendar_sees_what_was_and_what_is_to_come() -> None:
    one = await begun()
    await acted("skip", one.id, START, date(2026, 3, 16))
    await looked(START)
    with frozen(START + DAY):
        async with transaction() as session:
            found = await service.occurrences(session, START, START + 28 * DAY)
    assert [(each.day.day, each.state) for each in found] == [
        (2, "made"),
        (9, "coming"),
        (16, "skipped"),
        (23, "coming"),
    ]
    assert found[0].task_status == "queued"
    async with transaction() as session:
        assert found[0].task_id is not None
        assert (await records.get_task(session, found[0].task_id)).publish_at == found[0].slot_at
