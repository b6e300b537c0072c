"""Texts without figures: a topic post from the company's own passages, an announcement, a calendar."""

import re
import tomllib
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from random import Random

from cofounder.models.brief import Brief, Draft, Earlier, Passage
from cofounder.models.figures import Ledger
from cofounder.models.figures.words import in_words
from cofounder.models.offline import searching
from cofounder.models.offline.clauses import tidy
from cofounder.models.offline.finishing import draft_of, hashtags
from cofounder.models.offline.letters import FAREWELL, GREETING
from cofounder.models.offline.texts import count_words, sentences, words
from cofounder.models.offline.voice import VOICES, voice_of
from cofounder.models.openings import opens_with

_STOP_WORDS = (
    "a an the and or of to in on for with about our your we i you it is are be as at by from that this create write "
    "post linkedin twitter facebook email article blog please make draft thread newsletter into new"
)
_STOP = frozenset(_STOP_WORDS.split())
_NEWS = re.compile(
    r"\b(?:announc\w+|saying|telling \w+|to say|tells? \w+|share the news|sharing the news|explaining|stating)\s+(?:that\s+)?(?P<what>.+)",
    re.IGNORECASE | re.DOTALL,
)
_ABOUT = re.compile(r"\b(?:about|on the topic of|regarding|on)\s+(?P<what>.+)", re.IGNORECASE | re.DOTALL)
_CHANNEL_TAIL = re.compile(
    r"\s+(?:on|for|to|in)\s+(?:our\s+)?(?:linkedin|x|twitter|facebook|e-?mail|the blog|blog|newsletter|customers|social media)"
    r"(?:\s*(?:,|and)\s*(?:linkedin|x|twitter|facebook|e-?mail|blog))*\s*[.!]?$",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"^(?:we|our \w+(?: \w+)? (?:is|are|has|have|will)|the \w+(?: \w+)? (?:is|are|has|have|will)|it|they)\b",
    re.IGNORECASE,
)


@cache
def _stock() -> dict[str, dict[str, list[str]]]:
    path = Path(__file__).parent / "voices" / "topics.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def without_figures(brief: Brief, told: Sequence[str] = ()) -> Draft:
    """A text from what is `told`, else from passages where there are any, else from what the request itself says."""
    about = _of(brief)
    rng = Random(f"{brief.seed}|{brief.attempt}|{brief.form.channel}|topic")
    if told:
        return _from_told(brief, about, told, rng)
    if brief.passages:
        return _from_passages(brief, about, rng)
    return _from_request(brief, about, rng)


def _of(brief: Brief) -> str:
    """The topic as a noun phrase, from the brief or from the request."""
    topic = brief.topic.strip().rstrip(".!?")
    if not topic or topic.lower() == brief.request.strip().rstrip(".!?").lower():
        match = _ABOUT.search(brief.request)
        topic = (match["what"] if match else brief.request).strip().rstrip(".!?")
    return _CHANNEL_TAIL.sub("", topic) or "this"


def _news(brief: Brief) -> str | None:
    """The statement that a request asks to announce, as a sentence."""
    match = _NEWS.search(brief.request)
    if not match:
        return None
    what = _CHANNEL_TAIL.sub("", match["what"].strip()).rstrip(".!? ")
    what = what.split("\n")[0]
    if not what:
        return None
    if _CLAUSE.match(what):
        return what[:1].upper() + what[1:] + "."
    return f"We have news: {what}."


def _stock_of(brief: Brief) -> dict[str, list[str]]:
    return _stock()[voice_of(brief).like]


def _fill(rng: Random, options: list[str], avoid: Sequence[str], **slots: str) -> str:
    fresh = [one for one in options if not any(one.split("{")[0] and one.split("{")[0] in text for text in avoid)]
    text = rng.choice(fresh or options)
    for name, value in slots.items():
        text = text.replace(f"{{{name}}}", value)
    return tidy(text)


def _from_request(brief: Brief, about: str, rng: Random) -> Draft:
    """An outline in the voice from the request's own words; what is not known stands as a marked question."""
    stock, avoid = _stock_of(brief), brief.avoid
    news = _news(brief)
    third = voice_of(brief).person == "they"
    about = re.sub(r"\bour\b", "the company's", about, flags=re.IGNORECASE) if third else about
    opening = _fill(rng, stock["news"], avoid, news=news) if news else _fill(rng, stock["about"], avoid, topic=about)
    if third and news:
        opening = opening.replace("We have news: ", "New at the company: ")
    reader = brief.audience or "readers"
    if news:
        gaps = [_fill(rng, [one], avoid) for one in stock["gaps"]]
    else:
        gaps = [_fill(rng, stock[part], avoid, topic=about, audience=reader) for part in ("point", "proof", "reader")]
    wanted = [one.strip().rstrip(".") for one in brief.must_include if one.strip()]
    insisted = [f"To be said: {one}." for one in wanted if one.lower() not in opening.lower()]
    closing = brief.call_to_action or _fill(rng, stock["close"], avoid)
    ending = closing if closing[-1:] in ".!?]" else f"{closing}."
    questions = " ".join(re.findall(r"\[([^\[\]]+)\]", " ".join(gaps)))
    notes = [
        f"Built only from what the request says; the questions in brackets are gaps to fill in: {questions}",
    ]
    if not news:
        notes.insert(0, f"Nothing you published covers {about}; here is an outline and what each part needs.")
    return _shaped(brief, [*_asking(brief, about, opening), opening, *insisted, *gaps, ending], notes, about)


_UNFINISHED = re.compile(r"outline|still|needs|figures|Inputs")  # openings of a text that is yet to be filled in


def _from_told(brief: Brief, about: str, told: Sequence[str], rng: Random) -> Draft:
    """Whole sentences that are known to hold, between the voice's own opening and closing; a quote where there is one."""
    stock = _stock_of(brief)
    whole = [one for one in stock["about"] if not _UNFINISHED.search(one)] or ["A word about {topic}."]
    opening = _fill(rng, whole, brief.avoid, topic=about)
    quotes = _quotes(brief.passages, about, 1, brief.earlier)
    quoted = [_fill(rng, stock["quote"], brief.avoid, quote=f"“{one.rstrip('.')}.”") for one, _ in quotes]
    closing = brief.call_to_action or _fill(rng, [one for one in stock["close"] if "[" not in one] or [""], brief.avoid)
    parts = [*_asking(brief, about, opening), opening, " ".join(told), *quoted, closing]
    return _shaped(brief, [one for one in parts if one], [], about)


def _asking(brief: Brief, about: str, *openings: str) -> list[str]:
    """A question to open with where such openings did better on the topic and none of these is one."""
    if "question" not in searching.openings(brief) or any("question" in opens_with(one) for one in openings):
        return []
    return [f"What is there to say about {about}?"]


def _relevance(sentence: str, wanted: set[str]) -> float:
    found = {word.rstrip("s") for word in words(sentence)} - _STOP
    return len(found & wanted) / (len(wanted) or 1) + (0.1 if 8 <= count_words(sentence) <= 28 else 0.0)


def _weight(passage: Passage, earlier: Earlier | None) -> float:
    """-0.3 to 0.3: how a post did against the usual; 0 where that is not known."""
    times = next((one.times_usual for one in earlier.posts if one.id == passage.id), None) if earlier else None
    return 0.0 if times is None else 0.6 * (times / (1 + times) - 0.5)


def _quotes(
    passages: Sequence[Passage], about: str, most: int, earlier: Earlier | None = None
) -> list[tuple[str, Passage]]:
    """The most relevant sentence of each passage, no two that say the same; of as relevant ones what did better first."""
    wanted = {word.rstrip("s") for word in words(about)} - _STOP
    found: list[tuple[float, str, Passage]] = []
    for passage in passages:
        able = [one for one in sentences(passage.text) if 5 <= count_words(one) <= 40 and not _dangling(one)]
        if able:
            best = max(able, key=lambda one: _relevance(one, wanted))
            found.append((_relevance(best, wanted) + _weight(passage, earlier), best, passage))
    found.sort(key=lambda one: -one[0])
    kept: list[tuple[str, Passage]] = []
    for _, sentence, passage in found:
        own = set(words(sentence))
        if all(len(own & set(words(other))) / len(own) < 0.6 for other, _ in kept):
            kept.append((sentence, passage))
    return kept[:most]


def _dangling(sentence: str) -> bool:
    return bool(
        re.match(r"(?:this|that|these|those|it|they|he|she|but|and|so|however|also)\b", sentence, re.IGNORECASE)
    )


def _from_passages(brief: Brief, about: str, rng: Random) -> Draft:
    stock = _stock_of(brief)
    small = bool(brief.form.max_characters and brief.form.max_characters <= 400)
    quotes = _quotes(brief.passages, about, 1 if small else 3, brief.earlier)
    if not quotes:
        return _from_request(brief, about, rng)
    opening = _fill(rng, stock["about"], brief.avoid, topic=about)
    parts = [*_asking(brief, about, opening), opening]
    for index, (sentence, passage) in enumerate(quotes):
        quoted = f"“{sentence.rstrip('.')}.”" if sentence[-1:] not in "?!" else f"“{sentence}”"
        lead = _fill(rng, stock["quote"], brief.avoid, quote=quoted) if index == 0 else f"And: {quoted}"
        where = f" ({passage.title})" if passage.title and not small else ""
        parts.append(lead + where)
    if not small:
        reader = brief.audience or "readers"
        parts.append(_fill(rng, stock["reader"], brief.avoid, topic=about, audience=reader))
    parts.append(brief.call_to_action or _fill(rng, stock["close"], brief.avoid))
    number = len(brief.passages)
    notes = [
        f"Built from {len(quotes)} of your {'posts' if number != 1 else 'post'}; beyond them I know nothing about {about}."
    ]
    better = [(one, passage) for _, passage in quotes if (one := _weight(passage, brief.earlier)) > 0]
    if better:
        notes.append(
            f"{len(better)} of the {len(quotes)} quoted posts did better than is usual; such are quoted first."
        )
    link = next((passage.url for _, passage in quotes if passage.url), None)
    return _shaped(brief if brief.link or not link else brief.model_copy(update={"link": link}), parts, notes, about)


def _shaped(brief: Brief, parts: list[str], notes: list[str], about: str) -> Draft:
    form = brief.form
    ledger = Ledger([], brief.period, [brief.request, *(one.text for one in brief.passages)])
    persona = voice_of(brief).id
    label = about[:1].upper() + about[1:]
    title = subject = preheader = None
    posts: list[str] | None = None
    if form.max_characters and form.max_characters <= 400:
        while len(parts) > 2 and len(" ".join(parts)) > form.max_characters:
            parts.pop(-2)
        body = " ".join(parts)
        if len(body) > form.max_characters:
            body = parts[0][: form.max_characters - 1].rsplit(" ", 1)[0].rstrip(",;:") + "…"
    else:
        if form.has_subject or brief.kind == "email":
            parts = [GREETING, *parts, *([brief.company] if brief.company else []), FAREWELL]
            note = f"A note on {about}"
            subject = label if 10 <= len(label) <= 45 else note if len(note) <= 45 else note[:45].rsplit(" ", 1)[0]
            preheader = _preheader(parts)
        if form.has_title or brief.kind == "article":
            title = label[:60]
            parts = [_headed(one) for one in parts]
        body = "\n\n".join(parts)
        if form.parts:
            posts = parts
    floor = brief.form.words[0]
    if count_words(body) < floor:
        notes.append(f"Shorter than this channel's usual {floor} words: there is nothing more to say truthfully.")
    return draft_of(
        brief,
        body,
        ledger=ledger,
        persona=persona,
        notes=notes,
        title=title,
        subject=subject,
        preheader=preheader,
        parts=posts,
        tags=hashtags(brief, None, voice_of(brief).never),
    )


def _headed(part: str) -> str:
    """A marked gap under its label as a heading, for an article; other parts as they are."""
    match = re.fullmatch(r"([^:\[\]]{3,30}): (\[.+\])", part)
    return f"## {match[1]}\n\n{match[2]}" if match else part


def _preheader(parts: list[str]) -> str:
    """How many gaps a letter still has, or where its words come from."""
    gaps = sum(1 for part in parts if part.endswith("]"))
    if gaps > 1:
        return f"An outline, with {in_words(gaps)} questions still to fill in."
    return "In our own words, as published."


_GRAINS = (("revenue", "the change in revenue"), ("customers", "the customers"), ("traffic", "the visits to the site"))


def calendar(brief: Brief) -> Draft:
    """Lines of date, channel, topic, voice and source; "needs input" where nothing given covers a slot."""
    rng = Random(f"{brief.seed}|{brief.attempt}|calendar")
    count = min(brief.count or 6, 60)
    topics = _calendar_topics(brief)
    days = _days(brief, count)
    channels = [one for one in ("linkedin", "x", "email", "blog", "facebook") if one in brief.request.lower()]
    channels = channels or [brief.form.channel if brief.form.channel not in ("outbox", "") else "linkedin"]
    names = list(VOICES)
    rng.shuffle(names)
    lines = []
    for number in range(count):
        topic, source = topics[number % len(topics)] if topics else (brief.topic or "open", "needs input")
        again = number >= len(topics) and bool(topics)
        note = "needs input" if again or not topics else source
        what = f"{topic}, a new angle" if again else topic
        lines.append(f"{days[number]} · {channels[number % len(channels)]} · {what} · {names[number % 12]} · {note}")
    notes = []
    open_slots = sum(1 for line in lines if line.endswith("needs input"))
    if open_slots:
        notes.append(f"{open_slots} of {count} slots need input: nothing given covers them.")
    if brief.period is None:
        notes.append("No period was given, so the slots are numbered instead of dated.")
    ledger = Ledger(brief.facts, brief.period, [brief.request, *days])
    return draft_of(brief, "\n".join(lines), ledger=ledger, persona=brief.persona, notes=notes, parts=lines).model_copy(
        update={"call_to_action": None}
    )


def _calendar_topics(brief: Brief) -> list[tuple[str, str]]:
    found = [
        (one.title or sentences(one.text)[0][:60], f"post of {one.published_on}" if one.published_on else "own post")
        for one in brief.passages
    ]
    found += [(fact.noun, fact.source) for fact in brief.facts if not fact.confidential and fact.kind == "observed"]
    return list(dict.fromkeys(found))


def _days(brief: Brief, count: int) -> list[str]:
    if brief.period is None:
        return [f"Slot {number + 1}" for number in range(count)]
    start, end = brief.period.start, brief.period.end
    work = [day for day in _between(start, end) if day.weekday() in (1, 2, 3)] or list(_between(start, end))
    if len(work) < count:
        work = [day for day in _between(start, end) if day.weekday() < 5] or work
    step = max(1.0, len(work) / count)
    picked = [work[min(len(work) - 1, int(number * step))] for number in range(count)]
    return [f"{day:%a} {day.isoformat()}" for day in picked]


def _between(start: date, end: date) -> list[date]:
    return [start + timedelta(days=offset) for offset in range(min((end - start).days + 1, 400))]
