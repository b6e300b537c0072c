"""Another tone for a given text, by contractions and words; figures, names and what is quoted stay."""

import re
from functools import cache

from cofounder.models.brief import Brief
from cofounder.models.offline.editing import verbs
from cofounder.models.offline.editing.clauses import parts
from cofounder.models.offline.editing.layout import joined, lines, mapped
from cofounder.models.offline.editing.phrases import Rule, clean, rules, swap, table, tighten, weighty
from cofounder.models.offline.texts import count_words, words

# a tone's group: the words that name it; the first that the request names counts
_GROUPS = {
    "friendly": r"less formal|informal|casual\w*|friendl\w+|relaxed|warm\w*|conversational|chatty|playful\w*|fun|personal|human|empathetic|"
    r"light-?hearted|humorous|funny|witty|enthusiastic\w*|inspiring|upbeat|too (?:formal|stiff)|less stiff|approachable",
    "bold": r"bold\w*|confident\w*|direct|assertive|punch\w+|provocative|persuasive|stronger|daring|edgy|urgent|blunt",
    "plain": r"plain\w*|simple|simpler|clear\w*|calm|honest|neutral|easier|jargon|humble",
    "formal": r"formal\w*|professional\w*|serious|official|corporate|business-?like|authoritative|polite\w*|technical|informative",
}
_NOUN_BEFORE = r"(?<!\ba )(?<!\ban )(?<!\bthe )(?<!\byour )(?<!\bour )(?<!\bmy )(?<!\btheir )(?<!\bits )(?<!\bthis )(?<!\bthat )(?<!\beach )(?<!\bper )(?<!\bevery )(?<!\bfirst )"
_BE_BEFORE = r"(?<!\bis )(?<!\bare )(?<!\bwas )(?<!\bwere )(?<!\bbeen )(?<!\bbe )(?<!\bhas )(?<!\bhave )(?<!\bhad )"
_STRESSED = re.compile(r"\b(?:as|than|where|how|what|who|which)(?: \w+)? $|\byes, $", re.IGNORECASE)
_CANNOT = {
    "humorous": "make a text funny", "funny": "make a text funny", "witty": "make a text witty", "inspiring": "make a text inspiring",
    "empathetic": "judge how a reader feels", "technical": "add technical detail", "persuasive": "find new arguments", "urgent": "find a reason to hurry",
}  # fmt: skip


def group_of(brief: Brief) -> tuple[str, str]:
    """The tone asked for, as (group, word): what a person says now beats the request, that the brief's own tone."""
    asked = brief.request.replace(brief.text or "\0", " ")
    asked = asked[:200] if brief.text and asked == brief.request and len(asked) > 400 else asked
    for said in (brief.feedback or "", asked, brief.tone):
        found = [
            (match.start(), group, match.group())
            for group, names in _GROUPS.items()
            for match in re.finditer(rf"\b(?:{names})\b", said.lower())
        ]
        if found:
            _, group, word = min(found)
            return group, word
    return "plain", brief.tone


def restyle(brief: Brief, text: str) -> tuple[str, list[str]]:
    """The text in another tone; the notes say how far that goes."""
    group, word = group_of(brief)
    change = {"formal": _formal, "friendly": _friendly, "bold": _bold, "plain": _plain}[group]
    found = lines(text)
    body = joined(mapped(found, lambda sentence: _kept_whole(sentence, clean(change(sentence)))))
    body = re.sub(r"^(Dear (?:\w+ ?){1,4},) (?=[A-Z])", r"\1\n\n", body)
    changed = len(_different(text, body))
    towards = {"friendly": "friendlier", "plain": "plainer", "bold": "bolder", "formal": "more formal"}[group]
    notes = [f"Changed {changed} word{'s' if changed != 1 else ''} towards a {towards} tone."]
    if not changed:
        notes = [f"Nothing in the text stands against a {towards} tone; it is unchanged."]
    for name, what in _CANNOT.items():
        if name in word:
            notes.append(f"Offline I cannot {what}; I only made the wording {towards}.")
    notes.append("Offline I change wording and contractions; I do not rewrite the argument.")
    return body, notes


def _kept_whole(before: str, after: str) -> str:
    return after if after.strip(" .!?,") else before


def _different(before: str, after: str) -> set[str]:
    return (
        set(words(after)) ^ set(words(before))
        if count_words(after) < count_words(before)
        else set(words(after)) - set(words(before))
    )


def _formal(sentence: str) -> str:
    sentence = re.sub(r"[\U0001F300-\U0001FAFF\u2600-\u27BF\uFE0F]+\s*", "", sentence)
    sentence = re.sub(r"!+(?=\s|$|[”\"])", ".", sentence)
    sentence = swap(swap(sentence, rules("tones", "expand")), rules("tones", "formal"))
    return re.sub(r"^(Dear (?:\w+ ?){1,4})[.!]$", r"\1,", sentence)


def _friendly(sentence: str) -> str:
    sentence = swap(swap(sentence, rules("tones", "friendly")), verb_rules())
    return _contracted(sentence)


def _contracted(sentence: str) -> str:
    """Contractions, but not where the stress lies: "as good as it is now"."""
    return swap(sentence, rules("tones", "contract"), unless=_stressed)


def _stressed(text: str, match: re.Match[str]) -> bool:
    return bool(_STRESSED.search(text[: match.start()]))


@cache
def verb_rules() -> tuple[Rule, ...]:
    """Stiff verbs against plain ones, form by form; a noun ("your purchase") is left alone."""
    made: list[Rule] = []
    for stiff, plain in table("tones", "verbs_friendly").items():
        made += [
            (re.compile(rf"{_NOUN_BEFORE}\b{stiff}\b(?! (?:order|form|price|date|history)s?\b)", re.I), plain),
            (re.compile(rf"{_NOUN_BEFORE}\b{verbs.third(stiff)}\b", re.I), verbs.third(plain)),
            (re.compile(rf"{_NOUN_BEFORE}{_BE_BEFORE}\b{verbs.past(stiff)}\b(?! that\b)", re.I), verbs.past(plain)),
            (re.compile(rf"{_NOUN_BEFORE}\b{verbs.gerund(stiff)}\b(?! that\b)", re.I), verbs.gerund(plain)),
        ]
    return tuple(made)


def _plain(sentence: str) -> str:
    sentence = swap(tighten(sentence), rules("tones", "plain"))
    sentence = swap(sentence, verb_rules())
    return _parted(sentence, 22)


def _bold(sentence: str) -> str:
    sentence = swap(sentence, rules("tones", "bold"), unless=weighty)
    return _parted(tighten(sentence), 18)


def _parted(sentence: str, most: int) -> str:
    return " ".join(parts(sentence)) if count_words(sentence) > most else sentence
