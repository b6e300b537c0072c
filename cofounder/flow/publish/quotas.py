"""Whether an account has room for a text at the time for which it is to be scheduled."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder import channels
from cofounder.channels.accounts.errors import AccountUnfit
from cofounder.channels.senders import linkedin, x
from cofounder.channels.senders.books import Quota
from cofounder.flow.publish import queries


def of(sender: str) -> Quota | None:
    """What a sender's channel takes of one account."""
    return {"linkedin": linkedin.QUOTA, "x": x.QUOTA}.get(sender)


async def check(
    session: AsyncSession, sender: str, account: str, at: datetime, posts: int = 1, *, but: UUID | None = None
) -> None:
    """Raise AccountUnfit where so many posts more at that time would pass the channel's quota. `but`: not counting this one.

    Until the transaction ends nobody else asks about this account, so whoever writes his row before then is counted by
    the next.
    """
    quota = of(sender)
    if quota is None:
        return
    if posts > quota.posts:
        raise AccountUnfit(
            f"{channels.called(sender)} takes {quota.words}, and this thread has {posts:,}: no time has room for it.",
            field="schedule_at",
            hint=f"Shorten it to {quota.posts} posts, or make several threads of it.",
        )
    await queries.take_turn(session, f"room:{sender}:{account}")
    there = await queries.around(session, sender, account, at - quota.within, at + quota.within, but=but)
    fullest = fullest_around(there, at, quota.within)
    if fullest + posts > quota.posts:
        told = f"{channels.called(sender)} takes {quota.words}"
        raise AccountUnfit(
            f"{told}, and {fullest} by {account} stand around {at:%Y-%m-%d %H:%M} UTC already.",
            field="schedule_at",
            hint="Choose another time.",
        )


def fullest_around(there: Sequence[tuple[datetime, int]], at: datetime, within: timedelta) -> int:
    """The most posts that any span of this length holds into which a post at `at` would fall. Pure."""
    ends = [at, *(when for when, _ in there if at < when < at + within)]
    return max(sum(posts for when, posts in there if end - within < when <= end) for end in ends)
