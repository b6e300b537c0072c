"""What goes in: once, whole, corrected with its history, or refused with its line and reason."""

import asyncio
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import polars as pl
import pytest
from sqlalchemy import text

from cofounder.business.context import predicting
from cofounder.business.derive import baselines
from cofounder.business.derive import queries as derived
from cofounder.business.imports import carrying, fields, looking, oddities, schedule, service, storage
from cofounder.business.imports.errors import MappingUnfit, NotNow
from cofounder.business.imports.schemas import ChangeIn, Form, ImportOut, Units
from cofounder.business.imports.sources import open_file
from cofounder.business.records import merging
from cofounder.business.records import service as records
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.kit.store import StoreFull
from cofounder.kit.testing import Database, until
from tests.business.imports.carried import carry, carry_out, mapped, of, real, write

WEB = mapped({"day": of("date"), "sessions": of("sessions"), "users": of("users")})


async def asked(query: str, **values: Any) -> list[Any]:
    async with transaction() as session:
        return list((await session.execute(text(query), values)).all())


async def test_the_same_file_twice_changes_nothing_and_a_corrected_row_keeps_its_history(
    database: Database, tmp_path: Path
) -> None:
    path = write(tmp_path / "web.csv", "date,sessions,users\n2024-01-01,10,8\n2024-01-02,20,15\n")
    first = await carry_out(path, "web", WEB)
    assert (first.state, first.counts.read, first.counts.added) == ("done", 2, 2)
    before = await asked("SELECT * FROM web_analytics ORDER BY day")
    again = await carry_out(path, "web", WEB)
    assert (again.counts.added, again.counts.corrected, again.counts.unchanged) == (0, 0, 2)
    assert await asked("SELECT * FROM web_analytics ORDER BY day") == before
    write(path, "date,sessions,users\n2024-01-01,10,8\n2024-01-02,21,15\n")
    third = await carry_out(path, "web", WEB)
    assert (third.counts.added, third.counts.corrected, third.counts.unchanged) == (0, 1, 1)
    assert await asked("SELECT sessions FROM web_analytics ORDER BY day") == [(10,), (21,)]
    (kept,) = await asked("SELECT table_name, content, import_id FROM earlier_contents")
    assert (kept.table_name, kept.content["sessions"], kept.import_id) == ("web_analytics", 20, third.id)
    rowed = await asked("SELECT import_id FROM web_analytics ORDER BY day")
    assert rowed == [(first.id,), (third.id,)]


async def test_a_second_report_of_the_same_days_adds_its_columns_and_leaves_the_others(
    database: Database, tmp_path: Path
) -> None:
    await carry_out(write(tmp_path / "a.csv", "date,sessions,users\n2024-01-01,10,8\n"), "web", WEB)
    money = mapped({"day": of("date"), "revenue": of("revenue")})
    await carry_out(
        write(tmp_path / "b.csv", "date,revenue\n2024-01-01,99.50\n"), "web", money, units=Units(currency="EUR")
    )
    assert await asked("SELECT sessions, users, revenue, currency FROM web_analytics") == [
        (10, 8, Decimal("99.50"), "EUR")
    ]


async def test_a_value_measured_anew_is_seen_only_from_then_on(database: Database, tmp_path: Path) -> None:
    fields = mapped({"day": of("date"), "sessions": of("sessions"), "measured_at": of("seen")})
    rows = "date,sessions,seen\n2024-01-01,10,2024-01-02\n2024-01-01,14,2024-01-05\n2024-01-01,14,2024-01-09\n"
    made = await carry_out(write(tmp_path / "a.csv", rows), "web", fields)
    assert made.counts.added == 3  # in one batch nobody can say what was there before
    for at, sessions in ((3, 10), (6, 14)):
        async with transaction() as session:
            days = await records.web_days(session, datetime(2024, 1, at, tzinfo=UTC))
        assert [row[1] for row in days] == [sessions]
    later = await carry_out(write(tmp_path / "b.csv", "date,sessions,seen\n2024-01-01,14,2024-02-01\n"), "web", fields)
    assert later.counts.unchanged == 1
    earlier = await carry_out(write(tmp_path / "c.csv", "date,sessions,seen\n2024-01-01,7,2024-01-01\n"), "web", fields)
    assert earlier.counts.added == 1
    async with transaction() as session:
        days = await records.web_days(session, datetime(2024, 1, 1, 12, tzinfo=UTC))
    assert [row[1] for row in days] == [7]


async def test_parts_of_a_day_by_two_splits_are_never_added_up(database: Database, tmp_path: Path) -> None:
    for name, rows in (("country", "DE,60\n2024-01-01,FR,40"), ("device", "phone,70\n2024-01-01,desktop,30")):
        path = write(tmp_path / f"{name}.csv", f"date,{name},sessions\n2024-01-01,{rows}\n")
        await carry_out(path, "web", mapped({"day": of("date"), name: of(name), "sessions": of("sessions")}))
    async with transaction() as session:
        days = await records.web_days(session, now())
    assert [row[1] for row in days] == [100]


DIRTY = """date,sessions,users
2024-01-01,10,8
not a day,11,8
2024-01-03,-4,8
2024-01-04,NaN,8
2024-01-05,twelve,x
2024-01-06,13
2024-01-07,14,90
,15,9
"""


async def test_each_refused_value_is_listed_and_the_rest_goes_in(database: Database, tmp_path: Path) -> None:
    made = await carry_out(write(tmp_path / "web.csv", DIRTY), "web", WEB)
    assert (made.state, made.counts.read, made.counts.added, made.counts.refused) == ("done", 8, 3, 5)
    async with transaction() as session:
        faults, more, total = await service.refusals(session, made.id, limit=4)
        rest, _, _ = await service.refusals(session, made.id, cursor=more)
        written = [line async for line in service.refusal_lines(session, made.id)]
    found = {(fault.line, fault.column, fault.value, fault.code) for fault in [*faults, *rest]}
    assert found == {
        (3, "date", "not a day", "not_a_time"),
        (4, "sessions", "-4", "negative"),
        (6, "sessions", "twelve", "not_a_number"),
        (6, "users", "x", "not_a_number"),
        (7, "", "2024-01-06 | 13", "line_broken"),
        (9, "date", None, "missing"),
    }
    assert total == len(found) == len(written) - 1
    assert made.counts.flags == {"sessions_missing": 1, "users_above_sessions": 1}
    flagged = await asked("SELECT day, flags FROM web_analytics WHERE flags <> '{}' ORDER BY day")
    assert [(row.day.day, row.flags) for row in flagged] == [(4, ["sessions_missing"]), (7, ["users_above_sessions"])]


WIDE = """month,revenue,customers,new_customers,traffic_monthly,conversion_rate,profit
2026-03,1000,-7,-3,-100,1.7,-5
2026-04,-10,12.5,3,100,0.02,-5
2026-05,1000,12,3,100,0.03,5
"""
LONG = """metric,value,start
customers,-7,2026-03-01
customer_count,12.5,2026-04-01
conversion_rate,1.7,2026-03-01
conversion_rate,2%,2026-04-01
open_rate,1.2,2026-04-01
previous_month_customers,0.5,2026-04-01
profit,-5,2026-04-01
leads per rep,1.5,2026-04-01
"""


async def refused(made: ImportOut) -> set[tuple[int, str, str | None, str]]:
    async with transaction() as session:
        faults, _, _ = await service.refusals(session, made.id)
    return {(fault.line, fault.column, fault.value, fault.code) for fault in faults}


async def test_a_figure_that_its_metric_cannot_have_is_refused(database: Database, tmp_path: Path) -> None:
    figures = [{"column": name, "metric_type": name} for name in WIDE.split("\n")[0].split(",")[1:]]
    wide = mapped({"period_start": of("month")}, figures=figures)
    made = await carry_out(write(tmp_path / "wide.csv", WIDE), "financial", wide, units=Units(period="month"))
    assert (made.counts.read, made.counts.refused, made.counts.added) == (3, 2, 6)
    assert await refused(made) == {
        (2, "customers", "-7", "negative"),
        (2, "new_customers", "-3", "negative"),
        (2, "traffic_monthly", "-100", "negative"),
        (2, "conversion_rate", "1.7", "out_of_range"),
        (3, "customers", "12.5", "not_whole"),
    }
    made = await carry_out(write(tmp_path / "long.csv", LONG), "financial", units=Units(period="month"))
    assert (made.counts.refused, made.counts.added) == (5, 3)
    assert await refused(made) == {
        (2, "value", "-7", "negative"),
        (3, "value", "12.5", "not_whole"),
        (4, "value", "1.7", "out_of_range"),
        (6, "value", "1.2", "out_of_range"),
        (7, "value", "0.5", "not_whole"),
    }


async def test_the_unit_that_a_person_chose_for_a_figure_is_the_one_it_is_judged_by(
    database: Database, tmp_path: Path
) -> None:
    path = write(tmp_path / "a.csv", "month,exchange rate\n2026-03,1.08\n")
    for unit, added in ((None, 0), ("ratio", 1)):
        figures = [{"column": "exchange rate", "metric_type": "exchange_rate", "unit": unit}]
        mapping = mapped({"period_start": of("month")}, figures=figures)
        assert (await carry_out(path, "financial", mapping, units=Units(period="month"))).counts.added == added


async def test_a_share_is_none_above_1_whatever_unit_was_chosen_for_it(database: Database, tmp_path: Path) -> None:
    figures = [{"column": "converted", "metric_type": "conversion_rate", "unit": "ratio"}]
    mapping = mapped({"period_start": of("month")}, figures=figures)
    path = write(tmp_path / "a.csv", "month,converted\n2026-03,1.08\n2026-04,0.08\n")
    made = await carry_out(path, "financial", mapping, units=Units(period="month"))
    assert (made.counts.added, await refused(made)) == (1, {(2, "converted", "1.08", "out_of_range")})


async def test_a_period_that_ends_before_it_begins_is_refused(database: Database, tmp_path: Path) -> None:
    rows = "metric,value,start,end\nrevenue,5,2026-04-30,2026-04-01\nrevenue,6,2026-05-01,2026-05-31\n"
    made = await carry_out(write(tmp_path / "a.csv", rows), "financial")
    assert (made.counts.refused, made.counts.added) == (1, 1)
    assert await refused(made) == {(2, "end", "2026-04-01", "period_backwards")}


@pytest.mark.parametrize("all_or_nothing", [False, True])
async def test_rows_that_are_several_add_up_by_their_parts(
    database: Database, tmp_path: Path, all_or_nothing: bool
) -> None:
    rows = (
        "id,title,platform,published_at\n1,A,Twitter; LinkedIn,2024-01-01\n1,A,LinkedIn,2024-01-01\n2,B,x,2024-01-02\n"
    )
    bad = "" if all_or_nothing else "3,C,x,never\n"
    made = await carry_out(write(tmp_path / "p.csv", rows + bad), "posts", all_or_nothing=all_or_nothing)
    counts = made.counts
    assert (counts.read, counts.refused, counts.parts) == (3 + bool(bad), bool(bad), 4)
    assert counts.added + counts.corrected + counts.unchanged + counts.repeated + counts.contradicted == counts.parts
    again = (await carry_out(tmp_path / "p.csv", "posts", check_only=True)).checked
    assert again is not None
    assert (again.parts, again.added) == (4, 0)


async def test_all_or_nothing_leaves_nothing_where_one_row_is_refused(database: Database, tmp_path: Path) -> None:
    made = await carry_out(write(tmp_path / "web.csv", DIRTY), "web", WEB, all_or_nothing=True)
    assert (made.state, made.counts.refused) == ("refused", 5)
    assert await asked("SELECT count(*) FROM web_analytics") == [(0,)]
    async with transaction() as session:
        assert (await service.refusals(session, made.id))[2] == 6
    clean = write(tmp_path / "clean.csv", "date,sessions,users\n2024-01-01,10,8\n")
    assert (await carry_out(clean, "web", WEB, all_or_nothing=True)).state == "done"
    assert await asked("SELECT count(*) FROM web_analytics") == [(1,)]


async def test_a_dry_run_counts_what_the_run_then_does_and_leaves_nothing(database: Database, tmp_path: Path) -> None:
    await carry_out(write(tmp_path / "a.csv", "date,sessions,users\n2024-01-01,9,8\n2024-01-07,14,90\n"), "web", WEB)
    path = write(tmp_path / "web.csv", DIRTY)
    dry = await carry_out(path, "web", WEB, check_only=True)
    assert dry.state == "draft"
    assert dry.checked is not None
    assert await asked("SELECT count(*), sum(sessions) FROM web_analytics") == [(2, 23)]
    ran = await carry(dry.id)
    assert ran.counts == dry.checked
    assert (ran.counts.added, ran.counts.corrected, ran.counts.unchanged) == (1, 1, 1)


POSTS = "id,title,network,published\n7,Hello,Twitter,2024-01-01T10:00Z\n8,Hello,x,2024-01-02T10:00Z\n"


async def test_a_dry_run_of_several_batches_counts_as_the_run_does_whatever_is_there(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await carry_out(write(tmp_path / "a.csv", POSTS), "posts")
    monkeypatch.setattr(carrying, "BATCH_ROWS", 2)
    more = write(tmp_path / "b.csv", POSTS.replace("8,Hello", "8,Bye") + "9,New,x,2024-01-03T10:00Z\n" * 2)
    dry = await carry_out(more, "posts", check_only=True)
    ran = await carry(dry.id)
    assert ran.counts == dry.checked
    assert (ran.counts.added, ran.counts.corrected) == (1, 1)
    web = "date,sessions,users\n2024-01-01,10,8\n2024-01-02,20,15\n2024-01-02,21,15\n2024-01-01,11,8\n"
    dry = await carry_out(write(tmp_path / "web.csv", web), "web", WEB, check_only=True)
    assert await asked("SELECT count(*) FROM web_analytics") == [(0,)]
    assert (await carry(dry.id)).counts == dry.checked


async def test_a_dry_run_and_the_reading_of_all_or_nothing_wait_for_nobody_and_let_others_in(
    database: Database, tmp_path: Path
) -> None:
    path = write(tmp_path / "web.csv", "date,sessions,users\n2024-01-01,10,8\n")
    async with transaction() as other:
        await merging.take_turn(other, "web_analytics")  # as an import under way has it
        async with asyncio.timeout(60):
            assert (await carry_out(path, "web", WEB, check_only=True)).state == "draft"
            assert (
                await carry_out(write(tmp_path / "d.csv", DIRTY), "web", WEB, all_or_nothing=True)
            ).state == "refused"
        late = asyncio.create_task(carry_out(path, "web", WEB, all_or_nothing=True))

        async def is_read() -> bool:
            return (await asked("SELECT 1 FROM imports WHERE state = 'running' AND (counts->>'read')::int = 1")) != []

        await until(is_read, within=60)
    ended = await asyncio.wait_for(late, 60)
    assert (ended.state, ended.counts.read, ended.counts.added, ended.progress) == ("done", 1, 1, 1.0)


async def test_progress_is_known_of_a_file_whose_rows_nobody_counted(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "BATCH_ROWS", 10)
    lines = "".join(f"{datetime(2020, 1, 1) + timedelta(days=n):%Y-%m-%d},{n},1\n" for n in range(3_000))
    path = write(tmp_path / "web.csv", "date,sessions,users\n" + lines)
    async with transaction() as session:
        row = await service.begin_file(session, path, kind="web", label="web.csv", by=None, mapping=WEB)
        await service.start(session, row.id)
    assert (await carrying.carry_on(row.id, 1, check_only=False, seconds=0)).state == "more"
    async with transaction() as session:
        progress = service.out(await service.get(session, row.id)).progress
    assert progress is not None
    assert 0 < progress < 0.5


async def test_uploads_are_removed_a_day_after_their_import_ended(database: Database, tmp_path: Path) -> None:
    lying = {}
    for state in ("draft", "failed", "cancelled", "done", "running", "lately"):
        id = new_id()
        path = storage.folder() / id.hex
        path.write_text("date,sessions,users\n2024-01-01,10,8\n")
        async with transaction() as session:
            row = await service.begin_file(
                session, path, kind="web", label="web.csv", by=None, id=id, is_ours=True, mapping=WEB
            )
            row.state = "failed" if state == "lately" else state
            row.finished_at = now() - timedelta(days=0 if state == "lately" else 2)
        lying[state] = path
    stray = storage.folder() / new_id().hex
    stray.write_text("half of an upload")
    for path in (*lying.values(), stray):
        os.utime(path, (0, 0))
    assert await schedule.clean() == 4
    assert {state for state, path in lying.items() if path.exists()} == {"draft", "running", "lately"}
    assert not stray.exists()
    with pytest.raises(NotNow, match="no longer kept"):
        async with transaction() as session:
            await service.start(session, UUID(hex=lying["failed"].name))


async def sent(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def test_an_upload_that_meets_a_full_disk_is_refused_in_words_and_leaves_nothing(database: Database) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this machine has no /dev/full, which stands for a disk that is full")
    id = new_id()
    (storage.folder() / id.hex).symlink_to("/dev/full")
    with pytest.raises(StoreFull):
        await storage.keep(id, sent(b"date,sessions\n", b"2024-01-01,10\n"), most=1_000)
    assert not os.path.lexists(storage.folder() / id.hex)


async def test_of_rows_with_one_key_the_last_counts_and_the_others_are_told(database: Database, tmp_path: Path) -> None:
    rows = "2024-01-01,10,8\n2024-01-02,5,5\n2024-01-01,12,8\n2024-01-01,12,8\n2024-01-02,5,5\n"
    path = write(tmp_path / "web.csv", f"date,sessions,users\n{rows}")
    for check_only in (True, False):
        made = await carry_out(path, "web", WEB, check_only=check_only)
        counts = made.checked if check_only else made.counts
        assert counts is not None
        assert (counts.read, counts.added, counts.repeated, counts.contradicted, counts.refused) == (5, 2, 2, 1, 0)
        async with transaction() as session:
            (told,), _, _ = await service.refusals(session, made.id)
        assert (told.line, told.column, told.value, told.code) == (2, "sessions", "10", "contradicted")
        assert told.reason == "Line 5 on the same says 12, came later and counts."
    assert await asked("SELECT sessions FROM web_analytics ORDER BY day") == [(12,), (5,)]


@pytest.mark.parametrize("all_or_nothing", [False, True])
async def test_rows_that_contradict_each_other_batches_apart_are_told_as_well(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, all_or_nothing: bool
) -> None:
    monkeypatch.setattr(carrying, "BATCH_ROWS", 2)
    rows = "7,10,\n8,5,2\n7,12,3\n9,1,1\n7,12,3\n"
    path = write(tmp_path / "social.csv", f"id,shown,clicks\n{rows}")
    fields = mapped(
        {"post_external_id": of("id"), "platform": {"value": "x"}, "impressions": of("shown"), "clicks": of("clicks")}
    )
    made = await carry_out(path, "social", fields, all_or_nothing=all_or_nothing)
    counts = made.counts
    assert (counts.read, counts.added, counts.corrected, counts.contradicted) == (5, 3, 0, 1)
    assert counts.unchanged + counts.repeated == 1
    async with transaction() as session:
        told, _, _ = await service.refusals(session, made.id)
    assert {(one.line, one.column, one.value) for one in told} == {(4, "shown", "12"), (4, "clicks", "3")}
    assert {one.reason for one in told} == {
        "An earlier row on the same says 10; this one came later and counts.",
        "An earlier row on the same says nothing; this one came later and counts.",
    }


async def test_a_mostly_dirty_column_is_refused_cell_by_cell_and_columns_left_out_are_named(
    database: Database, tmp_path: Path
) -> None:
    rows = "\n".join(f"{day},{'<10' if at % 2 else at},8" for at, day in enumerate(_days(100)))
    path = write(tmp_path / "site.csv", f"date,sessions,moon\n{rows}\n")
    for all_or_nothing in (False, True):
        for check_only in (True, False):
            made = await carry_out(path, "web", check_only=check_only, all_or_nothing=all_or_nothing)
            counts = made.checked if check_only else made.counts
            assert counts is not None
            assert (counts.read, counts.refused, counts.left_out) == (100, 50, ["moon"])
    assert await asked("SELECT count(*), count(sessions) FROM web_analytics") == [(50, 50)]


async def test_a_nul_in_one_line_costs_that_line_and_not_the_file(database: Database, tmp_path: Path) -> None:
    path = tmp_path / "web.csv"
    path.write_bytes(b"date,sessions,users\n2024-01-01,10,8\n2024-01-02,1\x001,8\n2024-01-03,12,8\n")
    made = await carry_out(path, "web", WEB)
    assert (made.state, made.counts.added, made.counts.refused) == ("done", 2, 1)
    async with transaction() as session:
        (fault,) = (await service.refusals(session, made.id))[0]
    assert (fault.line, fault.column) == (3, "sessions")


async def test_a_preview_asks_nothing_that_was_said(database: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "numbers.csv", "id,views,read_at\np1,10,2024-01-02\n")
    for said, asked_for in (({}, True), ({"platform": {"value": "mashable"}}, False)):
        mapping = mapped({"post_external_id": of("id"), "views": of("views"), "measured_at": of("read_at"), **said})
        seen = looking.preview(lambda: open_file(path), fields.SOCIAL, mapping, Units(), path.name)
        assert any("No column says the platform" in note for note in seen.notes) is asked_for
        assert not any("when the counters were read" in note for note in seen.notes)


async def test_what_can_be_read_two_ways_is_told_of_the_import_too(database: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "money.csv", "month;revenue\n03/04/2024;1.234\n")
    made = await carry_out(path, "financial", units=Units(period="month"))
    assert [note.split(";")[0] for note in made.counts.notes] == [
        "Dates such as 03/04/2024 can be read two ways",
        "Numbers such as 1.234 can be read two ways",
    ]


async def test_weeks_are_those_that_have_a_week_naught_where_one_occurs_far_down(
    database: Database, tmp_path: Path
) -> None:
    for name, last, said in (("naught", "201500", "%Y%U"), ("iso", "201501", "%G%V")):
        weeks = "\n".join(f"p{at},x,Post {at},{201401 + at % 50}" for at in range(600))
        path = write(tmp_path / f"{name}.csv", f"id,platform,title,test_week\n{weeks}\nq,x,Last,{last}\n")
        async with transaction() as session:
            row = await service.begin_file(session, path, kind="posts", label=path.name, by=None)
        assert row.mapping["fields"]["published_at"]["format"] == said


def _days(number: int) -> list[str]:
    start = datetime(2024, 1, 1, tzinfo=UTC)
    return [(start + timedelta(days=at)).date().isoformat() for at in range(number)]


async def test_an_import_that_stopped_between_two_batches_goes_on_where_it_was(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "BATCH_ROWS", 10)
    start = datetime(2020, 1, 1, tzinfo=UTC)
    lines = [
        f"{(start + timedelta(days=n)).date()},{n},x{n}"
        if n % 7 == 3
        else f"{(start + timedelta(days=n)).date()},{n},1"
        for n in range(95)
    ]
    path = write(tmp_path / "web.csv", "date,sessions,users\n" + "\n".join(lines) + "\n")
    async with transaction() as session:
        row = await service.begin_file(session, path, kind="web", label="web.csv", by=None, mapping=WEB)
        await service.start(session, row.id)
    parts = 0
    while (ended := await carrying.carry_on(row.id, 1, check_only=False, seconds=0)).state == "more":
        parts += 1
        assert ended.counts.read == min(10 * parts, 95)
    assert parts == 10
    refused = sum(1 for n in range(95) if n % 7 == 3)
    assert (ended.counts.read, ended.counts.added, ended.counts.refused) == (95, 95 - refused, refused)
    assert await asked("SELECT count(*), sum(sessions) FROM web_analytics") == [
        (95 - refused, sum(n for n in range(95) if n % 7 != 3))
    ]
    async with transaction() as session:
        assert (await service.refusals(session, row.id))[2] == refused


async def test_a_cancelled_import_ends_before_its_next_batch_and_may_be_run_again(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying, "BATCH_ROWS", 1)
    path = write(tmp_path / "web.csv", "date,sessions,users\n2024-01-01,10,8\n2024-01-02,20,15\n")
    async with transaction() as session:
        row = await service.begin_file(session, path, kind="web", label="web.csv", by=None, mapping=WEB)
        await service.start(session, row.id)
    assert (await carrying.carry_on(row.id, 1, check_only=False, seconds=0)).state == "more"
    async with transaction() as session:
        await service.cancel(session, row.id)
    assert (await carrying.carry_on(row.id, 1, check_only=False)).state == "cancelled"
    assert await asked("SELECT count(*) FROM web_analytics") == [(1,)]
    with pytest.raises(NotNow):
        await carry(row.id)  # its workflow has not ended yet
    async with transaction() as session:
        (await service.get(session, row.id)).state = "cancelled"
    assert (await carry(row.id)).counts.added == 1


async def test_readings_and_posts_find_each_other_whichever_came_first(database: Database, tmp_path: Path) -> None:
    posts = write(tmp_path / "posts.csv", "id,title,network,published\n7,Hello,Twitter,2024-01-01T10:00Z\n")
    readings = write(
        tmp_path / "r.csv", "post_id,network,date,impressions,clicks\n7,x,2024-01-02,100,300\n9,x,2024-01-02,5,1\n"
    )
    assert (await carry_out(readings, "social")).counts.flags == {"clicks_above_views": 1}
    assert (await carry_out(posts, "posts")).counts.added == 1
    found = await asked(
        "SELECT r.post_external_id, p.title, p.platform FROM social_post_analytics r LEFT JOIN posts p ON p.id = r.post_id ORDER BY 1"
    )
    assert found == [("7", "Hello", "x"), ("9", None, None)]


async def test_readings_with_more_reactions_than_times_shown_or_than_people_carry_a_flag(
    database: Database, tmp_path: Path
) -> None:
    rows = "1,x,100,101,100,100\n2,x,100,100,101,101\n3,x,,9,9,9\n4,x,,1000000000000,,\n5,x,0,,1,\n"
    path = write(tmp_path / "r.csv", "post_id,network,impressions,likes,shares,comments\n" + rows)
    made = await carry_out(path, "social")
    assert made.counts.added == 5
    found = await asked("SELECT post_external_id, flags FROM social_post_analytics ORDER BY 1")
    odd = {id: [one for one in sorted(flags) if "_above_" in one] for id, flags in found}
    assert odd == {
        "1": ["likes_above_impressions"],
        "2": ["comments_above_impressions", "shares_above_impressions"],
        "3": [],
        "4": ["likes_above_people"],
        "5": ["shares_above_impressions"],
    }
    assert oddities.say("likes_above_impressions") == "More likes than times shown."


async def test_readings_without_a_time_of_their_own_find_old_posts_by_title_and_the_others_are_told(
    database: Database, tmp_path: Path
) -> None:
    posts = "platform,title,published_at\nx,The bakery that opens at five,2013-05-01\n"
    made = await carry_out(write(tmp_path / "posts.csv", posts), "posts")
    assert made.counts.alone == 0
    readings = "platform,post_title,clicks\nx,The Bakery that opens at five!,7\nx,Hiring two roasters,3\n"
    made = await carry_out(write(tmp_path / "readings.csv", readings), "social")
    assert (made.counts.added, made.counts.alone, made.counts.flags["measured_at_missing"]) == (2, 1, 2)
    assert await asked("SELECT clicks FROM social_post_analytics WHERE post_id IS NOT NULL") == [(7,)]


async def test_a_row_with_several_platforms_is_a_post_on_each(database: Database, tmp_path: Path) -> None:
    path = write(
        tmp_path / "p.csv", 'id,title,platforms,date,tags\n1,Hi,"Twitter, LinkedIn",2024-01-01,"#a, b ""q"""\n'
    )
    made = await carry_out(path, "posts")
    assert (made.counts.read, made.counts.added) == (1, 2)
    found = await asked("SELECT platform, hashtags FROM posts ORDER BY platform")
    assert found == [("linkedin", ["a", "b", '"q"']), ("x", ["a", "b", '"q"'])]


async def test_money_is_of_the_currency_named_and_parts_stay_out_of_the_whole(
    database: Database, tmp_path: Path
) -> None:
    path = write(
        tmp_path / "m.csv", "month;revenue;tv_spend;churn_rate\n2024-01;1.234,50;100;0,05\n2024-02;2.000;;0,04\n"
    )
    made = await carry_out(path, "financial", units=Units(currency="EUR"))
    assert made.units.decimal == ","
    assert made.units.period == "month"
    found = await asked(
        "SELECT metric_type, metric_value::float, unit, currency, channel, period_end FROM financial_metrics ORDER BY 1, period_start"
    )
    assert [tuple(row)[:5] for row in found] == [
        ("churn_rate", 0.05, "rate", None, ""),
        ("churn_rate", 0.04, "rate", None, ""),
        ("marketing_spend", 100.0, "usd", "EUR", "tv"),
        ("revenue", 1234.5, "usd", "EUR", ""),
        ("revenue", 2000.0, "usd", "EUR", ""),
    ]
    assert found[0].period_end.isoformat() == "2024-01-31"
    async with transaction() as session:
        rows = await records.financial_rows(session)
    assert {row.metric_type for row in rows} == {"churn_rate", "revenue"}


async def test_an_amount_in_another_currency_than_its_row_is_refused_and_never_taken_for_it(
    database: Database, tmp_path: Path
) -> None:
    rows = "a,x,$5.00,\nb,x,€7.00,\nc,x,7.00 CHF,\nd,x,€7.00,EUR\ne,x,8,\nf,x,£9,eur\ng,x,$6,CAD\n"
    path = write(tmp_path / "s.csv", f"id,platform,revenue,currency\n{rows}")
    fields = {"post_external_id": of("id"), "platform": of("platform"), "revenue": of("revenue")}
    made = await carry_out(path, "social", mapped({**fields, "currency": of("currency")}))
    assert (made.counts.added, made.counts.refused) == (4, 3)
    async with transaction() as session:
        faults, _, _ = await service.refusals(session, made.id)
    assert [(fault.line, fault.column, fault.value, fault.code) for fault in faults] == [
        (3, "revenue", "€7.00", "other_currency"),
        (4, "revenue", "7.00 CHF", "other_currency"),
        (7, "revenue", "£9", "other_currency"),
    ]
    kept = await asked("SELECT post_external_id, revenue, currency FROM social_post_analytics ORDER BY 1")
    assert [tuple(row) for row in kept] == [
        ("a", Decimal(5), "USD"),
        ("d", Decimal(7), "EUR"),
        ("e", Decimal(8), "USD"),
        ("g", Decimal(6), "CAD"),
    ]


async def test_a_wide_table_counts_in_the_currency_that_its_rows_name(database: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "m.csv", "month,code,revenue\n2024-01-01,EUR,€10\n2024-02-01,,20\n2024-03-01,,€30\n")
    mapping = mapped(
        {"period_start": of("month"), "currency": of("code")},
        figures=[{"column": "revenue", "metric_type": "revenue"}],
    )
    made = await carry_out(path, "financial", mapping, units=Units(period="month"))
    assert (made.counts.added, made.counts.refused) == (2, 1)
    kept = await asked("SELECT metric_value, currency FROM financial_metrics ORDER BY period_start")
    assert [(float(row.metric_value), row.currency) for row in kept] == [(10.0, "EUR"), (20.0, "USD")]


async def test_only_ended_tasks_are_history(database: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "t.csv", "id,name,status,created\n1,One,done,2024-01-01\n2,Two,in progress,2024-01-01\n")
    made = await carry_out(path, "tasks")
    assert (made.counts.added, made.counts.refused) == (1, 1)
    (row,) = await asked("SELECT status, is_legacy, source, as_of, request, external_id FROM tasks")
    assert tuple(row) == ("completed", True, "legacy", datetime(2024, 1, 1, tzinfo=UTC), "One", "1")


async def test_a_mapping_that_does_not_fit_names_what_is_missing(database: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "p.csv", "headline,when\nHi,2024-01-01\n")
    async with transaction() as session:
        row = await service.begin_file(session, path, kind="posts", label="p.csv", by=None)
        assert any("platform" in note for note in (await service.preview(session, row.id)).notes)
        with pytest.raises(MappingUnfit) as refused:
            await service.start(session, row.id)
        assert refused.value.field == "mapping.fields.platform"
        wrong = mapped({"platform": {"value": "blog"}, "content": of("body"), "title": of("headline")})
        with pytest.raises(MappingUnfit, match="no column 'body'"):
            await service.change(session, row.id, ChangeIn(mapping=wrong))
        fits = mapped({"platform": {"value": "blog"}, "title": of("headline"), "published_at": of("when")})
        changed = await service.change(session, row.id, ChangeIn(mapping=fits))
        shown = await service.preview(session, changed.id)
    assert shown.converted[0]["published_at"].startswith("2024-01-01")
    assert shown.unmapped == []


async def test_a_cell_that_begins_like_a_formula_is_a_text_and_none_in_the_refusals(
    database: Database, tmp_path: Path
) -> None:
    path = write(tmp_path / "w.csv", "=cmd|' /C calc'!A0,sessions\n2024-01-01,=1+1\n2024-01-02,3\n")
    made = await carry_out(path, "web", mapped({"day": of("=cmd|' /C calc'!A0"), "sessions": of("sessions")}))
    assert (made.counts.added, made.counts.refused) == (1, 1)
    async with transaction() as session:
        lines = [line async for line in service.refusal_lines(session, made.id)]
    assert lines[1].startswith("2,sessions,'=1+1,not_a_number")


async def test_a_wrong_encoding_is_refused_where_it_shows(database: Database, tmp_path: Path) -> None:
    from cofounder.business.imports.schemas import Form

    path = write(tmp_path / "p.csv", "id,title,network,date\n1,Größe,x,2024-01-01\n2,plain,x,2024-01-01\n", "cp1252")
    wrong = await carry_out(path, "posts", form=Form(encoding="utf-8"))
    assert (wrong.counts.added, wrong.counts.refused) == (1, 1)
    right = await carry_out(path, "posts")
    assert (right.counts.added, right.counts.unchanged) == (1, 1)
    assert await asked("SELECT title FROM posts ORDER BY external_id") == [("Größe",), ("plain",)]


async def test_a_bad_byte_costs_its_line_and_a_guessed_encoding_is_told_of_the_import(
    database: Database, tmp_path: Path
) -> None:
    posts = mapped({"platform": {"value": "x"}, "external_id": of("id"), "content": of("text")})
    good = "id,text\n" + "".join(f"{at},Größe für Café {at}\n" for at in range(500))
    (tmp_path / "a.csv").write_bytes(good.encode() + "500,Münster\n".encode("latin-1"))
    made = await carry_out(tmp_path / "a.csv", "posts", posts)
    assert (made.counts.added, made.counts.refused, made.counts.notes) == (500, 1, [])
    async with transaction() as session:
        ((fault,), _, _) = await service.refusals(session, made.id)
    assert (fault.line, fault.column, fault.code) == (502, "text", "wrong_encoding")
    assert await asked("SELECT content FROM posts WHERE external_id = '7'") == [("Größe für Café 7",)]
    old = await carry_out(write(tmp_path / "b.csv", good, "cp1252"), "posts", posts)
    assert old.counts.unchanged == 500
    assert [note.split(":")[0] for note in old.counts.notes] == ["It is read as Windows-1252, which was guessed"]


async def test_scores_of_two_scales_are_refused_where_they_are_no_share_and_the_factor_is_told(
    database: Database, tmp_path: Path
) -> None:
    rows = "task_id,score,reviewed_at\na,0.9,2024-01-01\nb,{},2024-01-02\nc,-1,2024-01-03\n"
    mixed = await carry_out(write(tmp_path / "a.csv", rows.format("95")), "quality")
    assert (mixed.counts.added, mixed.counts.refused) == (1, 2)
    assert await asked("SELECT score FROM quality_evaluations") == [(Decimal("0.9"),)]
    assert any("score can be read two ways" in note for note in mixed.counts.notes)
    hundred = await carry_out(write(tmp_path / "b.csv", rows.replace("0.9", "88").format("95")), "quality")
    assert (
        hundred.counts.refused,
        await asked("SELECT score FROM quality_evaluations WHERE measured_at > '2024-01-01Z'"),
    ) == (1, [(Decimal("0.95"),)])
    assert any("score is multiplied by 0.01 (95 becomes 0.95)" in note for note in hundred.counts.notes)


async def test_the_totals_of_web_analytics_are_those_of_the_file_and_its_dirt_is_flagged(database: Database) -> None:
    path = real("web_analytics_daily")
    made = await carry_out(path, "web")
    frame = pl.read_csv(path)
    assert made.counts.added == frame.height == 608
    (row,) = await asked(
        "SELECT sum(users), sum(sessions), sum(page_views), sum(page_views_other), avg(bounce_rate) FROM web_analytics"
    )
    assert [int(row[n]) for n in range(4)] == [
        frame[name].sum() for name in ("users", "sessions", "pageviews", "pageviews_users_report")
    ]
    assert float(row[4]) == pytest.approx(frame["bounce_rate_pct"].mean() / 100)  # type: ignore[operator]
    flags = made.counts.flags
    assert flags["bounce_zero"] == (frame["bounce_rate_pct"] == 0).sum() == 91
    assert flags["sessions_missing"] == frame["sessions"].null_count() == 304
    assert flags["page_views_disagree"] == (frame["pageviews"] != frame["pageviews_users_report"]).sum()


async def test_upworthy_comes_in_as_posts_and_their_readings(database: Database) -> None:
    path = real("upworthy_tests")
    named = of("clickability_test_id", "#line")
    posts = mapped(
        {
            "external_id": named,
            "platform": {"value": "upworthy"},
            "title": of("headline"),
            "content": of("lede"),
            "published_at": of("test_week", format="%Y%U"),
        }
    )
    readings = mapped(
        {
            "post_external_id": named,
            "platform": {"value": "upworthy"},
            "impressions": of("impressions"),
            "clicks": of("clicks"),
            "measured_at": of("test_week", format="%Y%U", add_days=7),
        }
    )
    frame = pl.read_csv(path, schema_overrides={"test_week": pl.String})
    assert (await carry_out(path, "posts", posts)).counts.added == frame.height
    assert (await carry_out(path, "social", readings)).counts.added == frame.height
    found = await asked(
        "SELECT left(p.title, 1) AS first, sum(r.impressions), sum(r.clicks), count(*) FROM social_post_analytics r"
        " JOIN posts p ON p.id = r.post_id GROUP BY 1 ORDER BY 1"
    )
    expected = (
        frame.group_by(pl.col("headline").str.strip_chars().str.slice(0, 1).alias("first"))
        .agg(pl.col("impressions").sum(), pl.col("clicks").sum(), pl.len())
        .rows()
    )
    assert {tuple(row) for row in found} == set(expected)
    again = await carry_out(path, "social", readings)
    assert (again.counts.added, again.counts.corrected) == (0, 0)


async def test_a_figure_without_a_value_or_a_name_is_refused_and_not_swallowed(
    database: Database, tmp_path: Path
) -> None:
    path = write(tmp_path / "m.csv", "month,metric,value\n2024-01,revenue,N/A\n2024-02,revenue,7\n2024-03,,8\n")
    mapping = mapped({"period_start": of("month"), "metric_type": of("metric"), "metric_value": of("value")})
    made = await carry_out(path, "financial", mapping, units=Units(period="month"))
    assert (made.counts.read, made.counts.added, made.counts.refused) == (3, 1, 2)
    async with transaction() as session:
        told = (await service.refusals(session, made.id))[0]
    assert [(one.line, one.column, one.code) for one in told] == [(2, "value", "missing"), (4, "metric", "missing")]


async def test_spend_and_revenue_of_weeks_add_up_to_those_of_the_file(database: Database) -> None:
    path = real("mmm_weekly")
    made = await carry_out(path, "financial")
    frame = pl.read_csv(path, null_values="na")
    found = dict(
        await asked("SELECT metric_type || channel, sum(metric_value)::float FROM financial_metrics GROUP BY 1")
    )
    assert made.counts.added == 6 * frame.height
    for name, column in (
        ("revenue", "revenue"),
        ("marketing_spendtv", "tv_s"),
        ("marketing_spendfacebook", "facebook_s"),
    ):
        assert found[name] == pytest.approx(frame[column].sum())


async def test_mashable_and_facebook_come_in_by_their_own_columns(database: Database) -> None:
    articles, page = real("mashable_articles"), real("facebook_page_posts")
    blog = {"platform": {"value": "mashable"}}
    posts = mapped({**blog, "url": of("url"), "title": of("title_from_slug"), "published_at": of("published")})
    shares = mapped(
        {**blog, "post_url": of("url"), "shares": of("shares"), "measured_at": of("published", add_days=21)}
    )
    assert (await carry_out(articles, "posts", posts)).counts.added == 6_795
    assert (await carry_out(articles, "social", shares)).counts.added == 6_795
    read = await carry_out(page, "social")
    frame = pl.read_csv(page)
    assert read.counts.added == frame.height
    (row,) = await asked(
        "SELECT sum(likes), sum(reach), sum(comments) FROM social_post_analytics WHERE platform = 'facebook'"
    )
    assert [int(one) for one in row] == [frame[name].sum() for name in ("likes", "reach", "comments")]
    (row,) = await asked("SELECT sum(shares), count(post_id) FROM social_post_analytics WHERE platform = 'mashable'")
    assert (int(row[0]), row[1]) == (pl.read_csv(articles)["shares"].sum(), 6_795)
    assert (await carry_out(page, "social")).counts.added == 0  # without a time of its own, only what changed is new


async def test_readings_of_posts_that_nobody_brought_in_make_them_when_asked(database: Database) -> None:
    page = real("facebook_page_posts")
    known = fields.kind("social")
    assert known is not None
    found = looking.at_file(page, known, Form(), None, Units(), page.name)
    wanted = found.mapping.model_copy(update={"make_posts": True})
    made = await carry_out(page, "social", wanted)
    assert (made.counts.added, made.counts.alone) == (500, 0)
    assert any(note.startswith("500 posts were made") for note in made.counts.notes)
    (row,) = await asked("SELECT title, category, paid, flags FROM posts WHERE external_id = '1'")
    assert row == ("Facebook post 1 (2)", "2", False, ["content_of_reading", "published_at_of_reading"])
    frame = pl.read_csv(page)
    async with transaction() as session:
        usual = (await baselines.baselines(session, channels=[], as_of=now()))["facebook"]
        foretold = await predicting.predict(session, predicting.Text(content="Our new shop"), "facebook", as_of=now())
    assert usual.count == 500
    assert usual.total_views == frame["impressions"].sum()
    assert foretold.main.status == "ok", foretold.sentence
    again = await carry_out(page, "social", wanted)
    assert await asked("SELECT count(*) FROM posts") == [(500,)]
    assert again.counts.alone == 0


async def test_a_made_post_takes_what_its_row_says_and_a_known_one_stays(database: Database, tmp_path: Path) -> None:
    await carry_out(write(tmp_path / "p.csv", "id,platform,title,date\n7,x,Hello,2024-01-01\n"), "posts")
    rows = "post_id,platform,likes,type,published,date\n7,x,1,Photo,2023-01-01,2024-02-01\n8,x,2,Photo,2023-05-06,2024-02-01\n"
    path = write(tmp_path / "r.csv", rows)
    plainly = await carry_out(path, "social")
    assert plainly.counts.alone == 1
    made = await carry_out(path, "social", plainly.mapping.model_copy(update={"make_posts": True}))
    assert made.counts.alone == 0
    assert await asked("SELECT external_id, title, format, published_at::date::text, flags FROM posts ORDER BY 1") == [
        ("7", "Hello", None, "2024-01-01", []),
        ("8", "X post 8 (Photo)", "Photo", "2023-05-06", ["content_of_reading"]),
    ]
    undated = write(tmp_path / "u.csv", "post_id,platform,likes,type,date\n9,x,5,Photo,2024-02-01\n")
    await carry_out(undated, "social", mapped({"post_external_id": of("post_id"), "platform": of("platform"),
                    "likes": of("likes"), "measured_at": of("date")}, make_posts=True))  # fmt: skip
    async with transaction() as session:
        told = await derived.posts(session, as_of=now(), limit=9)
    assert {row["title"]: row["published_at_known"] for row in told} == {
        "Hello": True, "X post 8 (Photo)": True, "X post 9 (Photo)": False,
    }  # fmt: skip
    with pytest.raises(MappingUnfit, match="social analytics alone"):
        await carry_out(
            tmp_path / "p.csv", "posts", mapped({"platform": of("platform"), "title": of("title")}, make_posts=True)
        )


async def test_one_value_that_cannot_be_stored_costs_its_row_and_not_the_import(
    database: Database, tmp_path: Path
) -> None:
    good = "".join(f"{n},a title of some length,x,fine\n" for n in range(30))
    path = tmp_path / "posts.csv"
    long = "a text that slipped into another column " * 100
    path.write_bytes(
        f"id,title,network,extra\n{good}31,t,{long},e\n32,t,x,nul\x00here\n33,t\x00,x,e,one more\n34,t,x,fine\n".encode()
    )
    fields = mapped({"external_id": of("id"), "title": of("title"), "platform": of("network")}, keep=["extra"])
    made = await carry_out(path, "posts", fields)
    assert (made.state, made.counts.added, made.counts.refused) == ("done", 32, 2)
    async with transaction() as session:
        faults = (await service.refusals(session, made.id))[0]
    assert [(fault.line, fault.code) for fault in faults] == [(32, "too_long"), (34, "line_broken")]
    assert await asked("SELECT attributes->>'extra' AS extra FROM posts WHERE external_id = '32'") == [
        ("nul\ufffdhere",)
    ]


async def test_a_draft_or_an_import_that_brought_nothing_in_can_be_thrown_away(
    database: Database, tmp_path: Path
) -> None:
    made = await carry_out(
        write(tmp_path / "a.csv", "date,sessions,users\nnever,1,1\n"), "web", WEB, all_or_nothing=True
    )
    assert made.state == "refused"
    async with transaction() as session:
        await service.forget(session, made.id)
    brought = await carry_out(write(tmp_path / "b.csv", "date,sessions,users\n2024-01-01,1,1\n"), "web", WEB)
    async with transaction() as session:
        with pytest.raises(NotNow):
            await service.forget(session, brought.id)
        drafted = await service.begin_file(session, tmp_path / "b.csv", kind="web", label="b.csv", by="test")
        await service.cancel(session, drafted.id)
        await service.forget(session, drafted.id)
    assert await asked("SELECT count(*) FROM imports") == [(1,)]


@pytest.mark.parametrize("zone", ["localtime", "posixrules", "Factory", "posix/Europe/Berlin", "right/UTC"])
def test_a_file_beside_the_time_zones_is_none(zone: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        Units(timezone=zone)
