"""Training data over HTTP: the envelope, what is refused and in which field, erasing, saved filters."""

import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from cofounder.flow.learn.service import upsert_example
from cofounder.flow.train.data import export, saving, showing
from cofounder.flow.train.data.filters import Filter
from cofounder.flow.train.data.schemas import HeldBy
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database
from tests.flow.server import signed_in
from tests.flow.train.data.test_export import AT, put
from tests.flow.waiting import ready

AT_DATA = "/api/orchestrator/training/data"
FILTERS = "/api/orchestrator/training/filters"
Clients = list[httpx.AsyncClient]
_BACKWARDS = {"date_after": "2026-09-09", "date_before": "2026-01-01"}


@pytest_asyncio.fixture
async def clients(database: Database) -> AsyncIterator[Clients]:
    """(viewer, operator, admin) of a house with four examples, one of them a test."""
    async with transaction() as session:
        await put(session, user_request="good one", platforms=["linkedin", "x"])
        await put(session, user_request="poor one", quality_score=Decimal("0.5"), success=False, intent="write_email")
        await put(session, user_request="unjudged", quality_score=None, plan=None)
        await put(session, user_request="tried", tags=["test"])
    async with signed_in("viewer", "operator", "admin") as made:
        yield made


def data(answer: httpx.Response) -> Any:
    body = answer.json()
    assert answer.is_success, answer.text
    assert set(body) == {"success", "data", "error", "message"}
    assert (body["success"], body["error"]) == (True, None)
    return body["data"]


def fault(answer: httpx.Response) -> str:
    body = answer.json()
    assert answer.status_code == 422, answer.text
    assert (body["success"], body["data"]) == (False, None)
    return str(body["error"]["errors"][0]["field"])


async def the(viewer: httpx.AsyncClient, request: str) -> dict[str, Any]:
    found = data(await viewer.post(f"{AT_DATA}/filter", json={"text": request, "include_tags": []}))
    return dict(found["items"][0])


async def test_the_list_says_what_is_there_and_goes_on_by_cursor(clients: Clients) -> None:
    viewer, *_ = clients
    first = data(await viewer.get(AT_DATA, params={"limit": 2}))
    assert (len(first["items"]), first["total"]) == (2, 3)
    rest = data(await viewer.get(AT_DATA, params={"limit": 2, "cursor": first["next_cursor"]}))
    assert rest["next_cursor"] is None
    asked = {one["user_request"] for one in [*first["items"], *rest["items"]]}
    assert asked == {"good one", "poor one", "unjudged"}


async def test_address_and_body_say_the_same_filter(clients: Clients) -> None:
    viewer, *_ = clients
    for query, body, names in (
        ({"quality_min": "0.85"}, {"quality_min": 0.85}, ["good one"]),
        ({"include_tags": "test"}, {"include_tags": ["test"]}, ["tried"]),
        ({"platform": "twitter"}, {"platform": "twitter"}, ["good one"]),
        ({"intent_filter": ["write_email", "other"]}, {"intent_filter": ["write_email"]}, ["poor one"]),
        ({"success_only": "true", "quality_max": "1"}, {"success_only": True, "quality_max": 1.0}, ["good one"]),
        ({"failed_only": "true"}, {"failed_only": True}, ["poor one"]),
        ({"date_before": "2020-01-31"}, {"date_before": "2020-01-31"}, []),
        ({"archived": "both", "text": "poor"}, {"archived": None, "text": "poor"}, ["poor one"]),
    ):
        for answer in (
            await viewer.get(f"{AT_DATA}/filter", params=query),
            await viewer.post(f"{AT_DATA}/filter", json=body),
        ):
            found = data(answer)
            assert [one["user_request"] for one in found["items"]] == names
            assert (found["filtered_count"], found["total_count"]) == (len(names), 4)
    found = data(await viewer.get(f"{AT_DATA}/filter"))
    assert (found["avg_quality"], found["success_rate"]) == (0.703, 0.6667)


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "filter", {"quality_min": 0.9, "quality_max": 0.1}, "quality_max"),
        ("POST", "filter", {"date_after": "2026-02-01", "date_before": "2026-01-31"}, "date_before"),
        ("POST", "filter", {"cost_min": 2, "cost_max": 1}, "cost_max"),
        ("POST", "filter", {"include_tags": {"any": ["x"]}}, "include_tags"),
        ("POST", "filter", {"include_tags": ["x"], "exclude_tags": ["x"]}, "include_tags"),
        ("POST", "filter", {"tags_any": ["x"]}, "tags_any"),
        ("POST", "filter", {"quality_min": False}, "quality_min"),
        ("POST", "filter", {"limit": 1001}, "limit"),
        ("POST", "filter", {"decision": "maybe"}, "decision"),
        ("POST", "filter", {"cursor": "nonsense"}, "cursor"),
        ("PATCH", "tag", {"tags": ["x"]}, "execution_ids"),
        ("PATCH", "tag", {"tags": ["x"], "execution_ids": [str(new_id())], "filter": {}}, "execution_ids"),
        ("PATCH", "tag", {"tags": [], "filter": {}}, "tags"),
        ("PATCH", "tag", {"tags": ["  "], "filter": {}}, "tags.0"),
        ("PATCH", "tag", {"tags": ["training_ready"], "filter": {}}, "tags"),
        ("PATCH", "tag", {"tags": ["x"], "filter": {"quality_min": 0.9, "quality_max": 0.1}}, "filter.quality_max"),
        ("POST", "tag-by-date", {"tags": ["x"]}, "date_before"),
        ("POST", "tag-by-date", {"tags": ["x"], **_BACKWARDS}, "date_before"),
        ("POST", "tag-by-date", {"tags": ["x"], **_BACKWARDS, "remove": True}, "date_before"),
        ("POST", "tag-by-quality", {"tags": ["x"], "quality_max": 7}, "quality_max"),
        ("POST", "untag", {"tags": ["x"], "filter": {}, "remove": True}, "remove"),
        ("POST", "preview", {"limit": 51}, "limit"),
    ],
)
async def test_what_is_wrong_is_named_by_its_field(
    clients: Clients, method: str, path: str, body: dict[str, Any], field: str
) -> None:
    assert fault(await clients[2].request(method, f"{AT_DATA}/{path}", json=body)) == field


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"quality_min": "0.9", "quality_max": "0.1"}, "quality_max"),
        ({"quality_min": "nan"}, "quality_min"),
        ({"date_after": "yesterday"}, "date_after"),
        ({"tag": "x"}, "tag"),
        ({"archived": "maybe"}, "archived"),
    ],
)
async def test_an_address_names_what_is_wrong_in_it_too(clients: Clients, query: dict[str, str], field: str) -> None:
    for path in (f"{AT_DATA}/filter", "/api/orchestrator/training/stats"):
        assert fault(await clients[0].get(path, params=query)) == field


async def test_tagging_is_told_can_be_taken_back_and_is_written_down(clients: Clients) -> None:
    viewer, operator, admin = clients
    answer = await operator.patch(f"{AT_DATA}/tag", json={"filter": {"quality_min": 0.4}, "tags": ["production"]})
    done = data(answer)
    assert done["count"] == 2
    assert answer.json()["message"] == "2 examples changed."
    stats = data(await viewer.get("/api/orchestrator/training/stats", params={"include_tags": "production"}))
    assert (stats["filtered_count"], stats["total_count"], stats["by_tag"]) == (2, 4, {"production": 2})
    assert data(await operator.post(f"{AT_DATA}/undo", json={"undo_token": done["undo_token"]}))["count"] == 2
    again = await operator.post(f"{AT_DATA}/undo", json={"undo_token": done["undo_token"]})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "already_undone")
    changes = data(await viewer.get(f"{AT_DATA}/changes"))
    assert [(one["action"], one["count"]) for one in changes["items"]] == [("undo", 2), ("tag", 2)]
    assert changes["items"][1]["undo_token"] is None
    audit = (await admin.get("/api/audit")).json()["items"]
    assert [one["action"] for one in audit[:2]] == ["training.undo", "training.tag"]


async def test_the_preview_is_what_the_export_writes(clients: Clients) -> None:
    viewer, operator, _ = clients
    for format in ("jsonl", "csv"):
        file = (await operator.post("/api/orchestrator/training/export", json={"format": format})).text.splitlines()
        shown = data(await viewer.post(f"{AT_DATA}/preview", json={"format": format}))
        assert [*([shown["header"]] if shown["header"] else []), *shown["lines"]] == file
        one = await the(viewer, "good")
        line = data(await viewer.get(f"{AT_DATA}/{one['execution_id']}/line", params={"format": format}))
        assert line["line"] in file
    one = await the(viewer, "unjudged")
    line = data(await viewer.get(f"{AT_DATA}/{one['execution_id']}/line"))
    assert (line["line"], line["reason"]) == (None, "It has no plan to learn from.")


async def test_an_erased_example_leaves_a_tombstone_and_nothing_else(clients: Clients) -> None:
    viewer, operator, admin = clients
    one = await the(viewer, "good")
    place = f"{AT_DATA}/{one['execution_id']}"
    assert data(await viewer.get(place))["example"]["user_request"] == "good one"
    tagged = data(await operator.patch(f"{AT_DATA}/tag", json={"execution_ids": [one["execution_id"]], "tags": ["x"]}))

    async def look(session: Any, id: Any) -> list[HeldBy]:
        return [HeldBy(kind="dataset", id="7", name="spring", version="2")]

    before = list(showing._Holders.look)
    showing._Holders.look[:] = [look]
    try:
        assert (await operator.post(f"{place}/erase", json={"reason": "asked for"})).status_code == 403
        left = data(await admin.post(f"{place}/erase", json={"reason": "asked for"}))
    finally:
        showing._Holders.look[:] = before
    assert (left["erased_by"], left["reason"]) == ("key:admin", "asked for")
    assert left["held_by"] == [{"kind": "dataset", "id": "7", "name": "spring", "version": "2", "state": None}]
    shown = data(await viewer.get(place))
    assert (shown["example"], shown["erased"]["reason"]) == (None, "asked for")
    again = await admin.post(f"{place}/erase", json={"reason": "asked for"})
    assert (again.status_code, again.json()["error"]["code"]) == (409, "example_erased")
    told = data(await operator.get(f"{AT_DATA}/changes"))["items"]
    assert [one["action"] for one in told if one["action"] == "by_hand"] == [], "there is nothing to take back"
    assert (await viewer.get(f"{place}/line")).status_code == 409
    assert data(await viewer.get(f"{AT_DATA}/filter"))["total_count"] == 3
    undone = await operator.post(f"{AT_DATA}/undo", json={"undo_token": tagged["undo_token"]})
    assert (undone.status_code, undone.json()["error"]["code"]) == (404, "undo_unknown")
    async with transaction() as session:
        rows = await session.execute(text("SELECT to_jsonb(e)::text FROM orchestrator_training_data e"))
        (kept,) = [row[0] for row in rows.all() if str(one["execution_id"]) in row[0]]
        assert not [word for word in ("good one", "150000", "content.draft", "key:ann", "linkedin") if word in kept]
        words = text("SELECT count(*) FROM training_words WHERE words @@ 'good'::tsquery")
        assert await session.scalar(words) == 0


async def test_the_tag_of_an_erased_example_alone_is_in_no_list_of_changes(clients: Clients) -> None:
    viewer, operator, admin = clients
    first, second = [(await the(viewer, name))["execution_id"] for name in ("good", "poor")]

    async def tag(tags: list[str], ids: list[str]) -> str:
        told = await operator.patch(f"{AT_DATA}/tag", json={"execution_ids": ids, "tags": tags})
        return str(data(told)["undo_token"])

    async def said() -> tuple[str, str]:
        changes = await viewer.get(f"{AT_DATA}/changes")
        return changes.text, (await admin.get("/api/audit")).text

    both = await tag(["anna@example.com", "gold"], [first, second])
    alone = await tag(["kim@example.com"], [first])
    await operator.post(f"{AT_DATA}/undo", json={"undo_token": alone})
    await tag(["kim@example.com"], [first])
    data(await admin.post(f"{AT_DATA}/{first}/erase", json={"reason": "asked for"}))
    changes, audited = await said()
    assert "kim@example.com" not in changes + audited
    assert "anna@example.com" in changes, "the other carries it, and it can be taken back"
    assert alone not in changes
    assert alone in audited, "that it was done stays"

    assert data(await operator.post(f"{AT_DATA}/undo", json={"undo_token": both}))["count"] == 1
    data(await admin.post(f"{AT_DATA}/{second}/erase", json={"reason": "asked for"}))
    changes, audited = await said()
    assert "anna@example.com" not in changes + audited
    async with transaction() as session:
        left = await session.scalar(text("SELECT count(*) FROM training_changed"))
        kept = await session.scalars(text("SELECT details::text FROM audit_log WHERE action = 'training.tag'"))
        assert (left, sorted(json.loads(one)["count"] for one in kept)) == (0, [1, 1, 2])


async def test_of_a_change_of_several_only_what_the_erased_one_got_is_unsaid(clients: Clients) -> None:
    viewer, operator, admin = clients
    first, second = [(await the(viewer, name))["execution_id"] for name in ("good", "poor")]
    for tags, ids in ((["gold"], [second]), (["gold", "vip"], [first, second]), (["gold"], [second])):
        await operator.post(f"{AT_DATA}/untag", json={"execution_ids": [second], "tags": ["vip"]})
        await operator.patch(f"{AT_DATA}/tag", json={"execution_ids": ids, "tags": tags})
    data(await admin.post(f"{AT_DATA}/{first}/erase", json={"reason": "asked for"}))
    told = data(await operator.get(f"{AT_DATA}/changes"))["items"]
    assert [(one["action"], one["tags"]) for one in told] == [("untag", ["vip"]), ("tag", ["vip"]), ("tag", ["gold"])]


async def test_what_was_erased_is_not_written_down_again(database: Database) -> None:
    async with transaction() as session:
        task = await ready(session)
        await upsert_example(session, task)
    async with signed_in("admin") as (admin,):
        data(await admin.post(f"{AT_DATA}/{task}/erase", json={"reason": "asked for"}))
        async with transaction() as session:
            await upsert_example(session, task)
            await session.execute(text("UPDATE orchestrator_training_data SET user_request = 'back again'"))
            await put(session, execution_id=task, user_request="back again", timestamp=AT)
        shown = data(await admin.get(f"{AT_DATA}/{task}"))
        assert shown["example"] is None
        assert data(await admin.get(AT_DATA))["total"] == 0
    async with transaction() as session:
        assert await session.scalar(text("SELECT user_request FROM orchestrator_training_data")) == ""
        assert [line async for line in export.export(session, Filter(archived=None), "jsonl")] == []


async def test_an_example_that_is_not_there_is_said_to_be_missing(clients: Clients) -> None:
    for method, path, body in (("GET", "", None), ("GET", "/line", None), ("POST", "/erase", {"reason": "x"})):
        answer = await clients[2].request(method, f"{AT_DATA}/{new_id()}{path}", json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "example_missing")


async def test_filters_are_kept_under_a_name_for_everybody(clients: Clients) -> None:
    viewer, operator, _ = clients
    best = {"name": "best", "filter": {"quality_min": 0.9, "include_tags": ["b", "a"], "success_only": False}}
    made = data(await operator.post(FILTERS, json=best))
    assert made["filter"] == {"include_tags": ["a", "b"], "quality_min": 0.9}
    taken = await operator.post(FILTERS, json=best)
    assert (taken.status_code, taken.json()["error"]["code"]) == (409, "filter_name_taken")
    other = data(await operator.post(FILTERS, json={"name": "All", "filter": {}}))
    assert [one["name"] for one in data(await viewer.get(FILTERS))["items"]] == ["All", "best"]
    clash = await operator.patch(f"{FILTERS}/{other['id']}", json={"name": "best"})
    assert clash.status_code == 409
    changed = data(await operator.patch(f"{FILTERS}/{other['id']}", json={"filter": {"archived": True}}))
    assert (changed["name"], changed["filter"], changed["changed_by"]) == ("All", {"archived": True}, "key:operator")
    best_one = f"{FILTERS}/{made['id']}"
    for nothing in ({}, {"name": "best"}, {"filter": {"include_tags": ["B", "a"], "quality_min": 0.9}}):
        assert data(await operator.patch(best_one, json=nothing)) == made, "what is as asked was not changed"
    assert data(await operator.delete(f"{FILTERS}/{other['id']}"))["name"] == "All"
    assert (await operator.delete(f"{FILTERS}/{other['id']}")).status_code == 404
    assert (await viewer.post(FILTERS, json=best)).status_code == 403


async def test_capitals_make_no_other_name_of_a_filter(clients: Clients) -> None:
    _, operator, _ = clients
    made = data(await operator.post(FILTERS, json={"name": "Größe", "filter": {}}))
    other = data(await operator.post(FILTERS, json={"name": "other", "filter": {}}))
    for answer in (
        await operator.post(FILTERS, json={"name": "GRÖßE", "filter": {}}),
        await operator.patch(f"{FILTERS}/{other['id']}", json={"name": "größe"}),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "filter_name_taken")
        assert [one["field"] for one in answer.json()["error"]["errors"]] == ["name"]
    assert data(await operator.patch(f"{FILTERS}/{made['id']}", json={"name": "größe"}))["name"] == "größe"


async def test_the_final_sigma_makes_no_other_name_and_the_name_finds_its_own_filter(clients: Clients) -> None:
    _, operator, _ = clients
    made = data(await operator.post(FILTERS, json={"name": "οδος", "filter": {}}))
    await operator.post(FILTERS, json={"name": "other", "filter": {}})
    assert (await operator.post(FILTERS, json={"name": "ΟΔΟΣ", "filter": {}})).status_code == 409
    async with transaction() as session:
        for asked in ("ΟΔΟΣ", "οδος", " Οδος\u00a0"):
            found = await saving.named(session, asked)
            assert found is not None, asked
            assert str(found.id) == made["id"], asked
        assert await saving.named(session, "οδο") is None


async def test_who_names_an_unknown_field_of_a_filter_is_told_which_there_are(clients: Clients) -> None:
    _, operator, _ = clients
    wrong = {"tag_operator": "or", "quality_min": 7}
    for path, body, before in (
        ("data/filter", wrong, ""),
        ("data/archive", {"filter": wrong}, "filter."),
        ("data/preview", {"filter": wrong}, "filter."),
    ):
        answer = await operator.post(f"/api/orchestrator/training/{path}", json=body)
        assert answer.status_code == 422
        said = {one["field"]: one["message"] for one in answer.json()["error"]["errors"]}
        assert set(said) == {f"{before}tag_operator", f"{before}quality_min"}
        assert (
            "include_tags, exclude_tags" in said[f"{before}tag_operator"]
            or "exclude_tags, include_tags" in said[f"{before}tag_operator"]
        )
        assert "1" in said[f"{before}quality_min"]


async def test_the_words_that_a_filter_may_name_are_those_of_the_examples(clients: Clients) -> None:
    found = data(await clients[0].get(f"{AT_DATA}/choices"))
    assert found["intents"] == ["create_social_content", "write_email"]
    assert (found["platforms"], found["agents"], found["models"]) == (["linkedin", "x"], ["content"], ["offline"])


async def test_a_tag_that_no_example_carries_any_more_is_no_choice(clients: Clients) -> None:
    viewer, operator, _ = clients
    everything = {"filter": {}, "tags": ["gold"]}
    done = data(await operator.patch(f"{AT_DATA}/tag", json=everything))
    assert "gold" in data(await viewer.get(f"{AT_DATA}/choices"))["tags"]
    data(await operator.post(f"{AT_DATA}/undo", json={"undo_token": done["undo_token"]}))
    assert data(await viewer.get(f"{AT_DATA}/choices"))["tags"] == ["test"]


@pytest.mark.parametrize("unseen", ["\u202eevil", "gold\u200b", "go\u00adld", "go\nld", "\ufeffgold", "go\u2066ld"])
async def test_what_nobody_sees_is_part_of_no_tag_and_of_no_name(clients: Clients, unseen: str) -> None:
    _, operator, _ = clients
    body = {"filter": {}, "tags": ["fine", unseen]}
    assert fault(await operator.patch(f"{AT_DATA}/tag", json=body)) == "tags"
    ends = {"date_before": "2030-01-31", "tags": [unseen]}
    assert fault(await operator.post(f"{AT_DATA}/tag-by-date", json=ends)) == "tags"
    assert fault(await operator.post(f"{AT_DATA}/tag-by-quality", json={"quality_max": 1, "tags": [unseen]})) == "tags"
    assert fault(await operator.post(FILTERS, json={"name": unseen, "filter": {}})) == "name"
    made = data(await operator.post(FILTERS, json={"name": "seen", "filter": {}}))
    assert fault(await operator.patch(f"{FILTERS}/{made['id']}", json={"name": unseen})) == "name"
    # what such a tag is on already, from elsewhere, it can be taken off
    async with transaction() as session:
        await session.execute(text("UPDATE orchestrator_training_data SET tags = ARRAY[:tag]"), {"tag": unseen})
    gone = data(await operator.post(f"{AT_DATA}/untag", json={"filter": {}, "tags": [unseen]}))
    assert gone["count"] > 0


async def test_capitals_make_no_other_tag(clients: Clients) -> None:
    viewer, operator, _ = clients
    one = (await the(viewer, "good"))["execution_id"]
    data(await operator.patch(f"{AT_DATA}/tag", json={"execution_ids": [one], "tags": ["Development", "GOLD", "gold"]}))
    shown = data(await viewer.get(f"{AT_DATA}/{one}"))["example"]
    assert set(shown["tags"]) >= {"development", "gold"}
    assert not {"Development", "GOLD"} & set(shown["tags"])
    left = data(await viewer.get(AT_DATA))["items"]
    assert one not in [each["execution_id"] for each in left]  # left out, as every development is
    asked = {"include_tags": ["DEVELOPMENT", "Gold"]}
    assert data(await viewer.post(f"{AT_DATA}/filter", json=asked))["total"] == 1
    written = await operator.post("/api/orchestrator/training/export", json={"tags": ["Development"]})
    assert len(written.text.splitlines()) == 1
    data(await operator.post(f"{AT_DATA}/untag", json={"execution_ids": [one], "tags": ["Development"]}))
    assert "development" not in data(await viewer.get(f"{AT_DATA}/{one}"))["example"]["tags"]
