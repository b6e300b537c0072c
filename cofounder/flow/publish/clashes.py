"""Gathers what goes out in a stretch of time, from everywhere, and asks `calendar` what of it gets in its own way."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder import channels
from cofounder.business.records import service as records
from cofounder.channels import accounts, senders
from cofounder.channels.accounts import expiring
from cofounder.flow.publish import queries, quotas
from cofounder.flow.publish.calendar import Entry, Rules, conflicts
from cofounder.flow.publish.schemas import Conflict, MeantOut, SlotNamed
from cofounder.flow.request.series import service as series
from cofounder.kit.clock import now
from cofounder.ops import connections
from cofounder.settings import settings


async def between(session: AsyncSession, since: datetime, until: datetime) -> list[Conflict]:
    """What of the plan gets in its own way in a time range, earliest first; `until` is outside of it."""
    await connections.refresh(session)
    apart = timedelta(minutes=settings().schedule_apart_minutes)
    again = timedelta(days=settings().schedule_repeat_days)
    entries = [
        Entry(**one) for one in await queries.planned(session, since - max(apart, again, timedelta(days=1)), until)
    ]
    entries += await _meant(session, since, until)
    entries += await _coming(session, since, until)
    connected = {(one.provider, one.name): one for one in accounts.current()}
    usual = senders.by_settings()
    there = {*connected, *([(usual.sender, usual.name)] if usual is not None else [])}
    rules = Rules(
        apart=apart,
        again=again,
        quotas={name: quota for name in {one.sender for one in entries} if (quota := quotas.of(name)) is not None},
        expires={name: one.expires_at for name, one in connected.items() if one.expires_at is not None},
        versions={provider: (what, ends) for provider, what, ends in expiring.api_versions()},
        gone=frozenset(
            (one.sender, one.account)
            for one in entries
            if one.sender != senders.OUTBOX and (one.sender, one.account) not in there
        ),
    )
    return [one for one in conflicts(entries, rules, now()) if one.at >= since]


async def meant(session: AsyncSession, since: datetime, until: datetime) -> list[MeantOut]:
    """Undecided tasks that are meant for a time in a range, earliest first; `until` is outside of it."""
    return [
        MeantOut(
            task_id=task.id,
            told=task.title or task.request,
            status=task.status,
            publish_at=task.publish_at,
            channels=[channel for channel, _ in _routes(_channels(task))],
            expires_at=task.expires_at,
        )
        for task in await records.meant_for(session, since, until)
        if task.publish_at is not None
    ]


def _channels(task: records.TaskRow) -> list[str]:
    """What it was understood to be for; before that what was wished."""
    return list((task.intent or {}).get("channels") or task.preferences.get("channels") or [])


async def _meant(session: AsyncSession, since: datetime, until: datetime) -> list[Entry]:
    """Undecided tasks that are meant for a time, for each channel that they are for; once where none is known yet."""
    found = []
    for task in await records.meant_for(session, since, until):
        assert task.publish_at is not None  # that is how they were found
        routes = _routes(_channels(task)) or [("", senders.Account(sender=senders.OUTBOX, name=""))]
        for channel, account in routes:
            found.append(
                Entry(
                    at=task.publish_at,
                    channel=channel,
                    sender=account.sender,
                    account=account.name,
                    task=task.id,
                    undecided=True,
                    expires_at=task.expires_at,
                )
            )
    return found


async def _coming(session: AsyncSession, since: datetime, until: datetime) -> list[Entry]:
    """Slots of series whose tasks are still to be made."""
    return [
        Entry(
            at=one.slot_at,
            channel=channel,
            sender=account.sender,
            account=account.name,
            slot=SlotNamed(series_id=one.series_id, day=one.day),
        )
        for one in await series.occurrences(session, since, until)
        if one.state == "coming"
        for channel, account in _routes(one.channels)
    ]


def _routes(names: Iterable[str]) -> list[tuple[str, senders.Account]]:
    """Each channel once, with the account that it goes by unless somebody chooses another."""
    known = dict.fromkeys(filter(None, map(channels.canonical, names)))
    return [(channel, senders.route(channel)) for channel in known]
