"""E-mail by a connected account: its own mail server, sender and recipients, sent as by that of the settings."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr

from cofounder.channels.accounts.connected import AccountAway, Connected, SignInNeeded
from cofounder.channels.senders.delivery import (
    Account,
    Delivery,
    DeliveryDelayed,
    DeliveryLetGo,
    DeliveryRefused,
    Receipt,
)
from cofounder.channels.senders.email import TIMEOUT_SECONDS, Email
from cofounder.settings import Settings, settings


def build(connected: Connected) -> "Smtp":
    return Smtp(connected)


class Smtp(Email):
    """Sends as the account's sender; nothing of the settings' own mail server counts for it."""

    name = "smtp"

    def __init__(self, connected: Connected, *, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        chosen = mailbox(connected.address, connected.details, connected.secret)
        super().__init__(chosen, timeout_seconds=timeout_seconds)
        self.connected = connected

    def account(self) -> Account | None:
        """As people know the account; None where an older program left no recipients."""
        found = super().account()
        return None if found is None else found.model_copy(update={"name": self.connected.name})

    async def send(self, delivery: Delivery, *, effect_key: str) -> Receipt:
        """Raises DeliveryRefused, DeliveryDelayed, DeliveryUnknown, DeliveryLetGo."""
        await self._may()
        return await super().send(delivery, effect_key=effect_key)

    async def _may(self) -> None:
        """A password that was refused is not tried again: servers lock who goes on guessing."""
        try:
            await self.connected.token()
        except SignInNeeded as error:
            told = f"The mail server needs {self.connected.name} to be connected again: {error.detail}"
            refused = DeliveryRefused(told)
            refused.for_all = True
            raise refused from error
        except AccountAway as error:
            later = DeliveryDelayed(error.detail)
            later.for_all = True
            raise later from error
        except asyncio.CancelledError as stop:
            raise DeliveryLetGo from stop


def mailbox(address: str, details: Mapping[str, Any], secret: Mapping[str, str]) -> Settings:
    """An account as the settings would name it. Every word of theirs is replaced, so that nothing is mixed up."""
    place = urlsplit(f"//{address}")
    password = secret.get("password")
    return settings().model_copy(
        update={
            "smtp_host": place.hostname,
            "smtp_port": place.port,
            "smtp_starttls": details.get("starttls", True),
            "smtp_username": secret.get("user"),
            "smtp_password": SecretStr(password) if password else None,
            "email_from": details.get("sender"),
            "email_recipients": details.get("recipients") or "",
            "email_reply_to": details.get("reply_to"),
        }
    )
