"""Whose figures the words speak of: ours, or a competitor's, a customer's, somebody else's."""

import re

from cofounder.models.offline.parsing import metrics

_PARTIES = (
    r"competitors?|rivals?|competition|customers?|clients?|partners?|suppliers?|vendors?|investors?|neighbou?rs?|friends?|peers?|"
    r"users?|members?|subscribers?|sponsors?|landlords?|market|industry|sector|economy|country|start-?up|company|business|firm"
)
_DOES = (
    r"(?:has|have|had|having|is|are|was|were|made|makes?|making|grew|grows?|growing|reach\w*|hits?|hitting|doubl\w+|tripl\w+|earn\w*|saw|sees|"
    r"report\w*|announc\w+|pass(?:es|ed|ing)|cross(?:es|ed|ing)|rose|rises|rising|fell|falls|falling|went|goes|increas\w*|rais\w*|generat\w*|"
    r"sold|sells|won|lost|gain\w*|turn(?:s|ed) over|post(?:s|ed)|record(?:s|ed)|topp\w+|with|at)"
)
_SUBJECT = rf"(?:\s*,?\s*(?:who|which|whose|that)\b|\s+(?:(?:now|just|also|recently|already|finally|has|have|had|\w+ly)\s+)*{_DOES}\b)"
_FIRMS = r"(?:company|companies|business|businesses|team|shop|store|firm|start-?up|group|brand|bakery|cafe|restaurant|agency|agencies|studio|bank|school)s?"
_OURSELVES = rf"(?:{_FIRMS}|department|office|branch|product|app|site|website|platform|channel|club|service|unit|region|division|subsidiary|newsletter|blog|post|page|account|campaign|webshop)s?"
_TIMES = (
    r"(?:today|yesterday|tomorrow|tonight|week|month|quarter|year|weekend|season|spring|summer|autumn|winter|fall|period|holiday|"
    r"[a-z]+day|q[1-4]|h[12]|\d{4}|january|february|march|april|may|june|july|august|september|october|november|december|"
    r"jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|christmas|easter)"
)
_SAID = (
    r"(?:it|that|this|what|how|who|here|there|let|he|she|where|when|why|everyone|people|one|world|reader|founder|ceo)"
)
OWN = re.compile(r"\b(?:we|us|i|my|ours|our)\b(?:'(?:ve|re|d|m|ll))?")
_THEY = re.compile(
    r"\b(?:they|their|theirs|his|her|somebody|someone|anybody|another)\b(?: (?:else|company|business)(?:'s)?)?"
)
_OTHER = re.compile(
    rf"\b(?P<head>{_PARTIES})"
    rf"(?:'s\b|s?'(?!\w)|(?={_SUBJECT}))"
)
_TOLD_TO = re.compile(
    r"\b(?:tell|e-?mail|mail|inform|update|let|invite|remind|thank|show|ask|to|for|by|from|among|with|thanks to|at)\s+(?:(?:all|our|the|my|of|loyal|\w+ing)\s+)*$"
)
_ADJACENT = re.compile(r"\b(?P<head>competitors?|rivals?|industry|market|sector)\s+(?:\w+\s+)?$")
_POSSESSIVE = re.compile(r"(?<![\w'])(?P<head>[a-z][\w&.-]*)(?:'s|(?<=s)')(?!\w)")
_BUSINESS = re.compile(rf"\b(?:an?|another|some|one|any|every|other)\s+(?:[\w-]+\s+){{0,2}}?(?P<head>{_FIRMS})\b")
_NAME = re.compile(r"(?<![\w'])[A-Z][\w&.-]*(?: (?:[A-Z][\w&.-]*|&|of))*")
_NO_NAME = re.compile(
    rf"(?:{_TIMES}|linkedin|facebook|twitter|x|write|create|draft|post|tweet|email|mail|publish|ours?|mine|celebrat(?:e|ing)|announc(?:e|ing)|mark(?:ing)?|thank|promote|share|we|i|in|on|at|the|a|an|this|last|it|today|q\d|ceo|ai|saas|b2b|"
    rf"usd|eur|gbp|black|cyber|new|and|but|so|after|since|with|from|for|while|revenue|sales|traffic|growth|profit|churn|customers|{metrics.NAMED})",
    re.I,
)
_OF = re.compile(
    rf"\s+(?:of|at|for)\s+(?:(?:our|the|an?|another|one of our|your|their)\s+)*(?:\w+\s+)?(?P<head>{_PARTIES})\b(?! (?:acquisition|program\w*|base))"
)
_OF_NAME = re.compile(r"\s+(?:of|at)\s+(?=[A-Z])")


def owner(low: str, text: str, start: int, end: int) -> str | None:
    """Who has the figure at a place, in the request's words; None where it is ours or nobody is named.

    The nearest word before it that says whose it is decides ("we", "our", "Acme's", "a competitor that"), in its own
    sentence or, where that has none, before; what follows it ("the revenue of Stripe") comes first.
    """
    after = _after(low, text, start, end)
    if after:
        return after
    edge = max((m.end() for m in re.finditer(r"[.;!?]\s|\n", low[:start])), default=0)
    for begin in dict.fromkeys((edge, 0)):
        found = _nearest(low, text, begin, start)
        if found is not None:
            return found or None
    return None


def all_of_others(low: str, text: str, start: int, end: int) -> bool:
    """Whether figures are named in a stretch, and every one is somebody else's."""
    places = [(m.start(), m.end()) for p in (metrics.ANY, metrics.FIGURES) for m in p.finditer(low, start, end)]
    return bool(places) and all(owner(low, text, a, b) for a, b in places)


def _after(low: str, text: str, start: int, end: int) -> str | None:
    of = _OF.match(low, end)
    if of:
        return text[of.start("head") : of.end("head")]
    named = None if low.startswith("sales", start) else _OF_NAME.match(text, end)
    name = _NAME.match(text, named.end()) if named else None
    return name[0] if name and not _known(name[0]) else None


def _nearest(low: str, text: str, begin: int, at: int) -> str | None:
    """The last word that says whose a figure is: "" for ours, a name for somebody else's, None for none."""
    adjacent = _ADJACENT.search(low, begin, at)
    if adjacent:
        return text[slice(*adjacent.span("head"))]
    found: list[tuple[int, str]] = []
    for own in OWN.finditer(low, begin, at):
        found.append((own.start(), ""))
    for pattern in (_THEY, _OTHER, _BUSINESS, _POSSESSIVE):
        for match in pattern.finditer(low, begin, at):
            if _is_other(pattern, match, low):
                head = "head" if pattern is not _THEY else 0
                found.append((match.end(), text[slice(*match.span(head))]))
    found += [(m.end(), m[0]) for m in _NAME.finditer(text, begin, at) if _acts(m, text)]
    return max(found, key=lambda one: one[0])[1] if found else None


def _is_other(pattern: re.Pattern[str], match: re.Match[str], low: str) -> bool:
    if pattern is _THEY:
        return True
    head = match["head"]
    place = match.start("head")
    before = low[max(0, place - 24) : place]
    if pattern is _POSSESSIVE:
        if re.fullmatch(_OURSELVES, head):
            return not re.search(r"\b(?:our|the|my|this)\s+(?:[\w-]+\s+){0,2}$", before)
        return not re.fullmatch(rf"{_TIMES}|{_SAID}", head)
    if re.fullmatch(_OURSELVES, head) and re.search(r"\b(?:our|the|my|this)\s+(?:[\w-]+\s+){0,2}$", before):
        return False
    if before.endswith((" per ", "/", " each ")):
        return False  # "revenue per customer"
    possessive = "'" in match[0]
    return possessive or not _TOLD_TO.search(before)


def _acts(match: re.Match[str], text: str) -> bool:
    """Whether a name is one that has or does something, and no month, channel or figure."""
    name, after = match[0], text[match.end() : match.end() + 60].lower()
    if _known(name) or (text.isupper() and len(text) > 20):
        return False
    return bool(re.match(r"'s\b|'(?=\s)", after) or re.match(_SUBJECT, after))


def _known(name: str) -> bool:
    return all(_NO_NAME.fullmatch(word) for word in name.lower().split())
