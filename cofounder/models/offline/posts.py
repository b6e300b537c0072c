"""Posts: one text of a few short paragraphs, for LinkedIn, Facebook and anything like them."""

from itertools import pairwise
from random import Random

from cofounder.models.brief import Brief
from cofounder.models.figures import ledger_of
from cofounder.models.offline.checks import Room
from cofounder.models.offline.composing import Candidate
from cofounder.models.offline.scene import Scene
from cofounder.models.offline.searching import Search, wanted_items
from cofounder.models.offline.staging import scene_of
from cofounder.models.offline.texts import count_words
from cofounder.models.offline.voice import Schema, Voice, voice, voice_of

_EXTRAS = frozenset({"also", "other", "year", "record", "turn", "worth", "spend", "ltv", "limit", "infer", "funnel"})


class Writing:
    """What the forms share: the brief, its voice, scene and ledger, and one source of chance that replays."""

    def __init__(self, brief: Brief, *, persona: str | None = None, lead: str | None = None) -> None:
        self.brief = brief
        self.voice: Voice = voice(persona) if persona else voice_of(brief)
        self.rng = Random(f"{brief.seed}|{brief.attempt}|{brief.form.channel}|{self.voice.id}")
        self.scene: Scene = scene_of(brief, lead=lead)
        self.ledger = ledger_of(brief)
        self.worn = _worn(brief)
        self.schema = ""
        self.first = self.scene.lead if lead and self.scene.lead and self.scene.lead.id == lead else None

    def search(self, room: Room, **options: object) -> Search:
        return Search(
            self.brief,
            self.scene,
            self.voice,
            self.rng,
            room,
            self.ledger,
            worn=self.worn,
            wanted=wanted_items(self.scene, self.brief),
            first=self.first,
            **options,  # type: ignore[arg-type]
        )


def _worn(brief: Brief) -> frozenset[str]:
    """Clauses of the text before, so that another attempt reads differently."""
    clauses = brief.previous.choices.get("clauses", []) if brief.previous else []
    return frozenset(str(one) for one in clauses)


def room_of(brief: Brief) -> Room:
    """The form's room, cut to the request's own limit."""
    low, high = brief.form.words
    if brief.max_words:
        high = min(high, brief.max_words)
        low = min(low, max(1, round(high * 0.5)))
    characters = (1, brief.form.max_characters) if brief.form.max_characters else None
    return Room((low, high), characters, brief.form.first_line_characters)


def post(writing: Writing, *, skip: frozenset[str] = frozenset()) -> Candidate | None:
    """A post in the form's room; paragraphs joined where the form wants fewer."""
    room = room_of(writing.brief)
    short = room.words[1] <= 100
    search = writing.search(room, skip=skip)

    def make() -> Candidate:
        schema = search.composer.schema()
        if short:
            schema = shortened(schema, writing.rng, room.words[1])
        candidate = search.composer.compose(schema, min(room.words[0] + 4, sum(room.words) // 2))
        candidate.paragraphs = joined(candidate.paragraphs, writing.brief.form.paragraphs[1])
        return candidate

    return search.best(make)


def shortened(schema: Schema, rng: Random, words: int) -> Schema:
    """A schema with fewer moves, for a small room."""
    drop = 0.85 if words <= 60 else 0.6
    kept = []
    for moves in schema.paragraphs:
        left = tuple(
            token
            for token in moves
            if not token.endswith(("?", "*"))
            and not (token.strip("|") in _EXTRAS and rng.random() < drop)
            and not (token == "stock" and rng.random() < 0.4)
        )
        if left:
            kept.append(left)
    return Schema(schema.name, tuple(kept), schema.needs, schema.weight)


def joined(paragraphs: list[str], most: int) -> list[str]:
    """Paragraphs joined, shortest neighbours first, until there are at most `most`; line lists stay whole."""
    parts = list(paragraphs)
    while len(parts) > most:
        pairs = [
            (count_words(one) + count_words(other), place)
            for place, (one, other) in enumerate(pairwise(parts))
            if (place > 0 or len(parts) > most + 1 or most <= 2)
            and one[-1:] in ".!?:"
            and "\n" not in one
            and "\n" not in other
        ]
        if not pairs:
            break
        _, place = min(pairs)
        parts[place : place + 2] = [f"{parts[place]} {parts[place + 1]}"]
    return parts
