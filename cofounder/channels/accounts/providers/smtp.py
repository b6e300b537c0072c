"""SMTP: a mail server, a sender that it takes messages from, and who gets them."""

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from cofounder.channels.accounts.asking import SECONDS, Away, Refused
from cofounder.channels.accounts.providers.shapes import Identity
from cofounder.kit.errors import CofounderError
from cofounder.settings import addresses

PORT = 587
DETAILS = ("sender", "recipients", "reply_to", "starttls")
_IN_ALL = 2 * SECONDS
_WRONG_PASSWORD = 401  # what a site says to one


class Smtp:
    """An account is a sender's address at a mail server: its password and recipients may be others tomorrow."""

    provider = "smtp"
    label = "Mail server"
    needs = ("sender", "recipients")
    may = ("user", "password", "reply_to", "starttls")
    secret = ("user", "password")

    async def identity(self, address: str, given: Mapping[str, Any]) -> Identity:
        """Whose messages the server takes; it is asked as far as a message goes before its text. Raises Refused, Away."""
        from cofounder.channels.senders.delivery import DeliveryDelayed, DeliveryRefused
        from cofounder.channels.senders.email import Email
        from cofounder.channels.senders.smtp import mailbox

        details = {name: given[name] for name in DETAILS if given.get(name) is not None}
        email = Email(mailbox(address, details, given), timeout_seconds=SECONDS)
        try:
            async with asyncio.timeout(_IN_ALL):
                not_taken = await email.try_out()
        except DeliveryRefused as error:
            raise _refused(error) from None
        except DeliveryDelayed as error:
            raise Away(_sentence(error)) from None
        except TimeoutError:
            raise Away(f"{address} did not answer in time.") from None
        for one in not_taken:
            if isinstance(one, DeliveryRefused):  # else it may take them later: many let a stranger wait at first
                raise _refused(one)
        ((_, sender),) = addresses(str(details["sender"]))
        return Identity(sender.lower(), sender, "sender", details=details)


def place(given: str) -> str:
    """HOST:PORT of a mail server, 587 where none is named. Raises ValueError saying what is wrong with it."""
    try:
        parts = urlsplit(f"//{given.strip()}")
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ValueError("It is no host and port.") from error
    netloc_only = parts.netloc == given.strip() and "@" not in parts.netloc
    if not host or not netloc_only or any(ord(one) <= 32 for one in parts.netloc) or port == 0:
        raise ValueError("It is no host and port.")
    return f"[{host}]:{port or PORT}" if ":" in host else f"{host}:{port or PORT}"


def _refused(error: CofounderError) -> Refused:
    status = _WRONG_PASSWORD if error.field == "password" else 0
    return Refused(_sentence(error), status=status, field=error.field)


def _sentence(error: CofounderError) -> str:
    """A server's own words end as they like."""
    return f"{error.detail.rstrip('.')}."
