"""Orders candidates by rhythm, fit to the voice, novelty and how much of the facts they tell."""

from collections.abc import Sequence
from itertools import pairwise

from cofounder.models.offline.checks import Room
from cofounder.models.offline.composing import Candidate
from cofounder.models.offline.texts import count_words, grade, overlap, sentences
from cofounder.models.offline.voice import Voice

MARGIN = 0.5  # this near to its lowest grade a voice begins to sound like a telegram


def _size(count: int) -> str:
    return "S" if count <= 6 else "M" if count <= 15 else "L"


def rhythm(text: str, voice: Voice) -> float:
    """0-1: sentence lengths near the voice's mean, mixed, and begun with different words."""
    parts = sentences(text)
    lengths = [count_words(part) for part in parts]
    if not lengths:
        return 0.0
    mean = sum(lengths) / len(lengths)
    score = max(0.0, 1 - abs(mean - voice.mean) / voice.mean)
    sizes = "".join(_size(length) for length in lengths)
    if any(size * 4 in sizes for size in "SML"):
        score -= 0.3
    low, high = voice.span
    score -= 0.1 * sum(1 for length in lengths if length > high + 4 or length < max(1, low - 1)) / len(lengths)
    same = sum(1 for one, other in pairwise(parts) if one.split()[0].lower() == other.split()[0].lower())
    return score - 0.15 * same


def score(candidate: Candidate, voice: Voice, room: Room, wanted: set[str], avoid: Sequence[str]) -> float:
    """Higher is better; the weights were set by reading, not by a measure."""
    text = candidate.body
    told = len(wanted & candidate.said) / len(wanted) if wanted else 1.0
    middle = (room.words[0] + room.words[1]) / 2
    length = max(0.0, 1 - abs(count_words(text) - middle) / max(middle, 1))
    novelty = 1 - max((overlap(text, other) for other in avoid), default=0.0)
    openers = [paragraph.split(" ")[0] for paragraph in candidate.paragraphs if paragraph]
    variety = len(set(openers)) / len(openers) if openers else 0.0
    choppy = max(0.0, voice.grade + MARGIN - grade(text))
    return rhythm(text, voice) - 0.5 * choppy + 1.4 * told + 0.4 * length + 1.2 * novelty + 0.4 * variety
