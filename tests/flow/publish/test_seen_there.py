"""What a person saw at the channel is measured like any other post, and can be mended."""

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text

from cofounder.flow.publish import posting
from cofounder.flow.publish.errors import AddressElsewhere, NotByHand
from cofounder.flow.publish.measuring import carrying
from cofounder.flow.publish.measuring import service as measuring
from cofounder.flow.publish.measuring.schemas import PublicationMeasuredOut, ReadingIn
from cofounder.flow.publish.schemas import PostedIn, PublicationOut
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.people import audit_entries
from tests.channels.wire.x import XWire
from tests.flow.publish.at_x import PARTS, address, cut, mend, resolve, seen, sent
from tests.flow.waiting import APPROVER

ALL = ["1 h", "6 h", "24 h", "72 h", "7 d"]
OTHER = "https://x.com/acme/status/1900000000000000777"


async def measured(id: UUID) -> PublicationMeasuredOut:
    await carrying.round_of()
    async with transaction() as session:
        return await measuring.of(session, id)


async def mark(id: UUID, **said: object) -> PublicationOut:
    async with transaction() as session:
        return await posting.mark(session, id, PostedIn.model_validate(said), by=APPROVER)


async def test_a_post_that_a_person_saw_is_read_where_its_address_names_it(wire: XWire) -> None:
    cut(wire, 0)
    id = await sent(wire)
    one = await resolve(id, verdict="sent", url=address(wire.posts[0]))
    assert (one.external_id, one.url) == (wire.posts[0]["id"], address(wire.posts[0]))
    found = await measured(id)
    assert [(age.age, age.by_hand) for age in found.ages] == [(age, False) for age in ALL]
    async with transaction() as session:
        planned = (await session.scalars(text("SELECT DISTINCT external_id FROM measurements"))).all()
        named = (await session.scalars(text("SELECT external_id FROM posts"))).all()
    assert planned == named == [wire.posts[0]["id"]]


@pytest.mark.parametrize("url", [None, "https://t.co/abc"])
async def test_where_nobody_knows_which_post_it_is_a_person_is_asked(wire: XWire, url: str | None) -> None:
    cut(wire, 0)
    id = await sent(wire)
    await resolve(id, verdict="sent", url=url)
    found = await measured(id)
    assert [(age.age, age.by_hand) for age in found.ages] == [("72 h", True), ("7 d", True)]
    assert found.note == "Nobody knows which post it is: give its address, or type what you read there."
    async with transaction() as session:
        await measuring.type_in(session, id, ReadingIn(views=90), by=APPROVER)


async def test_an_address_given_later_has_it_read_from_then_on(wire: XWire) -> None:
    cut(wire, 0)
    id = await sent(wire)
    before = await resolve(id, verdict="sent")
    assert (before.actions, before.posted) == (["correct"], None)
    assert before.seen is not None
    assert before.seen.url is None
    await measured(id)
    after = await mark(id, url=address(wire.posts[0]))
    assert (after.url, after.external_id) == (address(wire.posts[0]), wire.posts[0]["id"])
    assert after.seen is not None
    assert after.seen.url == address(wire.posts[0])
    found = await measured(id)
    assert [(age.age, age.by_hand) for age in found.ages] == [(age, False) for age in ALL]
    assert found.note is None


async def test_a_wrong_address_can_be_mended_and_another_time_given(wire: XWire) -> None:
    cut(wire, 0)
    id = await sent(wire)
    await resolve(id, verdict="sent", url=OTHER)
    await measured(id)
    at = now() - timedelta(seconds=20)
    async with transaction() as session:
        decided = await session.scalar(text("SELECT min(decided_at) FROM decisions"))
    at = max(at, decided)
    mended = await mark(id, url=address(wire.posts[0]), posted_at=at)
    assert mended.seen is not None
    assert (mended.external_id, mended.seen.posted_at) == (wire.posts[0]["id"], at)
    found = await measured(id)
    assert found.published_at == at
    assert next(age.due_at for age in found.ages) == at + timedelta(hours=1)
    async with transaction() as session:
        planned = (await session.scalars(text("SELECT DISTINCT external_id FROM measurements"))).all()
        said = [entry.action for entry in await audit_entries(session, object_id=str(id))]
    assert planned == [wire.posts[0]["id"]]
    assert "publication.corrected" in said


@pytest.mark.parametrize("url", ["https://www.linkedin.com/feed/update/urn:li:share:1/", "https:///1"])
async def test_another_platforms_address_is_refused_in_either_place(wire: XWire, url: str) -> None:
    cut(wire, 0)
    id = await sent(wire)
    with pytest.raises(AddressElsewhere) as caught:
        await resolve(id, verdict="sent", url=url)
    assert caught.value.field == "url"
    assert (await seen(id)).state == "unknown"
    await resolve(id, verdict="sent")
    with pytest.raises(AddressElsewhere):
        await mark(id, url=url)


async def test_the_address_of_another_publication_is_refused(wire: XWire) -> None:
    mend(wire)
    first = await sent(wire, states=("published",))
    cut(wire, 1)
    id = await sent(wire, parts=["Another margin rose.", "And one more."])
    there = (await seen(first)).url
    with pytest.raises(AddressElsewhere, match=f"another publication, {first}"):
        await resolve(id, verdict="sent", posts=1, url=there)


async def test_what_the_channel_itself_said_is_not_for_a_person_to_mend(wire: XWire) -> None:
    mend(wire)
    id = await sent(wire, states=("published",))
    assert (await seen(id)).actions == []
    with pytest.raises(NotByHand):
        await mark(id, url=OTHER)


async def test_a_thread_begins_where_the_channel_said(wire: XWire) -> None:
    cut(wire, 2)
    id = await sent(wire, parts=PARTS)
    await resolve(id, verdict="sent")
    with pytest.raises(AddressElsewhere, match="The thread begins at"):
        await mark(id, url=OTHER)
