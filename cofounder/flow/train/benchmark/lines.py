"""Lines of a hold-out: what is asked, what the right answer is, and to which slices the line belongs. Pure."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from cofounder.flow.train.formats.lines import LineUnfit, loaded, messages_of, parts
from cofounder.models.trained import channels_of, object_in


@dataclass(frozen=True)
class HeldOut:
    """One line. `form` of a planner's answer: plan or intent. `truth` is what an answer is held against."""

    number: int
    system: str | None
    asked: str
    wanted: str
    form: str
    truth: dict[str, Any]
    intent: str
    channel: str
    day: date
    known: dict[str, Any] = field(default_factory=dict)


def read(line: bytes, number: int, role: str, today: date) -> HeldOut | None:
    """A line of a version; None where it cannot be asked: several turns, or an answer that says nothing."""
    try:
        document = loaded(line)
        system, turns = parts({"messages": messages_of(document.get("messages")), "metadata": {}})
    except LineUnfit:
        return None
    if len(turns) != 2:
        return None
    known = document.get("metadata") if isinstance(document.get("metadata"), dict) else {}
    assert known is not None
    form, truth = _truth(role, turns[1]["content"], known)
    if not truth:
        return None
    intent = str(truth.get("intent") or known.get("intent") or "none")
    channel = "+".join(truth["channels"]) if truth.get("channels") else str(known.get("channel") or "none")
    asked, wanted = turns[0]["content"], turns[1]["content"]
    return HeldOut(number, system, asked, wanted, form, truth, intent, channel, _day(known, today), known)


def _truth(role: str, answer: str, known: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    if role == "writer":
        return "text", {"text": answer}
    try:
        document = object_in(answer)
    except ValueError:
        return "", {}
    if role == "judge":
        return "scores", {name: document.get(name) for name in ("decision", "overall")}
    if isinstance(document.get("plan"), dict):
        steps = [one for one in document["plan"].get("steps") or [] if isinstance(one, dict)]
        channels = channels_of(document["plan"])
        named = [one for one in str(known.get("channel") or "").split("+") if one and one != "none"]
        return "plan", {"channels": sorted(channels or named), "tools": sorted({str(one.get("tool")) for one in steps})}
    actions = [str(one.get("kind")) for one in document.get("actions") or [] if isinstance(one, dict)]
    channels = [str(one) for one in document.get("channels") or []]
    truth = {"intent": document.get("intent"), "channels": sorted(channels)}
    return "intent", {**truth, "actions": actions} if "actions" in document else truth


def _day(known: dict[str, Any], today: date) -> date:
    try:
        return date.fromisoformat(str(known.get("timestamp"))[:10])
    except ValueError:
        return today


def sample(lines: Sequence[HeldOut], most: int, seed: int) -> list[HeldOut]:
    """At most so many lines, drawn with a seed, in their order. A larger draw holds the lines of a smaller one."""
    drawn = list(range(len(lines)))
    random.Random(seed).shuffle(drawn)
    return [lines[place] for place in sorted(drawn[:most])]


@dataclass(frozen=True)
class Asked:
    """A writer's or judge's line taken apart."""

    request: str
    channel: str
    persona: str | None
    facts: list[Any]
    text: str = ""


def of_writer(asked: str) -> Asked:
    """The parts of what a writer is asked; facts that are none of ours are left out."""
    rest, _, said = asked.rpartition("\n\nFacts: ")
    try:
        facts = json.loads(said)
    except json.JSONDecodeError:
        facts = []
    rest, _, voice = rest.partition("\n\nVoice: ")
    request, _, channel = rest.rpartition("\n\nChannel: ")
    return Asked(request, channel.strip(), voice.strip() or None, facts if isinstance(facts, list) else [])


def of_judge(asked: str) -> Asked:
    """The parts of what a judge is asked."""
    head, _, text = asked.partition("\n\nText:\n")
    request, _, channel = head.removeprefix("Request: ").rpartition("\n\nChannel: ")
    return Asked(request, channel.strip(), None, [], text)
