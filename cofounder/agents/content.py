"""The content agent: drafts, edits, refines, formats, judges, plans and reports. It writes only what a brief holds."""

import difflib
from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from cofounder import channels
from cofounder.agents import briefs, calendar
from cofounder.agents.answers import Drafted, Edited, Headlines, NothingToReport, NothingToWriteFrom, Reported
from cofounder.agents.tools import agent, tool
from cofounder.business.records import service as records
from cofounder.channels import Rendered
from cofounder.flow.quality.evaluator import evaluate as judge
from cofounder.flow.quality.schemas import Assessment, Subject
from cofounder.kit import db
from cofounder.kit.clock import now
from cofounder.models import prices
from cofounder.models import service as models
from cofounder.models.brief import Brief, Draft, Earlier, Fact, Issue, Passage, Period, WritingKind
from cofounder.models.intent import Constraints
from cofounder.personas import service as personas
from cofounder.settings import settings

SERVER = agent(
    "content",
    "Writes and reworks texts from facts and passages that it is given, for a channel and in a voice. It invents no "
    "figure and publishes nothing.",
)
_CALL = prices.expected(settings().model)
CALENDAR_LOOK_BACK = timedelta(days=365)

Edit = Literal["shorten", "restyle", "edit", "summarise"]
_EDIT_KINDS: dict[str, WritingKind] = {
    "shorten": "shorten",
    "restyle": "restyle",
    "edit": "edit",
    "summarise": "summary",
}
Channel = Annotated[str, Field(description="linkedin, x (or twitter), facebook, email, blog, webhook, outbox")]
TaskId = Annotated[UUID | None, Field(description="The task that pays for the call.")]
Seed = Annotated[str, Field(description="The same seed and attempt give the same text.")]


@tool(
    SERVER,
    category="writing",
    seconds=_CALL.seconds,
    cost_usd=_CALL.cost_usd,
    by_model=True,
    role="writer",
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
    patterns: Annotated[
        list[dict[str, Any]] | None, Field(description="Tested statements that stand, as memory.patterns gives them")
    ] = None,
    earlier: Annotated[
        Earlier | None, Field(description="What posts on the topic achieved, as business.similar_content gives it")
    ] = None,
    seed: Seed = "0",
    attempt: int = 0,
    task_id: TaskId = None,
    scope: str = "content.draft",
) -> Drafted:
    """Write a text for one channel from the given facts and passages, in one voice; say which patterns it follows."""
    wanted = constraints or Constraints()
    form, guidance = briefs.guided(briefs.form_of(channel, thread, wanted), patterns or [], wanted)
    form, known = briefs.informed(form, earlier, wanted, guidance)
    brief = Brief(
        kind=kind or briefs.kind_of(channel, thread),
        request=request,
        topic=topic,
        form=form,
        guidance=guidance,
        earlier=known,
        tone=tone,
        audience=audience,
        **await briefs.voice(wanted.persona or persona),
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
    by_model=True,
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


@tool(SERVER, category="writing", seconds=_CALL.seconds, cost_usd=_CALL.cost_usd, by_model=True, read_only=False)
async def edit(
    text: str,
    kind: Edit = "edit",
    request: str = "",
    tone: str | None = None,
    max_words: int | None = None,
    channel: Channel | None = None,
    constraints: Constraints | None = None,
    persona: str | None = None,
    seed: Seed = "0",
    attempt: int = 0,
    task_id: TaskId = None,
    scope: str = "content.edit",
) -> Edited:
    """Shorten, restyle, edit or summarise a given text. Its figures, names and negations stay; nothing is added."""
    if not text.strip():
        raise NothingToWriteFrom(field="text")
    wanted = constraints or Constraints()
    brief = Brief(
        kind=_EDIT_KINDS[kind],
        request=request or kind,
        topic="",
        form=briefs.narrowed(briefs.form_for_given(channel), wanted),
        tone=tone or "professional",
        **await briefs.voice(wanted.persona or persona),
        text=text,
        seed=seed,
        attempt=attempt,
        **(briefs.insisted(wanted) | {"max_words": max_words or wanted.max_words}),
    )
    made = await models.write(brief, task_id=task_id, scope=scope)
    return Edited(
        text=made.body,
        draft=made,
        brief=brief,
        words_before=len(text.split()),
        words_after=len(made.body.split()),
        diff=list(difflib.unified_diff(text.splitlines(), made.body.splitlines(), "before", "after", lineterm="")),
        notes=made.notes,
    )


@tool(SERVER, category="writing", seconds=0.01)
async def format(draft: Draft, channel: Channel) -> Rendered:
    """Lay a draft out as a channel will carry it, byte for byte. No word is changed."""
    return channels.render(channel, draft)


@tool(SERVER, category="writing", seconds=_CALL.seconds, cost_usd=_CALL.cost_usd, by_model=True, read_only=False)
async def headlines(
    topic: str,
    count: Annotated[int, Field(ge=1, le=50)] = 5,
    request: str = "",
    facts: list[Fact] | None = None,
    passages: list[Passage] | None = None,
    period: Period | None = None,
    tone: str = "professional",
    audience: str | None = None,
    persona: str | None = None,
    constraints: Constraints | None = None,
    company: str | None = None,
    seed: Seed = "0",
    attempt: int = 0,
    task_id: TaskId = None,
    scope: str = "content.headlines",
) -> Headlines:
    """Offer several headlines on one topic, each different in what it leads with."""
    wanted = constraints or Constraints()
    brief = Brief(
        kind="headlines",
        request=request or f"Headlines about {topic}",
        topic=topic,
        form=briefs.HEADLINES,
        tone=tone,
        audience=audience,
        **await briefs.voice(wanted.persona or persona),
        period=period,
        facts=facts or [],
        passages=passages or [],
        company=company,
        count=count,
        seed=seed,
        attempt=attempt,
        **briefs.insisted(wanted),
    )
    made = await models.write(brief, task_id=task_id, scope=scope)
    return Headlines(headlines=made.parts, draft=made, brief=brief, notes=[*made.notes, *briefs.unmatched(made, brief)])


@tool(SERVER, category="judging", seconds=0.05)
async def evaluate(
    draft: Draft | None = None,
    text: str | None = None,
    brief: Brief | None = None,
    channel: Channel | None = None,
    earlier_texts: list[str] | None = None,
    siblings: dict[str, str] | None = None,
) -> Assessment:
    """Score a draft or a text dimension by dimension, with the evidence and the issues found."""
    if draft is None:
        if not (text or "").strip():
            raise NothingToWriteFrom(field="text")
        draft = Draft(body=text or "", model="given")
    name = channels.canonical(channel or (brief.form.channel if brief else "outbox")) or "outbox"
    known = brief or Brief(request="", topic="", form=briefs.form_for_given(name), text=draft.body)
    return judge(
        Subject(
            draft=draft,
            brief=known,
            rendered=channels.render(name, draft),
            channel=name,
            earlier_texts=earlier_texts or [],
            siblings=siblings or {},
        )
    )


@tool(SERVER, category="planning", seconds=0.1, name="calendar")
async def plan_calendar(
    period: Period | None = None,
    channels: list[str] | None = None,
    topic: str | None = None,
    topics: list[str] | None = None,
    count: Annotated[int | None, Field(ge=1, le=200)] = None,
    as_of: datetime | None = None,
    seed: Seed = "0",
) -> calendar.Calendar:
    """Plan what to post when: date, channel, topic, voice, and its source or that it needs input. From past results."""
    moment = as_of or now()
    async with db.reading() as session:
        posts = await records.posts(session, as_of=moment, since=moment - CALENDAR_LOOK_BACK)
        voices = await personas.drawn_with(session)
    past = [
        calendar.Past(
            topic=post.topic,
            channel=post.platform,
            published_on=post.published_at.date(),
            engagement=post.engagement_rate,
            title=post.title or post.content.split("\n", 1)[0][:80],
            url=post.url,
        )
        for post in posts
    ]
    asked = list(dict.fromkeys(filter(None, [topic, *(topics or [])])))
    wanted = channels or []
    return calendar.plan(
        past, moment.date(), period=period, channels=wanted, topics=asked, count=count, seed=seed, voices=voices
    )


@tool(
    SERVER,
    category="writing",
    seconds=_CALL.seconds,
    cost_usd=_CALL.cost_usd,
    by_model=True,
    dependencies=("financial.find_story",),
    read_only=False,
)
async def report(
    facts: list[Fact] | None = None,
    insights: list[Any] | None = None,
    rows: list[dict[str, Any]] | None = None,
    missing: list[str] | None = None,
    story: str | None = None,
    period: Period | None = None,
    request: str = "",
    topic: str = "",
    tone: str = "professional",
    company: str | None = None,
    seed: Seed = "0",
    attempt: int = 0,
    task_id: TaskId = None,
    scope: str = "content.report",
) -> Reported:
    """Tell what an analysis found, in prose: the figures given, the findings in their words, and nothing else."""
    findings = _sentences([story, *(insights or [])])
    given = facts or []
    if not given:
        if not findings and not missing:
            raise NothingToReport(field="facts")
        findings = findings or ["There is no figure to report.", *_sentences([*(missing or [])])]
        made = Draft(body="\n\n".join(findings), model="given")
        return Reported(text=made.body, draft=made, insights=findings, rows=rows or [], notes=[])
    brief = Brief(
        kind="report",
        request=request or "Report the figures",
        topic=topic,
        form=briefs.REPORT,
        tone=tone,
        persona="newsReporter",
        period=period,
        facts=given,
        passages=[Passage(id=f"finding-{number}", text=words) for number, words in enumerate(findings, 1)],
        company=company,
        seed=seed,
        attempt=attempt,
    )
    made = await models.write(brief, task_id=task_id, scope=scope)
    notes = [*made.notes, *briefs.unmatched(made, brief)]
    return Reported(text=made.body, draft=made, brief=brief, insights=findings, rows=rows or [], notes=notes)


def _drafted(made: Draft, brief: Brief) -> Drafted:
    made = briefs.marked(made, brief)
    rendered = channels.render(brief.form.channel, made)
    return Drafted(
        draft=made,
        brief=brief,
        text=rendered.text,
        persona=brief.persona,
        model=made.model,
        length=rendered.length,
        limit=rendered.limit,
        notes=[*made.notes, *briefs.unmatched(made, brief)],
    )


def _sentences(found: list[Any]) -> list[str]:
    """The words of findings, which are sentences or objects with a `text`."""
    words = [one.get("text") if isinstance(one, dict) else one for one in found]
    return list(dict.fromkeys(str(one).strip() for one in words if one and str(one).strip()))
