"""Originality: the text does not repeat an earlier post or its own sibling on another channel."""

import re
from functools import lru_cache

from cofounder.flow.quality.dimensions.reading import Reading, verdict
from cofounder.flow.quality.prose import counted
from cofounder.flow.quality.schemas import DimensionScore
from cofounder.models.brief import Issue

RUN = 7  # words in a row that no two texts may share
_GRAM = 5
_NEAR_COPY = 0.5
_WORD = re.compile(r"[^\W_]+(?:['’.,][^\W_]+)*%?")


def score(reading: Reading) -> DimensionScore:
    """1 minus the share of five-word runs that the nearest text has too, minus 0.1 for each shared run of seven words."""
    own = _tokens(reading.text)
    if len(own) < RUN:
        return verdict(1.0, ["Too short to repeat anything."])
    free = _free(reading)
    others = [(f"earlier post {place}", text) for place, text in enumerate(reading.subject.earlier_texts, 1)]
    others += [(f"the {name} variant", text) for name, text in reading.subject.siblings.items()]
    if not others:
        return verdict(1.0, ["There is no earlier post or sibling to compare with."])
    grams, runs = _grams(reading.text, _GRAM), _grams(reading.text, RUN) - free
    nearest, share = max(
        ((name, len(grams & _grams(text, _GRAM)) / len(grams)) for name, text in others), key=lambda one: one[1]
    )
    shared = [(name, run) for name, text in others for run in sorted(runs & _grams(text, RUN))]
    evidence = [
        f"Compared with {counted(len(others), 'text')}; the nearest is {nearest} with {share:.0%} of its five-word runs."
    ]
    return verdict(
        1.0 - share - 0.1 * min(3, len(_distinct(shared))),
        evidence,
        _issues(reading, nearest, share, _distinct(shared)),
    )


def _distinct(shared: list[tuple[str, tuple[str, ...]]]) -> list[tuple[str, tuple[str, ...]]]:
    """One run for each text it is shared with; overlapping runs are one passage."""
    found: dict[str, tuple[str, ...]] = {}
    for name, run in shared:
        found.setdefault(name, run)
    return list(found.items())


def _issues(reading: Reading, nearest: str, share: float, shared: list[tuple[str, tuple[str, ...]]]) -> list[Issue]:
    issues = []
    if share >= _NEAR_COPY:
        message = f"It is nearly {nearest} again ({share:.0%} of its five-word runs)."
        issues.append(Issue(dimension="originality", code="near_copy", message=message, severity="major"))
    for name, run in shared[:5]:
        message = f"It shares “{' '.join(run)}” with {name}."
        issues.append(
            Issue(
                dimension="originality",
                code="shared_run",
                message=message,
                # two variants of one deliverable lie side by side before the same readers
                severity="major" if name in reading.subject.siblings or name.endswith(" variant") else "minor",
                span=_place(reading.text, run),
            )
        )
    return issues


def _place(text: str, run: tuple[str, ...]) -> tuple[int, int] | None:
    found = re.search(r"\W+".join(re.escape(word) for word in run), text, re.IGNORECASE)
    return found.span() if found else None


def _free(reading: Reading) -> frozenset[tuple[str, ...]]:
    """Runs the request itself imposes: insisted words, the call to action, quoted passages."""
    brief = reading.subject.brief
    texts = [*brief.must_include, brief.call_to_action or "", *(passage.text for passage in brief.passages)]
    return frozenset().union(*(_grams(text, RUN) for text in texts if text))


@lru_cache(maxsize=512)
def _tokens(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.lower()))


@lru_cache(maxsize=1024)
def _grams(text: str, size: int) -> frozenset[tuple[str, ...]]:
    tokens = _tokens(text)
    return frozenset(zip(*(tokens[start:] for start in range(size)), strict=False))
