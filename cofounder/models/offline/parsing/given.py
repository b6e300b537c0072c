"""Figures that stand in a request's own words: "revenue hit $150,000, up from $125,000", "500 customers"."""

import re
from dataclasses import dataclass, field

from cofounder.models.offline.parsing import metrics

_SCALE = {
    "k": 1e3,
    "thousand": 1e3,
    "m": 1e6,
    "mn": 1e6,
    "mio": 1e6,
    "million": 1e6,
    "bn": 1e9,
    "b": 1e9,
    "billion": 1e9,
}
_WHO = r"(?:paying |active |happy )?(?:customers|clients)"
_MORE = ((rf"new {_WHO}", "new_customers"), (_WHO, "customers"), (r"users", "users"), (r"subscribers", "subscribers"), (r"orders", "orders"),
         (r"followers", "followers"), (r"growth", "growth_rate"), (r"leads", "leads"), (r"downloads", "downloads"))  # fmt: skip
_NOUN = rf"(?:{metrics.NAMED}|{'|'.join(pattern for pattern, _ in _MORE)})"


_OTHER_UNIT = (
    r"january|february|march|april|may|june|july|august|september|october|november|december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|"
    r"am|pm|o'clock|minutes?|hours?|days?|weeks?|months?|quarters?|years?|words?|characters?|posts?|tweets?|headlines?|points?|per|times"
)


def _number(name: str) -> str:
    return (
        rf"(?P<{name}>(?P<{name}c>[$€£]\s?)?(?P<{name}n>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)"
        rf"(?:\s?(?P<{name}s>k|mn|mio|m|bn|b|thousand|million|billion)\b)?(?P<{name}p>\s?(?:%|percent\b|per cent\b))?"
        rf"(?:\s?(?:usd|eur|gbp|dollars|euros|pounds)\b)?)(?![\w-]|[.,]\d)"
        rf"(?!\s*(?:{_OTHER_UNIT})\b)"
    )


_VERB = (
    r"(?:is now|is|was|are|were|of|at|hit|hits|reached|reaches|passed|crossed|topped|came (?:in )?at|came to|stands at|stood at|now at|"
    r"(?:rose|grew|climbed|jumped|increased|went up|went|fell|dropped|declined|falling|rising|growing|climbing|dropping|up|down) (?:again )?to|made|:|=|totall?ed)"
)
_BEFORE = r"(?:,?\s*(?:(?:up|down|after|compared (?:to|with)|versus|vs\.?|against|\()\s*(?:from\s+)?|from\s+))"
_AFTER_NOUN = re.compile(
    rf"(?<![\w-])(?P<noun>{_NOUN})\s*(?:(?:last|this) (?:month|week|quarter|year) )?{_VERB}?\s*{_number('now')}"
)
_FROM_TO = re.compile(
    rf"(?<![\w-])(?P<noun>{_NOUN})\b[^.;\d]{{0,30}}?\bfrom\s+{_number('was')}\s+to\s+{_number('now')}"
)
_BEFORE_NOUN = re.compile(
    rf"(?<![\w$€£.,-]){_number('now')}\s+(?:in |of |more |monthly |website |site |total |net )*(?P<noun>{_NOUN})(?![\w-])"
)
_GREW = re.compile(
    rf"(?<![\w-])(?:revenue|sales)\b[^.;\d]{{0,20}}?\b(?:grew|rose|up|increased|jumped|climbed)\s+(?:by\s+)?{_number('now')}"
)
_EARLIER = re.compile(rf"[^.;\d]{{0,25}}?{_BEFORE}(?:of )?{_number('was')}")
# What is hoped for, asked for or counted up to is no figure of the company's.
_NOT_OURS = re.compile(
    r"\b(?:first|next|last|goal|target|aim\w*|hope|want|wish|plan|reach(?:ing)?|under|over the|at least|at most|less than|more than|to our|for our|until|before we|if|how to|by 20\d\d|will|would|could|top)\s*(?:of\s+|our\s+|the\s+)?$"
)


_OURS = re.compile(
    r"(?:^|[:;,(–-]|\b(?:have|has|had|reach\w*|pass\w*|hit|cross\w*|got|gain\w*|welcom\w*|serv\w*|top(?:s|ped)|exceed\w*|now|made|make|saw|and|our|won|sold|added))\s*(?:over |almost |nearly |about |around |exactly )?$"
)
_ANYBODYS = re.compile(
    r"(?:(?<!and )(?<!with )(?<!have )(?<!had )(?<!has )\ban?|\b(?:any|typical|average|industry|competitors?'?|their|your|market|if|why|when))"
    r"\s+(?:(?!and |with )\w+\s+)?$"
)


@dataclass(slots=True)
class Given:
    """`values` by canonical name, an earlier value as previous_NAME; rates are shares of 1."""

    values: dict[str, float] = field(default_factory=dict)
    words: list[str] = field(default_factory=list)
    earlier_at: list[tuple[int, int]] = field(default_factory=list)  # where an earlier value and its time stand
    before: str = ""  # "the month before", where the words say that the earlier value is of that month
    currencies: set[str] = field(default_factory=set)


def find(low: str, taken: list[tuple[int, int]]) -> Given:
    """The figures outside the `taken` spans (lengths, links, dates of publication)."""
    if not any(character.isdigit() for character in low):
        return Given()
    for a, b in taken:
        low = low[:a] + "\x00" * (b - a) + low[b:]
    found = Given()
    for pattern in (_FROM_TO, _GREW, _AFTER_NOUN, _BEFORE_NOUN):
        for match in pattern.finditer(low):
            before = low[max(0, match.start() - 24) : match.start()]
            if pattern is _BEFORE_NOUN and not _OURS.search(before):
                continue
            if pattern is _AFTER_NOUN and _ANYBODYS.search(before):
                continue
            if "\x01" in low[match.start() : match.end()] or _NOT_OURS.search(
                low[max(0, match.start() - 24) : match.start()]
            ):
                continue
            low = _take(found, match, low)
    return found


def _take(found: Given, match: re.Match[str], low: str) -> str:
    got = match.groupdict()
    name = "growth_rate" if match.re is _GREW else _name(got["noun"] or "")
    value = _value(got, "now", name) if name else None
    if name is None or value is None or name in found.values:
        return low
    found.values[name] = value
    end = match.end()
    was = _value(got, "was", name) if got.get("wasn") else None
    place = match.span("was") if was is not None else (0, 0)
    if was is None:
        earlier = _EARLIER.match(low, end)
        if earlier and not re.search(_NOUN, earlier[0]):
            was = _value(earlier.groupdict(), "was", name)
            if was is not None:
                end, place = earlier.end(), earlier.span("was")
    if was is not None:
        found.values[f"previous_{name}"] = was
        found.earlier_at.append(place)
    for key in ("nowc", "wasc"):
        if (got.get(key) or "").strip():
            found.currencies.add((got[key] or "").strip())
    found.words.append(re.sub(r"\s+", " ", low[match.start() : end]).strip(" ,"))
    return low[: match.start()] + "\x01" * (end - match.start()) + low[end:]


def _name(noun: str) -> str | None:
    named = metrics.find(noun)
    for pattern, name in _MORE:
        if re.fullmatch(pattern, noun):
            return name
    return named[0] if named else None


def _value(got: dict[str, str | None], key: str, name: str) -> float | None:
    """The number, if it is of the metric's kind: a rate has a percent sign, nothing else has one."""
    percent = bool(got.get(f"{key}p"))
    if percent != metrics.is_rate(name):
        return None
    said = got.get(f"{key}n")
    if not said or (re.fullmatch(r"(?:19|20)\d\d", said) and not (percent or got.get(f"{key}c") or got.get(f"{key}s"))):
        return None  # nothing, or a year
    value = float(said.replace(",", "")) * _SCALE.get((got.get(f"{key}s") or "").strip(), 1.0)
    return round(value / 100, 10) if percent else value
