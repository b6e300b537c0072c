"""Causes that no cause fact carries: "thanks to the team" beside a figure, when only the figure is known."""

import re

from cofounder.flow.quality.detectors.context import Context, finding
from cofounder.flow.quality.prose import asked_or_cited, negated, sentence_at, sentences
from cofounder.flow.quality.schemas import Finding
from cofounder.models.figures import read

_CAUSE = re.compile(
    r"\b(?:because of|because|thanks to|driven by|drove|led to|leads to|due to|owing to|as a (?:direct )?result of|"
    r"resulted in|result(?:s|ing) from|fuel+ed by|caused by|paid off|attribut(?:able|ed) to|on the back of|powered by|"
    r"boosted by|helped by|which is why|made (?:it|this) possible|the reason (?:is|was|for (?:this|it|the)))\b",
    re.IGNORECASE,
)
_YOU = re.compile(r"thanks to (?:you|everyone|all|each|those|our readers|the \d)\b", re.IGNORECASE)
_MOVED = re.compile(
    r"\b(?:grew|grown|growth|rose|risen|rise|increase[ds]?|jump(?:ed)?|climb(?:ed)?|surged?|improved?|up|higher|fell|falls?|"
    r"drop(?:ped)?|declin\w+|decreas\w+|lower|down|doubled|tripled)\b",
    re.IGNORECASE,
)


def find(text: str, context: Context) -> list[Finding]:
    """Cause words in a sentence that also holds a figure or a move of a measured thing; none where a cause is a fact."""
    causes = [fact.noun.lower() for fact in context.facts if fact.kind == "cause"]
    nouns = {word for fact in context.facts for word in fact.noun.lower().split() if len(word) > 3}
    found = []
    for match in _CAUSE.finditer(text):
        sentence = sentence_at(text, match.start())
        if _YOU.match(text, match.start()) or asked_or_cited(text, match.start()) or negated(text, match.start()):
            continue
        if not _about_figures(text, sentence.start, sentence.text, nouns) or _sourced(sentence.text, causes):
            continue
        found.append(
            finding(
                "causes",
                "unsourced_cause",
                "major",
                "Nothing given says what caused it; that two things happened together is no cause.",
                "Say that they fell in the same period, or that the reason is not known. A sourced cause may be added as a fact.",
                text=text,
                span=match.span(),
            )
        )
    return found


def _about_figures(text: str, start: int, sentence: str, nouns: set[str]) -> bool:
    """Whether the sentence, or the one before where this one points back, speaks of a figure or its move."""
    lowered = sentence.lower()
    if _measured(sentence):
        return True
    if _MOVED.search(sentence) and (any(noun in lowered for noun in nouns) or not nouns):
        return True
    if re.match(r"(?:that|this|it)(?:['’]s| is| was| happened)", lowered):
        before = [one for one in sentences(text) if one.end <= start]
        return bool(before) and _measured(before[-1].text)
    return False


def _measured(sentence: str) -> bool:
    """Whether it holds a measured figure; "two ways" and dates are none."""
    bare = ("period", "order", "time", "duration")
    return any(figure.unit not in bare and not (figure.spelled and figure.unit == "count") for figure in read(sentence))


def _sourced(sentence: str, causes: list[str]) -> bool:
    """Whether the sentence repeats the words of a cause fact."""
    said = set(re.findall(r"[a-z]{4,}", sentence.lower()))
    return any(len(said & set(re.findall(r"[a-z]{4,}", cause))) >= 2 for cause in causes)
