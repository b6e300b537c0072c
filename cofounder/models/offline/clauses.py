"""Clauses as data: conditions, slots, inline alternatives; parsed once, put into words against a scene.

Notation: `<up +x -b>` conditions first: a mark that holds, an item told already, an item not told yet.
`{x}` a slot (a new item may be told once), `{x!}` the same without asking whether it was told,
`{a:x}` with "a" or "an", `[one|two|]` alternatives, the last of them empty.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

from cofounder.models.offline.metrics import article
from cofounder.models.offline.scene import Scene
from cofounder.models.offline.texts import runs

_PIECE = re.compile(r"\{(?P<a>a:)?(?P<slot>[A-Za-z0-9_.]+)(?P<again>!)?\}|\[(?P<options>[^\[\]]*)\]")


@dataclass(frozen=True)
class Slot:
    name: str
    again: bool
    article: bool


Piece = str | Slot


@dataclass(frozen=True)
class Choice:
    """Alternatives of which one is taken; `plain` when none of them has a slot that could be empty."""

    options: tuple[tuple[Piece, ...], ...]
    plain: bool


_ONCE = frozenset({"nocause", "noyear", "nobase1", "nobases", "provisional", "restricted"})  # limits are named once


# What a clause's own words take for granted, so that nobody has to remember to write the condition.
_IMPLIED = (
    (
        re.compile(
            r"\btwo (?:\{month\}s|points|readings|figures)\b|\b(?:single|one) (?:earlier|difference)\b|\bone reading\b"
            r"|\bthe one before\b|\bzero variance\b|\blonger series\b",
            re.IGNORECASE,
        ),
        "series",
        "absent",
    ),
    (
        re.compile(
            r"\b(?:stand|lie|are|lines|others|those|they|them|these|figures|entries|landmarks|ingredients)\b[^.]*\{alsol?\}"
            r"|\{alsol?\}.*\b(?:are|lines|each|those|these|they|them|all of it)\b",
            re.IGNORECASE,
        ),
        "several",
        "mark",
    ),
    (re.compile(r"\b(?:these|all) (?:figures|inputs|values)\b", re.IGNORECASE), "plural", "mark"),
    (re.compile(r"\b(?:covering|for|of the) \{Q!?\}", re.IGNORECASE), "part", "absent"),
)


@dataclass(frozen=True)
class Clause:
    """One clause of a voice's stock. `pieces` are literals, slots, or a tuple of alternatives."""

    source: str
    marks: tuple[str, ...]
    told: tuple[str, ...]
    fresh: tuple[str, ...]
    absent: tuple[str, ...]
    pieces: tuple[Piece | Choice, ...]
    needs: tuple[Slot, ...]
    once: tuple[str, ...] = ()  # what it tells beside its slots, at most once in a text
    stretches: frozenset[tuple[str, ...]] = frozenset()  # runs of words that it has in any text


@dataclass
class Telling:
    """What one text has told so far, and in which words."""

    said: set[str] = field(default_factory=set)
    used: list[str] = field(default_factory=list)  # sources of the clauses, for replay and novelty
    extra: dict[str, str] = field(default_factory=dict)  # slots bound for the moment: o.x, also
    extra_tells: dict[str, tuple[str, ...]] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)
    about: str = ""  # what the extra slots are bound to

    def bind(
        self,
        about: str = "",
        slots: dict[str, str] | None = None,
        tells: dict[str, tuple[str, ...]] | None = None,
        marks: set[str] | None = None,
    ) -> None:
        """Binds slots for the next clause; with no arguments, frees them."""
        self.about, self.extra, self.extra_tells, self.marks = about, slots or {}, tells or {}, marks or set()


def parse(source: str) -> Clause:
    """A clause from its notation."""
    marks: list[str] = []
    told: list[str] = []
    fresh: list[str] = []
    absent: list[str] = []
    text = source
    if text.startswith("<"):
        head, _, text = text[1:].partition(">")
        for word in head.split():
            target = {"+": told, "-": fresh, "~": absent}.get(word[0], marks)
            target.append(word.lstrip("+-~"))
    pieces: list[Piece | Choice] = []
    at = 0
    for match in _PIECE.finditer(text):
        if match.start() > at:
            pieces.append(text[at : match.start()])
        if match["slot"]:
            pieces.append(Slot(match["slot"], bool(match["again"]), bool(match["a"])))
        else:
            options = tuple(_simple(option) for option in match["options"].split("|"))
            pieces.append(Choice(options, not any(isinstance(one, Slot) for option in options for one in option)))
        at = match.end()
    if at < len(text):
        pieces.append(text[at:])
    needs = tuple(slot for piece in pieces for slot in _sure(piece))
    for cue, mark, kind in _IMPLIED:
        if cue.search(text) and mark not in marks and mark not in absent:
            (marks if kind == "mark" else absent).append(mark)
    once = tuple(mark for mark in marks if mark in _ONCE)
    return Clause(
        source, tuple(marks), tuple(told), tuple(fresh), tuple(absent), tuple(pieces), needs, once, _stretches(pieces)
    )


STRETCH = 5  # words in a row by which a clause is known again


def _stretches(pieces: list[Piece | Choice]) -> frozenset[tuple[str, ...]]:
    return frozenset().union(*(runs(piece, STRETCH) for piece in pieces if isinstance(piece, str)))


def _sure(piece: Piece | Choice) -> tuple[Slot, ...]:
    """The slots that a piece fills whichever of its alternatives is taken."""
    if isinstance(piece, Slot):
        return (piece,)
    if isinstance(piece, str):
        return ()
    first = [slot for slot in piece.options[0] if isinstance(slot, Slot)]
    rest = [{slot.name for slot in option if isinstance(slot, Slot)} for option in piece.options[1:]]
    return tuple(slot for slot in first if all(slot.name in names for names in rest))


def _simple(option: str) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    at = 0
    for match in _PIECE.finditer(option):
        if match.start() > at:
            pieces.append(option[at : match.start()])
        pieces.append(Slot(match["slot"], bool(match["again"]), bool(match["a"])))
        at = match.end()
    if at < len(option):
        pieces.append(option[at:])
    return tuple(pieces)


def _items(name: str, scene: Scene, telling: Telling) -> tuple[str, ...]:
    if name in telling.extra_tells:
        return telling.extra_tells[name]
    if name in scene.groups:
        return scene.groups[name]
    item = scene.tells.get(name)
    return (item,) if item else ()


def _open(slot: Slot, scene: Scene, telling: Telling) -> bool:
    if slot.name == "when":
        return True
    if slot.name not in telling.extra and slot.name not in scene.slots:
        return False
    if slot.again:
        return True
    return not any(item in telling.said for item in _items(slot.name, scene, telling))


def _holds(mark: str, scene: Scene, telling: Telling) -> bool:
    return mark in scene.marks or mark in telling.marks or mark in scene.slots or mark in telling.extra


def possible(clause: Clause, scene: Scene, telling: Telling) -> bool:
    """Whether a clause's marks hold and its slots exist, whatever has been told; this does not change within a text."""
    return (
        all(_holds(mark, scene, telling) for mark in clause.marks)
        and not any(_holds(name, scene, telling) for name in clause.absent)
        and all(slot.name == "when" or slot.name in telling.extra or slot.name in scene.slots for slot in clause.needs)
    )


@dataclass(frozen=True)
class Ready:
    """A possible clause with its slots resolved to items, so that asking whether it can be said now is cheap."""

    clause: Clause
    tells: frozenset[str]
    needs: frozenset[str]
    fresh: tuple[frozenset[str], ...]

    def fits(self, said: set[str]) -> bool:
        """Whether what it needs was told and what it tells was not."""
        if not self.tells.isdisjoint(said) or not self.needs <= said:
            return False
        return not any(items <= said for items in self.fresh)


def ready(clause: Clause, scene: Scene, telling: Telling) -> Ready | None:
    """The clause made ready for a scene and what is bound now; None when it can never be said there."""
    if not possible(clause, scene, telling):
        return None
    tells = {item for slot in clause.needs if not slot.again for item in _items(slot.name, scene, telling)}
    needs: set[str] = set()
    for name in clause.told:
        items = _items(name, scene, telling)
        if not items:
            return None
        needs.update(items)
    fresh = tuple(frozenset(items) for name in clause.fresh if (items := _items(name, scene, telling)))
    return Ready(clause, frozenset(tells).union(clause.once), frozenset(needs), fresh)


def put_into_words(
    clause: Clause, scene: Scene, telling: Telling, rng: Random, refused: Callable[[str], bool] | None = None
) -> str | None:
    """The clause's text, with what it tells added to `telling`; None when an alternative cannot be filled.

    Nothing is told either where `refused` holds of the text.
    """
    dated = "when" in telling.said
    parts: list[Piece] = []
    for piece in clause.pieces:
        if isinstance(piece, Choice):
            options: Sequence[tuple[Piece, ...]] = piece.options
            if not piece.plain:
                options = [
                    one for one in options if all(_open(slot, scene, telling) for slot in one if isinstance(slot, Slot))
                ]
            if not options:
                return None
            parts.extend(options[int(rng.random() * len(options))])
        else:
            parts.append(piece)
    words: list[str] = []
    items: list[str] = []
    for index, part in enumerate(parts):
        if isinstance(part, str):
            words.append(part)
            continue
        if part.name == "when":
            after = next((one for one in parts[index + 1 :] if one), "")
            words.append(_when(scene, telling, rng, after if isinstance(after, str) else " "))
            continue
        value = telling.extra.get(part.name) or scene.slots.get(part.name, "")
        if "|" in value:
            value = rng.choice(value.split("|"))
        if part.name.endswith("label") and not _begins("".join(words)):
            value = value if value[1:2].isupper() else value[:1].lower() + value[1:]
        words.append(f"{article(value)} {value}" if part.article else value)
        items += _items(part.name, scene, telling)
    text = tidy("".join(words))
    if refused is not None and refused(text):
        if not dated:
            telling.said.discard("when")
        return None
    telling.said.update(items)
    telling.said.update(clause.once)
    telling.used.append(clause.source)
    return text


def _begins(before: str) -> bool:
    """Whether a sentence or a line begins after these words."""
    before = before.rstrip(" ")
    return not before or before[-1] in ".!?\n"


def _when(scene: Scene, telling: Telling, rng: Random, after: str) -> str:
    when = scene.when
    if when is None:
        return ""
    if "when" in telling.said:
        return rng.choice(when.short)
    telling.said.add("when")
    closing = after.lstrip()[:1] in ".;:?!" if after.strip() else False
    full = [one for one in when.full if closing or "," not in one] or [when.full[0] + ","]
    return rng.choice(full)


_UNTIDY = re.compile(r"\s[.,;:?!]|[ \t][ \t]|,\s*[,.;:?!]")
_SPACE_BEFORE = re.compile(r"\s+([.,;:?!])")
_SPACES = re.compile(r"[ \t]{2,}")
_COMMAS = re.compile(r",\s*,")
_COMMA_END = re.compile(r",\s*([.;:?!])")
_START = re.compile(r"(?:^\"?|(?<=[.!?]\s)|(?<=[.!?]\"\s)|(?<=\n))([a-z])(?!\s=)")


def tidy(text: str) -> str:
    """Spaces and commas put right after slots were filled, sentences begun with a capital."""
    if _UNTIDY.search(text):
        text = _SPACE_BEFORE.sub(r"\1", text)
        text = _SPACES.sub(" ", text)
        text = _COMMAS.sub(",", text)
        text = _COMMA_END.sub(r"\1", text)
    return _START.sub(lambda match: match.group()[:-1] + match.group(1).upper(), text.strip(" ,"))
