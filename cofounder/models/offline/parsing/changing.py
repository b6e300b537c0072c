"""What is said of a figure without saying how much it is: "revenue fell 10%", "our traffic doubled", "no churn", "six figures".

No text can rest on it, and a stored figure may say the contrary: it is asked about where stored ones would stand.
"""

import re
from collections.abc import Iterator

from cofounder.models.offline.parsing import amounts
from cofounder.models.offline.parsing.nouns import DOWN, NOUN, UP
from cofounder.models.offline.parsing.stating import TIME

_WENT = re.compile(
    r"\b(?:up|down|grew|rose|climbed|jumped|increased|went|surged|soared|improved|fell|dropped|declined|decreased|worsened|sank|slipped|shrank|plunged)\b"
)
_MAYBE = re.compile(
    r"%|\bper ?cent\b|\d\s?(?:x|pp|p\.p)\b|\b(?:doubl|tripl|trebl|quadrupl|halv|halfed)|fold\b|\btimes\b|\b(?:points?|bps)\b|\bby (?:an?|one|two|three|half|\d|[$€£])|"
    r"\b(?:twice|thrice|half|more|fewer|less|higher|lower|loss|losses|lost|zero|nil|nothing)\b|\b(?:had|have|saw|made|got) no\b|\d|[- ]figures?\b|\ban? (?:third|quarter|fifth|sixth|tenth)\b|"
    r"\b(?:is|was|were|are|hit|reached|to|at) (?:\w+ )?(?:one|two|three|four|five|six|seven|eight|nine|ten|\w+teen|\w+ty|eleven|twelve)\b"
)
_FEW = r"(?:two|three|four|five|six|seven|eight|nine|ten)"
_PART = r"(?:(?:an?|one) (?:half|third|quarter|fifth|sixth|tenth)|half|two thirds|three quarters)"
_POINTS = r"(?:\s?(?:percentage points?|%[- ]points?|points?|p\.?p\b\.?|bps\b|basis points?))?"
_TIMES = rf"(?:\d[\d.,]*\s?x(?!\w)|(?:\d[\d.,]*|{_FEW})[- ]?(?:fold|times)\b)"
_BY = rf"(?:{_TIMES}|{_PART}|{amounts.SPELLED}(?: (?:percent|per cent))?{_POINTS}|{_FEW}(?= (?:percentage )?points?\b){_POINTS}|{amounts.LOOSE}{_POINTS})"
_MARKED = r"(?=[$€£]|[\d.,]+\s?(?:%|per ?cent|pp\b|points?\b|percentage|[km]\b|million|thousand))"
_NUMBER = r"one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|quarter|half"
_SWELLED = r"(?:doubled|tripled|trebled|quadrupled|halved|doubling|tripling|quadrupling|halving)"
_NOTHING = r"(?:zero|nil|nothing|(?:four|five|six|seven|eight|nine)[- ]figures?)"
_GAP = rf"(?:(?!(?<![\w-]){NOUN}(?![\w-])|\b(?:from|of)\b)[^.;:!?\n\d$€£%+\x00\x01]){{0,25}}?"
_THAN = r"(?:higher|lower|more|less|up|down|above|below|better|worse)\b"
BEHIND = re.compile(
    rf"(?<![\w-])(?P<noun>{NOUN})(?![\w-]){_GAP}(?:"
    rf"\s(?:{_SWELLED}|more than {_SWELLED})\b(?!\s+(?:again\s+)?to\s+[\d$€£])"
    rf"|\s(?:{UP}|{DOWN}|gained|lost|improved|went|by|was|were|is|are)\s+(?:by\s+)?(?:another\s+|some\s+|about\s+|almost\s+|nearly\s+|over\s+|more than\s+|roughly\s+|around\s+)?{_BY}\s+{_THAN}"
    rf"|\s(?:{UP}|{DOWN}|gained|lost|improved|by)\s+(?:by\s+)?(?:another\s+|some\s+|about\s+|almost\s+|nearly\s+|over\s+|more than\s+|roughly\s+|around\s+)?{_BY}(?![\w%])"
    rf"|\sin (?:half|two)\b"
    rf"|\s(?:is|was|are|were)\s+(?:now\s+)?(?:{_TIMES}|twice|double|triple|half)(?!\w)"
    rf"|[:\s]\s*[+−-]\s?{_MARKED}{amounts.LOOSE}{_POINTS}"
    rf"|\s(?:is|was|were|are|hit|reached|to|at|of|in)\s+(?:an? |the )?{_NOTHING}\b"
    rf"|\s(?:is|was|were|are|hit|reached|to|at)\s+(?:about |around |roughly |almost |nearly |over )?(?:an? )?(?:{_NUMBER})(?: and an? half)?\b(?!\s+(?:of|more|things?|reasons?|ways?|words?|posts?|months?|weeks?|days?|years?|hours?|quarters?|topics?)\b))"
)  # fmt: skip
# "We grew revenue 12%", "cut our CAC 10 percent": whoever moved it.
_MADE = (
    r"(?:grew|grow|grown|growing|increas(?:ed?|ing)|rais(?:ed?|ing)|boost(?:ed|ing)?|lift(?:ed|ing)?|improv(?:ed?|ing)|expand(?:ed|ing)?|push(?:ed|ing)? up|drove up|scal(?:ed|ing)|"
    r"cut|cutting|reduc(?:ed?|ing)|lower(?:ed|ing)?|slash(?:ed|ing)?|trimm(?:ed|ing)|shr(?:ank|ink|inking)|decreas(?:ed?|ing)|dropp(?:ed|ing)|brought down|bringing down|push(?:ed|ing)? down)"
)
_ABOUT = r"(?:(?:another|some|about|almost|nearly|over|more than|roughly|around)\s+)?"
_AHEAD = re.compile(
    rf"(?<![\w$€£.,-])(?:(?:{_BY}|twice|double|triple|half)\s+(?:(?:more|fewer|less|higher|lower|additional|extra)|(?:as (?:much|many)|the|our))\s+(?:monthly |total |net |website )?(?P<noun>{NOUN})(?![\w-])"
    rf"|(?:{_TIMES}|{_PART}|{_MARKED}{amounts.LOOSE}{_POINTS})\s+(?:(?:monthly|quarterly|annual|overall|total)\s+)?(?:(?P<noun7>{NOUN})\s+)?(?:growth|increase|rise|jump|drop|decline|decrease|fall|dip|surge|improvement)\b(?:\s+(?:in|of)\s+(?:our\s+|the\s+)?(?P<noun4>{NOUN})(?![\w-]))?"
    rf"|\b(?:{_SWELLED}|double|triple|quadruple|halve)\s+(?:(?:our|the|its|my)\s+)?(?:monthly |total |net |website )?(?P<noun2>{NOUN})(?![\w-])(?!\s+to\s+[\d$€£])"
    rf"|\b(?:we|i)(?:'ve| have)?\s+(?:had|have|saw|made|got)\s+(?:no|zero)\s+(?:new |more |monthly )?(?P<noun3>{NOUN})(?![\w-])"
    rf"|\b(?:we|i)(?:'ve| have)?\s+(?:have|had|reached|saw|made|serve)\s+(?:less than|fewer than|under|below|at most|up to|at least|more than)\s+{amounts.LOOSE}\s+(?:in |of )?(?P<noun5>{NOUN})(?![\w-])"
    rf"|\bnow\s+(?:we (?:have|are at|serve)|we're at|it(?:'s| is)(?: at)?|they are|at)\s+(?:over |almost |about |around )?\d[\d.,]*(?![\w%:/-]|[.,]?\d)(?!\s+[a-z]*(?:customers|clients|users|o'clock|am|pm|days?|weeks?|months?|years?))"
    rf"|(?<![\w$€£.,-]){amounts.LOOSE}\s+(?:more|fewer|less|higher|lower)\s+than\b"
    rf"|\b(?:up|down)\s+(?:by\s+)?\d[\d.,]*(?![\w%.,]*[\d%]|\s?%)(?=\s*(?:$|[.,;!?)]|(?:from|on|since|vs|compared|over)\b))"
    rf"|\b(?:we|i)(?:'ve| have)?\s+(?:{UP}|{DOWN})\s+(?:by\s+)?{_ABOUT}{_BY}(?:\s+{TIME})?\s+in\s+(?:our\s+)?(?P<noun8>{NOUN})(?![\w-])"
    rf"|\b{_MADE}\s+(?:(?:our|the|its|my)\s+)?(?:monthly |total |net |website |overall )?(?P<noun6>{NOUN})(?![\w-])(?:\s+(?:{TIME}))?\s+(?:by\s+)?{_ABOUT}{_BY}(?![\w%])(?!,?\s+to\s+[\d$€£])"
    rf"|\b(?:loss|losses|lost)\s+(?:of\s+)?(?={amounts.SIGN}|[\d.,]+\s?(?:k|m|million|thousand)\b){amounts.LOOSE})"
)  # fmt: skip
# Which way it went, and no more: "our revenue fell in October".
_WAY = re.compile(
    rf"(?<![\w-]){NOUN}(?![\w-])(?:(?!(?<![\w-]){NOUN}(?![\w-]))[^.;:!?\n\d$€£%\x00\x01]){{0,20}}?\s(?:grew|rose|climbed|jumped|increased|went (?:up|down)|surged|soared|improved|fell|dropped|declined|decreased|worsened|sank|slipped|shrank|plunged|(?:is |are |was |were )?(?:up|down)(?= *(?:$|[.,;!?)]|and\b|but\b|again\b|in\b|this\b|last\b)))\b(?! (?:by|to|from) [\d$€£])"
)
NOUNS = ("noun", "noun2", "noun3", "noun4", "noun5", "noun6", "noun7", "noun8")
# What is wanted, and ways to it, says nothing of how it is.
_WANTED = re.compile(
    r"\b(?:want\w*|plan\w*|aim\w*|goals?|targets?|hop(?:e|ing)|wish\w*|will|would|could|can|should|may|might|if|ways?|tips|how (?:to|you|companies|brands)|help\w*|ready|trying|going) (?:(?!\b(?:our|we)\b)[^.;!?]){0,30}$"
)


def maybe(low: str) -> bool:
    """Whether anything of the kind may stand there at all."""
    return bool(_MAYBE.search(low))


def way(low: str) -> str:
    """The words that say which way a figure went; "" where none do."""
    found = _WENT.search(low) and _WAY.search(low)
    return found[0].strip() if found else ""


_MOVED_BEFORE = re.compile(rf"\b{_MADE}\s+(?:(?:our|the|its|my)\s+)?(?:monthly |total |net |website |overall )?$")
_BARELY = re.compile(rf"\s*(?:{TIME}\s+)?(?:by\s+)?{_ABOUT}")


def moves(before: str, between: str) -> bool:
    """Whether the words before a figure's name, and those between it and an amount, tell how far somebody moved it."""
    return bool(_BARELY.fullmatch(between + " ") and _MOVED_BEFORE.search(before, max(0, len(before) - 60)))


def find(low: str) -> Iterator[re.Match[str]]:
    """Everything that is said so, but for what is only wanted."""
    if not _MAYBE.search(low):
        return
    for pattern in (BEHIND, _AHEAD):
        for match in pattern.finditer(low):
            if not _WANTED.search(low, max(0, match.start() - 60), match.start()):
                yield match
