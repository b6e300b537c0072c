"""What the company's data says over HTTP: answers with n and interval, as of a time, and links that wait for a word."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from cofounder import api
from cofounder.business import sample
from cofounder.business.context import predicting
from cofounder.business.records import service as records
from cofounder.business.records.schemas import NewPost, NewTask
from cofounder.kit import db

from .conftest import House

TODAY = date(2026, 11, 21)
AS_OF = "2026-11-21T09:00:00Z"


@pytest.fixture(autouse=True)
def _afresh() -> None:
    predicting.forget()


async def company() -> None:
    async with db.transaction() as session:
        await sample.load(session, today=TODAY)


async def get(house: House, path: str, **query: Any) -> Any:
    answer = await house.viewer.get(f"/api/business/{path}", params={"as_of": AS_OF, **query})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("path", ["times", "suggested-time"])
async def test_when_to_publish_on_what_is_no_channel_is_refused(house: House, path: str) -> None:
    for name in ("pigeon", " "):
        answer = await house.viewer.get(f"/api/business/{path}", params={"channel": name})
        said = answer.json()
        assert (answer.status_code, said["code"], said["errors"][0]["field"]) == (422, "unknown_channel", "channel")
    async with db.transaction() as session:
        await records.add_post(
            session, NewPost(platform="pigeon", content="Coo", published_at=datetime(2026, 1, 1, tzinfo=UTC))
        )
    assert (await get(house, path, channel="pigeon"))["channel"] == "pigeon", "posts came from it"
    assert (await get(house, path, channel="Twitter"))["channel"] == "x"


async def test_every_question_has_an_answer_as_of_a_time(house: House) -> None:
    await company()
    similar = await get(house, "similar", topic="customer story about a bakery", limit=3)
    assert similar["items"][0]["title"] == "The bakery that opens at five"
    assert similar["items"][0]["reasons"]
    assert (await get(house, "state"))["state"]["revenue_monthly"] > 0
    (revenue,) = (await get(house, "metrics", metric="revenue"))["items"]
    assert len(revenue["points"]) >= 12
    linkedin = (await get(house, "baselines"))["linkedin"]
    assert (
        linkedin["engagement_interval"]["low"]
        < linkedin["avg_engagement_rate"]
        < linkedin["engagement_interval"]["high"]
    )
    topics = (await get(house, "topics", days=3650))["items"]
    assert topics[0]["sample_size"] >= topics[-1]["sample_size"]
    one = await get(house, "topics/effectiveness", topic=topics[0]["topic"], days=3650)
    assert one["sample_size"] == topics[0]["sample_size"]
    assert (await get(house, "times", channel="linkedin"))["n"] > 0
    assert (await get(house, "times", channel="LinkedIn"))["n"] > 0, "however its name is written"
    assert (await get(house, "posts", platform="LinkedIn"))["items"]
    assert (await get(house, "suggested-time", channel="wordpress"))["status"] == "not enough data"
    assert (await get(house, "audience", part="device"))["status"] == "not enough data"
    assert any(each["metric"] == "revenue" for each in (await get(house, "growth"))["items"])
    assert "items" in await get(house, "anomalies")
    assert "items" in await get(house, "returns", by="campaign")
    found = await get(house, "correlations")
    assert {"n", "effective_n", "pearson", "low", "high", "p", "q", "sentence"} <= set(found["correlations"][0])
    context = await get(house, "context", topic="coffee")
    assert context["similar_historical_content"]
    assert context["platform_baseline"]["linkedin"]["count"] == linkedin["count"]
    posts = (await get(house, "posts", limit=5))["items"]
    assert len(posts) == 5
    assert all(post["engagement_rate"] is None or post["engagement_rate"] >= 0 for post in posts)
    assert (await house.viewer.get("/api/business/index")).json()["items"] == 0
    before = (await house.viewer.get("/api/business/baselines", params={"as_of": "2001-01-01T00:00:00Z"})).json()
    assert before == {}
    assert (await get(house, "baselines", channels="Twitter")).keys() == {"x"}


async def test_a_prediction_over_http_says_how_sure_it_is_or_that_it_is_not(house: House) -> None:
    await company()
    draft = {"channel": "linkedin", "content": "How do you store coffee?", "topic": "coffee", "as_of": AS_OF}
    answer = await house.viewer.post("/api/business/predict", json=draft)
    assert answer.status_code == 200, answer.text
    engagement = answer.json()["outcomes"]["engagement_rate"]
    assert engagement["n"] > 0
    if engagement["status"] == "ok":
        assert engagement["low"] <= engagement["value"] <= engagement["high"]
        assert engagement["beats_channel_mean"] or "not clearly better than that" in engagement["note"]
    empty = await house.viewer.post("/api/business/predict", json={**draft, "channel": "pigeon"})
    assert empty.json()["sentence"].startswith("Not enough data: 0 measured posts on pigeon")


@pytest.mark.parametrize(
    ("path", "query", "field"),
    [
        ("similar", {}, "topic"),
        ("times", {"channel": "x", "zone": "Mars/Olympus"}, "zone"),
        ("topics/effectiveness", {"topic": "x", "days": "0"}, "days"),
        ("baselines", {"channels": "1.175494351e-38"}, "channels"),
        ("baselines", {"channels": ["linkedin", "pigeon"]}, "channels"),
        ("similar", {"topic": "x", "channels": "linkdin"}, "channels"),
        ("topics", {"channels": ["linkedin", "linkdin"]}, "channels"),
        ("context", {"topic": "x", "channels": "linkdin"}, "channels"),
        ("baselines", {"as_of": "yesterday"}, "as_of"),
        ("baselines", {"as_of": "2026-11-21T09:00:00"}, "as_of"),
        ("audience", {"part": "shoe_size"}, "part"),
        ("matches", {"cursor": "nonsense"}, "cursor"),
        ("returns/rows", {"name": "ooh", "cursor": "nonsense"}, "cursor"),
        ("returns/rows", {}, "name"),
        ("similar", {"topik": "x", "topic": "x"}, "topik"),
    ],
)
async def test_a_bad_question_is_refused_by_the_name_of_its_fault(
    house: House, path: str, query: Any, field: str
) -> None:
    answer = await house.viewer.get(f"/api/business/{path}", params=query)
    assert answer.status_code == 422, answer.text
    assert field in [error["field"] for error in answer.json()["errors"]]


async def test_doubtful_links_wait_and_follow_a_persons_word(house: House) -> None:
    at = datetime(2026, 11, 1, tzinfo=UTC)
    async with db.transaction() as session:
        for season in ("spring", "summer"):
            await records.add_task(
                session,
                NewTask(request=f"A brewing guide for {season}", title=f"Brewing guide for {season}", status="completed",
                        is_legacy=True, created_at=at, completed_at=at),
            )  # fmt: skip
        post = NewPost(
            platform="x", title="Brewing guide", content="Brewing guide", published_at=at + timedelta(days=1)
        )
        id = (await records.add_post(session, post)).id
    assert (await house.viewer.post("/api/business/matches/run")).status_code == 403
    ran = await house.operator.post("/api/business/matches/run")
    assert ran.json() == {"linked": 0, "sure": 0, "doubtful": 2, "by_kind": {}, "alone": {}}
    page = (await house.viewer.get("/api/business/matches", params={"state": "doubtful", "limit": 1})).json()
    assert (page["total"], len(page["items"])) == (2, 1)
    rest = (
        await house.viewer.get("/api/business/matches", params={"state": "doubtful", "cursor": page["next_cursor"]})
    ).json()
    as_it_is = await house.viewer.get(f"/api/business/matches?state=doubtful&cursor={page['next_cursor']}")
    assert as_it_is.json()["items"] == rest["items"]  # a script puts it into an address without quoting
    one, other = page["items"][0], rest["items"][0]
    assert one["id"] != other["id"]
    assert (await house.viewer.post(f"/api/business/matches/{one['id']}/confirm")).status_code == 403
    late = await house.operator.post(f"/api/business/matches/{one['id']}/confirm?seen=sure")
    assert (late.status_code, late.json()["code"]) == (409, "match_decided")
    said = await house.operator.post(f"/api/business/matches/{one['id']}/confirm?seen=doubtful")
    assert said.json()["state"] == "confirmed"
    async with db.reading() as session:
        assert (
            str(await session.scalar(text("SELECT task_id FROM posts WHERE id = :id"), {"id": id})) == one["target_id"]
        )
    refused = (await house.viewer.get("/api/business/matches", params={"state": "refused"})).json()["items"]
    assert [match["id"] for match in refused] == [other["id"]]
    assert (await house.operator.post(f"/api/business/matches/{id}/refuse")).status_code == 404


async def test_scripts_import_the_same_answers(house: House) -> None:
    await company()
    as_of = datetime(2026, 11, 21, 9, tzinfo=UTC)
    found = await api.find_similar_historical_tasks("bakery", "customer story", limit=3, as_of=as_of)
    assert found == (await get(house, "similar", topic="bakery", keyword="customer story", limit=3))["items"]
    assert await api.get_platform_baseline(as_of=as_of) == await get(house, "baselines")
    assert (await api.get_platform_baseline("pigeon", as_of=as_of))["pigeon"]["count"] == 0
    assert await api.get_topic_effectiveness("coffee", as_of=as_of) == await get(
        house, "topics/effectiveness", topic="coffee"
    )
    assert await api.get_correlation_analysis(as_of=as_of) == await get(house, "correlations")
    assert (await api.suggest_time("linkedin", as_of=as_of))["channel"] == "linkedin"
    assert (await api.predict("Coffee?", "linkedin", as_of=as_of))["outcomes"]
    state = await api.get_business_state(as_of=as_of)
    context = await api.enrich_execution_with_context(None, "coffee", {"customers": 320}, as_of=as_of)
    assert context["business_state"] == {"customers": 320}
    assert state["customers"] != 320
