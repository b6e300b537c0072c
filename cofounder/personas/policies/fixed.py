"""The initial weights, whatever happened since."""

from collections.abc import Sequence

from cofounder.personas.roster import Persona

NAME = "fixed"


def probabilities(available: Sequence[Persona]) -> dict[str, float]:
    """The weights of those available, shared out to 1. Raises ValueError when no one is."""
    total = sum(persona.weight for persona in available)
    if total <= 0:
        raise ValueError("no persona can be drawn")
    return {persona.id: persona.weight / total for persona in available}
