"""Who tries passwords has to wait longer with each failure. Kept in the database, so that all servers count together.

Each count is a transaction of its own: the refusal that follows must not undo it.
"""

from datetime import datetime, timedelta

from cofounder.kit import db
from cofounder.kit.clock import now
from cofounder.kit.errors import CofounderError
from cofounder.people import queries
from cofounder.people.signs import digest

FREE = {"name": 5, "address": 30}  # failures before anybody waits; an office may share one address
LONGEST = timedelta(minutes=15)
FORGOTTEN = timedelta(minutes=30)  # without a failure


class TooManyAttempts(CofounderError):
    """There were too many failed sign-ins."""

    status = 429
    hint = "Wait as long as Retry-After says, then try again. A link from the command line always works."


def subjects(name: str, address: str | None) -> list[str]:
    """What is counted: the name (as a digest: a mistyped password must not lie here), and where it came from."""
    found = [f"name:{digest(name.casefold().strip()).hex()[:32]}"]
    return [*found, f"address:{address}"] if address else found


async def check(counted: list[str]) -> None:
    """Raise TooManyAttempts while one of them has to wait."""
    async with db.transaction(durable=False) as session:
        until = max(
            (row.blocked_until for row in await queries.attempts(session, counted) if row.blocked_until), default=None
        )
    left = (until - now()).total_seconds() if until else 0
    if left > 0:
        raise TooManyAttempts(retry_after=max(1, round(left)))


async def failed(counted: list[str]) -> None:
    """Count one failure for each."""
    at = now()
    async with db.transaction() as session:
        for subject in sorted(counted):
            row = await queries.count_attempt(session, subject, at, forgotten=at - FORGOTTEN)
            row.blocked_until = wait_until(subject.partition(":")[0], row.failures, at)


async def passed(counted: list[str]) -> None:
    """A sign-in that succeeds clears its name; its address keeps its count."""
    async with db.transaction(durable=False) as session:
        await queries.forget_attempts(session, [subject for subject in counted if subject.startswith("name:")])


def wait_until(kind: str, failures: int, at: datetime) -> datetime | None:
    """One second after the first failure too many, twice as long after each that follows, at most 15 minutes."""
    over = failures - FREE[kind]
    return None if over <= 0 else at + min(timedelta(seconds=2 ** min(over - 1, 12)), LONGEST)
