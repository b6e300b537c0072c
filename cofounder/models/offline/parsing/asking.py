"""Decides what has to be asked before a request is carried out."""

import re
from typing import Any

from cofounder.models.figures import withheld
from cofounder.models.intent import Question
from cofounder.models.offline.parsing import actions as acts
from cofounder.models.offline.parsing import assuming, language, metrics, questions
from cofounder.models.offline.parsing.answering import Answers
from cofounder.models.offline.parsing.sense import Sense
from cofounder.models.offline.parsing.weighing import describe


def find(found: Sense, said: Answers, unknown: list[str], evidence: dict[str, Any]) -> list[Question]:
    """Every question, the weightiest first; `unknown` are channels that are wanted and not here."""
    asked: list[Question] = []
    if not found.actions:
        return [questions.no_action(found.unmade[0] if found.unmade else None)]
    if found.unmade and not said.confirmed:
        asked.append(questions.also_unmade(found.unmade[0]))
    asked += _text_questions(found, evidence)
    known = list(dict.fromkeys(name for a in found.actions for name in a.channels))
    if unknown and not said.channels_settled:
        asked.append(questions.unknown_channels(unknown, known))
    elif ruled_out := _ruled_out(found):
        asked.append(questions.ruled_out_channel(ruled_out))
    elif found.doubts:
        asked.append(questions.doubted_channels(found.doubts, known))
    elif any(a.kind in ("create_post", "publish_text") and not a.channels for a in found.actions):
        asked.append(questions.no_channel())
    bare = next((a for a in found.actions if a.kind in acts.WRITE_KINDS and not a.topic and a.text is None), None)
    if bare:
        asked.append(questions.no_topic(describe([bare], bare=True)))
    asked += _figure_questions(found, said)
    if found.tone.clash and not said.get("tone"):
        asked.append(questions.tone_clash(*found.tone.clash))
    if found.demands.unknown_voice and "persona" not in found.demands.values:
        asked.append(questions.unknown_voice(found.demands.unknown_voice))
    asked += _time_questions(found)
    if found.demands.length_clash and assuming.is_one_text(found):
        asked.append(questions.length_clash(*found.demands.length_clash))
    if found.demands.link_wanted is not None and "link" not in found.demands.values:
        asked.append(questions.no_link(found.demands.link_wanted))
    return asked


_GOES_OUT = ("create_post", "create_thread", "write_article", "write_email", "publish_text")


def _time_questions(found: Sense) -> list[Question]:
    """About a time that there is not, and one that may say when the text goes out or be a part of its subject."""
    meant = found.demands.posting
    if not any(action.kind in _GOES_OUT for action in found.actions):
        return []
    if meant.unclear:
        return [questions.no_such_time(found.as_written(meant.unclear), meant.why_unclear)]
    if meant.asked is not None:
        return [questions.whose_time(found.as_written(meant.asked.words), meant.asked.moments)]
    return []


def _ruled_out(found: Sense) -> str:
    """A channel that a text is asked for and that is ruled out in the same breath, where no other is left for it."""
    bare = {action.kind for action in found.actions if not action.channels}
    excluded = [m.name for m in found.mentions if m.role == "excluded"]
    homes = {"write_email": "email", "write_article": "blog", "create_thread": "x"}
    named = {m.name for m in found.mentions if m.role == "output"} if bare & {"create_post", "publish_text"} else set()
    named |= {home for kind, home in homes.items() if kind in bare}
    return next((name for name in excluded if name in named), "")


def _text_questions(found: Sense, evidence: dict[str, Any]) -> list[Question]:
    """A part that works on a text needs one: given, or made by an earlier part."""
    for i, action in enumerate(found.actions):
        if action.text is not None:
            spoken = language.detect(action.text)
            if spoken.code != "en":
                evidence["text_language"] = spoken.name
                if action.kind != "publish_text":
                    return [questions.text_language(spoken.name)]
            continue
        part_refers = any(p.found.refers for p in found.parts if action.kind in [k for k, _ in p.found.kinds])
        waits = action.kind in acts.TEXT_KINDS or (action.kind in acts.WRITE_KINDS and part_refers and not action.topic)
        if waits and i == 0:
            return [questions.no_text(_DOING.get(action.kind, "work on"))]
    return []


_DOING = {
    "edit_text": "edit", "shorten_text": "shorten", "restyle_text": "rewrite", "summarise_text": "summarise",
    "check_compliance": "check", "publish_text": "publish",
}  # fmt: skip


def _figure_questions(found: Sense, said: Answers) -> list[Question]:
    if found.given.open and any(a.kind in acts.WRITE_KINDS for a in found.actions):
        return [questions.unclear_figure(found.given.open[0])]
    if found.given.held and any(a.kind in acts.WRITE_KINDS for a in found.actions):
        return [
            questions.whose_figures([found.as_written(words) for words in found.given.held.words], found.given.beside)
        ]
    if why := _why_unusable(found):
        return [questions.unusable_figures([found.as_written(words) for words in found.given.words], why)]
    if _rests_on_none(found):
        stated = [*found.given.claims, *found.given.words, *found.given.unused]
        return [questions.unread_figures(list(dict.fromkeys(found.as_written(words) for words in stated)))]
    if only := _only_figures(found, said):
        return [questions.figures_withheld(only)]
    figures = [a for a in found.actions if a.wants_metrics or a.kind == "plan_calendar"]
    placed = figures or [a for a in found.actions if a.kind in acts.WRITE_KINDS and _NO_TIME.search(a.topic.lower())]
    if found.times.unclear and placed and not said.period_settled:
        return [questions.unclear_period(found.as_written(found.times.unclear[0]))]
    if found.apart and any(a.wants_metrics for a in found.actions) and not said.period_settled:
        return [questions.several_periods(found.apart)]
    for action in found.actions:
        if action.kind == "compare_metrics" and not (
            action.period
            or action.compare_with
            or action.compare_period
            or len(action.metrics) > 1
            or _compares_things(found)
        ):
            return [questions.no_comparison()]
    return []


def _only_figures(found: Sense, said: Answers) -> str:
    """The topic of a text that is about nothing but figures and shall state none; "" where there is more to tell."""
    wanted = found.demands.values
    if not withheld(wanted.get("must_avoid", ())) or wanted.get("must_include") or said.get("figures"):
        return ""
    for action in found.actions:
        if action.wants_metrics and action.kind in acts.WRITE_KINDS and not _MORE.search(_bare(action.topic)):
            return action.topic
    return ""


def _bare(topic: str) -> str:
    low = metrics.FIGURES.sub(" ", metrics.ANY.sub(" ", topic.lower()))
    return _TIMES.sub(" ", low)


_TIMES = re.compile(
    r"\b(?:q[1-4]|h[12]|last|this|previous|past|current|month(?:ly|'s)?|quarter(?:ly|'s)?|year(?:ly|'s)?|week(?:ly|'s)?|january|february|march|april|may|june|"
    r"july|august|september|october|november|december|20\d\d|our|the|and|of|in|for|business|company|key|main|total|customers|growth|grew|rose|fell|change)\b"
)
_MORE = re.compile(r"[a-z]{3,}")


def _why_unusable(found: Sense) -> str:
    """Why no text can rest on the figures of the words, where stored ones would stand in their place; "" where it can."""
    given = found.given
    written = [a for a in found.actions if a.wants_metrics and a.kind in acts.WRITE_KINDS]
    now = {name for name in given.values if not name.startswith("previous_")}
    if not (written and now) or given.settled:
        return ""
    if now <= {*given.in_another_currency()}:
        return f"amounts in {' and '.join(sorted(sign.upper() for sign in given.currencies - {'$'}))} are not taken for US dollars"
    period = next((a.period for a in found.actions if a.period), None)
    if period is not None and period.grain not in ("month", "quarter", "year"):
        return f"figures are given for a month, a quarter or a year, and {period.label} is none"
    if period is not None and period.grain != "month" and len([m for m in found.times.mentions if m.words]) != 1:
        return "more than one time is named, and whose the figures are is not said"
    return ""


# A percentage alone may be anybody's: "how 3% churn kills growth".
_AMOUNT = re.compile(r"(?!\s*[-−]?\s*\d[\d.,]*\s*(?:%|per ?cent)\s*$)", re.IGNORECASE)


def _rests_on_none(found: Sense) -> bool:
    """Whether the words state figures of which none was read, where stored ones would stand in their place."""
    given = found.given
    if given.settled or withheld(found.demands.values.get("must_avoid", ())):
        return False
    if not (given.claims or given.values or any(_AMOUNT.match(words) for words in given.unused)):
        return False
    written = any(a.wants_metrics and a.kind in acts.WRITE_KINDS for a in found.actions)
    return written and set(given.values) <= {"growth_rate"}


# A number of a quarter that there is not, or a year of the company's own, is asked about whatever the text is.
_NO_TIME = re.compile(r"\bq(?:[05-9]|[1-9]\d)\b|\b(?:fy\s?'?\d|fiscal|financial year)")


def _compares_things(found: Sense) -> bool:
    """Channels or campaigns set side by side need no second period."""
    low = found.reading.low
    names = {m.name for m in found.mentions}
    return len(names) > 1 or bool(
        re.search(
            r"\b(?:channels?|campaigns?|posts|personas?|products?|regions?|countries|each other|segments?)\b", low
        )
    )
