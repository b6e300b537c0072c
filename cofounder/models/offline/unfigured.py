"""A text that shall state no figure: which way things went, what a person wants said, and quotes without figures."""

import re
from collections.abc import Sequence

from cofounder.models.brief import Brief, Draft, Fact, Passage
from cofounder.models.figures import Ledger, stating
from cofounder.models.offline import headlines, outlines
from cofounder.models.offline.metrics import naming
from cofounder.models.offline.texts import sentences
from cofounder.models.offline.views import direction_of
from cofounder.models.offline.voice import voice_of

_WENT = {"up": ("rose", "above"), "down": ("fell", "below"), "flat": ("stayed where it was", "on")}
_MOST = 3  # directions that one text tells
_NOTE = "No figure stands in the text, as the request wants it."


def write(brief: Brief) -> Draft:
    """The draft with no number, amount or percentage of the business in any of its parts."""
    nouns = [fact.noun for fact in _facts(brief.facts)]
    topic = brief.topic if brief.topic and not _states(brief.topic) else " and ".join(nouns[:2]) or "our business"
    insisted = [one for one in brief.must_include if not _states(one)]
    bare = brief.model_copy(
        update={
            "topic": topic,
            "request": brief.request if not _states(brief.request) else f"Write about {topic}",
            "facts": [],
            "passages": _passages(brief.passages),
            "must_include": insisted,
        }
    )
    if brief.kind == "headlines":
        draft = headlines.headlines(bare)
    else:
        told = [*(_sentence(one) for one in insisted), *directions(brief)]
        draft = outlines.without_figures(bare, told[:_MOST] if brief.form.max_characters else told[: _MOST + 2])
    return _cleared(draft.model_copy(update={"notes": [_NOTE, *draft.notes]}))


def directions(brief: Brief) -> list[str]:
    """Which way each figure went, in a sentence without it: "Our revenue rose in October 2026, against the month before"."""
    third = voice_of(brief).person == "they"
    found = []
    for fact in sorted(_facts(brief.facts), key=lambda one: not one.asked):
        if fact.base is None:
            continue
        verb, place = _WENT[direction_of(fact, fact.base)]
        name = naming(fact)
        what = name.subject if third else name.ours
        label = fact.period.label if fact.period else ""
        when = f" {label}" if label.startswith(("this", "last")) else f" in {label}" if label else ""
        how = f"{verb}{when}, compared with {fact.base.label}"
        if fact.base.kind == "target":
            how = f"{'were' if name.plural else 'was'} {place} {fact.base.label}{when}"
        found.append(f"{what[:1].upper()}{what[1:]} {how}.")
    return found[:_MOST]


def _facts(facts: Sequence[Fact]) -> list[Fact]:
    return [fact for fact in facts if fact.kind == "observed" and not fact.confidential]


def _sentence(words: str) -> str:
    words = words.strip()
    return f"{words[:1].upper()}{words[1:]}" + ("" if words[-1:] in ".!?" else ".")


def _passages(passages: Sequence[Passage]) -> list[Passage]:
    """What of each passage states no figure."""
    kept = []
    for passage in passages:
        text = " ".join(one for one in sentences(passage.text) if not _states(one))
        if text:
            title = passage.title if not _states(passage.title) else ""
            kept.append(passage.model_copy(update={"text": text, "title": title}))
    return kept


def _states(text: str) -> bool:
    return bool(stating(_NOTHING.trace(text)))


_NOTHING = Ledger([])


def _cleared(draft: Draft) -> Draft:
    """The last look: a sentence that states a figure goes, wherever it came from."""

    def keep(text: str) -> str:
        if not _states(text):
            return text
        lines = [" ".join(one for one in sentences(line) if not _states(one)) for line in text.split("\n")]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()

    update: dict[str, object] = {"body": keep(draft.body), "figures": []}
    for name in ("title", "subject", "preheader"):
        if text := getattr(draft, name):
            update[name] = keep(text) or None
    if draft.parts:
        update["parts"] = [one for one in map(keep, draft.parts) if one]
    return draft.model_copy(update=update)
