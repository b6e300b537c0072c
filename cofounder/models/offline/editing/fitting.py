"""The shortest loss: which form of each sentence, or none, says most within the words allowed."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product

from cofounder.models.offline.editing.clauses import Cut, applied, parts, sound, weight
from cofounder.models.offline.editing.cuts import cuts
from cofounder.models.offline.editing.layout import HANGING, PRONOUN, balanced
from cofounder.models.offline.texts import count_words

_LONG = 25  # words; a longer sentence had better be two
_POINTS = re.compile(r"\b(?:it|its|them|their|they|this|these|those|ones?|both|others)\b", re.IGNORECASE)
_STEPS = 600  # how finely words are counted in a long text


@dataclass(frozen=True)
class Form:
    """One way to say a sentence: its words and what is lost against the whole."""

    text: str
    words: int
    loss: float


def forms(sentence: str, worth: float) -> list[Form]:
    """The sentence whole, shortened and parted, each shorter one with more loss."""
    found = _short(sentence, worth)
    pieces = parts(sentence)
    if len(pieces) > 1:
        long = 0.6 if count_words(sentence) > _LONG else 0.0
        found = [Form(form.text, form.words, form.loss + long) for form in found]
        found += _parted(pieces, worth)
    return _best(found)


def _short(sentence: str, worth: float) -> list[Form]:
    """The sentence without each few of its cuts."""
    found = [Form(sentence, count_words(sentence), 0.0)]
    able = cuts(sentence)[:9]
    for size in range(1, 5):
        for chosen in combinations(able, size):
            if _apart(chosen):
                text = applied(sentence, list(chosen))
                if sound(text) and balanced(text):
                    loss = min(sum(cut.loss for cut in chosen), 0.9 * worth + 0.02 * size)
                    found.append(Form(text, count_words(text), loss))
    return _best(found)


def _apart(chosen: Sequence[Cut]) -> bool:
    ordered = sorted(chosen, key=lambda cut: cut.start)
    return all(one.end <= other.start for one, other in pairwise(ordered))


def _parted(pieces: list[str], worth: float) -> list[Form]:
    """The main clauses as sentences of their own, or without one another."""
    each = worth / len(pieces)
    options: list[list[Form | None]] = []
    for piece in pieces:
        gone = each + 0.5 * weight(piece)
        options.append(
            [*(Form(one.text, one.words, min(one.loss, 0.9 * gone)) for one in _short(piece, gone)[:5]), None]
        )
    found = []
    for chosen in product(*options):
        kept = [one for one in chosen if one is not None]
        if not kept or any(
            one is not None and (HANGING.match(one.text) or _POINTS.search(one.text)) and chosen[at - 1] is None
            for at, one in enumerate(chosen)
            if at
        ):
            continue
        lost = sum(each + 0.5 * weight(piece) for piece, one in zip(pieces, chosen, strict=True) if one is None)
        text = " ".join(one.text for one in kept)
        found.append(Form(text, count_words(text), 0.2 + lost + sum(one.loss for one in kept)))
    return found


def _best(found: list[Form]) -> list[Form]:
    """Without those that another beats in both words and loss; the fullest first."""
    kept: list[Form] = []
    for form in sorted(found, key=lambda one: (one.loss, one.words)):
        if not kept or form.words < kept[-1].words:
            kept.append(form)
    return kept


@dataclass(frozen=True)
class _Path:
    loss: float
    chosen: tuple[Form | None, ...]


def fitted(options: Sequence[Sequence[Form]], worths: Sequence[float], limit: int) -> list[Form | None]:
    """For each sentence its form, or None, with the least loss in sum within `limit` words; none when nothing fits.

    A multiple-choice knapsack over (words used, whether what a following "it" or "this" points at is there).
    """
    step = max(1, -(-limit // _STEPS))
    room = limit // step
    paths: dict[tuple[int, str], _Path] = {(0, "none"): _Path(0.0, ())}
    for choices, worth in zip(options, worths, strict=True):
        following: dict[tuple[int, str], _Path] = {}
        first = choices[0].text
        hangs, pronoun = bool(HANGING.match(first)), bool(PRONOUN.match(first))
        for (used, state), path in paths.items():
            left = "there" if state != "none" and hangs and pronoun else "none"
            _offer(following, (used, "anchor" if left == "there" else "none"), path, worth, None)
            if hangs and path.chosen and (state == "none" or (state == "anchor" and not pronoun)):
                continue
            for form in choices:
                now = used + -(-form.words // step)
                if now <= room:
                    _offer(following, (now, "there"), path, form.loss, form)
        paths = following
    ends = [path for path in paths.values() if any(form is not None for form in path.chosen)]
    return list(min(ends, key=lambda path: path.loss).chosen) if ends else []


def _offer(
    paths: dict[tuple[int, str], _Path], state: tuple[int, str], path: _Path, loss: float, form: Form | None
) -> None:
    total = path.loss + loss
    if state not in paths or total < paths[state].loss - 1e-9:
        paths[state] = _Path(total, (*path.chosen, form))
