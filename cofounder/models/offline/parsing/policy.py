"""The few requests the product refuses: plain deception and harm, said in so many words."""

import re

_MAKE = r"(?:write|create|make|generate|draft|post|publish|send|produce|compose|give me|come up with|craft|prepare|need|want|buy|add|invent|fabricate|plant|share|tweet|announce|put out|spread)"
_RULES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (reason, re.compile(pattern))
    for reason, pattern in (
        (
            "It asks for reviews, testimonials or accounts that are not real. Readers would be deceived, and the law forbids it.",
            rf"\b{_MAKE}\b[^.?!]{{0,40}}\b(?:fake|fabricated|made[- ]up|invented|false|bogus|phony)\b[^.?!]{{0,25}}\b(?:reviews?|testimonials?|ratings?|comments?|accounts?|quotes?|customers?|endorsements?|case study|case studies)\b"
            r"|\b(?:pretend|pretending|as if|pose|posing)\b[^.?!]{0,30}\b(?:satisfied|happy|real|actual) (?:customers?|users?|clients?)\b"
            r"|\binvent\b[^.?!]{0,20}\b(?:testimonials?|reviews?|customer quotes?)\b|\bastroturf",
        ),
        (
            "It asks for figures or results that are not true.",
            r"\b(?:fake|falsify|fabricate|make up|invent|inflate|exaggerate|doctor)\b (?:our |the |some |a few )?(?:\w+ )?(?:numbers|figures|results|revenue|metrics|growth|stats|statistics|earnings|data)\b"
            r"|\blie about our\b|\bclaim (?:that )?we (?:have|had|made|grew)\b[^.?!]{0,60}\beven though\b",
        ),
        (
            "It asks to speak as somebody else, so that readers take it for theirs.",
            r"\b(?:impersonat\w+|pretend(?:ing)? to be|posing as|pose as|pretend (?:that )?(?:i am|i'm|we are|we're))\b(?! (?:a )?(?:beginner|a beginner|happy|busy))"
            r"|\bas if (?:it (?:came|were|was) (?:from|by)|written by|from) (?:the |our )?(?:bank|ceo of (?!our)|government|police|irs|tax office|paypal|microsoft|apple|google|amazon|competitor)",
        ),
        (
            "It asks to harass or defame people.",
            r"\b(?:harass|bully|cyberbully|dox|doxx|defame|smear|humiliate|threaten|blackmail|stalk|slander)\b(?:ing)? (?!campaigns? against us)(?!free)\w+"
            r"|\b(?:false|fake|untrue) (?:rumou?rs?|accusations?|claims?|allegations?) (?:about|against|that|on)\b|\bspread\b[^.?!]{0,20}\b(?:rumou?rs?|lies)\b|\bhate (?:speech|post|campaign) (?:against|about|at)\b",
        ),
        (
            "It asks to mail people who did not agree to it.",
            r"\b(?:bought|purchased|scraped|stolen|harvested|leaked|rented)\b (?:\w+ )?(?:e-?mail |mailing |contact |customer )?(?:lists?|addresses|contacts|e-?mails?)\b|\b(?:lists?|addresses|contacts|e-?mails) (?:that |which )?(?:we|i) (?:have )?(?:bought|purchased|scraped|rented|stole|harvested)\b|\b(?:spam|mass[- ]spam) (?:everyone|people|them|all|thousands|our competitors?'?s?)|\bphishing (?:e-?mail|message|mail|campaign|text)(?!s? (?:attacks?|awareness|prevention))(?! awareness)",
        ),
        (
            "It asks to tip people off with information that is not public.",
            r"\binsider (?:tips?|trading tips?|information to trade)\b(?! (?:from|on travel|for travel))|\bbefore (?:it(?:'s| is) public|the public knows|the announcement)[^.?!]{0,40}\b(?:buy|sell|short) (?:our |the )?(?:shares?|stock)\b|\bpump and dump\b|\bpump (?:up )?(?:the|our) (?:stock|share|token|coin)\b",
        ),
    )
)  # fmt: skip
_AGAINST = re.compile(
    r"\b(?:how (?:to|we) (?:spot|recogni[sz]e|detect|avoid|fight|protect|report|stop|prevent)|protect(?:ing)? (?:yourself|against|from)|against fake|spot(?:ting)?|avoid(?:ing)?|awareness|dangers? of|warn(?:ing)?|beware|fight(?:ing)?|do not|don't|never|not)\b"
)


def refuse(low: str) -> tuple[str, str] | None:
    """(reason, words) when the request asks for plain deception or harm, else None; talk against it is fine."""
    for reason, pattern in _RULES:
        match = pattern.search(low)
        if match and not _AGAINST.search(low[max(0, match.start() - 60) : match.end()]):
            return reason, match[0]
    return None
