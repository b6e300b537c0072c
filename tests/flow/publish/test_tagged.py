"""Links to the company's sites, from the text that is approved to the visits that web analytics tell of them."""

import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from cofounder.channels.tagging import found, mark
from cofounder.flow.approve import service as approvals
from cofounder.flow.approve.errors import TextTooLong
from cofounder.flow.approve.schemas import Decision
from cofounder.flow.learn import renewing
from cofounder.kit import outside
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database, until
from cofounder.ops.runtime import RuntimeSettings, change
from tests.business.imports.carried import carry_out
from tests.business.imports.test_repeating import added, google, read
from tests.flow.publish.standing import of, settled
from tests.flow.server import signed_in
from tests.flow.waiting import APPROVER, BODIES, draft, ready

LINK = "https://www.acme.com/prices"
WORDS = f"Our office moves to 12 Dock Street in May. Read more at {LINK}, and bring a friend."


@pytest_asyncio.fixture
async def clients(engine_running: Database) -> AsyncIterator[list[httpx.AsyncClient]]:
    async with signed_in("operator", "approver", "admin") as made:
        yield made


async def set_up(**wanted: Any) -> None:
    async with transaction() as session:
        await change(session, RuntimeSettings.model_validate({"own_sites": "acme.com", **wanted}), by="test")


async def publish(client: httpx.AsyncClient, **more: Any) -> dict[str, Any]:
    answer = await client.post("/api/social/publish", json={"platform": "linkedin", "content": WORDS, **more})
    assert answer.status_code == 202, answer.text
    return dict(answer.json())


def tagged_of(written: str) -> dict[str, list[str]]:
    ((_, _, url),) = found(written)
    return parse_qs(urlsplit(url).query)


async def test_with_no_site_known_nothing_is_tagged_and_the_page_says_what_to_set(
    clients: list[httpx.AsyncClient],
) -> None:
    operator, approver, admin = clients
    told = (await operator.get("/api/channels/links")).json()
    assert (told["tagged"], told["sites"], told["said_by"], told["example"]) == (False, [], "nobody", None)
    assert "Name your sites" in told["note"]
    assert (await publish(approver))["text"] == WORDS
    for wrong in ("acme", "acme.com, not a site", "https://"):
        answer = await admin.put("/api/orchestrator/settings", json={"own_sites": wrong})
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "own_sites"
    answer = await admin.put("/api/orchestrator/settings", json={"own_sites": "https://www.Acme.com/shop"})
    assert answer.status_code == 200, answer.text
    told = (await operator.get("/api/channels/links")).json()
    assert (told["tagged"], told["sites"], told["said_by"]) == (True, ["acme.com"], "settings")
    assert "utm_source=linkedin" in told["example"]
    await admin.put("/api/orchestrator/settings", json={"tag_links": False})
    assert (await operator.get("/api/channels/links")).json()["tagged"] is False
    assert (await publish(approver, content=WORDS.replace("12", "14")))["text"] == WORDS.replace("12", "14")


async def test_the_text_that_is_bound_is_the_tagged_one(clients: list[httpx.AsyncClient]) -> None:
    _, approver, _ = clients
    plain = await publish(approver)
    await set_up()
    said = await publish(approver, content=WORDS.replace("May", "June"))
    asked = tagged_of(said["text"])
    assert (asked["utm_source"], asked["utm_medium"]) == (["linkedin"], ["social"])
    assert asked["utm_content"] == [f"{mark_of(said)}"]
    assert said["fingerprint"] != plain["fingerprint"]
    again = await publish(approver, content=WORDS.replace("May", "June"))
    assert (again["repeated"], again["text"]) == (True, said["text"])


def mark_of(said: dict[str, Any]) -> str:
    return mark(UUID(said["task_id"]), "linkedin")


async def test_an_approver_sees_the_tags_and_edits_around_them(clients: list[httpx.AsyncClient]) -> None:
    """What is edited is what was seen: the tags in it are put on once, and no difference is made of them."""
    _, approver, _ = clients
    await set_up()
    async with transaction() as session:
        id = await ready(session, "linkedin", drafts={"linkedin": draft("linkedin", link=LINK)})
        await session.execute(text("UPDATE variants SET rendered = NULL"))
        await approvals.open_round(session, id)
    seen = (await approver.get(f"/api/orchestrator/approval/{id}")).json()
    variant = seen["channel_variants"]["linkedin"]
    assert "utm_content=cf-" in variant["exact_text"]
    assert "utm_content=cf-" in variant["content"]
    assert variant["length"] == len(variant["exact_text"])
    changed = variant["content"].replace("thank you", "thanks a lot")
    body = {"edits": {"linkedin": {"content": changed}}}
    tried = (await approver.post(f"/api/orchestrator/approval/{id}/preview", json=body)).json()["channels"]["linkedin"]
    assert tried["exact_text"] == changed
    assert tried["content"].count("utm_source=") == 1
    answer = await approver.post(
        "/api/orchestrator/approve",
        json={"task_id": str(id), "approved": True, "fingerprint": seen["fingerprint"], **body},
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["texts"]["linkedin"] == changed
    kept = answer.json()["decision"]["edits"]["linkedin"]
    assert "utm_" not in kept["before"] + kept["after"]
    await until(settled(id), within=60)

    async def learned() -> bool:
        async with transaction() as session:
            query = "SELECT final_text->>'linkedin' FROM orchestrator_training_data WHERE execution_id = :id"
            final = await session.scalar(text(query), {"id": id})
        return final is not None and LINK in final and "utm_" not in final

    await until(learned, within=60)  # a writer learns the words, not the tags


async def test_a_text_that_its_tags_make_too_long_is_refused_before_approval(clients: list[httpx.AsyncClient]) -> None:
    _, approver, _ = clients
    await set_up()
    long = f"{'word ' * 589}word\n{LINK}"
    answer = await approver.post("/api/social/publish", json={"platform": "linkedin", "content": long})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["field"] == "content"
    assert "are tags on links to your own site" in answer.json()["detail"]
    async with transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM tasks")) == 0
    await set_up(tag_links=False)
    assert (await publish(approver, content=long))["text"] == long


async def test_a_text_too_long_for_its_channel_is_not_approved_as_it_stands(session: Any) -> None:
    long = draft("linkedin", body=f"{BODIES['linkedin']}\n\n{'(well) ' * 300}")  # brackets are escaped on the way
    id = await ready(session, "linkedin", drafts={"linkedin": long})
    await approvals.open_round(session, id)
    with pytest.raises(TextTooLong, match="with the signs that its API needs") as refused:
        await approvals.decide(session, Decision(task_id=id, approved=True), by=APPROVER)
    assert refused.value.field == "publish_to_channels"


async def in_the_world(approver: httpx.AsyncClient) -> dict[str, Any]:
    """A text that went to the outbox and was posted ten days ago."""
    await set_up()
    said = await publish(approver)
    id = UUID(said["task_id"])
    await until(settled(id), within=60)
    (one,) = await of(id)
    async with transaction() as session:  # approved long ago
        for table, column in (("decisions", "decided_at"), ("tasks", "created_at")):
            await session.execute(text(f"UPDATE {table} SET {column} = {column} - interval '20 days'"))
    body = {"posted_at": (now() - timedelta(days=10)).isoformat()}
    answer = await approver.post(f"/api/publications/{one.publication_id}/posted", json=body)
    assert answer.status_code == 200, answer.text
    return said


async def test_what_web_analytics_tell_of_its_links_is_shown_with_the_publication(
    clients: list[httpx.AsyncClient], tmp_path: Path
) -> None:
    operator, approver, _ = clients
    said = await in_the_world(approver)
    asked = tagged_of(said["text"])
    campaign, content = asked["utm_campaign"][0], asked["utm_content"][0]
    days = [(now() - timedelta(days=ago)).date() for ago in (9, 8)]
    lines = [
        "date,utm_source,utm_campaign,utm_content,sessions,conversions,revenue,currency",
        *(f"{day},linkedin,{campaign},{content},21,1,1700.00,USD" for day in days),
        f"{days[0]},google,,,300,4,80.50,USD",
    ]
    file = tmp_path / "site.csv"
    file.write_text("\n".join(lines))
    for _ in range(2):  # the same file again counts nothing again
        made = await carry_out(file, "web_analytics")
        assert made.counts.refused == 0, made
    path = f"/api/publications/{said['publication_id']}/measurements"
    seen = (await operator.get(path)).json()
    assert (seen["campaign"], seen["content"]) == (campaign, content)
    brought = seen["attributed"]
    assert (brought["sessions"], brought["conversions"], brought["revenue"], brought["currency"]) == (
        42,
        2,
        3400,
        "USD",
    )
    assert brought["split_by"] == ["source", "campaign", "content"]
    reports = (await operator.get("/api/business/attribution")).json()["reports"]
    mine = next(one for one in reports if one["items"])
    assert [one["publication_id"] for one in mine["items"]] == [said["publication_id"]]
    assert sum(one["sessions"] for one in reports) == 342
    await until(lambda: example_says(said, 42), within=60)


async def example_says(said: dict[str, Any], sessions: int) -> bool:
    await renewing.renew_some()
    async with transaction() as session:
        found = await session.scalar(
            text("SELECT post_publication_metrics FROM orchestrator_training_data WHERE execution_id = :id"),
            {"id": said["task_id"]},
        )
    return bool(found) and found.get("website_traffic_attributed") == sessions and found["revenue_attributed"] == 3400


async def test_google_analytics_names_it_by_what_it_calls_the_tags(
    clients: list[httpx.AsyncClient], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Days that are read again replace what they said before."""
    operator, approver, _ = clients
    said = await in_the_world(approver)
    asked = tagged_of(said["text"])
    day = f"{now() - timedelta(days=9):%Y%m%d}"
    names = ["date", "sessionSource", "sessionCampaignName", "sessionManualAdContent"]
    counted = {"sessions": 10}

    def report(wanted: dict[str, Any]) -> dict[str, Any]:
        assert [one["name"] for one in wanted["dimensions"]] == names
        ours = [day, "linkedin", asked["utm_campaign"][0], asked["utm_content"][0]]
        others = [day, "(direct)", "(not set)", "(not set)"]
        rows = [
            {"dimensionValues": [{"value": one} for one in parts], "metricValues": [{"value": str(n)}, {"value": "1"}]}
            for parts, n in ((ours, counted["sessions"]), (others, 90))
        ]
        return {"rows": rows, "rowCount": len(rows), "metadata": {"currencyCode": "EUR", "timeZone": "Europe/Berlin"}}

    with google(monkeypatch, report=(report,)) as (_, key):
        asked_for = {"property_id": "42", "dimensions": names, "metrics": ["sessions", "keyEvents"]}
        source = await added(name="site", type="ga4", kind="web_analytics", ga4=asked_for, secret=key)
        assert (await read(source)).counts.added == 2
        path = f"/api/publications/{said['publication_id']}/measurements"
        assert (await operator.get(path)).json()["attributed"]["sessions"] == 10
        counted["sessions"] = 12
        await read(source)
        assert (await operator.get(path)).json()["attributed"]["sessions"] == 12
    (book,) = (await operator.get("/api/business/attribution")).json()["reports"]
    assert (book["sessions"], book["publications"]["sessions"], book["not_attributed"]["sessions"]) == (102, 12, 90)


class Moved(BaseHTTPRequestHandler):
    """Answers everybody with the way to an address of one's own network, and keeps who asked."""

    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(302)
        self.send_header("Location", f"http://{self.headers['Host']}/inside")
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_POST = do_GET

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@contextmanager
def moved() -> Iterator[tuple[str, list[str]]]:
    asked: list[str] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Here", (Moved,), {"asked": asked}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


async def test_a_link_that_leads_into_ones_own_network_is_opened_by_nobody(clients: list[httpx.AsyncClient]) -> None:
    """Neither judging, tagging, previewing nor sending opens a link; and what is called follows no way elsewhere."""
    _, approver, _ = clients
    with moved() as (address, asked):
        await set_up()
        near = f"Read {address}/go and {LINK} today, and bring a friend along."
        for channel in ("linkedin", "webhook"):
            refused = await approver.post("/api/social/publish", json={"platform": channel, "content": near})
            assert refused.json()["code"] == "text_unfit"
        said = await publish(approver, platform="outbox", content=near)  # who posts it by hand sees to it
        await until(settled(UUID(said["task_id"])), within=60)
        assert f"{address}/go " in said["text"]  # nobody's site: not tagged either
        assert asked == []
        async with outside.client() as client:
            answer = await client.get(f"{address}/site")
        assert (answer.status_code, asked) == (302, ["/site"])
