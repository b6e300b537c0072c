"""A voice as data: rhythm, schemas, and a stock of clauses by move; one TOML file each, read once."""

import tomllib
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from cofounder.models.brief import Brief, OwnVoice
from cofounder.models.offline.clauses import Clause, parse

VOICES = (
    "humanVoice",
    "newsReporter",
    "storyteller",
    "interesting",
    "provocateur",
    "dataNerd",
    "mythBuster",
    "coach",
    "thoughtLeader",
    "contrarian",
    "explorer",
    "philosopher",
)
_FOLDER = Path(__file__).parent / "voices"


@dataclass(frozen=True)
class Schema:
    """An order of moves, by paragraph. "other*" repeats, "worth?" is left out half the time."""

    name: str
    paragraphs: tuple[tuple[str, ...], ...]
    needs: tuple[str, ...]  # marks
    weight: float


@dataclass(frozen=True, eq=False)
class Voice:
    """One of the twelve, or like one of them: how it stands to the reader, how long its sentences are, what it says and never says."""

    id: str
    title: str
    stance: str
    person: str  # "we", "they", "i", "you"
    mean: float  # words a sentence
    span: tuple[int, int]
    never: tuple[str, ...]
    guard: str
    aside: tuple[str, ...]  # moves that may follow the fact in a very short text
    schemas: tuple[Schema, ...]
    moves: dict[str, tuple[Clause, ...]]
    grade: float = 1.0  # the Flesch-Kincaid grade below which it would not be this voice
    like: str = ""  # the one of the twelve whose stock it uses

    def clauses(self, move: str) -> tuple[Clause, ...]:
        """The voice's own clauses for a move, or the shared ones of its person."""
        own = self.moves.get(move)
        if own:
            return own
        return shared("they" if self.person == "they" else "we").get(move, ())


def _read(name: str) -> dict[str, object]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def _moves(raw: object) -> dict[str, tuple[Clause, ...]]:
    assert isinstance(raw, dict)
    return {move: tuple(parse(source) for source in sources) for move, sources in raw.items()}


@cache
def shared(person: str) -> dict[str, tuple[Clause, ...]]:
    """Clauses that every voice of a person may use."""
    raw = _read("shared")
    moves = _moves(raw["we"])
    return moves if person == "we" else moves | _moves(raw["they"])


@cache
def article_moves(person: str) -> dict[str, tuple[Clause, ...]]:
    """The stock of sentences that articles draw from."""
    raw = _read("article")
    moves = _moves(raw["we"])
    return moves if person == "we" else moves | _moves(raw["they"])


@cache
def voice(name: str) -> Voice:
    """A voice by its id; one that is not among the twelve gets humanVoice's."""
    if name not in VOICES:
        return voice("humanVoice")
    raw = _read(name)
    about = raw["voice"]
    schemas = raw["schemas"]
    assert isinstance(about, dict)
    assert isinstance(schemas, list)
    return Voice(
        id=name,
        title=about["title"],
        stance=about["stance"],
        person=about["person"],
        mean=float(about["mean"]),
        span=(about["span"][0], about["span"][1]),
        never=tuple(about["never"]),
        guard=about["guard"],
        aside=tuple(about["aside"]),
        schemas=tuple(_schema(one) for one in schemas),
        moves=_moves(raw["moves"]),
        grade=float(about.get("grade", 1.0)),
        like=name,
    )


def voice_of(brief: Brief) -> Voice:
    """The voice of a brief: one of the twelve, or that of a person's own making."""
    return voice(brief.persona) if brief.voice is None else own(brief.voice)


def own(given: OwnVoice) -> Voice:
    """One of the twelve with a person's own sentence length, words to avoid and closings."""
    base = voice(given.like)
    mean = given.sentence_words or base.mean
    low, high = base.span
    by = mean / base.mean
    closings = tuple(parse(one) for one in given.closings)
    moves = {name: closings if closings and name.endswith("close") else said for name, said in base.moves.items()}
    return replace(
        base,
        id=given.id,
        title=given.name,
        mean=mean,
        span=(max(1, round(low * by)), max(4, round(high * by))),
        never=(*base.never, *given.never),
        grade=base.grade if by >= 1 else min(base.grade, 1.0),
        moves=moves,
    )


def _schema(raw: dict[str, object]) -> Schema:
    paragraphs = raw["paragraphs"]
    assert isinstance(paragraphs, list)
    return Schema(
        name=str(raw["name"]),
        paragraphs=tuple(tuple(str(one).split()) for one in paragraphs),
        needs=tuple(str(raw.get("needs", "")).split()),
        weight=float(str(raw.get("weight", 1))),
    )
