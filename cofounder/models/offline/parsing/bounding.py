"""Times beside a word that bounds, repeats or blurs them ("before October", "every October"), and times nobody placed.

The little words in front of a time are a closed class: those that mean the time itself ("in", "for", "of") leave it as
it is; behind any other the time meant is a different one, and it is asked for.
"""

import re
from collections.abc import Callable

from cofounder.models.offline.parsing.dates import Atom

_BOUND = re.compile(
    r"(?<![\w'])(?:before|until|'?till?|up (?:to|until)|prior to|ahead of|leading up to|in the run-up to|after|beyond|following|every|each|any|most of|(?:the )?half of|"
    r"(?:a |large |big )?parts? of|some of|the rest of|the remainder of|around|near(?:ly)?|towards?|approximately|roughly|circa|ca\.?|outside(?: of)?|pre|post|non|mid|mid-?way through|"
    r"halfway through|early(?: in)?|late(?: in)?|(?:the )?(?:end|start|beginning|middle|close|turn|eve|first half|second half) of|not(?: in)?|never(?: in)?|no later than|as of|"
    r"either side of|besides|beside)[\s-]+(?:the\s+)?$"
)
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
# Times no calendar rule has read: a season's or a feast's name, a stretch without a number, "a year ago".
_UNPLACED = re.compile(
    rf"(?<!at )(?<!-)\blast (?!{_NO_TIME}s?\b)(?!{_UNIT}\b)[a-z][\w'-]*|\b(?:this|next|the past|the last|the coming) (?:season|semester|term|trimester|sprint|decade|century|school year|holidays?|advent)\b"
    rf"|\b(?:(?:an?|some|several|many|a few|few|a couple of|couple of|half an?|\d+)\s+)?(?:\w+ )?{_UNIT} (?:ago|back)\b|\b(?:a|the) (?:year|month|quarter|week) (?:ago|earlier)\b"
)


def take(found: list[Atom], blank: str, low: str, unclear: list[str], looks_back: Callable[[int], bool]) -> list[Atom]:
    """The times that mean themselves; those behind a word that makes another time of them go to `unclear`."""
    kept: list[Atom] = []
    for place, atom in enumerate(found):
        before = found[place - 1] if place else None
        ranged = before is not None and _RANGE.fullmatch(blank, before.end, atom.start)
        bound = None if ranged else _BOUND.search(blank[max(0, atom.start - 40) : atom.start])
        if bound and looks_back(atom.start):
            unclear.append(low[atom.start - len(bound[0]) : atom.end].strip(" ,"))
        else:
            kept.append(atom)
    return kept


def unplaced(blank: str) -> list[str]:
    """Words that name a time which no rule has read, in what the rules left."""
    return [match[0] for match in _UNPLACED.finditer(blank)]
