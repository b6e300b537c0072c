"""Goes to the mail server as a publication would, up to where the text would be handed over, and takes its leave."""

import time

from cofounder.channels.senders.delivery import DeliveryDelayed, DeliveryRefused
from cofounder.channels.senders.email import Email
from cofounder.ops.trying import ConnectionTried, within
from cofounder.settings import Settings

SECONDS = 30.0
_NAME = "E-mail"


async def trial(chosen: Settings, *, seconds: float = SECONDS) -> list[ConnectionTried]:
    """Connect, encrypt, sign in, and name sender and recipients. Nothing is sent."""
    email = Email(chosen, timeout_seconds=seconds)
    host = f"{chosen.smtp_host}:{chosen.smtp_port}"
    if email.account() is None:
        lacking = [
            words
            for words, value in (
                ("the mail server", chosen.smtp_host),
                ("the sender", chosen.email_from),
                ("the recipients", chosen.email_recipients),
            )
            if not value
        ]
        return [
            ConnectionTried(
                name=_NAME,
                works=False,
                detail="E-mail is not set up: texts for it go to the outbox.",
                mend=f"Name {' and '.join(lacking)} in Settings." if lacking else "Look at the addresses in Settings.",
            )
        ]
    late = ConnectionTried(
        name=_NAME, works=False, detail=f"{host} did not answer in time.", mend="Look at the server's name and port."
    )
    return [await within(seconds, _one(email, host), late)]


async def _one(email: Email, host: str) -> ConnectionTried:
    began = time.monotonic()
    try:
        refused = await email.try_out()
    except (DeliveryRefused, DeliveryDelayed) as error:
        return _told(began, False, error.detail, "Look at server, port, encryption, user, password and sender.")
    if refused:
        more = f" ({len(refused)} recipients in all)" if len(refused) > 1 else ""
        return _told(began, False, f"{refused[0].detail}{more}", "Look at the recipients.")
    return _told(began, True, f"{host} takes messages from the sender for every recipient. Nothing was sent.", "")


def _told(began: float, works: bool, detail: str, mend: str) -> ConnectionTried:
    taken = round(time.monotonic() - began, 2)
    return ConnectionTried(name=_NAME, works=works, detail=detail, mend=mend, seconds=taken)
