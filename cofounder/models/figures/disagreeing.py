"""A request's own percentage beside the amounts it is given with: "revenue grew 25%" with 125,000 and 150,000."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cofounder.models.brief import Base, Fact
from cofounder.models.figures.deriving import changeable
from cofounder.models.figures.families import WORD_FAMILY, families_of
from cofounder.models.figures.reading import read

_WORD = re.compile(r"[a-z][a-z'’-]*")
_TOLD = re.compile(
    r"\b(?:up|down|rose|rise|risen|grew|grown|growth|grow|increase[ds]?|increased|fell|fallen|drop(?:ped)?|decline[ds]?|"
    r"decrease[ds]?|jump(?:ed)?|climb(?:ed)?|more|less|higher|lower|gain(?:ed)?)\b",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"\b(?:target|goal|want|aim|plan|hope|forecast|next|could|would|should|off|discount)\b", re.IGNORECASE
)
_FALLING = re.compile(r"\b(?:down|fell|fallen|drop(?:ped)?|decline[ds]?|decrease[ds]?|less|lower)\b", re.IGNORECASE)
_CLAUSE = re.compile(r"[.!?;\n]|, (?=and\b|but\b|while\b)")
AGREES = 0.006  # how far a told percentage may lie from the computed one: it was rounded to whole percent


@dataclass(frozen=True)
class Disagreement:
    """A percentage as the text has it, and what the amounts say, in a sentence."""

    told: str
    sentence: str


def disagreements(text: str, facts: Sequence[Fact]) -> list[Disagreement]:
    """Each percentage of change in a text that the amounts of its metric contradict.

    The metric is the one its clause names; where it names none, the only one with an earlier value.
    """
    based = [fact for fact in facts if fact.base is not None and _changes(fact)]
    found: list[Disagreement] = []
    for clause in _CLAUSE.split(text):
        if not _TOLD.search(clause) or _WISH.search(clause):
            continue
        told = [figure for figure in read(clause) if figure.unit == "percent"]
        fact = _meant(clause, based, facts)
        if fact is None or fact.base is None or len(told) != 1:
            continue
        change = fact.value / fact.base.value - 1
        said = -abs(told[0].value) if _FALLING.search(clause) else told[0].value
        if abs(said - change) > AGREES and abs(told[0].value - fact.value) > 1e-9:
            found.append(Disagreement(told[0].text, _sentence(told[0].text, fact, fact.base, change)))
    return list(dict.fromkeys(found))


def _changes(fact: Fact) -> bool:
    base = fact.base
    return base is not None and base.kind != "target" and fact.unit != "rate" and changeable(fact.value, base.value)


def _meant(clause: str, based: Sequence[Fact], facts: Sequence[Fact]) -> Fact | None:
    own = set(_WORD.findall(clause.lower()))
    families = {WORD_FAMILY[word] for word in own if word in WORD_FAMILY}
    named = [fact for fact in facts if families_of(fact) & families]
    if named:
        return next((fact for fact in named if fact in based), None)
    return based[0] if len(based) == 1 and not families else None


def _sentence(told: str, fact: Fact, base: Base, change: float) -> str:
    sign = {"USD": "$", "EUR": "€", "GBP": "£"}.get(fact.currency, f"{fact.currency} ") if fact.unit == "usd" else ""
    return (
        f"The request says {told}, but {fact.noun} of {sign}{fact.value:,.10g} after {sign}{base.value:,.10g} "
        f"is a change of {change:.1%}."
    )
