"""What channels punish: engagement bait, tagging, hidden links, letters that only look bold, shouting."""

import re

from cofounder.flow.quality.detectors.context import Context, finding
from cofounder.flow.quality.schemas import Finding, Severity

_PATTERNS: list[tuple[str, Severity, re.Pattern[str], str, str]] = [
    (
        "engagement_bait",
        "major",
        re.compile(
            r"\b(?:like|share|comment|retweet|repost|rt|react|double[- ]tap|smash (?:the )?like)\b[^.!?\n]{0,20}\b(?:if you (?:agree|love|like|want|think|relate|know|can)|for (?:more|part)\b)|"
            r"\b(?:comment|type|drop|write|reply(?: with)?) (?:an? |the word )?[\"“'‘]?(?:yes|me|info|guide|interested|amen|link|pdf|growth|(?-i:[A-Z]{2,12}))\b[\"”'’]?(?= (?:below|in the|and|to|for|if)|[.!,\"”]|\s*$)|"
            r"\blike (?:and|&|\+) (?:share|comment|follow|subscribe)\b|\bfollow (?:for|4) follow\b|\bf4f\b|\blike4like\b|"
            r"\b(?:share|repost) (?:this )?(?:with|to) (?:\d+|ten|five|all your|everyone)\b|\bdrop (?:a|an|your) [^\w\s]|\bagree\?\s*$|\bwho(?:'s|’s| is) with me\?",
            re.I | re.M,
        ),
        "Channels show posts less that ask for reactions as such.",
        "Ask a question that you want answered.",
    ),
    (
        "tagging",
        "major",
        re.compile(r"\btag (?:a|an|your|someone|somebody|\d+|two|three|five|people|friends?|the)\b(?! manager| cloud| line)[\w ]{0,24}", re.I),
        "Asking readers to tag others is engagement bait on every channel.",
        "Leave it out, or ask who in the reader's own work deals with it.",
    ),
    (
        "hidden_link",
        "minor",
        re.compile(r"\blinks? (?:is |are )?(?:in|below in) (?:the )?(?:first |1st )?(?:comments?|bio|profile)\b|\bcheck (?:the )?comments? for (?:the )?link\b", re.I),
        "It sends readers to look for a link elsewhere.",
        "Put the link last in the text, or leave it out.",
    ),
    (
        "empty_bait",
        "minor",
        re.compile(r"(?:^|(?<=[.!?\n] )|(?<=\n))(?:Thoughts|Agree|Am I right|Right)\?+(?=\s|$)|\byou won['’]t believe\b|\bwhat happened next\b|\b(?:doctors|experts) hate\b", re.M),
        "A bait that names nothing to answer.",
        "Ask about one thing the text names.",
    ),
    (
        "pressure",
        "minor",
        re.compile(r"\b(?:act now|limited[- ]time (?:only|offer)|hurry(?: up)?[,!]|don['’]t miss out|last chance|while (?:stocks|supplies) last|click here|100\s?% free|order now|once in a lifetime|urgent(?:ly)?!)\b", re.I),
        "Filters and readers take it for spam.",
        "Say the date or the number that makes it urgent, or leave it out.",
    ),
]  # fmt: skip
_BOLD = re.compile("[\U0001d400-\U0001d7ff\uff21-\uff3a\uff41-\uff5a\u24b6-\u24e9\U0001f130-\U0001f189]{2,}")
_LOUD = re.compile(r"!\s?!+|\?\s?\?+|[!?]{2,}")
_CAPITALS = re.compile(r"(?<![#@\w&])[A-Z]{4,}(?:['’][A-Z]+)?\b")
_KNOWN_CAPITALS = frozenset(
    {"HTTP", "HTTPS", "HTML", "JSON", "SAAS", "EBITDA", "YAML", "NASA", "GDPR", "ARPU", "CCPA", "COVID", "UTC", "FAQS"}
)
_MENTION = re.compile(r"(?<![\w.])@\w{2,}")
_FAKE_REPLY = re.compile(r"\A\s*(?:re|fwd?|aw|wg)\s*:", re.IGNORECASE)
MENTIONS_AT_MOST = 3


def find(text: str, context: Context) -> list[Finding]:
    """Breaches of what channels allow or readers bear."""
    found = [
        finding("channel_policy", code, severity, message, advice, text=text, span=match.span())
        for code, severity, pattern, message, advice in _PATTERNS
        for match in pattern.finditer(text)
    ]
    found += [
        _at(
            text,
            match,
            "fake_bold",
            "minor",
            "Letters that only look bold are read out as nonsense by screen readers.",
            "Write plain letters.",
        )
        for match in _BOLD.finditer(text)
    ]
    found += [
        _at(text, match, "loud_marks", "minor", "Doubled marks read as shouting.", "One mark is enough.")
        for match in _LOUD.finditer(text)
    ]
    found += _capitals(text) + _mentions(text)
    if context.channel == "email":
        found += _mail(text)
    return found


def _at(text: str, match: re.Match[str], code: str, severity: Severity, message: str, advice: str) -> Finding:
    return finding("channel_policy", code, severity, message, advice, text=text, span=match.span())


def _capitals(text: str) -> list[Finding]:
    """Two shouted words or more; one alone may be a name."""
    shouted = [match for match in _CAPITALS.finditer(text) if match.group() not in _KNOWN_CAPITALS]
    if len(shouted) < 2:
        return []
    return [
        _at(
            text,
            shouted[0],
            "capitals",
            "minor",
            f"{len(shouted)} words in capitals read as shouting.",
            "Write them in small letters.",
        )
    ]


def _mentions(text: str) -> list[Finding]:
    named = list(_MENTION.finditer(text))
    if len(named) <= MENTIONS_AT_MOST:
        return []
    return [
        _at(
            text,
            named[MENTIONS_AT_MOST],
            "mass_mention",
            "minor",
            f"It mentions {len(named)} accounts; mass mentions count as spam.",
            f"Keep at most {MENTIONS_AT_MOST}.",
        )
    ]


def _mail(text: str) -> list[Finding]:
    found = []
    fake = _FAKE_REPLY.search(text)
    if fake:
        found.append(
            _at(
                text,
                fake,
                "fake_reply",
                "major",
                "A first mail that poses as an answer deceives its reader.",
                "Leave Re: and Fwd: out.",
            )
        )
    return found
