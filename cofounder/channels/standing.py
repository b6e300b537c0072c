"""Which channels have an account, and where the texts of the others go."""

from cofounder.channels import senders
from cofounder.channels.naming import CHANNELS
from cofounder.channels.rules import rules
from cofounder.channels.senders.email import TLS_PORT, on_this_machine
from cofounder.kit import postgres
from cofounder.kit.errors import InputInvalid
from cofounder.ops import connections
from cofounder.ops.doctor import Finding
from cofounder.settings import Settings, settings

_EMAIL = "Name the mail server, the sender and the recipients: in Settings, or as COFOUNDER_SMTP_HOST, COFOUNDER_EMAIL_FROM and COFOUNDER_EMAIL_RECIPIENTS."
_BY_HAND = "No account can be connected yet: post it by hand from the outbox and mark it as posted."


class LineNotEncrypted(InputInvalid):
    """The line to the mail server would not be encrypted."""

    hint = "Let it be encrypted (STARTTLS), or use port 465. Only a server on this very machine may do without."


def findings() -> list[Finding]:
    """Where each channel's text would go."""
    outbox = postgres.default_home() / senders.OUTBOX
    where = "environment" if settings().home is not None else "default"
    change = "It lies in the home: set COFOUNDER_HOME and start again."
    found = [Finding(name="Outbox", state="ok", detail=str(outbox), source=where, change=change)]
    for channel in CHANNELS:
        if channel == "outbox":
            continue
        account = senders.route(channel)
        label = rules(channel).label
        if account.sender == "outbox":
            mend = _EMAIL if channel == "email" else ""
            detail = "No account: texts go to the outbox."
            change = _EMAIL if channel == "email" else _BY_HAND
            found.append(
                Finding(name=label, state="missing", detail=detail, mend=mend, source="default", change=change)
            )
        else:
            detail = f"{account.name} by {account.sender}"
            change = "Set it otherwise in Settings; what the environment sets (COFOUNDER_SMTP_*, COFOUNDER_EMAIL_*) is set there."
            source = connections.source("smtp_host")
            found.append(Finding(name=label, state="ok", detail=detail, source=source, change=change))
    return found


def check(chosen: Settings) -> None:
    """A password would not go over an open line. Raises LineNotEncrypted."""
    host = chosen.smtp_host
    if host and not chosen.smtp_starttls and chosen.smtp_port != TLS_PORT and not on_this_machine(host):
        raise LineNotEncrypted(f"{host} is another machine.", field="smtp_starttls")
