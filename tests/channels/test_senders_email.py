"""E-mail against a real SMTP server: what arrives, and what is said when it does not."""

import asyncio
import ssl
import subprocess
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from cofounder import channels
from cofounder.channels.senders import (
    Delivery,
    DeliveryDelayed,
    DeliveryLetGo,
    DeliveryRefused,
    DeliveryUnknown,
    route,
)
from cofounder.channels.senders.email import Email
from cofounder.kit.testing import until
from cofounder.models.brief import Draft
from cofounder.settings import Settings, settings
from tests.channels.smtp import Mute, Server
from tests.channels.test_senders_outbox import delivery

DRAFT = Draft(
    body="Hello {{name}},\n\nWe took in $150,000 this month, 20% more than the last. Grüße!",
    subject="$150,000 this month — up 20%",
)


def chosen(server: Server | Mute, **changes: Any) -> Settings:
    values: dict[str, Any] = {
        "smtp_host": "127.0.0.1",
        "smtp_port": server.port,
        "smtp_starttls": False,
        "email_from": "Acme News <news@acme.example>",
        "email_recipients": "Ada Lovelace <ada@reader.example>, bob@reader.example",
        **changes,
    }
    return Settings(**values)


def letter(recipient: str = "Ada Lovelace <ada@reader.example>", draft: Draft = DRAFT) -> Delivery:
    rendered = channels.render("email", draft)
    return delivery(channel="email", account="news@acme.example", format="eml", text=rendered.text, recipient=recipient)


async def test_a_message_arrives_with_its_headers_and_words() -> None:
    with Server() as server:
        receipt = await Email(chosen(server)).send(letter(), effect_key="p|ada")
        (arrived,) = server.messages
    assert arrived.mail_from == "news@acme.example"
    assert arrived.rcpt_tos == ["ada@reader.example"]
    assert isinstance(arrived.content, bytes)
    message = message_from_bytes(arrived.content, policy=default)
    assert message["From"] == "Acme News <news@acme.example>"
    assert message["To"] == "Ada Lovelace <ada@reader.example>"
    assert message["Subject"] == "$150,000 this month — up 20%"
    assert message["Message-ID"] == receipt.external_id
    assert message["List-Unsubscribe"] == "<mailto:news@acme.example?subject=unsubscribe>"
    assert message["Date"] is not None
    plain, html = (message.get_body((kind,)) for kind in ("plain", "html"))
    assert plain is not None
    assert html is not None
    assert "Hello Ada Lovelace," in plain.get_content()
    assert "Grüße!" in plain.get_content()
    assert "20%" in html.get_content()
    assert b"{{" not in arrived.content


async def test_the_message_id_stays_the_same_for_the_same_effect() -> None:
    with Server() as server:
        email = Email(chosen(server))
        first = await email.send(letter(), effect_key="p|ada")
        second = await email.send(letter(), effect_key="p|ada")
        other = await email.send(letter(), effect_key="p|bob")
        assert [envelope.content for envelope in server.messages][:1] == [server.messages[1].content]
    assert first.external_id == second.external_id
    assert other.external_id != first.external_id


async def test_a_line_lost_after_the_text_is_unknown() -> None:
    with Server(after_data="drop") as server:
        with pytest.raises(DeliveryUnknown):
            await Email(chosen(server)).send(letter(), effect_key="k")
        assert len(server.messages) == 1


async def test_a_server_that_never_answers_is_unknown() -> None:
    with Server(after_data="silent") as server, pytest.raises(DeliveryUnknown):
        await Email(chosen(server), timeout_seconds=0.5).send(letter(), effect_key="k")


async def test_a_message_that_was_taken_waits_for_no_good_bye() -> None:
    with Server(slow_to_leave=True) as server:
        receipt = await asyncio.wait_for(Email(chosen(server)).send(letter(), effect_key="k"), 40)
        assert len(server.messages) == 1
    assert receipt.external_id


async def test_told_to_stop_before_the_text_it_is_sure_that_nothing_was_sent() -> None:
    async with Mute() as server:
        job = asyncio.create_task(Email(chosen(server)).send(letter(), effect_key="k"))
        await until(lambda: server.calls, within=60)
        job.cancel()
        with pytest.raises(DeliveryLetGo):
            await job


async def test_told_to_stop_after_the_text_it_is_sure_of_nothing() -> None:
    with Server(after_data="silent") as server:
        job = asyncio.create_task(Email(chosen(server)).send(letter(), effect_key="k"))
        await until(lambda: server.messages, within=60)
        job.cancel()
        with pytest.raises(asyncio.CancelledError) as stopped:
            await job
    assert not isinstance(stopped.value, DeliveryLetGo)


@pytest.mark.parametrize("at", ["MAIL", "RCPT"])
async def test_a_line_lost_before_the_text_surely_sent_nothing_and_may_go_later(at: str) -> None:
    with Server(drop_at=at) as server:
        with pytest.raises(DeliveryDelayed):
            await Email(chosen(server)).send(letter(), effect_key="k")
        assert server.messages == []


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    ("answer", "error"),
    [("451 4.3.0 Try again later", DeliveryDelayed), ("550 5.7.1 Not from you", DeliveryRefused)],
)
async def test_a_4xx_may_go_later_and_a_5xx_is_final(at: str, answer: str, error: type[Exception]) -> None:
    with Server(says={at: answer}) as server:
        with pytest.raises(error, match=answer[:3]):
            await Email(chosen(server)).send(letter(), effect_key="k")
        assert server.messages == []


async def test_a_refused_recipient_is_a_refusal_with_the_servers_words() -> None:
    with Server(refuse=("ada@reader.example",)) as server, pytest.raises(DeliveryRefused, match="No such user"):
        await Email(chosen(server)).send(letter(), effect_key="k")


async def test_a_rejected_text_is_a_refusal() -> None:
    with Server(after_data="reject") as server, pytest.raises(DeliveryRefused, match="spam"):
        await Email(chosen(server)).send(letter(), effect_key="k")


async def test_a_server_that_is_away_may_get_it_later() -> None:
    with Server() as server:
        where = chosen(server)
    with pytest.raises(DeliveryDelayed, match="could not be used"):
        await Email(where).send(letter(), effect_key="k")


async def test_a_server_that_is_no_longer_named_gets_nothing() -> None:
    with pytest.raises(DeliveryDelayed, match="No mail server"):
        await Email(Settings(smtp_host=None, email_from="a@b.example")).send(letter(), effect_key="k")


async def test_a_server_without_encryption_gets_nothing_when_encryption_is_asked() -> None:
    with Server() as server:
        with pytest.raises(DeliveryRefused):
            await Email(chosen(server, smtp_starttls=True)).send(letter(), effect_key="k")
        assert server.messages == []


async def test_plain_text_never_goes_to_another_machine() -> None:
    there = Settings(
        smtp_host="mail.example.org", smtp_starttls=False, email_from="a@b.example", email_recipients="c@d.example"
    )
    with pytest.raises(DeliveryRefused, match="would not be encrypted"):
        await Email(there).send(letter(), effect_key="k")


async def test_a_wrong_password_is_a_refusal_and_is_not_printed() -> None:
    with Server(password="right") as server, pytest.raises(DeliveryRefused) as caught:
        await Email(chosen(server, smtp_username="u", smtp_password="secret-wrong")).send(letter(), effect_key="k")
    assert "secret-wrong" not in str(caught.value.problem())


async def test_the_line_is_encrypted_before_the_password_is_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    subprocess.run(
        [
            "openssl",
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "1",
            "-subj",
            "/CN=127.0.0.1",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
            "-keyout",
            str(key),
            "-out",
            str(certificate),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with Server(tls=context, password="right") as server:
        where = chosen(server, smtp_starttls=True, smtp_username="u", smtp_password="right")
        with pytest.raises(DeliveryRefused):  # nobody vouches for this certificate yet
            await Email(where).send(letter(), effect_key="k")
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        await Email(where).send(letter(), effect_key="k")
        assert server.sessions[0].ssl is not None


async def test_a_placeholder_that_nobody_can_fill_is_a_refusal() -> None:
    with Server() as server:
        with pytest.raises(DeliveryRefused, match="shoe_size"):
            await Email(chosen(server)).send(
                letter(draft=Draft(body="Size {{shoe_size}}", subject="S")), effect_key="k"
            )
        assert server.messages == []


async def test_whether_it_arrived_cannot_be_looked_up() -> None:
    with Server() as server, pytest.raises(DeliveryUnknown):
        await Email(chosen(server)).find_own(letter(), effect_key="k")


def test_each_recipient_counts_once() -> None:
    with Server() as server:
        where = chosen(server, email_recipients='a@x.example, A@x.example; Bo <b@x.example>, "Li, Jo" <l@x.example>')
    account = Email(where).account()
    assert account is not None
    assert account.recipients == ("a@x.example", "Bo <b@x.example>", '"Li, Jo" <l@x.example>')


@pytest.mark.parametrize(
    "listed",
    [
        "<script>@acme.test",
        "ada@reader.example, <script>@acme.test",
        "nobody",
        "a@b@c.example",
        "a@x.example b@x.example",
        "a..b@x.example",
        "Ada <ada@x.example",
        "a@-x.example",
        "Ada\r\nBcc: eve@x.example <ada@x.example>",
        f"{'a' * 250}@x.example",
    ],
)
@pytest.mark.parametrize("field", ["email_recipients", "email_from", "email_reply_to"])
def test_what_is_no_address_is_refused_where_it_is_set(listed: str, field: str) -> None:
    with pytest.raises(ValidationError, match="not an e-mail address"):
        Settings.model_validate({field: listed})


async def test_a_recipient_that_is_no_address_is_a_refusal() -> None:
    with Server() as server:
        with pytest.raises(DeliveryRefused, match="not one e-mail address"):
            await Email(chosen(server)).send(letter("<script>@acme.test"), effect_key="k")
        assert server.messages == []


async def test_a_name_beyond_ascii_is_written_as_it_is() -> None:
    with Server() as server:
        email = Email(chosen(server, email_recipients="Jürgen Müller <j@x.example>"))
        account = email.account()
        assert account is not None
        await email.send(letter(account.recipients[0]), effect_key="k")
        message = message_from_bytes(server.messages[0].content, policy=default)  # type: ignore[arg-type]
    plain = message.get_body(("plain",))
    assert plain is not None
    assert "Hello Jürgen Müller," in plain.get_content()
    assert message["To"] == "Jürgen Müller <j@x.example>"


def test_without_server_or_recipients_e_mail_goes_to_the_outbox(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COFOUNDER_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("COFOUNDER_EMAIL_FROM", "news@acme.example")
    settings.cache_clear()
    assert route("email").sender == "outbox"
    monkeypatch.setenv("COFOUNDER_EMAIL_RECIPIENTS", "ada@reader.example")
    settings.cache_clear()
    assert route("email").sender == "email"
    assert route("email", only_outbox=True).sender == "outbox"
    settings.cache_clear()
