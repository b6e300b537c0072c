"""What was read from one instruction, before questions are asked."""

from dataclasses import dataclass, field

from cofounder.models.intent import Action
from cofounder.models.offline.parsing import channels, periods, tone
from cofounder.models.offline.parsing.clause import Found
from cofounder.models.offline.parsing.demands import Demands
from cofounder.models.offline.parsing.given import Given
from cofounder.models.offline.parsing.reading import Reading


@dataclass(frozen=True, slots=True)
class Doubt:
    """A channel that may have been ruled out, and the words beside it that nobody read."""

    name: str
    words: str


@dataclass(slots=True)
class Part:
    """A clause, or several that belong together, and what they ask for."""

    start: int
    end: int
    found: Found
    words: str
    offset: int


@dataclass(slots=True)
class Sense:
    """Everything read from one instruction, before questions are asked."""

    reading: Reading
    demands: Demands
    tone: tone.Tone
    audience: tuple[str, tuple[int, int]] | None
    mentions: list[channels.Mention]
    parts: list[Part] = field(default_factory=list)
    unmade: list[str] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)  # clauses that fitted nowhere
    times: periods.Periods = field(default_factory=periods.Periods)
    actions: list[Action] = field(default_factory=list)
    sure: list[float] = field(default_factory=list)
    given: Given = field(default_factory=Given)
    apart: list[str] = field(default_factory=list)  # periods of one part with a gap between them, by their labels
    passed_over: list[str] = field(default_factory=list)  # further periods that no action is about
    topic_guess: str = ""  # a topic taken from what is told beside the request
    only: bool = False
    doubts: list[Doubt] = field(default_factory=list)  # channels that may have been ruled out, in words nobody read

    def as_written(self, words: str) -> str:
        """Words in small letters as the request has them."""
        at = self.reading.low.find(words)
        return self.reading.instruction[at : at + len(words)] if at >= 0 and words else words

    def taken(self) -> list[tuple[int, int]]:
        spans = [*self.demands.spans, *self.tone.spans]
        return [*spans, self.audience[1]] if self.audience else spans
