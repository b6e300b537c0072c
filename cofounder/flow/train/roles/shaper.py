"""An example as training lines of a role: what is said, what should be answered, and what is known about it. Pure.

planner: a request, and the plan that answered it. writer: a brief with its facts, and the text that a person approved
for a channel. judge: a text, and the scores and the decision it got.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from json.encoder import encode_basestring
from typing import Any
from uuid import UUID

from cofounder.flow.train.roles import reading
from cofounder.flow.train.roles.redaction import Redactor
from cofounder.models.prices import tokens_in
from cofounder.models.trained import READS, SYSTEM, asked_judge, asked_writer

FORMATTER = {"planner": 2, "writer": 2, "judge": 2}  # grows when the bytes of a line change
_quoted = encode_basestring  # a text as JSON, as json.dumps(ensure_ascii=False) has it


@dataclass(frozen=True, slots=True)
class Raw:
    """An example as the database gives it for one role; documents are JSON text, never taken apart without need."""

    execution_id: UUID | None
    at: datetime
    request: str
    intent: str
    quality: Decimal | None
    success: bool
    tags: Sequence[str]
    platforms: Sequence[str]
    persona: str | None
    verdict: str | None
    outcome: str | None  # readings of its publications
    patterns: str
    topic: str | None
    conversation: str | None
    state: str
    plan: str | None
    baseline: str
    similar: str
    reading: str | None = None  # of its task, where it is asked for


@dataclass(slots=True)
class Entry:
    """One line of a dataset before it has its place. `line` is the whole line, `body` its messages."""

    execution_id: UUID | None
    part: str
    at: datetime
    line: bytes
    hash: bytes
    body: bytes
    alike: str  # what near duplicates are looked for in
    quality: float | None
    tokens: int
    characters: int
    labels: tuple[str, str, str, str]  # intent, decision, success, channel
    conversation: str | None = None
    topic: str | None = None
    redacted: Mapping[str, int] = field(default_factory=dict)


class Shaper:
    """Makes the lines of one role, with or without personal data."""

    def __init__(
        self, role: str, *, redact: bool, system: str | None = None, bare: bool = False, answer: str = "plan"
    ) -> None:
        """`bare`: only the bytes of each line are wanted, not what a version has to know of it.

        `answer` of a planner: its whole plan, or only what is read in the request ("intent").
        """
        self.short = role == "planner" and answer == "intent"
        self.bare = bare
        self.role = role
        self.redact = redact
        told = system or (READS if self.short else SYSTEM[role])
        self._first = Redactor()  # of what stands in every line
        self.system = self._first.text(told) if redact else told
        self.head = (
            f'{{"messages": [{{"role": "system", "content": {_quoted(self.system)}}}, {{"role": "user", "content": '
        )

    def redactor(self, raw: Raw, *more: str | None) -> Redactor | None:
        """What takes personal data out of one more line, of this example and `more`; none where it stays."""
        if not self.redact:
            return None
        clean = Redactor(self._first)
        clean.beside(raw.request, raw.intent, raw.persona, raw.verdict, raw.outcome, raw.patterns, raw.state, raw.plan)
        clean.beside(raw.baseline, raw.similar, raw.reading, *raw.tags, *raw.platforms, *more)
        return clean

    def planner(self, raw: Raw) -> Entry:
        clean = self.redactor(raw)
        request = clean.text(raw.request) if clean else raw.request
        if self.short:
            told = reading.answer(raw.reading, raw.intent, raw.platforms, raw.plan)
            said = json.dumps(clean.value(told) if clean else told)
            channel = _joined(raw.platforms, clean)
            return self._entry(raw, clean, "", request, said, alike=request, channel=channel)
        plan, state, baseline, similar = raw.plan or "null", raw.state, raw.baseline, raw.similar
        if clean:
            plan, state, baseline, similar = map(clean.document, (plan, state, baseline, similar))
        answer = (
            f'{{"plan": {plan}, "expected_quality": {_number(raw.quality)}, "business_context": {{"business_state": {state}, '
            f'"platform_baseline": {baseline}, "similar_historical_content": {similar}}}}}'
        )
        return self._entry(raw, clean, "", request, answer, alike=request, channel=_joined(raw.platforms, clean))

    def writer(self, raw: Raw, channel: str, text: str, facts: str | None) -> Entry:
        clean = self.redactor(raw, channel, text, facts)
        asked = self.brief(raw, channel, facts, clean)
        text = clean.text(text) if clean else text
        return self._entry(raw, clean, channel, asked, text, alike=text, channel=channel)

    def brief(self, raw: Raw, channel: str, facts: str | None, clean: Redactor | None) -> str:
        """What the writer is asked, the same for every text that answered it."""
        request, state, persona = raw.request, facts or raw.state, raw.persona
        if clean:
            request, state, channel = clean.text(request), clean.document(state), clean.text(channel)
            persona = clean.text(persona) if persona else persona
        return asked_writer(request, channel, persona, state)

    def judge(self, raw: Raw, part: str, channel: str, text: str, verdict: str, scores: str | None) -> Entry:
        clean = self.redactor(raw, part, channel, text, verdict, scores)
        request = clean.text(raw.request) if clean else raw.request
        text = clean.text(text) if clean else text
        scores = clean.document(scores) if clean and scores else scores
        asked = asked_judge(request, clean.text(channel) if clean else channel, text)
        answer = f'{{"scores": {scores or "{}"}, "overall": {_number(raw.quality)}, "decision": {_quoted(verdict)}}}'
        return self._entry(raw, clean, part, asked, answer, alike=text, channel=channel, verdict=verdict)

    def _entry(
        self,
        raw: Raw,
        clean: Redactor | None,
        part: str,
        asked: str,
        answer: str,
        *,
        alike: str,
        channel: str,
        verdict: str | None = None,
    ) -> Entry:
        messages = f'{self.head}{_quoted(asked)}}}, {{"role": "assistant", "content": {_quoted(answer)}}}]'.encode()
        decision = verdict or raw.verdict
        outcome, patterns, intent, tags = raw.outcome or "{}", raw.patterns, raw.intent, list(raw.tags)
        if clean:
            outcome, patterns = clean.document(outcome), clean.document(patterns)
            intent, tags = clean.text(intent), [clean.text(tag) for tag in tags]
            channel, part = clean.text(channel), clean.text(part)
            decision = decision and clean.text(decision)
        known = (
            f'"success": {"true" if raw.success else "false"}, "quality_score": {_number(raw.quality)}, '
            f'"intent": {_quoted(intent)}, "decision": {"null" if decision is None else _quoted(decision)}, '
            f'"channel": {_quoted(channel)}, "timestamp": "{raw.at.isoformat().replace("+00:00", "Z")}", '
            f'"tags": {_listed(sorted(set(tags)))}, "metrics": {outcome}, "patterns": {patterns}}}}}\n'
        ).encode()
        id = "null" if raw.execution_id is None else f'"{raw.execution_id}"'
        line = b'%b, "metadata": {"execution_id": %b, %b' % (messages, id.encode(), known)
        if self.bare:
            return Entry(raw.execution_id, part, raw.at, line, b"", b"", "", None, 0, 0, ("", "", "", ""))
        body = hashlib.sha256(messages).digest()
        return Entry(
            execution_id=raw.execution_id,
            part=part,
            at=raw.at,
            line=line,
            hash=hashlib.sha256(body + known).digest(),
            body=body,
            alike=alike,
            quality=None if raw.quality is None else float(raw.quality),
            tokens=tokens_in(self.system) + tokens_in(asked) + tokens_in(answer),
            characters=len(asked) + len(answer),
            labels=(intent, decision or "none", "true" if raw.success else "false", channel or "none"),
            conversation=raw.conversation,
            topic=raw.topic,
            redacted=clean.held(line) if clean else {},
        )


def uploaded(number: int, at: datetime, line: dict[str, Any], known: dict[str, Any]) -> Entry:
    """The entry of a line that somebody brought; what it says about itself is kept beside its messages."""
    messages = json.dumps({"messages": line["messages"]}, ensure_ascii=False)[:-1].encode()
    said = json.dumps(known, ensure_ascii=False)
    body = hashlib.sha256(messages).digest()
    turns = [one["content"] for one in line["messages"]]
    return Entry(
        execution_id=None,
        part=str(number),
        at=at,
        line=b'%b, "metadata": %b}\n' % (messages, said.encode()),
        hash=hashlib.sha256(body + said.encode()).digest(),
        body=body,
        alike="\n".join(one["content"] for one in line["messages"] if one["role"] != "system"),
        quality=_score(known.get("quality_score")),
        tokens=sum(map(tokens_in, turns)),
        characters=sum(map(len, turns)),
        labels=(
            str(known.get("intent") or "none"),
            str(known.get("decision") or "none"),
            {True: "true", False: "false"}.get(known.get("success"), "none"),  # type: ignore[arg-type]
            str(known.get("channel") or "none"),
        ),
        conversation=str(known["conversation"]) if known.get("conversation") else None,
        topic=str(known["topic"]) if known.get("topic") else None,
    )


def _score(given: Any) -> float | None:
    good = isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= 1
    return float(given) if good else None


def _joined(names: Sequence[str], clean: Redactor | None) -> str:
    """Channels as one label; each is looked at by itself, for behind a plus an address would swallow its neighbour."""
    return "+".join(map(clean.text, names) if clean else names)


def _number(given: Decimal | None) -> str:
    return "null" if given is None else repr(float(given))


def _listed(given: Sequence[str]) -> str:
    return "[" + ", ".join(map(_quoted, given)) + "]"
