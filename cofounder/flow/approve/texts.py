"""The texts under decision: frozen, changed by a person, judged again, compared."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder import channels
from cofounder.business.records import service as records
from cofounder.channels import fitting, refusals
from cofounder.channels.tagging import bare
from cofounder.flow.approve import pictures
from cofounder.flow.approve.binding import word_diff
from cofounder.flow.approve.errors import ComplianceBlocks, NothingToApprove, TextEmpty, TextTooLong, TextUnfit
from cofounder.flow.approve.schemas import Edit
from cofounder.flow.quality import service as quality
from cofounder.flow.quality.schemas import Assessment, Subject
from cofounder.flow.request.spelling import spelled, spelling
from cofounder.flow.run import rendering
from cofounder.flow.run import service as run
from cofounder.kit.blank import is_blank
from cofounder.models.brief import Brief, Draft
from cofounder.ops import runtime

EARLIER_POSTS = 50
Content = dict[str, Any]  # channel -> rendered


async def frozen(session: AsyncSession, task_id: UUID) -> Content:
    """channel -> the exact rendered text of its current variant. Raises NothingToApprove."""
    content: Content = {}
    current = await run.current_variants(session, task_id)
    for channel, variant in current.items():
        if variant.rendered is None:
            task = await records.get_task(session, task_id)
            variant.rendered = as_stored(
                await rendering.of(session, task, channel, Draft.model_validate(variant.draft))
            )
        content[channel] = variant.rendered
    if not content:
        raise NothingToApprove()
    content = await pictures.dressed(session, task_id, content)
    for channel, variant in current.items():
        variant.rendered = content[channel]
    await session.flush()
    return content


async def edit(
    session: AsyncSession, task: records.TaskRow, content: Content, edits: Mapping[str, tuple[str, Edit]], *, by: str
) -> Content:
    """The content with a person's edits in it, each stored as a new version with its assessment.

    `edits` maps a channel to the name it was sent under, which errors repeat, and the edit. Raises TextEmpty, TextTooLong, ComplianceBlocks; then nothing is stored, for the transaction ends.
    """
    current = await run.current_variants(session, task.id)
    content, names = dict(content), spelling(task)
    changed: dict[str, tuple[Draft, Brief]] = {}
    for channel, (sent, change) in edits.items():
        draft = edited(Draft.model_validate(current[channel].draft), change, field=f"edits.{sent}")
        rendered = await rendering.of(session, task, channel, draft)
        check_length(spelled(channel, names), rendered, field=f"edits.{sent}")
        content |= await pictures.dressed(session, task.id, {channel: as_stored(rendered)})
        changed[channel] = (draft, Brief.model_validate(current[channel].brief))
    for channel, (draft, brief) in changed.items():
        row = await run.add_variant(
            session, task.id, channel, draft=draft, brief=brief, origin="edit", by=by, rendered=content[channel]
        )
        verdict = await judge(session, task, row, content)
        refuse(spelled(channel, names), verdict, field=f"edits.{edits[channel][0]}")
    await keep_score(session, task.id)
    return content


async def judge(session: AsyncSession, task: records.TaskRow, variant: run.Variant, content: Content) -> Assessment:
    """Score a version by the deterministic dimensions and store the verdict with its evidence."""
    draft, brief = Draft.model_validate(variant.draft), Brief.model_validate(variant.brief)
    found = await subject(session, task, variant.channel, draft, brief, content)
    return await quality.judge(session, task.id, variant.channel, variant.version, found, variant.version - 1)


async def subject(
    session: AsyncSession, task: records.TaskRow, channel: str, draft: Draft, brief: Brief, content: Content
) -> Subject:
    """What the judge looks at: one channel's text beside the others of `content` and the earlier posts."""
    earlier = await records.recent_posts(session, task.as_of, EARLIER_POSTS)
    rendered = channels.Rendered.model_validate(content[channel])
    expected = await quality.foretold(
        session,
        rendered,
        draft,
        channel=channel,
        as_of=task.as_of,
        topic=task.topic,
        persona=brief.persona,
        publish_at=task.publish_at,
    )
    return Subject(
        draft=draft,
        brief=brief,
        rendered=rendered,
        expected=expected,
        channel=channel,
        earlier_texts=[bare(post.content) for post in earlier if post.task_id != task.id],
        siblings=siblings(content, channel),
        threshold=float(await runtime.value(session, "quality_threshold")),
    )


async def verdicts(session: AsyncSession, task_id: UUID) -> dict[str, Assessment]:
    """channel -> the verdict on the version that stands now, where there is one."""
    found = {}
    for channel, variant in (await run.current_variants(session, task_id)).items():
        verdict = await quality.of_version(session, task_id, channel, variant.version)
        if verdict is not None:
            found[channel] = verdict
    return found


async def keep_score(session: AsyncSession, task_id: UUID) -> None:
    """A task is as good as its weakest text."""
    scores = [verdict.overall for verdict in (await verdicts(session, task_id)).values()]
    if scores:
        await records.update_task(session, task_id, quality_score=Decimal(str(min(scores))))


def edited(draft: Draft, change: Edit, *, field: str) -> Draft:
    """The draft with the fields in it that the edit names. Raises TextEmpty."""
    given = {name: _without_tags(getattr(change, name)) for name in change.model_fields_set}
    whole = given.pop("content", None)
    for name in ("hashtags", "parts"):
        if name in given and given[name] is None:
            given[name] = []
    if whole is not None:
        given = {"hashtags": [], "link": None, "call_to_action": None, **given, "body": whole.strip()}
    if "body" in given and draft.parts and "parts" not in given:
        given["parts"] = [part.strip() for part in (given["body"] or "").split("\n\n") if part.strip()]
    if "parts" in given and "body" not in given:
        given["body"] = "\n\n".join(given["parts"])
    if "body" in given and is_blank(given["body"] or ""):
        raise TextEmpty(field=field)
    # What the writer said about its figures no longer holds for other words.
    return Draft.model_validate({**draft.model_dump(), **given, "figures": [], "model": draft.model})


def _without_tags(said: Any) -> Any:
    """What a person sent of a text, without the tags that its links were shown with: they are put on anew."""
    if isinstance(said, list):
        return [_without_tags(one) for one in said]
    return bare(said) if isinstance(said, str) else said


def check_length(channel: str, rendered: channels.Rendered, *, field: str) -> None:
    """Raise TextTooLong, TextUnfit when the channel would not take it."""
    why = fitting.too_long(rendered, channel)
    if why is not None:
        raise TextTooLong(why, field=field)
    why = refusals.why(rendered)
    if why is not None:
        raise TextUnfit(why, field=field)


def check_lengths(task: records.TaskRow, content: Content, wanted: list[str]) -> None:
    """Raise TextTooLong, TextUnfit where a channel that was chosen would not take its text."""
    for channel in wanted:
        rendered = channels.Rendered.model_validate(content[channel])
        check_length(spelled(channel, spelling(task)), rendered, field="publish_to_channels")


async def refuse_blocked(session: AsyncSession, task: records.TaskRow, wanted: list[str]) -> None:
    """Raise ComplianceBlocks when one of the channels carries a finding that forbids publishing."""
    found = await verdicts(session, task.id)
    for channel in wanted:
        if channel in found:
            refuse(spelled(channel, spelling(task)), found[channel], field="publish_to_channels")


def refuse(channel: str, verdict: Assessment, *, field: str) -> None:
    """Raise ComplianceBlocks, one error a finding that forbids publishing."""
    found = quality.blocking(verdict)
    if found:
        told = " ".join(issue.message for issue in found)
        raise ComplianceBlocks(
            f"{channel}: {told}", errors=[{"field": field, "message": issue.message} for issue in found]
        )


def siblings(content: Content, channel: str) -> dict[str, str]:
    """The texts of the channels before this one: of two that share words, the later gives way."""
    return {other: bare(visible_text(rendered)) for other, rendered in content.items() if other < channel}


def difference(before: Content, after: Content) -> dict[str, Any] | None:
    """channel -> {before, after, diff} where a person changed the text; None where nobody did."""
    kept = {}
    for channel, rendered in after.items():
        old, new = bare(visible_text(before.get(channel, {}))), bare(visible_text(rendered))
        if old != new:
            kept[channel] = {"before": old, "after": new, "diff": word_diff(old, new)}
    return kept or None


def as_stored(rendered: channels.Rendered) -> dict[str, Any]:
    """A rendered text as JSON, the form that is frozen and fingerprinted."""
    return rendered.model_dump(mode="json")


def visible_text(rendered: Mapping[str, Any]) -> str:
    """What a reader sees of a rendered text."""
    return str(rendered.get("plain") or rendered.get("text", ""))


def exact(content: Content, names: dict[str, str]) -> dict[str, str]:
    """channel as the request spelled it -> the exact text."""
    return {spelled(channel, names): str(rendered.get("text", "")) for channel, rendered in content.items()}
