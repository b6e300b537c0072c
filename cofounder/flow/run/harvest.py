"""What a finished step leaves behind: a variant for its channel, or a deliverable of its own."""

import json
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder import channels
from cofounder.flow.plan.schemas import PlanStep
from cofounder.flow.run import service
from cofounder.models.brief import Brief, Draft

_BY_TOOL = {
    # what a supplied plan's steps produce when it does not say
    "content.draft": "variant",
    "content.report": "deliverable:analysis",
    "content.headlines": "deliverable:headlines",
    "content.calendar": "deliverable:calendar",
    "content.edit": "deliverable:text",
}
_TITLES = {
    "analysis": "Analysis",
    "forecast": "Forecast",
    "check": "Compliance check",
    "headlines": "Headline ideas",
    "text": "Text",
    "calendar": "Content calendar",
}


def produces(step: PlanStep) -> str | None:
    """ "variant:CHANNEL", "deliverable:KIND", or None for a step that only feeds others."""
    if step.produces is not None:
        return step.produces
    kind = _BY_TOOL.get(step.tool)
    if kind == "variant":
        channel = channels.canonical(str(step.inputs.get("channel", "")))
        return f"variant:{channel}" if channel else None
    return kind


async def keep(
    session: AsyncSession, task_id: UUID, step: PlanStep, call: dict[str, Any], output: dict[str, Any]
) -> None:
    """Write what the step produced, in the transaction that finishes it. `call` is its input as it was called."""
    made = produces(step)
    if made is None:
        return
    form, _, name = made.partition(":")
    if form == "variant":
        draft, brief, origin = _variant(name, call, output)
        await service.add_variant(session, task_id, name, draft=draft, brief=brief, origin=origin, by=step.tool)
        return
    earlier = [row for row in await service.deliverables(session, task_id) if row.kind == name]
    await service.put_deliverable(
        session,
        task_id,
        name,
        title=str(output.get("title") or _TITLES.get(name, name.capitalize())),
        content=_content(output) or (_pairs(output) if name == "result" else ""),
        data=output,
        notes=[str(note) for note in _listed(output, "notes")],
        position=len(earlier),
    )


def _variant(channel: str, call: dict[str, Any], output: dict[str, Any]) -> tuple[Draft, Brief, str]:
    if "draft" in output:
        draft = Draft.model_validate(output["draft"])
        if output.get("brief"):
            return draft, Brief.model_validate(output["brief"]), "draft"
        return draft, Brief(request="", topic="", form=channels.form(channel)), "draft"
    # a given text, or one that an earlier step made: publishing.prepare only laid it out
    draft = Draft.model_validate(call["draft"])
    origin = "given" if draft.choices == {} else "draft"
    draft = draft.model_copy(update={"model": "given"}) if origin == "given" else draft
    return draft, Brief(request="", topic="", form=channels.form(channel), text=draft.body), origin


def _pairs(output: dict[str, Any]) -> str:
    """What an answer says that is no text, a line a name."""
    shown = (
        (name, one if isinstance(one, str) else json.dumps(one, ensure_ascii=False)) for name, one in output.items()
    )
    return "\n".join(f"{name}: {one}" for name, one in shown)


def _listed(output: dict[str, Any], name: str) -> list[Any]:
    """A list of a tool's answer; another's tool may mean something else by the name."""
    found = output.get(name)
    return found if isinstance(found, list) else []


def _content(output: dict[str, Any]) -> str:
    """The text a person reads first."""
    for name in ("text", "narrative", "content", "body"):
        if isinstance(output.get(name), str) and output[name].strip():
            return str(output[name])
    draft = output.get("draft")
    if isinstance(draft, dict) and draft.get("body"):
        return str(draft["body"])
    for name in ("headlines", "entries", "lines"):
        if isinstance(output.get(name), list):
            return "\n".join(
                str(item.get("text", item)) if isinstance(item, dict) else str(item) for item in output[name]
            )
    return ""
