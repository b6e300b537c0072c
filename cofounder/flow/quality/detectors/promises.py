"""Forbidden promises: outcomes that nobody can assure."""

import re

from cofounder.flow.quality.detectors.context import Context, finding
from cofounder.flow.quality.prose import negated
from cofounder.flow.quality.schemas import Finding, Severity

_RESULT = r"(?:double|triple|quadruple|10x|grow|increase|boost|skyrocket|explode|improve|reach|hit|exceed|rise|earn|make|win|save|beat|outperform|succeed|work)"
_PATTERNS: list[tuple[str, Severity, re.Pattern[str]]] = [
    (
        "guarantee",
        "major",
        re.compile(
            r"\bguarantee(?:s|d|ing)?\b|\bwe (?:can |do )?(?:promise|assure) (?:you|that|a|an)\b|\byou have our word\b",
            re.I,
        ),
    ),
    (
        "promised_result",
        "major",
        re.compile(
            rf"\b(?:will|['’]ll|is going to|are going to) (?:also |easily |quickly |surely |definitely |certainly )?{_RESULT}\b"
            r"(?= (?:your|our|its|their|the|in|by|to|at|over|even|more|up|\$?\d|revenue|sales|traffic|profit|you|money))",
            re.I,
        ),
    ),
    (
        "on_track",
        "major",
        re.compile(
            r"\b(?:on track (?:for|to)|set to (?:reach|hit|grow|double|exceed|break)|well on (?:our|its) way to)\b",
            re.I,
        ),
    ),
    (
        "absolute_safety",
        "major",
        re.compile(
            r"\b(?:100\s?%|completely|totally|absolutely|perfectly|entirely) (?:safe|secure|risk[- ]free|reliable|private|accurate)\b|"
            r"\b(?:risk[- ]free|zero[- ]risk|no[- ]risk|fail[- ]?safe|foolproof|bulletproof|can['’]?t (?:lose|fail|go wrong))\b",
            re.I,
        ),
    ),
    (
        "quick_result",
        "major",
        re.compile(
            r"\b(?:instant|overnight|immediate) (?:results?|success|growth|profits?)\b|\b(?:get|see|double|triple|results?) [\w ]{0,30}"
            r"\b(?:overnight|in (?:just |only )?(?:\d+|one|two|three|seven|ten) (?:days?|hours?|minutes?))\b",
            re.I,
        ),
    ),
]
_WHY = {
    "guarantee": ("An outcome cannot be guaranteed.", "Say what you do, or what happened so far, with its figure."),
    "promised_result": (
        "It promises a result that is not known yet.",
        "Say what happened, or give a sourced forecast with its interval.",
    ),
    "on_track": (
        "It promises where things will end, and no forecast or target is given.",
        "Give the figure reached and the target, or leave it out.",
    ),
    "absolute_safety": (
        "Nothing is entirely safe or free of risk.",
        "Name the safeguard instead: what is checked, by whom, how often.",
    ),
    "quick_result": (
        "It promises a result within a time that nobody controls.",
        "Give a measured example with its base, marked as one case.",
    ),
}
_FORECAST_FREE = frozenset({"promised_result", "on_track"})
_REFUND = re.compile(r"(?:money[- ]back|refund|satisfaction) $", re.IGNORECASE)
_STRICT = frozenset({"finance", "financial", "health", "medical"})


def find(text: str, context: Context) -> list[Finding]:
    """Promises of results; a forecast fact allows "on track", and a refund policy is only noted."""
    forecast = any(fact.kind == "forecast" for fact in context.facts)
    found = []
    for code, severity, pattern in _PATTERNS:
        if forecast and code in _FORECAST_FREE:
            continue
        for match in pattern.finditer(text):
            if code != "absolute_safety" and negated(text, match.start()):
                continue
            if (
                code == "absolute_safety"
                and negated(text, match.start(), reach=3)
                and "can" not in match.group().lower()
            ):
                continue
            weight: Severity = "blocking" if context.domain in _STRICT else severity
            if code == "guarantee" and _REFUND.search(text[: match.start()][-16:]):
                weight = "info"
            message, advice = _WHY[code]
            found.append(finding("promises", code, weight, message, advice, text=text, span=match.span()))
    return found
