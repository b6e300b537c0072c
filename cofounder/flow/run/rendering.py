"""A task's text as its channel will carry it, with the tags that its links get."""

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder import channels
from cofounder.business.records import service as records
from cofounder.channels import sites
from cofounder.channels.tagging import Tags
from cofounder.models.brief import Draft


async def of(session: AsyncSession, task: records.TaskRow, channel: str, draft: Draft) -> channels.Rendered:
    """The draft in the channel's exact bytes. Raises UnknownChannel."""
    return channels.render(channel, draft, await tags(session, task, channel))


async def tags(session: AsyncSession, task: records.TaskRow, channel: str) -> Tags | None:
    """What the task's links get on a channel; None where links are not tagged."""
    name = channels.canonical(channel) or channel
    return await sites.for_text(session, name, task.id, task.topic or task.title)
