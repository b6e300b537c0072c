"""A reading that was mistyped is mended or taken away, and what was learned of it follows."""

from datetime import timedelta
from typing import Any

from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewReading
from cofounder.flow.publish.measuring import carrying
from cofounder.kit.clock import frozen, now
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.people import audit_entries
from tests.flow.publish.measuring.test_routes import Clients, by_hand, clients, shown, type_in
from tests.flow.publish.measuring.world import readings, states, use

__all__ = ["clients"]


def ago(**before: float) -> str:
    return (now() - timedelta(**before)).isoformat()


async def counts() -> list[tuple[Any, ...]]:
    return [(row["views"], row["likes"]) for row in await readings()]


async def test_a_mistyped_reading_gives_its_place_to_the_right_one(clients: Clients) -> None:
    viewer, operator = clients
    id = await by_hand()
    right = (await type_in(operator, id, views=100, measured_at=ago(hours=3))).json()["reading"]
    wrong = (await type_in(operator, id, views=10**12, likes=7)).json()["reading"]
    mended = await type_in(operator, id, views=180, likes=7, replaces=wrong["reading_id"])
    assert (mended.status_code, mended.json()["reading"]["measured_at"]) == (201, wrong["measured_at"]), mended.text
    moved = await type_in(operator, id, views=90, replaces=right["reading_id"], measured_at=ago(hours=5))
    assert moved.status_code == 201
    assert await counts() == [(90, None), (180, 7)]
    async with transaction() as session:
        (post,) = await records.posts(session, as_of=now() + timedelta(minutes=1), ids=[id])
        removed = [one for one in await audit_entries(session) if one.action == "publication.reading_removed"]
    assert post.views == 180
    assert [one.details["views"] for one in removed] == [100]
    assert [one["views"] for one in (await shown(viewer, id))["readings"]] == [90, 180]


async def test_a_reading_is_not_moved_onto_another(clients: Clients) -> None:
    _, operator = clients
    id = await by_hand()
    first = (await type_in(operator, id, impressions=1500, likes=20, measured_at=ago(hours=3))).json()["reading"]
    second = (await type_in(operator, id, impressions=1600, measured_at=ago(hours=2))).json()["reading"]
    moved = {"replaces": second["reading_id"], "measured_at": first["measured_at"]}
    said = await type_in(operator, id, impressions=1600, **moved)
    assert (said.status_code, said.json()["code"]) == (409, "reading_there"), said.text
    assert first["reading_id"] in said.json()["detail"]
    assert "impressions 1,500, likes 20" in said.json()["detail"]
    assert [(row["impressions"], row["likes"]) for row in await readings()] == [(1500, 20), (1600, None)]


async def test_a_clock_that_goes_fast_is_taken_for_now_and_what_is_to_come_refused(clients: Clients) -> None:
    _, operator = clients
    id = await by_hand()
    refused = await type_in(operator, id, views=1, measured_at=(now() + timedelta(minutes=2)).isoformat())
    assert (refused.status_code, refused.json()["code"]) == (422, "reading_time_unfit")
    with frozen(now().replace(second=30)):
        kept = await type_in(operator, id, views=1, measured_at=(now() + timedelta(seconds=50)).isoformat())
        assert kept.json()["reading"]["measured_at"] == now().replace(second=0, microsecond=0).isoformat().replace(
            "+00:00", "Z"
        )


async def test_the_last_figure_goes_with_its_reading_alone(clients: Clients) -> None:
    _, operator = clients
    id = await by_hand()
    kept = (await type_in(operator, id, views=1, likes=5, measured_at=ago(hours=3))).json()["reading"]
    mended = await type_in(operator, id, likes=None, measured_at=kept["measured_at"])
    assert (mended.status_code, await counts()) == (201, [(1, None)]), mended.text
    refused = await type_in(operator, id, views=None, measured_at=kept["measured_at"])
    assert (refused.status_code, refused.json()["code"]) == (422, "reading_empty")
    assert refused.json()["detail"].startswith("Nothing would be left of it")
    assert await counts() == [(1, None)]


async def test_what_is_odd_about_an_imported_reading_is_said_in_words(clients: Clients) -> None:
    viewer, _ = clients
    id = await by_hand()
    flags = ["measured_at_in_the_future", "likes_missing", "measured_at_missing"]
    async with transaction() as session:
        ahead = NewReading(
            post_id=id, platform="linkedin", measured_at=now() + timedelta(days=2), views=9, source="file", flags=flags
        )
        await records.add_readings(session, [ahead])
    (told,) = (await shown(viewer, id))["readings"]
    assert told["flags"] == flags
    assert told["notes"] == [
        "Its measured_at lies in the future.",
        "Nobody said when it was read; the time of the import stands for it.",
    ]


async def test_what_was_typed_by_mistake_is_taken_away_and_asked_again(clients: Clients, monkeypatch: Any) -> None:
    viewer, operator = clients
    use(monkeypatch)
    id = await by_hand(hours=200)
    await carrying.round_of()
    wrong = (await type_in(operator, id, views=10**12)).json()["reading"]
    assert await states(id) == {72: "missed", 168: "done"}
    early = (await type_in(operator, id, views=50, measured_at=ago(hours=120))).json()["reading"]
    where = f"/api/publications/{id}/readings"
    assert (await viewer.delete(f"{where}/{wrong['reading_id']}")).status_code == 403
    left = await operator.delete(f"{where}/{wrong['reading_id']}")
    assert left.status_code == 200, left.text
    assert [one["views"] for one in left.json()["readings"]] == [50]
    assert await states(id) == {72: "done", 168: "due"}  # the one before it answers what that had made too late
    assert (await operator.delete(f"{where}/{early['reading_id']}")).status_code == 200
    assert await states(id) == {72: "due", 168: "due"}
    assert (await operator.delete(f"{where}/{early['reading_id']}")).json()["code"] == "reading_missing"
    again = await type_in(operator, id, views=1, replaces=str(new_id()))
    assert (again.status_code, again.json()["errors"][0]["field"]) == (404, "replaces")


async def test_what_nobody_typed_is_neither_mended_nor_taken_away(clients: Clients) -> None:
    _, operator = clients
    id = await by_hand()
    read = NewReading(
        post_id=id, platform="linkedin", measured_at=now() - timedelta(hours=1), source="linkedin", views=5
    )
    async with transaction() as session:
        await records.put_readings(session, [read])
    (one,) = (await shown(operator, id))["readings"]
    for answer in (
        await operator.delete(f"/api/publications/{id}/readings/{one['reading_id']}"),
        await type_in(operator, id, views=6, replaces=one["reading_id"]),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "reading_not_typed")
    assert await counts() == [(5, None)]


async def test_a_figure_left_out_stays_and_null_takes_one_away(clients: Clients) -> None:
    _, operator = clients
    id = await by_hand()
    at = ago(hours=2)
    first = (await type_in(operator, id, measured_at=at, views=200, clicks=8, likes=12)).json()["reading"]
    again = (await type_in(operator, id, measured_at=at, views=300)).json()["reading"]
    assert [again[name] for name in ("views", "clicks", "likes")] == [300, 8, 12]
    mended = await type_in(operator, id, replaces=again["reading_id"], views=310, likes=None)
    assert [mended.json()["reading"][name] for name in ("views", "clicks", "likes")] == [310, 8, None]
    moved = await type_in(operator, id, replaces=first["reading_id"], measured_at=ago(hours=4), clicks=9)
    assert [moved.json()["reading"][name] for name in ("views", "clicks", "likes")] == [310, 9, None]
    none = await type_in(operator, id, replaces=moved.json()["reading"]["reading_id"], views=None, clicks=None)
    assert (none.status_code, none.json()["code"]) == (422, "reading_empty")
    assert await counts() == [(310, None)]
