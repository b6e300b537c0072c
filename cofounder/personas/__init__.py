"""The voices in which texts are written, and which one is drawn.

In: a task's deliverable and its context. Out: a persona's id, with the whole distribution and the draw kept.
Never: a second draw for the same deliverable; a person's wish passed off as a draw.
"""

from cofounder.personas.roster import NAMES, ROSTER, Persona, persona
from cofounder.personas.service import Choice, PersonaUnknown, choices, choose, chosen, named, names

__all__ = [
    "NAMES",
    "ROSTER",
    "Choice",
    "Persona",
    "PersonaUnknown",
    "choices",
    "choose",
    "chosen",
    "named",
    "names",
    "persona",
]
