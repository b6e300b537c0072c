"""The publishing agent: prepares, previews, checks and reports. It never sends: only a decision publishes."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field

from cofounder import channels
from cofounder.agents.tools import agent, tool
from cofounder.channels import Rendered, senders
from cofounder.channels.naming import THREAD
from cofounder.flow.publish import showing
from cofounder.flow.publish.schemas import PublicationOut
from cofounder.kit import db
from cofounder.kit.errors import InputInvalid
from cofounder.models.brief import Draft

SERVER = agent(
    "publishing",
    "Shows how a text will look and whether it fits its channel, where it would go, and what became of it. "
    "It sends nothing.",
)
Channel = Annotated[str, Field(description="linkedin, x (or twitter), facebook, email, blog, webhook, outbox")]


class NothingToPrepare(InputInvalid):
    """There is no text to prepare."""


class Way(BaseModel):
    """Where a channel's texts go."""

    delivered_by: str = Field(description="email, outbox, ...")
    account: str
    connected: bool = Field(description="Whether the channel itself takes it; else it goes to the outbox.")
    note: str | None


class Fit(Way):
    """Whether a text fits a channel, and where it would go."""

    channel: str
    length: int = Field(description="As the channel counts; of the longest post of a thread.")
    limit: int | None
    fits: bool
    problems: list[str]


class Prepared(Fit):
    text: str = Field(description="The words as they were given.")
    rendered: Rendered = Field(description="The exact form, byte for byte, as a decision would publish it.")
    preview: str


class Preview(BaseModel):
    channel: str
    preview: str = Field(description="Plain lines, with the fold where the channel hides the rest.")
    rendered: Rendered


class Report(BaseModel):
    task_id: UUID
    publications: list[PublicationOut]
    text: str


@tool(SERVER, category="publishing", seconds=0.02, dependencies=("content.draft",))
async def prepare(draft: Draft, channel: Channel) -> Prepared:
    """Lay a text out for its channel, check that it fits, and say where it would go. Nothing is sent."""
    if not (draft.body.strip() or draft.parts):
        raise NothingToPrepare(field="draft")
    rendered = channels.render(channel, draft)
    return Prepared(
        **_fit(channel, rendered).model_dump(),
        text=draft.body or "\n\n".join(draft.parts),
        rendered=rendered,
        preview=channels.preview(rendered.channel, rendered),
    )


@tool(SERVER, category="publishing", seconds=0.02)
async def preview(channel: Channel, draft: Draft | None = None, text: str | None = None) -> Preview:
    """Show a draft or a text as the channel would show it."""
    rendered = channels.render(channel, _given(draft, text))
    return Preview(channel=rendered.channel, preview=channels.preview(rendered.channel, rendered), rendered=rendered)


@tool(SERVER, category="publishing", seconds=0.02)
async def check(text: str, channel: Channel) -> Fit:
    """Say whether a text fits a channel, by the channel's own count, and whether an account is connected."""
    return _fit(channel, channels.render(channel, _given(None, text)))


@tool(SERVER, category="publishing", seconds=0.02)
async def report(task_id: UUID) -> Report:
    """What became of a task's publications: each channel with its state, its address and its note."""
    async with db.transaction() as session:
        found = await showing.publications(session, task_id)
    lines = [_line(one) for one in found] or ["Nothing of this task was published or is waiting to be."]
    return Report(task_id=task_id, publications=found, text="\n".join(lines))


def _given(draft: Draft | None, text: str | None) -> Draft:
    if draft is not None:
        return draft
    if not (text or "").strip():
        raise NothingToPrepare(field="text")
    return Draft(body=text or "", model="given")


def _fit(channel: str, rendered: Rendered) -> Fit:
    rules = channels.rules(THREAD if rendered.parts else channel)
    problems = _problems(rendered, rules.form.has_title, rules.form.has_subject)
    account = senders.route(rendered.channel)
    return Fit(
        channel=rendered.channel,
        length=rendered.length,
        limit=rendered.limit,
        fits=not problems,
        problems=problems,
        delivered_by=account.sender,
        account=account.name,
        connected=account.sender != senders.OUTBOX,
        note=account.note,
    )


def _problems(rendered: Rendered, wants_title: bool, wants_subject: bool) -> list[str]:
    found: list[str] = []
    parts: list[Any] = rendered.parts or [rendered.text]
    if rendered.limit is not None:
        for number, part in enumerate(parts, 1):
            size = channels.length(rendered.channel, part) if rendered.parts else rendered.length
            if size > rendered.limit:
                which = f"Post {number}" if rendered.parts else "The text"
                found.append(f"{which} has {size:,} of {rendered.limit:,} characters.")
    if wants_title and not rendered.title:
        found.append("There is no title.")
    if wants_subject and not rendered.subject:
        found.append("There is no subject.")
    return found


def _line(one: PublicationOut) -> str:
    where = f" at {one.url}" if one.url else ""
    note = f" ({one.note})" if one.note else ""
    return f"{one.channel}: {one.state} by {one.delivered_by}{where}{note}"
