"""The words around one figure, and which of the matching values they can mean: changes, heads, subjects, roles."""

import re
from collections.abc import Sequence

from cofounder.models.figures.families import WORD_FAMILY
from cofounder.models.figures.matching import CHANGES, Candidate, fits, name_of, same
from cofounder.models.figures.reading import Figure, read

_UP = "up|rose|rises?|risen|grew|grown|grows|growth|increase[ds]?|higher|jump(?:ed|s)?|climb(?:ed|s)?|surged?|gain(?:ed|s)?|more|above|ahead|added|shot up|ticked up|edged up|moved up|inched up|better"
_DOWN = "down|fell|falls?|fallen|drop(?:ped|s)?|declin(?:ed|es?)|decreas(?:ed|es?)|lower|slid|slides?|plunged|tumbled|eased|dipped|slipped|lost|less|fewer|below|behind|shrank|worse"
_FILL = (
    r"(?:\s+(?:by|about|around|roughly|nearly|almost|over|just|a|an|of|some|more than|to a|another|further|was))*\s*"
)
CHANGE_BEFORE = re.compile(rf"\b(?:(?P<up>{_UP})|(?P<down>{_DOWN})){_FILL}$", re.IGNORECASE)
_CHANGE_AFTER = re.compile(rf"^[\s-]*(?:(?P<up>{_UP})|(?P<down>{_DOWN}))\b", re.IGNORECASE)
_BY = re.compile(
    rf"\b(?:{_UP}|{_DOWN})(?:\s+by|\s+of)(?:\s+(?:about|nearly|almost|over|just|some|roughly))?\s*$", re.IGNORECASE
)
_LINK = re.compile(
    r"\b(?P<noun>[a-z-]+)\s+(?:was|were|is|are|of|reached|hit|stood at|came to|totall?ed|climbed to|grew to|rose to|"
    r"fell to|passed)\s+(?:about\s+|nearly\s+|at\s+)?$",
    re.IGNORECASE,
)
_GRAIN = r"(?:day|week|month|quarter|year|period)"
_EARLIER = rf"(?:the {_GRAIN} before|(?:a|one) {_GRAIN} (?:earlier|before|ago)|(?:the|of the|in the|for the) (?:previous|prior|preceding) {_GRAIN})"
_EARLIER_AFTER = re.compile(
    rf"^,? \(?(?:in [a-z]+ )?(?:in |for |of )?{_EARLIER}\b(?!['’]s| (?:it|we|that|had|was|were))", re.IGNORECASE
)
_EARLIER_BEFORE = re.compile(
    rf"\b{_EARLIER},? (?:(?:it|we|that|revenue|the figure|the total|sales|traffic|there) )?"
    r"(?:was|were|had|stood at|came to|saw|brought|took in|recorded)(?: in)? $",
    re.IGNORECASE,
)
_AMOUNT = r"(?P<other>[$€£]?\d[\d.,]*\d?[KMB]?%?)"
_FROM_TO = re.compile(rf"\bfrom (?:about )?{_AMOUNT} to (?:about )?$")
_AGAINST = re.compile(
    rf"(?<![\d$€£.,]){_AMOUNT},? (?:and )?(?:up from|down from|from|against|after|versus|vs\.?|compared (?:with|to)) (?:about )?$"
)
_EARLIER_WORD = re.compile(rf"\b(?:{_EARLIER}|then|ago|earlier|previous|before)\b", re.IGNORECASE)
_NOW_WORD = re.compile(r"^,? (?:now|today|this|in|at)\b", re.IGNORECASE)
_NOW_AFTER = re.compile(rf"^,? (?:in [a-z]+ )?this {_GRAIN}\b(?!['’]s|,? (?:it|we|our|that|is|was))", re.IGNORECASE)
_STOP_WORDS = "and but from at for by with while as so which that to on or over against per than is was were are"
_STOP = frozenset(_STOP_WORDS.split())
_NEW = frozenset({"new", "additional", "extra", "more", "fresh", "further", "added"})
WORD = re.compile(r"[A-Za-z][\w'’-]*")
_PART_OF = re.compile(r"^ of (?:the|those|these|our|its|them|all)\b")
_EDGE = re.compile(r"[.!?:;\n](?=\s|$)|\n")


class Around:
    """The words around one figure, and which of the matching values they can mean."""

    def __init__(self, text: str, figure: Figure, own: dict[str, str], candidates: Sequence[Candidate]) -> None:
        self.figure, self.own, self.candidates = figure, own, candidates
        edges = [match.end() for match in _EDGE.finditer(text, 0, figure.start)]
        self.before = text[edges[-1] if edges else 0 : figure.start]
        end = _EDGE.search(text, figure.end)
        self.after = text[figure.end : end.start() if end else len(text)]

    def judge(self, matches: list[Candidate]) -> tuple[list[Candidate], str | None]:
        """The values that the words allow, or none and why."""
        for rule in (self._change, self._head, self._subject, self._role):
            kept, message = rule(matches)
            if not kept:
                return [], message
            matches = kept
        return matches, None

    def _change(self, matches: list[Candidate]) -> tuple[list[Candidate], str | None]:
        if self.figure.value < 0:
            falling = [one for one in matches if one.value < 0]
            if not falling:
                return [], f"{name_of(matches[0])} is not below zero"
            matches = falling
        before, after = CHANGE_BEFORE.search(self.before[-48:]), _CHANGE_AFTER.match(self.after)
        if self.figure.unit in ("percent", "points"):
            found = before or after
        elif self.figure.unit in ("money", "count") and _BY.search(self.before[-48:]):
            found = before
        else:
            return matches, None
        if not found:
            return matches, None
        changes = [one for one in matches if one.kind in CHANGES]
        if not changes:
            if found is after and self.figure.unit == "percent":
                return matches, None
            return [], f"{self.figure.text} is {name_of(matches[0])}, not a change"
        rising = bool(found["up"])
        agreeing = [one for one in changes if one.value == 0 or (one.value > 0) == rising]
        if not agreeing and found is after and before is None and rising != (changes[0].value > 0):
            return [], f"{name_of(changes[0])} goes the other way"
        return agreeing, f"{changes[0].noun} {'fell' if changes[0].value < 0 else 'rose'}"

    def _head(self, matches: list[Candidate]) -> tuple[list[Candidate], str | None]:
        head, fresh = self._head_family()
        if head is None:
            return matches, None
        partly = _PART_OF.match(self.after)  # "11,250 of those visits"
        kept = [one for one in matches if head in one.families or (partly and one.kind == "product")]
        if not kept:
            return [], f"{self.figure.text} is {name_of(matches[0])}, not of {head}"
        if fresh:
            kept = [one for one in kept if one.kind in CHANGES or "new" in one.noun or one.unit != "count"]
            if not kept:
                return [], f"{self.figure.text} is {name_of(matches[0])}; nothing says that they are new"
        return kept, None

    def _head_family(self) -> tuple[str | None, bool]:
        fresh = False
        words = list(WORD.finditer(self.after[:60]))[:5]
        reached = 0
        for index, match in enumerate(words):
            if self.after[reached : match.start()].strip(" -"):
                return None, False
            reached = match.end()
            word = match.group().lower()
            if word in _NEW:
                fresh = True
            family = WORD_FAMILY.get(word) or self.own.get(word)
            if family:
                return family, fresh and self.figure.unit == "count"
            if word in _STOP or (word == "in" and (index > 0 or self.figure.unit not in ("money", "percent"))):
                return None, False
        return None, False

    def _subject(self, matches: list[Candidate]) -> tuple[list[Candidate], str | None]:
        link = _LINK.search(self.before)
        head, _ = self._head_family()
        if link and head is None:
            family = WORD_FAMILY.get(link["noun"].lower()) or self.own.get(link["noun"].lower())
            if family and not any(family in one.families for one in matches):
                return [], f"{self.figure.text} is {name_of(matches[0])}, not of {family}"
            if family:
                return [one for one in matches if family in one.families], None
        if self.figure.unit in ("percent", "points") and any(one.kind in CHANGES for one in matches):
            if any(self._names(one) for one in matches):
                return matches, None
            named = self._families(self.before) | ({head} if head else set())
            if named and not any(named & one.families for one in matches) and not named & self._families(self.after):
                return [], f"{self.figure.text} is {name_of(matches[0])}, not of {sorted(named)[0]}"
            near = [one for one in matches if named & one.families]
            return near or matches, None
        return matches, None

    def _role(self, matches: list[Candidate]) -> tuple[list[Candidate], str | None]:
        """A value told as the earlier one, or an earlier one told as the present: "$125,000 against $150,000 before"."""
        wrong = self._wrong_role(matches)
        kept = [one for one in matches if one.kind != wrong]
        if kept or wrong is None:
            return kept or matches, None
        if wrong == "given":
            return [], f"{self.figure.text} is {name_of(matches[0])} now, not before"
        return [], f"{self.figure.text} is {name_of(matches[0])}, not now"

    def _wrong_role(self, matches: list[Candidate]) -> str | None:
        """The kind that the figure cannot be here: "given" where the words say earlier, "base" where they say now."""
        kinds = {one.kind for one in matches}
        if self.figure.value == 0 or not kinds & {"given", "base"} or (kinds >= {"given", "base"}):
            return None
        if _EARLIER_AFTER.match(self.after) or _EARLIER_BEFORE.search(self.before):
            return "given" if all(one.based for one in matches) else None
        if any(one.based and self.after.startswith((f" in {one.based}", f" ({one.based}")) for one in matches):
            return "given"
        if _NOW_AFTER.match(self.after):
            return "base"
        return self._wrong_beside(matches)

    def _wrong_beside(self, matches: list[Candidate]) -> str | None:
        """The same for two values of one metric side by side: "from 5 to 4", "5, up from 4", "5 against 4"."""
        link = _FROM_TO.search(self.before) or _AGAINST.search(self.before)
        if link is None or _EARLIER_WORD.search(self.before) or _NOW_WORD.match(self.after):
            return None
        to = link.re is _FROM_TO
        facts = {one.facts for one in matches if one.kind in ("given", "base")}
        near = {
            one.kind
            for other in read(link["other"])
            for one in self.candidates
            if one.facts in facts and one.kind in ("given", "base") and fits(other, one) and same(other, one)
        }
        own = {one.kind for one in matches} & {"given", "base"}
        if to and near == {"given"} and own == {"base"}:
            return "base"
        return "given" if not to and near == {"base"} and own == {"given"} else None

    def _names(self, candidate: Candidate) -> bool:
        """Whether the sentence before the figure has every word of the candidate's own noun."""
        words = set(candidate.noun.lower().split())
        return len(words) > 1 and words <= set(WORD.findall(self.before.lower()))

    def _families(self, words: str) -> set[str]:
        found = set()
        for word in WORD.findall(words.lower()):
            family = WORD_FAMILY.get(word) or self.own.get(word)
            if family:
                found.add(family)
        return found
