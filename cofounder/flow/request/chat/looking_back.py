"""Learning mode without a language model: what a question asks of what was learned, and the answer from its rows."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from cofounder.business import wording
from cofounder.flow.request.chat.about_posts import CHANNELS, Told, plain
from cofounder.flow.request.chat.subject import Subject
from cofounder.flow.request.chat.tools import Tools

_AS_READ = frozenset(("patterns", "examples", "summary", "posts", "usual", "help", "thanks", "effectiveness"))
_ABOUT = re.compile(r"\b(?:about|regarding|concerning|with|for|on)\s+(?:our |the )?(?P<topic>[\w' -]{3,60})")
_FEW = 20  # runs below which a difference is not to be relied on
_SHOWN = 10
_NOUNS = {
    "agent": "agents",
    "tool": "tools",
    "model": "models",
    "channel": "channels",
    "intent": "kinds of work",
    "persona": "voices",
}
OTHERWISE = (
    "In the mode learning I answer from what was learned: patterns, how well the work went by agent, tool, model, voice "
    "and channel, and training data. That asks for something else: leave the mode open, and it is answered.\n\n"
    "For example:\n\n- What have you learned about LinkedIn?\n- Which voices did best?\n- How much training data do we have?"
)


def asked(message: str, subject: Subject) -> Subject:
    """The subject as learning mode takes it. What is not about learning stays what it is, and is told so."""
    low = " ".join(message.lower().split())
    if subject.kind == "patterns" or (subject.kind == "topics" and not subject.period):
        about = None if subject.platforms else _ABOUT.search(low)
        return subject.model_copy(
            update={"kind": "patterns", "topic": about["topic"].strip() if about else subject.topic}
        )
    if subject.kind in ("voice", "unknown") and re.search(r"\b(?:channel|platform)s?\b", low):
        return Subject(kind="effectiveness", topic="channel", text=low[:500])
    return subject


async def tell(subject: Subject, tools: Tools, plain: Callable[[Subject, Tools], Awaitable[Told]]) -> Told:
    """The answer of learning mode; `plain` answers what is no matter of learning's own."""
    told = [await _tell(one, tools, plain) for one in (subject.model_copy(update={"also": []}), *subject.also)]
    return "\n\n".join(text for text, _ in told), [source for _, used in told for source in used]


async def _tell(subject: Subject, tools: Tools, plain: Callable[[Subject, Tools], Awaitable[Told]]) -> Told:
    if subject.kind in ("patterns", "unknown"):
        return await patterns(subject, tools)
    if subject.kind in _AS_READ - {"help"}:
        return await plain(subject, tools)
    return OTHERWISE, []


async def patterns(subject: Subject, tools: Tools) -> Told:
    """What stands; of what is named only, where something of it does."""
    if subject.text and not subject.topic:
        subject = asked(subject.text, subject)
    output, used = await tools.ask("memory.patterns", channels=subject.platforms or None)
    stand = [str(one.get("sentence") or one) for one in output["patterns"]]
    opening, chosen = picked(stand, str(output["narrative"]), subject)
    lines = "\n".join(f"- {plain(line)}" for line in chosen[:_SHOWN])
    watched = output["watching"]
    rest = f"{watched} more are watched and not relied on; they are on the page Learning." if watched else ""
    covers = _covers(subject, "Patterns stand as known today, from all that was measured")
    told, found = "\n\n".join(filter(None, [covers, opening, lines, rest])), [used]
    if tools.has("memory.summary"):
        more, also = await tools.ask("memory.summary", period=subject.period)
        told, found = f"{told}\n\nThe work so far: {more['narrative']}", [used, also]
    return told, found


async def examples(subject: Subject, tools: Tools) -> Told:
    """The newest runs as training examples, or those most like what is named; what there is of them in all."""
    output, used = await tools.ask("memory.examples", like=subject.topic, limit=subject.count)
    lines = []
    for one in output["items"]:
        verdict = {True: "approved", False: "not approved", None: "not decided"}[one["approved"]]
        quality = "" if one["quality"] is None else f", quality {one['quality']:.2f}"
        lines.append(f"- {plain(one['request'][:120])}: {verdict}{quality}")
    covers = _covers(subject, "The examples listed are the newest of all time")
    text = "\n\n".join(filter(None, [covers, output["narrative"], "\n".join(lines)]))
    if not tools.has("memory.summary"):
        return text, [used]
    more, also = await tools.ask("memory.summary", period=subject.period)
    return f"{text}\n\n{more['narrative']}", [used, also]


def _covers(subject: Subject, told: str) -> str:
    """That a time which was asked for does not narrow what follows; empty where none was."""
    return f"{told}: I have none for {subject.period.label} alone." if subject.period else ""


def picked(stand: list[str], narrative: str, subject: Subject) -> tuple[str, list[str]]:
    """(what is said first, the sentences): of what is named, where something of it stands; else all, and that it is so."""
    topic = (subject.topic or "").rstrip("?. ")
    about = [line for line in stand if topic and topic in line.lower()]
    if subject.kind == "unknown":
        return f"What you want to know of it is not clear to me; this was learned. {narrative}", stand
    if about:
        return f"{len(about)} of what stands {'is' if len(about) == 1 else 'are'} about {topic}.", about
    return (f"Nothing that stands is about {topic}. {narrative}" if topic and stand else narrative), stand


async def effectiveness(subject: Subject, tools: Tools) -> Told:
    """How each agent, tool, model, channel, kind of work or voice did; one of them where it is named."""
    by = subject.topic or "agent"
    output, used = await tools.ask("memory.effectiveness", by=by, period=subject.period)
    items = output["items"]
    if not items:
        return str(output["narrative"]), [used]
    low = subject.text or ""
    named = [one for one in items if _says(low, one["name"])]
    when = f" asked for {wording.within(subject.period)}" if subject.period else ""
    if by == "channel" and subject.platforms:
        named = [one for one in items if one["name"] in subject.platforms]
        if not named:
            names = " or ".join(CHANNELS.get(name, name) for name in subject.platforms)
            return f"No run of your own{when} for {names} is finished.", [used]
    shown = (named or items)[:_SHOWN]
    lines = [f"- {_line(one, subject.measures)}" for one in shown]
    few = any(one["runs"] < _FEW for one in shown)
    caution = f"Between fewer than {_FEW} runs a difference may be chance." if few else ""
    opening = (
        "" if named else f"How the {_NOUNS[by]} did{f' in runs{when}' if when else ''}, those with most runs first:"
    )
    if named and when:
        opening = f"Of the runs{when}:"
    source = used.model_copy(update={"rows": used.rows[:_SHOWN]})
    return "\n\n".join(filter(None, [opening, "\n".join(lines), caution])), [source]


def _line(one: dict[str, Any], measures: list[str]) -> str:
    parts = [f"{one['runs']:,} {'run' if one['runs'] == 1 else 'runs'}"]
    if one["success_rate"] is not None:
        parts.append(f"{one['success_rate']:.0%} came to a good end")
    decided = one["approved"] + one["rejected"]
    if decided:
        parts.append(f"{one['approved']:,} of {decided:,} approved by a person")
    if one["avg_quality"] is not None:
        parts.append(f"quality {wording.trimmed(one['avg_quality'], 2)}")
    if "seconds" in measures and one["avg_seconds"] is not None:
        parts.append(f"{wording.trimmed(one['avg_seconds'], 1)} seconds of work on average")
    if "cost" in measures and one["avg_cost"] is not None:
        parts.append(f"${one['avg_cost']:.4f} each on average")
    return f"**{plain(str(one['name']))}**: {', '.join(parts)}"


def _says(low: str, name: str) -> bool:
    """Whether the words name it as a whole: "x" is no part of "next"."""
    return any(re.search(rf"(?<!\w){re.escape(one)}(?!\w)", low) for one in (name.lower(), _spaced(name)))


def _spaced(name: str) -> str:
    """ "humanVoice" -> "human voice"; "content.draft" -> "content draft"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[._:]", " ", name).lower()
