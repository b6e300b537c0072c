"""Every provider at once, and the company's accounts there."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

from cofounder.channels.accounts import keeping
from cofounder.channels.accounts.connected import PROVIDERS
from cofounder.channels.accounts.tables import AccountRow
from cofounder.kit.clock import now
from cofounder.kit.db import transaction
from cofounder.kit.ids import new_id
from tests.channels.wire.facebook import FacebookWire
from tests.channels.wire.ghost import GhostWire
from tests.channels.wire.linkedin import LinkedInWire
from tests.channels.wire.server import SECRET, Wire, running
from tests.channels.wire.webhook import WebhookWire
from tests.channels.wire.wordpress import WordPressWire
from tests.channels.wire.x import XWire


@dataclass
class Town:
    """provider -> its server."""

    wires: dict[str, Wire]

    @property
    def environment(self) -> dict[str, str]:
        """What leads a process here."""
        named = [f"{name}={self.wires[name].url}" for name in ("linkedin", "x", "facebook")]
        return {"COFOUNDER_CHANNEL_ADDRESSES": ",".join(named), "COFOUNDER_PRIVATE_HOSTS": "127.0.0.1"}

    async def connect(self) -> None:
        """Store an account at each, as a person's connecting would leave it; WordPress is the blog's default."""
        for name, wire in self.wires.items():
            await store(wire, account(name), default=name != "ghost")

    def doubles(self) -> list[str]:
        """Texts that readers see more than once."""
        found = []
        for name, wire in self.wires.items():
            shown = wire.shown()
            found += [f"{name}: {text[:60]}" for text in set(shown) if shown.count(text) > 1]
        return found


async def store(wire: Wire, name: str, *, default: bool) -> None:
    """Store an account at a provider, as a person's connecting would leave it."""
    made = wire.connected()
    webhook = wire.provider == "webhook"
    secret: dict[str, Any] = dict(made.secret) or {"access_token": SECRET}
    if webhook:
        secret["address"] = made.address
    row = AccountRow(
        id=new_id(),
        channel=PROVIDERS[wire.provider],
        provider=wire.provider,
        name=name,
        external_id=made.external_id or name,
        address="" if webhook else made.address,
        details=dict(made.details),
        sealed=await keeping.seal(secret),
        is_default=default,
        state="connected",
        version=1,
        who="test",
        created_at=now(),
    )
    async with transaction() as session:
        session.add(row)


def account(provider: str) -> str:
    return f"Acme at {provider}"


@asynccontextmanager
async def town() -> AsyncIterator[Town]:
    async with AsyncExitStack() as stack:
        wires: list[Wire] = [LinkedInWire(), XWire(), FacebookWire(), WordPressWire(), GhostWire(), WebhookWire()]
        for wire in wires:
            await stack.enter_async_context(running(wire))
        yield Town({wire.provider: wire for wire in wires})
