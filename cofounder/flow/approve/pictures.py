"""Images of the texts under decision: attached, ordered and described by a person, inside of what is fingerprinted."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder import channels
from cofounder.business.records import service as records
from cofounder.channels import senders
from cofounder.channels.accounts import of as connections_of
from cofounder.channels.accounts.providers.x import MEDIA as X_MEDIA
from cofounder.channels.images import limits
from cofounder.channels.images import service as images
from cofounder.channels.images.errors import ImagesUnfit
from cofounder.channels.images.service import Attached, Wanted
from cofounder.channels.picturing import with_images
from cofounder.channels.senders import Account
from cofounder.flow.approve import accounts, checks
from cofounder.flow.approve.errors import ComplianceBlocks
from cofounder.flow.approve.schemas import AttachIn, ImageShown
from cofounder.flow.approve.tables import Approval
from cofounder.flow.quality.detectors import check_text
from cofounder.flow.request.spelling import spelled, spelling
from cofounder.flow.run import service as run
from cofounder.ops import connections

Content = dict[str, Any]  # channel -> rendered


async def dressed(session: AsyncSession, task_id: UUID, content: Mapping[str, Any]) -> Content:
    """The texts with the images that are attached to the task now, each channel with its own."""
    return _dressed(content, await images.attached(session, task_id))


async def attach(session: AsyncSession, approval: Approval, wanted: Sequence[AttachIn], *, by: str) -> Content:
    """Let these be the task's images, in this order; gives the texts with them, which are the versions that stand.

    Raises ChannelUnknown, ImageMissing, ImageTwice, AltTextMissing, AltTextUnfit, ComplianceBlocks.
    """
    await give(session, approval.task_id, wanted, list(approval.content), by=by)
    content = await dressed(session, approval.task_id, approval.content)
    for channel, variant in (await run.current_variants(session, approval.task_id)).items():
        if channel in content:
            variant.rendered = content[channel]  # what was approved of a version is what the version reads
    return content


async def give(session: AsyncSession, task_id: UUID, wanted: Sequence[AttachIn], there: list[str], *, by: str) -> None:
    """Attach images to a task that has texts for the channels `there`. Raises as `attach`."""
    for place, one in enumerate(wanted):  # an alt text is published as any other
        found = [issue.message for issue in check_text(one.alt).findings if issue.severity == "blocking"]
        if found:
            raise ComplianceBlocks(" ".join(found), field=f"images.{place}.alt", hint="Change the alt text.")
    named = [
        Wanted(
            sha256=one.image,
            alt=one.alt,
            channels=tuple(
                checks.known(name, there, f"images.{place}.channels.{at}") for at, name in enumerate(one.channels or [])
            ),
            field=f"images.{place}",
        )
        for place, one in enumerate(wanted)
    ]
    await images.attach(session, task_id, named, by=by)


async def shown(session: AsyncSession, task: records.TaskRow, content: Mapping[str, Any]) -> list[ImageShown]:
    """The images of a round as it stands, in order, each with the channels that show it."""
    names = spelling(task)
    attached = {one.picture.sha256: one for one in await images.attached(session, task.id)}
    seen = {one.sha256: one for rendered in content.values() for one in pictures_of(rendered)}
    order = [*attached, *(sha256 for sha256 in seen if sha256 not in attached)]
    made = []
    for sha256 in order:
        known = attached.get(sha256)
        only = [spelled(channel, names) for channel in known.channels] if known and known.channels else None
        made.append(ImageShown.of(known.picture if known else seen[sha256], channels=only))
    return made


def pictures_of(rendered: Mapping[str, Any]) -> list[images.Picture]:
    """The images of a stored text, in order."""
    return [images.Picture.model_validate(one) for one in rendered.get("images") or []]


def problems(channel: str, account: Account, rendered: Mapping[str, Any]) -> list[str]:
    """What of a text's images the way it would go does not take, a sentence each."""
    pictures = pictures_of(rendered)
    return limits.breaches(channel, account.sender, pictures) + (_lacking(channel, account) if pictures else [])


def _lacking(channel: str, account: Account) -> list[str]:
    """What an account that was connected before images went out was never asked for."""
    connected = connections_of(channel, account.name)
    scopes = connected.details.get("scopes") if connected is not None and account.sender == "x" else None
    if scopes is None or X_MEDIA in scopes:
        return []
    return [f"X gave {account.name} no right to images ({X_MEDIA}): connect the account again."]


async def refuse_unfit(
    session: AsyncSession,
    task: records.TaskRow,
    approval: Approval,
    publish: Sequence[str],
    named: Mapping[str, str] | None = None,
) -> None:
    """Raise ImagesUnfit where a channel that was chosen would not take the images of its text."""
    if not any(pictures_of(approval.content[channel]) for channel in publish):
        return
    await connections.refresh(session)
    going = accounts.chosen(publish, named, schedule_at=None, only_outbox=task.automatic)
    found = [told for channel in publish for told in problems(channel, going[channel], approval.content[channel])]
    if found:
        raise ImagesUnfit(" ".join(found), errors=[{"field": "images", "message": told} for told in found])


def any_unfit(task: records.TaskRow, content: Mapping[str, Any]) -> bool:
    """Whether any channel would not take the images of its text, by the account that it goes by of itself."""
    return any(
        problems(channel, senders.route(channel, only_outbox=task.automatic), rendered)
        for channel, rendered in content.items()
    )


def _dressed(content: Mapping[str, Any], attached: Sequence[Attached]) -> Content:
    made = {}
    for channel, stored in content.items():
        rendered = channels.Rendered.model_validate(stored)
        changed = with_images(rendered, images.of_channel(attached, channel))
        made[channel] = stored if changed is rendered else changed.model_dump(mode="json")
    return made
