"""Answers about our own runs and the queue of commands: success, decisions, time, cost. No model is asked."""

import re
from typing import Any

from cofounder.business import wording
from cofounder.flow.request.chat.about_posts import Told
from cofounder.flow.request.chat.subject import Subject
from cofounder.flow.request.chat.tools import Tools
from cofounder.models.brief import Period

_PERIODS = 4  # that are told beside each other
_STATES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("pending", re.compile(r"\b(?:pending|wait\w*|queued?|open)\b")),
    ("processing", re.compile(r"\b(?:running|claimed|processing|in progress)\b")),
    ("completed", re.compile(r"\b(?:completed?|finished|done|succeeded)\b")),
    ("failed", re.compile(r"\bfail\w*")),
    ("cancelled", re.compile(r"\bcancel\w*")),
)
_WORDS = {"processing": "claimed by an agent"}
_DEAD = re.compile(r"\bdead[- ]letters?\b")


async def summary(subject: Subject, tools: Tools) -> Told:
    """What is asked of our own runs, in each time that is named."""
    told, used = [], []
    for period in [subject.period, *subject.more][:_PERIODS]:
        output, source = await tools.ask("memory.summary", period=period)
        told.append(_measured(output, period, subject.measures) if output["runs"] else str(output["narrative"]))
        used.append(source)
    if "cost" in subject.measures:
        told.append("What conversations with a model cost comes on top.")
    return "\n\n".join(told), used


def _measured(output: dict[str, Any], period: Period | None, measures: list[str]) -> str:
    """ "12 finished runs asked for in May 2026: 75% came to a good end (9), 3 did not." """
    if not measures:
        return str(output["narrative"])
    runs = output["runs"]
    asked = f" asked for {wording.within(period)}" if period else ""
    parts = [part for name in measures for part in _PARTS[name](output)]
    return f"{runs:,} finished {'run' if runs == 1 else 'runs'}{asked}: {', '.join(dict.fromkeys(parts))}."


def _ended(output: dict[str, Any]) -> list[str]:
    """How many came to a good end, how many did not, and how many never began."""
    if output["success_rate"] is None:
        return ["all were called off before they began"]
    off, good = output["called_off"], output["successful"]
    parts = [f"{output['success_rate']:.0%} came to a good end ({good:,})", f"{output['runs'] - off - good:,} did not"]
    return [*parts, f"{off:,} {'was' if off == 1 else 'were'} called off before the work began"] if off else parts


def _decided(output: dict[str, Any]) -> list[str]:
    if output["approval_rate"] is None:
        return ["none was approved or rejected"]
    told = f"{output['approved']:,} approved and {output['rejected']:,} rejected by a person"
    return [f"{told} ({output['approval_rate']:.0%} approved)"]


def _lasted(output: dict[str, Any]) -> list[str]:
    seconds = output["avg_seconds"]
    return ["how long they took is not known"] if seconds is None else [f"{_time(seconds)} of work on average"]


def _cost(output: dict[str, Any]) -> list[str]:
    if output["avg_cost"] is None:
        return ["what they cost is not known"]
    return [f"{_money(output['total_cost'])} together", f"{_money(output['avg_cost'])} each on average"]


def _quality(output: dict[str, Any]) -> list[str]:
    score = output["avg_quality"]
    return ["none was judged"] if score is None else [f"quality {score:.2f} on average"]


def _ready(output: dict[str, Any]) -> list[str]:
    ready = output["training_ready"]
    return [f"{ready:,} {'example is' if ready == 1 else 'examples are'} ready for training"]


_PARTS = {
    "success": _ended,
    "failed": _ended,
    "decided": _decided,
    "seconds": _lasted,
    "cost": _cost,
    "quality": _quality,
    "ready": _ready,
}


def _time(seconds: float) -> str:
    for size, noun in ((3600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{wording.trimmed(seconds / size, 1)} {noun}"
    return f"{wording.trimmed(seconds, 1)} seconds"


def _money(amount: float) -> str:
    """Cents where there are some; what is below a cent with as many places as say something."""
    return f"${amount:,.2f}" if amount == 0 or amount >= 0.1 else f"${amount:.4f}"


async def commands(subject: Subject, tools: Tools) -> Told:
    """The queue as it stands now, of the agents' type that is named; a time or another condition is refused."""
    output, used = await tools.ask("memory.commands")
    low = subject.text or ""
    named = [
        name for name in output["by_agent_type"] if re.search(rf"(?<![\w-]){re.escape(name.lower())}(?![\w-])", low)
    ]
    known = {word for name in named for word in (name.lower(), *re.split(r"[\s_-]", name.lower()))}
    apart = [words for words in [*subject.unclear, *subject.apart] if not set(words.lower().split()) <= known]
    if apart:
        said = " and ".join(f"“{one}”" for one in apart[:3])
        return (
            f"I have no tool that narrows the commands to {said}: I count them as they stand now, by state and by the type of "
            'their agents, as in "How many commands are pending?". Each command with its times stands on the page Queue.'
        ), []
    if _DEAD.search(low):
        dead = output["dead_letters"]
        verb = "command failed for good and waits" if dead == 1 else "commands failed for good and wait"
        return f"{dead:,} {verb} for a person, of all types of agents.", [used]
    counts = output["by_status"] if not named else _together(output["by_agent_type"][name] for name in named)
    of = f" for {' and '.join(named)}" if named else ""
    states = [name for name, words in _STATES if words.search(low)]
    total = sum(counts.values())
    told = ", ".join(
        f"{counts[name]:,} {_WORDS.get(name, name)}" for name in states or counts if states or counts[name]
    )
    text = f"{total:,} {'command' if total == 1 else 'commands'}{of} now{f': {told}' if told else ''}."
    if "pending" in states and output["waiting"] and not named:
        held = output["waiting"]
        text += f" Of the pending ones {held:,} {'waits' if held == 1 else 'wait'} for others or for their time."
    return f"{text} Archived ones are not counted.", [used]


def _together(found: Any) -> dict[str, int]:
    counts: dict[str, int] = {}
    for one in found:
        for name, number in one.items():
            counts[name] = counts.get(name, 0) + number
    return counts
