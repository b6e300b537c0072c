"""Readability: the Flesch-Kincaid grade lies where the channel's readers, and the persona, have it."""

from cofounder.flow.quality.dimensions.reading import Reading, verdict
from cofounder.flow.quality.prose import Sentence, grade, words
from cofounder.flow.quality.schemas import DimensionScore
from cofounder.models.brief import Issue

_HARDER = frozenset({"newsReporter", "dataNerd", "thoughtLeader"})
_PER_GRADE = 0.08
_LONG_SENTENCE = 36  # words; beyond it a sentence is lost on a phone


def score(reading: Reading) -> DimensionScore:
    """1 within the wanted grades, 0.08 less for each grade off; sentences nobody follows cost extra."""
    if not reading.words:
        return verdict(0.0, ["There is nothing to read."])
    low, high = reading.rules.grade
    brief = reading.subject.brief
    if (brief.voice.like if brief.voice else brief.persona) in _HARDER:
        high = max(high, 10.0)
    issues = _long(reading)
    value, measured = 1.0, grade(reading.prose)
    if measured is None:
        lines = [f"{len(reading.words)} words are too few for a grade; sentences were looked at one by one."]
    else:
        off = max(low - measured - 2.0, measured - high, 0.0)  # an easy text harms less than a hard one
        value -= _PER_GRADE * off
        lines = [
            f"Flesch-Kincaid grade {measured:.1f}; {low:.0f} to {high:.0f} is easy here. A figure counts as one syllable."
        ]
        if off > 0.5:
            hard = measured > high
            code, what = ("hard_to_read", "above") if hard else ("choppy", "below")
            advice = "Use shorter sentences and words." if hard else "Join some of the sentences."
            message = f"The grade of {measured:.1f} lies {what} {low:.0f} to {high:.0f}. {advice}"
            issues.append(Issue(dimension="readability", code=code, message=message, severity="minor"))
    return verdict(value - 0.08 * sum(issue.code == "long_sentence" for issue in issues), lines, issues)


def _long(reading: Reading) -> list[Issue]:
    found = []
    for sentence in reading.sentences:
        size = len(words(sentence.text))
        if size > _LONG_SENTENCE:
            message = f"A sentence of {size} words: “{_start(sentence)}…”"
            found.append(Issue(dimension="readability", code="long_sentence", message=message, severity="minor"))
    return found


def _start(sentence: Sentence) -> str:
    return " ".join(sentence.text.split()[:6])
