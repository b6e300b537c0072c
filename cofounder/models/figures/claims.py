"""Claims that figures alone cannot carry: causes, promises, superlatives without data, part for whole."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cofounder.models.brief import Fact

ClaimKind = Literal["cause", "promise", "superlative", "absolute", "bait", "empty", "part_for_whole"]


@dataclass(frozen=True)
class Claim:
    """Words that say more than the facts do."""

    kind: ClaimKind
    text: str
    start: int
    end: int


_PATTERNS: dict[ClaimKind, re.Pattern[str]] = {
    "cause": re.compile(
        r"\b(?:because of|because|thanks to|driven by|led to|due to|owing to|as a result of|resulted in|fuel+ed by|"
        r"caused by|paid off|attributable to)\b(?!\s+you\b)",
        re.IGNORECASE,
    ),
    "promise": re.compile(
        r"\b(?:on track (?:for|to)|guarantee[ds]?|will (?:reach|hit|grow|double|exceed|continue|rise|keep growing)|"
        r"set to (?:reach|hit|grow|double|exceed)|is going to (?:reach|hit|grow|double))\b",
        re.IGNORECASE,
    ),
    "superlative": re.compile(
        r"\b(?:(?:our|the|a|its) (?:best|strongest|record|biggest|highest|lowest|worst) "
        r"(?:ever|month|quarter|year|week|result|revenue|traffic|performance|sales)|record-breaking|all-time high|"
        r"record (?:month|quarter|year|revenue|high|sales|traffic))\b",
        re.IGNORECASE,
    ),
    "absolute": re.compile(r"\b(?:always|everyone|everybody|nobody ever|never fails?|unprecedented)\b", re.IGNORECASE),
    "bait": re.compile(
        r"\b(?:tag (?:a|someone|your)|comment yes|link in (?:the )?(?:comments|bio)|like if|share if|thoughts\?)",
        re.IGNORECASE,
    ),
    "empty": re.compile(
        r"\b(?:thrilled|excited to (?:announce|share)|game[- ]changer|unlock(?:s|ed|ing)?|delve[sd]?|whopping|"
        r"not just \w+[\w ]{0,20}? but|humbled|synergy|needless to say)\b",
        re.IGNORECASE,
    ),
}
_QUARTER = re.compile(
    r"\b(?:Q[1-4](?:\s20\d\d)?(?:['’]s)?|(?:first|second|third|fourth)[- ]quarter)\s+(?P<noun>revenue|sales|traffic|visits|growth)\b",
    re.IGNORECASE,
)


def _record_shown(facts: Sequence[Fact]) -> bool:
    """A record needs at least twelve periods, and this value at their edge."""
    for fact in facts:
        if len(fact.series) >= 11 and (fact.value >= max(fact.series) or fact.value <= min(fact.series)):
            return True
    return False


def forbidden_claims(text: str, facts: Sequence[Fact]) -> list[Claim]:
    """Every claim in a text that the facts do not carry, in order."""
    caused = any(fact.kind == "cause" for fact in facts)
    forecast = any(fact.kind == "forecast" for fact in facts)
    found: list[Claim] = []
    for kind, pattern in _PATTERNS.items():
        if (kind == "cause" and caused) or (kind == "promise" and forecast):
            continue
        if kind == "superlative" and _record_shown(facts):
            continue
        found += [Claim(kind, match.group(), match.start(), match.end()) for match in pattern.finditer(text)]
    if part_only(facts):
        for match in _QUARTER.finditer(text):
            found.append(Claim("part_for_whole", match.group(), match.start(), match.end()))
    return sorted(found, key=lambda claim: claim.start)


def part_only(facts: Sequence[Fact]) -> bool:
    """Whether money and traffic are given for a month only, so that a quarter's total is not known."""
    flows = [fact for fact in facts if fact.metric in ("revenue", "traffic", "sales", "marketing_spend")]
    if not flows:
        return False
    return all((fact.period.grain == "month" if fact.period else "month" in fact.id) for fact in flows)
