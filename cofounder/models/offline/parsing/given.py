"""Figures that stand in a request's own words: "revenue hit $150,000, up from $125,000", "500 customers"."""

import re

from cofounder.models.figures.written import readings, worth
from cofounder.models.offline.parsing import amounts, changing, leftover, listing, metrics, sharing, vouching, whose
from cofounder.models.offline.parsing.nouns import COUNTS, DOWN, NOUN, UP, WHO
from cofounder.models.offline.parsing.nouns import name as noun_name
from cofounder.models.offline.parsing.said import ANYBODYS, NOT_OURS, set_apart
from cofounder.models.offline.parsing.said import Given as Given
from cofounder.models.offline.parsing.stating import BEFORE, HEDGE, TIME, VERB

_NOW, _WAS = amounts.pattern("now"), amounts.pattern("was")
_AFTER_NOUN = re.compile(
    rf"(?<![\w-])(?P<noun>{NOUN})\s*(?:,?\s*(?:which|that)\s+)?(?:{TIME}\s*)?{VERB}?\s*\(?\s*{HEDGE}{_NOW}"
)
_FROM_TO = re.compile(
    rf"(?<![\w-])(?P<noun>{NOUN})\b(?:(?!(?<![\w-]){NOUN}(?![\w-]))[^.;\d]){{0,30}}?\bfrom\s+{_WAS}(?:\s+{TIME})?,?(?:\s+(?:up|down|back))?\s+to\s+{HEDGE}{_NOW}"
)
# "We went from 400 to 450 customers", "growth from $100k to $150k in revenue".
_FROM_TO_NOUN = re.compile(
    rf"\b(?:{UP}|{DOWN}|went|go|going|moved|growth|grow|scaled|jump|increase|rise|drop|decrease)\s+from\s+{_WAS}(?:\s+{TIME})?,?(?:\s+(?:up|down|back))?\s+to\s+{HEDGE}{_NOW}\s+(?:in |of |monthly |website |site |total |net )*(?P<noun>{NOUN})(?![\w-])"
)
_BEFORE_NOUN = re.compile(
    rf"(?<![\w$€£.,-]){_NOW}\s+(?:in |of |more |monthly |website |site |total |net )*(?P<noun>{NOUN})(?![\w-])"
)
_GREW = re.compile(
    rf"(?<![\w-])(?P<noun>revenue|sales)\b[^.;\d]{{0,20}}?\b(?:grew|rose|up|increased|jumped|climbed)\s+(?:by\s+)?{_NOW}"
)
# "revenue fell 20% to $80k": where it went is the figure, how far it went is told as not used where it fell.
_MOVED = re.compile(
    rf"(?<![\w-])(?P<noun>{NOUN})\b[^.;\d$€£]{{0,30}}?\b(?:(?P<up>{UP})|{DOWN})\s+(?:by\s+)?(?P<by>{amounts.LOOSE}(?:\s?(?:percentage points?|points?|pp))?),?\s+to\s+{HEDGE}{_NOW}"
)
_EARLIER = re.compile(rf"[^.;\d]{{0,25}}?{BEFORE}(?:of )?{_WAS}")
# "Revenue in thousands: 150": how much that is hangs on words that stand apart from the digits.
_SCALED = re.compile(
    rf"(?<![\w-])(?P<noun>{NOUN})\s*[(,]?\s*in (?:\w+ )?(?:thousands?|millions?|billions?|[$€£]?(?:000s?|[km])\b)[^.;!?\n\d]{{0,30}}?{amounts.LOOSE}"
)
_OURS = re.compile(
    r"(?:^|[:;,(–-]|\b(?:have|has|had|reach\w*|pass\w*|hit(?:ting)?|cross\w*|got|gain\w*|welcom\w*|serv\w*|top(?:s|ped)|exceed\w*|now|made|make|saw|and|our|won|sold|added)|\b(?:clos|end|finish)(?:ed|ing)\b[^.;,]{0,30}\bwith)\s*(?P<hedge>over |almost |nearly |about |around |exactly |roughly |some |approximately |circa )?$"
)
# Put right in the same breath: of "not $150k but $120k" and "$150k - sorry, $120k" the second stands.
_ONE = amounts.LOOSE
_PUT_RIGHT = (
    re.compile(rf"(?P<out>\bnot\s+{_ONE}\s*,?\s*but\s+(?:rather\s+)?){_ONE}"),
    re.compile(rf"(?P<out>n't\s+{_ONE}\s*[,;–—-]?\s*(?:but\s+|it(?:'s| is| was)\s+)){_ONE}"),
    re.compile(rf"(?P<out>\bnot\s+{_ONE}\s*[,;–—-]\s*(?:but\s+|it(?:'s| is| was)\s+)){_ONE}"),
    re.compile(
        rf"(?P<out>{_ONE}\s*[,;.–—(-]*\s*(?:sorry|no,? wait|wait|i mean(?:t)?|correction|make that|scratch that|or rather|rather|actually|no)\b[\s,:–—-]*(?:it(?:'s| is| was)\s+)?){_ONE}"
    ),
    re.compile(
        rf"(?P<out>{_ONE}\s*[,;–—-]?\s*but (?:in fact |in truth |really |actually )?(?:it|that|they)(?:'s| is| was| were)\s+(?:in fact |really |actually |only )?){_ONE}"
    ),
    re.compile(rf"{_ONE}(?P<out>\s*[,(]?\s*(?:and\s+)?(?:not|instead of|rather than)\s+{_ONE}\)?)"),
)
# "... about our October revenue. It was $80k.": what it is said of stands in the sentence before.
_POINTED_BACK = re.compile(
    rf"(?<![\w-]){NOUN}(?:\s+{TIME})?(?P<out>\s*[.;!–—-]\s+(?:it|this|that|they))\s+(?=(?:just |now |also )?(?:was|were|is|are|has|{UP}|{DOWN}|hit|reached|came|stood|stands|went|doubled|tripled|halved|passed|crossed|topped)\b)"
)
# "500 customers. No, 450.": the noun that is counted stands before what puts its number right.
_RECOUNTED = re.compile(
    rf"(?P<old>(?<![\w$€£.,-])\d[\d.,]*)(?P<noun>\s+{NOUN})(?P<sorry>\s*[,;.!–—(-]*\s*(?:sorry|no,? wait|wait|i mean(?:t)?|correction|make that|scratch that|or rather|rather|actually|no)\b[\s,:–—-]*(?:it(?:'s| is| was)\s+|we (?:have|had)\s+)?)(?P<new>\d[\d,]*)(?![\w.,]*[\d%$€£]|\s*{NOUN})"
)


_POINTS = re.compile(r"[.;!–—-]\s+(?:it|this|that|they)\s")
_SORRY = re.compile(
    r"n't\b|\b(?:not|but|sorry|no|wait|mean|meant|correction|make that|scratch|rather|actually|instead)\b"
)
_DIGIT = re.compile(r"\d")


def find(low: str, taken: list[tuple[int, int]], text: str = "") -> Given:
    """The figures outside the `taken` spans (lengths, links, dates of publication); `text` has the capitals."""
    found = Given()
    if not (_DIGIT.search(low) or changing.maybe(low) or amounts.SPELT.search(low)):
        return found
    text = text or low
    for a, b in taken:
        low = low[:a] + "\x00" * (b - a) + low[b:]
    low = _listed(found, _open(found, _put_right(low), text), text)
    for pattern in (_FROM_TO_NOUN, _FROM_TO, _MOVED, _GREW, _AFTER_NOUN, _BEFORE_NOUN):
        for match in pattern.finditer(low):
            low = _read(found, match, low, text)
    if found.held and not {*found.held.values} - {*found.values}:  # what is surely ours was said as well
        found.unused, found.held, found.beside = [*found.unused, *found.held.words], None, []
    leftover.read(found, low, text)
    return found


def _put_right(low: str) -> str:
    if _POINTS.search(low):
        for match in _POINTED_BACK.finditer(low):
            low = low[: match.start("out")] + " " * len(match["out"]) + low[match.end("out") :]
    if not _SORRY.search(low):
        return low
    for pattern in _PUT_RIGHT:
        for match in pattern.finditer(low):
            low = low[: match.start("out")] + " " * len(match["out"]) + low[match.end("out") :]
    for match in _RECOUNTED.finditer(low):
        low = low[: match.start()] + f"{match['new']}{match['noun']}".ljust(len(match[0])) + low[match.end() :]
    return low


def _open(found: Given, low: str, text: str) -> str:
    """Sets ranges and alternatives apart, so that neither end is taken for the figure."""
    for match in amounts.ranges(low):
        start = match.start()
        head = low[max(0, start - 60) : start]
        named = re.search(
            rf"(?<![\w-])(?P<noun>{NOUN})\s*(?:,?\s*(?:which|that)\s+)?(?:{TIME}\s*)?{VERB}?\s*{HEDGE}$", head
        )
        if re.search(r"\bfrom\s*$", head):
            continue
        behind = _COUNTS_WHAT.match(low, match.end())
        if named:
            low = set_apart(found, low, text, (start - len(head) + named.start("noun"), match.end()))
        elif behind and _OURS.search(head):
            low = set_apart(found, low, text, (start, behind.end()))
    for match in _SCALED.finditer(low):
        if not NOT_OURS.search(low[max(0, match.start() - 24) : match.start()]):
            low = set_apart(found, low, text, match.span())
    return low


_COUNTS_WHAT = re.compile(rf"\s+(?:in |of |monthly |website |site |total |net )*{NOUN}(?![\w-])")


def _listed(found: Given, low: str, text: str) -> str:
    """Takes "revenue and profit were $80k and $20k" one by one; what does not fit together is set apart."""
    for match, paired in listing.find(low):
        start, end = match.span()
        before = low[max(0, start - 24) : start]
        if NOT_OURS.search(before) or ANYBODYS.search(before) or "\x01" in match[0]:
            continue
        inner = _without(low, [match.span("nouns"), match.span("values"), match.span("each")])[start:end]
        if not paired or whose.owner(low, text, start, end) or vouching.unread(low, text, start, end, inner):
            low = set_apart(found, low, text, match.span())
            continue
        for name, said in paired.items():
            got = said.groupdict()
            found.values[name] = amounts.value(got, "now", rate=metrics.is_rate(name)) or 0.0
            sign = amounts.currency(got, "now")
            found.currencies |= {sign} - {""}
            found.dollars |= {name} if sign == "$" else set()
        found.words.append(re.sub(r"\s+", " ", match[0]).strip(" ,"))
        low = low[:start] + "\x01" * (end - start) + low[end:]
    return low


def _read(found: Given, match: re.Match[str], low: str, text: str) -> str:
    pattern, before = match.re, low[max(0, match.start() - 24) : match.start()]
    if "\x01" in low[match.start() : match.end()] or NOT_OURS.search(before):
        return low
    who = whose.owner(low, text, *match.span("noun"))
    if pattern in (_BEFORE_NOUN, _FROM_TO_NOUN):
        who = whose.owner(low, text, match.start(), match.start()) or whose.owner(low, text, *match.span("noun"))
    if who:
        found.others[re.sub(r"\s+", " ", text[match.start() : match.end()])] = who
        return low[: match.start()] + "\x01" * len(match[0]) + low[match.end() :]
    if pattern is _BEFORE_NOUN and not _OURS.search(before):
        return low
    if (
        pattern is _BEFORE_NOUN
        and _MORE.search(match[0])
        and not _GAINED.search(low, max(0, match.start() - 30), match.start())
    ):
        return low  # how many more is no count of all
    if pattern is not _BEFORE_NOUN and ANYBODYS.search(before):
        return low
    if pattern is _AFTER_NOUN and changing.moves(
        low[: match.start("noun")], low[match.end("noun") : match.start("now")]
    ):
        return low  # "we cut churn 20%": how far it was moved, and not what it is
    taken = _vouched(found, match, low, text)
    if taken == low and _stands_open(found, match):
        closed = low[match.end() : match.end() + 1] == ")" and "(" in match[0]
        return set_apart(found, low, text, (match.start(), match.end() + closed))
    return taken


_MORE = re.compile(r"\smore\s")


def _stands_open(found: Given, match: re.Match[str]) -> bool:
    """Whether a figure is said to go from one value to another, or stands in brackets, and cannot be read so."""
    name = noun_name(match["noun"] or "")
    known = name in found.values or bool(found.held and name in found.held.values)
    if name is None or known:
        return False
    if match.re is _BEFORE_NOUN:
        return bool(match["nown"] and readings(match["nown"]) and worth(match["nown"]) is None and not match["nows"])
    if match.re not in (_FROM_TO, _FROM_TO_NOUN):
        return _in_brackets(match, name)
    return not all(re.fullmatch(r"(?:19|20)\d\d", match[key]) for key in ("was", "now"))


def _in_brackets(match: re.Match[str], name: str) -> bool:
    """ "Profit was ($5,000)": bookkeepers write a loss so."""
    before, behind = match.string[match.start() : match.start("now")], match.string[match.end() : match.end() + 1]
    return name in _FALLS_BELOW and behind == ")" and bool(_OPENED.search(before))


_FALLS_BELOW = ("profit", "cash")
_OPENED = re.compile(r"(?:\b(?:was|were|is|are|of|at|to|made|hit)|[:=])\s*\($")


_GAINED = re.compile(
    r"\b(?:won|win|gain\w*|got|add(?:ed|ing)?|welcom\w*|sign(?:ed|ing)(?: up)?|acquir\w*|land(?:ed|ing)?|brought in|onboarded)\s+(?:over |almost |nearly |about |around |exactly |roughly )?$"
)


def _vouched(found: Given, match: re.Match[str], low: str, text: str) -> str:
    """Takes a figure that is ours as it stands; holds one beside words that nobody read, until a person says so."""
    start, end = match.span()
    gained = match.re is _BEFORE_NOUN and _GAINED.search(low, max(0, start - 30), start)
    counted = re.fullmatch(WHO, match["noun"] or "")
    if vouching.other_span(low, start, end) or (gained and not counted and match["noun"] in _STOCKS):
        span = vouching.other_span(low, start, end)
        said = re.sub(r"\s+", " ", text[min(start, span[0]) : max(end, span[1])] if span else text[start:end])
        found.unused.append(said.strip(" ,"))  # what a year brings is no month's figure
        return low[:start] + "\x01" * (end - start) + low[end:]
    name = "new_customers" if gained and counted else None
    named = name or ("growth_rate" if match.re is _GREW else noun_name(match["noun"] or ""))
    if named in found.values or (found.held and named in found.held.values):  # each is read once, the rest is told
        return low
    spans = [match.span(key) for key in ("noun", "now", "was", "by", "hedge") if match.groupdict().get(key)]
    whole = _whole_end(match, low)
    inner = amounts.PLAIN.sub(" ", _without(low, spans)[start:whole])
    beside = vouching.unread(low, text, start, whole, inner)
    if not beside:
        return _take(found, match, low, name)
    held = found.held or Given()
    taken = _take(held, match, low, name)
    if taken is not low and taken != low:
        found.held = held
        found.beside = list(dict.fromkeys([*found.beside, beside]))
    return taken


_STOCKS = ("users", "subscribers", "followers")


def _without(low: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        low = low[:start] + " " * (end - start) + low[end:]
    return low


def _whole_end(match: re.Match[str], low: str) -> int:
    """Where a figure ends, its earlier value with it."""
    earlier = _EARLIER.match(low, match.end())
    return earlier.end() if earlier and not re.search(NOUN, earlier[0]) else match.end()


def _take(found: Given, match: re.Match[str], low: str, name: str | None = None) -> str:
    got = match.groupdict()
    name = name or ("growth_rate" if match.re is _GREW else noun_name(got["noun"] or ""))
    end, place = match.end(), match.span("was") if got.get("was") else (0, 0)
    if not got.get("was"):
        earlier = _EARLIER.match(low, end)
        if earlier and not re.search(NOUN, earlier[0]):
            got |= {key: value for key, value in earlier.groupdict().items() if value}
            end, place = earlier.end(), earlier.span("was")
    if name is None or name in found.values or _in_brackets(match, name) or not sharing.share(got):
        return low
    value = amounts.value(got, "now", rate=metrics.is_rate(name))
    if value is None or (value > 1 and name in _SHARES) or (name in COUNTS and value != int(value)):
        return low  # more than all of it, and half a customer, there is not
    was = amounts.value(got, "was", rate=metrics.is_rate(name)) if got.get("was") else None
    if was is None and not match.groupdict().get("was"):
        end = match.end()
    elif was is None:
        return low
    found.values[name] = value
    if was is not None:
        found.values[f"previous_{name}"] = was
        found.earlier_at.append(place)
    for key, stands in (("now", name), ("was", f"previous_{name}")):
        sign = amounts.currency(got, key) if got.get(key) else ""
        found.currencies |= {sign} - {""}
        found.dollars |= {stands} if sign == "$" else set()
    _note(found, match, name, low, end)
    return low[: match.start()] + "\x01" * (end - match.start()) + low[end:]


# Shares of a whole.
_SHARES = {"conversion_rate", "churn_rate", "retention_rate", "bounce_rate", "open_rate", "click_rate"}


_OR_SO = re.compile(r"\s+(?:or so|or thereabouts|or more|give or take|plus|at least|at most)\b")
_NEARLY = re.compile(r"\b(?P<hedge>almost|nearly|barely)\s+(?:have|has|reached|hit|at)\s+$")


def _note(found: Given, match: re.Match[str], name: str, low: str, end: int) -> None:
    """The words a figure was read from, how surely they give it, and the change that stands beside it."""
    got = match.groupdict()
    found.words.append(re.sub(r"\s+", " ", low[match.start() : end]).strip(" ,"))
    before = _OURS.search(low[max(0, match.start() - 24) : match.start()])
    hedge = (got.get("hedge") or (before and match.re is _BEFORE_NOUN and before["hedge"]) or "").strip()
    behind = _OR_SO.match(low, match.end())
    nearly = _NEARLY.search(low, max(0, match.start() - 24), match.start())
    if (hedge and hedge != "exactly") or behind or nearly:
        hedge = hedge or (nearly["hedge"] if nearly else "")
        found.rough.append(f"{hedge} {match['now'].strip()}{behind[0] if behind else ''}".strip())
    if match.re is not _MOVED:
        return
    change = amounts.PLAIN.match(match["by"].strip())
    rate = amounts.value(change.groupdict(), "now", rate=True) if change else None
    if got.get("up") and name == "revenue" and rate is not None and "growth_rate" not in found.values:
        found.values["growth_rate"] = rate
    else:
        found.unused.append(match["by"].strip())
