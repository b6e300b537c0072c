"""What a person's change would read and score, while they type. Stores nothing and binds nothing."""

import asyncio
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder import channels
from cofounder.business.records import service as records
from cofounder.channels import fitting
from cofounder.flow.approve import checks, pictures, queries, texts
from cofounder.flow.approve.binding import word_diff
from cofounder.flow.approve.errors import EditMisplaced, NotPending
from cofounder.flow.approve.schemas import Change, DimensionOut, Edit, PreviewOut, TriedOut
from cofounder.flow.quality.evaluator import evaluate
from cofounder.flow.quality.schemas import Assessment, Subject
from cofounder.flow.request.spelling import spelled, spelling
from cofounder.flow.run import rendering
from cofounder.flow.run import service as run
from cofounder.models.brief import Brief, Draft


async def preview(session: AsyncSession, task_id: UUID, edits: dict[str, Edit]) -> PreviewOut:
    """The edited channels rendered and judged as storing them would; a text too long is told, not refused.

    Raises TaskMissing, NotPending, EditMisplaced, ChannelUnknown, TextEmpty.
    """
    task = await records.get_task(session, task_id)
    approval = await queries.latest(session, task_id)
    if approval is None or approval.decided_at is not None:
        raise NotPending(f"The task is {task.status}: no text waits.")
    if approval.kind != "content":
        raise EditMisplaced(field="edits")
    current, names, content = await run.current_variants(session, task_id), spelling(task), dict(approval.content)
    drafts: dict[str, Draft] = {}
    for name, edit in edits.items():
        channel = checks.known(name, list(approval.content), f"edits.{name}")
        drafts[channel] = texts.edited(Draft.model_validate(current[channel].draft), edit, field=f"edits.{name}")
        rendered = texts.as_stored(await rendering.of(session, task, channel, drafts[channel]))
        content |= await pictures.dressed(session, task_id, {channel: rendered})
    tried = {}
    for channel, draft in drafts.items():
        brief = Brief.model_validate(current[channel].brief)
        subject = await texts.subject(session, task, channel, draft, brief, content)
        before = texts.visible_text(approval.content[channel])
        tried[spelled(channel, names)] = await asyncio.to_thread(_tried, subject, content[channel], before)
    return PreviewOut(task_id=task_id, fingerprint=approval.fingerprint, channels=tried)


def _tried(subject: Subject, rendered: dict[str, object], before: str) -> TriedOut:
    """In a thread of its own: a long text takes seconds, and the loop has others to serve."""
    return _told(evaluate(subject), rendered, before)


def _told(verdict: Assessment, rendered: dict[str, object], before: str) -> TriedOut:
    form = channels.Rendered.model_validate(rendered)
    after = texts.visible_text(rendered)
    return TriedOut(
        content=after,
        exact_text=form.text,
        parts=form.parts,
        html=form.html,
        length=form.length,
        limit=form.limit,
        fits=fitting.fits(form),
        quality_score=verdict.overall,
        quality_passed=verdict.passed,
        quality_dimensions={
            name: DimensionOut.model_validate(score.model_dump(mode="json"))
            for name, score in verdict.dimensions.items()
        },
        issues=[issue.model_dump(mode="json") for issue in verdict.issues],
        diff=[Change.model_validate(change) for change in word_diff(before, after)],
    )
