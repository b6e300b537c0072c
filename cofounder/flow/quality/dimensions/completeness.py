"""Completeness: what the request asked for is there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cofounder.business import metrics
from cofounder.channels.tagging import bare
from cofounder.flow.quality.dimensions.reading import FREE_KINDS, GIVEN_KINDS, Reading, verdict
from cofounder.flow.quality.schemas import DimensionScore
from cofounder.models.brief import Brief, Fact, Issue
from cofounder.models.figures import read, stating, withheld
from cofounder.models.figures.words import NUMBER_WORDS, value_of

_COMPARES = re.compile(
    r"\b(?:growth|grew|grow|compar\w+|versus|vs|change[ds]?|trend|increase|improve\w*|better|progress)\b", re.IGNORECASE
)
_MISSING = re.compile(r"\b(?:no|not|missing|without|nothing|none|unknown|isn['’]t|aren['’]t)\b", re.IGNORECASE)
_SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "about",
        "for",
        "from",
        "in",
        "is",
        "it",
        "of",
        "on",
        "or",
        "our",
        "post",
        "the",
        "this",
        "to",
        "us",
        "we",
        "with",
        "your",
        "you",
        "create",
        "write",
        "make",
    ]
)


@dataclass(frozen=True)
class Wish:
    """One thing asked for: what, how much it counts, whether it is met."""

    what: str
    code: str
    weight: float
    met: bool
    advice: str


def score(reading: Reading) -> DimensionScore:
    """The weighted share of the wishes that are met; with no wishes there is nothing to miss."""
    wishes = list(_wishes(reading))
    if not wishes:
        return verdict(1.0, ["Nothing particular was asked of the text."])
    missed = [wish for wish in wishes if not wish.met]
    whole = sum(wish.weight for wish in wishes)
    met = ", ".join(wish.what for wish in wishes if wish.met)
    evidence = [f"Met: {len(wishes) - len(missed)} of {len(wishes)}" + (f": {met}." if met else ".")]
    evidence += [f"Missing: {wish.what}." for wish in missed]
    issues = [
        Issue(
            dimension="completeness",
            code=wish.code,
            severity="major" if wish.weight >= 2 else "minor",
            message=f"The text lacks {wish.what}. {wish.advice}",
        )
        for wish in missed
    ]
    return verdict(1.0 - sum(wish.weight for wish in missed) / whole, evidence, issues)


def _wishes(reading: Reading) -> Iterator[Wish]:
    brief = reading.subject.brief
    if reading.given:
        return
    yield from _metrics(reading)
    yield from _comparison(reading)
    yield from _period(reading)
    whole = _seen(reading)
    for words in brief.must_include:
        yield Wish(f"“{words}”", "must_include_missing", 2.0, _holds(whole, words), "The request insists on it.")
    if withheld(brief.must_avoid):
        yield _without_figures(reading)
    for words in brief.must_avoid:
        if withheld([words]):
            continue
        there = re.search(rf"\b{re.escape(words)}\b", whole, re.IGNORECASE)
        yield Wish(
            f"avoidance of “{words}”", "must_avoid_present", 2.0, there is None, "The request forbids the words."
        )
    if brief.call_to_action:
        yield Wish(
            "the call to action",
            "call_to_action_missing",
            2.0,
            _resembles(whole, brief.call_to_action),
            f"Asked for: {brief.call_to_action}",
        )
    if brief.link:
        yield Wish(
            "the link",
            "link_missing",
            2.0,
            brief.link in bare(reading.subject.rendered.plain),
            f"Put {brief.link} last.",
        )
    if brief.count is not None and brief.kind in ("headlines", "calendar"):
        made = len(reading.draft.parts) or len(reading.draft.body.strip().splitlines())
        yield Wish(
            f"{brief.count} {'headlines' if brief.kind == 'headlines' else 'entries'}",
            "count_off",
            2.0,
            made == brief.count,
            f"It has {made}.",
        )
    if brief.max_words is not None:
        size = len(reading.words)
        yield Wish(
            f"at most {brief.max_words} words", "length_wish_missed", 2.0, size <= brief.max_words, f"It has {size}."
        )
    yield from _counted(reading)
    yield from _topic(reading, whole)
    yield from _substance(reading)
    if brief.kind in GIVEN_KINDS and brief.kind != "summary" and brief.text:
        yield from _kept(reading, brief.text)


_COUNTED = re.compile(
    rf"\b(?:in|with|of|exactly|only|use|using|has|have)\s+(?P<how>exactly |precisely |only |just |at most |up to |no more than |max(?:imum)? |at least |about |around )?(?P<n>\d{{1,2}}|{NUMBER_WORDS})(?: (?:short|long|simple|plain))? (?P<what>sentence|paragraph)s?\b",
    re.IGNORECASE,
)


def _counted(reading: Reading) -> Iterator[Wish]:
    """ "In exactly 3 sentences": how many there are is counted, whether or not the writer could keep to it."""
    asked = _COUNTED.search(reading.subject.brief.request)
    if asked is None or reading.subject.brief.kind in FREE_KINDS:
        return
    wanted = int(asked["n"]) if asked["n"].isdigit() else int(value_of(asked["n"]))
    there = len(reading.sentences if asked["what"].lower() == "sentence" else reading.paragraphs)
    how = (asked["how"] or "").strip().lower()
    near = 1 if how in ("about", "around") else 0
    low = 1 if how in ("at most", "up to", "no more than", "max", "maximum") else wanted - near
    high = 10_000 if how == "at least" else wanted + near
    what = f"{how} {asked['n']} {asked['what']}{'' if wanted == 1 else 's'}".strip()
    yield Wish(what, "count_off", 2.0, low <= there <= high, f"It has {there}.")


def _without_figures(reading: Reading) -> Wish:
    """The request wants no figure stated: each one there is named."""
    there = stating([*reading.mentions, *reading.head_mentions])
    said = f"The request wants none, and it states {', '.join(there[:5])}." if there else ""
    return Wish("freedom from figures", "must_avoid_present", 2.0, not there, said)


def _seen(reading: Reading) -> str:
    return "\n".join([*reading.heads, reading.text, *reading.subject.rendered.hashtags])


def _used(reading: Reading) -> dict[str, bool]:
    """fact id -> whether a figure of the text rests on it."""
    on = {fact for mention in (*reading.mentions, *reading.head_mentions) for fact in mention.facts}
    return {fact.id: fact.id in on for fact in reading.subject.brief.facts}


def _named(reading: Reading) -> set[str]:
    """The facts whose own value, base or change stands in the text; a ratio with another fact does not name it."""
    mentions = (*reading.mentions, *reading.head_mentions)
    own = [one for one in mentions if one.kind == "given" or len(one.facts) == 1 or " x " in (one.derivation or "")]
    return {fact for one in own for fact in one.facts}


def _metrics(reading: Reading) -> Iterator[Wish]:
    facts = [fact for fact in reading.subject.brief.facts if _may_be_said(fact, reading)]
    if not facts or withheld(reading.subject.brief.must_avoid):
        return
    used, named, whole = _used(reading), _named(reading), _seen(reading)
    asked = [fact for fact in facts if fact.asked]
    room = reading.form.facts[1]
    for fact in asked[: max(room, 1)]:
        met = fact.id in named or _told_missing(fact, whole)
        yield Wish(f"{fact.noun} (asked for)", "metric_missing", 2.0, met, "Say its figure, or that it is not given.")
    wanted = min(len(facts), reading.form.facts[0])
    there = sum(used.values())
    if len(asked) < wanted:
        noun = "figure" if wanted == 1 else "figures"
        yield Wish(f"{wanted} {noun} from the facts", "too_few_facts", 2.0, there >= wanted, f"It uses {there}.")


def _may_be_said(fact: Fact, reading: Reading) -> bool:
    """Causes and confidential values are never asked for, nor what the request wants left out."""
    unwanted = {metrics.canonical(words) for words in reading.subject.brief.must_avoid}
    return fact.kind != "cause" and not fact.confidential and fact.metric not in unwanted


def _told_missing(fact: Fact, text: str) -> bool:
    """Whether the text says that there is no figure."""
    return any(fact.noun.lower() in line.lower() and _MISSING.search(line) for line in re.split(r"[.!?\n]", text))


def _comparison(reading: Reading) -> Iterator[Wish]:
    brief = reading.subject.brief
    based = [fact for fact in brief.facts if fact.base is not None and fact.unit != "rate"]
    if not based or withheld(brief.must_avoid) or not _COMPARES.search(brief.request):
        return
    made = any(
        " - " in (one.derivation or "") or _is_base(one.value, based)
        for one in (*reading.mentions, *reading.head_mentions)
        if set(one.facts) & {fact.id for fact in based}
    )
    yield Wish(
        "the comparison with its base",
        "comparison_missing",
        2.0,
        made,
        "Say the change, or the value it is compared with.",
    )


def _is_base(value: float, facts: list[Fact]) -> bool:
    return any(fact.base is not None and abs(fact.base.value - value) < max(1e-9, abs(value) * 1e-6) for fact in facts)


def _period(reading: Reading) -> Iterator[Wish]:
    brief = reading.subject.brief
    period = brief.period or next((fact.period for fact in brief.facts if fact.period), None)
    if period is None or not brief.facts or (brief.period is None and withheld(brief.must_avoid)):
        return
    whole = _seen(reading).lower()
    named = any(one.kind == "period" for one in (*reading.mentions, *reading.head_mentions))
    met = (
        named
        or period.label.lower() in whole
        or bool(re.search(r"\b(?:this|last|the) (?:week|month|quarter|year)\b", whole))
    )
    weight = 1.5 if brief.period else 0.5
    yield Wish(
        f"the period ({period.label})", "period_missing", weight, met, "A figure without its period says little."
    )


def _topic(reading: Reading, whole: str) -> Iterator[Wish]:
    """Without figures, the topic's own words are what shows that the text is about it."""
    brief = reading.subject.brief
    keys = {word for word in re.findall(r"[a-z]{3,}", brief.topic.lower()) if word not in _SMALL}
    stated = brief.facts and not withheld(brief.must_avoid)
    if stated or not keys or brief.kind in GIVEN_KINDS:
        return
    there = {key for key in keys if re.search(rf"\b{re.escape(key[: max(4, len(key) - 3)])}", whole.lower())}
    yield Wish(f"the topic “{brief.topic}”", "topic_missing", 2.0, len(there) * 2 >= len(keys), "Say what it is about.")


def _substance(reading: Reading) -> Iterator[Wish]:
    """A post with no figure and no source has nothing of its own to say, however well it reads."""
    brief = reading.subject.brief
    if brief.kind in ("post", "thread", "article", "email") and not (_tells(brief) or brief.passages or brief.text):
        yield Wish(
            "something to say: a figure, a source or a text of your own",
            "nothing_to_say",
            2.0,
            False,
            "Give what it shall tell, or take it as an outline to fill in.",
        )


def _tells(brief: Brief) -> bool:
    """Whether there is a figure to state, or, where none may be, which way one went or what a person wants said."""
    if not withheld(brief.must_avoid):
        return bool(brief.facts)
    return bool(brief.must_include) or any(fact.base is not None for fact in brief.facts)


def _kept(reading: Reading, given: str) -> Iterator[Wish]:
    """A shortened or restyled text keeps the figures of the given one."""
    figures = {round(one.value, 6): one.text for one in read(given) if one.unit not in ("order", "time")}
    there = {round(one.value, 6) for one in read(_seen(reading))}
    lost = [text for value, text in figures.items() if value not in there]
    if figures:
        yield Wish("the given figures", "figures_lost", 2.0, not lost, f"Lost: {', '.join(lost)}." if lost else "")


def _holds(text: str, words: str) -> bool:
    def flat(one: str) -> str:
        return " ".join(re.findall(r"[\w$%.]+", one.lower().replace("’", "'"))).strip(". ")

    return flat(words) in flat(text)


def _resembles(text: str, words: str) -> bool:
    """Whether most of the words that matter are there, in any form."""
    keys = {word for word in re.findall(r"[a-z]{3,}", words.lower()) if word not in _SMALL}
    there = sum(1 for key in keys if re.search(rf"\b{re.escape(key[: max(4, len(key) - 2)])}", text.lower()))
    return _holds(text, words) or (bool(keys) and there >= 0.6 * len(keys))
