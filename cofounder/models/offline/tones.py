"""The asked tone laid over a voice: how many contractions it bears."""

import re

_EXPAND = (
    (r"\bcan['’]t\b", "cannot"),
    (r"\bwon['’]t\b", "will not"),
    (r"\b(do|does|did|is|are|was|were|has|have|had|could|would|should)n['’]t\b", r"\1 not"),
    (r"\b(I)['’]m\b", r"\1 am"),
    (r"\b(we|you|they)['’]re\b", r"\1 are"),
    (r"\b(it|that|there|what|who|here)['’]s\b(?! (?:been|got))", r"\1 is"),
    (r"\b(I|we|you|they)['’]ve\b(?! got)", r"\1 have"),
    (r"\b(I|we|you|they|it)['’]ll\b", r"\1 will"),
)
_ANY = re.compile("|".join(f"(?:{pattern})" for pattern, _ in _EXPAND), re.IGNORECASE)
_MOST = {"formal": 0.0, "official": 0.0, "corporate": 0.0, "professional": 5.5, "neutral": 3.0, "technical": 5.5}


def expanded(short: str) -> str:
    """A contraction written out, with its capital kept."""
    for pattern, whole in _EXPAND:
        match = re.fullmatch(pattern, short, re.IGNORECASE)
        if match:
            text = match.expand(whole)
            return text[:1].upper() + text[1:] if short[:1].isupper() else text
    return short


def in_tone(text: str, tone: str) -> str:
    """The text with the contractions that are too many for the tone written out, the later ones first."""
    most = next((share for name, share in _MOST.items() if name in tone.lower()), None)
    if most is None or "less formal" in tone.lower() or "informal" in tone.lower():
        return text
    found = list(_ANY.finditer(text))
    bears = int(most * len(text.split()) / 100)
    for match in reversed(found[bears:]):
        if match.end() < len(text) and text[match.end()] in ".?!,":
            continue  # "it isn't." keeps its stress
        text = text[: match.start()] + expanded(match.group()) + text[match.end() :]
    return text
