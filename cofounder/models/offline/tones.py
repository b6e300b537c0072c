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


_SHORT = (
    (r"\b(do|does|did|is|are|was|were|has|have|could|would|should) not\b", r"\1n't"),
    (r"\bcannot\b", "can't"),
    (r"\bwill not\b", "won't"),
    (r"\bI am\b", "I'm"),
    (r"\b([Ww]e|[Tt]hey|[Yy]ou) are\b(?! not)", r"\1're"),
    (r"\b(I|[Ww]e|[Tt]hey|[Yy]ou) would\b", r"\1'd"),
    (r"\b([Ii]t|[Tt]hat|[Tt]here) is\b(?=\s+\w)", r"\1's"),
    (r"\b(I|[Ww]e|[Yy]ou) have\b(?= (?:been|had|seen|got|left|put))", r"\1've"),
)
_PLAINER = (
    ("according to company figures", "by our own count"),
    ("amounts to", "comes to"),
    ("amounted to", "came to"),
    ("corresponds to", "means"),
    ("in addition", "and"),
    ("approximately", "about"),
    ("apiece", "each"),
    ("however", "but"),
    ("therefore", "so"),
    ("prior to", "before"),
    ("whether", "if"),
)


def relaxed(text: str) -> str:
    """The text with contractions and plainer words."""
    for pattern, short in _SHORT:
        text = re.sub(pattern, short, text)
    for stiff, plain in _PLAINER:
        text = re.sub(rf"\b{stiff}\b", plain, text)
    return text


def in_tone(text: str, tone: str) -> str:
    """The text with the contractions that are too many for the tone written out, the later ones first."""
    if any(name in tone.lower() for name in ("casual", "less formal", "informal", "relaxed", "friendly")):
        return relaxed(text)
    most = next((share for name, share in _MOST.items() if name in tone.lower()), None)
    if most is None or ("'" not in text and "’" not in text):
        return text
    found = list(_ANY.finditer(text))
    bears = int(most * len(text.split()) / 100)
    for match in reversed(found[bears:]):
        if match.end() < len(text) and text[match.end()] in ".?!,":
            continue  # "it isn't." keeps its stress
        text = text[: match.start()] + expanded(match.group()) + text[match.end() :]
    return text
