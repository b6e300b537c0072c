"""Folds what a person answered back into the request, so that it is read again as a whole."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cofounder.models.figures import withheld
from cofounder.models.intent import Action
from cofounder.models.offline.parsing import (
    actions,
    channels,
    constraints,
    given,
    language,
    lengths,
    metrics,
    periods,
    topic,
)
from cofounder.models.offline.parsing.assembly import assemble
from cofounder.models.offline.parsing.reading import read, small
from cofounder.models.offline.parsing.sense import Sense

_YES = re.compile(
    r"\s*(?:yes|yep|yeah|y|ok|okay|sure|right|correct|exactly|that's right|that is right|go on|go ahead|continue|proceed|do it|fine|please do|confirmed?)\b",
    re.I,
)
_WITHOUT = re.compile(
    r"\b(?:go on|go ahead|without|skip|drop|leave (?:it|them|that) out|ignore|only|alone|continue|rest)\b", re.I
)


@dataclass(slots=True)
class Answers:
    """The answers by field, and what they settle."""

    by_field: dict[str, str] = field(default_factory=dict)
    period_settled: bool = False

    def get(self, name: str) -> str | None:
        return self.by_field.get(name)

    def __getitem__(self, name: str) -> str:
        return self.by_field[name]

    @property
    def confirmed(self) -> bool:
        said = self.get("action") or ""
        return bool(_YES.match(said) or _WITHOUT.search(said[:40]))

    @property
    def english(self) -> bool:
        """Whether the answer settles that English is fine: it says so, or it is the request in English."""
        said = (self.get("language") or "").lower()
        if not said or language.wanted(said) or any(re.search(rf"\b{name}\b", said) for name in language.others()):
            return False
        refused = re.match(r"(?:no|nope|not|never)\b", said)
        restated = len(said.split()) > 3 and language.detect(said).code == "en"
        return not refused and bool(re.search(r"\benglish\b|^en$", said) or _YES.match(said) or restated)

    @property
    def only(self) -> bool:
        return bool(re.search(r"\b(?:only|just|alone)\b", self.get("channels") or "", re.I)) and bool(
            channels_said(self)
        )

    @property
    def yes_to_channels(self) -> bool:
        said = self.get("channels") or ""
        return bool(_YES.match(said)) and not self.only

    @property
    def channels_settled(self) -> bool:
        said = self.get("channels") or ""
        return (
            bool(said)
            and (bool(channels_said(self)) or bool(_YES.match(said) or _WITHOUT.search(said)))
            and not channels.names_in(said)[1]
        )


def clean(answers: Mapping[str, str]) -> Answers:
    """Answers without blanks."""
    return Answers({str(k): str(v).strip() for k, v in answers.items() if v is not None and str(v).strip()})


def channels_said(said: Answers) -> list[str]:
    """Known channels named in the answer about channels."""
    words = said.get("channels") or ""
    if re.search(r"\b(?:all|everywhere|every)\b", words, re.I):
        return ["linkedin", "x", "facebook", "email", "blog"]
    return ["x"] if channels.is_thread(words) else channels.names_in(words)[0]


def instruct(request: str, said: Answers, today: date) -> Sense:
    """Reads the request, or the answer that says what to do in its place."""
    given, going_out = said.get("text"), said.get("publish_at")
    original = assemble(read(request, given), today, going_out)
    action = said.get("action")
    if not action or said.confirmed:
        return original
    text = given if given is not None else original.reading.text
    reading = read(action)
    again = assemble(reading if reading.text is not None else read(action, text), today, going_out)
    if not again.actions:
        return again if not original.actions else original
    old = (
        topic.find(original.reading.instruction, original.reading.low, original.taken()) if not original.actions else ""
    )
    origin = next((a for a in original.actions if a.topic), None)
    kept = old or (origin.topic if origin else "")
    if kept and len(kept.split()) <= 12 and not re.match(r"(?:help|do|make|translate|what|how|can)\b", kept.lower()):
        again.actions = [
            a.model_copy(update=_as_it_was(a, origin) | {"topic": kept})
            if a.kind in actions.WRITE_KINDS and not a.topic
            else a
            for a in again.actions
        ]
        if again.times.main is None:
            again.times = original.times
    return again


def _as_it_was(action: Action, origin: Action | None) -> dict[str, Any]:
    """The time and the figures of the topic that is taken over: "a LinkedIn post" says the form alone."""
    if origin is None or action.period is not None:
        return {}
    return {
        "period": origin.period,
        "metrics": action.metrics or origin.metrics,
        "compare_with": origin.compare_with,
        "compare_period": origin.compare_period,
        "wants_metrics": action.wants_metrics or origin.wants_metrics,
    }


def fill(found: Sense, said: Answers, today: date) -> None:
    """Puts the answers about topic, period, metric, voice and link where they belong."""
    if said.get("topic"):
        _topic(found, said["topic"], today)
    if said.get("period"):
        _period(found, said, today)
    if said.get("metric"):
        names = metrics.find(said["metric"].lower())
        found.actions = [a.model_copy(update={"metrics": names or a.metrics}) for a in found.actions]
    if said.get("persona"):
        wanted = re.sub(r"\W", "", said["persona"]).lower()
        name = next((n for n in constraints.PERSONAS if n.lower() in wanted), None)
        if name:
            found.demands.values["persona"] = name
    if said.get("length") and found.demands.length_clash:
        _length(found, said["length"])
    if said.get("figures") and withheld(found.demands.values.get("must_avoid", ())):
        _without_figures(found, said["figures"])
    elif said.get("figures") and found.given.open:
        _figures(found, said["figures"])
    elif said.get("figures") and found.given.held:
        _whose(found, found.given.held, said["figures"])
    elif said.get("figures") and (found.given.values or found.given.unused):
        _in_place(found, said["figures"])
    if said.get("link"):
        url = re.search(r"\S+\.\S{2,}", said["link"])
        if url:
            found.demands.values["link"] = url[0]
        elif re.match(r"(?:no|none|without|skip|leave|drop)\b", said["link"].lower()):
            found.demands.link_wanted = None


def _length(found: Sense, answer: str) -> None:
    """The length that holds, in the place of the two that exclude each other; anything else is asked for again."""
    new = lengths.find(small(answer), [])
    if not new or lengths.clash(new):
        return
    for name in ("min_words", "max_words", "max_characters"):
        found.demands.values.pop(name, None)
    for one in new:
        found.demands.values |= dict(one.bounds())
    found.demands.length_clash = None


def _figures(found: Sense, answer: str) -> None:
    """The exact figure ("$110k", "revenue was $110k"), or that it be left out; anything else is asked for again."""
    open_ = found.given.open
    named = metrics.ANY.search(open_[0].lower())
    bare = answer if metrics.ANY.search(answer.lower()) or not named else f"{named[0]} {answer}"
    new = given.find(small(bare), [], bare)
    if new.values and not new.open:
        found.given.values |= new.values
        found.given.words += new.words
        found.given.currencies |= new.currencies
        found.given.open = []
    elif re.match(r"\W*(?:no|none|without|skip|leave|drop|ignore)\b", answer.lower()):
        found.given.open, found.given.unused, found.given.settled = [], [*found.given.unused, *open_], True


def _without_figures(found: Sense, answer: str) -> None:
    """What a text says that shall state no figure: its figures after all, which way they went, or the answer itself."""
    wanted = found.demands.values
    if re.search(r"\bafter all\b|^\W*(?:state|use|give|name) the (?:figures|numbers)\b", answer.lower()):
        wanted["must_avoid"] = [words for words in wanted["must_avoid"] if not withheld([words])]
    elif not re.search(r"\b(?:rose or fell|up or down|direction|which way|trend)\b", answer.lower()):
        wanted["must_include"] = [*wanted.get("must_include", []), answer.rstrip(" .")]


def _in_place(found: Sense, answer: str) -> None:
    """What stands for figures that no text can rest on: others, the stored ones, or none at all."""
    old = found.given
    of = old.words[0] if old.words else next((a.topic for a in found.actions if a.wants_metrics), "")
    named = metrics.ANY.search(of.lower())
    bare = answer if metrics.ANY.search(answer.lower()) or not named else f"{named[0]} {answer}"
    new = given.find(small(bare), [], bare)
    if new.values and not (new.open or new.held or new.in_another_currency()):
        found.given = new
        found.given.unused = [*old.unused, *old.words]
    elif re.search(r"\bstored\b", answer.lower()):
        old.settled = True
    elif re.match(r"\W*(?:no|none|without|skip|leave|drop|ignore)\b", answer.lower()):
        old.settled = True
        found.actions = [
            a.model_copy(update={"wants_metrics": False}) if a.kind in actions.WRITE_KINDS else a for a in found.actions
        ]


def _whose(found: Sense, held: given.Given, answer: str) -> None:
    """Whether the figures that were held are ours; figures in their place; anything else is asked for again."""
    named = metrics.ANY.search(held.words[0].lower())
    bare = answer if metrics.ANY.search(answer.lower()) or not named else f"{named[0]} {answer}"
    new = given.find(small(bare), [], bare)
    if new.values and not (new.open or new.held):
        held = new
    elif re.match(r"\W*(?:no|none|not|without|skip|leave|drop|ignore|theirs)\b", answer.lower()):
        found.given.unused += held.words
        if not found.given.values:
            found.actions = [
                a.model_copy(update={"wants_metrics": False}) if a.kind in actions.WRITE_KINDS else a
                for a in found.actions
            ]
        held, found.given.settled = given.Given(), True
    elif not (_YES.match(answer) or re.search(r"\bours\b", answer.lower())):
        return
    found.given.values = held.values | found.given.values
    found.given.words += held.words
    found.given.currencies |= held.currencies
    found.given.rough += held.rough
    found.given.held, found.given.beside = None, []


def _topic(found: Sense, answer: str, today: date) -> None:
    subject = topic.clean(answer)
    if not subject:
        return
    low = small(answer)
    times = periods.find(low, today, lambda _: "past", [])
    named = metrics.find(low)
    own = metrics.are_own(
        low, named=named, has_period=times.main is not None, ours=bool(re.search(r"\b(?:our|we|us)\b", low))
    )
    for i, action in enumerate(found.actions):
        if action.kind in actions.WRITE_KINDS and not action.topic:
            found.actions[i] = action.model_copy(
                update={
                    "topic": subject,
                    "metrics": action.metrics or named,
                    "wants_metrics": action.wants_metrics or own,
                    "period": action.period or (times.main.period if times.main else None),
                }
            )


def _period(found: Sense, said: Answers, today: date) -> None:
    kinds = [a.kind for a in found.actions]
    mode: periods.Mode = "forecast" if "forecast_metrics" in kinds else "ahead" if "plan_calendar" in kinds else "past"
    times = periods.find(small(said["period"]), today, lambda _: mode, [])
    if times.main is None and times.compare_with is None:
        return
    said.period_settled = True
    change = {
        "period": times.main.period if times.main else None,
        "compare_with": times.compare_with,
        "compare_period": times.compare_period,
    }
    new = {key: value for key, value in change.items() if value is not None}
    found.actions = [
        a.model_copy(update=new | {"topic": _renamed(a.topic, found, times)})
        if a.wants_metrics or a.kind == "plan_calendar"
        else a
        for a in found.actions
    ]


def _renamed(subject: str, found: Sense, times: periods.Periods) -> str:
    """The topic with the words that named no time replaced by the period that was meant."""
    label = times.main.period.label if times.main else ""
    for words in found.times.unclear if label else ():
        subject = re.sub(re.escape(words), label, subject, flags=re.I)
    return subject
