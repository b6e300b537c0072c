"""Which channels have an account, and where the texts of the others go."""

from cofounder.channels import senders
from cofounder.channels.naming import CHANNELS
from cofounder.channels.rules import rules
from cofounder.kit import postgres
from cofounder.ops.doctor import Finding


def findings() -> list[Finding]:
    """Where each channel's text would go."""
    outbox = postgres.default_home() / senders.OUTBOX
    found = [Finding(name="Outbox", state="ok", detail=str(outbox))]
    for channel in CHANNELS:
        if channel == "outbox":
            continue
        account = senders.route(channel)
        label = rules(channel).label
        if account.sender == "outbox":
            mend = (
                "Set COFOUNDER_SMTP_HOST, COFOUNDER_EMAIL_FROM and COFOUNDER_EMAIL_RECIPIENTS."
                if channel == "email"
                else ""
            )
            found.append(Finding(name=label, state="missing", detail="No account: texts go to the outbox.", mend=mend))
        else:
            found.append(Finding(name=label, state="ok", detail=f"{account.name} by {account.sender}"))
    return found
