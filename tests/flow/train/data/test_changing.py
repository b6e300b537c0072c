"""Tagging is a set operation: it does the same twice, it can be taken back, and two people may do it at once."""

import asyncio
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.flow.learn.service import upsert_example
from cofounder.flow.train.data import changing, queries, service, tables
from cofounder.flow.train.data.bulk import queries as bulk
from cofounder.flow.train.data.counting import queries as counting
from cofounder.flow.train.data.errors import (
    AlreadyUndone,
    DatesMissing,
    ExamplesChanged,
    ExamplesUnclear,
    TagReserved,
    UndoUnknown,
)
from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.data.schemas import Selected, TagByDateIn, TagByQualityIn, UntagIn
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database
from tests.flow.train.data.examples import FIRST, made, put_all
from tests.flow.train.data.test_counting import agrees, expected
from tests.flow.train.data.test_export import put
from tests.flow.waiting import ready

BY = "key:ann"
ALL = Selected(filter=Filter(archived=None, include_sample=True))


async def tags(session: AsyncSession) -> dict[UUID, list[str]]:
    found = await session.execute(text("SELECT execution_id, tags FROM orchestrator_training_data"))
    return {row[0]: row[1] for row in found.all()}


def follow(rows: list[dict[str, Any]], now: dict[UUID, list[str]]) -> None:
    for one in rows:
        one["tags"] = now[one["execution_id"]]


def ids(rows: Sequence[dict[str, Any]]) -> Selected:
    return Selected(execution_ids=[one["execution_id"] for one in rows])


async def test_tags_are_added_once_and_only_what_changed_is_counted(session: AsyncSession) -> None:
    rows = made(seed=1, n=60)
    await put_all(session, rows)
    before = await tags(session)
    done = await changing.tag(session, ids(rows), ["gold", "new", "new"], by=BY)
    after = await tags(session)
    assert after == {id: sorted({*had, "gold", "new"}) for id, had in before.items()}
    assert done.count == len(rows)
    again = await changing.tag(session, ids(rows), ["gold", "new"], by=BY)
    assert (again.count, again.undo_token) == (0, None)
    assert await tags(session) == after
    follow(rows, after)
    await agrees(session, Filter(), rows)
    await agrees(session, Filter(include_tags=["gold", "new"]), rows)


async def test_what_a_change_did_is_taken_back_and_nothing_else(session: AsyncSession) -> None:
    rows = made(seed=2, n=60)
    await put_all(session, rows)
    before = await tags(session)
    done = await changing.tag(session, ids(rows), ["gold"], by=BY)
    assert done.count == sum("gold" not in had for had in before.values())
    await changing.tag(session, ids(rows[:10]), ["later"], by="key:ben")
    assert done.undo_token is not None
    taken_back = await changing.undo(session, done.undo_token, by=BY)
    assert taken_back.count == done.count
    later = {one["execution_id"] for one in rows[:10]}
    wanted = {id: sorted({*had, *(["later"] if id in later else [])}) for id, had in before.items()}
    assert await tags(session) == wanted
    with pytest.raises(AlreadyUndone):
        await changing.undo(session, done.undo_token, by=BY)
    assert taken_back.undo_token is not None
    again = await changing.undo(session, taken_back.undo_token, by=BY)
    assert again.count == done.count
    assert await tags(session) == {id: sorted({*had, "gold"}) for id, had in wanted.items()}
    follow(rows, await tags(session))
    await agrees(session, Filter(include_tags=["gold"]), rows)


async def test_what_somebody_else_did_since_is_not_taken_back_though_it_looks_the_same(session: AsyncSession) -> None:
    rows = made(seed=4, n=12)
    await put_all(session, rows)
    mine = await changing.tag(session, ids(rows), ["vip"], by=BY)
    for back in (True, False):  # the tag of these is ben's since
        await changing.tag(session, ids(rows[:4]), ["vip"], by="key:ben", remove=back)
    undone = await changing.tag(session, ids(rows[4:6]), ["vip"], by="key:ben", remove=True)
    assert undone.undo_token is not None
    await changing.undo(session, undone.undo_token, by="key:ben")  # as if ben had not been there
    assert mine.undo_token is not None
    assert (await changing.undo(session, mine.undo_token, by=BY)).count == 8
    theirs = {one["execution_id"] for one in rows[:4]}
    assert {id for id, had in (await tags(session)).items() if "vip" in had} == theirs
    away = await changing.put_away(session, ids(rows[:2]), by=BY, archived=True)
    for archived in (False, True):
        await changing.put_away(session, ids(rows[:1]), by="key:ben", archived=archived)
    assert away.undo_token is not None
    assert (await changing.undo(session, away.undo_token, by=BY)).count == 1
    asked = text("SELECT execution_id FROM orchestrator_training_data WHERE archived_at IS NOT NULL")
    archived_now = set((await session.execute(asked)).scalars())
    assert rows[0]["execution_id"] in archived_now
    assert rows[1]["execution_id"] not in archived_now


async def test_tags_taken_away_come_back_where_they_were(session: AsyncSession) -> None:
    rows = made(seed=3, n=60)
    await put_all(session, rows)
    before = await tags(session)
    everything = Filter(include_tags=["exclude"], archived=None, include_sample=True)
    n = (await service.stats(session, everything)).filtered_count
    done = await changing.tag(session, Selected(filter=everything), ["exclude", "gold"], by=BY, remove=True)
    assert done.count == n > 0
    assert not any("exclude" in had and "development" not in had and "test" not in had
                   for had in (await tags(session)).values())  # fmt: skip
    assert done.undo_token is not None
    await changing.undo(session, done.undo_token, by=BY)
    assert await tags(session) == before
    follow(rows, before)
    await agrees(session, Filter(), rows)
    await agrees(session, everything, rows)


async def test_all_before_a_date_are_tagged_whatever_their_tags_and_archived_ones_too(session: AsyncSession) -> None:
    rows = made(seed=4, n=60)
    await put_all(session, rows)
    day = TagByDateIn.model_validate({"date_before": "2026-01-31", "tags": ["development"]})
    done = await changing.tag_by_date(session, day, by=BY)
    now = await tags(session)
    assert done.count == sum(now[one["execution_id"]] != sorted(one["tags"]) for one in rows)
    assert any(one["archived_at"] and now[one["execution_id"]] != sorted(one["tags"]) for one in rows)
    for one in rows:
        meant = one["timestamp"].isoformat() < "2026-02-01" and not one["is_sample"]
        assert ("development" in now[one["execution_id"]]) == (meant or "development" in one["tags"])
    with pytest.raises(DatesMissing):
        await changing.tag_by_date(session, TagByDateIn(tags=["x"]), by=BY)


async def test_below_a_score_means_strictly_below_and_needs_a_score(session: AsyncSession) -> None:
    rows = made(seed=5, n=30)
    for place, one in enumerate(rows):
        score = (None, "0.6999", "0.7", "0.7001")[place % 4]
        archived = FIRST if place % 8 == 1 else None
        one.update(quality_score=score and type(one["cost"])(score), tags=[], is_sample=False, archived_at=archived)
    await put_all(session, rows)
    done = await changing.tag_by_quality(session, TagByQualityIn(quality_max=0.7, tags=["weak"]), by=BY)
    now = await tags(session)
    assert {one["execution_id"] for one in rows if "weak" in now[one["execution_id"]]} == {
        one["execution_id"] for one in rows[1::4]
    }
    assert done.count == len(rows[1::4])


async def test_archived_examples_leave_every_list_and_come_back(session: AsyncSession) -> None:
    rows = made(seed=6, n=60)
    await put_all(session, rows)
    chosen = Filter(platform="linkedin")
    n = (await service.stats(session, chosen)).filtered_count
    done = await changing.put_away(session, Selected(filter=chosen), by=BY, archived=True)
    assert done.count == n > 0
    assert (await service.stats(session, chosen)).filtered_count == 0
    found = await session.execute(text("SELECT execution_id, archived_at FROM orchestrator_training_data"))
    at = {row[0]: row[1] for row in found.all()}
    for one in rows:
        one["archived_at"] = at[one["execution_id"]]
    await agrees(session, Filter(archived=True), rows)
    assert done.undo_token is not None
    await changing.undo(session, done.undo_token, by=BY)
    assert (await service.stats(session, chosen)).filtered_count == n
    await changing.put_away(session, Selected(filter=chosen), by=BY, archived=True)
    restored = await changing.put_away(session, Selected(filter=Filter(platform="linkedin")), by=BY, archived=False)
    assert restored.count >= n


async def test_of_archived_and_others_shown_together_those_that_were_seen_are_restored(session: AsyncSession) -> None:
    rows = made(seed=12, n=60)
    await put_all(session, rows)
    both = Filter(archived=None, limit=20)
    seen = expected(both, rows)
    archived = {one["execution_id"] for one in seen if one["archived_at"]}
    assert len(seen) == 20 > len(archived) > 0
    done = await changing.put_away(session, Selected(filter=both, expected=20), by=BY, archived=False)
    assert done.count == len(archived)
    for one in rows:
        one["archived_at"] = None if one["execution_id"] in archived else one["archived_at"]
    await agrees(session, Filter(archived=True), rows)
    await agrees(session, Filter(archived=None), rows)


async def test_a_filter_with_a_limit_changes_only_the_newest(session: AsyncSession) -> None:
    rows = made(seed=7, n=40)
    await put_all(session, rows)
    shown = await service.page(session, limit=5)
    done = await changing.tag(session, Selected(filter=Filter(limit=5)), ["fresh"], by=BY)
    assert done.count == 5
    now = await tags(session)
    assert {id for id, had in now.items() if "fresh" in had} == {one.execution_id for one in shown.items}


async def test_what_the_person_saw_is_what_is_changed_or_nothing(session: AsyncSession) -> None:
    await put_all(session, made(seed=8, n=20))
    n = (await service.stats(session, Filter())).filtered_count
    with pytest.raises(ExamplesChanged):
        await changing.tag(session, Selected(filter=Filter(), expected=n + 1), ["x"], by=BY)
    with pytest.raises(ExamplesUnclear):
        await changing.tag(session, Selected(), ["x"], by=BY)
    with pytest.raises(TagReserved):
        await changing.tag(session, ALL, ["training_ready"], by=BY)
    with pytest.raises(UndoUnknown):
        await changing.undo(session, new_id(), by=BY)
    assert await session.scalar(text("SELECT count(*) FROM training_changes")) == 0
    assert (await changing.tag(session, Selected(filter=Filter(), expected=n), ["x"], by=BY)).count == n
    entry = (await session.execute(text("SELECT who, action, details FROM audit_log"))).one()
    assert (entry[0], entry[1], entry[2]["count"]) == (BY, "training.tag", n)


async def test_a_persons_own_sql_keeps_tags_a_set_and_can_be_undone(session: AsyncSession) -> None:
    rows = made(seed=9, n=30)
    await put_all(session, rows)
    await session.execute(text("SELECT set_config('cofounder.training', '', true)"))
    before = await tags(session)
    await session.execute(
        text("UPDATE orchestrator_training_data SET tags = tags || ARRAY['mine', ' mine ', '', NULL, 'exclude']")
    )
    now = await tags(session)
    assert now == {id: sorted({*had, "mine", "exclude"}) for id, had in before.items()}
    follow(rows, now)
    await agrees(session, Filter(include_tags=["mine", "exclude"]), rows)
    (noted,) = (await changing.changes(session, None, 10)).items
    assert (noted.action, noted.count) == ("by_hand", len(rows))
    assert noted.undo_token is not None
    await changing.undo(session, noted.undo_token, by=BY)
    assert await tags(session) == before


async def test_a_persons_own_sql_gives_tags_their_one_spelling_and_makes_nothing_ready(session: AsyncSession) -> None:
    id = new_id()
    await put(session, execution_id=id, user_request="Ask")
    await session.execute(text("SELECT set_config('cofounder.training', '', true)"))
    given = ["Gold", " GOLD\u00a0", "caf\u00e9", "cafe\u0301", "Two\u2003words", "Exclude", "Training_Ready"]
    given += ["\tgold", "gold\n", "go\u2060ld", "\u200bgold", "ΟΔΟΣ", "οδος"]
    given += ["İzmir", "I\u0307ZMI\u0307R", "i\u0307zmir", "izmir", "ılık"]
    await session.execute(
        text("UPDATE orchestrator_training_data SET tags = tags || CAST(:given AS text[])"), {"given": given}
    )
    kept = ["café", "exclude", "gold", "izmir", "two words", "ılık", "οδοσ"]
    assert await tags(session) == {id: kept}
    for asked, n in (
        (["Gold", "exclude"], 1),
        (["cafe\u0301", "exclude"], 1),
        (["two\u00a0WORDS", "exclude"], 1),
        (["ΟΔΟΣ", "exclude"], 1),
        (["οδος", "exclude"], 1),
        (["İZMİR", "exclude"], 1),
        (["i\u0307zmir", "exclude"], 1),
        (["gold"], 0),
    ):
        assert (await service.stats(session, Filter(include_tags=asked))).filtered_count == n, asked
    everything = Filter(include_hidden=True)
    assert (await service.stats(session, everything)).by_tag == dict.fromkeys(kept, 1)
    await counting.rebuild(session)
    assert (await service.stats(session, everything)).by_tag == dict.fromkeys(kept, 1)
    for typed in ("Two\u00a0 Words", "\u200bGO\u2060LD\n"):  # as it is read elsewhere, it is taken away by
        gone = await changing.tag(session, UntagIn(execution_ids=[id], tags=[typed]), [typed], by="ann", remove=True)
        assert gone.count == 1


async def test_what_the_product_tags_itself_is_no_change_to_undo(session: AsyncSession) -> None:
    task = await ready(session)
    await upsert_example(session, task)
    await session.execute(text("UPDATE tasks SET quality_score = 0.3"))
    await upsert_example(session, task)
    assert (await tags(session))[task] == ["low_quality"]
    assert (await changing.changes(session, None, 10)).total == 0


async def test_an_excluded_example_is_not_ready_and_is_again_when_it_is_not(session: AsyncSession) -> None:
    rows = made(seed=10, n=12)
    for place, one in enumerate(rows):
        one.update(tags=[], is_sample=False, archived_at=None, training_ready=place < 8)
        if place < 8:
            one.update(decided_at=FIRST, final_text={"x": "text"}, quality_score=type(one["cost"])("0.9"))
    await put_all(session, rows)
    ready_now = Filter(include_tags=["training_ready"])
    assert (await service.stats(session, ready_now)).filtered_count == 8
    done = await changing.tag(session, ids(rows[:5]), ["exclude"], by=BY)
    assert (await service.stats(session, ready_now)).filtered_count == 3
    assert (await service.stats(session, Filter())).by_tag["training_ready"] == 3
    assert done.undo_token is not None
    await changing.undo(session, done.undo_token, by=BY)
    assert (await service.stats(session, ready_now)).filtered_count == 8


async def test_two_people_tag_at_once_and_neither_loses_a_tag(database: Database) -> None:
    rows = made(seed=11, n=120)
    async with transaction() as session:
        await put_all(session, rows)
    before = {one["execution_id"]: set(one["tags"]) for one in rows}

    async def person(tag: str, some: list[dict[str, Any]]) -> int:
        async with transaction() as session:
            return (await changing.tag(session, ids(some), [tag], by=f"key:{tag}")).count

    async def renewed() -> None:
        for one in rows[::10]:
            async with transaction() as session:
                await touched(session, one)

    counts = await asyncio.gather(
        person("ann", rows[:80]), person("ben", rows[40:]), person("ann", rows[:80]), renewed()
    )
    assert sum(count or 0 for count in counts) == 160  # the second of ann's two found nothing to do
    async with transaction() as session:
        now = await tags(session)
        for place, one in enumerate(rows):
            wanted = {*before[one["execution_id"]], *(["ann"] if place < 80 else []), *(["ben"] if place >= 40 else [])}
            assert set(now[one["execution_id"]]) == wanted
        follow(rows, now)
        await agrees(session, Filter(include_tags=["ann", "ben"]), rows)
        await agrees(session, Filter(), rows)


async def touched(session: AsyncSession, one: dict[str, Any]) -> None:
    """Another writer of the example, who leaves its tags alone."""
    await session.execute(
        text("UPDATE orchestrator_training_data SET seconds = seconds + 1 WHERE execution_id = :id"),
        {"id": one["execution_id"]},
    )


async def test_the_facts_say_what_the_examples_say_after_any_change(session: AsyncSession) -> None:
    rows = made(seed=12, n=60)
    await put_all(session, rows)
    tokens = []
    for change in (["a"], ["b", "exclude"], ["gold"]):
        tokens.append((await changing.tag(session, ALL, change, by=BY)).undo_token)
        await changing.tag(session, Selected(filter=Filter(success_only=True)), ["a"], by=BY, remove=True)
    for token in tokens:
        if token is not None:
            await changing.undo(session, token, by=BY)
    wrong = await session.scalar(
        text(
            "SELECT count(*) FROM orchestrator_training_data e JOIN training_facts f USING (execution_id)"
            " WHERE NOT EXISTS (SELECT 1 FROM training_kinds k WHERE k.id = f.kind AND"
            " array_remove(k.tags, 'training_ready') = e.tags AND k.intent = e.intent AND k.platforms = e.platforms"
            " AND ('training_ready' = ANY(k.tags)) = e.training_ready AND k.archived = (e.archived_at IS NOT NULL))"
        )
    )
    assert wrong == 0
    facts = (
        "SELECT kind, quality, least(quality / 2000, CASE WHEN quality IS NOT NULL THEN 4 END) AS bucket,"
        " quality / 100 AS centile, date_trunc('month', requested_at AT TIME ZONE 'UTC')::date AS month"
        " FROM training_facts"
    )
    for table, parts in counting._COUNTS.items():
        lines = f"SELECT {parts}, count(*) AS n, coalesce(sum(quality), 0) AS q FROM ({facts}) f GROUP BY {parts}"
        counts = f"SELECT {parts}, sum(n) AS n, sum(quality) AS q FROM {table} GROUP BY {parts} HAVING sum(n) <> 0"
        assert await session.scalar(text(f"SELECT count(*) FROM (({lines}) EXCEPT ({counts})) d")) == 0, table
        assert await session.scalar(text(f"SELECT count(*) FROM (({counts}) EXCEPT ({lines})) d")) == 0, table


async def test_a_change_of_half_of_the_examples_finds_room_where_they_lie(session: AsyncSession) -> None:
    """Without it every index of both tables is written as well, which takes most of the time."""
    await put_all(session, made(seed=3, n=40))
    asked = "SELECT relname, n_tup_upd, n_tup_hot_upd FROM pg_stat_xact_user_tables WHERE relname = ANY(:names)"
    names = ["orchestrator_training_data", "training_facts"]

    async def written() -> dict[str, tuple[int, int]]:
        rows = (await session.execute(text(asked), {"names": names})).all()
        return {row[0]: (row[1], row[2]) for row in rows}

    before = await written()
    done = await changing.tag(session, ALL, ["gold-2"], by=BY)
    after = await written()
    for name in names:
        changed, in_place = (now - then for now, then in zip(after[name], before[name], strict=True))
        assert changed == done.count
        assert in_place >= 0.8 * changed, name


@pytest.mark.parametrize(
    ("had", "add", "remove", "has"),
    [
        ([], ["b", "a"], [], ["a", "b"]),
        (["a"], [], ["a"], []),
        (["a", "b"], ["c"], ["a", "b"], ["c"]),
        (["a", "z"], ["b"], ["a"], ["b", "z"]),
    ],
)
async def test_what_has_no_other_tags_ends_as_everything_does(
    session: AsyncSession, had: list[str], add: list[str], remove: list[str], has: list[str]
) -> None:
    await put(session, tags=had)
    change = tables.Change(id=new_id(), at=now(), who=BY, action="tag", tags=add, selection={})
    await queries.add_change(session, change)
    await bulk.move(session, change.id, [], add=add, remove=remove, archived=None, at=now())
    assert list((await tags(session)).values()) == [has]
