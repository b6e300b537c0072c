"""How channels and their accounts stand, in words: what each takes, what it goes by, what ends when."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, cast

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.channels.accounts import book, expiring, queries
from cofounder.channels.accounts.connected import PROVIDERS
from cofounder.channels.accounts.providers import SIGNED_IN, SITES
from cofounder.channels.accounts.schemas import (
    AnyProvider,
    ChannelAccountOut,
    ChannelOut,
    ChoiceOut,
    ExpiryOut,
    MailboxOut,
    ProviderOut,
    State,
    Way,
)
from cofounder.channels.accounts.tables import AccountRow
from cofounder.channels.naming import CHANNELS
from cofounder.channels.rules import rules
from cofounder.kit.clock import now
from cofounder.ops import connections

_WAYS: dict[str, list[Way]] = {
    "linkedin": ["sign_in", "token"],
    "x": ["sign_in", "token"],
    "facebook": ["sign_in", "token"],
    "wordpress": ["password"],
    "ghost": ["admin_key"],
    "webhook": ["address"],
    "smtp": ["mail_server"],
}
_TAKES = {
    "linkedin": "A post of up to 3,000 characters.",
    "x": "A post of up to 280 characters, or a thread of such posts.",
    "facebook": "A post of up to 63,206 characters on a page.",
    "email": "One message to each recipient.",
    "blog": "An article with a title, to WordPress or Ghost.",
    "webhook": "Any text, as signed JSON to an address of your own.",
    "outbox": "Any text, as a file in the outbox.",
}
_QUOTAS = {
    "linkedin": ["About 150 posts a day for each member. Posts are counted here, and wait for room."],
    "x": [
        "100 posts in 15 minutes for each user. Posts are counted here, and wait for room.",
        "X charges for each post.",
    ],
    "facebook": ["Facebook says “too fast” where it wants fewer; it is then tried again later."],
}


async def standing(session: AsyncSession, *, redirect: str | None = None) -> list[ChannelOut]:
    """Every channel as it stands now."""
    await connections.refresh(session)
    await book.refresh(session)
    rows = [row for row in await queries.every(session) if row.state != "disconnected"]
    return [_channel(name, [row for row in rows if row.channel == name], redirect) for name in CHANNELS]


def shown(row: AccountRow) -> ChannelAccountOut:
    """An account as it is shown."""
    details = row.details
    return ChannelAccountOut(
        account_id=row.id,
        channel=row.channel,
        provider=cast(AnyProvider, row.provider),
        name=row.name,
        kind=details.get("kind"),
        state=cast(State, row.state),
        is_default=row.is_default,
        external_id=row.external_id if row.provider != "webhook" else "",
        address=row.address,
        health=_health(row),
        problem=row.problem,
        scopes=details.get("scopes"),
        lacking=list(details.get("lacking") or []),
        access_expires_at=row.access_expires_at,
        expires_at=row.sign_in_expires_at,
        checked_at=row.checked_at,
        connected_by=row.who,
        created_at=row.created_at,
        mail=_mail(row),
        choices=[ChoiceOut.model_validate(one) for one in details.get("choices") or []],
    )


def _mail(row: AccountRow) -> MailboxOut | None:
    if row.provider != "smtp":
        return None
    from cofounder.channels.senders.email import recipients_of

    details = row.details
    return MailboxOut(
        sender=details.get("sender") or row.external_id,
        recipients=details.get("recipients") or "",
        reaches=len(recipients_of(details.get("recipients") or "")),
        reply_to=details.get("reply_to"),
        starttls=bool(details.get("starttls", True)),
    )


def _health(row: AccountRow) -> str:
    if row.state == "choosing":
        return "Choose which of them it posts to."
    if row.state == "disconnected":
        return "It is disconnected."
    if row.state == "needs_sign_in":
        return "It has to be connected again: nothing goes out by it until then."
    if row.problem:
        return f"It is connected; when it was checked last, something was wrong: {row.problem}"
    ends = row.sign_in_expires_at
    if ends is not None and ends < now() + expiring.BEFORE:
        return f"It works, and ends on {_day(ends)}: connect it again before."
    lacking = row.details.get("lacking") or []
    if lacking:
        return f"It works, but was not given {', '.join(lacking)}: what needs that does not."
    return "It works." if ends is None else f"It works, until {_day(ends)}."


def _channel(name: str, rows: Sequence[AccountRow], redirect: str | None) -> ChannelOut:
    state, detail = _state(name, rows)
    return ChannelOut(
        channel=name,
        label=rules(name).label,
        takes=_TAKES[name],
        state=state,
        detail=detail,
        accounts=[shown(row) for row in sorted(rows, key=lambda row: (not row.is_default, row.created_at))],
        providers=[_provider(one, redirect) for one, channel in PROVIDERS.items() if channel == name],
        expires=_expires(name, rows),
        quotas=_QUOTAS.get(name, []),
    )


def _state(name: str, rows: Sequence[AccountRow]) -> tuple[Literal["ready", "attention", "outbox"], str]:
    from cofounder.channels import senders

    going = senders.route(name)
    if name == senders.OUTBOX:
        return "ready", "It needs no account."
    wrong = [row for row in rows if row.state in ("needs_sign_in", "choosing")]
    soon = [row for row in rows if row.sign_in_expires_at and row.sign_in_expires_at < now() + timedelta(days=7)]
    if going.sender == senders.OUTBOX:
        return ("attention" if wrong else "outbox"), going.note or ""
    if name == senders.EMAIL:
        count = len(going.recipients)
        by = "by the mail server in Settings" if going.sender == senders.EMAIL else f"by {going.name}"
        told = f"Sent as {going.sent_as} to {count} recipient{'s' if count != 1 else ''}, {by}."
        return ("attention" if wrong or soon else "ready"), told
    return ("attention" if wrong or soon else "ready"), f"Published by {going.name}."


def _provider(provider: str, redirect: str | None) -> ProviderOut:
    signed_in = SIGNED_IN.get(provider)
    return ProviderOut(
        provider=cast(AnyProvider, provider),
        label=signed_in.label if signed_in is not None else SITES[provider].label,
        ways=_WAYS[provider],
        kinds=list(signed_in.kinds) if signed_in is not None else [],
        scopes={kind: list(signed_in.scopes(kind)) for kind in signed_in.kinds} if signed_in is not None else {},
        redirect_uri=redirect if signed_in is not None else None,
    )


def _expires(name: str, rows: Sequence[AccountRow]) -> list[ExpiryOut]:
    """What of a channel ends, soonest first."""
    found = [
        ExpiryOut(what=f"The access to {row.name}", at=row.sign_in_expires_at, account_id=row.id)
        for row in rows
        if row.sign_in_expires_at is not None and row.state == "connected"
    ]
    if rows:
        found += [ExpiryOut(what=what, at=at) for channel, what, at in expiring.api_versions() if channel == name]
    return sorted(found, key=lambda one: one.at)


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"
