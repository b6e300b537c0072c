"""Whether a message is a question, work, or a question about what was learned, and why it was taken so. Pure."""

import re
from dataclasses import dataclass
from datetime import date

from cofounder.flow.request.chat import phrases
from cofounder.flow.request.chat.schemas import Did
from cofounder.flow.request.chat.subject import Subject
from cofounder.models.intent import Intent

_WORK = re.compile(
    r"(?:^|[.!;\n]\s*|\b(?:please|then|and|also|now|to|you|us|me|we|let's)\s+)"
    r"(?:write|create|draft|make|prepare|compose|produce|generate|shorten|rewrite|rephrase|turn|announce|schedule|build|"
    r"plan (?:a|our|the|my|posts|content)|summari[sz]e (?:this|the following)|edit|translate|post about|tweet about|tweet that|"
    r"publish an? (?:[\w-]+ ){0,3}?(?:post|tweet|thread|article|newsletter|e-?mail)|send (?:out )?an? (?:[\w-]+ ){0,2}?(?:newsletter|e-?mail|mail)|"
    r"post (?:on|to) \w+ (?:that|about))\b"
)
# "Post our October revenue on LinkedIn": what does not exist yet is written first
_POSTS = re.compile(
    r"^(?:(?:please|now|then|and|also|can you|could you)[\s,]*)*(?:(?:post|publish|tweet|blog)\s+(?:our|the|my|an?|about|on|to|how|what|why|that|some|something|news|q[1-4]|last|this|these)\b"
    r"|(?:share|send)\b.{0,120}\b(?:on|to|via|by) (?:linkedin|x|twitter|facebook|(?:the |our )?(?:blog|newsletter|e-?mail|mailing list))\b)"
)
_WONDERS = re.compile(r"^(?:so |but |and )*(?:should|shall|do|does|did|is|are|was|were|why|would it|what if)\b")
_WANT = re.compile(
    r"\b(?:i|we) (?:need|want|would like|'d like)\b.{0,30}\b(?:posts?|tweets?|threads?|newsletters?|e-?mails?|articles?|headlines?|calendar|report)\b"
    r"|^(?:an?|two|three|four|five|\d+) (?:\w+ ){0,2}(?:posts?|tweets?|threads?|newsletters?|e-?mails?|articles?|headlines?)\b"
)
_NAMES = {
    "create_post": "a post",
    "create_thread": "a thread",
    "write_article": "an article",
    "write_email": "an e-mail",
    "headlines": "headlines",
    "edit_text": "an edit",
    "shorten_text": "a shorter text",
    "restyle_text": "another tone",
    "summarise_text": "a summary",
    "publish_text": "a text to publish",
    "plan_calendar": "a content calendar",
    "analyse_metrics": "an analysis",
    "compare_metrics": "a comparison",
    "forecast_metrics": "a forecast",
    "analyse_market": "a market analysis",
    "check_compliance": "a compliance check",
}
_MAKES = frozenset(name for name in _NAMES if not name.startswith(("analyse", "compare", "forecast", "check")))
_LEARNED = ("patterns", "examples", "summary", "effectiveness")


@dataclass(frozen=True)
class Chosen:
    mode: Did
    reason: str
    refused: str | None = None  # work that is asked for and not begun, in words
    only_talk: bool = False  # it is not begun because talk was chosen


def asks_for_work(message: str) -> bool:
    """Whether the words ask to make something, not to know something; cheap, before the whole is parsed."""
    # single spaces and no empty lines: a search over a run of them takes the square of its length
    low = "\n".join(" ".join(line.split()) for line in message.lower().splitlines() if line.strip())
    return not _WONDERS.search(low) and bool(_WORK.search(low) or _WANT.search(low) or _POSTS.search(low))


def choose(wished: str | None, message: str, subject: Subject, intent: Intent | None, *, may_work: bool) -> Chosen:
    """The mode. `intent` is what the request's parser made of a message that asks for work, else None."""
    if subject.kind == "decision" and _writes_first(message, intent) and wished in (None, "automatic"):
        subject = Subject(kind="unknown")  # the text is begun, and waits for a person as any other
    if subject.kind == "decision" and subject.goes_on:
        return Chosen("conversation", "It agrees to something; what is open is named here.")
    if wished == "conversation" and subject.kind not in ("decision", "check"):
        return Chosen("conversation", "You chose this mode.", refused=_work(message, intent), only_talk=True)
    if wished in ("conversation", "learning", "orchestration"):
        mode: Did = wished  # type: ignore[assignment]
        return Chosen(mode, "You chose this mode.")
    if subject.kind == "decision":
        return Chosen("conversation", "A decision, which is taken on the text itself.")
    if subject.kind == "check":
        return Chosen("conversation", "A question, answered here.")
    if all(one.kind in _LEARNED for one in (subject, *subject.also)):
        return Chosen("learning", "You asked about what was learned.")
    work = _work(message, intent)
    if work is None:
        return Chosen("conversation", "A question, answered here.")
    if not may_work:
        return Chosen("conversation", "Work was asked for, which your role cannot start.", refused=work)
    return Chosen("orchestration", f"You asked for {work}: work in several steps, so it became a task.")


def _writes_first(message: str, intent: Intent | None) -> bool:
    """ "Create a post and publish it, no approval needed": what is to be decided does not exist yet."""
    if intent is None or phrases.DECIDE.search(" ".join(message.lower().split())):
        return False
    return any(action.kind in _MAKES - {"publish_text"} for action in intent.actions)


def _work(message: str, intent: Intent | None) -> str | None:
    """What is to be made, in words; None where nothing is."""
    if intent is None or intent.reject_reason is not None:
        return None
    kinds = list(dict.fromkeys(action.kind for action in intent.actions))
    makes = [kind for kind in kinds if kind in _MAKES]
    several = len(kinds) > 1 and bool(re.search(r"\breport\b", message, re.IGNORECASE))
    if not makes and not several:
        return None
    named = [_NAMES[kind] for kind in (kinds if several else makes)][:3]
    return named[0] if len(named) == 1 else f"{', '.join(named[:-1])} and {named[-1]}"


def read_on(today: date, message: str) -> Intent:
    """What the request's own parser makes of a message."""
    from cofounder.models.offline.parser import parse

    return parse(message, today=today)
