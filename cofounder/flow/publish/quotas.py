"""Whether an account has room for a text at the time for which it is to be scheduled."""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder import channels
from cofounder.channels.accounts.errors import AccountUnfit
from cofounder.channels.senders import Account, linkedin, x
from cofounder.channels.senders.books import Quota
from cofounder.flow.publish import queries


def of(sender: str) -> Quota | None:
    """What a sender's channel takes of one account."""
    return {"linkedin": linkedin.QUOTA, "x": x.QUOTA}.get(sender)


async def check(session: AsyncSession, account: Account, at: datetime) -> None:
    """Raise AccountUnfit where one text more at that time would pass the channel's quota."""
    quota = of(account.sender)
    if quota is None:
        return
    there = await queries.around(session, account.sender, account.name, at - quota.within, at + quota.within)
    ends = [at, *(when for when, _ in there if when > at)]
    fullest = max(sum(posts for when, posts in there if end - quota.within < when <= end) for end in ends)
    if fullest >= quota.posts:
        told = f"{channels.called(account.sender)} takes {quota.words}"
        raise AccountUnfit(
            f"{told}, and {fullest} by {account.name} stand around {at:%Y-%m-%d %H:%M} UTC already.",
            field="schedule_at",
            hint="Choose another time.",
        )
