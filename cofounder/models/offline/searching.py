"""Makes a dozen candidates, drops those that fail, draws one of the best."""

from collections.abc import Callable, Collection, Sequence
from random import Random

from cofounder.models.brief import Brief
from cofounder.models.figures import Ledger
from cofounder.models.offline import checks
from cofounder.models.offline.checks import Room
from cofounder.models.offline.composing import Candidate, Composer, told
from cofounder.models.offline.ranking import score
from cofounder.models.offline.scene import Scene
from cofounder.models.offline.tones import in_tone
from cofounder.models.offline.views import View
from cofounder.models.offline.voice import Voice
from cofounder.models.openings import Opening, opens_with

CANDIDATES = 12
BEST = 3
_OPENS = 1.0  # an opening that did better on the topic, as good as two thirds of the facts
MOST = 192  # tries where nothing else keeps clear of the texts to avoid


class Search:
    """One search for one text: the brief, its scene and voice, and the room the text has."""

    def __init__(
        self,
        brief: Brief,
        scene: Scene,
        voice: Voice,
        rng: Random,
        room: Room,
        ledger: Ledger,
        *,
        skip: Collection[str] = (),
        worn: Collection[str] = (),
        needs: Collection[str] | None = None,
        wanted: Collection[str] | None = None,
        first: View | None = None,
    ) -> None:
        self.brief, self.scene, self.voice, self.rng, self.room, self.ledger = brief, scene, voice, rng, room, ledger
        self.composer = Composer(scene, voice, rng, worn, skip, brief.avoid)
        self.needs = set(scene.required if needs is None else needs)
        self.wanted = set(wanted or ()) | self.needs
        self.composer.first = first
        self.first = first  # what a person wants the first sentence to be about
        self.failures: dict[str, int] = {}

    def best(self, make: Callable[[], Candidate] | None = None) -> Candidate | None:
        """The chosen candidate, or None when none passes even the rules that are never relaxed."""
        make = make or self.composer.compose
        kept: list[Candidate] = []
        nearly: list[tuple[int, Candidate]] = []
        shared: list[tuple[int, Candidate]] = []  # would do, but for a run of words that another text has
        tight = (
            self.room.words[1] - self.room.words[0] < 12 <= self.room.words[1]
        )  # few texts fall into so small a room
        for number in range(MOST if self.brief.avoid or tight else CANDIDATES * 3):
            if number >= CANDIDATES and (len(kept) >= BEST or (number >= CANDIDATES * 2 and kept)):
                break
            if number >= CANDIDATES * 3 and (kept or (nearly and not tight)):
                break
            if number and number % CANDIDATES == 0 and not kept:
                self.composer.forget()
            candidate = self._toned(make()) if self.brief.avoid else make()
            faults = self._faults(candidate)
            if not faults:
                self._score(candidate)
                kept.append(candidate)
            elif not faults & {"broken", "voice", "more"}:
                (shared if "repeats" in faults else nearly).append((len(faults), candidate))
        kept.sort(key=lambda one: -one.score)
        drawn = self._draw(kept)
        return drawn or self._least_faulty(nearly) or self._least_faulty(shared)

    def _toned(self, candidate: Candidate) -> Candidate:
        return toned(candidate, self.brief.tone)

    def _score(self, candidate: Candidate) -> None:
        candidate.score = score(candidate, self.voice, self.room, self.wanted, self.brief.avoid)
        if opens_as_worked(candidate.body, self.brief):
            candidate.score += _OPENS

    def _least_faulty(self, found: Sequence[tuple[int, Candidate]]) -> Candidate | None:
        """The true one with the fewest faults, among these the best."""
        for _, candidate in found:
            self._score(candidate)
        for _, candidate in sorted(found, key=lambda pair: (pair[0], -pair[1].score)):
            if self._true(self._toned(candidate)):
                return candidate
        return None

    def _draw(self, kept: Sequence[Candidate]) -> Candidate | None:
        """One of the best, the better the likelier; truth costs most, so it is asked of the drawn one only."""
        left = list(kept)
        while left:
            best = left[:BEST]
            drawn = self.rng.choices(best, [len(best) - place for place in range(len(best))])[0]
            if self._true(self._toned(drawn)):
                return drawn
            left.remove(drawn)
        return None

    def _faults(self, candidate: Candidate) -> set[str]:
        text = candidate.body
        found: set[str] = set()

        def note(kind: str, fault: object) -> None:
            if fault:
                found.add(kind)
                self.failures[f"{kind} {fault}"] = self.failures.get(f"{kind} {fault}", 0) + 1

        note("told", sorted(self.needs - candidate.said))
        note("when", self.scene.when and self.scene.when.label and "when" not in candidate.said)
        note("room", checks.out_of_room(text, self.room))
        note("lead", not checks.names_the_lead(text, self.scene))
        if len(found) > 1:
            return found | {"more"}  # hopeless; the dearer checks are not worth it
        note("broken", not text or checks.broken(text))
        note("voice", checks.against_voice(text, self.voice, self.brief))
        note("first", self.first is not None and not checks.opens_on(text, self.first))
        note("repeats", checks.repeats(text, self.brief.avoid))
        return found

    def _true(self, candidate: Candidate) -> bool:
        fault = checks.untrue(candidate.body, self.brief, self.ledger)
        if fault:
            self.failures[fault] = self.failures.get(fault, 0) + 1
        return fault is None


def openings(brief: Brief) -> list[Opening]:
    """The openings that did better on the topic, strongest first."""
    forms = brief.earlier.forms if brief.earlier else []
    return [one.opening for one in forms if one.opening is not None]


def opens_as_worked(text: str, brief: Brief) -> bool:
    """Whether a text opens in a way that did better on the topic."""
    wanted = openings(brief)
    return bool(wanted) and not opens_with(text).isdisjoint(wanted)


def toned(candidate: Candidate, tone: str) -> Candidate:
    """The candidate with as many contractions as the tone bears."""
    body = in_tone(candidate.body, tone)
    if body != candidate.body:
        closing = candidate.closing
        if closing and not body.endswith(closing):
            candidate.closing = next((one for one in (in_tone(closing, "formal"),) if body.endswith(one)), None)
        candidate.paragraphs = body.split("\n\n")
    return candidate


def wanted_items(scene: Scene, brief: Brief) -> set[str]:
    """What a text of this form would best tell: the lead, then the asked and the salient metrics, as many as fit."""
    room = brief.form.facts[1]
    found = set(scene.required)
    for view in [*scene.others, *scene.levels][: max(0, room - 1)]:
        found.add(f"{view.id}.value")
    return found


def untold(scene: Scene, said: Collection[str]) -> list[str]:
    """The names of metrics that a text left out."""
    return [view.name.label.lower() for view in scene.views if not told(view, said)]
