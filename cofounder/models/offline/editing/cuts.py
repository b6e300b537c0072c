"""What a sentence can lose and stay true: asides, trailing clauses, second verbs, empty words."""

import re
from collections.abc import Callable, Iterator

from cofounder.models.figures import read
from cofounder.models.offline.editing import phrases, verbs
from cofounder.models.offline.editing.clauses import (
    SUBJECT,
    Cut,
    applied,
    carried,
    finite,
    inside,
    sound,
    weight,
    words_of,
)
from cofounder.models.offline.editing.layout import NEGATION

_LATER = r"[^,;()–—]*"
_RELATIVE = re.compile(r", (?:which|who|whose|whom|where)\b", re.IGNORECASE)
_AS = re.compile(r", (?:much )?(?:as|just as|like) (?!well\b|of\b|a\b|an\b|the\b)\w", re.IGNORECASE)
_APPOSITIVE = re.compile(r", (?:an?|the|our|one of (?:the|our)) (?=\w)", re.IGNORECASE)
_CLAUSE = re.compile(
    r"(?P<comma>,)? (?:(?:mainly|mostly|largely|partly) )?(?:because(?: of)?|although|even though|though|while|whereas|"
    r"so that|so (?=(?:we|you|they|it|most|many|all|the|our)\b)|given that|as (?=(?:we|they|it|more|the)\b)|since (?=(?:we|they|it|the)\b)|thanks to|along with|together with|"
    r"in addition to|despite|following|as part of|in line with|after (?=(?:we|a|the|many|months|years|weeks)\b))",
    re.IGNORECASE,
)
_NO_COMMA_NEEDED = ("because", "although", "even though", "though", "so that", "thanks", "along", "together", "despite")
_ING = re.compile(r", (?:thus |thereby |therefore )?(?P<word>[a-z]+ing)\b(?! and\b|,)", re.IGNORECASE)
_AIM = re.compile(
    r"(?:,)? to (?:help|make|ensure|improve|support|provide|give|keep|create|enable|meet|serve|reduce|better|save|let|show)\b"
)
_AND = re.compile(r",? and (?:(?:also|then|now|even|finally) )?(?P<verb>[a-z]+)\b")
_PHRASE = re.compile(
    r" (?:with|for|in|at|on|across|throughout|during|through|within|among|around|over|from|by|via|into|under) (?=\w)"
)
_LEADING = re.compile(
    r"^(?:(?:Although|Though|Even though|While|Because|Since|As|After|Having|Despite|In spite of|In addition to|Thanks to|Given|"
    r"With|Over|Throughout|During|Following|Building on|Along with|To (?:help|make|ensure|improve|support|mark|celebrate))\b"
    rf"{_LATER}|(?:In|At|On|For|Across|Among|By|From)\b{_LATER}), (?=\w)"
)
_DOING = re.compile(
    rf"^(?!During|Nothing|Something|Everything|Anything|Assuming|Including|According)[A-Z][a-z]+ing\b{_LATER}, (?=(?:we|our|the|they|I|you|he|she)\b)"
)
_LINK = re.compile(
    r"^(?:Furthermore|Moreover|Additionally|In addition|Also|Besides|Further|Then|Next|Now|Today), (?=\w)"
)
_SCOPED = re.compile(r"^(?:In|At|On|For|Across|Among|By|From|During|Over)\b")
_PAREN = re.compile(r"\s*\([^()]*\)")
_DASHES = re.compile(r"\s*[—–]\s*(?P<in>[^—–]+?)\s*[—–]\s*(?=\w)|\s+-\s+(?P<on>[^-–—]+?)\s+-\s+(?=\w)")
_LAST_DASH = re.compile(r"(?:\s*—\s*|\s+[–-]\s+)[^—–]+(?=[.!?]$)")
_KEPT = re.compile(
    r"\b(?:if|unless|until|only|except|provided|subject to|according to|says?|said|guarantee\w*|risk\w*|may|might)\b",
    re.I,
)


def cuts(sentence: str) -> list[Cut]:
    """What the sentence can lose, the least missed first by loss a word."""
    found: list[Cut] = []
    for make in (_asides, _relatives, _trailing, _leading, _seconds, _tails, _spare):
        for cut in make(sentence):
            piece = sentence[cut.start : cut.end]
            if cut.end <= cut.start or inside(sentence, cut.start) or not piece.strip():
                continue
            whole = Cut(cut.start, cut.end, cut.put, cut.loss + weight(piece))
            if sound(applied(sentence, [whole])):
                found.append(whole)
    unique = {(cut.start, cut.end): cut for cut in sorted(found, key=lambda one: -one.loss)}
    return sorted(unique.values(), key=lambda cut: cut.loss / max(1, len(sentence[cut.start : cut.end].split())))


def _end(sentence: str) -> int:
    """Where the last word ends, before the final stop."""
    return len(sentence.rstrip(".!?…"))


def _size(text: str) -> int:
    return len(text.split())


def _closed(sentence: str, start: int, rate: float, base: float, *, strict: bool = False) -> Iterator[Cut]:
    """A span opened by a comma: to the comma that closes it, where the sentence goes on after; else to the end.

    `strict`: only behind a clause that surely has its verb, since what follows may be the subject.
    """
    end = _end(sentence)
    whole = carried(sentence[:start]) or (not strict and sound(sentence[:start]))
    comma = sentence.find(",", start + 1)
    while comma != -1:
        rest = sentence[comma + 1 :].lstrip()
        words = rest.split()
        if words and whole and re.match(rf"(?:and|but|so) {SUBJECT}\b", rest):
            yield Cut(start, comma, "", base + rate * _size(sentence[start:comma]))
            return
        if _goes_on(words) and not carried(sentence[:start]):
            yield Cut(start, comma + 1, "", base + rate * _size(sentence[start:comma]))
            return
        comma = sentence.find(",", comma + 1)
    if whole:
        yield Cut(start, end, "", base + rate * _size(sentence[start:end]))


def _goes_on(words: list[str]) -> bool:
    """Whether a clause's verb follows: "answers most", "now answers"."""
    if words and re.fullmatch(r"now|then|also|still|already|\w+ly", words[0]):
        words = words[1:]
    return len(words) > 1 and (
        finite(words[0]) or (words[0].endswith("s") and words[0].islower() and words[1] not in ("and", "or"))
    )


def _asides(sentence: str) -> Iterator[Cut]:
    for match in _PAREN.finditer(sentence):
        yield Cut(match.start(), match.end(), "", 0.1 + 0.04 * _size(match.group()))
    for match in _DASHES.finditer(sentence):
        yield Cut(match.start(), match.end(), " ", 0.1 + 0.05 * _size(match.group()))
    last = _LAST_DASH.search(sentence)
    if last and not _DASHES.search(sentence):
        yield Cut(last.start(), last.end(), "", 0.2 + 0.06 * _size(last.group()))


def _relatives(sentence: str) -> Iterator[Cut]:
    for pattern, rate, base in ((_RELATIVE, 0.05, 0.1), (_AS, 0.05, 0.1), (_APPOSITIVE, 0.08, 0.3)):
        for match in pattern.finditer(sentence):
            if pattern is _APPOSITIVE and re.match(r"[^,]*,? (?:and|or) (?!we\b|I\b)", sentence[match.end() :]):
                continue  # an item of a list
            if not _KEPT.search(sentence[match.start() : match.end() + 8]):
                yield from _closed(sentence, match.start(), rate, base, strict=pattern is _APPOSITIVE)


def _trailing(sentence: str) -> Iterator[Cut]:
    end = _end(sentence)
    for match in _CLAUSE.finditer(sentence):
        said = match.group().strip(" ,").lower()
        before = sentence[: match.start()].split()
        if before and before[-1].lower() in ("not", "just", "only", "even", "simply", "is", "was", "long", "shortly"):
            continue
        if match["comma"] or said.startswith(_NO_COMMA_NEEDED) or carried(sentence[: match.start()]):
            yield Cut(match.start(), end, "", 0.6 + 0.08 * _size(sentence[match.start() : end]))
            if match["comma"]:
                yield from _closed(sentence, match.start(), 0.08, 0.6)
    for match in re.finditer(r", without (?=\w)", sentence):
        yield Cut(match.start(), end, "", 0.5 + 0.08 * _size(sentence[match.start() : end]))
    for match in _ING.finditer(sentence):
        if match["word"] not in words_of("not_ing") and _size(sentence[match.end() : end]) >= 2:
            yield from _closed(sentence, match.start(), 0.06, 0.4)
    for match in _AIM.finditer(sentence):
        if _free(sentence[: match.start()], least=4):
            yield Cut(match.start(), end, "", 0.6 + 0.1 * _size(sentence[match.start() : end]))


def _leading(sentence: str) -> Iterator[Cut]:
    for pattern, rate, base in ((_LINK, 0.1, 0.05), (_LEADING, 0.1, 0.5), (_DOING, 0.1, 0.5)):
        match = pattern.match(sentence)
        if not match or _KEPT.search(match.group()):
            continue
        rest = sentence[match.end() :]
        if pattern is _LEADING and _SCOPED.match(sentence) and (read(rest) or _scoped(rest)):
            continue  # what is said holds there only
        if not re.match(r"(?:and|or|but)\b", rest) and not rest.split()[0].endswith("ing"):
            yield Cut(0, match.end(), "", base + rate * _size(match.group()))


def _seconds(sentence: str) -> Iterator[Cut]:
    """The second of two verbs: "we shipped it and told everyone"."""
    end = _end(sentence)
    for match in _AND.finditer(sentence):
        word = match["verb"]
        before = sentence[: match.start()]
        if match.group().startswith(",") and "," in before:
            continue  # the last of a list
        if not finite(word) or not carried(f"x {before}") or re.search(r"\b(?:both|between|either)\b", before):
            continue
        following = sentence[match.end() : match.end() + 12].split()
        if word.endswith("ed") and word not in words_of("finite") and following[:1] and _names_thing(following[0]):
            continue  # "new and improved tools"
        yield Cut(match.start(), end, "", 1.0 + 0.1 * _size(sentence[match.start() : end]))


def _names_thing(word: str) -> bool:
    small = (
        r"(?:the|a|an|our|its|their|your|it|them|to|by|for|with|in|on|at|from|that|how|what|more|over|into|up|out|off)"
    )
    return not re.fullmatch(small, word.strip(".,")) and not word[:1].isdigit()


def _tails(sentence: str) -> Iterator[Cut]:
    end = _end(sentence)
    for pattern in phrases.listed("phrases", "spare", "tails"):
        for match in re.finditer(
            rf",? {pattern}(?=[,.;!?]|$| (?:and|starting|beginning|from|since|in|on)\b)", sentence, re.IGNORECASE
        ):
            yield Cut(match.start(), match.end(), "", 0.1 + 0.03 * _size(match.group()))
    for match in _PHRASE.finditer(sentence):
        before, piece = sentence[: match.start()], sentence[match.start() : end]
        if read(before) or _scoped(before) or not _free(before, least=3) or _KEPT.search(piece) or "," in piece:
            continue
        if not re.search(r"\b(?:and|or) \w+(?:ed|s)? (?:the|a|our|it)\b", piece):
            yield Cut(match.start(), end, "", 0.7 + 0.12 * _size(piece))


def _free(before: str, least: int) -> bool:
    """Whether what stands before is a clause that needs nothing more."""
    words = before.split()
    if len(words) < least or not carried(f"x {before}"):
        return False
    last = words[-1].lower().strip("“”\"',")
    return last not in words_of("holds") and not last.endswith(("ed", "ing", "ly")) and last not in verbs.pasts()


def _scoped(text: str) -> bool:
    return any(word.lower().strip(".,") in words_of("scope") for word in text.split()) or bool(NEGATION.search(text))


def _spare(sentence: str) -> Iterator[Cut]:
    """Adjectives and adverbs that say little, where a word they belong to stays."""
    words = "|".join(sorted(phrases.listed("phrases", "spare", "words"), key=len, reverse=True))
    before: Callable[[str], re.Match[str] | None] = re.compile(
        r"(?:\b(?:a|an|the|our|your|my|their|its|this|these|those|some|many|has|have|had|is|are|was|were|we|to|will|and|can)|,)$",
        re.I,
    ).search
    for match in re.finditer(rf" (?:{words})(?= [a-z])", sentence):
        following = sentence[match.end() :].split()[:1]
        if (
            before(sentence[: match.start()])
            and following
            and following[0] not in ("and", "or", "at", "in", "for", "to", "that", "of", "with")
        ):
            yield Cut(match.start(), match.end(), "", 0.12)
