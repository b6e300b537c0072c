"""Which channels have an account, and where the texts of the others go."""

from datetime import datetime

from cofounder.channels import accounts, senders
from cofounder.channels.accounts import expiring
from cofounder.channels.accounts.book import Known
from cofounder.channels.naming import CHANNELS
from cofounder.channels.rules import rules
from cofounder.channels.senders.email import TLS_PORT, on_this_machine
from cofounder.kit import postgres
from cofounder.kit.clock import now
from cofounder.kit.errors import InputInvalid
from cofounder.ops import connections
from cofounder.ops.doctor import Finding, State
from cofounder.settings import Settings, settings

_LIVING = ("connected", "needs_sign_in")
_EMAIL = "Name the mail server, the sender and the recipients: in Settings, or as COFOUNDER_SMTP_HOST, COFOUNDER_EMAIL_FROM and COFOUNDER_EMAIL_RECIPIENTS; or connect an account: Content, Channels."
_CONNECT = "Connect an account: Content, Channels on the page, or cofounder channels connect."
_MANAGE = "Connect, check or disconnect accounts: Content, Channels on the page, or cofounder channels."


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
        connected = [one for one in accounts.every() if one.channel == channel and one.state in _LIVING]
        found.append(_by_account(channel, connected) if channel != "email" or connected else _email())
    return found


def _email() -> Finding:
    account = senders.route("email")
    label = rules("email").label
    if account.sender == senders.OUTBOX:
        detail = "No account: texts go to the outbox."
        return Finding(name=label, state="missing", detail=detail, mend=_EMAIL, source="default", change=_EMAIL)
    change = (
        "Set it otherwise in Settings; what the environment sets (COFOUNDER_SMTP_*, COFOUNDER_EMAIL_*) is set there."
    )
    detail = f"{account.name} by {account.sender}"
    return Finding(name=label, state="ok", detail=detail, source=connections.source("smtp_host"), change=change)


def _by_account(channel: str, there: list[Known]) -> Finding:
    """How a channel's accounts are, what ends when, and where its texts go."""
    label = rules(channel).label
    if not there:
        detail = "No account: texts go to the outbox."
        return Finding(name=label, state="missing", detail=detail, source="default", change=_CONNECT)
    told = [_account(one) for one in there]
    usual = senders.by_settings() if channel == senders.EMAIL else None
    if usual is not None:
        told.append(f"{usual.name}{'' if any(one.is_default for one in there) else ' (default)'} by the settings")
    told += [f"{what} ends on {at:%Y-%m-%d}" for named, what, at in expiring.api_versions() if named == channel]
    going = senders.route(channel)
    wrong = [one.name for one in there if one.state != "connected" or one.connected is None]
    state: State = "ok"
    mend = ""
    if wrong:
        state, mend = "failed", f"Connect again: {', '.join(wrong)} (Content, Channels)."
    elif going.sender == senders.OUTBOX:
        state, mend = "missing", going.note or ""
    elif any(_soon(one.sign_in_expires_at) for one in there):
        state, mend = "expires", "Connect what ends soon again, before it does (Content, Channels)."
    return Finding(name=label, state=state, detail="; ".join(told), mend=mend, source="settings", change=_MANAGE)


def _account(one: Known) -> str:
    if one.state != "connected" or one.connected is None:
        how = ", has to be connected again"
    else:
        how = f", until {one.sign_in_expires_at:%Y-%m-%d}" if one.sign_in_expires_at else ""
    return f"{one.name}{' (default)' if one.is_default else ''}{how}"


def _soon(at: datetime | None) -> bool:
    return at is not None and at < now() + expiring.BEFORE


def check(chosen: Settings) -> None:
    """A password would not go over an open line. Raises LineNotEncrypted."""
    host = chosen.smtp_host
    if host and not chosen.smtp_starttls and chosen.smtp_port != TLS_PORT and not on_this_machine(host):
        raise LineNotEncrypted(f"{host} is another machine.", field="smtp_starttls")
