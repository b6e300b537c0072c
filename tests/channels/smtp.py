"""A real SMTP server on this machine that can misbehave at every point of the conversation."""

import asyncio
import random
import socket
import ssl
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


@dataclass
class Server:
    """What arrived, and how it shall behave: `refuse` addresses get 550; `after_data` "drop" cuts the line.

    `says`: what it answers at MAIL, RCPT or DATA in place of a yes.
    """

    refuse: tuple[str, ...] = ()
    after_data: str = "accept"  # accept, drop, reject, silent
    drop_at: str | None = None  # "MAIL", "RCPT"
    says: dict[str, str] = field(default_factory=dict)
    busy: tuple[str, ...] = ()  # addresses that get 450
    lose: tuple[str, ...] = ()  # addresses whose message is taken, and then the line is cut
    slow_to_leave: bool = False  # says nothing to QUIT
    drop_share: float = 0.0  # of messages, after which the line is cut
    dice: random.Random = field(default_factory=random.Random)
    tls: ssl.SSLContext | None = None
    password: str | None = None
    messages: list[Envelope] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    sign_ins: int = 0  # that were tried
    port: int = 0

    def __enter__(self) -> "Server":
        if not self.port:
            with socket.socket() as free:
                free.bind(("127.0.0.1", 0))
                self.port = free.getsockname()[1]
        options: dict[str, Any] = {"hostname": "127.0.0.1", "port": self.port}
        if self.tls is not None:
            options |= {"tls_context": self.tls, "require_starttls": True}
        if self.password is not None:
            options |= {"authenticator": self._authenticate, "auth_require_tls": False, "auth_required": True}
        self._controller = Controller(self, **options)
        self._controller.start()
        return self

    def __exit__(self, *args: object) -> None:
        self._controller.stop()

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        right: bool = data.password.decode() == self.password
        self.sign_ins += 1
        return AuthResult(success=right, handled=right)

    async def handle_MAIL(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if self.drop_at == "MAIL":
            self._cut(server)
        envelope.mail_from = address
        return self.says.get("MAIL", "250 OK")

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: Any) -> str:
        if self.drop_at == "RCPT":
            self._cut(server)
        if address in self.refuse:
            return "550 5.1.1 No such user here"
        if address in self.busy:
            return "450 4.2.1 Mailbox busy"
        if "RCPT" in self.says:
            return self.says["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.after_data == "reject":
            return "554 5.7.1 Looks like spam"
        if "DATA" in self.says:
            return self.says["DATA"]
        self.messages.append(envelope)
        if set(envelope.rcpt_tos) & set(self.lose):
            self._cut(server)
        self.sessions.append(session)
        if self.after_data == "drop" or self.dice.random() < self.drop_share:
            self._cut(server)
        if self.after_data == "silent":
            await asyncio.sleep(30)
        return "250 Message accepted"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.slow_to_leave:
            await asyncio.sleep(60)
        return "221 Bye"

    @staticmethod
    def _cut(server: SMTP) -> None:
        assert isinstance(server.transport, asyncio.Transport)
        server.transport.abort()


@dataclass
class Mute:
    """A mail server that takes a line and says nothing, or hangs up at once; it counts those who called."""

    hangs_up: bool = False
    port: int = 0
    calls: int = 0

    async def __aenter__(self) -> "Mute":
        self._lines: list[asyncio.StreamWriter] = []
        self._server = await asyncio.start_server(self._take, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.calls += 1
        self._lines.append(writer)
        if self.hangs_up:
            writer.close()

    async def __aexit__(self, *args: object) -> None:
        self._server.close()
        for line in self._lines:
            line.close()
