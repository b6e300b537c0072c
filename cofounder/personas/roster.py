"""The twelve voices: who they are and how often each is drawn before anything was learnt."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

Status = Literal["active", "testing", "disabled"]


class Persona(NamedTuple):
    """A voice: one of the twelve, or one that people made."""

    id: str
    name: str
    weight: float  # 0-1; the weights of the roster add up to 1
    status: Status = "active"


ROSTER: tuple[Persona, ...] = (
    Persona("humanVoice", "Human voice", 0.15),
    Persona("newsReporter", "News reporter", 0.12),
    Persona("storyteller", "Storyteller", 0.12),
    Persona("interesting", "Interesting", 0.10),
    Persona("provocateur", "Provocateur", 0.10),
    Persona("dataNerd", "Data nerd", 0.10),
    Persona("mythBuster", "Myth buster", 0.10),
    Persona("coach", "Coach", 0.08),
    Persona("thoughtLeader", "Thought leader", 0.05),
    Persona("contrarian", "Contrarian", 0.04),
    Persona("explorer", "Explorer", 0.02),
    Persona("philosopher", "Philosopher", 0.02),
)

NAMES: tuple[str, ...] = tuple(one.id for one in ROSTER)


def persona(name: str, own: Sequence[Persona] = ()) -> Persona | None:
    """The persona that a person means: "data nerd", "DataNerd" and "dataNerd" are one. `own` are those people made."""
    wanted = _plain(name)
    return next((one for one in (*ROSTER, *own) if wanted in (_plain(one.id), _plain(one.name))), None)


def _plain(name: str) -> str:
    return "".join(character for character in name.lower() if character.isalnum())
