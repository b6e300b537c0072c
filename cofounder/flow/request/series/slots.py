"""Which days a series falls on, and which moment of such a day is meant. Pure.

A slot is a local day and a local time. Where clocks go forward and that time does not exist, the slot is as much later
as the clocks went forward (02:30 becomes 03:30). Where clocks go back and it comes twice, the first one counts. A day
that a place skipped as a whole has no slot. This is how calendars read recurring events (RFC 5545, 3.3.5).
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

Every = Literal["day", "week", "month"]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_LAST = date(2200, 1, 1)  # no series goes on for longer


@dataclass(frozen=True)
class Rule:
    """When a series comes. `weekdays` 0 is Monday, of weeks only; `month_day` of months only, at most the month's last."""

    every: Every
    interval: int
    at: time
    zone: str
    starts_on: date
    weekdays: tuple[int, ...] = ()
    month_day: int | None = None
    ends_on: date | None = None


@dataclass(frozen=True)
class Slot:
    """One day of a series and the moment that is meant, in UTC. `note`: what clocks did to it that day."""

    day: date
    at: datetime
    note: str | None = None


def days(rule: Rule, since: date) -> Iterator[date]:
    """The days of a rule from `since` on, in order."""
    last = min(rule.ends_on or _LAST, _LAST)
    for day in _endless(rule, max(since, rule.starts_on)):
        if day > last:
            return
        if day >= max(since, rule.starts_on):
            yield day


def _endless(rule: Rule, since: date) -> Iterator[date]:
    if rule.every == "day":
        gone = -((rule.starts_on - since).days // rule.interval)
        for number in range(max(gone, 0), (_LAST - rule.starts_on).days // rule.interval + 2):
            yield rule.starts_on + timedelta(days=number * rule.interval)
    elif rule.every == "week":
        monday = rule.starts_on - timedelta(days=rule.starts_on.weekday())
        gone = (since - monday).days // (7 * rule.interval)
        wanted = sorted({*rule.weekdays} or {rule.starts_on.weekday()})
        while (week := monday + timedelta(weeks=gone * rule.interval)) <= _LAST:
            yield from (week + timedelta(days=day) for day in wanted)
            gone += 1
    else:
        begun = rule.starts_on.year * 12 + rule.starts_on.month - 1
        gone = max((since.year * 12 + since.month - 1 - begun) // rule.interval, 0)
        while (month := begun + gone * rule.interval) < _LAST.year * 12:
            year, number = divmod(month, 12)
            wanted_day = rule.month_day or rule.starts_on.day
            yield date(year, number + 1, min(wanted_day, monthrange(year, number + 1)[1]))
            gone += 1


def slot(rule: Rule, day: date) -> Slot | None:
    """The moment that is meant on a day, and None where the place has no such day."""
    zone = ZoneInfo(rule.zone)
    meant = datetime.combine(day, rule.at)
    first, second = (meant.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    local = first.astimezone(zone).replace(tzinfo=None)
    if local - meant >= timedelta(days=1):
        return None
    if local != meant:
        return Slot(day, first, f"Clocks go forward: {rule.at:%H:%M} does not exist that day, so it is {local:%H:%M}.")
    if first != second:
        return Slot(day, first, f"Clocks go back: {rule.at:%H:%M} comes twice that day, and the first is meant.")
    return Slot(day, first)


def slots(rule: Rule, after: datetime) -> Iterator[Slot]:
    """The slots of a rule later than a moment, in order."""
    since = after.astimezone(ZoneInfo(rule.zone)).date() - timedelta(days=1)
    for day in days(rule, since):
        found = slot(rule, day)
        if found is not None and found.at > after:
            yield found


def words(rule: Rule) -> str:
    """Such as "Every Monday and Thursday at 09:00, Europe/Berlin"."""
    number = rule.interval
    if rule.every == "week":
        named = [WEEKDAYS[day].capitalize() for day in sorted({*rule.weekdays} or {rule.starts_on.weekday()})]
        listed = " and ".join([", ".join(named[:-1]), named[-1]] if len(named) > 1 else named)
        told = f"Every {listed}" if number == 1 else f"Every {number} weeks on {listed}"
    elif rule.every == "month":
        told = (
            f"On day {rule.month_day or rule.starts_on.day} of every {'month' if number == 1 else f'{number} months'}"
        )
    else:
        told = "Every day" if number == 1 else f"Every {number} days"
    until = f", until {rule.ends_on:%Y-%m-%d}" if rule.ends_on else ""
    return f"{told} at {rule.at:%H:%M}, {rule.zone}{until}"
