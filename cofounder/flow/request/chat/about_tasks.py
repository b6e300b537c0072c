"""Answers about the tasks themselves: how many wait, which run, which failed, how the last one went. No model is asked."""

import re
from typing import Any

from cofounder.flow.request.chat import refusals
from cofounder.flow.request.chat.about_posts import Told, plain
from cofounder.flow.request.chat.subject import Subject
from cofounder.flow.request.chat.tools import Tools

TOOL = "memory.tasks"
_SHOWN = 10
_WORDS = {
    "queued": "in the queue",
    "running": "running",
    "paused": "paused",
    "needs_clarification": "asking a question",
    "pending_approval": "waiting for approval",
    "approved": "approved, to be published",
    "publishing": "being published",
    "completed": "completed",
    "rejected": "rejected",
    "failed": "failed",
    "cancelled": "cancelled",
    "expired": "expired",
}
_STATES: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (re.compile(r"\b(?:approv\w*|decision|decide)\b"), ("pending_approval",)),
    (re.compile(r"\b(?:wait\w*|pending|open|needs?|attention)\b"), ("pending_approval", "needs_clarification")),
    (re.compile(r"\b(?:queued?)\b"), ("queued",)),
    (re.compile(r"\b(?:paused?|stuck)\b"), ("paused",)),
    (re.compile(r"\b(?:running|runs?|in progress|going on|current)\b"), ("queued", "running")),
    (re.compile(r"\bfail\w*"), ("failed",)),
    (re.compile(r"\bcancel\w*"), ("cancelled",)),
    (re.compile(r"\breject\w*"), ("rejected",)),
    (re.compile(r"\bexpired\b"), ("expired",)),
    (re.compile(r"\bscheduled\b"), ("approved", "publishing")),
    (re.compile(r"\b(?:finished|completed|done)\b"), ("completed",)),
)
_LAST = re.compile(r"\b(?:last|latest|newest|most recent|previous) task\b")
_ORDERS = re.compile(r"^(?:please )?(?:cancel|stop|pause|resume|retry|delete)\b")
_OF_TEXTS = re.compile(r"\b(?:posts?|publications?|tweets?)\b")


async def work(subject: Subject, tools: Tools) -> Told:
    """Where the tasks stand, from the tasks; an order to change one is answered with where that is done."""
    low = subject.text or ""
    if _ORDERS.search(low) or not tools.has(TOOL):
        return await refusals.work(subject, tools)
    if _LAST.search(low):
        output, used = await tools.ask(TOOL, limit=1)
        return (_last(output["items"][0]) if output["items"] else "There is no task yet."), [used]
    states = next((names for words, names in _STATES if words.search(low)), ())
    output, used = await tools.ask(TOOL, status=list(states) or None, limit=_SHOWN)
    text = _counted(output, states)
    if output["items"]:
        lines = "\n".join(f"- {_line(one, with_state=len(states) != 1)}" for one in output["items"])
        rest = output["total"] - len(output["items"])
        text += f"\n\n{lines}" + (f"\n\n{rest:,} more stand under Tasks." if rest > 0 else "")
    where = "Approvals" if "pending_approval" in states else "Tasks"
    text += f"\n\nThey are opened, and decided or changed, under {where}." if output["items"] else ""
    if _OF_TEXTS.search(low):
        text += "\n\nPosts that are scheduled stand in the calendar, on the page Content."
    return text, [used]


def _counted(output: dict[str, Any], states: tuple[str, ...]) -> str:
    """ "2 tasks are waiting for approval." """
    total = output["total"]
    if states:
        said = " or ".join(_WORDS[one] for one in states)
        return f"{_tasks(total) if total else 'No task'} {_verb(states, max(total, 1))}{said}."
    if not total:
        return "There is no task yet."
    counts = ", ".join(f"{count:,} {_WORDS.get(name, name)}" for name, count in output["by_status"].items())
    return f"{_tasks(total)}: {counts}. The newest:" if total > 1 else f"{_tasks(total)}:"


def _tasks(number: int) -> str:
    return f"{number:,} {'task' if number == 1 else 'tasks'}"


def _verb(states: tuple[str, ...], number: int) -> str:
    """What joins the number to its state: one that failed did so, the others are in it."""
    if states == ("failed",):
        return ""
    return "is " if number == 1 else "are "


def _line(one: dict[str, Any], *, with_state: bool) -> str:
    text = f"{plain(one['task'])}, {one['created_at'][:10]}"
    if with_state:
        text += f": {_WORDS.get(one['status'], one['status'])}"
    return f"{text}. {plain(one['error'])}" if one["error"] else text


def _last(one: dict[str, Any]) -> str:
    """The newest task: where it stands, and what became of it."""
    phase = f", in the phase {one['phase'].replace('_', ' ')}" if one["status"] == "running" and one["phase"] else ""
    stands = _WORDS.get(one["status"], one["status"])
    text = f"The last task, “{plain(one['task'])}” of {one['created_at'][:10]}: **{stands}**{phase}."
    if one["quality"] is not None:
        text += f" Its quality was judged {one['quality']:.2f}."
    if one["error"]:
        text += f" {plain(one['error'])}"
    if one["status"] in ("pending_approval", "needs_clarification"):
        text += " A person goes on with it, under Approvals or on the task itself."
    return text
