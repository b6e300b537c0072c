"""Regulated terms: finance, health, and the disclosure that advertising owes its readers."""

import re

from cofounder.flow.quality.detectors.context import Context, finding
from cofounder.flow.quality.prose import negated
from cofounder.flow.quality.schemas import Finding, Severity

_ILLNESS = (
    r"(?:cancer|tumou?rs?|diabetes|depression|anxiety|arthritis|alzheimer['’]?s?|dementia|covid(?:-19)?|flu|asthma|adhd|autism|"
    r"insomnia|migraines?|high blood pressure|hypertension|heart disease|infections?|disease|illness|obesity|pain|eczema)"
)
_ASSET = r"(?:stocks?|shares?|coins?|tokens?|crypto\w*|bitcoin|bonds?|funds?|etfs?|gold|property|equity|options)"
_PATTERNS: list[tuple[str, Severity, re.Pattern[str], str, str]] = [
    (
        "guaranteed_return",
        "blocking",
        re.compile(
            r"\b(?:guaranteed|assured|risk[- ]free|certain|sure) (?:\w+ )?(?:returns?|profits?|income|gains?|yields?|interest)\b|"
            r"\b(?:returns?|profits?|income|gains?) (?:is|are) guaranteed\b|\bguarantee[sd]? (?:you )?(?:a |an )?(?:[\d.]+\s?% )?(?:\w+ )?(?:returns?|profits?|gains?)\b|"
            r"\brisk[- ]free investment\b|\bdouble your money\b|\b(?:get|become) rich quick\w*\b",
            re.I,
        ),
        "A return on money may not be promised; financial promotion rules forbid it.",
        "Leave the promise out; give past figures with their period and a risk notice.",
    ),
    (
        "investment_advice",
        "major",
        re.compile(
            r"\b(?:you should|now is the time to|time to|don['’]t miss (?:the|your) chance to|we recommend (?:you )?(?:to )?) ?"
            rf"(?:buy|sell|hold|short|invest(?:ing)? in)(?:ing)? (?:\w+ ){{0,3}}?{_ASSET}\b|\b(?:buy|sell|invest in) (?:this|these|the|our) {_ASSET}\b|"
            r"\b(?:our|my|this is|free) (?:investment|financial) advice\b|\bguaranteed to (?:go up|rise)\b",
            re.I,
        ),
        "It reads as advice to invest, which only licensed advisers may give.",
        "State the facts and leave the decision to the reader, or have a licensed person sign it.",
    ),
    (
        "cure_claim",
        "blocking",
        re.compile(
            rf"\b(?:cures?|heals?|eliminates?|reverses?|gets? rid of)\b[\w ,]{{0,20}}\b{_ILLNESS}\b|\b(?:cure for|cured (?:my|his|her|their|of)) ?{_ILLNESS}?\b|\bmiracle (?:cure|pill|drug)\b",
            re.I,
        ),
        "Claims to cure an illness are forbidden outside licensed medicines.",
        "Leave it out.",
    ),
    (
        "treatment_claim",
        "major",
        re.compile(
            rf"\b(?:treats?|prevents?|relieves?|fights?|stops?|protects? (?:you )?(?:from|against))\b[\w ,]{{0,20}}\b{_ILLNESS}\b",
            re.I,
        ),
        "A claim about treating or preventing an illness needs an authorised source.",
        "Name the authorised claim and its source, or leave it out.",
    ),
    (
        "health_claim",
        "major",
        re.compile(
            r"\b(?:clinically|medically|scientifically) (?:proven|tested|validated)\b|\b(?:doctor|dermatologist|dentist|physician)s?[- ](?:recommended|approved|recommend|trust)\b|"
            r"\b(?:fda|ema)[- ](?:approved|cleared)\b|\bno side[- ]effects\b|\b(?:detox(?:es|ifies)?|superfood|boosts? (?:your )?(?:immunity|immune system|metabolism)|anti[- ]aging)\b|"
            r"\b(?:lose|drop|shed) (?:up to )?\d+\s?(?:kg|kilos?|pounds?|lbs?)\b",
            re.I,
        ),
        "A health claim needs a study or an approval that the text names.",
        "Name the study or approval, or leave it out.",
    ),
]
_TIE = re.compile(
    r"\b(?:(?:is |was |are |were )?sponsored by|in (?:paid )?(?:partnership|collaboration) with|partner(?:ed|ing) with|affiliate links?|earn (?:a |an )?(?:small )?commission|"
    r"(?:was |were )?gifted (?:me|us|by|a|this|these)|sent (?:me|us) (?:a free|this|these|their)|for free in exchange|brand ambassador|"
    r"(?:use|with) (?:my|our|the|code|promo|discount)(?: \w+)? code\b|use code \w+|paid (?:me|us) to|thanks to [A-Z]\w+ for sending)",
    re.IGNORECASE,
)
_DISCLOSED = re.compile(
    r"#(?:ad|advert|advertisement|sponsored|sponsoredpost|paidpartnership|gifted|prgift|affiliate|werbung|anzeige|partner|ambassador)\b|"
    r"\b(?:advertisement|paid partnership|paid promotion|sponsored (?:post|content|by)|this (?:post|article|e-?mail|text) (?:is|was) sponsored|"
    r"(?:contains|includes) affiliate links?|affiliate disclosure|disclosure:|\[ad\])|^\s*(?:ad|anzeige|werbung)\s*[:|–-]",
    re.IGNORECASE | re.MULTILINE,
)
_YIELD = re.compile(
    r"\b\d+(?:\.\d+)?\s?%\s+(?:(?:annual|yearly|monthly|average|net|p\.?a\.?)\s+)*(?:returns?|yields?|apy|apr|interest)\b",
    re.IGNORECASE,
)
_RISK = re.compile(
    r"\b(?:risks?|may lose|could lose|go down|capital at risk|not (?:a )?(?:guarantee|investment advice|financial advice))\b",
    re.IGNORECASE,
)
_SEEN_FIRST = 300  # a disclosure further down than this may not be seen


def find(text: str, context: Context) -> list[Finding]:
    """Regulated terms with their reason, and a commercial tie that is not disclosed, or not early enough."""
    found = []
    for code, severity, pattern, message, advice in _PATTERNS:
        for match in pattern.finditer(text):
            if not negated(text, match.start()):
                found.append(finding("regulated", code, severity, message, advice, text=text, span=match.span()))
    return found + _returns(text, context) + _disclosure(text, context)


def _returns(text: str, context: Context) -> list[Finding]:
    if _RISK.search(text):
        return []
    return [
        finding(
            "regulated",
            "return_without_risk",
            "major" if context.domain in ("finance", "financial") else "minor",
            "A rate of return stands without a word on risk.",
            "Name the period it was measured in and the risk.",
            text=text,
            span=match.span(),
        )
        for match in _YIELD.finditer(text)
    ]


def _disclosure(text: str, context: Context) -> list[Finding]:
    tie, said = _TIE.search(text), _DISCLOSED.search(text)
    if said is None and tie is not None and not negated(text, tie.start()):
        return [
            finding(
                "regulated",
                "missing_disclosure",
                "major",
                "It names a commercial tie and does not mark the text as advertising.",
                'Put "#ad" or "Paid partnership" at the start.',
                text=text,
                span=tie.span(),
            )
        ]
    if said is None and context.domain == "advertising":
        return [
            finding(
                "regulated",
                "missing_disclosure",
                "major",
                "An advertisement must be recognisable as one.",
                'Put "#ad" or "Paid partnership" at the start.',
            )
        ]
    if said is not None and (tie or said.group().startswith("#")) and said.start() > _SEEN_FIRST:
        return [
            finding(
                "regulated",
                "late_disclosure",
                "minor",
                "The disclosure comes so late that a reader may not see it.",
                "Move it to the first line.",
                text=text,
                span=said.span(),
            )
        ]
    return []
