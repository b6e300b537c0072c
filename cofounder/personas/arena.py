"""The policies of the product under the interface of a simulator: made with (spec, now), asked by select and observe.

The classes are those that the optimiser runs. `Default` is what it runs when nobody chose.
"""

from collections.abc import Callable

from cofounder.personas.policies.blended import Blended
from cofounder.personas.policies.blueprint import Blueprint
from cofounder.personas.policies.contextual import ContextualLogThompson
from cofounder.personas.policies.default import Default
from cofounder.personas.policies.hidden_rates import HiddenRates
from cofounder.personas.policies.interface import Context, Floats, Spec
from cofounder.personas.policies.log_thompson import LogThompson
from cofounder.personas.policies.reweighting import Reweighting
from cofounder.personas.policies.simplex import mixed

__all__ = ["Blended", "Blueprint", "ContextualLogThompson", "Default", "Fixed", "HiddenRates", "LogThompson"]


class Fixed(Reweighting):
    """The weights of the beginning, lifted to the floor."""

    name = "fixed"

    def __init__(self, spec: Spec, now: Callable[[], float]) -> None:
        super().__init__(spec, now)

    def shares(self, context: Context) -> Floats:
        return mixed(self.start(context.available), self.spec.floor, context.available)
