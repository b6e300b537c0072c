"""What single channels have of their own: versions that end, doubles, slugs, quotas, addresses too near."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from html import escape
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cofounder import channels
from cofounder.channels import naming
from cofounder.channels.accounts import providers
from cofounder.channels.senders import books, linkedin, nearby, x
from cofounder.channels.senders.calling import Answer, Line
from cofounder.channels.senders.delivery import DeliveryRefused
from cofounder.channels.senders.ghost import signed
from cofounder.channels.senders.slugs import slug
from cofounder.channels.senders.webhook import key_of, signature
from cofounder.channels.tagging import tags
from cofounder.flow.publish import ledger
from cofounder.flow.publish.outcomes import LONGEST_TOLD_SECONDS, Outcome, next_attempt
from cofounder.kit.clock import frozen, now
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database
from cofounder.models.brief import Draft
from cofounder.settings import settings
from tests.channels.test_contract import DRAFT, Stage, delivered, delivery, opened, quick
from tests.channels.wire.facebook import FacebookWire
from tests.channels.wire.linkedin import LinkedInWire
from tests.channels.wire.server import Bad
from tests.channels.wire.webhook import WebhookWire
from tests.channels.wire.wordpress import WordPressWire

_ = quick


@pytest.fixture
async def stage(
    request: pytest.FixtureRequest, database: Database, quick: object, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    monkeypatch.setenv("COFOUNDER_PRIVATE_HOSTS", "127.0.0.1")
    settings.cache_clear()
    async with opened(request.param) as made:
        yield made


def on(*names: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("stage", names, indirect=True)


@on("linkedin", "facebook")
async def test_a_version_that_ended_is_said_so(stage: Stage) -> None:
    assert isinstance(stage.wire, LinkedInWire | FacebookWire)
    stage.wire.ended = (providers.linkedin.API_VERSION, providers.facebook.API_VERSION)
    made = await delivered(stage, stage.delivery())
    assert (made.state, made.away) == ("refused", True)
    assert "has ended the version of its API" in (made.note or "")


@on("linkedin")
async def test_without_the_right_to_read_a_lost_answer_stays_unknown_for_a_person(stage: Stage) -> None:
    assert isinstance(stage.wire, LinkedInWire)
    stage.wire.readable = False
    stage.wire.bad.append(Bad(None, does="first"))
    made = await delivered(stage, stage.delivery())
    assert made.state == "unknown"
    assert stage.wire.posts_asked() == 1


@on("linkedin", "x", "facebook")
async def test_the_same_text_of_another_publication_is_never_taken_for_ones_own(stage: Stage) -> None:
    first = await delivered(stage, stage.delivery())
    other = stage.delivery()
    stage.wire.bad.append(Bad(None))
    assert (await delivered(stage, other)).state == "absent"  # what stands there is the first one's
    second = await delivered(stage, other)
    assert second.state == "refused"
    assert "uplicate" in (second.note or "")
    assert first.external_id
    assert len(stage.shown()) == 1


@on("linkedin", "x", "facebook")
async def test_a_double_that_is_our_own_earlier_call_counts_as_published(stage: Stage) -> None:
    sent = stage.delivery()
    key = ledger.key(sent.publication_id, "")
    await stage.sender().send(sent, effect_key=key)  # its outcome is on no record
    made = await delivered(stage, sent)
    assert made.state == "done"
    assert len(stage.shown()) == 1


@on("x")
@pytest.mark.parametrize(
    "body", ["See Acme.XYZ & <b>", "日本はhttps://acme.example/aです", "Two: acme.com/ https://a.example/?x=1"]
)
async def test_links_that_x_writes_its_own_way_are_known_again(stage: Stage, body: str) -> None:
    stage.wire.bad.append(Bad(None, does="first"))
    made = await delivered(stage, stage.delivery(Draft(body=body)))
    assert made.state == "done", made
    assert stage.shown() == [body]


@on("linkedin", "x", "facebook")
async def test_a_text_that_is_too_long_is_refused_before_anything_is_sent(stage: Stage) -> None:
    limit = channels.rules(stage.channel).limit or 0
    made = await delivered(stage, stage.delivery(Draft(body="(" * (limit + 1))))
    assert (made.state, stage.wire.asked) == ("refused", [])
    assert "takes" in (made.note or "")


@on("linkedin", "x", "facebook")
async def test_a_link_into_ones_own_network_is_not_published(stage: Stage) -> None:
    made = await delivered(stage, stage.delivery(Draft(body="See it", link="http://10.0.0.7/report")))
    assert (made.state, stage.wire.asked) == ("refused", [])
    assert "http://10.0.0.7/report" in (made.note or "")


@pytest.mark.parametrize(
    ("link", "near"),
    [
        ("https://acme.example/a", False),
        ("http://localhost:3000/a", True),
        ("http://intranet/a", True),
        ("https://wiki.internal/a", True),
        ("http://169.254.169.254/latest", True),
        ("http://[::1]/a", True),
        ("http://2130706433/a", True),
        ("https://user@127.0.0.1/a", True),
        ("http://127.1/", True),
        ("http://0x7f.0.0.1/", True),
        ("http://0177.0.0.1/", True),
        ("http://①②⑦.⓪.⓪.①/", True),
        ("http://127.0。0.1/", True),
        ("http://ｌocalhost/", True),
        ("127.0.0.1:8080/x", True),
        ("10.0.0.7/report", True),
        ("10.0.0.0/8", False),
        ("1.2.3.4", False),
        ("http://8.8/", False),
        ("http://3.acme.example/", False),
        ("https://8.8.8.8/a", False),
    ],
)
def test_which_links_lead_into_ones_own_network(link: str, near: bool) -> None:
    if near:
        with pytest.raises(DeliveryRefused):
            nearby.check_links(f"See {link} now")
    else:
        nearby.check_links(f"See {link} now")


def test_a_refusal_names_the_link_as_it_was_written_without_the_tags_that_it_got_here() -> None:
    tagged = tags(("acme.internal",), "blog", UUID(int=1), "Spring prices").of("https://wiki.acme.internal/a?b=1")
    assert "utm_" in tagged
    for check, words in ((nearby.check_links, tagged), (nearby.check_markup, f'<a href="{escape(tagged)}">a</a>')):
        with pytest.raises(DeliveryRefused) as told:
            check(words)
        assert told.value.detail.endswith(": https://wiki.acme.internal/a?b=1")


@on("wordpress", "ghost", "webhook")
async def test_an_address_in_ones_own_network_is_not_called_unless_it_is_allowed(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COFOUNDER_PRIVATE_HOSTS")
    settings.cache_clear()
    made = await delivered(stage, stage.delivery())
    assert (made.state, stage.wire.asked) == ("refused", [])
    assert "not on the internet" in (made.note or "")


@on("facebook")
async def test_the_last_link_of_a_text_is_its_preview(stage: Stage) -> None:
    assert isinstance(stage.wire, FacebookWire)
    await delivered(stage, stage.delivery())
    assert stage.wire.posts[0]["link"] == DRAFT.link


@on("wordpress")
async def test_an_article_that_appears_meanwhile_is_kept_and_its_double_taken_back(stage: Stage) -> None:
    assert isinstance(stage.wire, WordPressWire)
    wire, real = stage.wire, stage.wire._post
    wire._post = lambda body: (real(body), real(body))[1]  # type: ignore[method-assign]
    sent = stage.delivery()
    made = await delivered(stage, sent)
    assert (made.state, made.external_id) == ("done", naming.post_of(wire.url, wire.posts[0]["id"]))
    assert wire.shown() == [sent.html]


@on("wordpress")
async def test_tags_are_used_where_they_are_there_and_made_where_not(stage: Stage) -> None:
    assert isinstance(stage.wire, WordPressWire)
    stage.wire.tags.append({"id": 5, "name": "retail"})
    await delivered(stage, stage.delivery())
    (post,) = stage.wire.posts
    assert [one["name"] for one in stage.wire.tags if one["id"] in post["tags"]] == ["retail", "Q4"]
    assert (post["title"], post["status"]) == (DRAFT.title, "publish")


@on("wordpress")
async def test_a_title_reads_there_as_it_was_approved(stage: Stage) -> None:
    assert isinstance(stage.wire, WordPressWire)
    sent = stage.delivery(Draft(body="Words.", title="Hello <b>World</b> & co"))
    await delivered(stage, sent)
    assert stage.wire.posts[0]["title"] == "Hello &lt;b&gt;World&lt;/b&gt; &amp; co"  # a title is HTML there
    assert f"<h1>{stage.wire.posts[0]['title']}</h1>" in sent.text


@on("webhook")
async def test_a_receiver_that_cannot_be_asked_leaves_it_to_a_person(stage: Stage) -> None:
    assert isinstance(stage.wire, WebhookWire)
    stage.wire.can_be_asked = False
    stage.wire.bad.append(Bad(None, does="first"))
    sent = stage.delivery()
    made = await delivered(stage, sent)
    assert made.state == "unknown"
    where = stage.sender().where(sent, effect_key=ledger.key(sent.publication_id, ""))
    assert key_of(ledger.key(sent.publication_id, "")) in where


def test_what_is_said_of_an_answer_reads_as_a_sentence_with_or_without_a_reason() -> None:
    line = Line("webhook", "The webhook", "http://127.0.0.1:1")
    for status, body, words in (
        (500, "", "The webhook answered 500, which does not say what it did."),
        (500, "Broken.", "The webhook answered 500, which does not say what it did: Broken."),
        (429, "", "The webhook asks to wait."),
        (400, {}, "The webhook did not take it (400)."),
    ):
        assert line.trouble(Answer(status, {}, body)).detail == words


@on("webhook")
async def test_a_name_in_the_middle_of_a_sentence_has_no_capital(stage: Stage) -> None:
    assert isinstance(stage.wire, WebhookWire)
    stage.wire.can_be_asked = False
    stage.wire.bad = [Bad(None, does="first")]
    made = await delivered(stage, stage.delivery())
    assert (made.note or "").startswith("The line to the webhook was lost")


def test_a_signature_is_that_of_the_standard() -> None:
    """The example of the Standard Webhooks specification."""
    made = signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize("key", ["", "id", "id:", "id:no-hex", ":ab"])
def test_what_is_no_admin_key_signs_nothing(key: str) -> None:
    with pytest.raises(ValueError, match=r"hex|admin key"):
        signed(key)


@given(title=st.text(max_size=200), key=st.text(max_size=60))
def test_a_slug_is_plain_short_and_the_publications_own(title: str, key: str) -> None:
    made = slug(title, key)
    assert made == slug(title, key)
    assert made != slug(title, f"{key}!")
    assert len(made) <= 71
    assert made.isascii()
    assert made == made.lower().strip("-")
    assert made.replace("-", "").isalnum()


# -- quotas -------------------------------------------------------------------------------------------------------------


def numbered(number: int) -> Draft:
    return Draft(body=f"Margins rose {number}%.")


@on("x", "linkedin")
async def test_what_would_pass_the_quota_waits_until_there_is_room(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = books.Quota(3, timedelta(minutes=15), "3 posts in 15 minutes")
    monkeypatch.setattr({"x": x, "linkedin": linkedin}[stage.channel], "QUOTA", few)
    sent = [stage.delivery(numbered(number)) for number in range(6)]
    made = await asyncio.gather(*(delivered(stage, one) for one in sent))
    assert sorted(one.state for one in made) == ["absent"] * 3 + ["done"] * 3
    assert len(stage.shown()) == 3
    waiting = [one for one in made if one.state == "absent"]
    assert all(one.until and 0 < (one.until - now()).total_seconds() < 16 * 60 for one in waiting)
    assert all("takes 3 posts in 15 minutes" in (one.note or "") for one in waiting)
    with frozen(now() + timedelta(minutes=16)):
        again = [await delivered(stage, one) for one in sent]
    assert [one.state for one in again] == ["done"] * 6
    assert len(stage.shown()) == 6


@on("x")
async def test_what_was_refused_takes_no_room(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(x, "QUOTA", books.Quota(1, timedelta(minutes=15), "1 post in 15 minutes"))
    stage.wire.bad.append(Bad(403, message="This violates our rules"))
    assert (await delivered(stage, stage.delivery(numbered(1)))).state == "refused"
    assert (await delivered(stage, stage.delivery(numbered(2)))).state == "done"
    assert (await delivered(stage, stage.delivery(numbered(3)))).state == "absent"


def absent(until: Any = None) -> Outcome:
    return Outcome("", "absent", until=until)


@given(told=st.floats(-1e6, 1e7), attempts=st.integers(1, 60), first=st.floats(0.01, 3600))
def test_the_next_attempt_is_not_before_the_time_that_was_named(told: float, attempts: int, first: float) -> None:
    at = now()
    wait = (
        next_attempt([absent(at + timedelta(seconds=told)), absent()], at, attempts=attempts, first=first) - at
    ).total_seconds()
    assert wait >= min(told, LONGEST_TOLD_SECONDS) - 1
    assert wait >= (next_attempt([absent()], at, attempts=attempts, first=first) - at).total_seconds() - 1
    assert wait <= LONGEST_TOLD_SECONDS + 1


async def test_the_body_of_a_webhook_holds_the_exact_text(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COFOUNDER_PRIVATE_HOSTS", "127.0.0.1")
    settings.cache_clear()
    async with opened("webhook") as stage:
        sent = delivery("webhook", DRAFT, publication_id=new_id())
        await delivered(stage, sent)
        (asked,) = stage.wire.asked
    document = json.loads(asked.content)
    assert (document["text"], document["fingerprint"]) == (sent.text, sent.fingerprint)
    assert document["publication_id"] == str(sent.publication_id)
