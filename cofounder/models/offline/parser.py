"""The built-in parser: plain English in, an Intent out. Pure and deterministic; it asks where it does not understand."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from cofounder.kit.errors import InputInvalid
from cofounder.models.intent import Action, Assumption, Intent, Question
from cofounder.models.offline.parsing import actions as acts
from cofounder.models.offline.parsing import (
    answering,
    asking,
    assuming,
    channels,
    destining,
    doubting,
    language,
    policy,
    questions,
    tone,
)
from cofounder.models.offline.parsing.answering import Answers
from cofounder.models.offline.parsing.reading import read
from cofounder.models.offline.parsing.sense import Sense
from cofounder.models.offline.parsing.weighing import ASK_BELOW, describe, needs, weigh

_DOMAINS = {"check_compliance": "compliance", "publish_text": "publishing", "analyse_market": "market"} | dict.fromkeys(
    acts.FIGURE_KINDS, "finance"
)


class RequestEmpty(InputInvalid):
    """The request says nothing."""

    hint = "Say in a sentence what you want, for example: Create a LinkedIn post about our Q4 growth metrics"


def parse(request: str, *, today: date, answers: Mapping[str, str] = {}, preferences: Mapping[str, Any] = {}) -> Intent:
    """What a request asks for, with its period resolved against `today`.

    `answers` maps the field of an earlier question to what the person said; `preferences` {tone, channels,
    language} fill what the request leaves open. Raises RequestEmpty.
    """
    if not request.strip("\x00 \t\r\n"):
        raise RequestEmpty(field="request")
    said = answering.clean(answers)
    foreign = _foreign(request, said)
    if isinstance(foreign, Intent):
        return foreign
    refused = policy.refuse(read(foreign).low)
    if refused:
        return Intent(
            intent="rejected",
            domain="content",
            confidence=0.9,
            reject_reason=refused[0],
            evidence={"reject_reason": refused[1]},
        )
    found = answering.instruct(foreign, said, today)
    return _intent(found, said, preferences, today)


def _foreign(request: str, said: Answers) -> str | Intent:
    """The request to go on with, or the question about its language."""
    found = language.detect(read(request).instruction)
    if found.code == "en":
        return request
    again = said.get("language") or said.get("action") or ""
    if len(again.split()) > 2 and language.detect(again).code == "en":
        return again
    return Intent(
        intent="unclear", domain="content", language=found.code, confidence=0.1,
        questions=[questions.request_language(found.name)], evidence={"language": list(found.evidence)},
    )  # fmt: skip


def _intent(found: Sense, said: Answers, preferences: Mapping[str, Any], today: date) -> Intent:
    evidence = _evidence(found)
    wanted = _channels(found, said, preferences, evidence)
    answering.fill(found, said, today)
    answered = _evidence(found)
    evidence = {name: words for name, words in evidence.items() if name not in _OF_FIGURES}
    evidence |= {name: answered[name] for name in _OF_FIGURES if name in answered}
    asked = asking.find(found, said, wanted, evidence)
    code = _language(found, said, preferences, asked, evidence)
    confidence = weigh(found, asked)
    if confidence < ASK_BELOW and not asked and not said.confirmed:
        asked.append(questions.confirm(describe(found.actions), _instead(found)))
    intent = Intent(
        intent=_name(found.actions),
        domain=_domain(found.actions),
        actions=found.actions,
        channels=list(dict.fromkeys(name for a in found.actions for name in a.channels)),
        unknown_channels=wanted,
        tone=_tone(found, said, preferences) if found.actions else None,
        audience=said.get("audience") or (found.audience[0] if found.audience else None),
        topic=_topic(found.actions),
        period=next((a.period for a in found.actions if a.period), None),
        constraints=found.demands.build(),
        implicit_needs=needs(found),
        language=code,
        confidence=confidence,
        questions=asked,
        figures=found.given.values,
        evidence=evidence,
    )
    told = [*assuming.build(found, said, intent.own_figures()), *_odd_tone(intent)]
    return intent.model_copy(update={"assumptions": told})


def _instead(found: Sense) -> str:
    """The text for a channel that an analysis may stand for: "Write a LinkedIn post about Q3 metrics"; "" without a channel."""
    named = next((m.name for m in found.mentions if m.known and m.role != "excluded"), "")
    figures = {action.kind for action in found.actions} <= {*acts.FIGURE_KINDS}
    told = destining.subject(found.actions[0].topic)
    if not (named and figures and told):
        return ""
    what = {"email": "an e-mail", "blog": "a blog article", "x": "an X post"}.get(
        named, f"a {channels.title(named)} post"
    )
    way = "comparing" if found.actions[0].compare_period else "about"
    if found.actions[0].kind == "forecast_metrics":
        way = "about the forecast of our"
    return f"Write {what} {way} {told}"


_OF_FIGURES = ("figures", "figures_before", "foreign", "currency")  # what an answer about figures changes


def _evidence(found: Sense) -> dict[str, Any]:
    """Which words gave which field; empty ones are left out."""
    mains = [m.words for m in found.times.mentions if m.words]
    pairs: dict[str, Any] = {
        "actions": [words for part in found.parts for _, words in part.found.kinds],
        "channels": [m.words for m in found.mentions if m.role == "output"],
        "channels_spoken_of": [m.words for m in found.mentions if m.role == "scope"],
        "channels_ruled_out": [m.words for m in found.mentions if m.role == "excluded"],
        "period": mains,
        "compare": found.times.compare_words,
        "tone": found.tone.words,
        "audience": found.audience[0] if found.audience else "",
        "constraints": found.demands.evidence,
        "corrected": found.reading.corrected,
        "not_kept": found.demands.unsupported,
        "not_done": found.unmade,
        "translated": found.reading.translated,
        "figures": found.given.words,
        "figures_before": found.given.before,
        "foreign": found.given.in_another_currency(),
        "currency": "" if not found.given.currencies else " ".join(sorted(found.given.currencies)),
        "not_read": found.loose
        + (["the middle: of a long request 4,000 characters are read"] if found.reading.cut else []),
    }
    return {key: value for key, value in pairs.items() if value}


def _channels(found: Sense, said: Answers, preferences: Mapping[str, Any], evidence: dict[str, Any]) -> list[str]:
    """Settles where each action goes; the names of channels that are wanted but not here."""
    figures_only = bool(found.actions) and all(a.kind in acts.FIGURE_KINDS for a in found.actions)
    unknown = [
        m.name for m in found.mentions if not m.known and (m.role == "output" or (figures_only and m.role == "scope"))
    ]
    preferred = preferences.get("channels") or []
    known, others = channels.of_preferences([preferred] if isinstance(preferred, str) else preferred)
    excluded = {m.name for m in found.mentions if m.role == "excluded"}
    if any(a.kind in (*acts.WRITE_KINDS, "publish_text", "plan_calendar") for a in found.actions):
        unknown += others
    added = answering.channels_said(said)
    wide = [_of_action(a, found, known, added, excluded, said) for a in found.actions]
    found.doubts = doubting.find(found, list(dict.fromkeys(name for names in wide for name in names)))
    if said.yes_to_channels and not unknown:
        found.doubts = []
    excluded |= {doubt.name for doubt in found.doubts}
    found.actions = [
        action.model_copy(update={"channels": _of_action(action, found, known, added, excluded, said)})
        for action in found.actions
    ]
    if said.channels_settled:
        _drop_unplaced(found, added)
    found.actions = [a.model_copy(update={"kind": _kind_by_channel(a)}) for a in found.actions]
    wishes = [preferred] if isinstance(preferred, str) else [*preferred]
    _thread(found, any(channels.is_thread(str(one)) for one in (*wishes, said.get("channels") or "")), evidence)
    if known:
        evidence["preferred_channels"] = known
    return list(dict.fromkeys(unknown))


def _drop_unplaced(found: Sense, added: list[str]) -> None:
    """Rules out the doubted channels that the answer does not name, and what was for them alone; something stays."""
    doubted, found.doubts = {doubt.name for doubt in found.doubts} - {*added}, []
    found.mentions = [replace(m, role="excluded") if m.name in doubted else m for m in found.mentions]
    kept = [
        (action, sure)
        for action, sure in zip(found.actions, found.sure, strict=True)
        if action.channels or _HOMES.get(action.kind) not in doubted
    ]
    if kept:
        found.actions, found.sure = [a for a, _ in kept], [s for _, s in kept]


_HOMES: dict[str, str] = {"write_email": "email", "write_article": "blog", "create_thread": "x"}


def _thread(found: Sense, wished: bool, evidence: dict[str, Any]) -> None:
    """A thread is X's form: where one is wished, X gets the thread and no post beside it."""
    has_thread = any(a.kind == "create_thread" and "x" in a.channels for a in found.actions)
    named = not has_thread and channels.places_thread(found.reading.low)
    if not (wished or named or has_thread):
        return
    settled: list[tuple[Action, float]] = []
    for action, sure in zip(found.actions, found.sure, strict=True):
        takes = action.kind == "create_post" and ("x" in action.channels or named)
        if not takes:
            settled.append((action, sure))
            continue
        evidence["thread"] = "X gets the thread."
        rest = [name for name in action.channels if name != "x"]
        if rest:
            settled.append((action.model_copy(update={"channels": rest}), sure))
        if not has_thread:
            settled.append((action.model_copy(update={"kind": "create_thread", "channels": ["x"]}), sure))
            has_thread = True
    found.actions, found.sure = [a for a, _ in settled], [s for _, s in settled]


def _of_action(
    action: Action, found: Sense, preferred: list[str], added: list[str], excluded: set[str], said: Answers
) -> list[str]:
    names = list(action.channels)
    goes_out = action.kind in ("create_post", "create_thread", "write_article", "write_email", "publish_text")
    if added and (action.kind in ("create_post", "publish_text") or (goes_out and not names)):
        names = added if said.only else [*names, *added]
    first = next((a for a in found.actions if a.kind == "create_post"), found.actions[0])
    fills = action.kind in ("create_post", "publish_text", "plan_calendar") and not names
    widens = goes_out and action.kind != "publish_text" and action is first and not found.only and not said.only
    if fills or widens:
        names += preferred
    return [name for name in dict.fromkeys(names) if name not in excluded or name in added]


def _kind_by_channel(action: Action) -> Any:
    if action.kind == "create_post" and action.channels in (["blog"], ["email"]):
        return "write_article" if action.channels == ["blog"] else "write_email"
    return action.kind


def _language(
    found: Sense, said: Answers, preferences: Mapping[str, Any], asked: list[Question], evidence: dict[str, Any]
) -> str:
    """The code of the language the text is wanted in; another than English is asked about."""
    wanted = language.wanted(found.reading.low) or language.of_preference(str(preferences.get("language") or ""))
    if wanted is None or said.english:
        return "en"
    evidence["language"] = list(wanted.evidence)
    asked.insert(0, questions.output_language(wanted.name))
    asked[1:] = [q for q in asked[1:] if not (q.field == "action" and "translation" in q.question)]
    return wanted.code


def _tone(found: Sense, said: Answers, preferences: Mapping[str, Any]) -> str | None:
    preferred = preferences.get("tone")
    return (
        (tone.canonical(said["tone"]) if said.get("tone") else None)
        or (None if found.tone.clash else found.tone.name)
        or (tone.canonical(str(preferred)) if preferred else None)
    )


def _odd_tone(intent: Intent) -> list[Assumption]:
    """A tone of an answer or a preference that means nothing here is told."""
    if intent.tone is None or tone.is_known(intent.tone):
        return []
    return [Assumption(field="not_kept", text=f'Not kept: the tone "{intent.tone}". I know none of that name.')]


def _topic(found: list[Action]) -> str:
    written = [a.topic for a in found if a.kind in acts.WRITE_KINDS and a.topic]
    return next(iter(written), "") or next((a.topic for a in found if a.topic), "")


def _name(found: list[Action]) -> str:
    """The intent's name as training examples carry it."""
    if not found:
        return "unclear"
    if len(found) > 1:
        return "multi_step"
    kind = found[0].kind
    name = "create_social_content" if kind in ("create_post", "create_thread") else str(kind)
    return f"{name}_with_metrics" if kind in acts.WRITE_KINDS and found[0].wants_metrics else name


def _domain(found: list[Action]) -> str:
    domains = list(dict.fromkeys(_DOMAINS.get(a.kind, "content") for a in found))
    return domains[0] if len(domains) == 1 else "mixed" if domains else "content"
