"""What the registry refuses."""

from cofounder.kit.errors import Conflict, InputInvalid, NotAllowed, NotFound

_SHORTEST = 10  # characters of a reason


class ModelNotKnown(NotFound):
    """There is no such model in the registry."""

    hint = "See them with: cofounder models list"


class ModelEntryInvalid(InputInvalid):
    """This cannot be registered as a model."""

    hint = "Mend the field that is named; nothing was registered."


class ModelUnfit(Conflict):
    """A retired or broken model cannot be used."""

    hint = "Choose a version that is ready: cofounder models list"


class PriceMissing(Conflict):
    """Nobody knows what this model costs, so no budget can hold for it."""

    hint = "Give its price, in US dollars for a million tokens: cofounder settings set model_prices tuned:NAME=IN/OUT"


class ModelInUse(Conflict):
    """A role uses this model now."""

    hint = "Roll back, or make another one active, and then retire it."


class AlreadyActive(Conflict):
    """This model is the active one already."""

    hint = "Nothing was changed."


class GateNotPassed(Conflict):
    """No benchmark shows that this model may take over."""

    hint = "Benchmark it: cofounder models benchmark MODEL --dataset DATASET. An admin may force it, with a reason."


class ActiveMoved(Conflict):
    """Something else is in use than what was meant."""

    hint = "See what each role uses with: cofounder models active"


class ForceRefused(NotAllowed):
    """Only an admin makes a model active without a gate."""

    hint = "Benchmark it first, or ask an admin."


class ReasonMissing(InputInvalid):
    """What goes past the gate needs a reason."""

    hint = "Say in a sentence why, with 10 characters or more: it stays on record beside your name."

    @classmethod
    def unless_said(cls, reason: str | None) -> None:
        """Raises it where a reason is none, or too short for anybody else."""
        said = " ".join((reason or "").split())
        if len(said) < _SHORTEST:
            raise cls(f"{said!r} is too short a reason." if said else "", field="reason")


class NothingBefore(Conflict):
    """There is nothing to go back to: no tuned model is active."""

    hint = "See what each role uses with: cofounder models active"
