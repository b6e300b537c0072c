"""Figures that stand in a request's own words: "revenue hit $150,000, up from $125,000", "500 customers"."""

import re
from dataclasses import dataclass, field

from cofounder.models.offline.parsing import amounts, metrics, vouching, whose

_WHO = r"(?:paying |active |happy )?(?:customers|clients)"
_MORE = ((rf"new {_WHO}", "new_customers"), (_WHO, "customers"), (r"users", "users"), (r"subscribers", "subscribers"), (r"orders", "orders"),
         (r"followers", "followers"), (r"growth", "growth_rate"), (r"leads", "leads"), (r"downloads", "downloads"))  # fmt: skip
_NOUN = rf"(?:{metrics.NAMED}|{'|'.join(pattern for pattern, _ in _MORE)})"
_UP = r"grew|rose|climbed|jumped|increased|went up|surged|soared|growing|rising|climbing|increasing|up"
_DOWN = r"fell|dropped|declined|decreased|went down|sank|slipped|shrank|plunged|falling|dropping|declining|decreasing|shrinking|down"
_MOVES = rf"(?:{_UP}|{_DOWN}|went|doubled|doubling|tripled|tripling|quadrupled|halved)"
_VERB = (
    r"(?:is now|is|was|were|are|of|at|hit|hits|reached|reaches|passed|crossed|topped|came (?:in )?at|came to|stands at|stood at|now at|is at|was at|"
    rf"{_MOVES} (?:again )?to|made|:|=|totall?ed)"
)
_MONTHS = r"(?:january|february|march|april|may|june|july|august|september|october|november|december)"
_TIME = rf"(?:(?:in|for|during)\s+(?:{_MONTHS}(?: 20\d\d)?|q[1-4](?!\d)(?: 20\d\d)?|20\d\d|last (?:week|month|quarter|year))|(?:last|this) (?:month|week|quarter|year))"
_HEDGE = r"(?:(?P<hedge>roughly|about|around|approximately|approx\.?|circa|almost|nearly|some|over|just over|just under|more than|well over)\s+)?"
_BEFORE = r"(?:,?\s*(?:(?:up|down|after|compared (?:to|with)|versus|vs\.?|against|\()\s*(?:from\s+)?|from\s+))"
_NOW, _WAS = amounts.pattern("now"), amounts.pattern("was")
_AFTER_NOUN = re.compile(
    rf"(?<![\w-])(?P<noun>{_NOUN})\s*(?:,?\s*(?:which|that)\s+)?(?:{_TIME}\s*)?{_VERB}?\s*\(?\s*{_HEDGE}{_NOW}"
)
_FROM_TO = re.compile(
    rf"(?<![\w-])(?P<noun>{_NOUN})\b(?:(?!(?<![\w-]){_NOUN}(?![\w-]))[^.;\d]){{0,30}}?\bfrom\s+{_WAS}(?:\s+{_TIME})?,?(?:\s+(?:up|down|back))?\s+to\s+{_HEDGE}{_NOW}"
)
_BEFORE_NOUN = re.compile(
    rf"(?<![\w$€£.,-]){_NOW}\s+(?:in |of |more |monthly |website |site |total |net )*(?P<noun>{_NOUN})(?![\w-])"
)
_GREW = re.compile(
    rf"(?<![\w-])(?P<noun>revenue|sales)\b[^.;\d]{{0,20}}?\b(?:grew|rose|up|increased|jumped|climbed)\s+(?:by\s+)?{_NOW}"
)
# "revenue fell 20% to $80k": where it went is the figure, how far it went is told as not used where it fell.
_MOVED = re.compile(
    rf"(?<![\w-])(?P<noun>{_NOUN})\b[^.;\d$€£]{{0,30}}?\b(?:(?P<up>{_UP})|{_DOWN})\s+(?:by\s+)?(?P<by>{amounts.LOOSE}),?\s+to\s+{_HEDGE}{_NOW}"
)
_EARLIER = re.compile(rf"[^.;\d]{{0,25}}?{_BEFORE}(?:of )?{_WAS}")
# "Revenue in thousands: 150": how much that is hangs on words that stand apart from the digits.
_SCALED = re.compile(
    rf"(?<![\w-])(?P<noun>{_NOUN})\s*[(,]?\s*in (?:\w+ )?(?:thousands?|millions?|billions?|[$€£]?(?:000s?|[km])\b)[^.;!?\n\d]{{0,30}}?{amounts.LOOSE}"
)
# What is hoped for, asked for or counted up to is no figure of the company's.
_NOT_OURS = re.compile(
    r"\b(?:first|next|last|goal|target|aim\w*|hope|want|wish|plan|reach(?:ing)?|under|over the|at least|at most|less than|more than|to our|for our|until|before we|if|how to|by 20\d\d|will|would|could|top)\s*(?:of\s+|our\s+|the\s+)?$"
)
_OURS = re.compile(
    r"(?:^|[:;,(–-]|\b(?:have|has|had|reach\w*|pass\w*|hit|cross\w*|got|gain\w*|welcom\w*|serv\w*|top(?:s|ped)|exceed\w*|now|made|make|saw|and|our|won|sold|added)|\b(?:clos|end|finish)(?:ed|ing)\b[^.;,]{0,30}\bwith)\s*(?P<hedge>over |almost |nearly |about |around |exactly |roughly )?$"
)
_ANYBODYS = re.compile(
    r"(?:(?<!and )(?<!with )(?<!have )(?<!had )(?<!has )\ban?|\b(?:any|typical|average|industry|competitors?'?|your|market|if|why|when))"
    r"\s+(?:(?!and |with )\w+\s+)?$"
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
    re.compile(rf"{_ONE}(?P<out>\s*[,(]?\s*(?:and\s+)?(?:not|instead of|rather than)\s+{_ONE}\)?)"),
)


_COUNTS = {"customers", "new_customers", "users", "subscribers", "orders", "followers", "leads", "downloads", "traffic",
           "impressions", "reach", "clicks", "likes", "signups", "nps"}  # fmt: skip


def _is_no_money(name: str) -> bool:
    return metrics.is_rate(name) or name.removeprefix("previous_") in _COUNTS


@dataclass(slots=True)
class Given:
    """`values` by canonical name, an earlier value as previous_NAME; rates are shares of 1."""

    values: dict[str, float] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    earlier_at: list[tuple[int, int]] = field(default_factory=list)  # where an earlier value and its time stand
    before: str = ""  # "the month before", where the words say that the earlier value is of that month
    settled: bool = False  # a person said what is to be done with figures that no text can rest on
    assumed: bool = False  # nothing says so: the time of an earlier value is taken for granted
    currencies: set[str] = field(default_factory=set)
    dollars: set[str] = field(default_factory=set)  # names of amounts that have the dollar's sign
    others: dict[str, str] = field(default_factory=dict)  # somebody else's figures, as they stand, and whose they are
    rough: list[str] = field(default_factory=list)  # "roughly $120k"
    open: list[str] = field(default_factory=list)  # of ours, but not to be read surely: a range, "150,00"
    unused: list[str] = field(default_factory=list)  # figures that nothing rests on
    held: "Given | None" = None  # what is ours only if a person says so
    beside: list[str] = field(default_factory=list)  # the unread words that stand beside what is held

    def in_another_currency(self) -> list[str]:
        """The figures that are no US dollars: where one is in euros, an amount without a sign is not sure to be."""
        if not self.currencies - {"$"}:
            return []
        open_ = [name for name in self.values if name not in self.dollars and not _is_no_money(name)]
        return list(dict.fromkeys(open_))


def find(low: str, taken: list[tuple[int, int]], text: str = "") -> Given:
    """The figures outside the `taken` spans (lengths, links, dates of publication); `text` has the capitals."""
    found = Given()
    if not any(character.isdigit() for character in low) and not amounts.striking(low):
        return found
    text = text or low
    for a, b in taken:
        low = low[:a] + "\x00" * (b - a) + low[b:]
    low = _open(found, _put_right(low), text)
    for pattern in (_FROM_TO, _MOVED, _GREW, _AFTER_NOUN, _BEFORE_NOUN):
        for match in pattern.finditer(low):
            low = _read(found, match, low, text)
    if found.held and not {*found.held.values} - {*found.values}:  # what is surely ours was said as well
        found.unused, found.held, found.beside = [*found.unused, *found.held.words], None, []
    _left(found, low, text)
    return found


def _put_right(low: str) -> str:
    for pattern in _PUT_RIGHT:
        for match in pattern.finditer(low):
            low = low[: match.start("out")] + " " * len(match["out"]) + low[match.end("out") :]
    return low


def _open(found: Given, low: str, text: str) -> str:
    """Sets ranges and alternatives apart, so that neither end is taken for the figure."""
    for match in amounts.ranges(low):
        start = match.start()
        head = low[max(0, start - 60) : start]
        named = re.search(
            rf"(?<![\w-])(?P<noun>{_NOUN})\s*(?:,?\s*(?:which|that)\s+)?(?:{_TIME}\s*)?{_VERB}?\s*{_HEDGE}$", head
        )
        if named is None or re.search(r"\bfrom\s*$", head):
            continue
        low = _set_apart(found, low, text, (start - len(head) + named.start("noun"), match.end()))
    for match in _SCALED.finditer(low):
        if not _NOT_OURS.search(low[max(0, match.start() - 24) : match.start()]):
            low = _set_apart(found, low, text, match.span())
    return low


def _set_apart(found: Given, low: str, text: str, span: tuple[int, int]) -> str:
    start, end = span
    words = re.sub(r"\s+", " ", text[start:end]).strip(" ,")
    who = whose.owner(low, text, start, end)
    if who:
        found.others[words] = who
    else:
        found.open.append(words)
    return low[:start] + "\x01" * (end - start) + low[end:]


def _read(found: Given, match: re.Match[str], low: str, text: str) -> str:
    pattern, before = match.re, low[max(0, match.start() - 24) : match.start()]
    if "\x01" in low[match.start() : match.end()] or _NOT_OURS.search(before):
        return low
    who = whose.owner(low, text, *match.span("noun"))
    if pattern is _BEFORE_NOUN:
        who = whose.owner(low, text, match.start(), match.start()) or whose.owner(low, text, *match.span("noun"))
    if who:
        found.others[re.sub(r"\s+", " ", text[match.start() : match.end()])] = who
        return low[: match.start()] + "\x01" * len(match[0]) + low[match.end() :]
    if pattern is _BEFORE_NOUN and not _OURS.search(before):
        return low
    if pattern is not _BEFORE_NOUN and _ANYBODYS.search(before):
        return low
    return _vouched(found, match, low, text)


_GAINED = re.compile(
    r"\b(?:won|win|gain\w*|got|add(?:ed|ing)?|welcom\w*|sign(?:ed|ing)(?: up)?|acquir\w*|land(?:ed|ing)?|brought in|onboarded)\s+(?:over |almost |nearly |about |around |exactly |roughly )?$"
)


def _vouched(found: Given, match: re.Match[str], low: str, text: str) -> str:
    """Takes a figure that is ours as it stands; holds one beside words that nobody read, until a person says so."""
    start, end = match.span()
    gained = match.re is _BEFORE_NOUN and _GAINED.search(low, max(0, start - 30), start)
    counted = re.fullmatch(_WHO, match["noun"] or "")
    if vouching.other_span(low, start, end) or (gained and not counted and match["noun"] in _STOCKS):
        found.unused.append(re.sub(r"\s+", " ", text[start:end]))  # what a year brings is no month's figure
        return low[:start] + "\x01" * (end - start) + low[end:]
    name = "new_customers" if gained and counted else None
    named = name or ("growth_rate" if match.re is _GREW else _name(match["noun"] or ""))
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
    return earlier.end() if earlier and not re.search(_NOUN, earlier[0]) else match.end()


def _take(found: Given, match: re.Match[str], low: str, name: str | None = None) -> str:
    got = match.groupdict()
    name = name or ("growth_rate" if match.re is _GREW else _name(got["noun"] or ""))
    value = amounts.value(got, "now", rate=metrics.is_rate(name)) if name else None
    if name is None or value is None or name in found.values or (value > 1 and name in _SHARES):
        return low
    if name in _COUNTS and value != int(value):  # half a customer there is not
        return low
    found.values[name] = value
    end, place = match.end(), match.span("was") if got.get("was") else (0, 0)
    was = amounts.value(got, "was", rate=metrics.is_rate(name)) if got.get("was") else None
    if was is None:
        earlier = _EARLIER.match(low, end)
        if earlier and not re.search(_NOUN, earlier[0]):
            was = amounts.value(earlier.groupdict(), "was", rate=metrics.is_rate(name))
            if was is not None:
                got |= {key: value for key, value in earlier.groupdict().items() if value}
                end, place = earlier.end(), earlier.span("was")
    if was is not None:
        found.values[f"previous_{name}"] = was
        found.earlier_at.append(place)
    for key, stands in (("now", name), ("was", f"previous_{name}")):
        sign = amounts.currency(got, key) if got.get(key) else ""
        found.currencies |= {sign} - {""}
        found.dollars |= {stands} if sign == "$" else set()
    _note(found, match, name, low, end)
    return low[: match.start()] + "\x01" * (end - match.start()) + low[end:]


def _note(found: Given, match: re.Match[str], name: str, low: str, end: int) -> None:
    """The words a figure was read from, how surely they give it, and the change that stands beside it."""
    got = match.groupdict()
    found.words.append(re.sub(r"\s+", " ", low[match.start() : end]).strip(" ,"))
    before = _OURS.search(low[max(0, match.start() - 24) : match.start()])
    hedge = (got.get("hedge") or (before and match.re is _BEFORE_NOUN and before["hedge"]) or "").strip()
    if hedge and hedge != "exactly":
        found.rough.append(f"{hedge} {match['now'].strip()}")
    if match.re is not _MOVED:
        return
    change = amounts.PLAIN.match(match["by"].strip())
    rate = amounts.value(change.groupdict(), "now", rate=True) if change else None
    if got.get("up") and name == "revenue" and rate is not None and "growth_rate" not in found.values:
        found.values["growth_rate"] = rate
    else:
        found.unused.append(match["by"].strip())


# Shares of a whole: more than all of it there is not.
_SHARES = {"conversion_rate", "churn_rate", "retention_rate", "bounce_rate", "open_rate", "click_rate"}
_STANDS = re.compile(
    rf"(?<![\w-])(?P<noun>{_NOUN})\s*(?:,?\s*(?:which|that)\s+)?(?:{_TIME}\s*)?(?P<verb>{_VERB})?\s*(?:(?:not|under|less than|up to|at least|at most)\s+)?{_HEDGE}(?P<said>{amounts.LOOSE})"
)
_ALONE = re.compile(r"\s*(?:$|[.,;!?)](?!\d)|(?:in|last|this|and|but|after|from|up|down|points?|compared)\b)")
_COUNTED = re.compile(
    r"\s*(?:words?|characters?|months?|quarters?|years?|weeks?|days?|posts?|tweets?|tips|ways|times)\b"
)


def _left(found: Given, low: str, text: str) -> None:
    """What is stated as a figure and was not read: of ours it is asked about, else it is told."""
    for match in _STANDS.finditer(low):
        bare = re.fullmatch(r"(?:19|20)\d\d|\d{1,2}\.\d{1,2}\.\d{4}", match["said"]) or not re.search(
            r"\d[.,]\d|[$€£¥₹%-]|\d\s?[km]|\d{16}", match["said"]
        )
        before = low[max(0, match.start() - 24) : match.start()]
        rate = metrics.is_rate(_name(match["noun"]) or "")
        bare = bool(bare) and not (rate and match["verb"] and _ALONE.match(low, match.end()))
        if "\x01" in match[0] or bare or _COUNTED.match(low, match.end()):
            continue
        if not (_NOT_OURS.search(before) or _ANYBODYS.search(before)):
            name = _name(match["noun"])
            percent = "%" in match["said"] or "per" in match["said"]
            if name and (name in found.values or (percent and not rate)):
                continue
            low = _set_apart(found, low, text, match.span())
    low = _near(found, low, text)
    if not ("\x01" in low or re.search(rf"(?<![\w-]){_NOUN}(?![\w-])", low)):
        return
    for sentence in re.finditer(r"(?:[^.;!?\n]|[.;!?](?!\s|$))+", low):
        if metrics.ANY.search(sentence[0]) or "\x01" in sentence[0] or whose.OWN.search(sentence[0]):
            _strays(found, sentence, low, text)


_BESIDE = re.compile(
    rf"(?<![\w-])(?P<noun>{_NOUN})(?![\w-])(?P<gap>(?:(?!\b(?:we|i|they|target|goal|plan|budget|forecast|from|by|than|for|on|with|per|and|or|but|not|without|within|under|below|to|if|how|up|down|"
    rf"grew|rose|fell|dropped|after|before|against|versus|vs|of)\b)[^.;!?\n\d\x00\x01$€£¥₹]){{0,25}})(?P<said>(?<![\w.,]){amounts.LOOSE})"
)


def _near(found: Given, low: str, text: str) -> str:
    """A figure right beside what it is a figure of, in words that no rule reads: asked about, never replaced."""
    for match in _BESIDE.finditer(low):
        name, percent = _name(match["noun"]), "%" in match["said"] or "per" in match["said"]
        before = low[max(0, match.start() - 24) : match.start()]
        taken = name in found.values or (found.held and name in found.held.values)
        if name is None or taken or percent != metrics.is_rate(name) or not amounts.striking(match["said"]):
            continue
        if (
            _NOT_OURS.search(before)
            or _ANYBODYS.search(before)
            or vouching.other_span(low, match.start(), match.end())
            or _COUNTED.match(low, match.end())
            or metrics.ANY.search(match["gap"])
        ):
            continue
        low = _set_apart(found, low, text, match.span())
    return low


_COUNT = re.compile(rf"(?<![\w$€£.,-])\d[\d,]*\s+(?:{'|'.join(pattern for pattern, _ in _MORE)})(?![\w-])")
_NUMBERED = re.compile(
    rf"(?<![\w-]){_NOUN}(?![\w-])(?:(?!\b(?:in|on|between|from|for|by|since|until|to|than|last|next|past|q|h)\b)[^.;,\d\x00\x01$€£]){{0,15}}\s(?P<n>\d[\d,]*)(?![\w.,/-]|\s*%)"
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


_STEPS = re.compile(rf"(?<=\bfrom )\d[\d.,]*(?:,? (?:up|down|back))? to {_HEDGE}\d[\d.,]*(?![\w-])")


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
    return not _NOT_OURS.search(before) and bool("\x01" in sentence or said_of_us)


def _name(noun: str) -> str | None:
    named = metrics.find(noun)
    for pattern, name in _MORE:
        if re.fullmatch(pattern, noun):
            return name
    return named[0] if named else None
