"""Who tries passwords has to wait longer with each failure. Kept in the database, so that all servers count together.

An attempt counts as failed before the password is looked at, and is given back when it fits: of a thousand that come at
once, only as many are tried as one after the other. Each count is a transaction of its own: the refusal that follows
must not undo it.
"""

import ipaddress
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from cofounder.kit import db
from cofounder.kit.clock import now
from cofounder.kit.errors import CofounderError
from cofounder.people import queries
from cofounder.people.names import folded
from cofounder.people.signs import digest

FREE = {"name": 5, "address": 30}  # failures before anybody waits; an office may share one address
LONGEST = timedelta(minutes=15)
FORGOTTEN = timedelta(minutes=30)  # without a failure
_SWEPT = timedelta(days=1)


class TooManyAttempts(CofounderError):
    """There were too many failed sign-ins."""

    status = 429
    hint = "Wait that long, then try again. A link from the command line always works: cofounder people link"


class Attempt:
    """One attempt, which fails unless it says that it passed."""

    def __init__(self) -> None:
        self.passed = False


def subjects(name: str, address: str | None) -> list[str]:
    """What is counted: the name, in all spellings that are looked up as one, and where it came from.

    The name as a digest: a mistyped password must not lie here.
    """
    found = [f"name:{digest(folded(name)).hex()[:32]}"]
    return [*found, f"address:{network(address)}"] if address else found


def network(address: str) -> str:
    """Who holds an IPv6 address holds the 64 bits below it: they count as one."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return address[:64]
    return str(ipaddress.ip_network(f"{known}/64", strict=False)) if known.version == 6 else str(known)


@asynccontextmanager
async def attempt(counted: list[str]) -> AsyncIterator[Attempt]:
    """Try a password inside the block. Raises TooManyAttempts, with nothing counted, while one of them has to wait."""
    await _count(sorted(counted))
    tried = Attempt()
    yield tried
    if tried.passed:
        await _give_back(sorted(counted))


async def _count(counted: list[str]) -> None:
    at = now()
    async with db.transaction() as session:
        rows = [await queries.locked_attempts(session, subject, at) for subject in counted]
        # One beyond the longest wait was set while the clock was wrong, and nobody has to sit that out.
        set_rightly = [row.blocked_until for row in rows if row.blocked_until and row.blocked_until <= at + LONGEST]
        until = max(set_rightly, default=at)
        if until <= at:
            for row in rows:
                row.failures = 1 if row.last_at < at - FORGOTTEN else row.failures + 1
                row.last_at = at
                row.blocked_until = wait_until(row.subject.partition(":")[0], row.failures, at)
            await queries.sweep_attempts(session, at - _SWEPT)
    if until > at:
        seconds = max(1, round((until - at).total_seconds()))
        raise TooManyAttempts(f"Wait {_spoken(seconds)}.", retry_after=seconds)


async def _give_back(counted: list[str]) -> None:
    """A sign-in that succeeds clears its name; its address keeps the failures that it had."""
    at = now()
    async with db.transaction() as session:
        for subject in counted:
            row = await queries.locked_attempts(session, subject, at)
            row.failures = 0 if subject.startswith("name:") else max(0, row.failures - 1)
            row.blocked_until = None


def _spoken(seconds: int) -> str:
    number, noun = (seconds, "second") if seconds < 120 else (math.ceil(seconds / 60), "minute")
    return f"{number} {noun}{'' if number == 1 else 's'}"


def wait_until(kind: str, failures: int, at: datetime) -> datetime | None:
    """One second after the first failure too many, twice as long after each that follows, at most 15 minutes."""
    over = failures - FREE[kind]
    return None if over <= 0 else at + min(timedelta(seconds=2 ** min(over - 1, 12)), LONGEST)
