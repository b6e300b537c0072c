"""By which account each text goes: the one that was named, else the channel's default, else the outbox."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from cofounder import channels
from cofounder.channels import accounts, senders
from cofounder.channels.accounts import expiring
from cofounder.channels.accounts.errors import AccountUnfit, ScheduleAfterExpiry
from cofounder.channels.senders import Account
from cofounder.flow.approve import checks

_NEWER = "Publish earlier, or update Cofounder first once there is a release that speaks a newer version."


def chosen(
    publish: Iterable[str],
    named: Mapping[str, str] | None,
    *,
    schedule_at: datetime | None,
    only_outbox: bool = False,
) -> dict[str, Account]:
    """Channel -> the account that its text goes by, as accounts were read last.

    Raises ChannelUnknown, AccountUnfit, ScheduleAfterExpiry, each naming the field.
    """
    there = list(publish)
    wanted = {checks.known(name, there, f"accounts.{name}"): (name, account) for name, account in (named or {}).items()}
    found = {}
    for channel in there:
        spelled, account = wanted.get(channel, (channel, None))
        if account is not None:
            _fits(channel, account, f"accounts.{spelled}")
        found[channel] = senders.route(channel, account, only_outbox=only_outbox)
        if schedule_at is not None and found[channel].sender not in (senders.OUTBOX, senders.EMAIL):
            lasts(channel, found[channel].name, schedule_at)
    return found


def offered(channel: str) -> list[str]:
    """The names of a channel's connected accounts, the default one first; for e-mail also the settings' sender."""
    there = [one for one in accounts.every() if one.channel == channel and one.state == "connected"]
    found = {one.name: one.is_default for one in there}
    usual = senders.by_settings() if channel == senders.EMAIL else None
    if usual is not None:
        found.setdefault(usual.name, senders.route(channel).name == usual.name)
    return sorted(found, key=lambda name: not found[name])


def sent_as(channel: str) -> dict[str, str]:
    """What the From line says, for each account that is offered; empty where the channel has none."""
    going = ((name, senders.route(channel, name).sent_as) for name in offered(channel))
    return {name: line for name, line in going if line is not None}


def _fits(channel: str, account: str, field: str) -> None:
    if account == senders.OUTBOX:
        return
    known = accounts.find(channel, account)
    if known is None or known.state in ("choosing", "disconnected"):
        if account in offered(channel):  # the sender that the settings name
            return
        there = ", ".join([*offered(channel), senders.OUTBOX])
        told = f"There is no {channels.called(channel)} account {account!r}."
        raise AccountUnfit(told, field=field, hint=f"There are: {there}.")
    if known.state != "connected" or known.connected is None:
        raise AccountUnfit(f"{account} has to be connected again first. {known.problem or ''}".strip(), field=field)


def lasts(channel: str, account: str, schedule_at: datetime) -> None:
    """Raise ScheduleAfterExpiry where the account's access, or its API's version, ends before that time."""
    connected = accounts.of(channel, account)
    if connected is None:
        return
    if connected.expires_at is not None and connected.expires_at <= schedule_at:
        raise ScheduleAfterExpiry(
            f"The access of the {channels.called(channel)} account {account} ends on {connected.expires_at:%Y-%m-%d at %H:%M} UTC.",
            field="schedule_at",
        )
    for provider, what, ends in expiring.api_versions():
        if provider == connected.provider and ends <= schedule_at:
            raise ScheduleAfterExpiry(f"{what} ends on {ends:%Y-%m-%d}.", field="schedule_at", hint=_NEWER)
