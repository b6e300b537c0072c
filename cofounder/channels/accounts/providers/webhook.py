"""Webhook: an address of one's own that is sent each text, signed with a key that is made here."""

import hashlib
from urllib.parse import urlsplit

from cofounder.channels import reach
from cofounder.channels.accounts.asking import Away, Refused
from cofounder.channels.accounts.providers.shapes import Identity
from cofounder.kit.near import TooNear


class Webhook:
    """Nothing is sent there before the first text: only whether the address may be used is looked at."""

    provider = "webhook"
    label = "Webhook"
    needs = ()
    may = ()
    secret = ("signing_key", "address")  # an address may be as good as a key

    async def identity(self, address: str, given: dict[str, str]) -> Identity:
        """The address, where it may be used. Raises Refused, Away."""
        try:
            await reach.far_enough(address)
        except TooNear as error:
            raise Refused(f"{error} COFOUNDER_PRIVATE_HOSTS allows hosts in your own network.") from error
        except OSError as error:
            raise Away(f"The host of this address was not found: {error.strerror or error}") from error
        host = urlsplit(address).netloc
        return Identity(hashlib.sha256(address.encode()).hexdigest()[:16], host, "webhook")
