"""What stands at one address is one post, whichever of them came first; what was linked by a wrong address is let go."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from cofounder.business.imports.schemas import ImportOut
from cofounder.business.matching import service as matching
from cofounder.flow.publish import posting
from cofounder.flow.publish.errors import AddressTaken, PostedTimeUnfit
from cofounder.flow.publish.measuring import carrying
from cofounder.flow.publish.schemas import PostedIn
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.people import LOCAL_OWNER
from tests.business.imports.carried import carry_out, mapped, of, write
from tests.flow.publish.measuring.test_routes import Clients, by_hand, clients, shown, type_in
from tests.flow.publish.measuring.world import readings, states, use

__all__ = ["clients"]

BEGUN = now().replace(microsecond=0)
URL = "https://www.linkedin.com/posts/acme-{}"


async def social(path: Path, *rows: tuple[str, int, float, int], make_posts: bool = False) -> ImportOut:
    """Readings (id, number of the address, hours ago, views) by import."""
    lines = [
        f"{id},{URL.format(number)},linkedin,{(BEGUN - timedelta(hours=hours)).isoformat()},{views}"
        for id, number, hours, views in rows
    ]
    fields = {
        "post_external_id": of("post"),
        "post_url": of("url"),
        "platform": of("platform"),
        "measured_at": of("read"),
        "views": of("views"),
    }
    whole = "\n".join(["post,url,platform,read,views", *lines, ""])
    return await carry_out(write(path, whole), "social", mapped(fields, make_posts=make_posts))


async def brought_in(path: Path, *rows: tuple[str, int]) -> ImportOut:
    """Posts (id, number of the address) by import."""
    lines = [f"{id},{URL.format(number)},linkedin,Words of {number}" for id, number in rows]
    fields = {name: of(name) for name in ("external_id", "url", "platform", "content")}
    return await carry_out(
        write(path, "\n".join(["external_id,url,platform,content", *lines, ""])), "posts", mapped(fields)
    )


async def waiting(job: "asyncio.Task[None]") -> bool:
    """Whether it waits for another transaction; it has ended where it does not."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    while not job.done():
        async with transaction() as session:
            if await session.scalar(text(asked)):
                return True
        await asyncio.sleep(0.01)
    return False


async def mark(id: UUID, number: int, *, hours: float | None = 100) -> None:
    said = PostedIn(url=URL.format(number), **({"posted_at": now() - timedelta(hours=hours)} if hours else {}))
    async with transaction() as session:
        await posting.mark(session, id, said, by=LOCAL_OWNER)


async def unmark(id: UUID) -> None:
    async with transaction() as session:
        await posting.unmark(session, id, by=LOCAL_OWNER)


async def posts() -> list[tuple[UUID | None, str | None, str | None]]:
    """(publication, the platform's id, address) of each post."""
    async with transaction() as session:
        found = await session.execute(text("SELECT publication_id, external_id, url FROM posts ORDER BY url, id"))
        return [(row[0], row[1], row[2]) for row in found]


async def views(clients: Clients, id: UUID) -> list[int]:
    return [one["views"] for one in (await shown(clients[0], id))["readings"]]


async def test_a_post_made_of_readings_becomes_the_publications(clients: Clients, tmp_path: Path) -> None:
    id = await by_hand(at=False)
    await social(tmp_path / "a.csv", ("li-1", 1, 90, 40), ("li-1", 1, 20, 70), make_posts=True)
    assert len(await posts()) == 2
    await mark(id, 1)
    assert await posts() == [(id, "li-1", URL.format(1))]
    assert await views(clients, id) == [40, 70]
    await type_in(clients[1], id, views=80)
    await social(tmp_path / "b.csv", ("li-1", 1, 90, 40), ("li-1", 1, 10, 75), make_posts=True)
    assert await posts() == [(id, "li-1", URL.format(1))]
    assert await views(clients, id) == [40, 70, 75, 80]


async def test_the_companys_own_export_takes_no_readings_away(
    clients: Clients, monkeypatch: Any, tmp_path: Path
) -> None:
    use(monkeypatch)
    id = await by_hand(at=False)
    await mark(id, 1)
    await carrying.round_of()
    assert await states(id) == {72: "due", 168: "due"}
    for name in ("a", "b"):
        await brought_in(tmp_path / f"{name}.csv", ("li-1", 1))
        assert await posts() == [(id, "li-1", URL.format(1))]
    await social(tmp_path / "c.csv", ("li-1", 1, 20, 70))
    assert await views(clients, id) == [70]
    await carrying.round_of()
    assert (await states(id))[72] == "done"


async def test_what_was_counted_twice_is_one_post_after_matching(clients: Clients, tmp_path: Path) -> None:
    id = await by_hand(at=False)
    await brought_in(tmp_path / "a.csv", ("li-1", 1), ("li-2", 2), ("li-3", 2))
    async with transaction() as session:
        stands = {"at": now() - timedelta(hours=100), "url": f"{URL.format(1)}/?utm_source=a", "id": id}
        await session.execute(text("UPDATE posts SET published_at = :at, url = :url WHERE id = :id"), stands)
        assert (await matching.run(session)).linked == 1
        assert (await matching.run(session)).linked == 0
    assert sorted(str(one[1]) for one in await posts()) == ["li-1", "li-2", "li-3"]


async def test_readings_that_came_before_arrive_once_it_is_posted(clients: Clients, tmp_path: Path) -> None:
    id = await by_hand(at=False)
    assert (await social(tmp_path / "a.csv", ("", 1, 90, 40), ("", 1, 200, 9))).counts.alone == 2
    await mark(id, 1)
    assert await views(clients, id) == [40]
    async with transaction() as session:
        (match,) = (await matching.listed(session)).items
    assert (match.kind, match.state, match.method, match.target_id) == ("reading_post", "sure", "url", id)


async def test_imported_once_more_what_waits_finds_its_post(clients: Clients, tmp_path: Path) -> None:
    id = await by_hand(at=False)
    await social(tmp_path / "a.csv", ("", 1, 90, 40))
    stands = {"at": now() - timedelta(hours=100), "url": URL.format(1), "id": id}
    async with transaction() as session:
        await session.execute(text("UPDATE posts SET published_at = :at, url = :url WHERE id = :id"), stands)
    again = await social(tmp_path / "a.csv", ("", 1, 90, 40))
    assert (again.counts.added, again.counts.unchanged) == (0, 1)
    assert await views(clients, id) == [40]


async def test_a_mended_address_changes_whose_figures_these_are(
    clients: Clients, monkeypatch: Any, tmp_path: Path
) -> None:
    use(monkeypatch)
    id = await by_hand(at=False)
    await social(tmp_path / "a.csv", ("", 4, 20, 4_000), ("", 5, 1, 50))
    await mark(id, 4)
    await carrying.round_of()
    assert (await views(clients, id), (await states(id))[72]) == ([4_000], "done")
    await mark(id, 5, hours=None)
    assert await views(clients, id) == [50]
    assert {row["views"]: row["post_id"] for row in await readings()} == {4_000: None, 50: id}
    await unmark(id)
    assert await views(clients, id) == []
    await mark(id, 4)
    assert await views(clients, id) == [4_000]


async def test_what_lost_its_reading_is_asked_again(clients: Clients, monkeypatch: Any, tmp_path: Path) -> None:
    use(monkeypatch)
    id = await by_hand(at=False)
    await social(tmp_path / "a.csv", ("", 4, 20, 4_000))
    await mark(id, 4)
    await carrying.round_of()
    await mark(id, 5, hours=None)
    assert await states(id) == {72: "due", 168: "due"}


async def test_the_post_of_a_wrong_address_is_there_again_once_it_is_mended(clients: Clients, tmp_path: Path) -> None:
    id = await by_hand(at=False)
    await brought_in(tmp_path / "a.csv", ("li-4", 4), ("li-5", 5))
    await social(tmp_path / "b.csv", ("li-4", 4, 20, 4_000), ("li-5", 5, 20, 50))
    before = await posts()
    await mark(id, 4)
    assert await views(clients, id) == [4_000]
    await mark(id, 5, hours=None)
    assert await posts() == [(None, "li-4", URL.format(4)), (id, "li-5", URL.format(5))]
    assert await views(clients, id) == [50]
    await unmark(id)
    assert await views(clients, id) == []
    assert await posts() == before
    assert all(row["post_id"] not in (None, id) for row in await readings())


async def test_of_two_who_mark_two_texts_at_one_address_at_once_one_is_told(clients: Clients) -> None:
    one, other = await by_hand(1, at=False), await by_hand(2, at=False)
    async with transaction() as session:
        said = PostedIn(url=f"{URL.format(1)}/?utm_source=a")
        await posting.mark(session, one, said, by=LOCAL_OWNER)
        late = asyncio.create_task(mark(other, 1, hours=None))
        assert await waiting(late)
    with pytest.raises(AddressTaken, match=str(one)):
        await late
    assert [one[2] for one in await posts()].count(None) == 1


async def test_two_publications_do_not_stand_at_one_address(clients: Clients, tmp_path: Path) -> None:
    one, other = await by_hand(1, at=False), await by_hand(2, at=False)
    await mark(one, 1)
    with pytest.raises(AddressTaken, match=str(one)):
        await mark(other, 1)
    async with transaction() as session:
        said = PostedIn(url=f"{URL.format(1)}/?utm_source=a")
        with pytest.raises(AddressTaken):
            await posting.mark(session, other, said, by=LOCAL_OWNER)
    await social(tmp_path / "a.csv", ("li-1", 1, 20, 70))
    await mark(one, 1, hours=90)
    assert await views(clients, one) == [70]
    await unmark(one)
    await mark(other, 1)
    assert await views(clients, other) == [70]


async def test_visits_and_judgements_go_back_to_the_post_of_a_wrong_address(clients: Clients, tmp_path: Path) -> None:
    id = await by_hand(at=False)
    await brought_in(tmp_path / "a.csv", ("li-4", 4))
    async with transaction() as session:
        for statement in (
            """INSERT INTO web_analytics (id, post_id, day, measured_at, known_at, sessions)
              SELECT gen_random_uuid(), id, DATE '2026-01-01', now(), now(), 9 FROM posts WHERE external_id = 'li-4'""",
            """INSERT INTO quality_evaluations (id, post_id, score, measured_at, known_at)
              SELECT gen_random_uuid(), id, 0.5, now(), now() FROM posts WHERE external_id = 'li-4'""",
        ):
            await session.execute(text(statement))
    was = await _linked()
    await mark(id, 4)
    assert await _linked() == [id, id]
    await mark(id, 5, hours=None)
    assert await _linked() == was != [id, id]


async def _linked() -> list[UUID]:
    query = "SELECT post_id FROM web_analytics UNION ALL SELECT post_id FROM quality_evaluations"
    async with transaction() as session:
        return list((await session.execute(text(query))).scalars())


async def test_posted_anew_it_needs_a_time_where_it_was_read_before(clients: Clients) -> None:
    id = await by_hand(at=False)
    await mark(id, 1)
    await type_in(clients[1], id, views=5, measured_at=(now() - timedelta(hours=50)).isoformat())
    await unmark(id)
    with pytest.raises(PostedTimeUnfit, match="Say when it was posted"):
        await mark(id, 1, hours=None)
    await mark(id, 1, hours=80)
    ((one,),) = [(await shown(clients[0], id))["readings"]]
    assert one["age_seconds"] in range(30 * 3600 - 120, 30 * 3600 + 1)


async def test_an_imported_reading_of_the_future_is_flagged(clients: Clients, tmp_path: Path) -> None:
    await brought_in(tmp_path / "a.csv", ("li-1", 1))
    await social(tmp_path / "b.csv", ("li-1", 1, 2, 5), ("li-1", 1, -12, 90))
    async with transaction() as session:
        rows = await session.execute(text("SELECT views, flags FROM social_post_analytics ORDER BY views"))
        assert [(row[0], "measured_at_in_the_future" in row[1]) for row in rows] == [(5, False), (90, True)]
