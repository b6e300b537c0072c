"""Figures of a request's words that no reading took: asked about where they are ours, else told."""

import re

from cofounder.models.offline.parsing import amounts, changing, metrics, vouching, whose
from cofounder.models.offline.parsing.nouns import COUNTED, NOUN, name
from cofounder.models.offline.parsing.said import ANYBODYS, NOT_OURS, Given, set_apart
from cofounder.models.offline.parsing.stating import HEDGE, MONTHS, TIME, VERB

_STANDS = re.compile(
    rf"(?<![\w-])(?P<noun>{NOUN})\s*(?:,?\s*(?:which|that)\s+)?(?:{TIME}\s*)?(?P<verb>{VERB})?\s*(?:(?:not|under|less than|up to|at least|at most)\s+)?{HEDGE}(?P<said>{amounts.LOOSE})"
)
_ALONE = re.compile(r"\s*(?:$|[.,;!?)](?!\d)|(?:in|last|this|and|but|after|from|up|down|points?|compared)\b)")
_COUNTED = re.compile(
    r"\s*(?:words?|characters?|months?|quarters?|years?|weeks?|days?|posts?|tweets?|tips|ways|times)\b"
)


_GOES_ON = re.compile(
    r"\s*(?:(?:and|but|or|so|then|now)\s+)*(?:it|this|that|they|up|down|from|after|before|was|were|previously|formerly)\b"
)
_MONTH_OF_YEAR = re.compile(r"(?:(?:19|20)\d\d-(?:0[1-9]|1[0-2])|(?:0?[1-9]|1[0-2])[/.](?:19|20)\d\d)(?![\d.,-])")
_TAIL = re.compile(r"[\w.,]*\w")
_ODD = re.compile(r"(?!(?:st|nd|rd|th|x|d|h|am|pm|min|fold|pp)\b)[a-z]")


def read(found: Given, low: str, text: str) -> None:
    """What is stated as a figure and was not read: of ours it is asked about, else it is told."""
    low = _claims(found, low, text)
    for match in _STANDS.finditer(low):
        bare = re.fullmatch(r"(?:19|20)\d\d|(?:\d{1,2}\.)?\d{1,2}\.(?:19|20)\d\d", match["said"]) or not re.search(
            r"\d[.,]\d|[$€£¥₹%-]|\d\s?[km]|\d{16}", match["said"]
        )
        before = low[max(0, match.start() - 24) : match.start()]
        rate = metrics.is_rate(name(match["noun"]) or "")
        odd = bool(match["verb"] and _ODD.match(low, match.end()))  # 8O,000
        bare = bool(bare) and not odd and not (rate and match["verb"] and _ALONE.match(low, match.end()))
        if _MONTH_OF_YEAR.match(low, match.start("said")) or _MONTH_OF_YEAR.match(low, match.start("said") - 4):
            continue
        if "\x01" in match[0] or bare or _COUNTED.match(low, match.end()):
            continue
        if not (NOT_OURS.search(before) or ANYBODYS.search(before)):
            named = name(match["noun"])
            percent = "%" in match["said"] or "per" in match["said"]
            if named and named in found.values:
                continue
            if named and percent and not rate:  # "our NPS is 45%": a share of something else
                low = _claimed(found, low, text, match.span()) if match["verb"] else low
                continue
            tail = _TAIL.match(low, match.end()) if odd else None
            low = set_apart(found, low, text, (match.start(), tail.end() if tail else match.end()))
    low = _near(found, low, text)
    _times(found, low, text)
    if not ("\x01" in low or re.search(rf"(?<![\w-]){NOUN}(?![\w-])", low)):
        return
    for sentence in re.finditer(r"(?:[^.;!?\n]|[.;!?](?!\s|$))+", low):
        said = metrics.ANY.search(sentence[0]) or "\x01" in sentence[0] or whose.OWN.search(sentence[0])
        if said or _GOES_ON.match(sentence[0]):
            _strays(found, sentence, low, text)


_NOBODYS = re.compile(r"\b(?:any|typical|average|industry|competitors?'?|your|market|if|why|when)\s+(?:\w+\s+)?$")


def _claims(found: Given, low: str, text: str) -> str:
    """Sets apart what is said of ours without saying how much it is; what its two values show already is none."""
    for match in changing.find(low):
        start, end = match.span()
        before = low[max(0, start - 24) : start]
        said = next((match[key] for key in changing.NOUNS if match.groupdict().get(key)), None)
        named = name(said) if said else None
        anybodys = (ANYBODYS if said and match.re is changing.BEHIND else _NOBODYS).search(before)
        if "\x01" in low[start:end] or anybodys or f"previous_{named}" in found.values:
            continue
        if since := _SINCE_A_TIME.match(low, end - 5 if low.startswith(" than", end - 5) else end):
            found.times.append(since.span("then"))
        low = _claimed(found, low, text, (start, end))
    return low


def _claimed(found: Given, low: str, text: str, span: tuple[int, int]) -> str:
    start, end = span
    words, who = re.sub(r"\s+", " ", text[start:end]).strip(" ,:"), whose.owner(low, text, start, start)
    if who:
        found.others[words] = who
    else:
        found.claims.append(words)
        found.unused.append(words)
    return low[:start] + "\x01" * (end - start) + low[end:]


_BESIDE = re.compile(
    rf"(?<![\w-])(?P<noun>{NOUN})(?![\w-])(?P<gap>(?:(?!\b(?:we|i|they|target|goal|plan|budget|forecast|from|by|than|for|on|with|per|and|or|but|not|without|within|under|below|to|if|how|up|down|"
    rf"grew|rose|fell|dropped|after|before|against|versus|vs|of)\b)[^.;!?\n\d\x00\x01$€£¥₹]){{0,25}})(?P<said>(?<![\w.,]){amounts.LOOSE})"
)


def _near(found: Given, low: str, text: str) -> str:
    """A figure right beside what it is a figure of, in words that no rule reads: asked about, never replaced."""
    for match in _BESIDE.finditer(low):
        named, percent = name(match["noun"]), "%" in match["said"] or "per" in match["said"]
        before = low[max(0, match.start() - 24) : match.start()]
        taken = named in found.values or (found.held and named in found.held.values)
        if named is None or taken or percent != metrics.is_rate(named) or not amounts.striking(match["said"]):
            continue
        if (
            NOT_OURS.search(before)
            or ANYBODYS.search(before)
            or vouching.other_span(low, match.start(), match.end())
            or _COUNTED.match(low, match.end())
            or _MONTH_OF_YEAR.match(low, match.start("said"))
            or metrics.ANY.search(match["gap"])
        ):
            continue
        low = set_apart(found, low, text, match.span())
    return low


_COUNT = re.compile(rf"(?<![\w$€£.,-])(?:\d[\d,]*|{amounts.SPELLED})\s+(?:\w+ )?(?:{COUNTED})(?![\w-])")
_NUMBERED = re.compile(
    rf"(?<![\w-]){NOUN}(?![\w-])(?:(?!\b(?:in|on|between|from|for|by|since|until|to|than|last|next|past|q|h)\b)[^.;,\d\x00\x01$€£]){{0,15}}\s(?P<n>\d[\d,]*)(?![\w.,/-]|\s*%)"
)
_MOST_TOLD = 20  # more than these nobody reads


def _strays(found: Given, sentence: re.Match[str], low: str, text: str) -> None:
    """The figures of a sentence about figures that no reading has taken."""
    counts = [m for m in _COUNT.finditer(sentence[0]) if _is_stated(m, sentence[0])]
    counts += [
        m for m in _NUMBERED.finditer(sentence[0]) if not (_COUNTED.match(sentence[0], m.end()) or _is_year(m["n"]))
    ]
    counts += [m for m in _STEPS.finditer(sentence[0]) if not _is_dated(m, sentence[0])]
    for match in [*amounts.ranges(sentence[0]), *amounts.striking(sentence[0]), *counts]:
        start, end = match.start() + sentence.start(), match.end() + sentence.start()
        words = text[start:end].strip(" ,.")
        if (
            any(words in said for said in (*found.unused, *found.others))
            or len(found.unused) + len(found.others) >= _MOST_TOLD
        ):
            continue
        who = whose.owner(low, text, start, start)
        if who:
            found.others[words] = who
        else:
            found.unused.append(words)


# "... is now $80k, last year it was $60k", "320 (September: 300)", "up 20 from September": that time is another figure's.
_THEN = rf"(?P<then>(?:(?:last|the previous|the prior|previous) )?(?:{MONTHS}|q[1-4]|20\d\d|year|month|quarter|week)(?: 20\d\d)?|a (?:year|month|quarter|week) (?:ago|before|earlier))(?:'s)?"
_OF_A_TIME = re.compile(
    rf"(?<![\w-])(?:in |for )?{_THEN}(?:\s*:|,?\s+(?:it|we|this|that|they)(?: (?:was|were|had|made|hit|reached|stood at|came to))?|\s+(?:was|had))\s*{HEDGE}(?P<said>{amounts.LOOSE})"
)

_SINCE_A_TIME = re.compile(rf"\s+(?:from|on|since|than|compared (?:to|with))\s+(?:in\s+)?{_THEN}(?![\w-])")


def _times(found: Given, low: str, text: str) -> None:
    """The times that belong to figures which no reading took."""
    for match in _OF_A_TIME.finditer(low):
        if "\x01" not in match[0] and not _is_year(match["said"]):
            found.times.append(match.span("then"))
            words = re.sub(r"\s+", " ", text[match.start() : match.end()]).strip(" ,")
            if not any(match["said"].strip(" ,.") in said for said in found.unused):
                found.unused.append(words)


_STEPS = re.compile(rf"(?<=\bfrom )\d[\d.,]*(?:,? (?:up|down|back))? to {HEDGE}\d[\d.,]*(?![\w-])")


def _is_dated(steps: re.Match[str], sentence: str) -> bool:
    """Whether "from 1 to 15" are days, hours, years or a length, and no two values of a figure."""
    years = all(_is_year(one.rstrip(".,")) for one in re.findall(r"\d[\d.,]*", steps[0]))
    return years or amounts.is_dated(sentence, steps.end())


def _is_year(said: str) -> bool:
    return bool(re.fullmatch(r"(?:19|20)\d\d", said))


def _is_stated(count: re.Match[str], sentence: str) -> bool:
    """Whether a count stands beside another figure or is said of us: "we lost 40 customers", not "our first 100"."""
    before = sentence[max(0, count.start() - 24) : count.start()]
    said_of_us = re.search(r"\b(?:we|i)\b(?:'ve)?[^.;,]{0,20}$", before)
    return not NOT_OURS.search(before) and bool("\x01" in sentence or said_of_us)
