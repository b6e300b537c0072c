"""E-mail by connected accounts: each its own mail server, sender and recipients, beside the one of the settings."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import httpx
import pytest

from cofounder.app import create_app, wire
from cofounder.channels import accounts, senders, standing
from cofounder.channels.accounts import book, checking, errors, leaving, service, views
from cofounder.channels.accounts.schemas import AccountIn, MailboxOut
from cofounder.channels.accounts.tables import AccountRow
from cofounder.cli.program import run
from cofounder.flow.approve import accounts as choosing
from cofounder.flow.publish import clashes, moving, settling
from cofounder.flow.publish.schemas import Conflict, RescheduleIn
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.testing import Database, until
from cofounder.people import LOCAL_OWNER, create_key
from cofounder.settings import settings
from tests.channels.accounts.test_renewing import open_alerts, state
from tests.channels.accounts.test_signing_in import written
from tests.channels.smtp import Mute, Server
from tests.flow.publish.standing import approved, of, settled
from tests.flow.waiting import APPROVER

WORD = "four words in a row"
ADA, BOB = "Ada <ada@reader.example>", "bob@reader.example"


@pytest.fixture(autouse=True)
def _fresh(database: Database) -> Iterator[None]:
    settings.cache_clear()
    book.forget()
    yield
    book.forget()


@pytest.fixture
def named_by_settings(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The settings name a mail server, as they did before there were accounts."""
    with Server() as server:
        monkeypatch.setenv("COFOUNDER_SMTP_HOST", "127.0.0.1")
        monkeypatch.setenv("COFOUNDER_SMTP_PORT", str(server.port))
        monkeypatch.setenv("COFOUNDER_SMTP_STARTTLS", "false")
        monkeypatch.setenv("COFOUNDER_EMAIL_FROM", "Acme <office@acme.example>")
        monkeypatch.setenv("COFOUNDER_EMAIL_RECIPIENTS", BOB)
        monkeypatch.setenv("COFOUNDER_EMAIL_REPLY_TO", "answers@acme.example")
        settings.cache_clear()
        yield server
    monkeypatch.undo()
    settings.cache_clear()


async def connected(server: Server | Mute | None = None, **given: Any) -> AccountRow:
    port = server.port if server is not None else 2525
    values: dict[str, Any] = {
        "address": f"127.0.0.1:{port}",
        "sender": "Acme News <news@acme.example>",
        "recipients": f"{ADA}, {BOB}",
        "starttls": False,
        **given,
    }
    wanted = AccountIn(provider="smtp", **{name: value for name, value in values.items() if value is not None})
    return (await service.connect(wanted, by=LOCAL_OWNER))[0]


async def test_a_mail_server_is_signed_in_to_and_asked_for_every_recipient_before_it_is_stored() -> None:
    with Server(password=WORD) as server:
        row = await connected(server, user="post", password=WORD)
        assert (server.sign_ins, server.messages) == (1, [])
    assert (row.channel, row.state, row.name, row.is_default) == ("email", "connected", "news@acme.example", True)
    shown = views.shown(row)
    assert shown.mail is not None
    assert (shown.mail.sender, shown.mail.starttls) == ("Acme News <news@acme.example>", False)
    assert shown.mail.reaches == 2
    found = accounts.of("email")
    assert found is not None
    assert found.secret == {"user": "post", "password": WORD}
    assert WORD not in shown.model_dump_json() + repr(found) + await written()
    going = senders.route("email")
    assert (going.sender, going.name, going.id) == ("smtp", "news@acme.example", row.id)
    assert going.recipients == (ADA, BOB)
    assert going.sent_as == "Acme News <news@acme.example>"


@pytest.mark.parametrize(
    ("day", "given", "field"),
    [
        ({"password": WORD}, {"user": "post", "password": "another word"}, "password"),
        ({"refuse": ("bob@reader.example",)}, {}, "recipients"),
        ({"says": {"MAIL": "553 5.7.1 Not your address"}}, {}, "sender"),
        ({}, {"user": "post", "password": WORD}, "user"),
        ({}, {"starttls": True}, "address"),
        ({}, {"starttls": None}, "address"),
        ({}, {"address": "mail.invalid:587", "starttls": True}, "address"),
        ({}, {"address": "198.51.100.7:2525", "starttls": False}, "starttls"),
        ({}, {"user": "post"}, "password"),
        ({}, {"password": WORD}, "user"),
        ({}, {"recipients": None}, "recipients"),
        ({}, {"sender": None}, "sender"),
        ({}, {"address": None}, "address"),
    ],
)
async def test_what_does_not_work_is_one_sentence_that_names_the_field(
    day: dict[str, Any], given: dict[str, Any], field: str
) -> None:
    with Server(**day) as server:
        with pytest.raises((errors.AccountRefused, errors.WayUnfit, errors.ProviderAway)) as told:
            await connected(server, **given)
        assert server.messages == []
    assert told.value.field == field
    assert "another word" not in told.value.detail
    assert told.value.detail.count("\n") == 0
    async with transaction() as session:
        assert await accounts.refresh(session) == ()


@pytest.mark.parametrize(
    "address", ["https://mail.example.org", "post@mail.example.org", "a b:25", "h:99999", "h:0", ":25"]
)
async def test_an_address_that_names_no_mail_server_says_how_to_write_it(address: str) -> None:
    with pytest.raises(errors.AddressUnfit) as told:
        await connected(address=address)
    assert (told.value.field, "HOST:PORT" in told.value.advice) == ("address", True)


async def test_a_recipient_who_is_let_wait_at_first_refuses_nothing() -> None:
    with Server(busy=("ada@reader.example",)) as server:
        assert (await connected(server)).state == "connected"


async def test_a_server_that_hangs_up_is_away_and_nothing_is_stored() -> None:
    async with Mute(hangs_up=True) as server:
        with pytest.raises(errors.ProviderAway):
            await connected(server)
    assert accounts.every() == ()


async def test_over_http_an_address_that_is_none_is_refused_with_its_field() -> None:
    async with transaction() as session:
        key, _ = await create_key(session, "an admin", "admin", LOCAL_OWNER)
    transport = httpx.ASGITransport(app=create_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://here.example") as client:
        client.headers["Authorization"] = f"Bearer {key}"
        body = {"provider": "smtp", "address": "127.0.0.1:9", "sender": "a@b.example", "recipients": BOB}
        for name, wrong in (
            ("sender", "nobody"),
            ("sender", f"{ADA}, {BOB}"),
            ("recipients", "x@y.example\nBcc: z@z.example"),
        ):
            said = await client.post("/api/channels/accounts", json={**body, name: wrong})
            assert said.status_code == 422, said.text
            assert name in said.json()["errors"][0]["field"]


async def test_two_accounts_and_the_settings_each_send_as_themselves(
    named_by_settings: Server, engine_running: Database
) -> None:
    with Server() as one, Server() as two:
        await connected(one, name="Newsletter")
        await connected(two, sender="hello@acme.example", recipients="cy@reader.example", reply_to="re@acme.example")
        assert not any(each.is_default for each in accounts.every())
        assert choosing.offered("email") == ["office@acme.example", "Newsletter", "hello@acme.example"]
        assert choosing.sent_as("email")["Newsletter"] == "Acme News <news@acme.example>"
        for named in (None, "Newsletter", "hello@acme.example", "office@acme.example"):
            said = await approved("email", accounts={"email": named} if named else None)
            await until(settled(said.task_id))
            assert (await of(said.task_id))[0].state == "published"
        sent = [[_heads(each) for each in server.messages] for server in (named_by_settings, one, two)]
    assert sent[0] == [("Acme <office@acme.example>", "bob@reader.example", "answers@acme.example")] * 2
    assert sent[1] == [
        ("Acme News <news@acme.example>", ADA, None),
        ("Acme News <news@acme.example>", "bob@reader.example", None),
    ]
    assert sent[2] == [("hello@acme.example", "cy@reader.example", "re@acme.example")]


def _heads(envelope: Any) -> tuple[str, str, str | None]:
    made = message_from_bytes(envelope.content, policy=default)
    assert made["From"].endswith(f"{envelope.mail_from}>") or made["From"] == envelope.mail_from
    return str(made["From"]), str(made["To"]), str(made["Reply-To"]) if made["Reply-To"] else None


async def test_an_account_that_is_made_the_default_goes_before_the_settings_and_leaves_them_when_it_goes(
    named_by_settings: Server,
) -> None:
    with Server() as server:
        row = await connected(server, sender="office@acme.example")
        assert row.name == "office@acme.example by 127.0.0.1"  # the settings' own sender has that name
        with pytest.raises(errors.AccountNameTaken):
            await connected(server, name="office@acme.example")
    assert senders.route("email").sender == "email"
    async with transaction() as session:
        await service.make_default(session, row.id, by=LOCAL_OWNER)
    assert senders.route("email").name == row.name
    assert senders.route("email", "office@acme.example").sender == "email"
    (email,) = [one for one in standing.findings() if one.name == "E-mail"]
    assert email.detail == "office@acme.example by 127.0.0.1 (default); office@acme.example by the settings"
    async with transaction() as session:
        assert not (await service.leave_default(session, row.id, by=LOCAL_OWNER)).is_default
    assert senders.route("email").name == "office@acme.example"
    async with transaction() as session:
        await service.make_default(session, row.id, by=LOCAL_OWNER)
    await leaving.disconnect(row.id, by=LOCAL_OWNER)
    assert senders.route("email").name == "office@acme.example"


async def test_a_password_that_is_refused_later_is_told_once_and_tried_no_more_until_it_is_given_anew(
    engine_running: Database,
) -> None:
    with Server(password=WORD) as server:
        row = await connected(server, user="post", password=WORD)
        server.password, server.sign_ins = "changed there", 0
        said = await approved("email")
        await until(settled(said.task_id))
        (one,) = await of(said.task_id)
        assert (one.state, one.delivered_by, one.unsent) == ("refused", "smtp", 2)
        assert (await state(row.id))[0] == "needs_sign_in"
        assert "Connect it again" in (await open_alerts())[0]
        before = server.sign_ins
        async with transaction() as session:
            await settling.retry(session, one.publication_id, by=APPROVER)
        await until(settled(said.task_id, ("refused",)))
        assert server.sign_ins == before
        assert "has to be connected again" in str(senders.route("email").note)
        await connected(server, user="post", password="changed there")
        async with transaction() as session:
            await settling.retry(session, one.publication_id, by=APPROVER)
        await until(settled(said.task_id, ("published",)))
        assert len(server.messages) == 2
    assert await open_alerts() == []
    assert WORD not in await written()


async def test_a_check_says_which_recipient_is_refused_by_now() -> None:
    with Server() as server:
        row = await connected(server)
        server.refuse = ("bob@reader.example",)
        checked = await checking.check(row.id)
        assert checked.state == "connected"
        assert "bob@reader.example" in str(checked.problem)
        server.refuse = ()
        assert (await checking.check(row.id)).problem is None


async def test_a_change_keeps_what_is_left_out_and_sends_the_password_to_no_other_server() -> None:
    with Server(password=WORD) as server, Server(password=WORD) as other:
        first = await connected(server, user="post", password=WORD, reply_to="re@acme.example")
        changed = await connected(server, recipients="cy@reader.example", sender="news@acme.example", starttls=None)
        assert changed.id == first.id
        assert views.shown(changed).mail == MailboxOut(
            sender="news@acme.example",
            recipients="cy@reader.example",
            reaches=1,
            reply_to="re@acme.example",
            starttls=False,
        )
        assert senders.route("email").recipients == ("cy@reader.example",)
        with pytest.raises((errors.WayUnfit, errors.AccountRefused)):
            await connected(other)
        with pytest.raises(errors.WayUnfit) as told:
            await connected(other, account_id=first.id)
        assert (told.value.field, "post" in told.value.detail) == ("user", True)
        with pytest.raises(errors.WayUnfit):
            await connected(other, user="post")
        assert other.sign_ins == 0
        moved = await connected(other, name=first.name, user="post", password=WORD, recipients=None, reply_to="")
        assert (moved.id, moved.address) == (first.id, f"127.0.0.1:{other.port}")
        found = views.shown(moved).mail
        assert found is not None
        assert (found.recipients, found.reply_to) == ("cy@reader.example", None)


async def test_an_account_whose_new_server_wants_no_user_forgets_the_one_it_had() -> None:
    with Server(password=WORD) as one, Server() as two:
        first = await connected(one, user="post", password=WORD)
        moved = await connected(two, account_id=first.id, user="")
        assert (moved.id, moved.address) == (first.id, f"127.0.0.1:{two.port}")
        found = accounts.of("email")
        assert found is not None
        assert found.secret == {}


@pytest.mark.parametrize("name", ["token", "admin_key", "client_id", "kind"])
async def test_what_a_mail_server_has_no_use_for_is_refused_by_its_name(name: str) -> None:
    with Server() as server, pytest.raises(errors.WayUnfit) as told:
        await connected(server, **{name: "person" if name == "kind" else "anything"})
    assert told.value.field == name


async def test_one_sender_at_two_servers_is_two_accounts_each_sent_by_its_own(engine_running: Database) -> None:
    with Server(password=WORD) as one, Server() as two, Server() as three:
        first = await connected(one, user="post", password=WORD)
        second = await connected(two, recipients="cy@reader.example")
        assert (first.name, second.name) == ("news@acme.example", "news@acme.example by 127.0.0.1")
        assert (first.is_default, second.is_default) == (True, False)
        said = await approved("email", accounts={"email": second.name})
        await until(settled(said.task_id))
        assert [len(each.messages) for each in (one, two)] == [0, 1]

        with pytest.raises(errors.WayUnfit, match=r"Several accounts send as news@acme\.example"):
            await connected(address=None, starttls=None)
        with pytest.raises(errors.WayUnfit, match="by this server already") as told:
            await connected(one, account_id=second.id, user="post", password=WORD)
        assert told.value.field == "address"
        moved = await connected(three, account_id=second.id, recipients=None)
        assert (moved.id, moved.name, moved.address) == (second.id, second.name, f"127.0.0.1:{three.port}")
        renamed = await connected(three, name="Letters", recipients=None)
        assert (renamed.id, renamed.name) == (second.id, "Letters")

        # With none left connected a new server is where the sender's account goes on.
        for row in (first, second):
            await leaving.disconnect(row.id, by=LOCAL_OWNER)
        assert (await connected(two)).id == first.id
    with pytest.raises(errors.WayUnfit) as told:
        await service.connect(
            AccountIn(provider="webhook", address="https://a.example", account_id=first.id), by=LOCAL_OWNER
        )
    assert told.value.field == "account_id"


async def test_an_address_is_counted_once_however_often_and_in_whatever_name_it_stands() -> None:
    with Server() as server:
        row = await connected(server, recipients=f'{ADA}, ada@READER.example, "B@b, Co" <bob@reader.example>')
    found = views.shown(row).mail
    assert found is not None
    assert found.reaches == 2 == len(senders.route("email").recipients)


async def test_what_waits_for_an_account_that_is_disconnected_goes_to_the_outbox_at_its_time(
    named_by_settings: Server, engine_running: Database
) -> None:
    wire()
    with Server() as server:
        row = await connected(server, name="Newsletter")
        said = await approved("email", accounts={"email": "Newsletter"}, schedule_at=now() + timedelta(days=2))
        await until(settled(said.task_id, ("scheduled",)))
        assert [one.kind for one in await _in_the_way()] == []
        left, _, scheduled = await leaving.disconnect(row.id, by=LOCAL_OWNER)
        assert (left.sealed, scheduled, "recipients" in left.details) == (None, (1, 0), False)
        assert [one.kind for one in await _in_the_way()] == ["account"]
        assert "was disconnected" in str((await of(said.task_id))[0].note)
        async with transaction() as session:
            id = said.publications[0].publication_id
            moved = RescheduleIn(schedule_at=now() + timedelta(days=3))
            assert (await moving.reschedule(session, id, moved, by=APPROVER)).account == "Newsletter"
            await moving.reschedule(session, id, RescheduleIn(schedule_at=None), by=APPROVER)
        await until(settled(said.task_id))
        assert server.messages == []
    (one,) = await of(said.task_id)
    assert (one.state, one.delivered_by) == ("published", "outbox")
    assert named_by_settings.messages == []  # approved for one sender, it leaves as no other


async def _in_the_way() -> list[Conflict]:
    async with transaction() as session:
        return await clashes.between(session, now(), now() + timedelta(days=9))


async def test_at_the_command_line_a_mail_server_is_connected_checked_and_disconnected(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MAIL_PASSWORD", WORD)

    async def said(*arguments: str) -> Any:
        capsys.readouterr()
        assert await asyncio.to_thread(run, ["channels", *arguments, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    with Server(password=WORD) as server:
        given = ["--address", f"127.0.0.1:{server.port}", "--user", "post", "--secret", "MAIL_PASSWORD"]
        given += ["--sender", "Acme News <news@acme.example>", "--recipients", BOB, "--no-starttls"]
        made = await said("connect", "smtp", *given, "--name", "Newsletter")
        assert (made["channel"], made["name"], made["mail"]["recipients"]) == ("email", "Newsletter", BOB)
        assert WORD not in json.dumps(made)
        assert (await said("check", "email/Newsletter"))["health"] == "It works."
        assert not (await said("default", "Newsletter", "--off"))["is_default"]
        assert (await said("default", "Newsletter"))["is_default"]
        assert (await said("disconnect", "Newsletter", "--yes"))["state"] == "disconnected"


@pytest.mark.parametrize(
    ("waiting", "told"),
    [
        (0, "."),
        (1, ". 1 scheduled publication goes to the outbox."),
        (2, ". 2 scheduled publications go to the outbox."),
    ],
)
async def test_at_the_command_line_what_waits_for_a_disconnected_account_is_counted_in_words(
    engine_running: Database, capsys: pytest.CaptureFixture[str], waiting: int, told: str
) -> None:
    wire()
    with Server() as server:
        await connected(server, name="Newsletter")
        for day in range(waiting):
            said = await approved("email", schedule_at=now() + timedelta(days=day + 2))
            await until(settled(said.task_id, ("scheduled",)))
        capsys.readouterr()
        assert await asyncio.to_thread(run, ["channels", "disconnect", "Newsletter", "--yes"]) == 0
    assert capsys.readouterr().out.strip() == f"Newsletter is disconnected{told}"
