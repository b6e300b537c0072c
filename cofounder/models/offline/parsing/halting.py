"""Requests that want something stopped, moved or left undone: no text is written for them."""

import re

from cofounder.models.offline.parsing import deliverables

_HALTS = (
    r"(?:cancel|stop|halt|hold(?: back| off(?: on)?)?|pause|postpone|delay|defer|withdraw|recall|delete|remove|take (?:down|back|offline)|pull(?: down| back)?|unschedule|"
    r"re-?schedule|abort|scrap|unpublish|retract|discard|abandon|suspend|resume|unpause|un-?send|call off|bring forward|push back|undo|archive|hide|reject|"
    r"decline|approve|pin|unpin|put (?:on hold|off)|shelve|revoke)"
)
_THING = r"(?:posts?|tweets?|newsletters?|threads?|articles?|e-?mails?|publications?|drafts?|texts?|updates?|announcements?|campaigns?|tasks?|entry|entries|messages?|mailings?|broadcasts?)"
_HALT = re.compile(rf"{_HALTS}\s+(?!an?\s)(?:[\w'-]+\s+){{0,6}}?{_THING}\b")
_MAKES = (
    r"(?:write|create|make|draft|post|publish|send|share|tweet|e-?mail|mail|blog|announce|promote|schedule|release|put|launch|prepare|compose|"
    r"generate|produce|tell|inform|advertise|upload|push|run|plan|start)"
)
_FORBIDDEN = re.compile(
    rf"(?:(?:you |we |i )?(?:do not|don't|dont|must not|mustn't|should not|shouldn't|shall not|can't|cannot)|never|no longer|under no circumstances|by no means|in no case|"
    rf"on no account)\s+(?:(?:you|we|ever|yet|please|again|want|you to|want you to|anybody to|go and|go ahead and)\s+)*{_MAKES}\b"
    rf"|(?:stop|refrain from|quit|no more)\s+(?:writing|creating|posting|publishing|sending|sharing|tweeting|mailing|e-?mailing|blogging|announcing|promoting|scheduling)\b"
)
_NO_VERB = re.compile(
    r"(?:for|on|about|regarding|concerning|with|in|as|at|of|to|from|by|per|re|only|another|one|two|three|some|new|quick|short|long|next|last|topic|subject|"
    r"linkedin|facebook|twitter|x|blog|e-?mail|social|company|today|maybe|perhaps|same|also|here|please|like|include|including|mention|not|no|if|when|is|are|was|were|and|or)"
)
_WORKS_ON = re.compile(
    r"(?P<verb>[a-z][a-z-]+)(?: (?:down|back|off|up|out|on|away|in|forward|over))?\s+"
    r"(?:the|my|our|this|that|these|those|all|every|any|both|tomorrow's|today's|tonight's|yesterday's|[a-z]+day's|scheduled|planned|pending|queued)\s"
)


def find(words: str) -> bool:
    """Whether a clause wants something that there already is stopped, moved or taken back."""
    return bool(_HALT.match(words))


def forbids(words: str) -> bool:
    """Whether a clause only says what must not be written or sent."""
    return bool(_FORBIDDEN.match(words))


def works_on(words: str) -> bool:
    """Whether a verb we do not know is told to do something with a text that there already is ("Rename the post about ...")."""
    match = _WORKS_ON.match(words)
    if match is None or _NO_VERB.fullmatch(match["verb"]):
        return False
    things = deliverables.find(words)
    return bool(things) and things[0].start >= match.end("verb")
