"""A message that asks several questions: each of them, with the time that the one before it names. Pure."""

import re
from collections.abc import Sequence

from cofounder.flow.request.chat import phrases, unread
from cofounder.flow.request.chat.subject import Subject

_LONGEST, _MOST = 500, 3  # characters of a message that is parted, and its questions
_ASKS = r"(?:how (?:many|much|long|often|did|do|does|well|is|are)|what|which|when)\b"
_JOINS = re.compile(rf"[,;]?\s+and\s+(?:also\s+)?(?={_ASKS})|(?<=\?)\s+(?:and\s+)?(?={_ASKS})", re.IGNORECASE)
_ALONE = frozenset(("unknown", "help", "thanks", "decision", "check", "expected", "change", "others", "better"))
_SHARED = unread.ABOUT_FIGURES | {"posts", "count", "latest", "summary", "effectiveness"}  # kinds that take over a time


def of(message: str) -> list[str]:
    """The questions of a message; the whole message where it asks one."""
    parts = _JOINS.split(message.strip(), maxsplit=_MOST - 1) if len(message) <= _LONGEST else [message]
    return parts if all(len(one.split()) > 2 for one in parts) else [message]


def joined(found: Sequence[Subject]) -> Subject | None:
    """The first question with the others beside it; None where they are one, or one of them says nothing alone.

    Figures that share a time are one question: they are told together.
    """
    if any(one.kind in _ALONE for one in found) or all(one.kind in unread.ABOUT_FIGURES for one in found):
        return None
    also: list[Subject] = []
    period = found[0].period
    for one in found[1:]:
        shares = one.kind in _SHARED or (one.kind == "work" and phrases.FAILED_TASKS.search(one.text or ""))
        open_ = shares and one.period is None and not one.unclear and not one.compare_with
        also.append(one.model_copy(update={"period": period}) if open_ else one)
        period = also[-1].period or period
    return found[0].model_copy(update={"also": also})
