"""The tables of wordy phrases, and their use on a text: quoted words, links and names keep every letter."""

import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

from cofounder.models.offline.editing import verbs

Rule = tuple[re.Pattern[str], str]
Unless = Callable[[str, re.Match[str]], bool]  # of the text and a match in it
_KEPT = re.compile(r"“[^”]*”|(?<!\w)\"[^\"\n]*\"(?!\w)|«[^»]*»|https?://\S+|\b[\w.+-]+@[\w-]+\.\w+|(?<!\w)[@#]\w+")
_STOP = r"(?:^|(?<=[.!?:]\s)|(?<=[.!?][”\"]\s)|(?<=\n))"
_DENIED = re.compile(r"(?:\b(?:not|never|nor|cannot|without)|n['’]t)(?: \w+)? $", re.IGNORECASE)
_FIGURE_NEXT = re.compile(
    r"\s*(?:[$€£#]?\d|(?:two|three|four|five|six|seven|eight|nine|ten|half|twice)\b)", re.IGNORECASE
)
_VOWEL_SOUND = re.compile(
    r"(?!(?:uni[^nm]|use|usu|user|one\b|once|euro|u[ks]\b))[aeiou]|hour|honest|honou?r|heir", re.I
)


@cache
def _read(name: str) -> dict[str, dict[str, object]]:
    return tomllib.loads((Path(__file__).parent / f"{name}.toml").read_text(encoding="utf-8"))


def table(name: str, section: str) -> dict[str, str]:
    """A table's section as it stands in its file."""
    return {str(pattern): str(new) for pattern, new in _read(name)[section].items()}


def listed(name: str, section: str, key: str) -> tuple[str, ...]:
    """A list of words or patterns out of a table."""
    found = _read(name)[section][key]
    assert isinstance(found, list)
    return tuple(map(str, found))


@cache
def rules(name: str, section: str) -> tuple[Rule, ...]:
    """A section's patterns, each to match whole words."""
    return tuple(_whole(pattern, new) for pattern, new in table(name, section).items())


def _whole(pattern: str, new: str) -> Rule:
    before = "" if pattern.startswith((" ", ",", "(?<=")) else r"(?<![\w'’-])"
    after = "" if re.search(r"\(\?[=!].*\)$", pattern) else r"(?![\w'’]|-\w)"
    return re.compile(rf"{before}(?:{pattern}){after}", re.IGNORECASE), new


@cache
def openers() -> tuple[Rule, ...]:
    """What a sentence may begin with and does not need."""
    found = table("phrases", "openers").items()
    return tuple((re.compile(rf"{_STOP}(?:{pattern})\s*(?=\w)", re.IGNORECASE), new) for pattern, new in found)


@cache
def nominal() -> tuple[Rule, ...]:
    """Weak verb and noun against the noun's own verb, in every form: "made an improvement to" is "improved"."""
    made: list[Rule] = []
    raw = _read("phrases")
    for weak, forms_of in raw["light"].items():
        nouns = raw["nominal"][weak]
        assert isinstance(forms_of, list)
        assert isinstance(nouns, dict)
        for noun, verb in nouns.items():
            for base, third, past, going in forms_of:
                made.append(_whole(rf"(?<=have |.has |.had |been ){past} (?:{noun})", verbs.participle(verb)))
                made += [
                    _whole(rf"{base} (?:{noun})", verb),
                    _whole(rf"{third} (?:{noun})", verbs.third(verb)),
                    _whole(rf"{past} (?:{noun})", verbs.past(verb)),
                    _whole(rf"{going} (?:{noun})", verbs.gerund(verb)),
                ]
    return tuple((pattern, new) for pattern, new in made)


def swap(text: str, found: Iterable[Rule], *, unless: Unless | None = None) -> str:
    """The text with each pattern replaced where `unless` does not forbid it; capitals and "a" or "an" follow."""
    for pattern, new in found:
        if pattern.search(text):
            text = _swapped(text, pattern, new, unless)
    return text


def _swapped(text: str, pattern: re.Pattern[str], new: str, unless: Unless | None) -> str:
    kept = [match.span() for match in _KEPT.finditer(text) if match.end() - match.start() < 0.9 * len(text)]
    made, at = "", 0
    for match in pattern.finditer(text):
        if match.start() < at or any(start < match.end() and match.start() < end for start, end in kept):
            continue
        if _is_name(text, match) or (unless and unless(text, match)):
            continue
        made += text[at : match.start()]
        said = _filled(new, match.groupdict())
        rest = text[match.end() :]
        if match.group()[:1].isupper() or (match.start() == 0 and text[:1].isupper()):
            said, rest = (said[:1].upper() + said[1:], rest) if said.strip() else (said, _capital(rest))
        made = agreed(made, (said + rest).lstrip())
        made, at = made + said, match.end()
        if not said.strip() and match.group()[:1].isupper():
            text = text[:at] + rest
    return made + text[at:]


def _capital(rest: str) -> str:
    lead = len(rest) - len(rest.lstrip())
    return rest[:lead] + rest[lead : lead + 1].upper() + rest[lead + 1 :]


def agreed(before: str, after: str) -> str:
    """What stands before, its last "a" or "an" made to agree with what follows."""
    match = re.search(r"\b(an?)(\s+)$", before, re.IGNORECASE)
    if not match or not after[:1].isalpha():
        return before
    article = "an" if _VOWEL_SOUND.match(after) else "a"
    return before[: match.start()] + (article.capitalize() if match[1][0].isupper() else article) + match[2]


def _filled(new: str, groups: Mapping[str, str | None]) -> str:
    if "{" not in new:
        return new
    verb = (groups.get("verb") or "").lower()
    forms: dict[str, Callable[[str], str]] = {"past": verbs.past, "gerund": verbs.gerund, "base": _base}
    values = {name: form(verb) for name, form in forms.items() if verb}
    return new.format(**{name: said for name, said in groups.items() if said is not None}, **values)


def _base(gerund: str) -> str:
    stem = gerund.removesuffix("ing")
    doubled = len(stem) > 2 and stem[-1] == stem[-2] and stem[-1] not in "sl"
    if doubled:
        return stem[:-1]
    return stem + "e" if re.search(r"[aeiou][vszcgu]$|at$|[aiou]k$|[^aeiou]l$|dg$|ov$", stem) else stem


def _is_name(text: str, match: re.Match[str]) -> bool:
    """Whether a match is part of a name: a capital inside a sentence."""
    if not match.group()[:1].isupper() or match.group()[:2] in ("I ", "I'", "I’"):
        return False
    before = text[: match.start()].rstrip(" ")
    return bool(before) and before[-1] not in '.!?:\n”"“(•*-–—'


def weighty(text: str, match: re.Match[str]) -> bool:
    """Whether a small word means something here: after "not", before a figure, or in a name ("Just Eat")."""
    if match.group()[:1].isupper() and re.match(r"\s*[A-Z][a-z]", text[match.end() :]):
        return True
    return bool(_DENIED.search(text[: match.start()]) or _FIGURE_NEXT.match(text[match.end() :]))


def clean(text: str) -> str:
    """Single spaces, stops close to their word, a capital after each stop."""
    text = re.sub(r"[ \t]{2,}", " ", text)
    text = re.sub(r"[ \t]+([,;:!?]|\.(?!\d|\w))", r"\1", text)
    text = re.sub(r",\s*,+", ",", text)
    text = re.sub(r"(^|[.!?]\s+)[,;]\s*", r"\1", text)
    text = re.sub(r"[,;]\s*([.!?])", r"\1", text)
    text = re.sub(r"([!?])\.+(?!\.)", r"\1", text)
    text = re.sub(r"(?<!\.)\.\.(?!\.)", ".", text)
    return re.sub(r"^([“\"(]?)([a-z])(?![\w-]*[A-Z.@])", lambda match: match[1] + match[2].upper(), text.strip())


def tighten(text: str) -> str:
    """One sentence without throat-clearing, hedges, doublets and weak verbs; the same again when nothing is left."""
    for _ in range(5):
        before = text
        text = swap(text, openers())
        for section in ("doublets", "wordy"):
            text = swap(text, rules("phrases", section))
        text = swap(text, nominal())
        text = clean(swap(text, rules("phrases", "hedges"), unless=weighty))
        if text == before:
            break
    return text
