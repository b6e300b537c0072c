"""Puts the parts of a request together: which action each clause is, and what belongs to it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from cofounder.models.intent import A_YEAR_BEFORE
from cofounder.models.offline.parsing import (
    actions,
    channels,
    constraints,
    dates,
    excluding,
    filling,
    given,
    halting,
    language,
    marks,
    metrics,
    periods,
    posting,
    retracting,
    segments,
    spans,
    tone,
)
from cofounder.models.offline.parsing.reading import Reading
from cofounder.models.offline.parsing.sense import Part, Sense

_AHEAD = re.compile(
    r"\b(?:webinar|event|launch(?:es|ing)?|conference|upcoming|next|will|holiday|opening|workshop|meet-?up|trade fair|black friday|christmas|sale|campaign|releasing|open house|party|going live|hiring|summit|course|starts?|coming)\b"
)
_DAY = re.compile(
    r"\b\d{1,2}(?:st|nd|rd|th)?(?: of)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w* \d{1,2}\b|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:today|tonight|tomorrow)\b"
)
_HOPED = re.compile(
    rf"\b(?:expected|planned|projected|forecast(?:ed)?|anticipated|hoped-for|upcoming|coming|estimated)\s+(?:[\w-]+\s+)?{metrics.NAMED}"
)
_BYGONE = re.compile(r"\b(?:happened|was|were|did|won|had|went|came|took|recap|\w+ched|\w+ned|\w+ted)\b")
_LABEL = re.compile(r"(?:topic|subject|theme|tone|style|audience|channels?|length|deadline|language|format)\s*[:=]")
_ONLY = re.compile(r"\b(?:only|just|exclusively|nothing else|nowhere else)\b")


def assemble(reading: Reading, today: date, going_out: str | None = None) -> Sense:
    """Reads an English instruction from its clauses up. `going_out`: what was answered to when the text goes out."""
    reading, ruled_out = _without_negated(reading)
    reading, others_out, told_of = excluding.take(retracting.take(reading))
    low, text = reading.low, reading.instruction
    manner = tone.find(low)
    demands = constraints.find(low, text, posting.find(low, today, text, going_out), manner)
    result = Sense(reading, demands, manner, tone.audience(low, text), channels.find(marks.blanked(low), text))
    result.mentions = [
        replace(m, role="scope") if any(a <= m.start < b for a, b in told_of) else m for m in result.mentions
    ]
    result.mentions += ruled_out + others_out
    result.given = given.find(low, demands.spans, text)
    demands.spans += language.wanted_at(low)
    result.only = bool(_ONLY.search(low))
    _parts(result)
    result.times = periods.find(low, today, _modes(result), _deadline_spans(result))
    _compare_otherwise(result, today)
    result.given.before = _before(result, today)
    filling.build(result, today)
    _of_parts(result)
    return result


def _of_parts(result: Sense) -> None:
    """A limit of the title is that of the headlines that are asked for; else no text here is held to it."""
    demands = result.demands
    if any(action.kind == "headlines" for action in result.actions):
        for name, value in [pair for one in demands.of_parts for pair in one.bounds()]:
            demands.values.setdefault(name, value)
            demands.evidence.setdefault(name, demands.of_parts[0].words)
    else:
        demands.unsupported += [one.words for one in demands.of_parts]


def _compare_otherwise(result: Sense, today: date) -> None:
    """Where the year before must not be spoken of, a figure is set against the period before, and the other way round."""
    times, low = result.times, result.reading.low
    if times.compare_with or not result.demands.unsaid:
        return
    unsaid = " ".join(low[start:end] for start, end in result.demands.unsaid)
    year = times.main.period.start.year if times.main else today.year
    if re.search(rf"\b(?:last|previous|prior) year|\ba year (?:ago|before|earlier)|\b{year - 1}\b", unsaid):
        times.compare_with = "previous"
    elif re.search(r"\b(?:last|previous|prior) (?:month|quarter)|\b(?:month|quarter) before\b", unsaid):
        times.compare_with = "year_earlier"


def _before(result: Sense, today: date) -> str:
    """ "... up from $125,000 in September": of which time an earlier figure is: "the month before", "" if of another.

    Where something went from one value to the next and no time is named, the first is that of the period before: told.
    """
    low, main = result.reading.low, result.times.main
    grain = main.period.grain if main else "month"
    of_times: set[str] = set()
    for start, end in result.given.earlier_at:
        said = _EARLIER_TIME.match(low, end)
        words = said[0] if said else ""
        before = f"the {grain} before"
        if main and grain in ("month", "quarter") and _YEAR_BEFORE.search(words):
            before = A_YEAR_BEFORE
        of_times.add(before)
        if before == A_YEAR_BEFORE or re.search(rf"\b(?:the|a) {grain} (?:before|earlier|ago)\b", words):
            continue
        if not words and re.search(r"\bfrom\s+$", low[max(0, start - 8) : start]):
            result.given.assumed = True
            continue
        then = periods.find(words, today, lambda _: "past", []).main
        now = main.period if main else spans.step("month", 0, today)
        if then is None or then.period != spans.one_before(now, today):
            return ""
    return of_times.pop() if len(of_times) == 1 else ""


_YEAR_BEFORE = re.compile(r"\b(?:last year|(?:the|a) year (?:before|earlier|ago))\b")


# "We do not want a blog post, just ...": what is not wanted is no part of the request.
_NEGATED = re.compile(
    r"(?:^|(?<=[.!?;,\n] ))(?:please )?(?:(?:i|we) )?(?:do not|don't|dont|no need to|not) (?:really )?(?:write|create|make|want|need|draft|send|prepare) (?:me )?(?:any |an? |the |our |another )[^,;.\n]{0,60}?"
    r"\b(?:posts?|tweets?|e-?mails?|articles?|threads?|newsletters?|blogs?|report|analysis|headlines?)\b(?P<rest>[^,;.\n]{0,20})(?:[,;.](?: but| just| only| rather| instead)*|\bbut\b|\bjust\b)\s*"
)
_EARLIER_TIME = re.compile(
    r"(?:,?\s+(?:in|of|for|during)\s+(?:the\s+)?(?:\w+ (?:before|earlier)|last \w+|[a-z]{3,9}(?: 20\d\d)?|q[1-4])|\s+(?:the|a) (?:month|quarter|year|week) (?:before|earlier|ago)|\s+last (?:month|quarter|year|week))?"
)


def _without_negated(reading: Reading) -> tuple[Reading, list[channels.Mention]]:
    """The reading without the things that are not wanted, and the channels that they rule out."""
    match = _NEGATED.search(reading.low)
    if match is None or len(reading.low) - len(match[0]) < 12 or re.search(r"\babout\b", match[0]):
        return reading, []
    blank = " " * len(match[0])
    start, end = match.span()
    out = [
        channels.Mention(name, start, end, True, "excluded", reading.instruction[start:end])
        for name in channels.names_in(match[0])[0]
    ]
    instruction = reading.instruction[:start] + blank + reading.instruction[end:]
    return replace(reading, instruction=instruction, low=reading.low[:start] + blank + reading.low[end:]), out


def _deadline_spans(result: Sense) -> list[tuple[int, int]]:
    """Days that say when a text is due, links, and what it shall not speak of are not the period it speaks of."""
    low = result.reading.low
    spans = []
    spans += [*result.demands.posting.spans, *result.demands.unsaid]
    spans += [(a, b + len(_EARLIER_TIME.match(low, b)[0])) for a, b in result.given.earlier_at]  # type: ignore[index]
    others = result.given.times  # where a time is named beside them, theirs is not the one that is written about
    if others and not result.given.earlier_at and not _has_time(low, [*spans, *others]):
        spans += others
    for name in ("deadline", "link"):
        words = result.demands.evidence.get(name, "").lower()
        at = low.find(words) if words else -1
        if at >= 0:
            spans.append((at, at + len(words)))
    return spans


def _has_time(low: str, spans: list[tuple[int, int]]) -> bool:
    return bool(dates.atoms(periods.blanked(low, spans)))


def _parts(result: Sense) -> None:
    low = result.reading.low
    spans = _deadline_spans(result)
    atoms = dates.atoms(periods.blanked(low, spans))
    pending: segments.Segment | None = None
    forbidden: list[str] = []
    for segment in segments.cut(_without(low, result.demands.posting.spans)):
        start = pending.start if pending else segment.start
        if _only_avoids(result, segment):
            if result.parts:
                result.parts[-1].end = segment.end
            else:
                pending = pending or segment
            continue
        if halting.forbids(segment.words):
            forbidden.append(segment.words)
            if result.parts:
                result.parts[-1].end = segment.end
            else:
                pending = pending or segment
            continue
        context = _context(result, segment, atoms)
        found = actions.read(segment.words, context)
        if found.kinds and found.unmade:
            result.unmade.append(found.unmade)
        if found.kinds:
            if result.parts and _same_work(result, found, segment):
                result.parts[-1].end = segment.end
            else:
                result.parts.append(Part(start, segment.end, found, segment.words, segment.offset))
            pending = None
        elif found.unmade and not (result.parts and _only_demands(result, segment)):
            result.unmade.append(found.unmade)
        elif result.parts:
            result.parts[-1].end = segment.end
            _note_loose(result, segment)
        else:
            pending = pending or segment
            _note_loose(result, segment)
    if pending and result.parts:
        result.parts[-1].end = max(result.parts[-1].end, pending.end)
    if not result.parts:
        result.unmade += forbidden


def _without(low: str, spans: list[tuple[int, int]]) -> str:
    """ "Tomorrow at 7 publish this": when it goes out is no clause of its own."""
    for start, end in spans:
        if not low[:start].strip(" ,"):
            low = low[:start] + " " * (end - start) + low[end:]
    return low


def _context(result: Sense, segment: segments.Segment, atoms: list[dates.Atom]) -> actions.Context:
    inside = [a for a in atoms if segment.start <= a.start < segment.end]
    low = result.reading.low[segment.start : segment.end]
    versus = len(inside) > 1 and bool(re.search(r"\b(?:vs|versus|against|compar\w+|than|relative to)\b|\bv\b", low))
    return actions.Context(
        has_text=result.reading.text is not None,
        timed=bool(inside),
        versus=versus,
        placed=any(m.role == "output" and segment.start <= m.start < segment.end for m in result.mentions),
        before=tuple(kind for part in result.parts for kind, _ in part.found.kinds),
        low=result.reading.low,
    )


def _same_work(result: Sense, found: actions.Found, segment: segments.Segment) -> bool:
    """ "... and publish it on X" after a text that is written anyway only adds channels, "check it" only confirms."""
    before = [kind for kind, _ in result.parts[-1].found.kinds]
    kinds = [kind for kind, _ in found.kinds]
    if kinds == ["publish_text"] and found.refers:
        added = {m.name for m in result.mentions if m.role == "output" and segment.start <= m.start < segment.end}
        if any(k in ("write_article", "write_email") for k in before) and added - {"email", "blog"}:
            found.kinds = [("create_post", "share it")]
            return False
        return any(
            k in ("create_post", "create_thread", "write_article", "write_email", "publish_text") for k in before
        )
    if (
        found.refers
        and kinds in (["edit_text"], ["shorten_text"], ["restyle_text"])
        and any(k in actions.WRITE_KINDS for k in before)
    ):
        return True
    if (
        kinds
        and set(kinds) <= set(before)
        and re.search(
            r"\b(?:your|the|this|that|my) (?:\w+ )?(?:blog post|post|article|e-?mail|newsletter|tweet|thread|response|headline|answer|entry)s?\b",
            segment.words,
        )
    ):
        return True
    own_topic = re.search(r"\b(?:about|on how|announcing)\b", segment.words)
    return kinds == before and kinds[0] in (*actions.TEXT_KINDS, "headlines") and not own_topic


def _only_avoids(result: Sense, segment: segments.Segment) -> bool:
    """ "Without mentioning traffic, ..." asks for nothing; it rules something out."""
    end = segment.offset + len(segment.words)
    kept = sum(
        min(b, end) - max(a, segment.offset) for a, b in result.demands.avoided if a < end and b > segment.offset
    )
    return kept >= 0.8 * max(1, len(segment.words.rstrip(" ,")))


def _only_demands(result: Sense, segment: segments.Segment) -> bool:
    covered = sum(
        min(b, segment.end) - max(a, segment.start) for a, b in result.taken() if a < segment.end and b > segment.start
    )
    return covered >= 0.5 * max(1, len(segment.words))


def _note_loose(result: Sense, segment: segments.Segment) -> None:
    spans = [*result.taken(), *((m.start, m.end) for m in result.mentions)]
    kept = "".join(
        " " if any(a <= i < b for a, b in spans) else c
        for i, c in enumerate(result.reading.low[segment.offset : segment.offset + len(segment.words)], segment.offset)
    )
    if _LABEL.match(segment.words):
        return
    words = re.findall(r"[a-z][a-z'-]{2,}", kept)
    if len(words) >= 3:
        result.loose.append(" ".join(words)[:80])


def _modes(result: Sense) -> Callable[[int], periods.Mode]:
    """Which way a time at a place points, worked out once for each part: a pasted report names hundreds of times."""
    known: dict[int | None, periods.Mode] = {}

    def mode(at: int) -> periods.Mode:
        part = next((p for p in result.parts if p.start <= at < p.end), None)
        key = part.start if part else None
        if key not in known:
            known[key] = _mode(result, part)
        return known[key]

    return mode


def _without_posting(result: Sense) -> str:
    """When the text goes out, or may ("at 9am tomorrow"), makes no quarter that it tells of one to come."""
    low, meant = result.reading.low, result.demands.posting
    for start, end in [*meant.spans, *([meant.asked.match.span()] if meant.asked else [])]:
        low = low[:start] + " " * (end - start) + low[end:]
    return low


def _mode(result: Sense, part: Part | None) -> periods.Mode:
    kinds = [kind for kind, _ in part.found.kinds] if part else []
    if "forecast_metrics" in kinds:
        return "forecast"
    if "plan_calendar" in kinds:
        return "ahead"
    if part and any(k in actions.WRITE_KINDS for k in kinds):
        if _HOPED.search(result.reading.low[part.start : part.end]):
            return "ahead"
        low = _without_posting(result)[part.start : part.end]
        if _AHEAD.search(low) and not metrics.find(low) and not metrics.FIGURES.search(low.replace("launch", "")):
            return "ahead"
        if not metrics.find(low) and not metrics.FIGURES.search(low):
            if re.search(r"\b(?:newsletter|issue|edition)\b", low):
                return "near"
            if _DAY.search(low) and not _BYGONE.search(low):
                return "ahead"
    return "past"
