"""What a question says that nothing read: conditions that no tool can take, and times that there is not. Pure."""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from cofounder.flow.request.chat import closer, fillers, phrases
from cofounder.models.offline.parsing import language, metrics, spans

ABOUT_FIGURES = frozenset(("value", "extreme", "development", "comparison", "overview", "forecast", "together"))
ABOUT_POSTS = frozenset(("posts", "usual", "latest", "count", "topics", "voice", "times", "against"))
ABOUT_WORK = frozenset(("summary", "work", "commands", "effectiveness", "patterns", "examples"))
_COUNTED = ABOUT_WORK - {"effectiveness", "patterns", "examples"}  # the others may name a voice, a model, a topic
NARROWED = (
    ABOUT_FIGURES | ABOUT_POSTS | _COUNTED | {"effectiveness"}
)  # kinds of answer that a condition nobody takes would make wrong
_NAMED, _LONGEST = 5, 60  # conditions that are kept, and the characters of one
_TAKEN = "|"  # stands where something was read: it parts the words to its sides
_WORD = re.compile(r"(?<![\w$€£])[^\W\d_](?:[\w&.-]|['’](?!s\b))*(?<![.-])")
_SENTENCE = re.compile(r"(?<=[.!?;:])\s+")
_NARROWS = re.compile(r"\s*(?:only|just|in|for|on|from|with|without|by|except|excluding|including|among|and)\b")
_QUALIFIES = re.compile(r"\b(?:organic|paying|active|recurring(?! revenue))\b")
_SHORT = re.compile(r"(?<!these )\bdays\b")  # a filler elsewhere, and here what is asked for
_NOT_OF_POSTS = re.compile(r"\b(?:open|click[- ]?through|bounce|unsubscribe) rates?\b|\bctr\b")
_FEAST = (
    r"(?:black|cyber|giving|good|ash|shrove|easter|boxing|maundy|whit|palm) (?:mon|tues|wednes|thurs|fri|satur|sun)?days?\b|"
    r"(?:christmas|x-?mas|new year(?:'?s)?)(?: (?:eve|day|time|season|week|weekend|holidays?))?|easter(?: (?:week|weekend|holidays?))?|"
    r"thanksgiving|halloween|hanukkah|chanukah|diwali|ramadan|eid|passover|pentecost|whitsun|advent|carnival|lent|"
    r"midsummer|(?:mother|father|valentine|singles|women|labou?r|independence|memorial|prime|national)(?:['’]?s?['’]?)? day|"
    r"valentine['’]?s|(?:the )?(?:bank |public |school |summer |winter )?holidays?(?: season)?|"
    r"(?:the )?(?:spring|summer|autumn|winter)(?= (?:of )?\||\s*[?.!]*$)|(?<=\bin )(?:the )?fall"
)
_OCCASION = re.compile(rf"(?<![\w'’-])(?:{_FEAST})(?![\w-])")
_IN_TIME = re.compile(r"\b(?:in|during|since|until|till|between|for|throughout|over|by|last|this|next)\s+(?:the )?$")
_YEAR = re.compile(r"\b(?:in|since|during|until)\s+(?P<year>\d{4})\b")
_PLATFORM = re.compile(
    r"(?<![\w-])(?:linked[ -]?in|twitter|x\.com|x|face ?book|fb|e-?mails?|mailings?|(?:we)?blogs?|outbox|web ?hooks?)(?![\w-])"
)
_MONTHS = [name.lower() for name in spans.MONTHS]


def blanked(low: str, taken: Iterable[tuple[int, int]]) -> str:
    """The words with a bar in place of each span that was read."""
    for start, end in taken:
        low = low[:start] + _TAKEN * (end - start) + low[end:]
    return low


def foreign(message: str) -> str | None:
    """The language of a message that is not in English, by name; one word in another tongue makes none."""
    found = language.detect(message)
    sure = len(found.evidence) > 1 or not message.isascii()
    return found.name if found.code != "en" and sure else None


def no_times(rest: str) -> list[str]:
    """Words that name a time which nothing places: a feast, a season, a month that there is not, a year out of reach."""
    found = [(match.start(), match[0].strip()) for match in _OCCASION.finditer(rest)]
    found += [(match.start(), match["year"]) for match in _YEAR.finditer(rest)]
    for match in _WORD.finditer(rest):
        known = match[0] in fillers.POSTS or len(match[0]) < 5
        if (
            not known
            and _IN_TIME.search(rest[max(0, match.start() - 20) : match.start()])
            and get_close_matches(match[0], _MONTHS, 1, 0.72)
        ):
            found.append((match.start(), match[0]))
    return [words for _, words in sorted(found)][:_NAMED]


def conditions(rest: str, kind: str, own: str) -> list[str]:
    """What narrows the question and is taken by nothing, in its order. `own` is the company's name."""
    if kind not in NARROWED or kind == "effectiveness":
        return []
    for pattern in (*(re.compile(re.escape(name.lower())) for name in (own,) if name.strip()), _OCCASION):
        rest = pattern.sub(_bar, rest)
    if kind in _COUNTED:
        return _left(_PLATFORM.sub(_bar, _of_matter(rest, phrases.OF_WORK)), fillers.WORK, [])
    rest = _of_matter(rest, metrics.ANY, phrases.NOUNS, phrases.POSTS)
    qualified = [match[0] for match in _QUALIFIES.finditer(rest)] if kind in ABOUT_FIGURES else []
    if kind == "extreme":
        qualified += [match[0] for match in _SHORT.finditer(rest)]
    if kind in ABOUT_POSTS:
        qualified = [match[0] for match in _NOT_OF_POSTS.finditer(rest)]
    rest = closer.without_acts(closer.limits(rest))
    for pattern in (
        phrases.NOUNS,
        metrics.ANY,
        metrics.FIGURES,
        phrases.SINGULARS,
    ):
        rest = pattern.sub(_bar, rest)
    known = fillers.FIGURES if kind in ABOUT_FIGURES else fillers.POSTS
    if kind == "times":
        known |= fillers.TIMES
    if kind == "together":
        known |= fillers.TOGETHER
    if kind in ABOUT_POSTS:
        rest = _PLATFORM.sub(_bar, rest)
    return _left(rest, known, qualified)


def _left(rest: str, known: frozenset[str], qualified: list[str]) -> list[str]:
    """The words that narrow nothing taken away: what is left, neighbours together."""
    found: list[str] = []
    end = -2
    for match in _WORD.finditer(rest):
        if match[0] in known or len(match[0]) < 2:
            continue
        joined = bool(found) and rest[end : match.start()].isspace()
        found = [*found[:-1], f"{found[-1]} {match[0]}"] if joined else [*found, match[0]]
        end = match.end()
    return [words[:_LONGEST] for words in dict.fromkeys([*qualified, *found])][:_NAMED]


def as_written(words: Iterable[str], message: str) -> list[str]:
    """The words with the capitals that the message gives them."""
    whole = " ".join(message.split())
    found = (re.search(re.escape(one), whole, re.IGNORECASE) for one in words)
    return [match[0] if match else one for one, match in zip(words, found, strict=True)]


def _of_matter(rest: str, *matter: re.Pattern[str]) -> str:
    """The sentences that ask, and those that narrow what is asked: not what else is told beside them."""
    parts = _SENTENCE.split(rest)
    asks = [any(words.search(one) for words in matter) for one in parts]
    if not any(asks):
        return rest
    kept = (one for one, asked in zip(parts, asks, strict=True) if asked or _NARROWS.match(one) or one.endswith("?"))
    return f" {_TAKEN} ".join(kept)


def _bar(match: re.Match[str]) -> str:
    return _TAKEN * len(match[0])
