"""Makes one candidate text: a schema's moves in order, each put into words by one clause of the voice."""

from collections.abc import Collection
from dataclasses import dataclass, field
from random import Random

from cofounder.models.offline import wording
from cofounder.models.offline.checks import opens_on
from cofounder.models.offline.clauses import STRETCH, Clause, Ready, Telling, put_into_words, ready, tidy
from cofounder.models.offline.scene import Scene
from cofounder.models.offline.slots import overlay_of
from cofounder.models.offline.texts import count_words, runs, shared_run
from cofounder.models.offline.views import View
from cofounder.models.offline.voice import Schema, Voice, shared

_SHARED = frozenset(
    {
        "xfact",
        "subject",
        "preheader",
        "foryou",
        "reply",
        "base",
        "other",
        "also",
        "year",
        "record",
        "cause",
        "forecast",
        "limit",
        "provisional",
        "spend",
        "ltv",
    }
)


_Stock = list[tuple[Ready, float]]  # what can be said of a move here, and the liking for it


@dataclass(eq=False)
class Candidate:
    """One text by paragraphs, and how it came about."""

    paragraphs: list[str]
    schema: str
    used: list[str]  # clause sources
    said: set[str] = field(default_factory=set)
    closing: str | None = None  # the last sentence when the "close" move gave it
    score: float = 0.0

    @property
    def body(self) -> str:
        return "\n\n".join(self.paragraphs)


class Composer:
    """Draws candidates for one scene and voice; `worn` are clauses used lately, drawn less often."""

    def __init__(
        self,
        scene: Scene,
        voice: Voice,
        rng: Random,
        worn: Collection[str] = (),
        skip: Collection[str] = (),
        avoid: Collection[str] = (),
    ):
        self.scene, self.voice, self.rng = scene, voice, rng
        self.worn = worn
        self.skip = skip  # moves left out
        self.avoid = avoid  # texts whose words are not to come again
        self.first: View | None = None  # what the first sentence must be about
        self._taste: dict[str, float] = {}  # drawn once a search, so that two seeds prefer different clauses
        self._stocks: dict[tuple[str, str, int], _Stock] = {}
        self._schemas = [one for one in voice.schemas if all(self._mark(need) for need in one.needs)]
        self._shares = [one.weight for one in self._schemas]
        self._overlays = {view.id: overlay_of(scene, view) for view in scene.others}

    def forget(self) -> None:
        """Draws the liking for each clause anew, where the liked ones lead nowhere."""
        self._taste.clear()
        self._stocks.clear()

    def schema(self) -> Schema:
        """A schema whose needs hold, drawn by weight."""
        return self.rng.choices(self._schemas, self._shares)[0]

    def _mark(self, need: str) -> bool:
        return need in self.scene.marks or need in self.scene.slots

    def compose(self, schema: Schema | None = None, floor: int = 0) -> Candidate:
        """One candidate, filled up to `floor` words where the facts alone are too few; the caller checks it."""
        schema = schema or self.schema()
        candidate = self._compose(schema, floor)
        if self.first is None or opens_on(candidate.body, self.first):
            return candidate
        inner = tuple(moves[1:] if at == 0 else moves for at, moves in enumerate(schema.paragraphs))
        return self._compose(Schema(schema.name, inner, schema.needs, schema.weight), floor, self.first)

    def opening(self, view: View, telling: Telling) -> str:
        """A first sentence about one metric, for a voice whose own openings do not name it."""
        trial = Telling()
        said = self.move("xfact", trial)
        if said is not None and opens_on(said, view) and self.rng.random() < 0.7:
            telling.said |= trial.said
            telling.used += trial.used
            return said
        telling.said |= {f"{view.id}.value"}
        value = wording.given(view.fact)
        return tidy(f"{view.name.label} first: {value}.")

    def _compose(self, schema: Schema, floor: int, opening: View | None = None) -> Candidate:
        telling = Telling()
        paragraphs: list[str] = []
        closing: str | None = None
        for place, moves in enumerate(schema.paragraphs):
            text = self.opening(opening, telling) if opening is not None and place == 0 else ""
            for token in self._turned(moves):
                name, joint = token.lstrip("|").rstrip("?*"), "\n" if token.startswith("|") else " "
                if name in self.skip or (token.endswith("?") and self.rng.random() < 0.5):
                    continue
                for _ in range(4 if token.endswith("*") else 1):
                    said = self.move(name, telling)
                    if said is None:
                        break
                    text = f"{text}{joint}{said}" if text else said
                    if name == "close":
                        closing = said
            if text:
                aim = self._target(telling) or self._crossed(telling)
                paragraphs.append(f"{text} {aim}" if aim and "\n" not in text and text[-1:] in ".!?" else text)
        self._untold_crossing(paragraphs, telling)
        if floor:
            self._fill(paragraphs, telling, floor)
        return Candidate(paragraphs, schema.name, telling.used, telling.said, closing)

    def _turned(self, moves: tuple[str, ...]) -> list[str]:
        """The moves in order; the lines of a list after its first stand in any order."""
        lines = [at for at, token in enumerate(moves) if token.startswith("|")][1:]
        turned = list(moves)
        for at, other in zip(lines, self.rng.sample(lines, len(lines)), strict=True):
            turned[at] = moves[other]
        return turned

    def _target(self, telling: Telling) -> str | None:
        """The target, told right after the value it belongs to."""
        lead = self.scene.lead
        if lead is None or "tb" not in self.scene.slots or f"{lead.id}.value" not in telling.said:
            return None
        return None if f"{lead.id}.target" in telling.said else self.move("target", telling)

    def _untold_crossing(self, paragraphs: list[str], telling: Telling) -> None:
        """A change without a percentage that no clause of the schema could tell, told plainly after the opening."""
        lead = self.scene.lead
        if lead is None or not lead.crossing or f"{lead.id}.value" in telling.said or not paragraphs:
            return
        telling.said |= {f"{lead.id}.value", f"{lead.id}.base", f"{lead.id}.change"}
        word = self.scene.word
        told = tidy(f"{word('subj')} {word('moved')} to {word('x')}, from {word('b')} {word('ago')}.")
        end = "\n\n" if paragraphs[0][-1:] not in ".?!:" else " "
        paragraphs[0] = f"{paragraphs[0]}{end}{told}"

    def _crossed(self, telling: Telling) -> str | None:
        """The base of a change that has no percentage, which few clauses can tell, right after the value."""
        lead, slots = self.scene.lead, self.scene.slots
        if lead is None or not lead.crossing or f"{lead.id}.value" not in telling.said:
            return None
        if f"{lead.id}.base" in telling.said:
            return None
        telling.said.add(f"{lead.id}.base")
        return tidy(f"{self.scene.word('ago')}, {slots['subj']} {slots['was']} {slots['b']}.")

    def _fill(self, paragraphs: list[str], telling: Telling, floor: int) -> None:
        """More of what the voice would say, before the last paragraph, until the text is long enough."""
        missing = floor - sum(count_words(one) for one in paragraphs)
        extra: list[str] = []
        for name in ("other", "year", "more", "also", "limit", "more", "limit", "turn", "more"):
            if missing <= 0:
                break
            said = None if name in self.skip else self.move(name, telling)
            if said:
                extra.append(said)
                missing -= count_words(said)
        if not extra:
            return
        place = len(paragraphs) - 1 if len(paragraphs) > 1 else len(paragraphs)
        before = paragraphs[place - 1] if place > 1 else ""
        text = " ".join(extra)
        if before and "\n" not in before and before[-1:] in ".!?" and count_words(before) + count_words(text) < 45:
            paragraphs[place - 1] = f"{before} {text}"
        else:
            paragraphs.insert(place, text)

    def move(self, name: str, telling: Telling) -> str | None:
        """One clause of a move in words, or None when nothing fits."""
        if name in ("other", "g2"):
            return self._other(name, telling)
        if name == "also":
            return self._also(telling)
        return self._say(name, telling)

    def _say(self, name: str, telling: Telling) -> str | None:
        able = self._able(name, self.voice.clauses(name), telling)
        if not able and name in _SHARED:
            able = self._able(name, shared("they" if self.voice.person == "they" else "we").get(name, ()), telling)
        for _ in range(3):
            if not able:
                return None
            drawn = self.rng.choices(able, [weight for _, weight in able])[0]
            said = put_into_words(drawn[0], self.scene, telling, self.rng, self._known if self.avoid else None)
            if said is not None:
                return said
            able.remove(drawn)
        return None

    def _phrase(self, view: View) -> str:
        return self.rng.choice((view.name.phrase, *view.name.loose)).format(x=wording.given(view.fact))

    def _weight(self, clause: Clause) -> float:
        if clause.source not in self._taste:
            self._taste[clause.source] = 0.03 + self.rng.random() ** 4
        known = any(not clause.stretches.isdisjoint(runs(text, STRETCH)) for text in self.avoid)
        return self._taste[clause.source] * (0.1 if clause.source in self.worn else 1.0) * (0.001 if known else 1.0)

    def _known(self, said: str) -> bool:
        """Whether a text to keep clear of has these words."""
        return shared_run(said, self.avoid) is not None

    def _able(self, name: str, clauses: tuple[Clause, ...], telling: Telling) -> list[tuple[Clause, float]]:
        """The clauses that can be said now, with the liking for each."""
        key = name, telling.about, id(clauses)
        stock = self._stocks.get(key)
        if stock is None:
            made = (ready(one, self.scene, telling) for one in clauses)
            stock = self._stocks[key] = [(one, self._weight(one.clause)) for one in made if one is not None]
        used, said = telling.used, telling.said
        return [(one.clause, weight) for one, weight in stock if one.fits(said) and one.clause.source not in used]

    def _other(self, name: str, telling: Telling) -> str | None:
        """The next changed metric that the text has not told yet."""
        for view in self.scene.others:
            if f"{view.id}.change" in telling.said or (name == "other" and f"{view.id}.value" in telling.said):
                continue
            slots, tells, marks = self._overlays[view.id]
            telling.bind(view.id, slots, tells, marks)
            said = self._say(name, telling)
            telling.bind()
            return said
        return None

    def _also(self, telling: Telling) -> str | None:
        """The levels that no other move has told, at most three in one sentence."""
        left = [view for view in self.scene.levels if not told(view, telling.said)][:3]
        if not left:
            return None
        self.rng.shuffle(left)
        items = tuple(f"{view.id}.value" for view in left)
        slots = {
            "also": wording.listed([self._phrase(view) for view in left]),
            "alsol": wording.listed([f"{_lower(view.name.label)} {wording.given(view.fact)}" for view in left]),
        }
        about = "also " + " ".join(sorted(items))
        telling.bind(about, slots, dict.fromkeys(slots, items), {"alone"} if len(left) == 1 else {"several"})
        said = self._say("also", telling)
        telling.bind()
        return tidy(said) if said else None


def told(view: View, said: Collection[str]) -> bool:
    """Whether a text has told a metric's value, or a figure that holds it: "one in 22" for 4.5%."""
    if f"{view.id}.value" in said:
        return True
    made = (f"{view.id}*",)
    return view.fact.unit == "rate" and any(
        item.startswith(made) and item.endswith((".nth", ".made", ".restpct")) for item in said
    )


def _lower(label: str) -> str:
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
