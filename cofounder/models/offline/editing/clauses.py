"""What a sentence can lose and stay a true sentence: asides, trailing clauses, empty words; and where it can part in two."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from cofounder.models.figures import read
from cofounder.models.offline.editing import phrases, verbs
from cofounder.models.offline.editing.layout import NAME, NEGATION

_SUBJECT = r"(?:we|I|you|they|he|she|it|there)"
_PARTS = re.compile(rf"(?:,\s+(?P<join>and|but)\s+|;\s+)(?={_SUBJECT}\b|(?:the|our|this|that|these|those)\s)")
_LATER = r"[^,;()–—]*"
_RELATIVE = re.compile(r", (?:which|who|whose|whom|where)\b", re.IGNORECASE)
_AS = re.compile(r", (?:much )?(?:as|just as|like) (?!well\b|of\b|a\b|an\b|the\b)\w", re.IGNORECASE)
_APPOSITIVE = re.compile(r", (?:an?|the|our|one of (?:the|our)) (?=\w)", re.IGNORECASE)
_CLAUSE = re.compile(
    r"(?P<comma>,)? (?:(?:mainly|mostly|largely|partly) )?(?:because(?: of)?|although|even though|though|while|whereas|"
    r"so that|so (?=(?:we|you|they|it)\b)|given that|as (?=(?:we|they|it|more|the)\b)|since (?=(?:we|they|it|the)\b)|thanks to|along with|together with|"
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
_LAST = re.compile(
    r"\b(?:a|an|the|and|or|but|of|to|for|with|in|on|at|by|from|as|that|which|who|our|your|their|its|is|are|was|were|be|"
    r"than|very|not|if|because|into|per|we|I|they)[.!?…”\")]*$",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Cut:
    """A span that may go, what stands there then, and how much is lost with it."""

    start: int
    end: int
    put: str
    loss: float


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(phrases.listed("clauses", "words", name))


def finite(word: str) -> bool:
    """Whether a word is, by its form, a verb that can carry a sentence."""
    word = word.lower().strip(",")
    return word in _words("finite") or word in verbs.pasts() or (word.endswith("ed") and len(word) > 4)


def weight(text: str) -> float:
    """What a piece holds that a reader would miss: figures, negations, names."""
    figures = [one for one in read(text) if one.unit != "order"]
    names = len(set(NAME.findall(f", {text.lstrip(' ,;')}"))) if text else 0
    return 4.0 * min(len(figures), 3) + 2.5 * bool(NEGATION.search(text)) + 0.9 * min(names, 2)


def parts(sentence: str) -> list[str]:
    """The main clauses of a sentence, each as a sentence of its own."""
    made: list[str] = []
    at = 0
    for match in _PARTS.finditer(sentence):
        left, right = sentence[at : match.start()], sentence[match.end() :]
        if not _carries(left) or not _own(right) or _inside(sentence, match.start()):
            continue
        said = left if at == 0 else left[:1].upper() + left[1:]
        made.append(f"{said.rstrip(',; ')}.")
        at = match.start("join") if match["join"] == "but" else match.end()
    rest = sentence[at:]
    return [*made, rest[:1].upper() + rest[1:]] if made else [sentence]


def _carries(left: str) -> bool:
    """Whether what stands before is a whole clause and no list or condition."""
    words = left.split()
    return len(words) >= 3 and not re.match(r"(?:If|When|While|Although|Because|Since|Both|Unless)\b", left.strip())


def _own(right: str) -> bool:
    if re.match(rf"{_SUBJECT}\b", right):
        return len(right.split()) >= 3
    return any(finite(word) for word in right.split()[1:5])


def _inside(sentence: str, at: int) -> bool:
    """Whether a place lies in brackets or a quotation."""
    before = sentence[:at]
    return before.count("(") > before.count(")") or before.count("“") > before.count("”") or before.count('"') % 2 == 1


def cuts(sentence: str) -> list[Cut]:
    """What the sentence can lose, the least missed first by loss a word."""
    found: list[Cut] = []
    for make in (_asides, _relatives, _trailing, _leading, _seconds, _tails, _spare):
        for cut in make(sentence):
            piece = sentence[cut.start : cut.end]
            if cut.end <= cut.start or _inside(sentence, cut.start) or not piece.strip():
                continue
            whole = Cut(cut.start, cut.end, cut.put, cut.loss + weight(piece))
            if sound(applied(sentence, [whole])):
                found.append(whole)
    unique = {(cut.start, cut.end): cut for cut in sorted(found, key=lambda one: -one.loss)}
    return sorted(unique.values(), key=lambda cut: cut.loss / max(1, len(sentence[cut.start : cut.end].split())))


def applied(sentence: str, chosen: list[Cut]) -> str:
    """The sentence without the chosen spans, ended as before."""
    stop = re.search(r"[.!?…]+[”\")]*$", sentence)
    made = sentence
    for cut in sorted(chosen, key=lambda one: -one.start):
        before, after = made[: cut.start], made[cut.end :]
        made = phrases.agreed(f"{before}{cut.put}", after.lstrip()) + after
    made = phrases.clean(made)
    if stop and not re.search(r"[.!?…][”\")]*$", made):
        made = made.rstrip(" ,;:–—-") + stop.group()[:1]
    return made


def sound(sentence: str) -> bool:
    """Whether a cut sentence still reads as one."""
    words = sentence.split()
    main = re.sub(r", (?:which|who|whose|whom|where)\b[^,]*", "", sentence).split()
    verb = any(finite(word.strip(".,!?")) or word.lower().strip(".,!?").endswith("s") for word in main[1:])
    plain = re.match(r"(?:We|I|You|They|Please|Thank)\b", sentence)
    return len(words) >= 3 and bool(verb or plain) and not _LAST.search(sentence)


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
    whole = _carried(sentence[:start]) or (not strict and sound(sentence[:start]))
    comma = sentence.find(",", start + 1)
    while comma != -1:
        rest = sentence[comma + 1 :].lstrip()
        words = rest.split()
        if words and whole and re.match(rf"(?:and|but|so) {_SUBJECT}\b", rest):
            yield Cut(start, comma, "", base + rate * _size(sentence[start:comma]))
            return
        if _goes_on(words) and not _carried(sentence[:start]):
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


def _carried(before: str) -> bool:
    return any(finite(word) for word in before.split()[1:])


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
        if match["comma"] or said.startswith(_NO_COMMA_NEEDED) or _carried(sentence[: match.start()]):
            yield Cut(match.start(), end, "", 0.6 + 0.08 * _size(sentence[match.start() : end]))
            if match["comma"]:
                yield from _closed(sentence, match.start(), 0.08, 0.6)
    for match in re.finditer(r", without (?=\w)", sentence):
        yield Cut(match.start(), end, "", 0.5 + 0.08 * _size(sentence[match.start() : end]))
    for match in _ING.finditer(sentence):
        if match["word"] not in _words("not_ing") and _size(sentence[match.end() : end]) >= 2:
            yield from _closed(sentence, match.start(), 0.06, 0.4)
    for match in _AIM.finditer(sentence):
        if _free(sentence[: match.start()], least=4):
            yield Cut(match.start(), end, "", 0.6 + 0.1 * _size(sentence[match.start() : end]))


def _leading(sentence: str) -> Iterator[Cut]:
    for pattern, rate, base in ((_LINK, 0.1, 0.05), (_LEADING, 0.1, 0.5)):
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
        if not finite(word) or not _carried(f"x {before}") or re.search(r"\b(?:both|between|either)\b", before):
            continue
        following = sentence[match.end() : match.end() + 12].split()
        if word.endswith("ed") and word not in _words("finite") and following[:1] and _names_thing(following[0]):
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
        for match in re.finditer(rf",? {pattern}(?=[,.;!?]|$| and\b)", sentence, re.IGNORECASE):
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
    if len(words) < least or not _carried(f"x {before}"):
        return False
    last = words[-1].lower().strip("“”\"',")
    return last not in _words("holds") and not last.endswith(("ed", "ing", "ly")) and last not in verbs.pasts()


def _scoped(text: str) -> bool:
    return any(word.lower().strip(".,") in _words("scope") for word in text.split()) or bool(NEGATION.search(text))


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
