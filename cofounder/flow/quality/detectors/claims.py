"""Claims without support: superlatives, records, rankings and absolutes that no fact carries."""

import re

from cofounder.flow.quality.detectors.context import Context, finding
from cofounder.flow.quality.prose import asked_or_cited, negated
from cofounder.flow.quality.schemas import Finding, Severity

RECORD_PERIODS = 12  # a record needs at least so many periods to stand out from

_THING = (
    r"(?:(?:ever|single|monthly|quarterly|yearly|annual|sales|revenue|growth|traffic|conversion|business)\s+){0,2}"
    r"(?:month|quarter|year|week|day|results?|revenue|sales|traffic|performance|growth|numbers?|figures?|start|finish|"
    r"rates?|level|ever|yet)"
)
_RANKED = (
    r"(?:compan(?:y|ies)|platform|software|products?|tools?|solutions?|services?|team|app|agency|agencies|brand|provider|"
    r"prices?|deal|support|quality)"
)
_TOP = r"(?:best|strongest|biggest|greatest|largest|highest|fastest|lowest|worst|finest|busiest|most (?:successful|profitable|powerful|advanced|trusted|popular|effective|innovative|reliable|loved))"
_PATTERNS: list[tuple[str, Severity, re.Pattern[str]]] = [
    (
        "record_claim",
        "major",
        re.compile(
            rf"\brecord[- ](?:breaking|setting|high|low|{_THING})\b|\ball[- ]time (?:high|low|best|record)\b|"
            rf"\b(?:a|new|our|set a|broke (?:the|our)) record\b(?! of\b| keeping)",
            re.IGNORECASE,
        ),
    ),
    (
        "superlative",
        "major",
        re.compile(
            rf"\b(?:our|its|their|the|a) (?:(?:very|single|absolute) )?{_TOP}(?:[- ]ever)? {_THING}\b", re.IGNORECASE
        ),
    ),
    (
        "ranking",
        "major",
        re.compile(
            r"(?:(?<![\w&])#\s?1\b(?!\d)|\bno\. ?1\b|\bnumber[- ]one\b|\bworld[’'-]?s? (?:best|leading|number)|\bworld[- ](?:class|leading)\b|"
            rf"\b(?:market|industry|category)[- ]lead(?:er|ing)\b|\bthe leading {_RANKED}|\btop[- ]rated\b|\baward[- ]winning\b|"
            rf"\bbest[- ]in[- ]class\b|\bunbeatable\b|\bunrivall?ed\b|\bunmatched\b|\bsecond to none\b|"
            rf"\b(?:the|our|your) (?:world's )?{_TOP} {_RANKED}\b|\bbetter than (?:any|all|every) (?:other|competitor))",
            re.IGNORECASE,
        ),
    ),
    (
        "novelty",
        "minor",
        re.compile(r"\b(?:unprecedented|revolutionary|groundbreaking|first[- ]ever|one of a kind)\b", re.I),
    ),
    (
        "absolute",
        "minor",
        re.compile(
            r"\b(?:always|everyone|everybody|nobody ever|no one ever|never fails?|(?:all|every one) of our "
            r"(?:customers|clients|users)|every (?:customer|client|user)s? (?:loves?|agrees?|wants?|gets?))\b|"
            r"\b100\s?% (?:of )?(?:our |your )?(?:customers|clients|users|satisf\w+|success\w*|effective)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "vague_praise",
        "minor",
        re.compile(
            r"\b(?:strong|stellar|outstanding|exceptional|incredible|amazing|phenomenal|remarkable|massive|explosive|huge|"
            rf"unbelievable|impressive|solid|excellent|tremendous) {_THING}\b",
            re.IGNORECASE,
        ),
    ),
]
_WHY = {
    "record_claim": (
        f"A record needs at least {RECORD_PERIODS} periods to stand out from, and none are given.",
        "Give the window it holds for, or name the base it is compared with.",
    ),
    "superlative": (
        "Nothing given shows that it is the highest or lowest of all.",
        "Say the figure and what it is compared with.",
    ),
    "ranking": ("A rank among others needs a named source.", "Name the ranking and its date, or leave it out."),
    "novelty": (
        "That nothing like it was there before cannot be shown from what is given.",
        "Say what is new about it.",
    ),
    "absolute": ("One counter-example makes it false.", "Say how many, or of whom it is known."),
    "vague_praise": ("Praise in place of a figure.", "Give the figure and its base, and let the reader judge."),
}


def find(text: str, context: Context) -> list[Finding]:
    """Claims that outrun the facts; a shown record and a negated, asked or tested claim are none."""
    shown = record_shown(context)
    found: list[Finding] = []
    for code, severity, pattern in _PATTERNS:
        if shown and code in ("record_claim", "superlative"):
            continue
        for match in pattern.finditer(text):
            if negated(text, match.start()) or asked_or_cited(text, match.start()):
                continue
            message, advice = _WHY[code]
            found.append(finding("claims", code, severity, message, advice, text=text, span=match.span()))
    return found


def record_shown(context: Context) -> bool:
    """Whether a fact's value stands at the edge of at least twelve periods."""
    for fact in context.facts:
        if len(fact.series) >= RECORD_PERIODS - 1 and (
            fact.value >= max(fact.series) or fact.value <= min(fact.series)
        ):
            return True
    return False
