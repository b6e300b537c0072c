"""A thread of which some posts stand: what is said of it, what a person can say, and that no post goes out twice."""

import pytest

from cofounder.flow.publish import settling
from cofounder.flow.publish.errors import AccountGone, AnswerMisplaced
from cofounder.kit.testing import Database
from tests.channels.wire.server import Bad
from tests.channels.wire.x import XWire
from tests.flow.publish.at_x import PARTS, address, cut, mend, over, resolve, retry, seen, sent, standing


async def test_what_is_left_of_a_thread_never_goes_to_the_outbox_as_a_whole(
    wire: XWire, engine_running: Database
) -> None:
    cut(wire, 2, taken=False)
    id = await sent(wire, parts=PARTS)
    assert (await resolve(id, verdict="not_sent")).state == "refused"
    mend(wire)
    await standing("disconnected")
    with pytest.raises(AccountGone, match=r"2 of the thread's 3 posts stand \(https://x.com/acme/status/\d+\)"):
        await retry(id)
    kept = await seen(id)
    assert (kept.state, kept.delivered_by, kept.actions) == ("refused", "x", ["retry"])
    assert "2 of the thread's 3 posts stand" in (kept.note or "")
    assert not (engine_running.home / "outbox").exists()
    await standing("connected")
    await retry(id)
    assert (await over(id)).url == address(wire.posts[0])
    assert wire.threads() == [PARTS]


async def test_a_thread_whose_account_went_away_while_it_waited_says_what_stands(wire: XWire) -> None:
    cut(wire, 2, taken=False)
    id = await sent(wire, parts=PARTS)
    mend(wire)
    await standing("disconnected")
    await resolve(id, verdict="not_sent", send_again=True)
    gone = await over(id, "refused")
    assert "2 of the thread's 3 posts stand (https://x.com" in (gone.note or "")
    assert "not connected any more" in (gone.note or "")


async def test_a_question_about_a_thread_names_its_posts_and_how_many_stand(wire: XWire) -> None:
    cut(wire, 1)
    id = await sent(wire, parts=PARTS)
    found = await seen(id)
    (delivery,) = found.deliveries
    assert [(one.number, one.state, one.text) for one in delivery.posts] == [
        (1, "sent", PARTS[0]),
        (2, "unknown", PARTS[1]),
        (3, "waiting", PARTS[2]),
    ]
    assert delivery.posts[0].url == address(wire.posts[0])
    assert f"1 of the thread's 3 posts stands ({address(wire.posts[0])})" in (found.note or "")


async def test_a_thread_is_not_called_published_while_posts_of_it_were_never_sent(wire: XWire) -> None:
    cut(wire, 0)
    id = await sent(wire, parts=PARTS)
    with pytest.raises(AnswerMisplaced, match="1 of its 3 posts was handed over") as caught:
        await resolve(id, verdict="sent")
    assert caught.value.field == "posts"
    assert (await seen(id)).state == "unknown"
    mend(wire)
    first = address(wire.posts[0])
    assert (await resolve(id, verdict="sent", posts=1, url=first, send_again=True)).state == "scheduled"
    last = await over(id)
    assert (last.url, last.external_id) == (first, wire.posts[0]["id"])
    assert wire.threads() == [PARTS]


async def test_the_rest_follows_a_post_whose_address_nobody_gave(wire: XWire) -> None:
    """X is asked for the post that a person saw, so that the next can answer it."""
    cut(wire, 1)
    id = await sent(wire, parts=PARTS)
    mend(wire)
    await resolve(id, verdict="sent", posts=2, send_again=True)
    assert (await over(id)).url == address(wire.posts[0])
    assert wire.threads() == [PARTS]


async def test_the_rest_follows_where_the_channel_was_asked_just_before(wire: XWire) -> None:
    cut(wire, 1)
    id = await sent(wire, parts=PARTS)
    mend(wire)
    await settling.look(id)  # as the page's answer has it done first
    await resolve(id, verdict="sent", posts=2, send_again=True)
    await over(id)
    assert wire.threads() == [PARTS]


async def test_the_rest_is_not_sent_while_x_does_not_show_what_it_would_answer(wire: XWire) -> None:
    cut(wire, 1, taken=False)
    id = await sent(wire, parts=PARTS)
    mend(wire)
    await resolve(id, verdict="sent", posts=2, send_again=True)  # it is not there, whatever the person saw
    stuck = await over(id, "refused")
    assert "2 of the thread's 3 posts stand" in (stuck.note or "")
    assert "does not show post 2" in (stuck.note or "")
    assert len(wire.posts) == 1


async def test_a_part_that_stands_without_the_rest_is_said_and_can_be_completed(wire: XWire) -> None:
    cut(wire, 0)
    id = await sent(wire, parts=PARTS)
    first = address(wire.posts[0])
    left = await resolve(id, verdict="sent", posts=1, url=first)
    assert (left.state, left.actions) == ("refused", ["retry"])
    assert left.note == f"ann looked: 1 of its 3 posts is there. 1 of the thread's 3 posts stands ({first})."
    mend(wire)
    await retry(id)
    await over(id)
    assert wire.threads() == [PARTS]


async def test_the_last_post_in_doubt_needs_no_count(wire: XWire) -> None:
    cut(wire, 2)
    id = await sent(wire, parts=PARTS)
    last = await resolve(id, verdict="sent", url=address(wire.posts[2]))
    assert (last.state, last.url, last.external_id) == ("published", address(wire.posts[0]), wire.posts[0]["id"])
    assert {one.state for one in (await seen(id)).deliveries[0].posts} == {"sent"}


async def test_what_a_person_found_missing_keeps_what_stands_in_the_note(wire: XWire) -> None:
    cut(wire, 2, taken=False)
    id = await sent(wire, parts=PARTS)
    left = await resolve(id, verdict="not_sent")
    assert left.note == f"ann looked: not sent. 2 of the thread's 3 posts stand ({address(wire.posts[0])})."


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"verdict": "sent", "posts": 1}, "2 of its posts surely stand"),
        ({"verdict": "sent", "posts": 4}, "It has 3 posts"),
        ({"verdict": "not_sent", "posts": 2}, "goes with sent"),
    ],
)
async def test_a_count_that_cannot_be_is_refused(wire: XWire, said: dict[str, object], words: str) -> None:
    cut(wire, 2)
    id = await sent(wire, parts=PARTS)
    with pytest.raises(AnswerMisplaced, match=words) as caught:
        await resolve(id, **said)
    assert caught.value.field == "posts"


async def test_one_post_has_no_count(wire: XWire) -> None:
    cut(wire, 0)
    id = await sent(wire)
    with pytest.raises(AnswerMisplaced, match="no thread"):
        await resolve(id, verdict="sent", posts=1)


async def test_of_a_thread_that_was_refused_no_post_is_said_to_wait(wire: XWire) -> None:
    wire.bad = [Bad(403, message="Not allowed.")]
    id = await sent(wire, parts=PARTS, states=("refused",))
    found = await seen(id)
    assert [one.state for one in found.deliveries[0].posts] == ["refused", "not_sent", "not_sent"]
