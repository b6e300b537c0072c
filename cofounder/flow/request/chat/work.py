"""A message becomes a task: through the door that every request goes through, with what the conversation was about."""

import re
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.catalogue import metric
from cofounder.flow.request import service as requests
from cofounder.flow.request.chat import service
from cofounder.flow.request.chat.subject import Subject
from cofounder.flow.request.schemas import ProcessIn
from cofounder.models.intent import Intent
from cofounder.people.roles import Caller

_POINTS = r"(?:this|that|these|those|it|them|the above|the same)"
_ENDS = r"(?=\s*(?:[.,;:!?]|$|(?:and|but|for|in|into|on|to|as|with|by|please|now|of|an?)\b))"
# "Write a post about it", "make a thread out of that": what the text is about, and nothing else is named
_ABOUT = re.compile(rf"\b(?P<joined>of|from|about|out of|on|with)\s+{_POINTS}\b{_ENDS}", re.I)
# "Turn that into a post", "Shorten this": what is done to what was said
_DONE_TO = re.compile(
    r"^(?P<before>(?:(?:please|now|then|ok|and|so|can you|could you)[\s,]+)*"
    r"(?:turn|make|shorten|rewrite|rephrase|summari[sz]e|translate|edit|use|take|tweet|post|publish|announce|write|draft|put)\s+)"
    rf"{_POINTS}\b{_ENDS}",
    re.I,
)
_OWN = re.compile(rf"\b(?:about|announc\w+|regarding|saying|that we|that our|why|how)\s+(?!{_POINTS}\b)\w", re.I)
_SENTENCES = re.compile(r"[.!?]\s+\S")
_SUBJECTS = ("value", "extreme", "development", "comparison", "overview")
_NOTHING = ("unknown", "help", "thanks", "decision", "change", "work", "others", "split", "unranked", "better")
_LONGEST = 4_000  # characters of an answer that a request takes along
STARTED = (
    "I started a task for this: you can follow it here. It asks for approval before anything is published; the "
    "decision is a person's, on the exact text."
)


def request(message: str, subject: Subject | None, answer: str) -> str:
    """The message as a request that stands alone: what it points back to is named, or given as a text.

    A message that says itself what it is about is left as it is, whatever "that" and "it" it holds.
    """
    if len(message) > 500:
        return message
    told = message.strip()
    done_to = _DONE_TO.search(told)
    if done_to is None and (_OWN.search(told) or _SENTENCES.search(told)):
        return message
    back = done_to or _ABOUT.search(told)
    if back is None:
        return message
    topic = about(subject)
    if topic is None:
        return f"{message}\n\n{answer[:_LONGEST]}" if answer.strip() and _told(subject) else message
    named = f"{back['before']}what we know about {topic}" if done_to else f"about {topic}"
    return told[: back.start()] + named + told[back.end() :]


def _told(subject: Subject | None) -> bool:
    """Whether the answer before holds something to work on: one that understood nothing does not."""
    return subject is None or subject.kind not in _NOTHING


def about(subject: Subject | None) -> str | None:
    """What an answer was about, as a request names it: "our revenue and customers in May 2026"."""
    if subject is None or subject.kind not in _SUBJECTS:
        return None
    nouns = [metric(name).noun for name in subject.metrics] or [
        "key figures" if subject.kind == "overview" else "revenue"
    ]
    named = nouns[0] if len(nouns) == 1 else f"{', '.join(nouns[:-1])} and {nouns[-1]}"
    when = f" in {subject.period.label}" if subject.period else ""
    against = f" compared with {subject.compare_period.label}" if subject.compare_period else ""
    return f"our {named}{when}{against}"


def pursued(subject: Subject, intent: Intent | None, before: Subject | None) -> Subject:
    """What a question after a work order goes on with: the figures it names and their time, or what was talked of before.

    The words of an order narrow no figure, and its channel and its date are those of the text.
    """
    if before is not None:
        return before
    if not subject.metrics:
        return Subject(kind="unknown")
    return Subject(kind="value", metrics=subject.metrics, period=intent.period if intent else None)


async def start(session: AsyncSession, answer: service.MessageRow, caller: Caller, words: str) -> UUID:
    """Begin the task, once for an answer: asked again, it names the same one."""
    body = ProcessIn(request=words[:20_000])
    task = await requests.submit(
        session, body, by=caller.who, source="user_request", idempotency_key=f"chat:{answer.id}"
    )
    return task.id
