"""How long a text is to be: "under 100 words", "exactly 20 words", "at least 300 words", "500 words"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from cofounder.models.offline.parsing.numbers import NUMBER, number

_N = rf"(?P<n>{NUMBER})"
_MOST = r"(?:no (?:more|longer) than|not (?:be )?(?:any )?(?:more|longer) than|at most|max(?:imum)?(?: of| length)?:?|up to|within|(?:do |should |must )?not (?:to )?exceed(?:ing)?|limit(?:ed)?(?: it| this)? to|(?:keep|cut|trim|reduce|shorten|get|bring|boil)(?: it| this| that| the \w+)?(?: down)?(?: to| at)|capped at|in|to)"
_LESS = r"(?:(?:in |with |using |keep (?:it |this )?|cut (?:it |this )?(?:down )?(?:to )?|to )?(?:under|less than|fewer than|below|shorter than))"
_LEAST = r"(?:at least|minimum(?: of)?|min\.?|no (?:less|fewer|shorter) than|not (?:less|fewer) than)"
_ROUGH = r"(?:about|around|roughly|approximately|approx\.?|circa|some|~)"
_THING = r"(?P<unit>words?|characters?|chars?)"
_LENGTHS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("range", rf"\b(?:between )?(?P<low>{NUMBER})\s?(?:-|–|to|and)\s?{_N}[- ]{_THING}\b"),
        ("least", rf"\b{_LEAST} {_N} {_THING}\b"),
        ("least", rf"\b{_N}(?:\+| or more) {_THING}\b|\b(?P<n2>{NUMBER}) (?P<unit2>words?|characters?) (?:or more|minimum|at least|or longer)\b"),
        ("more", rf"(?<!no )(?<!not )(?<!not be )(?<!n't be )\b(?:(?:more|longer) than|over|above) {_N} {_THING}\b(?! (?:is|are))"),
        ("less", rf"\b{_LESS} {_N}[- ]{_THING}\b"),
        ("exact", rf"\b(?:exactly|precisely) {_N} {_THING}\b"),
        ("rough", rf"\b{_ROUGH}\s?{_N}[- ]{_THING}(?: long)?\b"),
        ("most", rf"\b(?:{_MOST} )?{_N}[- ]{_THING}(?: (?:or less|or fewer|max(?:imum)?|at most|tops|limit|long))?\b"),
    )
)  # fmt: skip
_LABELS = re.compile(
    r"\b(?:max(?:imum)?\.? )?(?P<unit>words|characters|length|word count|word limit)\s*[:=]\s*(?:max\.? )?(?P<n>\d+)"
)
_TARGET = re.compile(rf"(?:in |of |with )?{NUMBER}[- ](?:words?|characters?|chars?)(?: long)?")
# "A 60-character title", "subject line under 50 characters": the limit of a part, and none of the text.
_PART = r"(?:titles?|headlines?|headings?|subject(?: lines?)?|pre-?headers?|preview(?: text| line)?|meta descriptions?|slug|excerpt|teaser|hook|opening(?: line| sentence)?|first (?:line|sentence|paragraph|tweet|post)|last (?:line|sentence|paragraph)|sentences?|paragraphs?|bullet points?|hashtags?|cta|call to action)"
_OF_PART = re.compile(
    rf"(?:[,;(] ?)?(?:\b(?:and|with|keep|make|have) )?(?:\b(?:an?|the|its|each|every) )?(?:e-?mail |blog |post |short |catchy )?\b{_PART}(?:'s)?\s*(?:[:(=–-]\s*)?(?:(?:of|with|that is|which is|is|are|should be|must be|to be|at|no|stays?|kept|shall be|may be|can be|length|has to be|in)\s+)*$"
)
_PART_BEHIND = re.compile(
    rf"[- ]+(?:long )?(?:limit (?:for|on|in) (?:the )?|(?:for|in) (?:the |its |each )?|per )?{_PART}\b"
)
_TOLD_OF = re.compile(r"\b(?:how to|why)\b[^.!?;:,]*$")  # "how to write a 60-character title" is a topic
_BODY = re.compile(
    r"(?:[,;(] ?)?(?:\b(?:and|with|keep|make) )?(?:\b(?:the|a|an) )?\b(?:body(?: text| copy)?|main text|e-?mail body|text itself)\s*(?:[:(=–-]\s*)?(?:(?:of|is|should be|must be|to be|at)\s+)*$"
)
_CHARACTERS_PER_WORD = 4  # fewer than these no English text has, its spaces counted


@dataclass(frozen=True, slots=True)
class Length:
    """One length as it is said; `low` and `high` are the bounds it sets."""

    unit: str  # words, characters
    low: int | None
    high: int | None
    words: str
    span: tuple[int, int]
    part: bool = False  # of the title or the subject alone

    @property
    def unkept(self) -> bool:
        """A least number of characters is nothing that a text is held to."""
        return self.unit == "characters" and self.high is None

    @property
    def floor(self) -> int | None:
        """The fewest it may have; "500 words" alone means about as many."""
        return self.low or (self.high if _TARGET.fullmatch(self.words) else None)

    def bounds(self) -> Iterator[tuple[str, int]]:
        if self.low is not None and self.unit == "words":
            yield "min_words", self.low
        if self.high is not None:
            yield f"max_{self.unit}", self.high


def find(low: str, taken: Sequence[tuple[int, int]]) -> list[Length]:
    """Every length that is said outside the `taken` spans."""
    found: list[Length] = []
    for kind, pattern in (*_LENGTHS, ("label", _LABELS)):
        for match in pattern.finditer(low):
            start, end = match.span()
            free = all(end <= a or b <= start for a, b in (*taken, *(one.span for one in found)))
            one = _length(kind, match) if free else None
            if one is not None and (placed := _placed(one, low)) is not None:
                found.append(placed)
    return found


def _placed(one: Length, low: str) -> Length | None:
    """The length with the words that say what it is the length of; None where a text only tells of it."""
    start, end = one.span
    before, behind = _OF_PART.search(low[:start]), _PART_BEHIND.match(low, end)
    if (before or behind) and _TOLD_OF.search(low[:start]):
        return None
    if before or behind:
        span = (before.start() if before else start, behind.end() if behind and not before else end)
        return replace(one, span=span, words=low[slice(*span)].strip(" ,;("), part=True)
    body = _BODY.search(low[:start])
    return replace(one, span=(body.start(), end)) if body else one


def _length(kind: str, match: re.Match[str]) -> Length | None:
    got = match.groupdict()
    count, said = number(got.get("n") or got.get("n2") or ""), got.get("unit") or got.get("unit2") or "words"
    if not count:
        return None
    unit = "characters" if said.startswith("char") else "words"
    least, most = {
        "range": (number(got.get("low") or ""), count),
        "least": (count, None),
        "more": (count + 1, None),
        "exact": (count, count),
        "rough": (round(count * 0.9), round(count * 1.1)),
        "less": (None, count - 1),
    }.get(kind, (None, count))
    if unit == "characters" and kind in ("exact", "rough"):
        least, most = None, count
    return Length(unit, least, most, match[0].strip(), match.span())


def clash(said: Sequence[Length]) -> tuple[str, str] | None:
    """Two lengths that no text can keep at once, in the request's words."""
    for floor in said:
        for top in said:
            if floor is top or floor.floor is None or top.high is None or floor.unit == "characters" != top.unit:
                continue
            each = _CHARACTERS_PER_WORD if floor.unit == "words" and top.unit == "characters" else 1
            if floor.floor * each > top.high:
                return (floor.words, top.words) if floor.span < top.span else (top.words, floor.words)
    return None
