"""Which channels have an account, and where the texts of the others go."""

from cofounder.channels import senders
from cofounder.channels.naming import CHANNELS
from cofounder.channels.rules import rules
from cofounder.kit import postgres
from cofounder.ops.doctor import Finding
from cofounder.settings import settings

_EMAIL = "Set COFOUNDER_SMTP_HOST, COFOUNDER_EMAIL_FROM and COFOUNDER_EMAIL_RECIPIENTS."
_BY_HAND = "No account can be connected yet: post it by hand from the outbox and mark it as posted."


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
            change = f"{_EMAIL} Then start again." if channel == "email" else _BY_HAND
            found.append(
                Finding(name=label, state="missing", detail=detail, mend=mend, source="default", change=change)
            )
        else:
            detail = f"{account.name} by {account.sender}"
            change = "Set COFOUNDER_SMTP_* and COFOUNDER_EMAIL_* otherwise and start again."
            found.append(Finding(name=label, state="ok", detail=detail, source="environment", change=change))
    return found
