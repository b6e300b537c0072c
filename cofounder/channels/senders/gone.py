"""The sender of an account that is not connected any more, or not named by the settings: it sends nothing, and says so."""

from cofounder.channels.rules import called
from cofounder.channels.senders.delivery import Account, Delivery, DeliveryRefused, DeliveryUnknown, Receipt
from cofounder.channels.senders.email import Email, mark


class Gone:
    """Stands in for a sender whose account was disconnected."""

    def __init__(self, provider: str, account: str) -> None:
        self.name = provider
        self._account = account

    def account(self) -> Account | None:
        return None

    async def send(self, delivery: Delivery, *, effect_key: str) -> Receipt:
        """Raise DeliveryRefused: nothing is sent."""
        raise DeliveryRefused(f"{self._what()}.")

    async def find_own(self, delivery: Delivery, *, effect_key: str) -> Receipt | None:
        """Raise DeliveryUnknown: nobody can look any more."""
        raise DeliveryUnknown(f"{self._what()}, so nobody can ask whether it was sent.")

    def where(self, delivery: Delivery, *, effect_key: str) -> str:
        if delivery.recipient:
            return f"Ask {delivery.recipient}, or search the log of the mail server for {mark(effect_key)}"
        return f"Look at {called(delivery.channel)} whether the text stands there, as {self._account}"

    def _what(self) -> str:
        if self.name == Email.name:
            return f"The settings do not send as {self._account} any more"
        return f"{f'The account {self._account}' if self._account else f'The {self.name} account'} is not connected any more"
