"""Answers about the tasks themselves: how many wait, which run, which failed, how the last one went. No model is asked."""

import re
from datetime import date
from typing import Any

from cofounder.business import wording
from cofounder.flow.request.chat import phrases, refusals
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
_ENDS = frozenset(("failed", "cancelled", "rejected", "expired", "completed"))
TO_COME = (
    "Tasks I know by when they were asked for, so none is of a time to come. Posts that are scheduled stand in the calendar, "
    "on the page Content."
)
_LAST = re.compile(r"\b(?:last|latest|newest|most recent|previous) task\b")
_OF_TEXTS = re.compile(r"\b(?:posts?|publications?|tweets?)\b")


async def work(subject: Subject, tools: Tools) -> Told:
    """Where the tasks stand, from the tasks; an order to change one is answered with where that is done."""
    low = subject.text or ""
    if phrases.ORDERS.search(low) or not tools.has(TOOL):
        return await refusals.work(subject, tools)
    if _LAST.search(low):
        output, used = await tools.ask(TOOL, limit=1, period=subject.period, about=subject.topic)
        none = f"There is no task{_where(subject)}." if _where(subject) else "There is no task yet."
        return (_last(output["items"][0]) if output["items"] else none), [used]
    if subject.period is not None and subject.period.start > tools.at.date():
        return TO_COME, []
    states = _states(low)
    subject = _of_time(subject, states, tools.at.date())
    output, used = await tools.ask(
        TOOL, status=list(states) or None, limit=_SHOWN, period=subject.period, about=subject.topic
    )
    text = _counted(output, states, _where(subject))
    if output["items"]:
        lines = "\n".join(f"- {_line(one, with_state=len(states) != 1)}" for one in output["items"])
        rest = output["total"] - len(output["items"])
        text += f"\n\n{lines}" + (f"\n\n{rest:,} more stand under Tasks." if rest > 0 else "")
    where = "Approvals" if "pending_approval" in states else "Tasks"
    text += f"\n\nThey are opened, and decided or changed, under {where}." if output["items"] else ""
    if _OF_TEXTS.search(low):
        text += "\n\nPosts that are scheduled stand in the calendar, on the page Content."
    return text, [used]


def _states(low: str) -> tuple[str, ...]:
    """The states that are asked for; of those that a task ends in, each that is named."""
    found = [names for words, names in _STATES if words.search(low)]
    ends = [one for names in found for one in names if one in _ENDS]
    return tuple(dict.fromkeys(ends)) if ends and found[0][0] in _ENDS else next(iter(found), ())


def _of_time(subject: Subject, states: tuple[str, ...], today: date) -> Subject:
    """What waits "today" or "this week" waits now, whenever it was asked for; any other time narrows."""
    now = subject.period is not None and subject.period.end >= today
    return subject.model_copy(update={"period": None}) if now and states and not set(states) & _ENDS else subject


def _where(subject: Subject) -> str:
    """ " about tea, asked for in October 2026"; empty where nothing narrows it."""
    about = f" about {subject.topic}" if subject.topic else ""
    return about + (f" asked for {wording.within(subject.period)}" if subject.period else "")


def _counted(output: dict[str, Any], states: tuple[str, ...], where: str) -> str:
    """ "2 tasks are waiting for approval." """
    total = output["total"]
    if states:
        said = " or ".join(_WORDS[one] for one in states)
        return f"{_tasks(total) if total else 'No task'}{where} {_verb(states, max(total, 1))}{said}."
    if not total:
        return f"There is no task{where}." if where else "There is no task yet."
    counts = ", ".join(f"{count:,} {_WORDS.get(name, name)}" for name, count in output["by_status"].items())
    return f"{_tasks(total)}{where}: {counts}. The newest:" if total > 1 else f"{_tasks(total)}{where}:"


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
