"""A message becomes a task: through the door that every request goes through, with what the conversation was about."""

import re
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from cofounder.business.catalogue import metric
from cofounder.flow.request import service as requests
from cofounder.flow.request.chat import service
from cofounder.flow.request.chat.reading import Subject
from cofounder.flow.request.schemas import ProcessIn
from cofounder.people.roles import Caller

_BACK = re.compile(
    r"\b(?:(?:of|from|about|out of|on|with) )?(?:this|that|these|those|it|the above|the same)\b(?! (?:month|quarter|year|week|is|was|are))",
    re.I,
)
_SUBJECTS = ("value", "extreme", "development", "comparison", "overview")
_LONGEST = 4_000  # characters of an answer that a request takes along
STARTED = (
    "I started a task for this: you can follow it here. It asks for approval before anything is published; the "
    "decision is a person's, on the exact text."
)


def request(message: str, subject: Subject | None, answer: str) -> str:
    """The message as a request that stands alone: what it points back to is named, or given as a text."""
    back = _BACK.search(message)
    if back is None or len(message) > 500:
        return message
    topic = about(subject)
    if topic is not None:
        joined = re.match(r"(?:of|from|about|out of|on|with) ", back[0], re.IGNORECASE)
        return _BACK.sub(f"about {topic}" if joined else f"what we know about {topic}", message, count=1)
    return f"{message}\n\n{answer[:_LONGEST]}" if answer.strip() else message


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


async def start(session: AsyncSession, answer: service.MessageRow, caller: Caller, words: str) -> UUID:
    """Begin the task, once for an answer: asked again, it names the same one."""
    body = ProcessIn(request=words[:20_000])
    task = await requests.submit(
        session, body, by=caller.who, source="user_request", idempotency_key=f"chat:{answer.id}"
    )
    return task.id
