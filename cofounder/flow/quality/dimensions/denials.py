"""Sentences that deny what was given: "nothing earlier stands beside it" although a base does."""

import re

from cofounder.flow.quality.dimensions.reading import Reading
from cofounder.models.brief import Fact, Issue

_DENIAL = re.compile(
    r"\b(?:no|nothing|nobody|none|without|never|cannot|can['’]t|isn['’]t|not)\b[^.?!\n]{0,70}"
    r"\b(?:earlier|previous|prior|month before|period before|quarter before|a base|its direction|any direction|up or down)\b",
    re.IGNORECASE,
)
_LAST_YEAR = re.compile(r"\byear|\btarget|\bplan\b", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.?!\n]+[.?!]?")


def denied_bases(reading: Reading) -> list[Issue]:
    """An issue for each sentence that says no earlier figure is there, where the facts it is about have one.

    A sentence that names no metric is about all of them: it is false only where every fact has a base.
    """
    facts = [fact for fact in reading.subject.brief.facts if fact.kind == "observed"]
    issues = []
    for match in _SENTENCE.finditer(reading.text):
        if not _DENIAL.search(match.group()) or _LAST_YEAR.search(match.group()):
            continue
        about = [fact for fact in facts if _names(match.group(), fact)] or facts
        if about and all(fact.base is not None for fact in about):
            issues.append(
                Issue(
                    dimension="accuracy",
                    code="base_denied",
                    severity="major",
                    message=f"“{match.group().strip()}”: an earlier figure of {about[0].noun} is given.",
                    span=match.span(),
                )
            )
    return issues


def _names(sentence: str, fact: Fact) -> bool:
    words = {fact.noun.lower(), fact.noun.lower().removeprefix("website "), fact.metric.replace("_", " ").lower()}
    return any(re.search(rf"\b{re.escape(word)}\b", sentence, re.IGNORECASE) for word in words)
