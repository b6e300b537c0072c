"""Another text for a channel, written from the same brief: judged alike, kept beside what waits, one of them chosen.

Those that were not chosen are kept with the decision: the same request on both sides, one text that a person took and
one that they left.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder import channels
from cofounder.business.records import service as records
from cofounder.channels import fitting
from cofounder.channels.tagging import Tags
from cofounder.flow.approve import checks, pictures, texts
from cofounder.flow.approve.errors import EditMisplaced, EnoughOffered, NoOtherText, VersionUnknown
from cofounder.flow.approve.schemas import OfferedOut
from cofounder.flow.approve.tables import Approval
from cofounder.flow.quality import service as quality
from cofounder.flow.run import rendering
from cofounder.flow.run import service as run
from cofounder.models import service as models
from cofounder.models.brief import Brief, Draft

MOST = 3  # texts of a channel in a round
_TRIES = 5


@dataclass(frozen=True)
class Asked:
    """What another text is written from, and the texts that it must differ from."""

    task_id: UUID
    round: int
    channel: str
    brief: Brief
    there: frozenset[str]
    number: int
    tags: Tags | None


@dataclass(frozen=True)
class Written:
    channel: str
    draft: Draft
    brief: Brief
    rendered: dict[str, Any]


def named(approval: Approval, name: str) -> str:
    """The channel's canonical name. Raises EditMisplaced where no text waits, ChannelUnknown."""
    if approval.kind != "content":
        raise EditMisplaced(field="channel")
    return checks.known(name, list(approval.content), "channel")


async def asked(session: AsyncSession, approval: Approval, channel: str) -> Asked:
    """Raises EnoughOffered."""
    known = approval.offered.get(channel, {}).get("texts", [])
    if len(known) >= MOST:
        raise EnoughOffered(f"{MOST} texts are there.", field="channel")
    current = (await run.current_variants(session, approval.task_id))[channel]
    there = {one["text"] for one in known} | {texts.visible_text(approval.content[channel])}
    brief = Brief.model_validate(current.brief)
    task = await records.get_task(session, approval.task_id)
    avoid = [*texts.siblings(approval.content, channel).values(), *brief.avoid]  # no words in common with those either
    return Asked(
        task_id=approval.task_id,
        round=approval.round,
        channel=channel,
        brief=brief.model_copy(update={"avoid": list(dict.fromkeys(avoid))}),
        there=frozenset(there),
        number=max(len(known), 1),
        tags=await rendering.tags(session, task, channel),
    )


async def write(asked: Asked) -> Written:
    """A text that is none of those there and that the channel takes. Raises NoOtherText."""
    for extra in range(_TRIES):
        changed: dict[str, Any] = {
            "previous": None,
            "issues": [],
            "seed": f"{asked.brief.seed}|another {asked.number}.{extra}",
            "attempt": asked.brief.attempt + asked.number + extra,
        }
        brief = asked.brief.model_copy(update=changed)
        scope = f"alternative:{asked.channel}:{asked.round}.{asked.number}.{extra}"
        draft = await models.write(brief, task_id=asked.task_id, scope=scope)
        rendered = channels.render(asked.channel, draft, asked.tags)
        stored = texts.as_stored(rendered)
        if fitting.fits(rendered) and texts.visible_text(stored) not in asked.there:
            return Written(asked.channel, draft, brief, stored)
    raise NoOtherText(field="channel")


async def put(session: AsyncSession, task: records.TaskRow, approval: Approval, written: Written, *, by: str) -> None:
    """Keep another text beside those of its channel. Raises EnoughOffered, where somebody else was faster."""
    channel = written.channel
    current = (await run.current_variants(session, task.id))[channel]
    known = approval.offered.get(channel) or {
        "chosen": current.version,
        "before": approval.pending_content[channel],
        "texts": [{"version": current.version, "text": texts.visible_text(approval.content[channel])}],
    }
    if len(known["texts"]) >= MOST:
        raise EnoughOffered(f"{MOST} texts are there.", field="channel")
    row = await run.add_variant(
        session,
        task.id,
        channel,
        draft=written.draft,
        brief=written.brief,
        origin="alternative",
        by=by,
        rendered=written.rendered,
        stands=False,
    )
    await texts.judge(session, task, row, {**approval.content, channel: written.rendered})
    more = {"version": row.version, "text": texts.visible_text(written.rendered)}
    approval.offered = {**approval.offered, channel: {**known, "texts": [*known["texts"], more]}}
    await session.flush()


async def choose(session: AsyncSession, task: records.TaskRow, approval: Approval, channel: str, version: int) -> None:
    """Make one of a channel's texts the one that waits. Raises VersionUnknown, ComplianceBlocks."""
    known = approval.offered.get(channel)
    if known is None or version not in [one["version"] for one in known["texts"]]:
        raise VersionUnknown(f"{version} is none of them.", field="version")
    row = next(one for one in await run.variants(session, task.id) if (one.channel, one.version) == (channel, version))
    verdict = await quality.of_version(session, task.id, channel, version)
    if verdict is not None:
        texts.refuse(channel, verdict, field="version")
    assert row.rendered is not None
    row.rendered = (await pictures.dressed(session, task.id, {channel: row.rendered}))[channel]
    await run.mark_best(session, row)
    before = row.rendered if row.origin == "alternative" else known["before"]
    approval.content = {**approval.content, channel: row.rendered}
    approval.pending_content = {**approval.pending_content, channel: before}  # an edit is told against what was chosen
    approval.offered = {**approval.offered, channel: {**known, "chosen": version}}
    await texts.keep_score(session, task.id)


def left(approval: Approval, chosen: list[str]) -> dict[str, list[str]] | None:
    """channel -> the texts that could have been taken, where there were any; of the channels chosen, or of all."""
    found = {
        channel: [one["text"] for one in known["texts"] if one["version"] != known["chosen"]]
        for channel, known in approval.offered.items()
        if not chosen or channel in chosen
    }
    return found or None


async def offered(session: AsyncSession, approval: Approval, channel: str) -> list[OfferedOut]:
    """A channel's texts to choose from, in the order in which they were written."""
    known = approval.offered[channel]
    rows = {one.version: one for one in await run.variants(session, approval.task_id) if one.channel == channel}
    found = []
    for one in known["texts"]:
        row = rows[one["version"]]
        rendered = channels.Rendered.model_validate(row.rendered)
        verdict = await quality.of_version(session, approval.task_id, channel, row.version)
        found.append(
            OfferedOut(
                version=row.version,
                origin=row.origin,
                content=one["text"],
                length=rendered.length,
                limit=rendered.limit,
                quality_score=verdict.overall if verdict else None,
                quality_passed=verdict.passed if verdict else None,
                issues=[issue.model_dump(mode="json") for issue in verdict.issues] if verdict else [],
                chosen=row.version == known["chosen"],
            )
        )
    return found
