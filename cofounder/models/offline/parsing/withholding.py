"""The wish that no figure be stated: "without any figures", "keep the number out of it", "never publish the amount"."""

import re

from cofounder.models.figures.withheld import WITHHELD
from cofounder.models.offline.parsing import metrics

_THING = r"(?:figures?|numbers?|metrics|kpis|amounts?|digits?|statistics|stats|sums?|data points?)"  # percentages are a part of them: that wish is told as one that is not kept
_DET = r"(?:(?:any|all|the|our|a|an|dollar|euro|its|these|those|this|that|actual|exact|real|concrete|specific|single|hard|secret|confidential|private|kind of|sort of|of|business|revenue|sales) )*"
_WHERE = r"(?:,? (?:in|from|inside|anywhere in) (?:it|this|that|there|the (?:post|text|tweet|thread|article|e-?mail|newsletter|copy))| out(?: of it)?| at all| whatsoever| please| itself| themselves| here| anywhere| public| away| though)*"
# "No numbers in the headline" and "without the number of visits" ask for less than a text without figures.
_WHOLE = r"(?! (?:of|for|on|from|per|in the (?:headline|title|subject|first|opening)|before|until|other|but|except|without)\b)(?![\w-])"
_VERB = (
    r"(?:mention|publish|post|state|share|reveal|disclos|show|tell|giv|nam|includ|us|print|writ|put|quot|say|leak|spell out|cit|talk about|add|expos|releas|display|bring up|"
    r"communicat|give away|giving away|spelling out|talking about)(?:e|ing)?(?: (?:out|away|any of))?"
)
_NOT = r"(?:does not|doesn't|do not|don't|dont|never|must not|mustn't|should not|shouldn't|may not|not to|cannot|can't|without|not|avoid|nor)(?: ever| even| please| to)?"
_SECRET = r"(?:secret|confidential|private|internal|undisclosed|not (?:for the )?public|non-public|not to be (?:published|shared|disclosed|mentioned))"
_SAID = re.compile(
    rf"(?:,? (?:but |and |please )?)?\b(?:"
    rf"(?<!have )(?<!has )(?<!had )(?<!are )(?<!is )(?<!were )(?:with )?(?:no|without|zero|avoid(?:ing)?|skip(?:ping)?|omit(?:ting)?|hid(?:e|ing)|leav(?:e|ing) out|free of|free from|sans|exclud(?:e|ing)|not (?=a |any ))"
    rf"(?: (?:us|giv|nam|mention|stat|show|shar|publish|reveal|disclos|includ|quot)ing)? {_DET}{_THING}{_WHOLE}{_WHERE}"
    rf"|(?:keep|keeping|leave|leaving|hold|take) {_DET}{_THING}(?: itself| themselves)? (?:out|away|off|back|secret|private|confidential|hidden|vague|internal|unmentioned|undisclosed|under wraps|to (?:yourself|ourselves|us))\b(?: of (?:it|this|that|the \w+))?"
    rf"|(?:figure|number)s?-free"
    rf"|{_NOT} {_VERB}(?: (?:us|people|them|anyone|anybody))? (?:exactly )?(?:by )?how (?:much|many)\b(?: (?:it|that|this|we|they|money)(?: \w+)?)?|(?:but |just )?not (?:by )?how (?:much|many)\b"
    rf"|{_NOT} {_VERB} {_DET}{_THING}{_WHOLE}{_WHERE}"
    rf"|{_DET}{_THING} (?:itself |themselves )?(?:must|should|may|shall|can|is|are|has to|have to|needs? to)(?:n't| not| never)(?: to)? (?:be |appear|go )(?:\w+)?"
    rf"|{_DET}{_THING} (?:itself )?(?:is|are|stays?|remains?|must (?:stay|remain|be kept)|should (?:stay|remain)) (?:(?:a|still|strictly|top) )*{_SECRET}"
    rf")"
)
_OF_METRIC = re.compile(
    rf"(?<![\w-]){metrics.NAMED}(?P<cut>,? (?:which |that |it )?(?:is|are|stays?|remains?|must (?:stay|remain|be kept)) (?:(?:a|still|strictly|top) )*{_SECRET})\b"
)
_BARE = re.compile(rf"how (?:much|many)|{_DET}{_THING}(?: about (?:our|the) [\w ]+|{_WHERE})")


_HINT = re.compile(
    r"figure|number|how m(?:uch|any)|metric|kpi|amount|digit|stat|percent|sums?\b|data point|secret|confidential|private|internal|disclosed|public"
)


# "Do not leave out the numbers" and "no post without numbers" want them stated.
_WANTED = re.compile(
    r"(?:\b(?:not|dont|never)|n't|\bno (?:post|text|tweet|thread|article|e-?mail|newsletter))(?: please| ever)?$"
)


# "Why founders should never share any numbers" is what the text is about; "how we grew without numbers" may be the wish.
_ABOUT = re.compile(r"\b(?:why|how|whether|when)\b[^.!?;:,]*$")
_ORDERS = re.compile(
    r",? ?(?:and|but|please|with|without|no|zero|sans|free|avoid|skip|omit|hid|leav|exclud|keep|hold|take)"
)


def _is_subject(low: str, match: re.Match[str]) -> bool:
    return not _ORDERS.match(match[0]) and bool(_ABOUT.search(low[: match.start()]))


def is_wanted(low: str, start: int) -> bool:
    """Whether a "not" before words that leave something out turns them round."""
    return bool(_WANTED.search(low[max(0, start - 40) : start].rstrip()))


def find(low: str) -> list[tuple[int, int]]:
    """Where the instruction says that no figure is to be stated."""
    if not _HINT.search(low):
        return []
    spans = [
        match.span()
        for match in _SAID.finditer(low)
        if not is_wanted(low, match.start()) and not _is_subject(low, match)
    ]
    return sorted(
        [*spans, *(match.span("cut") for match in _OF_METRIC.finditer(low) if not _ABOUT.search(low[: match.start()]))]
    )


def plain(item: str) -> str:
    """What must be avoided as it is kept: "numbers" and "any figures in it" are any figure."""
    return WITHHELD if _BARE.fullmatch(item.lower().strip()) else item
