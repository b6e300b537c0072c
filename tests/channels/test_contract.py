"""One contract for every way out: sent once or said honestly, whatever the channel does meanwhile."""

import asyncio
import base64
import io
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
import structlog
from pydantic import SecretStr
from sqlalchemy import text

from cofounder import channels
from cofounder.channels.accounts.connected import AccountAway, Connected, SignInNeeded
from cofounder.channels.senders import calling, facebook, ghost, linkedin, smtp, webhook, wordpress, x
from cofounder.channels.senders.delivery import Delivery, Sender
from cofounder.channels.senders.email import Email
from cofounder.channels.senders.outbox import Outbox
from cofounder.flow.publish import ledger
from cofounder.flow.publish.outcomes import Outcome
from cofounder.kit import log
from cofounder.kit.clock import now, today
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from cofounder.kit.testing import Database
from cofounder.models.brief import Draft
from cofounder.settings import Settings, settings
from tests.channels.smtp import Server
from tests.channels.wire.facebook import FacebookWire
from tests.channels.wire.ghost import KEY, GhostWire
from tests.channels.wire.linkedin import LinkedInWire
from tests.channels.wire.server import SECRET, Bad, Wire, running
from tests.channels.wire.webhook import WebhookWire
from tests.channels.wire.wordpress import WordPressWire
from tests.channels.wire.x import XWire

WIRES: dict[str, tuple[type[Wire], Any]] = {
    "linkedin": (LinkedInWire, linkedin.build),
    "x": (XWire, x.build),
    "facebook": (FacebookWire, facebook.build),
    "wordpress": (WordPressWire, wordpress.build),
    "ghost": (GhostWire, ghost.build),
    "webhook": (WebhookWire, webhook.build),
}
OVER_HTTP = tuple(WIRES)
DRAFT = Draft(
    body="Margins (net) rose 12% & more: {a|b} @home *now* _then_ <soon> ~ #1 [x] \\ 日本 👍🏽\n\nWho'd have thought?",
    title="Margins rose: what we learned",
    link="https://acme.example/report?a=1",
    hashtags=["#Retail", "#Q4"],
)
LETTER = Draft(body="Hello {{name}},\n\nMargins rose 12%.", subject="Margins rose 12%")


class Stage:
    """A channel with its server, and what was sent there."""

    def __init__(self, channel: str, wire: Wire, build: Callable[..., Sender]) -> None:
        self.channel, self.wire, self._build = channel, wire, build
        self.changes: dict[str, Any] = {}

    def sender(self) -> Sender:
        """A new one each time, as another process would make it."""
        return self._build(self.wire.connected(**self.changes))

    def delivery(self, draft: Draft = DRAFT) -> Delivery:
        name = {"wordpress": "blog", "ghost": "blog"}.get(self.channel, self.channel)
        return delivery(name, draft)

    def shown(self) -> list[str]:
        return self.wire.shown()

    def wanted(self, sent: Delivery) -> str:
        return sent.html or "" if sent.channel == "blog" else sent.text


def delivery(channel: str, draft: Draft, **changes: Any) -> Delivery:
    rendered = channels.render(channel, draft)
    values = {
        "publication_id": new_id(),
        "task_id": new_id(),
        "channel": rendered.channel,
        "account": "Acme",
        "fingerprint": "f" * 64,
        "on": today(),
        "since": now(),
        **rendered.model_dump(include={"format", "text", "api_text", "parts", "title", "html", "hashtags"}),
        **changes,
    }
    return Delivery.model_validate(values)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """How long a call may take, and what was taken needs until it surely shows."""

    def choose(seconds: float = 30.0, shows: float = 0.2) -> None:
        for name in OVER_HTTP:
            monkeypatch.setitem(calling.TIMES, name, calling.Times(call_seconds=seconds, shows_seconds=shows))

    choose()
    return choose


@asynccontextmanager
async def opened(channel: str) -> AsyncIterator[Stage]:
    made, build = WIRES[channel]
    async with running(made()) as wire:
        yield Stage(channel, wire, build)


@pytest.fixture(params=OVER_HTTP)
async def stage(
    request: pytest.FixtureRequest,
    database: Database,
    quick: object,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> AsyncIterator[Stage]:
    """Each channel over HTTP; after the test nothing on record and nothing logged holds a secret."""
    logged, before = io.StringIO(), structlog.get_config()
    log.configure("DEBUG", as_json=True, stream=logged)
    monkeypatch.setenv("COFOUNDER_PRIVATE_HOSTS", "127.0.0.1")
    settings.cache_clear()
    async with opened(request.param) as made:
        yield made
    async with transaction() as session:
        kept = json.dumps(
            [list(row) for row in await session.execute(text("SELECT request, answer, error FROM effects"))]
        )
    structlog.configure(**before)
    for found in (kept, logged.getvalue(), caplog.text):
        assert SECRET not in found
        assert KEY not in found


async def delivered(stage: Stage, sent: Delivery) -> Outcome:
    made = await ledger.deliver(stage.sender(), sent)
    assert SECRET not in repr(made)
    return made


async def test_a_text_arrives_once_and_reads_as_it_was_approved(stage: Stage) -> None:
    sent = stage.delivery()
    first = await delivered(stage, sent)
    again = await delivered(stage, sent)
    assert (first.state, again.state) == ("done", "done"), first
    assert stage.shown() == [stage.wanted(sent)]
    assert stage.wire.posts_asked() == 1
    assert first.external_id
    assert (first.external_id, first.url) == (again.external_id, again.url)


async def test_a_refusal_is_final_says_why_and_leaves_nothing_there(stage: Stage) -> None:
    stage.wire.bad.append(Bad(422, message="This text breaks our rules"))
    sent = stage.delivery()
    made = await delivered(stage, sent)
    assert made.state == "refused"
    assert "breaks our rules" in (made.note or "")
    assert (await delivered(stage, sent)).state == "refused"
    assert (stage.shown(), stage.wire.posts_asked()) == ([], 1)


@pytest.mark.parametrize("status", [None, 500])
async def test_what_was_taken_although_its_answer_was_lost_is_found_and_not_sent_again(
    stage: Stage, status: int | None
) -> None:
    stage.wire.bad.append(Bad(status, does="first"))
    sent = stage.delivery()
    made = await delivered(stage, sent)
    assert (made.state, made.external_id is not None) == ("done", True), made
    assert (stage.shown(), stage.wire.posts_asked()) == ([stage.wanted(sent)], 1)


@pytest.mark.parametrize("status", [None, 502])
async def test_what_was_lost_before_it_was_taken_is_absent_and_sent_by_the_second_try(
    stage: Stage, status: int | None
) -> None:
    stage.wire.bad.append(Bad(status))
    sent = stage.delivery()
    assert (await delivered(stage, sent)).state == "absent"
    assert stage.shown() == []
    made = await delivered(stage, sent)
    assert made.state == "done", made
    assert stage.shown() == [stage.wanted(sent)]


@pytest.mark.parametrize("does", ["first", "nothing"])
async def test_an_answer_that_comes_too_late_is_asked_after(
    stage: Stage, does: Literal["first", "nothing"], quick: Callable[..., None]
) -> None:
    quick(2.0, shows=10.0 if does == "first" else 0.2)
    stage.wire.bad.append(Bad(None, does=does, seconds=600))
    sent = stage.delivery()
    made = await delivered(stage, sent)
    assert made.state == {"first": "done", "nothing": "absent"}[does], made
    assert len(stage.shown()) == (does == "first")


async def test_while_the_channel_does_not_say_it_is_unknown_and_found_when_it_does(stage: Stage) -> None:
    stage.wire.bad.append(Bad(None, does="first"))
    asking = Bad(500, method="GET", times=0)
    stage.wire.bad.append(asking)
    sent = stage.delivery()
    real = stage.wire.answer

    async def answer(asked: Any) -> Any:
        if asked.method == "POST":
            asking.times = 10
        return await real(asked)

    stage.wire.answer = answer  # type: ignore[method-assign]
    made = await delivered(stage, sent)
    assert made.state == "unknown", made
    assert (await delivered(stage, sent)).state == "unknown"
    asking.times = 0
    stage.wire.answer = real  # type: ignore[method-assign]
    seen = await ledger.look(stage.sender(), sent)
    assert seen is not None
    assert (seen.state, stage.wire.posts_asked()) == ("done", 1)
    assert stage.shown() == [stage.wanted(sent)]


async def test_a_channel_that_asks_to_wait_is_left_alone_until_then(stage: Stage) -> None:
    at = now()
    headers = {"x-rate-limit-reset": str(int((at + timedelta(seconds=900)).timestamp()))}
    if stage.channel != "x":
        headers = {"Retry-After": "900"}
    if stage.channel == "facebook":
        said = {"104": [{"type": "pages", "estimated_time_to_regain_access": 15}]}
        headers = {"X-Business-Use-Case-Usage": json.dumps(said)}
    status, code = (400, 1390008) if stage.channel == "facebook" else (429, None)
    stage.wire.bad.append(Bad(status, code=code, headers=headers))
    sent = stage.delivery()
    made = await delivered(stage, sent)
    assert (made.state, stage.shown()) == ("absent", [])
    assert made.until is not None
    assert abs((made.until - at).total_seconds() - 900) < 120
    assert (await delivered(stage, sent)).state == "done"


async def test_access_that_was_taken_back_is_said_and_nothing_is_sent(stage: Stage) -> None:
    stage.wire.revoked = True
    made = await delivered(stage, stage.delivery())
    assert (made.state, made.away, stage.shown()) == ("refused", True, [])
    assert "onnect" in (made.note or "")


@pytest.mark.parametrize(("error", "state"), [(SignInNeeded, "refused"), (AccountAway, "absent")])
async def test_without_a_token_nothing_is_asked(stage: Stage, error: type[Exception], state: str) -> None:
    if stage.channel in ("wordpress", "ghost", "webhook"):
        return  # these have a key that lasts

    async def token() -> str:
        raise error("The access has ended.")

    stage.changes["token"] = token
    made = await delivered(stage, stage.delivery())
    assert (made.state, stage.wire.asked) == (state, [])


async def test_nobody_at_the_address_and_a_redirect_mean_that_nothing_was_sent(stage: Stage) -> None:
    stage.wire.bad.append(Bad(307, headers={"Location": f"{stage.wire.url}/elsewhere"}))
    moved = await delivered(stage, stage.delivery())
    assert (moved.state, stage.shown()) == ("refused", [])
    assert not any("elsewhere" in one.path for one in stage.wire.asked)
    stage.changes["address"] = "http://127.0.0.1:9"
    gone = await delivered(stage, stage.delivery())
    assert (gone.state, stage.shown()) == ("absent", [])


async def test_an_answer_that_nobody_can_read_leaves_no_double(stage: Stage) -> None:
    real = stage.wire.answer

    async def answer(asked: Any) -> Any:
        made = await real(asked)
        return replace(made, body="<html>", headers={}) if asked.method == "POST" else made

    stage.wire.answer = answer  # type: ignore[method-assign]
    sent = stage.delivery()
    made = await delivered(stage, sent)
    assert made.state == "done", made
    assert stage.shown() == [stage.wanted(sent)]


async def test_told_to_stop_while_it_connects_a_sender_knows_that_nothing_was_sent(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    from httpcore._backends.auto import AutoBackend

    connecting = asyncio.Event()

    async def never(*_: object, **__: object) -> None:
        connecting.set()
        await asyncio.sleep(600)

    monkeypatch.setattr(AutoBackend, "connect_tcp", never)
    job = asyncio.create_task(ledger.deliver(stage.sender(), stage.delivery()))
    await asyncio.wait_for(connecting.wait(), 60)
    job.cancel()
    await asyncio.gather(job, return_exceptions=True)
    async with transaction() as session:
        states = (await session.scalars(text("SELECT state FROM effects"))).all()
    assert states == ["absent"]


# -- the outbox and e-mail keep the same contract, each where it can ---------------------------------------------------


@pytest.fixture
def folder(database: Database) -> Path:
    return database.home / "outbox"


async def test_the_outbox_takes_a_text_once_and_says_what_is_in_the_way(folder: Path) -> None:
    sent = delivery("linkedin", DRAFT)
    assert [(await ledger.deliver(Outbox(folder), sent)).state for _ in range(2)] == ["done", "done"]
    assert [path.read_bytes() for path in folder.glob("*.txt")] == [sent.text.encode()]
    other = sent.model_copy(update={"publication_id": new_id()})
    assert (await ledger.deliver(Outbox(folder), other)).state == "refused"


MAIL = [
    ({"after_data": "reject"}, "refused", 0),
    ({"drop_at": "RCPT"}, "absent", 0),
    ({"says": {"DATA": "451 4.3.0 Later"}}, "absent", 0),
    ({"after_data": "drop"}, "unknown", 1),
    ({}, "done", 1),
]


def mailer(kind: str, server: Server, **secret: str) -> Sender:
    """The mail server of the settings, or that of a connected account."""
    line, whom = "news@acme.example", "ada@reader.example"
    if kind == "smtp":
        return smtp.build(account("smtp", f"127.0.0.1:{server.port}", secret, sender=line, recipients=whom))
    return Email(
        Settings(
            smtp_host="127.0.0.1",
            smtp_port=server.port,
            smtp_starttls=False,
            smtp_username=secret.get("user"),
            smtp_password=SecretStr(secret["password"]) if secret else None,
            email_from=line,
            email_recipients=whom,
        )
    )


def account(provider: Any, address: str, secret: dict[str, str], **details: Any) -> Connected:
    async def token() -> str:
        return secret.get("password", "")

    details = {"starttls": False, **details}
    return Connected(new_id(), provider, "Acme", "news@acme.example", address, token, details, secret)


@pytest.mark.parametrize("kind", ["email", "smtp"])
@pytest.mark.parametrize(("day", "state", "arrived"), MAIL)
async def test_a_mail_is_sent_once_or_said_honestly(
    database: Database, day: dict[str, Any], state: str, arrived: int, kind: str
) -> None:
    with Server(**day) as server:
        sent = delivery("email", LETTER, recipient="ada@reader.example")
        assert (await ledger.deliver(mailer(kind, server), sent)).state == state
        if state not in ("absent",):
            assert (await ledger.deliver(mailer(kind, server), sent)).state == state
        assert len(server.messages) == arrived
        assert [one.mail_from for one in server.messages] == ["news@acme.example"] * arrived


@pytest.mark.parametrize("kind", ["email", "smtp"])
async def test_a_mail_server_that_repeats_the_password_has_it_nowhere_on_record(database: Database, kind: str) -> None:
    plain = base64.b64encode(f"\0post\0{SECRET}".encode()).decode()
    echo = f"550 5.7.0 Who is {SECRET}, {plain}?"
    days: list[dict[str, Any]] = [{"says": {"RCPT": echo}}, {"says": {"DATA": echo}}]
    for day in days:
        with Server(password=SECRET, **day) as server:
            sent = delivery("email", LETTER, recipient="ada@reader.example")
            made = await ledger.deliver(mailer(kind, server, user="post", password=SECRET), sent)
        assert (made.state, "Who is …" in (made.note or "")) == ("refused", True)
    with Server(password="another") as server:
        sent = delivery("email", LETTER, recipient="ada@reader.example")
        made = await ledger.deliver(mailer(kind, server, user="post", password=SECRET), sent)
        assert (made.state, made.away, server.messages) == ("refused", True, [])
    async with transaction() as session:
        kept = json.dumps(
            [list(row) for row in await session.execute(text("SELECT request, answer, error FROM effects"))]
        )
    assert SECRET not in kept
    assert plain not in kept


@pytest.mark.parametrize(("error", "state"), [(SignInNeeded, "refused"), (AccountAway, "absent")])
async def test_a_mail_account_that_needs_its_person_calls_nobody(
    database: Database, error: type[Exception], state: str
) -> None:
    async def token() -> str:
        raise error("The access has ended.")

    with Server(password=SECRET) as server:
        known = account("smtp", f"127.0.0.1:{server.port}", {"user": "post", "password": SECRET}, sender="a@b.example")
        sent = delivery("email", LETTER, recipient="ada@reader.example")
        made = await ledger.deliver(smtp.build(replace(known, token=token)), sent)
        assert (made.state, made.away, server.sign_ins) == (state, True, 0)
