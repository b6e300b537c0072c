"""What the content agent answers with."""

from typing import Any

from pydantic import BaseModel, Field

from cofounder.kit.errors import InputInvalid
from cofounder.models.brief import Brief, Draft


class NothingToWriteFrom(InputInvalid):
    """There is no text to work on."""


class NothingToReport(InputInvalid):
    """There is no figure and no finding to report."""


class Drafted(BaseModel):
    draft: Draft
    brief: Brief
    text: str = Field(description="The exact text as the channel will carry it.")
    persona: str
    model: str
    length: int = Field(description="As the channel counts.")
    limit: int | None
    notes: list[str] = Field(description="What could not be done, and figures that come from nowhere.")


class Edited(BaseModel):
    text: str
    draft: Draft
    brief: Brief
    words_before: int
    words_after: int
    diff: list[str] = Field(description="A unified diff of lines.")
    notes: list[str]


class Headlines(BaseModel):
    headlines: list[str]
    draft: Draft
    brief: Brief
    notes: list[str]


class Reported(BaseModel):
    text: str
    draft: Draft
    brief: Brief | None = Field(default=None, description="None where the findings' own words were laid together.")
    insights: list[str]
    rows: list[dict[str, Any]]
    notes: list[str]


@tool(
    SERVER,
    category="writing",
    seconds=_CALL.seconds,
    cost_usd=_CALL.cost_usd,
    dependencies=("financial.find_story",),
    read_only=False,
)
async def draft(
    request: str,
    topic: str,
    channel: Channel,
    thread: bool = False,
    tone: str = "professional",
    audience: str | None = None,
    persona: str | None = None,
    facts: list[Fact] | None = None,
    period: Period | None = None,
    passages: list[Passage] | None = None,
    constraints: Constraints | None = None,
    avoid: list[str] | None = None,
    company: str | None = None,
    language: str = "en",
    kind: WritingKind | None = None,
    seed: Seed = "0",
    attempt: int = 0,
    task_id: TaskId = None,
    scope: str = "content.draft",
) -> Drafted:
    """Write a text for one channel from the given facts and passages, in one voice."""
    wanted = constraints or Constraints()
    brief = Brief(
        kind=kind or briefs.kind_of(channel, thread),
        request=request,
        topic=topic,
        form=briefs.form_of(channel, thread, wanted),
        tone=tone,
        audience=audience,
        persona=briefs.voice(wanted.persona or persona),
        language=language,
        period=period,
        facts=facts or [],
        passages=passages or [],
        avoid=avoid or [],
        company=company,
        seed=seed,
        attempt=attempt,
        **briefs.insisted(wanted),
    )
    return _drafted(await models.write(brief, task_id=task_id, scope=scope), brief)


@tool(
    SERVER,
    category="writing",
    seconds=_CALL.seconds,
    cost_usd=_CALL.cost_usd,
    dependencies=("content.evaluate",),
    read_only=False,
)
async def refine(
    draft: Draft,
    brief: Brief,
    issues: list[Issue] | None = None,
    feedback: str | None = None,
    attempt: int | None = None,
    task_id: TaskId = None,
    scope: str = "content.refine",
) -> Drafted:
    """Write a text anew from the same brief, mending the issues found and doing what a person asked to change."""
    changed = {
        "previous": draft,
        "issues": issues or [],
        "feedback": feedback,
        "attempt": attempt if attempt is not None else brief.attempt + 1,
    }
    anew = brief.model_copy(update=changed)
    return _drafted(await models.write(anew, task_id=task_id, scope=scope), anew)
