"""Tone: the text sounds as it was asked to, and as its persona does; nobody is shouted at or flattered."""

import re
from functools import cache

from cofounder.flow.quality.dimensions.lexicon import CLICHES, FORMAL, HEDGES, HYPE, SLANG, THROAT, Manner, manner
from cofounder.flow.quality.dimensions.reading import Reading, verdict
from cofounder.flow.quality.prose import counted
from cofounder.flow.quality.schemas import DimensionScore
from cofounder.models.brief import Issue

_CONTRACTION = re.compile(
    r"\b\w+(?:['’](?:s|re|ve|ll|d|m)|n['’]t)\b(?!\s*(?:customers|revenue|figures?|traffic|month|own)\b)", re.IGNORECASE
)
_YOU = re.compile(r"\b(?:you|your|yours|yourself)\b", re.IGNORECASE)
_WE = re.compile(r"\b(?:I|we|our|ours|us|my|me|mine)\b")


def score(reading: Reading) -> DimensionScore:
    """1 when every habit of the asked tone holds; each breach costs what it says."""
    asked = reading.subject.brief.tone
    wanted, known = manner(asked)
    seen = _counts(reading)
    issues: list[tuple[float, Issue]] = [*_lexical(reading), *_habits(reading, wanted, seen)]
    evidence = [
        f"Asked for: {asked}" + ("." if known else f"; no habits are known for it, so it is judged as {wanted.name}."),
        f"{counted(seen['contractions'], 'contraction')}, {counted(seen['you'], 'time')} “you”, "
        f"{counted(seen['we'], 'time')} “I” or “we”, {counted(seen['exclamations'], 'exclamation mark')} "
        f"in {counted(len(reading.words), 'word')}.",
    ]
    evidence += [issue.message for _, issue in issues]
    return verdict(1.0 - sum(cost for cost, _ in issues), evidence, [issue for _, issue in issues])


def _counts(reading: Reading) -> dict[str, int]:
    return {
        "contractions": len(_CONTRACTION.findall(reading.prose)),
        "you": len(_YOU.findall(reading.prose)),
        "we": len(_WE.findall(reading.prose)),
        "exclamations": reading.text.count("!"),
        "hedges": len(HEDGES.findall(reading.prose)),
        "formal": len(FORMAL.findall(reading.prose)),
    }


def _issue(code: str, message: str, span: tuple[int, int] | None = None) -> Issue:
    return Issue(dimension="tone", code=code, message=message, severity="minor", span=span)


def _lexical(reading: Reading) -> list[tuple[float, Issue]]:
    """Words that are wrong in any voice, and those this persona never says."""
    found = []
    for match in CLICHES.finditer(reading.text):
        found.append((0.15, _issue("cliche", f"“{match.group()}” says nothing.", match.span())))
    for match in THROAT.finditer(reading.text):
        found.append(
            (
                0.12,
                _issue(
                    "throat_clearing",
                    f"“{match.group().strip()}” clears the throat; start with the thing.",
                    match.span(),
                ),
            )
        )
    insisted = " ".join([*reading.subject.brief.must_include, reading.subject.brief.call_to_action or ""]).lower()
    low = reading.prose.lower()
    for words in reading.never:
        said = _said(words).search(reading.prose) if words.lower() in low else None
        if said and words.lower() not in insisted:
            brief = reading.subject.brief
            persona = brief.voice.name if brief.voice else brief.persona
            place = reading.text.find(said.group())
            span = (place, place + len(said.group())) if place >= 0 else None
            found.append((0.12, _issue("never_word", f"“{said.group()}”: {persona} never says it.", span)))
    return found


@cache
def _said(words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![#\w]){re.escape(words)}\b", re.IGNORECASE)


def _habits(reading: Reading, wanted: Manner, seen: dict[str, int]) -> list[tuple[float, Issue]]:
    """Habits of the asked tone, counted in a text long enough to show them."""
    size = max(1, len(reading.words))
    found: list[tuple[float, Issue]] = []
    loud = seen["exclamations"] - wanted.exclamations
    if loud > 0:
        found.append(
            (
                min(0.4, 0.1 * loud),
                _issue(
                    "too_loud", f"{seen['exclamations']} exclamation marks; {wanted.name} bears {wanted.exclamations}."
                ),
            )
        )
    if not wanted.slang:
        found += [
            (0.1, _issue("slang", f"“{one.group()}” is too loose for a {wanted.name} text.", one.span()))
            for one in SLANG.finditer(reading.text)
        ]
    if not wanted.hype:
        found += [
            (0.12, _issue("hype", f"“{one.group()}” puts a feeling where a figure belongs.", one.span()))
            for one in HYPE.finditer(reading.text)
        ]
    if size < 30:
        return found
    if seen["contractions"] > wanted.contractions[1] * size / 100:
        found.append(
            (0.15, _issue("too_casual", f"{seen['contractions']} contractions are many for a {wanted.name} text."))
        )
    if seen["contractions"] < wanted.contractions[0] * size / 100 and seen["formal"] + size // 60 > 0:
        found.append(
            (0.2, _issue("too_stiff", f"A {wanted.name} text uses contractions; this one has {seen['contractions']}."))
        )
    if wanted.address and not seen["you"] + seen["we"]:
        found.append((0.15, _issue("no_address", "It speaks to nobody: neither “you” nor “we” appears.")))
    if seen["hedges"] > wanted.hedges * size / 100 + 1:
        found.append((0.12, _issue("hedged", f"{seen['hedges']} hedges weaken it.")))
    if wanted.plain and seen["formal"] > size / 100:
        found.append((0.1, _issue("too_formal", f"{seen['formal']} stiff words; say them plainly.")))
    return found
