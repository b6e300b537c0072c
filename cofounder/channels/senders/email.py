"""E-mail over SMTP: one recipient a message, one attempt, one Message-ID that stays the same.

Encrypted by STARTTLS (port 465: from the first byte), unless the server is on this very machine. Until the text was
handed over every failure means that surely nothing was sent: a 5xx answer is a refusal, a server that is away or says
4xx may take it later. A line lost after that is unknown, and stays so: an SMTP server cannot be asked what it did.
"""

import asyncio
import base64
import hashlib
import ipaddress
import ssl
from contextlib import suppress
from datetime import UTC
from email.utils import formataddr

import aiosmtplib

from cofounder.channels.email import complete
from cofounder.channels.images.schemas import Picture
from cofounder.channels.senders import pictures
from cofounder.channels.senders.delivery import (
    Account,
    Delivery,
    DeliveryDelayed,
    DeliveryLetGo,
    DeliveryRefused,
    DeliveryUnknown,
    Receipt,
)
from cofounder.kit.secrets import without
from cofounder.settings import Settings, addresses

TIMEOUT_SECONDS = 60.0
LEAVE_SECONDS = 5.0  # to say good-bye, which nobody waits for
TLS_PORT = 465
_NOBODY = "there"  # "Hello there," where a recipient has no name
_leaving: set["asyncio.Task[None]"] = set()


class Email:
    """Sends as `sender` through the mail server that the settings name."""

    name = "email"

    def __init__(self, chosen: Settings, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        self._chosen = chosen
        self._timeout = timeout_seconds
        self._from = _first(chosen.email_from)
        self._password = chosen.smtp_password.get_secret_value() if chosen.smtp_password else ""

    @classmethod
    def of(cls, chosen: Settings) -> "Email":
        return cls(chosen)

    @property
    def address(self) -> str:
        """The sender's, without a name; empty where there is none."""
        return self._from[1]

    @property
    def recipients(self) -> tuple[str, ...]:
        """Who is written to, also where there is no server or sender."""
        return recipients_of(self._chosen.email_recipients)

    def account(self) -> Account | None:
        """The sender's address and the recipients; None without server, sender or recipients."""
        recipients = self.recipients
        if not self._chosen.smtp_host or not self._from[1] or not recipients:
            return None
        return Account(sender=self.name, name=self._from[1], recipients=recipients, sent_as=_whole(self._from))

    async def send(self, delivery: Delivery, *, effect_key: str) -> Receipt:
        """Hand one message for one recipient over.

        Raises DeliveryRefused, DeliveryDelayed, DeliveryUnknown; cancelled before the text was begun: DeliveryLetGo.
        """
        try:
            ((name, address),) = addresses(delivery.recipient)
        except ValueError as error:
            raise DeliveryRefused(f"{delivery.recipient!r} is not one e-mail address.") from error
        message_id = self.message_id(effect_key)
        pictures.check(delivery, self.name)
        shown = {one.cid: (one, content) for one, content in await pictures.contents(delivery.images)}
        content = self._message(delivery, name, address, message_id, shown)
        client = self._client()
        try:
            try:
                await self._connect(client)
                await self._envelope(client, address)
            except asyncio.CancelledError as stop:
                raise DeliveryLetGo from stop
            await self._data(client, content)
        except BaseException:
            client.close()
            raise
        _leave(client)  # it was taken: that is written down before anybody waits for a good-bye
        return Receipt(external_id=message_id)

    async def try_out(self) -> list[DeliveryRefused | DeliveryDelayed]:
        """Go as far as a message would before its text, for every recipient, and leave. Nothing is sent.

        What was said of each recipient who was not taken. Raises DeliveryRefused, DeliveryDelayed. Each names what is
        to be mended as its field: address, starttls, user, password, sender, recipients.
        """
        account = self.account()
        client = self._client()
        refused: list[DeliveryRefused | DeliveryDelayed] = []
        try:
            await self._connect(client)
            for recipient in account.recipients if account is not None else ():
                ((_, address),) = addresses(recipient)
                try:
                    await self._envelope(client, address)
                    await client.rset()
                except (DeliveryRefused, DeliveryDelayed) as error:
                    if not client.is_connected:
                        raise
                    refused.append(error)
                    await client.rset()
        except (aiosmtplib.SMTPException, OSError) as error:
            client.close()
            raise self._not_sent("The mail server hung up", error, "address") from error
        except BaseException:
            client.close()
            raise
        _leave(client)
        return refused

    async def find_own(self, delivery: Delivery, *, effect_key: str) -> Receipt | None:
        """Nobody can look into other people's mail boxes. Raises DeliveryUnknown."""
        raise DeliveryUnknown(
            f"The line was lost while the message to {delivery.recipient} was handed over; it may have arrived.",
            hint=self.where(delivery, effect_key=effect_key),
        )

    def where(self, delivery: Delivery, *, effect_key: str) -> str:
        host = self._chosen.smtp_host or "the mail server"
        return f"Ask {delivery.recipient}, or search the log of {host} for {self.message_id(effect_key)}"

    def message_id(self, effect_key: str) -> str:
        """The same for the same effect, so that a mail server can drop a double."""
        domain = self._from[1].rpartition("@")[2] or "localhost"
        return f"<{mark(effect_key)}@{domain}>"

    def _message(
        self, delivery: Delivery, name: str, address: str, message_id: str, images: dict[str, tuple[Picture, bytes]]
    ) -> bytes:
        leave = _first(self._chosen.email_reply_to)[1] or self._from[1]
        mailto = f"mailto:{leave}?subject=unsubscribe"
        values = {
            "from": formataddr(self._named(delivery)),
            "to": formataddr((name, address)),
            "name": name or _NOBODY,
            "unsubscribe": mailto,
            "list_unsubscribe": f"<{mailto}>",
        }
        try:
            at = delivery.since.astimezone(UTC)
            made = complete(delivery.text, values, sent_at=at, message_id=message_id, images=images)
            if self._chosen.email_reply_to:
                made["Reply-To"] = self._chosen.email_reply_to
            return made.as_bytes()
        except KeyError as error:
            raise DeliveryRefused(f"Nothing is known to put in place of {{{{{error.args[0]}}}}}.") from error
        except (ValueError, UnicodeError) as error:
            raise DeliveryRefused(f"The message for {address} cannot be written: {error}") from error

    def _named(self, delivery: Delivery) -> tuple[str, str]:
        """Name and address of the sender: the name as it was approved, however the account is called by now."""
        name, address = self._from
        approved, _, of = (delivery.sent_as or "").rpartition("<")
        return (approved.strip() if bare(of) == address.lower() else name), address

    def _client(self) -> aiosmtplib.SMTP:
        """The mail server's line, not opened yet. Raises DeliveryRefused, DeliveryDelayed."""
        chosen = self._chosen
        if not chosen.smtp_host or not self._from[1]:
            raise DeliveryDelayed(
                "No mail server is named: give it in Settings, or set COFOUNDER_SMTP_HOST and COFOUNDER_EMAIL_FROM."
            )
        host = chosen.smtp_host
        implicit = chosen.smtp_port == TLS_PORT
        if not chosen.smtp_starttls and not implicit and not on_this_machine(host):
            told = f"{host} is another machine, and its line would not be encrypted: let it be (STARTTLS), or use port 465."
            raise DeliveryRefused(told, field="starttls")
        return aiosmtplib.SMTP(
            hostname=host,
            port=chosen.smtp_port,
            use_tls=implicit,
            start_tls=chosen.smtp_starttls and not implicit,
            timeout=self._timeout,
        )

    async def _connect(self, client: aiosmtplib.SMTP) -> None:
        """Encrypt the line and sign in. Raises DeliveryRefused, DeliveryDelayed for everybody: nothing was sent yet."""
        chosen = self._chosen
        at = "address"
        try:
            await client.connect()
            if chosen.smtp_username:
                at = "user"  # a server that lets nobody sign in
                await client.login(chosen.smtp_username, self._password)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            at = "password" if isinstance(error, aiosmtplib.SMTPAuthenticationError) else at
            found = self._not_sent(f"The mail server {chosen.smtp_host} could not be used", error, at)
            found.for_all = True
            raise found from error

    async def _envelope(self, client: aiosmtplib.SMTP, address: str) -> None:
        at = "sender"
        try:
            await client.mail(self._from[1])
            at = "recipients"
            await client.rcpt(address)
        except (aiosmtplib.SMTPException, OSError, ValueError) as error:
            raise self._not_sent(f"The mail server did not take a message for {address}", error, at) from error

    async def _data(self, client: aiosmtplib.SMTP, content: bytes) -> None:
        """Hand the text over. From here on a lost line says nothing about what happened."""
        try:
            await client.data(content)
        except aiosmtplib.SMTPResponseException as error:
            if error.code < 400:  # not an answer that anyone could read
                raise DeliveryUnknown(f"The mail server's answer could not be read: {self._said(error)}") from error
            raise self._not_sent("The mail server did not take the message", error) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            told = f"The line was lost while the message was handed over: {self._said(error)}"
            raise DeliveryUnknown(told) from error

    def _not_sent(self, what: str, error: Exception, field: str | None = None) -> DeliveryRefused | DeliveryDelayed:
        """What an error before the end of the text says: a final no, or that it may go another time."""
        told = f"{what}: {self._said(error)}"
        if isinstance(error, aiosmtplib.SMTPResponseException):
            delayed = 400 <= error.code < 500
            return DeliveryDelayed(told, field=field) if delayed else DeliveryRefused(told, field=field)
        if isinstance(error, OSError) and not _untrusted(error):  # away, slow or hung up
            return DeliveryDelayed(told, field=field)
        return DeliveryRefused(told, field=field)

    def _said(self, error: Exception) -> str:
        """What the server said, on one line, cut, without the password: some repeat what they were sent."""
        told = str(error) or type(error).__name__
        if isinstance(error, aiosmtplib.SMTPResponseException):
            told = f"{error.code} {error.message}"
        user = self._chosen.smtp_username or ""
        sent = [self._password, f"\0{user}\0{self._password}"] if self._password else []
        hidden = [*sent[:1], *(base64.b64encode(one.encode()).decode() for one in sent)]
        return " ".join(without(told, hidden, "…").split())[:300]


def _leave(client: aiosmtplib.SMTP) -> None:
    """Say good-bye behind our back: a server may be slow to hear it."""

    async def leave() -> None:
        with suppress(aiosmtplib.SMTPException, OSError):
            await client.quit(timeout=LEAVE_SECONDS)
        client.close()

    job = asyncio.create_task(leave(), name="smtp-quit")
    _leaving.add(job)
    job.add_done_callback(_leaving.discard)


def mark(effect_key: str) -> str:
    """What a Message-ID begins with, whatever the sender."""
    return hashlib.sha256(effect_key.encode()).hexdigest()[:40]


def bare(recipient: str) -> str:
    """The address of one recipient, as two are compared."""
    return recipient.rpartition("<")[2].rstrip(">").strip().lower()


def recipients_of(listed: str) -> tuple[str, ...]:
    """Each address once, with its name where it has one."""
    found: dict[str, str] = {}
    for name, address in addresses(listed):
        quoted = f'"{name}"' if set(name) & set(",;@") else name
        found.setdefault(address.lower(), f"{quoted} <{address}>" if name else address)
    return tuple(found.values())


def _whole(named: tuple[str, str]) -> str:
    """As people read it; a header has it encoded."""
    name, address = named
    return f"{name} <{address}>" if name else address


def _first(listed: str | None) -> tuple[str, str]:
    """Name and address, both empty where there is none."""
    return next(iter(addresses(listed or "")), ("", ""))


def _untrusted(error: BaseException | None) -> bool:
    """Whether the server's certificate is what is wrong: it will be no better in a minute."""
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False


def on_this_machine(host: str) -> bool:
    """Whether this is a name or address of the machine itself."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
