"""Times beside a word that bounds, repeats or blurs them ("before October", "every October"), and times nobody placed.

The little words in front of a time are a closed class: those that mean the time itself ("in", "for", "of") leave it as
it is; behind any other the time meant is a different one, and it is asked for.
"""

import re
from collections.abc import Callable

from cofounder.models.offline.parsing import metrics
from cofounder.models.offline.parsing.dates import Atom

_BOUND = re.compile(
    r"(?<![\w'])(?:before|until|'?till?|up (?:to|until)|prior to|ahead of|leading up to|in the run-up to|after|beyond|following|every|each|any|most of|(?:the )?half of|"
    r"(?:a |large |big )?parts? of|some of|the rest of|the remainder of|around|near(?:ly)?|towards?|approximately|roughly|circa|ca\.?|outside(?: of)?|pre|(?<!^)(?<!linkedin )(?<!facebook )(?<!twitter )(?<!blog )(?<!\bx )(?<!\ba )(?<!please )(?<!and )(?<!then )(?<![.:;!?,] )(?<!media )(?<!social )post|non|mid|mid-?way through|"
    r"halfway through|early(?: in)?|late(?: in)?|(?:the )?(?:end|start|beginning|middle|close|turn|eve|first half|second half) of|not(?: in)?|never(?: in)?|no later than|as of|"
    r"either side of|besides|beside|year[- ]end|close|\w+ into|(?:later|earlier|sooner) in|(?:weekends?|weekdays|mornings|evenings|nights|days) in|other than(?: in)?|apart from|"
    r"(?:hours?|days?|weeks?|weekends?|months?|quarters?|years?) (?:to|after|before|following|around|from|through|until|either side of|leading up to)|"
    r"(?:first|last|early|final|opening|closing|other|\d+|two|three|four|five|six|ten|few) (?:\w+ )?(?:days|weeks|months|quarters) of|"
    r"\d+(?:st|nd|rd|th)(?: of)?|\d+ or|(?:run|lead|way) to|(?<!last )(?<!next )(?:ten|\d+) days (?:of|in))[\s-]+(?:the\s+)?$"
)
_BEHIND = re.compile(
    r"\s*(?:,\s*)?(?:or (?:so|thereabouts|later|earlier|before|after)|-?ish|excluded|excepted|aside|exclusive|give or take|and (?:a bit|change|some more|beyond|so on)|and (?:before|after)(?=\s*(?:[.,;!?]|$)))\b|\s+(?:through|until|till|up to)\s+(?!(?:now|today|date)\b)[a-z]"
)
# "Leave October out", "keep the September numbers out of it"
_LEAVES = re.compile(r"\b(?:leav(?:e|ing)|keep(?:ing)?|tak(?:e|ing)|cut(?:ting)?)\s+(?:out\s+)?(?:the\s+|our\s+)?$")
_LEFT_OUT = re.compile(r"(?:'s)?\s+(?:(?:numbers|figures|results|revenue|sales|data)\s+)?(?:out|aside|away|off)\b")
# "The results of October" are October's; the third week or this side of it is another time.
_OF = re.compile(r"(?<![\w'])(?P<what>[a-z][\w'-]*)\s+of\s+(?:the\s+)?$")
_WHOLE = re.compile(
    r"(?:breakdown|chart|graph|table|picture|view|list|copy|proof|terms?|months?|quarters?|years?|halves|half|whole|all|each|end|recap|review|summary|overview|update|report|story|start|numbers?|total|out|because|instead|ahead|customers|orders|"
    r"forecast|analysis|comparison|average|sum|highlights?|campaigns?|posts?|newsletters?|day|days|event|launch|sale)"
)
_BETWEEN = re.compile(r"\bbetween\s+(?:the\s+)?$")
_RANGE = re.compile(
    r"\s*(?:,\s*)?(?:to|until|till|up to|through)\s*(?:the\s+)?(?:(?:end|middle|start|beginning) of\s+)?"
)
_UNIT = r"(?:days?|weeks?|fortnights?|months?|quarters?|years?|decades?)"
_NO_TIME = (
    r"(?:post|tweet|newsletter|article|thread|e-?mail|text|draft|version|campaign|update|message|report|launch|sale|event|webinar|one|minute|chance|call|but|not|least|"
    r"paragraph|sentence|line|word|name|step|part|point|section|thing|item|place|title|headline|release|issue|edition|meeting|conversation|blog|linkedin|facebook|figure|number|"
    r"result|analysis|forecast|plan|customer|client|order|round|comment|reply|question|answer|request|task|publication|piece|long|year's|month's|quarter's|week's|of|to|for|in|on|and|or|"
    r"few|couple|several|some|spring|summer|autumn|fall|winter|time|calendar|full|complete|fiscal|financial|business)"
)
_TIME_NOUN = r"(?:days?|weeks?|weekends?|fortnights?|months?|quarters?|years?|decades?|seasons?|holidays?|(?:twen|thir|for|fif|six|seven|eigh|nine)ties|past)"
# Times no calendar rule has read: a season's or a feast's name, a stretch without a number, "a year ago".
_UNPLACED = re.compile(
    rf"(?<!at )(?<!-)\blast (?!{_NO_TIME}s?\b)(?!{_UNIT}\b)[a-z][\w'-]*|\b(?:this|next|the past|the last|the coming) (?:season|semester|term|trimester|sprint|decade|century|school year|holidays?|advent)\b"
    rf"|\bever since\b|\bin an? (?:good |bad |typical |normal |single )?{_UNIT}\b|\b(?:january|february|april|june|july|august|september|october|november|december)s\b"
    rf"|\bwhen (?:we|our)\b(?: [a-z][\w'-]*){{0,2}}|\b(?:during|since|until|till|throughout|before|after)\s+(?!then\b|we last\b|and\b|tax\b|taxes\b|costs\b|fees\b|interest\b)(?:(?:the|our|my|an?|its)\s+)?[a-z][\w'-]*(?: [a-z][\w'-]*)?|\b(?:in|over|for)\s+(?:(?:the|our|its|any|some|odd|even|good|bad|busy|quiet|first|second|third|peak)\s+)+{_TIME_NOUN}(?: (?:of|when|we|after|before)\b[\w\s]{{0,20}})?"
    rf"|\b(?:the )?(?:early |late |mid-?)?(?:19|20)\d0s\b|\bweeks? [1-5]?\d\b|(?<![\d-])(?:0?[1-9]|1[0-2])-(?:19|20)\d\d\b|\b(?:every|each) other {_UNIT}\b|\b(?:christmases|easters|summers|winters|seasons|\w+mas) ago\b"
    rf"|\b(?:(?:an?|some|several|many|a few|few|a couple of|couple of|half an?|\d+)\s+)?(?:\w+ )?{_UNIT} (?:ago|back)\b|\b(?:a|the) (?:year|month|quarter|week) (?:ago|earlier)\b"
)


def take(found: list[Atom], blank: str, low: str, unclear: list[str], looks_back: Callable[[int], bool]) -> list[Atom]:
    """The times that mean themselves; those behind a word that makes another time of them go to `unclear`."""
    kept: list[Atom] = []
    for place, atom in enumerate(found):
        before = found[place - 1] if place else None
        ranged = before is not None and _RANGE.fullmatch(blank, before.end, atom.start)
        start = max(0, atom.start - 40)
        bound = (
            None
            if ranged
            else _BOUND.search(blank[start : atom.start])
            or _open(place, found, blank)
            or _within(blank[start : atom.start])
        )
        behind = None if _joins(place, found, blank) else _BEHIND.match(blank, atom.end)
        left_out = behind is None and _LEFT_OUT.match(blank, atom.end) and _LEAVES.search(blank[start : atom.start])
        if left_out:
            unclear.append(low[atom.start : atom.end].strip(" ,") + " left out")
        elif (bound or behind) and looks_back(atom.start):
            begin = atom.start - (len(bound[0]) if bound else 0)
            unclear.append(low[begin : behind.end() if behind else atom.end].strip(" ,"))
        else:
            kept.append(atom)
    return kept


def _within(before: str) -> re.Match[str] | None:
    """ "This side of October": something of a time that is neither a figure nor the whole of it."""
    of = _OF.search(before)
    known = (
        of is None
        or _WHOLE.fullmatch(of["what"])
        or metrics.ANY.search(of["what"])
        or metrics.FIGURES.search(of["what"])
    )
    return None if known else of


def _joins(place: int, found: list[Atom], blank: str) -> bool:
    """Whether a time is the beginning of a stretch whose end was read as well."""
    return place + 1 < len(found) and bool(_RANGE.fullmatch(blank, found[place].end, found[place + 1].start))


def _open(place: int, found: list[Atom], blank: str) -> re.Match[str] | None:
    """ "Between October and Christmas": a stretch whose other end is no time that was read."""
    atom = found[place]
    if atom.kind == "days":
        return None
    between = _BETWEEN.search(blank[max(0, atom.start - 40) : atom.start])
    closed = place + 1 < len(found) and re.fullmatch(
        r"\s*(?:,\s*\w+\s*)?(?:and|&)\s*(?:the\s+)?", blank[atom.end : found[place + 1].start]
    )
    return None if closed or "\x00" in blank[atom.end : atom.end + 8] else between


def unplaced(blank: str) -> list[str]:
    """Words that name a time which no rule has read, in what the rules left."""
    return [match[0] for match in _UNPLACED.finditer(blank)]
