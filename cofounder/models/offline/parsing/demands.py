"""What a request demands of the text, as it is gathered."""

import re
from dataclasses import dataclass, field
from typing import Any

from cofounder.models.intent import Constraints
from cofounder.models.offline.parsing.lengths import Length
from cofounder.models.offline.parsing.posting import Posting
from cofounder.models.offline.parsing.tone import Tone


@dataclass(slots=True)
class Demands:
    """The constraints, the spans they were read from, and what was understood but cannot be kept."""

    values: dict[str, Any] = field(default_factory=dict)
    spans: list[tuple[int, int]] = field(default_factory=list)
    evidence: dict[str, str] = field(default_factory=dict)
    unsupported: list[str] = field(default_factory=list)
    unskipped: list[str] = field(default_factory=list)  # wishes to go round the person who approves
    posting: Posting = field(default_factory=Posting)
    wants_call: bool = False  # a call to action is wanted, its words are free
    link_wanted: str | None = None  # a link is wanted, but its address is not said
    unknown_voice: str | None = None
    length_clash: tuple[str, str] | None = None  # two lengths that exclude each other
    of_parts: list[Length] = field(default_factory=list)  # lengths of the title or the subject alone
    manner: Tone = field(default_factory=Tone)
    avoided: list[tuple[int, int]] = field(default_factory=list)  # the spans that name what must not appear
    unsaid: list[tuple[int, int]] = field(default_factory=list)  # of them, what the text shall not speak of

    def build(self) -> Constraints:
        return Constraints(**self.values)


def take(demands: Demands, match: re.Match[str], name: str, value: Any, group: int | str = 0) -> None:
    demands.values.setdefault(name, value)
    demands.spans.append(match.span(group))
    demands.evidence.setdefault(name, match[group].strip())


def overlaps(match: re.Match[str], demands: Demands, group: int | str = 0) -> bool:
    start, end = match.span(group)
    return any(start < b and a < end for a, b in demands.spans)
