"""Which sites are the company's own, and whether links to them are tagged: said in the settings, else its blogs'."""

from typing import Literal
from uuid import UUID

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.channels.accounts import PROVIDERS, every, refresh
from cofounder.channels.tagging import Tags, tags
from cofounder.kit.http import Shown
from cofounder.ops import runtime
from cofounder.settings import own_sites

_EXAMPLE = UUID(int=0)


class LinksOut(Shown):
    """What happens to links in texts that go to a channel."""

    tagged: bool = Field(description="Whether links to these sites are tagged now.")
    sites: list[str] = Field(description="The company's own sites; each stands for all below it too.")
    said_by: Literal["environment", "settings", "blogs", "nobody"] = Field(
        description="Where the sites are known from."
    )
    note: str = Field(description="How it stands, in a sentence.")
    example: str | None = Field(description="How a link looks in a LinkedIn text; null where nothing is tagged.")


async def for_text(session: AsyncSession, channel: str, task_id: UUID, title: str | None) -> Tags | None:
    """The tags of a task's links on a channel; None where links are not tagged."""
    if not await runtime.value(session, "tag_links"):
        return None
    named, _ = await _known(session)
    return tags(named, channel, task_id, title) if named else None


async def standing(session: AsyncSession) -> LinksOut:
    """Whether links are tagged, to which sites, and what to set where they are not."""
    on = bool(await runtime.value(session, "tag_links"))
    named, said_by = await _known(session)
    return LinksOut(
        tagged=on and bool(named),
        sites=list(named),
        said_by=said_by,
        note=_note(on, named, said_by),
        example=tags(named, "linkedin", _EXAMPLE, "Spring prices").of(f"https://{named[0]}/") if on and named else None,
    )


async def _known(
    session: AsyncSession,
) -> tuple[tuple[str, ...], Literal["environment", "settings", "blogs", "nobody"]]:
    said = (await runtime.effective(session))["own_sites"]
    if said.value:
        return own_sites(str(said.value)), "environment" if said.source == "environment" else "settings"
    await refresh(session)
    blogs = [one.connected.address for one in every() if PROVIDERS.get(one.provider) == "blog" and one.connected]
    found = dict.fromkeys(host for address in blogs for host in _hosts(address))
    return tuple(found), "blogs" if found else "nobody"


def _hosts(address: str) -> tuple[str, ...]:
    try:
        return own_sites(address)
    except ValueError:  # a blog at an address in one's own network has no site that the world can visit
        return ()


def _note(on: bool, named: tuple[str, ...], said_by: str) -> str:
    listed = ", ".join(named)
    if not on:
        return "Links are not tagged: what visitors did after a post cannot be joined to it."
    if not named:
        return "No site of your own is known, so no link is tagged. Name your sites, or connect your blog."
    whose = "your connected blog" if said_by == "blogs" else "the settings"
    return f"Links to {listed} and what lies below are tagged (known from {whose})."
