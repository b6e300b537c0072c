"""What a tuned model learned to be asked and to answer: the words of its training lines, and how its answer is read.

A planner answers with JSON: the whole plan, or what it reads in the request. What its answer leaves out (topic, period,
figures, constraints) is the built-in parser's reading. A writer answers with the text and nothing else. Pure.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel

from cofounder.models.brief import Brief, Draft
from cofounder.models.intent import Action, ActionKind, Intent

VERSION = "trained-1"
SYSTEM = {
    "planner": (
        "You plan the work of a content and growth team. Given a request, answer with JSON: the plan (steps with "
        "tools, inputs and dependencies), the quality you expect, and the business context that you relied on."
    ),
    "writer": (
        "You write for a company. Given a request, a channel and the facts that may be used, answer with the text for "
        "that channel and nothing else. Use no figure that is not among the facts."
    ),
    "judge": (
        "You judge texts before they are published. Given a request, a channel and a text, answer with JSON: the score "
        "of each dimension and the overall score, 0 to 1, and the decision that a person will make."
    ),
}
# A planner whose lines hold what is read in a request, and no plan.
READS = (
    "You read requests to a content and growth team. Given a request, answer with JSON: the intent, the domain, the "
    "channels, and the actions in order, each with its kind, its channels and whether it wants the company's figures."
)
KINDS: frozenset[str] = frozenset(get_args(ActionKind))
CHANNELS = ("linkedin", "x", "facebook", "email", "blog", "webhook", "outbox", "thread")
WRITES = ("post", "thread", "article", "email")  # what a tuned writer learned to write
_WRITING = ("create_post", "create_thread", "write_article", "write_email", "publish_text")
MOST_READ = 512  # tokens of an answer that holds what was read and no plan
MOST_ANSWERED = {"planner": 2_048, "judge": 1_024}  # tokens of a whole plan, of a verdict
_MOST_CHARACTERS = 200_000
_MOST_ACTIONS = 20
_DEEPEST = 32
_TAGS = re.compile(r"(?:#\w+\s*)+")


class Plain(BaseModel):
    """An answer in words, asked for without any shape."""

    text: str


@dataclass(frozen=True)
class Read:
    """A planner's answer: the intent, and what of it is the model's own. `plan` where it gave a whole one."""

    intent: Intent
    plan: dict[str, Any] | None
    said: dict[str, Any]  # intent, channels, actions as far as it said them


def compact(intent: str, domain: str, channels: Sequence[str], actions: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What is read in a request, as a line of a planner that gives no plan."""
    kept = [
        {
            "kind": one["kind"],
            "channels": list(one.get("channels") or []),
            "wants_metrics": bool(one.get("wants_metrics")),
        }
        for one in actions
    ]
    found: dict[str, Any] = {"intent": intent, "domain": domain, "channels": list(channels)}
    return {**found, "actions": kept} if kept else found


def asked_writer(request: str, channel: str, persona: str | None, facts: str) -> str:
    """What a writer is asked; `facts` is JSON."""
    voice = f"\n\nVoice: {persona}" if persona else ""
    return f"{request}\n\nChannel: {channel}{voice}\n\nFacts: {facts}"


def asked_judge(request: str, channel: str, text: str) -> str:
    """What a judge is asked. The text comes last, so that nothing in it can pass for another part."""
    return f"Request: {request}\n\nChannel: {channel}\n\nText:\n{text}"


def asked_of(brief: Brief) -> str:
    """The same of a brief, its facts spelt as the database spells them."""
    facts = [fact.model_dump(mode="json") for fact in brief.facts]
    return asked_writer(brief.request, brief.form.channel, brief.persona, spelt(facts))


def spelt(document: Any) -> str:
    """JSON as PostgreSQL writes jsonb: keys by length, then by their bytes."""
    return json.dumps(_ordered(document), ensure_ascii=False)


def _ordered(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _ordered(value[key]) for key in sorted(value, key=lambda key: (len(key.encode()), key.encode()))}
    return [_ordered(one) for one in value] if isinstance(value, list) else value


def read_planner(text: str, parsed: Intent) -> Read:
    """What a planner answered, completed by the parser's reading. Raises ValueError saying what is wrong with it."""
    document = object_in(text)
    if isinstance(document.get("plan"), dict):
        return _whole(document["plan"], parsed)
    if "plan" in document and "intent" not in document:
        raise ValueError("the plan is no object")
    return _reading(document, parsed)


def object_in(text: str) -> dict[str, Any]:
    """The first JSON object in an answer, which may stand between other words. Raises ValueError."""
    start = text.find("{")
    if start < 0:
        raise ValueError("there is no JSON object in the answer")
    if len(text) > _MOST_CHARACTERS:
        raise ValueError(f"the answer has {len(text)} characters")
    try:
        document, _ = json.JSONDecoder().raw_decode(text, start)
    except RecursionError:
        raise ValueError("the answer is nested too deeply") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"the answer is no JSON: {error}") from None
    if not isinstance(document, dict) or _depth(document) > _DEEPEST:
        raise ValueError("the answer is nested too deeply")
    return document


def _depth(value: Any, level: int = 0) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return level if level > _DEEPEST else max((_depth(one, level + 1) for one in inner), default=level)


def _whole(plan: dict[str, Any], parsed: Intent) -> Read:
    steps = plan.get("steps")
    if not isinstance(steps, list) or not steps or not all(isinstance(one, dict) for one in steps):
        raise ValueError("the plan has no steps")
    kept = {"steps": steps, "goal": str(plan.get("goal") or parsed.topic)[:200]}
    channels = channels_of(plan)
    found = parsed.model_copy(
        update={
            "channels": channels or parsed.channels,
            "questions": _open(parsed, channels=bool(channels), actions=True),
        }
    )
    return Read(found, kept, {"channels": channels})


def channels_of(plan: Mapping[str, Any]) -> list[str]:
    """The channels that a plan's steps produce texts for, in order."""
    made = [str(one.get("produces") or "") for one in plan.get("steps") or [] if isinstance(one, dict)]
    return list(dict.fromkeys(one.partition(":")[2] for one in made if one.startswith("variant:")))


def _reading(document: dict[str, Any], parsed: Intent) -> Read:
    name, domain = document.get("intent"), document.get("domain", parsed.domain)
    if not isinstance(name, str) or not name.strip() or not isinstance(domain, str):
        raise ValueError("the answer names no intent")
    named = document.get("channels")
    channels = _names(parsed.channels if named is None else named)
    given = document.get("actions")
    if given is None:
        actions = list(parsed.actions)
    else:
        if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
            raise ValueError("the actions are no list of objects")
        if len(given) > _MOST_ACTIONS:
            raise ValueError(f"the answer has {len(given)} actions")
        actions = _actions(given, channels, parsed)
    every = list(dict.fromkeys(one for action in actions for one in action.channels)) or channels
    settled = all(action.channels for action in actions if action.kind in _WRITING)
    asked = _open(parsed, channels=settled, actions=bool(actions))
    if not actions and not asked:
        raise ValueError("neither an action nor a question")
    found = parsed.model_copy(
        update={
            "intent": name.strip()[:100],
            "domain": domain.strip()[:50] or parsed.domain,
            "actions": actions,
            "channels": every,
            "questions": asked,
        }
    )
    said = {"intent": found.intent, "channels": every, "actions": [one.kind for one in actions]}
    return Read(found, None, said)


def _names(given: Any) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise ValueError("the channels are no list of names")
    for one in given:
        if one not in CHANNELS:
            raise ValueError(f"there is no channel {one[:50]!r}")
    return list(dict.fromkeys(given))


def _actions(given: list[dict[str, Any]], channels: list[str], parsed: Intent) -> list[Action]:
    left = list(parsed.actions)
    return [_action(one, channels, left, parsed) for one in given]


def _action(given: dict[str, Any], channels: list[str], left: list[Action], parsed: Intent) -> Action:
    """One action: the model's kind and channels on what the parser read of it, where it read one of the kind."""
    kind = given.get("kind")
    if kind not in KINDS:
        raise ValueError(f"there is no action {str(kind)[:50]!r}")
    like = next((one for one in left if one.kind == kind), None)
    if like is not None:
        left.remove(like)
    near = next((one for one in parsed.actions if one.topic), None)
    basis = like or Action(kind=kind, topic=near.topic if near else parsed.topic, period=parsed.period)
    named = given.get("channels")
    names = basis.channels if named is None else _names(named)
    if not names and kind in _WRITING:
        names = basis.channels or channels
    wants = given.get("wants_metrics", basis.wants_metrics)
    if not isinstance(wants, bool):
        raise ValueError("wants_metrics is neither true nor false")
    return basis.model_copy(update={"channels": names, "wants_metrics": wants})


def _open(parsed: Intent, *, channels: bool, actions: bool) -> list[Any]:
    """The parser's questions that the model's answer has not settled."""
    settled = {"channels"} if channels and not parsed.unknown_channels else set()
    settled |= {"action"} if actions and not parsed.actions else set()
    return [one for one in parsed.questions if one.field not in settled]


def agreement(said: Mapping[str, Any], beside: Intent) -> dict[str, bool]:
    """Where a model says the same as another reading, for what it said."""
    others: dict[str, Any] = {
        "intent": beside.intent,
        "channels": sorted(beside.channels),
        "actions": [one.kind for one in beside.actions],
    }
    mine = {**said, "channels": sorted(said["channels"])} if "channels" in said else dict(said)
    return {part: mine[part] == others[part] for part in ("intent", "channels", "actions") if part in mine}


def told(intent: Intent, by: str) -> dict[str, Any]:
    """A reading as a comparison keeps it."""
    return {
        "by": by,
        "intent": intent.intent,
        "channels": intent.channels,
        "actions": [one.kind for one in intent.actions],
    }


def read_writer(text: str, brief: Brief, model: str) -> Draft:
    """A text in its parts: title or subject, paragraphs, the tags and the link at its end. Raises ValueError."""
    paragraphs = [one.strip() for one in re.split(r"\n\s*\n", text.strip()) if one.strip()]
    head = None
    if paragraphs and (brief.form.has_title or brief.form.has_subject):
        first, _, rest = paragraphs[0].partition("\n")
        head = re.sub(r"^(?:#+\s*|subject:\s*|title:\s*)", "", first.strip(), flags=re.IGNORECASE)
        paragraphs = [*([rest.strip()] if rest.strip() else []), *paragraphs[1:]]
    tags: list[str] = []
    while paragraphs and (_TAGS.fullmatch(paragraphs[-1]) or paragraphs[-1] == brief.link):
        last = paragraphs.pop()
        tags = last.split() if last != brief.link else tags
    if not paragraphs:
        raise ValueError("the text is empty")
    return Draft(
        body="\n\n".join(paragraphs),
        title=head if brief.form.has_title else None,
        subject=head if brief.form.has_subject else None,
        parts=paragraphs if brief.form.parts is not None else [],
        hashtags=tags,
        link=brief.link,
        model=model,
    )
