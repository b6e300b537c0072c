"""What vouches for a figure being ours and as it stands: the words between "our" and it, and those right behind it.

A closed grammar: back to "our", "we" or the request's beginning every word has to be one of asking for a text, of time
or of figures; ahead the sentence has to end or go on in a way that leaves the figure what it is. Any other word may
change whose it is ("quoting the roaster: revenue of $80,000") or what it says ("$200,000 short of plan"), in wordings
without end; such a figure is asked about.
"""

import re

from cofounder.models.offline.parsing import amounts, metrics
from cofounder.models.offline.parsing.wording import PLACING

_OWN = {"our", "ours", "we", "i", "my", "we've", "we're", "we'd", "we'll", "i'm", "i've"}
_MONTHS = "january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec"
_WORDS = f"""
    hit hits hitting reached reaches reach reaching passed passing crossed crossing topped topping made making had have has having was were is are
    came come grew grow growing grown rose rise rising risen climbed climbing jumped jumping increased increasing soared surged fell fall falling
    dropped dropping declined declining decreased decreasing sank slipped shrank shrinking plunged went going doubled doubling tripled tripling
    quadrupled halved stood stands stand totalled totaled closed ended finished earned generated brought took achieved booked recorded saw seen
    got gained added won sold sells shipped delivered welcomed welcome served serving exceeded exceeding number counts count counted
    now just already finally even again still over almost nearly about around roughly exactly only total overall gross net month's monthly
    approximately approx circa some more than well under and but with at to from of in for during by up down while after against versus vs compared
    plus also as the a an so because since which that than then when where here there last this past previous same first
    proud happy thrilled glad excited delighted pleased news great good strong solid best record announce announced report reported reporting
    celebrate celebrating announcing sharing highlighting mention mentioning including saying telling says fact facts figures numbers results
    result performance metrics kpis key update growth on how customers clients users subscribers orders followers leads downloads paying active
    happy visits website site online year quarter month week weeks months today yesterday currently far
    {_MONTHS} q1 q2 q3 q4 h1 h2 spring summer autumn winter per percent cent dollars usd euros eur pounds gbp k m million thousand billion half
    linkedin facebook x twitter tweet blog newsletter e-mail email post article
    previously formerly low high peak all-time historic new set
    spent launch ads marketing podcast webinar course club service platform channel campaign webshop department division region
    team shop store company business bakery cafe café restaurant agency studio startup start-up firm product app webshop branch office brand
"""  # fmt: skip
_FIGURES = frozenset(_WORDS.split()) | (PLACING - {"plan", "ideas", "fit", "fits", "meant"})
_WORD = re.compile(r"[^\W\d_][\w'’&.-]*\w|[^\W\d_]")
# Those whom a text is for: "tell our customers that", "e-mail to our investors:".
_TOLD = re.compile(
    r"\b(?:tell|inform|update|let|remind|invite|thank|show|e-?mail|mail|text|for|to|with)\s+(?:(?:all|our|the|my|of|your|existing|loyal)\s+)*"
    r"(?:customers|clients|users|subscribers|followers|investors|shareholders|partners|members|readers|fans|people|everyone|everybody|team|staff|"
    r"community|audience|list|board|employees|colleagues)(?:\s+know)?\b(?!')"
)
_CLOSE = re.compile(
    r"\s*(?:$|[.,;:!?)(\n–—\x00\x01]|-\s|(?:and|but|or|while|who|whose|because|as|so|when|where|thanks|due|despite|versus|vs|compared|plus|already|now|again|today|"
    r"yesterday|overall|altogether|alone|total|net|gross|this|last|the|our|we|write|post|tweet|draft|create|publish|share|please|about|thank|also|too|then|worth|strong|"
    r"month|monthly|mrr|arr|visits|visitors|sessions|page ?views|customers|clients|users|people|just|only|instead|how|than|linkedin|facebook|e-?mail|newsletter|blog|"
    r"in|of|to|by|at|on|from|over|for|up|down|against|before|after|with|without|since|through|across|within|during)\b)"
)
# Behind these the next word decides: "in October", "in sales"; "in losses" and "before returns" are something else.
_IN = re.compile(
    r"\s*(?:,\s*|\(\s*)?(?P<word>in|of|to|by|at|on|from|over|for|up|down|against|before|after|with|without|since|through|across|within|during)\s+"
    r"(?:(?:the|our|a|an|all|my|total|just|only|on|over)\s+)*"
)
_ASIDE = re.compile(r"\s*[,(]\s*(?P<said>[^,.;!?()\n]{1,60})")
_GERUND = re.compile(r"(?!deduct|includ|exclud|assum|subtract|account|accord|miss|lack)\w+ing\b")
_PART = re.compile(
    r"(?:\b(?:half|halves|third|thirds|quarter|quarters|most|some|part|parts|none|rest|few|share|percent|many|\d+)|%)(?: of)?\s+$|\b(?:off|below|under|above|beyond|against|short of|instead of|missed|missing|refunded)\s+$"
)
_ANOTHER_SPAN = r"(?:daily|weekly|fortnightly|hourly|quarterly|annual|annuali[sz]ed|yearly|half-yearly|half-year)"
_IF = re.compile(r"\b(?:if|once|when|whether|until|unless|imagine|suppose|pretend|wish)\s+$")
_SPAN_BEFORE = re.compile(rf"\b{_ANOTHER_SPAN}\s+(?:[\w-]+\s+)?$")
_SPAN_BEHIND = re.compile(
    rf"\s*(?:,\s*)?(?:an?|per|each|every|/)\s?(?:hour|day|week|fortnight|quarter|year|annum|customer|order|user|head|person|visit|employee)\b(?! (?:ago|before|earlier))|\s*/\s?(?:h|d|w|y|yr|day|week|year)\b"
    rf"|\s*(?:p\.?\s?a\.?|{_ANOTHER_SPAN}|annually|per annum|a year|in (?:one|a single) (?:day|week|hour))(?!\w)"
)


def other_span(low: str, start: int, end: int) -> tuple[int, int] | None:
    """Where it is said that a figure is of a day, a week, a quarter or a year: "annual revenue", "$4,000 a day"."""
    said = _SPAN_BEFORE.search(low, max(0, start - 40), start) or _SPAN_BEHIND.match(low, end)
    return said.span() if said else None


def unread(low: str, text: str, start: int, end: int, inner: str) -> str:
    """The words beside a figure that nobody read, "" where it is ours as it stands; `inner` are those within it."""
    return _ahead(low, text, end) or _within(inner) or _back(low, text, start)


def _within(inner: str) -> str:
    return next((word for word in _WORD.findall(inner) if not _known(word)), "")


def _known(word: str) -> bool:
    word = word.replace("’", "'").removesuffix("'s")
    return word in _FIGURES or bool(re.fullmatch(r"\d.*|x|[a-z]", word))


def _back(low: str, text: str, start: int) -> str:
    """The nearest unread word between the figure and what says that it is ours."""
    for begin in dict.fromkeys((max(0, start - _NEAR), 0)):
        head = low[begin:start]
        for pattern in (_TOLD, metrics.ANY, amounts.PLAIN):
            head = pattern.sub(lambda match: " " * len(match[0]), head)
        words = list(_WORD.finditer(head))
        for match in reversed(words[1:] if begin else words):  # the first may be cut in two
            if match[0] in _OWN:
                part = _PART.search(head[: match.start()]) or re.search(
                    r"\bof $", head[: match.start()] if match[0] == "ours" else ""
                )
                part = part or _IF.search(head, 0, match.start())
                return part[0].strip() if part else ""
            place = begin + match.start(), begin + match.end()
            if not _known(match[0]) and not _place(low, text, *place):
                return text[slice(*place)]
    return ""


_NEAR = 300  # characters: mostly what vouches for a figure stands as near as this


_PLACE = re.compile(
    r"\s+(?:team|shop|store|branch|office|bakery|cafe|café|restaurant|studio|agency|company|business)\b"
)


def _place(low: str, text: str, start: int, end: int) -> bool:
    """ "Our Berlin store": a name between "our" and a part of the company."""
    named = low[start] != text[start] and low[:start].endswith(("our ", "my "))
    return named and bool(_PLACE.match(text, end))


def _ahead(low: str, text: str, end: int) -> str:
    """The words right behind a figure that are no plain going on of the sentence."""
    if not _CLOSE.match(low, end):
        behind = re.match(r"\s*\S+(?:\s+\S+){0,2}", low[end:])
        return text[end : end + behind.end()].strip(" .,;") if behind else ""
    joined = _IN.match(low, end)
    if joined is None:
        return _aside(low, text, end)
    rest = low[joined.end() : joined.end() + 60]
    named = metrics.ANY.match(rest) or amounts.PLAIN.match(rest) or re.match(r"[\d$€£\x00\x01(]", rest)
    word = _WORD.match(rest)
    if named or word is None or _goes_on(word[0]) or word[0] in _PLACES:
        return ""
    if text[joined.end()].isupper() and joined["word"] in ("in", "at", "from", "across", "for", "with", "to", "over"):
        return ""
    return text[end : joined.end() + word.end()].strip(" .,;(")


def _goes_on(word: str) -> bool:
    return _known(word) or word in _OWN or bool(_GERUND.match(word)) or word in _CAUSES


def _aside(low: str, text: str, end: int) -> str:
    """What is said of a figure behind a comma or in brackets, up to a word that begins a sentence of its own."""
    aside = _ASIDE.match(low, end)
    figure = (metrics.ANY.search(aside["said"]) or amounts.PLAIN.search(aside["said"])) if aside else None
    said = aside["said"][: figure.start()] if aside and figure else aside["said"] if aside else ""
    for word in _WORD.finditer(said):
        if word[0] in _OWN or word[0] in _CAUSES or _GERUND.match(word[0]):
            break
        if not _known(word[0]):
            return text[slice(*aside.span("said"))].strip() if aside else ""
    return ""


_CAUSES = {
    "thanks",
    "because",
    "driven",
    "helped",
    "fuelled",
    "fueled",
    "so",
    "while",
    "but",
    "write",
    "please",
    "draft",
    "create",
    "tweet",
    "post",
}
_PLACES = {"countries", "cities", "markets", "regions", "languages"}  # "500 customers in twelve countries"
