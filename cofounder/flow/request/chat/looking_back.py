"""Learning mode without a language model: what a question asks of what was learned, and the answer from its rows."""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from cofounder.business import wording
from cofounder.flow.request.chat.about_posts import Told, plain
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
    if subject.kind in ("patterns", "unknown"):
        return await _patterns(subject, tools)
    if subject.kind in _AS_READ - {"help"}:
        return await plain(subject, tools)
    return OTHERWISE, []


async def _patterns(subject: Subject, tools: Tools) -> Told:
    """What stands; of what is named only, where something of it does."""
    output, used = await tools.ask("memory.patterns", channels=subject.platforms or None)
    stand = [str(one.get("sentence") or one) for one in output["patterns"]]
    opening, chosen = picked(stand, str(output["narrative"]), subject)
    lines = "\n".join(f"- {plain(line)}" for line in chosen[:_SHOWN])
    watched = output["watching"]
    rest = f"{watched} more are watched and not relied on; they are on the page Learning." if watched else ""
    more, also = await tools.ask("memory.summary")
    work = f"The work so far: {more['narrative']}"
    return "\n\n".join(filter(None, [opening, lines, rest, work])), [used, also]


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
    output, used = await tools.ask("memory.effectiveness", by=by)
    items = output["items"]
    if not items:
        return str(output["narrative"]), [used]
    low = subject.text or ""
    named = [one for one in items if one["name"].lower() in low or _spaced(one["name"]) in low]
    shown = (named or items)[:_SHOWN]
    lines = [f"- {_line(one)}" for one in shown]
    few = any(one["runs"] < _FEW for one in shown)
    caution = f"Between fewer than {_FEW} runs a difference may be chance." if few else ""
    opening = "" if named else f"How the {_NOUNS[by]} did, those with most runs first:"
    source = used.model_copy(update={"rows": used.rows[:_SHOWN]})
    return "\n\n".join(filter(None, [opening, "\n".join(lines), caution])), [source]


def _line(one: dict[str, Any]) -> str:
    parts = [f"{one['runs']:,} {'run' if one['runs'] == 1 else 'runs'}"]
    if one["success_rate"] is not None:
        parts.append(f"{one['success_rate']:.0%} came to a good end")
    decided = one["approved"] + one["rejected"]
    if decided:
        parts.append(f"{one['approved']:,} of {decided:,} approved by a person")
    if one["avg_quality"] is not None:
        parts.append(f"quality {wording.trimmed(one['avg_quality'], 2)}")
    return f"**{plain(str(one['name']))}**: {', '.join(parts)}"


def _spaced(name: str) -> str:
    """ "humanVoice" -> "human voice"; "content.draft" -> "content draft"."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])|[._:]", " ", name).lower()
