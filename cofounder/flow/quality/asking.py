"""Ask a model what it says of a text, and add it to the verdict of the rules. No text waits for an opinion that fails."""

import asyncio
from collections.abc import Mapping, Sequence
from uuid import UUID

from cofounder import channels
from cofounder.channels import Rendered
from cofounder.flow.quality import service
from cofounder.flow.quality.judging import without
from cofounder.flow.quality.schemas import Assessment
from cofounder.flow.run import service as run
from cofounder.flow.run.service import Variant
from cofounder.kit.db import reading, transaction
from cofounder.models import service as models
from cofounder.models.brief import Brief, Draft
from cofounder.models.judging import Judged

AT_ONCE = 3  # of one task

Open = tuple[Variant, Assessment]


async def judge_final(task_id: UUID) -> int:
    """Ask about each text that stands and that no model judged yet; how many opinions came."""
    if not await models.judges():
        return 0
    async with reading() as session:
        current = await run.current_variants(session, task_id)
        verdicts = {
            name: await service.of_version(session, task_id, name, one.version) for name, one in current.items()
        }
    return await _asked(task_id, _open(current, verdicts))


async def judge_newest(task_id: UUID, channel: str) -> int:
    """Ask about the newest version of one channel, where no model judged it yet."""
    if not await models.judges():
        return 0
    async with reading() as session:
        mine = [one for one in await run.variants(session, task_id) if one.channel == channel]
        newest = max(mine, key=lambda one: one.version)
        verdict = await service.of_version(session, task_id, channel, newest.version)
    return await _asked(task_id, _open({channel: newest}, {channel: verdict}))


def _open(variants: Mapping[str, Variant], verdicts: Mapping[str, Assessment | None]) -> list[Open]:
    """The texts without an opinion, each with the verdict of the rules."""
    found = []
    for channel in sorted(variants):
        verdict = verdicts[channel]
        if verdict is not None and verdict.judge is None:
            found.append((variants[channel], verdict))
    return found


async def _asked(task_id: UUID, texts: Sequence[Open]) -> int:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(variant: Variant, verdict: Assessment) -> Judged | None:
        async with gate:
            return await _opinion(task_id, variant, verdict)

    said = await asyncio.gather(*(one(*each) for each in texts))
    came = [(variant, opinion) for (variant, _), opinion in zip(texts, said, strict=True) if opinion is not None]
    if came:
        async with transaction() as session:
            for variant, opinion in came:
                await service.join(session, task_id, variant.channel, variant.version, opinion)
    return len(came)


async def _opinion(task_id: UUID, variant: Variant, verdict: Assessment) -> Judged | None:
    draft, brief = Draft.model_validate(variant.draft), Brief.model_validate(variant.brief)
    return await models.judge(
        brief.request,
        seen(channels.render(variant.channel, draft)),
        channel=variant.channel,
        scores={name: score.score for name, score in without(verdict).dimensions.items()},
        written_by=draft.model,
        task_id=task_id,
        scope=f"judge:{variant.channel}:{variant.version}",
    )


def seen(rendered: Rendered) -> str:
    """The text as a reader meets it, its subject or title first."""
    head = rendered.subject or rendered.title
    return rendered.plain if not head or rendered.plain.startswith(head) else f"{head}\n\n{rendered.plain}"
