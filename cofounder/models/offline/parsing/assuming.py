"""What is taken for granted, told as sentences: a person sees them beside the plan and may put them right."""

import re
from typing import Any

from cofounder.models.figures import withheld
from cofounder.models.intent import Action, ActionKind, Assumption
from cofounder.models.offline.parsing import actions as acts
from cofounder.models.offline.parsing import changing, deliverables, metrics, questions, residue
from cofounder.models.offline.parsing.answering import Answers
from cofounder.models.offline.parsing.channels import title
from cofounder.models.offline.parsing.reading import LONGEST_INSTRUCTION
from cofounder.models.offline.parsing.sense import Sense
from cofounder.models.offline.parsing.weighing import describe

SURE = 0.9  # below this the reading itself is told
_MAKES = re.compile(
    r"\b(?:write|draft|create|prepare|make|send|compose|produce|turn it into|put together|summari[sz]e \w+ \w+ in|as) (?:me |us )?(?:an?|the|two|three|four|five|one|some|another|\d+) "
    r"(?:[\w-]+ ){0,3}?(?:posts?|tweets?|threads?|articles?|newsletters?|e-?mails?|headlines?|blog posts?|updates?)\b"
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_FEW_WORDS = {"a", "the", "in the", "of the", "and", "or", "our", "about", "to our", "at the", "for", "with", "this"}


def build(found: Sense, said: Answers, own: dict[str, Any]) -> list[Assumption]:
    """Every assumption, the weightiest first. `own`: the figures of the words that a text rests on."""
    if not found.actions:
        return []
    told: list[Assumption] = []
    for step in (_reading, _unmade, _topic, _words, _channels, _periods, _counts, _times, _left):
        told += [Assumption(field=name, text=text) for name, text in step(found, said)]
    told += [Assumption(field="figures", text=text) for text in _figures(found, own)]
    return list({(one.field, one.text): one for one in told}.values())


def _reading(found: Sense, said: Answers) -> list[tuple[str, str]]:
    if min(found.sure, default=1.0) >= SURE or said.confirmed:
        return []
    return [("action", f"I read it as: {describe(found.actions)}.")]


def _unmade(found: Sense, said: Answers) -> list[tuple[str, str]]:
    """A thing that is named behind a verb of making, and that no action makes."""
    kinds = {action.kind for action in found.actions}
    if any(action.text is not None for action in found.actions):
        return []
    out = []
    for match in _MAKES.finditer(found.reading.low):
        named = [thing for thing in deliverables.find(match[0]) if thing.kind in acts.WRITE_KINDS]
        if named and not any(_makes(kinds, thing.kind) for thing in named) and not _in_topic(found, match[0]):
            out.append(("action", f'Not taken up: "{found.as_written(match[0])}".'))
    return out


def _makes(kinds: set[ActionKind], wanted: ActionKind | None) -> bool:
    return wanted in kinds or (
        wanted == "create_post" and bool(kinds & {*acts.WRITE_KINDS, "publish_text", "plan_calendar"})
    )


def _in_topic(found: Sense, words: str) -> bool:
    return any(words in action.topic.lower() for action in found.actions)


def _topic(found: Sense, said: Answers) -> list[tuple[str, str]]:
    return [("topic", f'It is about: "{found.topic_guess}".')] if found.topic_guess and not said.get("topic") else []


def _words(found: Sense, said: Answers) -> list[tuple[str, str]]:
    reading = found.reading
    foreign = [f'"{a}" as {b}' for a, b in reading.translated.items() if b not in _FEW_WORDS]
    slips = [f'"{a}" as {b}' for a, b in reading.corrected.items()]
    out = [("language", f"Words of another language: I read {_list(foreign)}.")] if foreign else []
    return [*out, ("spelling", f"I read {_list(slips)}.")] if slips else out


def _channels(found: Sense, said: Answers) -> list[tuple[str, str]]:
    out = []
    for action in found.actions:
        named = {m.name for m in found.mentions if m.role == "output"}
        if action.kind == "create_thread" and "x" not in named and "x" in action.channels:
            out.append(("channels", "A thread goes to X."))
        if action.kind == "write_article" and "blog" not in named and action.channels == ["blog"]:
            out.append(("channels", "An article goes to the blog."))
    goes = {name for action in found.actions for name in action.channels} | {doubt.name for doubt in found.doubts}
    spoken = {m.name: m.words for m in found.mentions if m.role == "scope" and m.name not in goes}
    writes = any(a.kind in (*acts.WRITE_KINDS, "publish_text", "plan_calendar") for a in found.actions)
    for name, words in spoken.items() if writes or "email" in spoken else ():
        out.append(("channels", f'I take "{words}" as what it is about: nothing goes to {title(name)}.'))
    return out


def _periods(found: Sense, said: Answers) -> list[tuple[str, str]]:
    out: list[tuple[str, str]] = []
    if found.apart and not any(action.wants_metrics for action in found.actions):
        out.append(
            ("period", f"Several times are named: {', '.join(found.apart)}. They stay in the words as they are.")
        )
    taken = {p.label for action in found.actions for p in (action.period, action.compare_period) if p}
    more = [label for label in dict.fromkeys(found.passed_over) if label not in taken]
    if more:
        out.append(("period", f"Also named, but no figures are looked up for it: {', '.join(more)}."))
    for action in found.actions:
        period = action.period
        if period is None:
            if (
                action.wants_metrics
                and action.kind != "forecast_metrics"
                and not (found.given.values or found.given.held or found.times.unclear)
            ):
                out.append(("period", "No time is named: the newest month that most of the figures have is used."))
            continue
        words = next((m.words for m in found.times.mentions if m.period == period and m.words), "")
        if _YEAR.search(words) and period.grain in ("year", "month", "quarter"):
            continue
        days = (
            f"{period.start.isoformat()} to {period.end.isoformat()}"
            if period.end != period.start
            else str(period.start)
        )
        about = "" if action.wants_metrics or action.kind == "plan_calendar" else ", as a time the text speaks of"
        out.append(("period", f'"{found.as_written(words) or period.label}" is {days}{about}.'))
    return out


def _counts(found: Sense, said: Answers) -> list[tuple[str, str]]:
    count, clash = found.demands.values.get("count"), found.demands.length_clash
    out = []
    if clash and not is_one_text(found):
        out.append(
            (
                "length",
                f'"{clash[0]}" and "{clash[1]}" hold for every text here. Ask for one text at a time to give each its own length.',
            )
        )
    for action in found.actions if count else ():
        if action.kind == "create_thread":
            out.append(
                ("count", f"You ask for a thread of {count}: as many posts are made as the facts carry, three to six.")
            )
        elif action.kind in ("create_post", "write_article", "write_email") and not _has(
            found.actions, "headlines", "plan_calendar"
        ):
            out.append(("count", f"You ask for {count}: one text is written for each channel. Ask again for more."))
    return out


def is_one_text(found: Sense) -> bool:
    """Whether one text for one channel is asked for."""
    return len(found.actions) == 1 and len(found.actions[0].channels) <= 1


def _has(found: list[Action], *kinds: str) -> bool:
    return any(action.kind in kinds for action in found)


def _times(found: Sense, said: Answers) -> list[tuple[str, str]]:
    posting, out = found.demands.posting, []
    if posting.words and not (posting.at or posting.unclear):
        out.append(("publish_at", f'"{found.as_written(posting.words)}": it goes out as soon as it is approved.'))
    if posting.at:
        out.append(
            (
                "publish_at",
                f"{_going_out(found)} Once approved it goes out then, unless who approves says another time.",
            )
        )
    out += [
        (
            "publish_at",
            f'Not kept: "{found.as_written(words)}". A text goes out once, at the time you give when you approve it.',
        )
        for words in posting.wished
    ]
    deadline = found.demands.values.get("deadline")
    if deadline:
        out.append(("deadline", f'"{deadline}" is noted as the day it has to be ready; nobody is reminded of it.'))
    out += [
        ("not_kept", f'Not kept: "{words}". A person approves every text before it goes out.')
        for words in found.demands.unskipped
    ]
    return out


def _going_out(found: Sense) -> str:
    """When the text goes out, as it was read."""
    posting = found.demands.posting
    at, words = str(posting.at), found.as_written(posting.words)
    if at.startswith("PT"):
        return f'"{words}" is counted from when it was asked for.'
    hour = f" No hour is named: {questions.going_out(at)[-5:]} is meant." if posting.open_hour else ""
    whose = "" if posting.zone else ", by this machine's clocks"
    return f'"{words}" is {questions.going_out(at)}{whose}.{hour}'


def _figures(found: Sense, own: dict[str, Any]) -> list[str]:
    values = found.given.values
    if not _has(found.actions, *acts.WRITE_KINDS, *acts.FIGURE_KINDS):
        return []
    if withheld(found.demands.values.get("must_avoid", ())):
        if not _has(found.actions, *acts.WRITE_KINDS):
            return ["Not kept: an analysis states its figures. No text goes out with them."]
        return ["You want no figure in the text: no number, amount or percentage of the business is stated."]
    used = {name.replace("last_year_", "previous_", 1) for name in own}
    left = {name: value for name, value in values.items() if name not in used}
    out = []
    if own:
        period = next((action.period for action in found.actions if action.period), None)
        whose = f", as those of {period.label}" if "period" in own and period else ""
        told = _named({name: value for name, value in own.items() if name != "period"})
        out.append(
            f"Figures in your words: {told}{whose}. Unless figures are given beside the request, the text rests on these alone."
        )
    if found.given.assumed and any(name.startswith("previous_") for name in own):
        out.append(f"No time is named for the earlier value: I take it for that of {found.given.before}.")
    if left:
        foreign = found.given.currencies - {"$"}
        why = (
            f"amounts in {' and '.join(sorted(sign.upper() for sign in foreign))} are not taken for US dollars"
            if foreign
            else "it is not said that they are of one month or of the time you write about, or of the one before"
        )
        out.append(
            f"Figures in your words that are not used: {_named(left)}; {why}. Give them beside the request to have them in it."
        )
    if not own and any(a.wants_metrics and a.kind in acts.WRITE_KINDS for a in found.actions):
        went = changing.way(found.reading.low)
        if went and not any(went in words.lower() for words in found.given.unused):
            told = f'"{found.as_written(went)}": which way it went is told by the figures that are looked up, not by these words.'
            return [*out, told, *_unread_figures(found)]
    return [*out, *_unread_figures(found)]


def _unread_figures(found: Sense) -> list[str]:
    """Figures of somebody else, those that say only roughly how much it is, and those that nothing rests on."""
    given, out = found.given, []
    if given.rough:
        out.append(
            f"{_quoted(given.rough)}: a text states it as if it were exact. Give the exact figure if you have it."
        )
    if given.others:
        out += [
            f"{_quoted([words])} I take for a figure of somebody else ({who}): it is not used as yours. "
            'If it is yours, say "our".'
            for words, who in given.others.items()
        ]
    if given.open:
        out.append(
            f"Figures in your words that are not used, as they can be read in more than one way: {_quoted(given.open)}."
        )
    if given.unused:
        out.append(f"Figures in your words that no figure of the text rests on: {_quoted(given.unused)}.")
    return out


def _quoted(words: list[str]) -> str:
    return ", ".join(f'"{one}"' for one in words)


def _named(values: dict[str, float]) -> str:
    return ", ".join(
        f"{name.replace('_', ' ')} {100 * value:.10g}%"
        if metrics.is_rate(name.removeprefix("last_year_"))
        else f"{name.replace('_', ' ')} {value:,.10g}"
        for name, value in values.items()
    )


def _left(found: Sense, said: Answers) -> list[tuple[str, str]]:
    out = [("not_kept", f'Not kept: "{words}". I can neither do nor check it.') for words in found.demands.unsupported]
    out += [("not_done", f'Not done: "{words}".') for words in found.unmade if said.confirmed]
    unread = (
        []
        if _has(found.actions, "check_compliance", "publish_text")
        else residue.find(found) or [w for w in found.loose if not _in_topic(found, w.split()[0])]
    )
    if unread:
        more = f" and {len(unread) - 6} more" if len(unread) > 6 else ""
        shown = ", ".join(f'"{words}"' for words in unread[:6])
        out.append(("not_read", f"Words that I made nothing of: {shown}{more}."))
    if found.reading.cut:
        out.append(
            (
                "not_read",
                f"The request is long: I read {LONGEST_INSTRUCTION:,} characters of it, from its beginning and its end.",
            )
        )
    return out


def _list(items: list[str]) -> str:
    shown = items[:6] + ([f"{len(items) - 6} more"] if len(items) > 6 else [])
    return ", ".join(shown)
