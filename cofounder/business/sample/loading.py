"""Puts the sample company into the records and takes it out again."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business import periods
from cofounder.business.records import service as records
from cofounder.business.sample import figures, posts
from cofounder.kit.errors import Conflict


class NotEmpty(Conflict):
    """This database holds a company's own rows; the sample would mix with them."""

    hint = "Load the sample into a home of its own: COFOUNDER_HOME=/another/folder cofounder up --sample"


async def load(session: AsyncSession, *, today: date, seed: int = 7) -> dict[str, int]:
    """Load the sample company as it stands on `today`; table name -> sample rows now there.

    Loading again changes nothing, and in a later month it replaces the generated rows; tasks that a person ran on
    the sample stay. Where somebody brought rows of their own in beside the sample, it stays as it is. Raises NotEmpty
    where there are rows that are not sample and no sample.
    """
    end = periods.month_end(figures.last_finished_month(today))
    loaded, mixed = await records.sample_ends(session), await records.has_own_rows(session)
    if mixed and loaded is None:
        raise NotEmpty()
    if mixed or loaded == end:
        return await records.count_sample(session)
    await records.remove_sample(session, generated_only=True)
    months = figures.months(today, seed)
    past = posts.history(today, seed)
    await records.add_financial(session, figures.financial(months))
    await records.add_web_days(session, figures.web(months, seed))
    await records.add_history(session, past.tasks, past.posts, past.readings)
    return await records.count_sample(session)


async def remove(session: AsyncSession) -> dict[str, int]:
    """Delete every sample row, tasks that were run on the sample included; table name -> rows removed."""
    return await records.remove_sample(session)


async def describe(session: AsyncSession) -> dict[str, int]:
    """Table name -> sample rows."""
    return await records.count_sample(session)
