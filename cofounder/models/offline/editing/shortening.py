"""Shortens a given text: what is said twice goes first, then empty words, asides, and what matters least."""

import re
from dataclasses import replace

from cofounder.models.brief import Brief
from cofounder.models.figures import read
from cofounder.models.offline.editing.clauses import weight
from cofounder.models.offline.editing.fitting import Form, fitted, forms
from cofounder.models.offline.editing.layout import NEGATION, Line, joined, lines, mapped, without_repeats
from cofounder.models.offline.editing.phrases import tighten
from cofounder.models.offline.texts import count_words, words


def shorten(brief: Brief, text: str) -> tuple[str, list[str]]:
    """The text in at most the words asked for (two thirds unless said), and notes of what went with it."""
    before = count_words(text)
    limit = brief.max_words or max(12, round(before * 0.67))
    whole, repeated = without_repeats(lines(text))
    tight, more = without_repeats(mapped(whole, tighten))
    body = _fitted(tight, limit, brief)
    most = brief.form.max_characters
    while most and len(body) > most and limit > 4:
        limit = min(limit - 1, int(limit * most / len(body)))
        body = _fitted(tight, limit, brief)
    return body, _notes(text, tight, body, limit, repeated + more, brief)


def centrality(sentences: list[str]) -> list[float]:
    """What each sentence is worth in its text: the vocabulary it shares, its place, and what it holds."""
    bags = [{word for word in words(one) if len(word) > 3} for one in sentences]
    counts: dict[str, int] = {}
    for bag in bags:
        for word in bag:
            counts[word] = counts.get(word, 0) + 1
    worths = []
    for place, (bag, sentence) in enumerate(zip(bags, sentences, strict=True)):
        shared = sum(1 for word in bag if counts[word] > 1)
        worths.append(2.0 + min(2.0, shared / (len(bag) ** 0.5 or 1)) + 2.0 * (place == 0) + weight(sentence))
    return worths


def _fitted(tight: list[Line], limit: int, brief: Brief) -> str:
    """The lines within the limit; where that cannot be, the fewest words that keep one sentence."""
    flat = [sentence for line in tight for sentence in line.sentences]
    marks = sum(count_words(line.mark) for line in tight)
    if not flat or sum(map(count_words, flat)) + marks <= limit:
        return joined(tight)
    worths = [worth + 50 * _insisted(one, brief) for worth, one in zip(centrality(flat), flat, strict=True)]
    options = [forms(one, worth) for one, worth in zip(flat, worths, strict=True)]
    chosen = fitted(options, worths, max(1, limit - marks)) or _least(options, worths)
    parts = iter(chosen)
    made = []
    for line in tight:
        kept = tuple(form.text for form in (next(parts) for _ in line.sentences) if form is not None)
        made.append(replace(line, sentences=kept))
    return joined(_announced(tight, made))


def _announced(whole: list[Line], made: list[Line]) -> list[Line]:
    """The lines without one that announces a list of which nothing is left."""
    left = list(made)
    for at, line in enumerate(whole[:-1]):
        items = [place for place in range(at + 1, len(whole)) if all(one.mark for one in whole[at + 1 : place + 1])]
        if (
            line.sentences
            and line.sentences[-1].endswith(":")
            and items
            and not any(made[one].sentences for one in items)
        ):
            left[at] = replace(left[at], sentences=tuple(one for one in left[at].sentences if not one.endswith(":")))
    return left


def _insisted(sentence: str, brief: Brief) -> bool:
    return any(wanted.lower() in sentence.lower() for wanted in brief.must_include)


def _least(options: list[list[Form]], worths: list[float]) -> list[Form | None]:
    """One sentence alone, in its shortest form: the one worth most of those nearly as short as the shortest."""
    shortest = min(choices[-1].words for choices in options)
    able = [at for at, choices in enumerate(options) if choices[-1].words <= shortest + 3]
    best = max(able, key=lambda at: worths[at])
    return [choices[-1] if at == best else None for at, choices in enumerate(options)]


def _notes(text: str, tight: list[Line], body: str, limit: int, repeated: int, brief: Brief) -> list[str]:
    before, after = count_words(text), count_words(body)
    kept = {figure.text.lower() for figure in read(body)}
    lost = dict.fromkeys(one.text for one in read(text) if one.text.lower() not in kept and one.unit != "order")
    said = f"without these figures: {', '.join(lost)}" if lost else "figures kept"
    notes = [f"Cut from {before} to {after} words, {said}; I cannot judge the argument."]
    if repeated:
        notes.append(f"Left out {repeated} sentence{'s' if repeated > 1 else ''} that said the same again.")
    denied = [one for line in tight for one in line.sentences if _denials(one) and not _still_denied(one, body)]
    if denied:
        notes.append(f"Left out, though it denies something: “{_denying(denied[0], body)}”")
    if after > limit:
        notes.append(f"It does not go under {limit} words without losing a whole thought.")
    return notes


def _denying(sentence: str, body: str) -> str:
    """The part of a sentence that holds its lost negation."""
    pieces = [one.strip(" .") for one in re.split(r"[,;—–()]\s*", sentence) if NEGATION.search(one)]
    return next((one for one in pieces if not _still_denied(one, body)), sentence)


def _denials(sentence: str) -> list[str]:
    """Each negation with the word after it."""
    return [
        " ".join(sentence[match.start() :].split()[:2]).strip(".,;:!?").lower() for match in NEGATION.finditer(sentence)
    ]


def _still_denied(sentence: str, body: str) -> bool:
    low = re.sub(r"[.,;:!?]", "", body.lower())
    return all(re.sub(r"[.,;:!?]", "", denial) in low for denial in _denials(sentence))
