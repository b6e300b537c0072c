"""Quality check and refinement as phases: judge every variant, hand the issues back, keep the best version."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from cofounder import channels
from cofounder.business.records import service as records
from cofounder.channels.tagging import Tags, bare
from cofounder.flow.plan.tools import registry
from cofounder.flow.quality import asking, queries, service
from cofounder.flow.quality.judging import without
from cofounder.flow.quality.refine import Judged, next_move
from cofounder.flow.quality.schemas import Assessment, Subject
from cofounder.flow.request.phases import Result, done, ours, phase, skipped
from cofounder.flow.run import rendering
from cofounder.flow.run import service as run
from cofounder.flow.run.service import Variant
from cofounder.kit.db import reading, transaction
from cofounder.kit.errors import CofounderError
from cofounder.models.brief import Brief, Draft
from cofounder.ops import runtime
from cofounder.settings import settings

EARLIER_POSTS = 50
NOTHING = "This task has no text for a channel."
EVERY_ROUND = "every_round"  # of the setting judge_model


@dataclass(frozen=True)
class Beside:
    """What a task's texts are judged beside: earlier posts, and history as of the request."""

    earlier: list[str]
    as_of: datetime
    topic: str | None
    tags: Mapping[str, Tags | None]  # what the links of each channel's text get
    publish_at: datetime | None


@dataclass(frozen=True)
class Loop:
    """What the loop is held to. `judged`: a model judges each round, and its word counts in the loop."""

    threshold: float
    limit: int
    judged: bool


@phase("quality_check")
async def quality_check(task_id: UUID) -> Result:
    """Judge the current version of every variant and store each verdict with its evidence."""
    async with transaction(durable=False) as session:
        current = await run.current_variants(session, task_id)
        threshold = float(await runtime.value(session, "quality_threshold"))
        scores = await _judge_deliverables(session, task_id, threshold)
        if not current and not scores:
            return skipped("Nothing here is a text to judge.")
        beside = await _beside(session, task_id, current)
        for channel, variant in current.items():
            verdict = await _judge(session, task_id, variant, current, beside, round=0, threshold=threshold)
            scores.append((channel, verdict.overall))
        lowest = min(score for name, score in scores if name in current or not current)
        await records.update_task(session, task_id, quality_score=Decimal(str(lowest)))
    return done(note=", ".join(f"{channel} {score:.3f}" for channel, score in scores))


@phase("refinement")
async def refinement(task_id: UUID) -> Result:
    """Refine what fails, or what a person asked to change, while it improves and up to the limit."""
    async with reading() as session:
        current = await run.current_variants(session, task_id)
        if not current:
            return skipped(NOTHING)
        loop = Loop(
            threshold=float(await runtime.value(session, "quality_threshold")),
            limit=int(await runtime.value(session, "max_refinements")),
            judged=await runtime.value(session, "judge_model") == EVERY_ROUND,
        )
        asked = await runtime.value(session, "judge_model") != "off"
        feedback = await queries.open_feedback(session, task_id)
        stands = feedback is None and not loop.judged and await _all_stand(session, task_id, current, loop)
        beside = await _beside(session, task_id, current) if not stands else None
    rounds = await _rounds(task_id, sorted(current), feedback, beside, loop) if beside is not None else 0
    judged = await asking.judge_final(task_id) if asked else 0
    if stands and not judged:
        return skipped("Every variant passed.")
    async with transaction() as session:
        task = await ours(session, task_id)
        await _keep_score(session, task_id, await run.current_variants(session, task_id))
        if rounds:
            await records.update_task(session, task_id, refinements=task.refinements + rounds)
    if not rounds:
        return skipped("Every variant passed.")
    return done(note=f"{rounds} refinement{'s' if rounds != 1 else ''}")


async def _rounds(task_id: UUID, named: Sequence[str], feedback: str | None, beside: Beside, loop: Loop) -> int:
    """Rounds that all channels took together."""
    rounds = 0
    for channel in named:
        if rounds:  # a sibling reads differently now
            await _judge_again(task_id, channel, beside, loop.threshold)
        rounds += await _refine(task_id, channel, feedback, beside, loop)
    return rounds


async def _all_stand(session: AsyncSession, task_id: UUID, current: Mapping[str, Variant], loop: Loop) -> bool:
    """Whether nothing is to be refined and each channel's best version stands already, as after most first drafts."""
    for channel, variant in current.items():
        history = await _history(session, task_id, channel, loop)
        move = next_move(history, threshold=loop.threshold, max_rounds=loop.limit, feedback=None)
        if move.go_on or not history or not variant.is_best or move.best != variant.version or len(history) > 1:
            return False
    return True


async def _judge_deliverables(session: AsyncSession, task_id: UUID, threshold: float) -> list[tuple[str, float]]:
    """Texts for no channel (an analysis, headline ideas, a shortened text) are judged too, and shown with the verdict."""
    scores = []
    for number, made in enumerate(await run.deliverables(session, task_id), 1):
        if not (made.data.get("draft") and made.data.get("brief")):
            continue
        try:
            draft, brief = Draft.model_validate(made.data["draft"]), Brief.model_validate(made.data["brief"])
        except ValidationError:
            continue  # an outside tool means something else by these names
        subject = Subject(
            draft=draft,
            brief=brief,
            rendered=channels.render("outbox", draft),
            channel="outbox",
            threshold=threshold,
        )
        verdict = await service.judge(session, task_id, made.kind, number, subject)
        scores.append((made.kind, verdict.overall))
    return scores


async def _judge_again(task_id: UUID, channel: str, beside: Beside, threshold: float) -> None:
    async with transaction() as session:
        current = await run.current_variants(session, task_id)
        before = await service.of_version(session, task_id, channel, current[channel].version)
        if before is not None:
            await _judge(session, task_id, current[channel], current, beside, round=0, threshold=threshold)


async def _refine(task_id: UUID, channel: str, feedback: str | None, beside: Beside, loop: Loop) -> int:
    """Rounds that this channel took. Each round is one transaction, so a kill repeats at most one."""
    rounds = 0
    while True:
        if loop.judged:
            await asking.judge_newest(task_id, channel)
        async with reading() as session:
            history = await _history(session, task_id, channel, loop)
            current = await run.current_variants(session, task_id)
        variant = current[channel]
        wanted = None if history else feedback  # a version judged since the decision has taken it up
        move = next_move(history, threshold=loop.threshold, max_rounds=loop.limit, feedback=wanted)
        if not move.go_on or (variant.origin == "given" and wanted is None):
            await _settle(task_id, channel, move.best)
            return rounds
        try:
            answer = await registry.call(
                "content.refine",
                {
                    "draft": variant.draft,
                    "brief": _clear_of(variant, _earlier_siblings(channel, current)),
                    "issues": [issue.model_dump(mode="json") for issue in move.issues],
                    "feedback": wanted,
                    "task_id": str(task_id),
                    "scope": f"refine:{channel}:{variant.version}",
                    "attempt": variant.version,
                },
                timeout_seconds=settings().step_timeout_seconds,
            )
        except CofounderError:
            await _settle(task_id, channel, move.best)
            return rounds
        rounds += 1
        await _judge_new(task_id, channel, answer, beside, current, round=len(history), threshold=loop.threshold)


def _clear_of(variant: Variant, siblings: Mapping[str, str]) -> dict[str, Any]:
    """The brief, told to share no run of words with the siblings either."""
    avoid = list(dict.fromkeys([*siblings.values(), *variant.brief.get("avoid", [])]))
    return {**variant.brief, "avoid": avoid}


async def _judge_new(
    task_id: UUID,
    channel: str,
    answer: Mapping[str, Any],
    beside: Beside,
    current: Mapping[str, Variant],
    *,
    round: int,
    threshold: float,
) -> Assessment:
    async with transaction() as session:
        await ours(session, task_id)
        variant = await run.add_variant(
            session,
            task_id,
            channel,
            draft=Draft.model_validate(answer["draft"]),
            brief=Brief.model_validate(answer.get("brief") or current[channel].brief),
            origin="refinement",
            by="content.refine",
        )
        return await _judge(
            session, task_id, variant, {**current, channel: variant}, beside, round=round, threshold=threshold
        )


async def _settle(task_id: UUID, channel: str, best: int | None) -> None:
    """Let the best version stand."""
    async with transaction() as session:
        await ours(session, task_id)
        for variant in await run.variants(session, task_id):
            if variant.channel == channel and variant.version == best and not variant.is_best:
                await run.mark_best(session, variant)


async def _history(session: AsyncSession, task_id: UUID, channel: str, loop: Loop) -> list[Judged]:
    """The judged versions of this channel since the last decision, oldest first.

    A model is asked about the text that stands in the end, so its word is left out here: a start after a kill, when it
    may have spoken already, moves as the first one did.
    """
    rows = await queries.since_last_decision(session, task_id, channel)
    found = [(row.version, service.read(row)) for row in rows]
    return [Judged(version, verdict if loop.judged else without(verdict)) for version, verdict in found]


async def _beside(session: AsyncSession, task_id: UUID, current: Mapping[str, Variant]) -> Beside:
    task = await records.get_task(session, task_id)
    posts = await records.recent_posts(session, task.as_of, EARLIER_POSTS)
    tags = {channel: await rendering.tags(session, task, channel) for channel in current}
    earlier = [bare(post.content) for post in posts if post.task_id != task_id]
    return Beside(earlier, task.as_of, task.topic, tags, task.publish_at)


async def _judge(
    session: AsyncSession,
    task_id: UUID,
    variant: Variant,
    current: Mapping[str, Variant],
    beside: Beside,
    *,
    round: int,
    threshold: float,
) -> Assessment:
    draft = Draft.model_validate(variant.draft)
    rendered = channels.render(variant.channel, draft, beside.tags.get(variant.channel))
    siblings = _earlier_siblings(variant.channel, current)
    expected = await service.foretold(
        session,
        rendered,
        draft,
        channel=variant.channel,
        as_of=beside.as_of,
        topic=beside.topic,
        persona=variant.persona,
        publish_at=beside.publish_at,
    )
    subject = Subject(
        draft=draft,
        brief=Brief.model_validate(variant.brief),
        rendered=rendered,
        channel=variant.channel,
        earlier_texts=beside.earlier,
        siblings=siblings,
        expected=expected,
        threshold=threshold,
    )
    return await service.judge(session, task_id, variant.channel, variant.version, subject, round)


def _earlier_siblings(channel: str, current: Mapping[str, Variant]) -> dict[str, str]:
    """The texts of the variants before this one: of two that share words, the later gives way."""
    before = [name for name in current if name < channel]
    return {name: channels.render(name, Draft.model_validate(current[name].draft)).plain for name in before}


async def _keep_score(session: AsyncSession, task_id: UUID, current: Mapping[str, Variant]) -> None:
    """The task's score is the lowest of its variants': it is as good as its weakest text."""
    scores = []
    for channel, variant in current.items():
        row = await queries.of_version(session, task_id, channel, variant.version)
        if row is not None:
            scores.append(row.overall)
    if scores:
        await records.update_task(session, task_id, quality_score=min(scores))
