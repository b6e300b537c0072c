"""What can be asked of a model: to write a brief's text, to understand a request.

Each knows how to ask a language model, how to read its answer, and how the offline model does the same.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel

from cofounder.models import instructions, trained
from cofounder.models.brief import Brief, Draft, FigureUse
from cofounder.models.chain import Target
from cofounder.models.intent import Intent
from cofounder.models.routing.complexity import Complexity, Seen

T = TypeVar("T")

_SHORT_REQUEST = 25  # words
_WRITING = {  # what is not named is MEDIUM
    "headlines": Complexity.SIMPLE,
    "shorten": Complexity.SIMPLE,
    "restyle": Complexity.SIMPLE,
    "edit": Complexity.SIMPLE,
    "summary": Complexity.SIMPLE,
    "article": Complexity.COMPLEX,
    "report": Complexity.COMPLEX,
    "calendar": Complexity.COMPLEX,
}
# Tokens that an answer may have, a reasoning model's thoughts among them. What grows with a given text has them all.
_MOST_TOKENS = {"headlines": 4_096, "post": 6_144, "thread": 6_144}
_MOST_FOR_ANY = 8_192  # a blog article after thoughts
_MOST_TO_UNDERSTAND = 6_144
_TOKENS_PER_WORD, _TOKENS_AROUND = 4, 256  # no script has more; a title, tags and a link stand around the words


@dataclass(frozen=True)
class Tuned(Generic[T]):
    """A tuned model's answer: the result, what of it is its own words, and a whole plan where it gave one."""

    value: T
    said: dict[str, Any]
    plan: dict[str, Any] | None = None


class Job(ABC, Generic[T]):
    role: ClassVar[str]
    version: ClassVar[str]
    output: ClassVar[type[BaseModel]]  # what a language model answers with

    @abstractmethod
    def payload(self) -> dict[str, Any]:
        """What is asked, as JSON."""

    def identity(self) -> dict[str, Any]:
        """What makes this call this call: an earlier answer stands for whatever else the payload says now."""
        return self.payload()

    @abstractmethod
    def seen(self) -> Seen:
        """What of it says how hard it is."""

    @property
    @abstractmethod
    def most(self) -> int:
        """Tokens that an answer may have."""

    @property
    def longest(self) -> int:
        """Tokens of the longest result that could be used, where its form says so."""
        return self.most

    @abstractmethod
    def instructions(self) -> str: ...

    @abstractmethod
    def prompt(self) -> str: ...

    @abstractmethod
    def offline(self) -> T: ...

    @abstractmethod
    def finish(self, output: Any, target: Target) -> T:
        """Make the result of a language model's answer. Raises ValueError when it cannot be used."""

    def to_tuned(self) -> str | None:
        """What a tuned model of the role is asked, as in its training lines; None: it learned nothing of this job."""
        return None

    def from_tuned(self, text: str, target: Target) -> Tuned[T]:
        """Make the result of a tuned model's words. Raises ValueError when they cannot be used."""
        raise ValueError("no tuned model does this")

    def beside(self, value: T, by: str) -> dict[str, Any]:
        """What a tuned model's answer is compared with, as it is kept."""
        return {"by": by}

    def agreement(self, said: dict[str, Any], value: T) -> dict[str, bool]:
        """Where a tuned model's answer and another one are the same."""
        return {}

    @abstractmethod
    def dump(self, value: T) -> dict[str, Any]: ...

    @abstractmethod
    def load(self, answer: dict[str, Any]) -> T: ...


@dataclass
class Writing(Job[Draft]):
    brief: Brief

    role = "writer"
    version = instructions.WRITER_VERSION
    output = instructions.Written

    def payload(self) -> dict[str, Any]:
        return {"brief": self.brief.model_dump(mode="json", exclude_defaults=True)}

    def seen(self) -> Seen:
        brief = self.brief
        return Seen(
            task_type=f"write:{brief.kind}",
            words=f"{brief.request} {brief.topic}",
            base=_WRITING.get(brief.kind, Complexity.MEDIUM),
            demands=len(brief.facts) + len(brief.must_include) + len(brief.must_avoid),
            length=brief.max_words or (brief.form.words[0] if brief.kind in ("article", "report") else 0),
            attempts=brief.attempt,
        )

    @property
    def most(self) -> int:
        return _MOST_TOKENS.get(self.brief.kind, _MOST_FOR_ANY)

    @property
    def longest(self) -> int:
        return _TOKENS_PER_WORD * self.brief.form.words[1] + _TOKENS_AROUND

    def instructions(self) -> str:
        return instructions.writer(self.brief)

    def prompt(self) -> str:
        return instructions.writing(self.brief)

    def offline(self) -> Draft:
        from cofounder.models.offline.writer import write

        return write(self.brief)

    def finish(self, output: Any, target: Target) -> Draft:
        written: instructions.Written = output
        wants_parts = self.brief.form.parts is not None or self.brief.kind in ("headlines", "calendar")
        parts = [part.strip() for part in written.parts if part.strip()] if wants_parts else []
        body = written.body.strip() or "\n\n".join(parts)
        if not body:
            raise ValueError("the text is empty")
        if wants_parts and not parts:
            parts = [part.strip() for part in body.split("\n\n") if part.strip()]
        if parts:
            body = "\n\n".join(parts)
        call = (written.call_to_action or "").strip()
        return Draft(
            body=body,
            title=written.title if self.brief.form.has_title else None,
            subject=written.subject if self.brief.form.has_subject else None,
            preheader=written.preheader if self.brief.form.has_subject else None,
            parts=parts,
            hashtags=_hashtags(written.hashtags),
            call_to_action=call if call and call in body else None,
            link=self.brief.link,
            figures=self._figures(" \n".join(filter(None, [written.title, written.subject, body]))),
            model=str(target),
        )

    def to_tuned(self) -> str | None:
        brief = self.brief
        learned = brief.kind in trained.WRITES and brief.previous is None and brief.text is None
        return trained.asked_of(brief) if learned else None

    def from_tuned(self, text: str, target: Target) -> Tuned[Draft]:
        draft = trained.read_writer(text, self.brief, str(target))
        words = " \n".join(filter(None, [draft.title, draft.subject, draft.body]))
        draft = draft.model_copy(update={"figures": self._figures(words)})
        return Tuned(draft, {"text": text[:20_000]})

    def beside(self, value: Draft, by: str) -> dict[str, Any]:
        return {"by": by, "text": value.body[:20_000]}

    def _figures(self, text: str) -> list[FigureUse]:
        """Where each figure comes from. An invented one is left for the assessment to find."""
        from cofounder.models.figures import trace

        return [
            FigureUse(text=seen.text, value=seen.value, facts=list(seen.facts), derivation=seen.derivation)
            for seen in trace(text, self.brief.facts, period=self.brief.period)
            if seen.kind in ("given", "derived") and seen.value is not None
        ]

    def dump(self, value: Draft) -> dict[str, Any]:
        return {"draft": value.model_dump(mode="json")}

    def load(self, answer: dict[str, Any]) -> Draft:
        return Draft.model_validate(answer["draft"])


@dataclass
class Understanding(Job[Intent]):
    request: str
    today: date
    answers: dict[str, str]
    preferences: dict[str, Any]

    role = "planner"
    version = instructions.PLANNER_VERSION
    output = Intent

    def payload(self) -> dict[str, Any]:
        return {
            "request": self.request,
            "today": self.today.isoformat(),
            "answers": self.answers,
            "preferences": self.preferences,
        }

    def seen(self) -> Seen:
        words = len(self.request.split())
        base = Complexity.SIMPLE if words <= _SHORT_REQUEST else Complexity.MEDIUM
        asked = len(self._parsed.actions) + len(self._parsed.channels)
        return Seen("understand", self.request, base, demands=asked, attempts=int(bool(self.answers)))

    @property
    def most(self) -> int:
        return _MOST_TO_UNDERSTAND

    def instructions(self) -> str:
        return instructions.planner()

    def prompt(self) -> str:
        return instructions.planning(self.request, self.today, self.answers, self.preferences, self._parsed)

    def offline(self) -> Intent:
        return self._parsed

    @cached_property
    def _parsed(self) -> Intent:
        from cofounder.models.offline.parser import parse

        return parse(self.request, today=self.today, answers=self.answers, preferences=self.preferences)

    def finish(self, output: Any, target: Target) -> Intent:
        intent: Intent = output
        if self._parsed.reject_reason is not None:
            return self._parsed  # what the rules refuse is not for a model to allow
        if not (intent.actions or intent.questions or intent.reject_reason):
            raise ValueError("neither an action nor a question")
        for period in (intent.period, *(action.period for action in intent.actions)):
            if period is not None and period.start > period.end:
                raise ValueError(f"the period {period.label!r} ends before it begins")
        named = [*intent.channels, *(channel for action in intent.actions for channel in action.channels)]
        timed = self._timed(intent)
        return timed.model_copy(update={"channels": list(dict.fromkeys(named)), "plan": None})

    def _timed(self, intent: Intent) -> Intent:
        """A time that the rules read, or would ask about, stands where a model passes it over: it is never lost."""
        constraints = intent.constraints
        if constraints.publish_at or not intent.actions or any(one.field == "publish_at" for one in intent.questions):
            return intent
        if at := self._parsed.constraints.publish_at:
            return intent.model_copy(update={"constraints": constraints.model_copy(update={"publish_at": at})})
        asked = [one for one in self._parsed.questions if one.field == "publish_at"]
        return intent.model_copy(update={"questions": [*intent.questions, *asked]})

    def to_tuned(self) -> str | None:
        return self.request

    def from_tuned(self, text: str, target: Target) -> Tuned[Intent]:
        read = trained.read_planner(text, self._parsed)
        if self._parsed.reject_reason is not None:
            return Tuned(self._parsed, read.said)  # what the rules refuse is not for a model to allow
        return Tuned(read.intent, read.said, read.plan)

    def beside(self, value: Intent, by: str) -> dict[str, Any]:
        return trained.told(value, by)

    def agreement(self, said: dict[str, Any], value: Intent) -> dict[str, bool]:
        return trained.agreement(said, value)

    def dump(self, value: Intent) -> dict[str, Any]:
        return {"intent": value.model_dump(mode="json")}

    def load(self, answer: dict[str, Any]) -> Intent:
        return Intent.model_validate(answer["intent"])


def _hashtags(words: list[str]) -> list[str]:
    """With one "#" each, no doubles, no spaces."""
    tags = (word.strip().lstrip("#").replace(" ", "") for word in words)
    return list(dict.fromkeys(f"#{tag}" for tag in tags if tag))
