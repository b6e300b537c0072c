"""Images go with texts under the same fingerprint: what was seen is what is approved, or nobody approved it."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from sqlalchemy import text

from cofounder.channels.images import keeping
from cofounder.flow.approve import service
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database
from tests.channels.pictures import PLACE, gif, huge_by_its_head, jpeg, png
from tests.flow.server import signed_in
from tests.flow.waiting import ready

ALT = "Bar chart: margins rose from 31% to 43% since March."


@pytest_asyncio.fixture
async def clients(database: Database) -> AsyncIterator[list[httpx.AsyncClient]]:
    async with signed_in("viewer", "operator", "approver") as made:
        yield made


@pytest.fixture
def approver(clients: list[httpx.AsyncClient]) -> httpx.AsyncClient:
    return clients[2]


@pytest_asyncio.fixture
async def task(database: Database) -> UUID:
    async with transaction() as session:
        id = await ready(session)
        await service.open_round(session, id)
    return id


async def upload(client: httpx.AsyncClient, content: bytes) -> str:
    answer = await client.post("/api/images", content=content, headers={"Content-Type": "application/octet-stream"})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["image"])


async def put(client: httpx.AsyncClient, task: UUID, *images: dict[str, Any], **more: Any) -> httpx.Response:
    return await client.put(f"/api/orchestrator/approval/{task}/images", json={"images": list(images), **more})


async def read(client: httpx.AsyncClient, task: UUID) -> Any:
    return (await client.get(f"/api/orchestrator/approval/{task}")).json()


async def test_an_image_goes_with_every_text_and_is_shown_with_its_words(
    approver: httpx.AsyncClient, task: UUID
) -> None:
    before = await read(approver, task)
    image = await upload(approver, jpeg())
    answer = await put(approver, task, {"image": image, "alt": f"  {ALT}\n"}, fingerprint=before["fingerprint"])
    seen = answer.json()
    assert answer.status_code == 200, seen
    assert seen["fingerprint"] != before["fingerprint"]
    assert answer.headers["etag"] == f'"{seen["fingerprint"]}"'
    assert seen["main_content"]["preview_image"] == f"/api/images/{image}"
    assert {name: [one["alt"] for one in variant["images"]] for name, variant in seen["channel_variants"].items()} == {
        "linkedin": [ALT],
        "twitter": [ALT],
        "email": [ALT],
    }
    assert [(one["width"], one["height"], one["type"], one["channels"]) for one in seen["images"]] == [
        (64, 48, "jpeg", None)
    ]
    assert ALT in seen["channel_variants"]["email"]["exact_text"]
    kept = await approver.get(seen["images"][0]["url"])
    assert kept.headers["content-type"] == "image/jpeg"
    assert (kept.headers["x-content-type-options"], kept.headers["content-disposition"].split(";")[0]) == (
        "nosniff",
        "attachment",
    )
    assert "default-src 'none'" in kept.headers["content-security-policy"]
    assert len(kept.content) == seen["images"][0]["bytes"]
    assert PLACE.encode() not in kept.content


async def test_any_change_of_an_image_is_another_text(approver: httpx.AsyncClient, task: UUID) -> None:
    one, two = await upload(approver, png()), await upload(approver, png(shift=1))
    a, b = {"image": one, "alt": ALT}, {"image": two, "alt": "A shop window."}
    seen = set()
    for images in ([], [a], [b], [a, b], [b, a], [{**a, "alt": "Other words."}], [{**a, "channels": ["linkedin"]}]):
        answer = await put(approver, task, *images, fingerprint=(await read(approver, task))["fingerprint"])
        assert answer.status_code == 200, answer.text
        seen.add(answer.json()["fingerprint"])
    assert len(seen) == 7
    first = (await put(approver, task, a, fingerprint=(await read(approver, task))["fingerprint"])).json()[
        "fingerprint"
    ]
    assert first in seen  # the same images in the same order are the same text


async def test_what_was_read_before_an_image_changed_is_not_what_is_approved(
    approver: httpx.AsyncClient, task: UUID
) -> None:
    read_then = (await read(approver, task))["fingerprint"]
    image = await upload(approver, png())
    assert (await put(approver, task, {"image": image, "alt": ALT})).status_code == 200
    for said in ({"fingerprint": read_then}, {}):
        refused = await approver.post(
            "/api/orchestrator/approve", json={"task_id": str(task), "approved": True, **said}
        )
        assert (refused.status_code, refused.json()["code"]) == (409, "draft_changed")
    again = await put(approver, task, {"image": image, "alt": "Other words."}, fingerprint=read_then)
    assert (again.status_code, again.json()["code"]) == (409, "draft_changed")
    read_now = (await read(approver, task))["fingerprint"]
    body = {"task_id": str(task), "approved": True, "fingerprint": read_now}
    decided = await approver.post("/api/orchestrator/approve", json=body)
    assert decided.status_code == 200, decided.text
    late = await put(approver, task, fingerprint=read_now)
    assert (late.status_code, late.json()["code"]) == (409, "already_decided")
    assert (await read(approver, task))["channel_variants"]["linkedin"]["images"][0]["alt"] == ALT


async def test_images_outlive_an_edit_of_their_text_and_are_no_edit_of_it(
    approver: httpx.AsyncClient, task: UUID
) -> None:
    image = await upload(approver, png())
    seen = (await put(approver, task, {"image": image, "alt": ALT})).json()
    body = {"edits": {"email": {"subject": "Margins rose"}}, "fingerprint": seen["fingerprint"]}
    edited = await approver.put(f"/api/orchestrator/approval/{task}/draft", json=body)
    assert edited.status_code == 200, edited.text
    assert edited.json()["channel_variants"]["email"]["images"][0]["image"] == image
    assert ALT in edited.json()["channel_variants"]["email"]["exact_text"]
    tried = await approver.post(
        f"/api/orchestrator/approval/{task}/preview", json={"edits": {"email": {"subject": "Up"}}}
    )
    assert ALT in tried.json()["channels"]["email"]["exact_text"]
    body = {"task_id": str(task), "approved": True, "fingerprint": edited.json()["fingerprint"]}
    decided = (await approver.post("/api/orchestrator/approve", json=body)).json()
    assert decided["decision"]["edits"] == {}
    async with transaction() as session:
        same = text(
            "SELECT bool_and(v.rendered = a.content -> v.channel) FROM variants v JOIN approvals a USING (task_id) WHERE v.is_best"
        )
        assert await session.scalar(same)  # a version and what was approved of it are one text


async def test_what_a_channel_does_not_take_is_told_and_refused_before_it_is_approved(
    approver: httpx.AsyncClient, task: UUID
) -> None:
    images = [{"image": await upload(approver, png(shift=number)), "alt": ALT} for number in range(5)]
    moving = {"image": await upload(approver, gif()), "alt": "It moves.", "channels": ["linkedin", "twitter"]}
    seen = (await put(approver, task, *images, moving)).json()
    told = {name: one["image_problems"] for name, one in seen["channel_variants"].items()}
    assert told["twitter"] == [
        "X takes 4 images with a text; there are 6.",
        "X takes JPEG, PNG, WebP; image 6 is a GIF.",
    ]
    assert told["linkedin"] == ["LinkedIn takes an animated image only by itself; there are 6 images."]
    assert told["email"] == []
    body = {"task_id": str(task), "approved": True, "fingerprint": seen["fingerprint"]}
    refused = await approver.post("/api/orchestrator/approve", json=body)
    assert (refused.status_code, refused.json()["code"]) == (422, "images_unfit")
    assert "X takes 4 images" in refused.json()["detail"]
    decided = await approver.post("/api/orchestrator/approve", json={**body, "publish_to_channels": ["email"]})
    assert decided.status_code == 200, decided.text


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"<html><script>alert(1)</script>", 422, "image_unreadable"),
        (jpeg(400, 300)[:2_000], 422, "image_unreadable"),
        (png(1, 1), 422, "image_unreadable"),
        (b"", 422, "image_unreadable"),
        (huge_by_its_head(30_000, 40), 413, "image_too_large"),
        (b"\xff\xd8\xff" + b"\0" * 20_000_001, 413, "body_too_large"),
    ],
    ids=["html", "half", "one-pixel", "empty", "wide", "heavy"],
)
async def test_what_is_no_image_is_refused_and_leaves_nothing(
    approver: httpx.AsyncClient, content: bytes, status: int, code: str
) -> None:
    answer = await approver.post("/api/images", content=content, headers={"Content-Type": "image/png"})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["hint"]
    async with transaction() as session:
        assert await session.scalar(text("SELECT count(*) FROM images")) == 0


async def test_a_body_that_never_ends_is_not_read_to_its_end(approver: httpx.AsyncClient) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(400):
            read += 1
            yield b"\xff" * 1_000_000

    answer = await approver.post("/api/images", content=endless())
    assert (answer.status_code, answer.json()["code"]) == (413, "body_too_large")
    assert read < 300  # what is refused is drained for a while, so that the caller hears why


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"alt": ""}, "alt_text_missing", "images.0.alt"),
        ({"alt": " \u200b\n"}, "alt_text_missing", "images.0.alt"),
        ({"alt": "a" * 2_001}, "alt_text_unfit", "images.0.alt"),
        ({"alt": "For {{name}}"}, "alt_text_unfit", "images.0.alt"),
        ({"alt": "IMG 2031.png"}, "alt_text_unfit", "images.0.alt"),
        ({"alt": "We guarantee you 40% returns, risk free."}, "compliance_blocks", "images.0.alt"),
        ({"image": "0" * 64}, "image_missing", "images.0.image"),
        ({"channels": ["facebook"]}, "channel_unknown", "images.0.channels.0"),
        ({"image": "no-hash"}, "request_invalid", "images.0.image"),
    ],
)
async def test_each_thing_wrong_with_an_attachment_is_named(
    approver: httpx.AsyncClient, task: UUID, change: dict[str, Any], code: str, field: str
) -> None:
    before = await read(approver, task)
    answer = await put(approver, task, {"image": await upload(approver, png()), "alt": ALT, **change})
    assert answer.json()["code"] == code, answer.text
    assert answer.json()["errors"][0]["field"] == field
    assert (await read(approver, task))["fingerprint"] == before["fingerprint"]


async def test_a_hundred_images_or_one_twice_are_refused(approver: httpx.AsyncClient, task: UUID) -> None:
    one = {"image": await upload(approver, png()), "alt": ALT}
    many = await put(approver, task, *[one] * 100)
    assert (many.status_code, many.json()["errors"][0]["field"]) == (422, "images")
    twice = await put(approver, task, one, one)
    assert (twice.status_code, twice.json()["code"]) == (422, "image_twice")


async def test_only_an_approver_hands_images_over(clients: list[httpx.AsyncClient], task: UUID) -> None:
    viewer, operator, approver = clients
    image = await upload(approver, png())
    for client in (viewer, operator):
        assert (await client.post("/api/images", content=png())).status_code == 403
        assert (await put(client, task, {"image": image, "alt": ALT})).status_code == 403
    assert (await viewer.get(f"/api/images/{image}")).status_code == 200
    assert (await viewer.get(f"/api/images/{'0' * 64}")).status_code == 404


async def test_an_image_that_nothing_shows_goes_after_a_day_and_one_that_is_shown_stays(
    approver: httpx.AsyncClient, task: UUID
) -> None:
    shown, unused, fresh = [await upload(approver, png(shift=number)) for number in range(3)]
    await put(approver, task, {"image": shown, "alt": ALT})
    async with transaction() as session:
        await session.execute(
            text("UPDATE images SET uploaded_at = uploaded_at - interval '25 hours' WHERE sha256 <> :fresh"),
            {"fresh": fresh},
        )
    assert await keeping.remove_unused() == 1
    assert (await approver.get(f"/api/images/{unused}")).status_code == 404
    assert [(await approver.get(f"/api/images/{one}")).status_code for one in (shown, fresh)] == [200, 200]


async def test_a_text_given_to_publish_takes_its_images_along(approver: httpx.AsyncClient, database: Database) -> None:
    image = {"image": await upload(approver, png()), "alt": ALT}
    body = {"platform": "x", "content": "Margins rose by 12 points.", "images": [image]}
    made = await approver.post("/api/social/publish", json=body)
    assert made.status_code == 202, made.text
    seen = (await approver.get(f"/api/publications/{made.json()['publication_id']}")).json()
    assert [(one["image"], one["alt"]) for one in seen["images"]] == [(image["image"], ALT)]
    again = await approver.post("/api/social/publish", json=body)
    assert again.json()["repeated"]
    other = await approver.post("/api/social/publish", json={**body, "images": []})
    assert (other.status_code, other.json()["repeated"]) == (202, False)
    moving = {**image, "image": await upload(approver, gif())}
    refused = await approver.post("/api/social/publish", json={**body, "images": [moving]})
    assert (refused.status_code, refused.json()["code"]) == (422, "images_unfit")
