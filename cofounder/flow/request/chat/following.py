"""A question that leans on the one before: what it leaves out and what is new in it. Pure."""

import re
from collections.abc import Sequence

from cofounder.flow.request.chat import phrases
from cofounder.flow.request.chat.subject import Subject
from cofounder.models.brief import Period

_SAYS_NOTHING = ("unknown", "help", "thanks")


def followed(low: str, plain: Subject, before: Subject) -> Subject:
    """ "And in June?": the question before, with what is new in this one."""
    short = len(low.split()) <= 7 and bool(phrases.FOLLOWS.search(low) or plain.kind == "unknown")
    opens = bool(phrases.FOLLOWS.search(low)) and plain.kind in ("unknown", "overview", "value", "posts")
    if not (short or opens or _names_the_figure(low, plain, before)) or before.kind in (
        "check",
        "decision",
        "help",
        "thanks",
        "unknown",
        "work",
        "split",
        "effectiveness",
        "others",
        "change",
        "unranked",
        "better",
    ):
        return plain
    new: dict[str, object] = {}
    before = before.model_copy(update={"also": []})
    if plain.period is not None:
        new |= {"period": plain.period, "more": plain.more}
        if before.kind in ("development", "extreme", "comparison") and plain.period.grain in ("month", "week", "day"):
            new["kind"] = "value"
    if plain.metrics and not plain.assumed:
        new |= {"metrics": plain.metrics, "assumed": False}
        if before.kind not in ("value", "extreme", "development", "comparison", "overview", "forecast"):
            return plain
    new |= _not_there(low, plain, before)
    if plain.platforms:
        new["platforms"] = plain.platforms
        if before.kind not in ("posts", "usual", "similar", "times", "count", "latest"):
            return plain
    for name in ("compare_period", "compare_with"):
        if getattr(plain, name) is not None:
            new |= {name: getattr(plain, name), "kind": "comparison"}
    if phrases.WORST.search(low) or phrases.BEST.search(low):
        new["lowest"] = plain.lowest
        if before.kind in ("value", "development"):
            new["kind"] = "extreme"
    elif phrases.GROWS.search(low) and before.kind in ("value", "extreme", "comparison") and plain.period is None:
        new["kind"] = "development"
    if new.get("kind") in ("extreme", "development") and "period" not in new and is_short(before.period):
        new["period"] = None  # a single month has neither
    if plain.grain != "month":
        new["grain"] = plain.grain
    if plain.by != "engagement_rate":
        new["by"] = plain.by
    return before.model_copy(update={**new, "asks_why": plain.asks_why, "goes_on": True}) if new else plain


def _names_the_figure(low: str, plain: Subject, before: Subject) -> bool:
    """ "Website visits", where a best month was told by revenue and another figure was offered."""
    bare = plain.kind == "value" and plain.period is None and plain.compare_with is None and len(low.split()) <= 3
    return bare and before.assumed and before.kind == "extreme"


def _not_there(low: str, plain: Subject, before: Subject) -> dict[str, object]:
    """What nothing takes of both questions: a condition stands until the whole is asked for, a time until another is."""
    apart = [] if phrases.AS_A_WHOLE.search(low) else list(dict.fromkeys([*before.apart, *plain.apart]))
    unclear = plain.unclear if plain.unclear or plain.period else before.unclear
    found = {"apart": apart, "unclear": unclear, "elsewhere": plain.elsewhere or before.elsewhere}
    if plain.platforms:
        found["elsewhere"] = plain.elsewhere
    return {name: words for name, words in found.items() if words != getattr(before, name)}


def is_short(period: Period | None) -> bool:
    """Whether it is too short to have a course or a best month."""
    return period is not None and period.grain in ("month", "week", "day")


def thread(said: Sequence[Subject]) -> Subject | None:
    """What the talk is about: the last that was understood, should one line since then not have been.

    A line that went on with a condition or a time that nothing takes was refused: the one before it is gone on with.
    """
    recent = range(len(said) - 1, max(len(said) - 4, -1), -1)
    at = next((place for place in recent if said[place].kind not in _SAYS_NOTHING), len(said) - 1)
    while at > 0 and said[at].goes_on and (said[at].apart or said[at].unclear or said[at].kind in _SAYS_NOTHING):
        at -= 1
    return said[at] if said else None


def goes_on(low: str, plain: Subject) -> bool:
    """Whether an order leans on what was said before: it points there, or goes on and names no figure of its own."""
    points = re.search(r"\b(?:that|this|it|these|those|the above|same)\b", low)
    return bool(points) or (not plain.metrics and bool(phrases.FOLLOWS.search(low)))
