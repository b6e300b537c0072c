"""The contract with images: they arrive with the text, once, or nothing is posted and somebody is told why."""

import asyncio
import io
import json
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from cofounder.channels.images.schemas import Picture
from cofounder.channels.picturing import with_images
from cofounder.channels.senders import calling
from cofounder.channels.senders.delivery import Delivery
from cofounder.channels.senders.email import Email
from cofounder.channels.senders.outbox import Outbox
from cofounder.flow.publish import ledger
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database, Spawned, until
from cofounder.models.brief import Draft
from cofounder.settings import Settings
from tests.channels import test_contract as contract
from tests.channels.pictures import jpeg, kept, png
from tests.channels.smtp import Server
from tests.channels.test_contract import DRAFT, LETTER, Stage, delivered, folder, quick, stage
from tests.channels.wire.server import Bad, running
from tests.channels.wire.x import XWire

__all__ = ["folder", "quick", "stage"]  # fixtures

ALTS = ["Bar chart: margins rose <12%> & held.", "A shop window in “Graz”."]
UPLOADS = {  # channel -> the calls that go before its post
    "linkedin": [("POST", "/rest/images"), ("PUT", "/dms-uploads")],
    "x": [("POST", "/media/upload"), ("POST", "/media/metadata")],
    "facebook": [("POST", "/photos")],
    "wordpress": [("POST", "/wp/v2/media")],
    "ghost": [("POST", "/images/upload/")],
    "webhook": [],
}


async def pictured(channel: str, *, draft: Draft = DRAFT, images: int = 2, **changes: Any) -> Delivery:
    """A delivery with images that lie in the database."""
    shown = tuple([await kept(one, alt) for one, alt in zip([jpeg(), png()][:images], ALTS, strict=False)])
    name = {"wordpress": "blog", "ghost": "blog"}.get(channel, channel)
    bare = contract.delivery(name, draft, **changes)
    if name in ("email", "blog"):
        from cofounder import channels

        text = with_images(channels.render(name, draft), shown).text
        return bare.model_copy(update={"images": shown, "text": text})
    return bare.model_copy(update={"images": shown})


def arrived(stage: Stage) -> list[list[tuple[tuple[int, int], str]]]:
    """Of each post the size of its images, as their bytes say, and their alt texts."""
    return [[(Image.open(io.BytesIO(content)).size, alt) for content, alt in post] for post in stage.wire.pictured()]


@pytest.mark.parametrize("images", [1, 2])
async def test_images_arrive_with_the_text_once_in_order_with_their_words(stage: Stage, images: int) -> None:
    sent = await pictured(stage.channel, images=images)
    first = await delivered(stage, sent)
    assert first.state == "done", first
    assert (await delivered(stage, sent)).state == "done"
    assert stage.wire.posts_asked() == 1
    assert arrived(stage) == [[((64, 48), alt) for alt in ALTS[:images]]]


async def test_an_image_that_is_refused_means_that_nothing_is_posted_and_says_so(stage: Stage) -> None:
    for method, on in UPLOADS[stage.channel]:
        stage.wire.bad.append(Bad(415, method=method, on=on, message="This image breaks our rules"))
        made = await delivered(stage, await pictured(stage.channel))
        assert made.state == "refused", made
        assert (made.note or "").startswith("Image 1 of 2 could not be handed over, so nothing was posted")
        assert "breaks our rules" in (made.note or "")
    assert (stage.shown(), stage.wire.posts_asked()) == ([], 0)


@pytest.mark.parametrize("status", [None, 503])
async def test_an_image_that_is_lost_on_its_way_is_handed_over_again_and_the_text_posted_once(
    stage: Stage, status: int | None
) -> None:
    for method, on in UPLOADS[stage.channel]:
        stage.wire.bad.append(Bad(status, method=method, on=on, does="first"))
    sent = await pictured(stage.channel)
    for _ in UPLOADS[stage.channel]:
        made = await delivered(stage, sent)
        assert (made.state, stage.shown(), stage.wire.posts_asked()) == ("absent", [], 0), made
        assert "nothing was posted" in (made.note or "")
    assert (await delivered(stage, sent)).state == "done"
    assert (stage.wire.posts_asked(), len(stage.shown())) == (1, 1)
    assert arrived(stage) == [[((64, 48), alt) for alt in ALTS]]


async def test_an_image_that_is_answered_too_late_is_nothing_posted(stage: Stage, quick: Callable[..., None]) -> None:
    quick(2.0)
    for method, on in UPLOADS[stage.channel][-1:]:
        stage.wire.bad.append(Bad(None, method=method, on=on, seconds=600))
        made = await delivered(stage, await pictured(stage.channel))
        assert (made.state, stage.shown(), stage.wire.posts_asked()) == ("absent", [], 0), made


@pytest.mark.parametrize("does", ["first", "nothing"])
async def test_a_post_with_images_whose_answer_was_lost_is_asked_after_and_never_doubled(
    stage: Stage, does: Any
) -> None:
    stage.wire.bad.append(Bad(None, does=does))
    sent = await pictured(stage.channel)
    made = await delivered(stage, sent)
    assert made.state == {"first": "done", "nothing": "absent"}[does], made
    assert (await delivered(stage, sent)).state == "done"
    assert arrived(stage) == [[((64, 48), alt) for alt in ALTS]]


async def test_what_a_channel_does_not_take_is_refused_before_anything_goes_out(stage: Stage) -> None:
    sent = await pictured(stage.channel)
    heavy = sent.images[0].model_copy(update={"bytes": 30_000_000})
    made = await delivered(stage, sent.model_copy(update={"images": (heavy,)}))
    assert made.state == "refused"
    assert "30,000,000" in (made.note or "")
    assert [one for one in stage.wire.asked if one.method != "GET"] == []


async def test_an_image_that_is_no_longer_kept_stops_its_text(stage: Stage) -> None:
    sent = await pictured(stage.channel)
    gone = sent.images[0].model_copy(update={"sha256": "0" * 64})
    made = await delivered(stage, sent.model_copy(update={"images": (gone,)}))
    assert (made.state, stage.shown()) == ("refused", [])
    assert "no longer kept" in (made.note or "")


async def test_linkedin_is_not_followed_to_an_address_that_is_not_its_own(stage: Stage) -> None:
    if stage.channel != "linkedin":
        return
    real = stage.wire.answer

    async def answer(asked: Any) -> Any:
        made = await real(asked)
        if asked.path == "/rest/images":
            made.body["value"]["uploadUrl"] = "https://elsewhere.example/take"
        return made

    stage.wire.answer = answer  # type: ignore[method-assign]
    made = await delivered(stage, await pictured("linkedin"))
    assert (made.state, stage.shown()) == ("refused", [])


async def test_of_a_thread_the_first_post_shows_the_images(database: Database, quick: Callable[..., None]) -> None:
    async with contract.opened("x") as stage:
        sent = await pictured("x", draft=Draft(body="One.\n\nTwo.", parts=["One.", "Two."]))
        assert (await delivered(stage, sent)).state == "done"
        assert [len(one) for one in stage.wire.pictured()] == [2, 0]


@pytest.mark.parametrize("at", ["/2/media/upload", "/2/media/metadata", "/2/tweets"])
@pytest.mark.parametrize("taken", [True, False])
async def test_a_process_killed_at_any_call_posts_once(
    database: Database, spawn: Callable[..., Spawned], monkeypatch: pytest.MonkeyPatch, at: str, taken: bool
) -> None:
    """Killed while X has the call in hand: it does it or not, and the answer reaches nobody."""
    monkeypatch.setitem(calling.TIMES, "x", calling.Times(shows_seconds=0.2))
    child: list[Spawned] = []
    async with running(XWire()) as wire:
        real = wire.answer

        async def answer(asked: Any) -> Any:
            if asked.path != at or asked.method != "POST":
                return await real(asked)
            made = await real(asked) if taken else None
            child[0].kill()
            await asyncio.sleep(0)
            if made is None:
                raise ConnectionResetError
            return made

        wire.answer = answer  # type: ignore[method-assign]
        sent = await pictured("x", images=1)
        child.append(spawn("tests.channels.wire.one", wire.url, sent.model_dump_json()))
        await until(lambda: child[0].process.poll() is not None, within=90)
        assert child[0].process.returncode == -9, child[0].output
        wire.answer = real  # type: ignore[method-assign]
        stage = Stage("x", wire, contract.WIRES["x"][1])
        assert (await delivered(stage, sent)).state == "done"
        assert arrived(stage) == [[((64, 48), ALTS[0])]]


# -- the outbox and e-mail ---------------------------------------------------------------------------------------------


async def test_the_outbox_has_the_images_beside_the_text(folder: Path) -> None:
    sent = await pictured("linkedin")
    assert [(await ledger.deliver(Outbox(folder), sent)).state for _ in range(2)] == ["done", "done"]
    (label,) = folder.glob("*.json")
    told = json.loads(label.read_text())["images"]
    assert [one["alt"] for one in told] == ALTS
    assert [Image.open(folder / one["file"]).size for one in told] == [(64, 48), (64, 48)]
    other = (await pictured("linkedin")).model_copy(update={"task_id": new_id(), "publication_id": new_id()})
    assert (await ledger.deliver(Outbox(folder), other)).state == "done"  # the same images serve another text
    (folder / sent.images[0].file).write_bytes(b"something else")
    third = other.model_copy(update={"task_id": new_id(), "publication_id": new_id()})
    assert (await ledger.deliver(Outbox(folder), third)).state == "refused"


async def test_an_article_and_a_letter_in_the_outbox_show_their_images(folder: Path) -> None:
    article, letter = await pictured("blog"), await pictured("email", draft=LETTER)
    assert (await ledger.deliver(Outbox(folder), article)).state == "done"
    assert (await ledger.deliver(Outbox(folder), letter)).state == "done"
    (page,) = folder.glob("*.html")
    assert all(f'src="{one.file}"' in page.read_text() and (folder / one.file).exists() for one in article.images)
    (mail,) = folder.glob("*.eml")
    read = message_from_bytes(mail.read_bytes(), policy=SMTP)
    assert isinstance(read, EmailMessage)
    assert images_of(read) == [one.cid for one in letter.images]


async def test_a_letter_carries_its_images_inside_and_says_them_in_words(database: Database) -> None:
    with Server() as server:
        chosen = Settings(
            smtp_host="127.0.0.1",
            smtp_port=server.port,
            smtp_starttls=False,
            email_from="news@acme.example",
            email_recipients="ada@reader.example",
        )
        sent = await pictured("email", draft=LETTER, recipient="ada@reader.example")
        assert (await ledger.deliver(Email(chosen), sent)).state == "done"
        content = server.messages[0].content
        assert isinstance(content, bytes)
        read = message_from_bytes(content, policy=SMTP)
    assert isinstance(read, EmailMessage)
    plain, html = read.get_body(("plain",)), read.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert [f"[Image: {alt}]" in plain.get_content() for alt in ALTS] == [True, True]
    assert images_of(read) == [one.cid for one in sent.images]
    assert [f"cid:{one.cid}" in html.get_content() for one in sent.images] == [True, True]
    assert 'alt="Bar chart: margins rose &lt;12%&gt; &amp; held."' in html.get_content()


def images_of(message: EmailMessage) -> list[str]:
    """Content-IDs of the images inside of a message that can be opened, in order."""
    found = []
    for part in message.walk():
        if part.get_content_maintype() == "image":
            assert Image.open(io.BytesIO(part.get_payload(decode=True))).size == (64, 48)  # type: ignore[arg-type]
            found.append(str(part["Content-ID"]).strip("<>"))
    return found


def test_a_text_without_its_images_is_what_it_was() -> None:
    from cofounder import channels

    one = Picture(sha256="a" * 64, type="png", width=64, height=48, bytes=9, alt=ALTS[0])
    for channel, draft in (("email", LETTER), ("blog", DRAFT), ("linkedin", DRAFT), ("x", DRAFT)):
        bare = channels.render(channel, draft)
        shown = with_images(bare, [one])
        assert (shown.plain, shown.html, shown.length) == (bare.plain, bare.html, bare.length)
        assert with_images(shown, []) == bare
