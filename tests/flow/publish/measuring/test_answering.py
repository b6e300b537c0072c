"""What a person is asked for is answered by every reading that is there, not only by one that is typed when asked."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from cofounder.business.imports.schemas import ImportOut
from cofounder.business.records import service as records
from cofounder.flow.publish import posting
from cofounder.flow.publish.errors import PostedTimeUnfit
from cofounder.flow.publish.measuring import carrying
from cofounder.flow.publish.schemas import PostedIn
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.people import LOCAL_OWNER
from tests.business.imports.carried import carry_out, mapped, of, write
from tests.flow.publish.measuring.test_routes import Clients, by_hand, clients, shown, type_in
from tests.flow.publish.measuring.world import published, readings, states, use

__all__ = ["clients"]

SOCIAL = mapped(
    {
        "post_external_id": of("post"),
        "measured_at": of("read"),
        "views": of("views"),
        "platform": of("platform"),
    }
)


async def bring_in(path: Path, external_id: str, *rows: tuple[float, int]) -> ImportOut:
    """Readings (hours ago, views) by import."""
    lines = [f"{external_id},linkedin,{(now() - timedelta(hours=hours)).isoformat()},{views}" for hours, views in rows]
    return await carry_out(write(path, "\n".join(["post,platform,read,views", *lines, ""])), "social", SOCIAL)


async def test_what_was_imported_is_not_asked_for(clients: Clients, monkeypatch: Any, tmp_path: Path) -> None:
    viewer, _ = clients
    use(monkeypatch)
    id = await by_hand(1, hours=200)
    await name(id, "urn:1")
    await carrying.round_of()
    assert await states(id) == {72: "due", 168: "due"}
    await bring_in(tmp_path / "a.csv", "urn:1", (190, 3), (120, 40), (1, 90))
    await carrying.round_of()
    assert await states(id) == {72: "done", 168: "done"}
    assert (await viewer.get("/api/measurements?state=due&by_hand=true")).json()["items"] == []
    assert [one["read_at"] is not None for one in (await shown(viewer, id))["ages"]] == [True, True]


async def test_what_was_imported_is_not_given_up(clients: Clients, monkeypatch: Any, tmp_path: Path) -> None:
    use(monkeypatch)
    id = await by_hand(2, hours=200)
    await name(id, "urn:2")
    await carrying.round_of()
    await bring_in(tmp_path / "a.csv", "urn:2", (100, 40), (1, 90))
    await carrying.round_of(now() + timedelta(days=30))
    assert await states(id) == {72: "done", 168: "done"}


async def test_posted_late_and_typed_at_once_nobody_asks_again(clients: Clients, monkeypatch: Any) -> None:
    viewer, operator = clients
    use(monkeypatch)
    id = await by_hand(3, hours=100)
    assert (await type_in(operator, id, views=40)).status_code == 201  # before anything was planned
    await carrying.round_of()
    assert await states(id) == {72: "done", 168: "due"}
    assert (await viewer.get("/api/measurements?state=due&by_hand=true")).json()["items"] == []


async def name(id: UUID, external_id: str) -> None:
    """Let the post be known by the id that its channel calls it."""
    async with transaction() as session:
        await records.set_posted_id(session, id, external_id)


async def test_what_was_read_before_the_post_went_out_is_flagged_and_counts_for_nothing(
    clients: Clients, monkeypatch: Any, tmp_path: Path
) -> None:
    viewer, _ = clients
    use(monkeypatch)
    id = await by_hand(4, hours=100)
    await name(id, "urn:4")
    done = await bring_in(tmp_path / "a.csv", "urn:4", (124, 10**6), (90, 40))
    assert (done.counts.flagged, done.counts.flags) == (1, {"read_before_post": 1})
    assert done.counts.alone == 0
    assert [one["views"] for one in (await shown(viewer, id))["readings"]] == [40]
    flags = {row["views"]: (row["post_id"], row["flags"]) for row in await readings()}
    assert flags == {10**6: (None, ["read_before_post"]), 40: (id, [])}
    again = await bring_in(tmp_path / "b.csv", "urn:4", (124, 10**6), (90, 40), (80, 50))
    assert again.counts.alone == 0
    assert {one["views"] for one in (await shown(viewer, id))["readings"]} == {40, 50}


async def test_posted_anew_at_another_time_readings_follow(clients: Clients, monkeypatch: Any, tmp_path: Path) -> None:
    viewer, operator = clients
    use(monkeypatch)
    id = await by_hand(5, hours=100)
    await name(id, "urn:5")
    await bring_in(tmp_path / "a.csv", "urn:5", (124, 3), (90, 40), (1, 50))

    async def posted(hours: float) -> None:
        at = now() - timedelta(hours=hours)
        async with transaction() as session:
            await posting.mark(session, id, PostedIn(posted_at=at), by=LOCAL_OWNER)

    async def views() -> list[int]:
        found = (await shown(viewer, id))["readings"]
        assert all(one["age_seconds"] >= 0 for one in found)
        return [one["views"] for one in found]

    assert await views() == [40, 50]
    await posted(50)
    assert await views() == [50]
    await posted(130)
    assert await views() == [3, 40, 50]
    typed = (await type_in(operator, id, views=45, measured_at=(now() - timedelta(hours=60)).isoformat())).json()
    with pytest.raises(PostedTimeUnfit, match="There is a reading of"):
        await posted(50)
    await operator.delete(f"/api/publications/{id}/readings/{typed['reading']['reading_id']}")
    await posted(50)
    assert await views() == [50]


async def test_a_source_that_tells_days_alone_is_not_early_on_the_day_of_the_post(
    clients: Clients, monkeypatch: Any, tmp_path: Path
) -> None:
    viewer, _ = clients
    use(monkeypatch)
    day = (now() - timedelta(days=9)).replace(hour=0, minute=0, second=0, microsecond=0)
    id = await published(6, channel="linkedin", by="outbox", account="outbox", at=day + timedelta(hours=10))
    await name(id, "urn:6")
    lines = [f"urn:6,linkedin,{(day + timedelta(days=more)):%Y-%m-%d},{7 + more}" for more in (-1, 0, 1)]
    await carry_out(write(tmp_path / "a.csv", "\n".join(["post,platform,read,views", *lines, ""])), "social", SOCIAL)
    found = (await shown(viewer, id))["readings"]
    assert [(one["views"], one["age_seconds"] // 3600) for one in found] == [(7, 0), (8, 14)]
