"""Engagement potential: signs in the text that readers answer to. A rule of thumb, marked "uncalibrated".

Where the channel's history carries a prediction that is better than the channel's mean, that takes the signs' place.
"""

import re
from statistics import fmean, pstdev

from cofounder.business.context.predicting import Prediction
from cofounder.flow.quality.dimensions import length
from cofounder.flow.quality.dimensions.reading import Reading, verdict
from cofounder.flow.quality.prose import counted, words
from cofounder.flow.quality.schemas import DimensionScore
from cofounder.models.brief import Issue

_ASK = re.compile(
    r"\b(?:tell (?:me|us)|show (?:me|us)|try (?:it|this)|write (?:to|back)|reply|take a look|have a look|see (?:the|how|what)|join|book|read|"
    r"ask (?:what|yourself|for)|define|check|compare|share (?:yours|your)|let (?:me|us) know|send (?:me|us)|pick one|start)\b",
    re.IGNORECASE,
)
_WEAK_START = re.compile(
    r"^(?:In today|We are (?:pleased|happy|excited)|I am (?:pleased|happy)|This (?:post|article|e-?mail) is|As (?:a|an|we) )",
    re.I,
)
_YOU = re.compile(r"\b(?:you|your|yours)\b", re.IGNORECASE)
_WE = re.compile(r"\b(?:I|we|our|us|my)\b")


def score(reading: Reading) -> DimensionScore:
    """The weighted mean of seven signs."""
    if not reading.sentences:
        return verdict(0.0, ["There is no text."], calibrated=False)
    signs = [
        _opening(reading),
        _figure(reading),
        _ask(reading),
        _address(reading),
        _room(reading),
        _rhythm(reading),
        _specific(reading),
    ]
    whole = sum(weight for _, weight, _, _ in signs)
    evidence = ["Uncalibrated: a count of signs, not a measured prediction."]
    evidence += [f"{name}: {value:.1f}, {why}" for name, _, value, why in signs]
    issues = [
        Issue(
            dimension="engagement_potential",
            code=f"weak_{name.replace(' ', '_')}",
            message=f"{name.capitalize()}: {why}",
            severity="minor",
        )
        for name, weight, value, why in signs
        if value < 0.5 and weight >= 0.12
    ]
    return verdict(sum(weight * value for _, weight, value, _ in signs) / whole, evidence, issues, calibrated=False)


def weighed(signs: DimensionScore, expected: Prediction | None) -> DimensionScore:
    """The signs' score, or the prediction's where it knows better than the mean: 0.5 for the least that was foretold of
    an earlier post of the channel, 1 for the most. What it does not know it says beside the signs."""
    if expected is None:
        return signs
    main = expected.main
    if main.rank is None:
        return signs.model_copy(update={"evidence": [main.note, *signs.evidence]})
    told = f"More is foretold than of {main.rank:.0%} of the {main.n} earlier posts."
    return signs.model_copy(
        update={
            "score": round(0.5 + 0.5 * main.rank, 4),
            "calibrated": True,
            "evidence": [main.note, told, *signs.evidence[1:]],
        }
    )


Sign = tuple[str, float, float, str]  # name, weight, value 0-1, why


def _opening(reading: Reading) -> Sign:
    first = reading.sentences[0].text
    size = len(words(first))
    value = 1.0 if size <= 16 else max(0.3, 1.0 - 0.05 * (size - 16))
    if _WEAK_START.match(first):
        value = min(value, 0.3)
    return "opening", 0.2, value, f"the first sentence has {counted(size, 'word')}."


def _figure(reading: Reading) -> Sign:
    early = sum(len(sentence.text) + 1 for sentence in reading.sentences[:4])
    places = [one.start for one in reading.mentions if one.kind in ("given", "derived", "unmatched")]
    if not places:
        return "concrete early", 0.15, 0.4 if reading.subject.brief.facts else 0.7, "no figure in the text."
    value = 1.0 if places[0] <= max(early, 200) else 0.6
    return "concrete early", 0.15, value, f"the first figure stands at character {places[0]}."


def _ask(reading: Reading) -> Sign:
    last = " ".join(sentence.text for sentence in reading.sentences[-max(3, len(reading.sentences) // 3) :])
    if "?" in last or _ASK.search(last):
        return "question or ask", 0.2, 1.0, "it ends on one."
    if "?" in reading.prose:
        return "question or ask", 0.2, 0.8, "it has a question, not at the end."
    missed = 0.4 if reading.form.call_to_action else 0.75  # a short post need not ask
    return "question or ask", 0.2, missed, "nothing asks the reader anything."


def _address(reading: Reading) -> Sign:
    you, we = len(_YOU.findall(reading.prose)), len(_WE.findall(reading.prose))
    if you:
        return "address", 0.12, 1.0, f"{you} times “you”."
    return ("address", 0.12, 0.8, f"{we} times “I” or “we”.") if we else ("address", 0.12, 0.5, "it speaks to nobody.")


def _room(reading: Reading) -> Sign:
    fit = length.score(reading).score
    return "length fit", 0.1, fit, "see length."


def _rhythm(reading: Reading) -> Sign:
    sizes = [len(words(sentence.text)) for sentence in reading.sentences]
    if len(sizes) < 3:
        return "rhythm", 0.13, 0.8, "too few sentences to hear one."
    spread = pstdev(sizes) / max(1.0, fmean(sizes))
    return "rhythm", 0.13, min(1.0, 0.4 + 1.5 * spread), f"sentence lengths vary by {spread:.0%} of their mean."


def _specific(reading: Reading) -> Sign:
    share = 100 * sum(one.kind in ("given", "derived") for one in reading.mentions) / max(1, len(reading.words))
    if not reading.subject.brief.facts:
        return "specific", 0.1, 0.7, "no figures were given."
    return "specific", 0.1, min(1.0, 0.4 + share / 5), f"{share:.1f} figures in 100 words."
