"""Figures: reads them in a text, derives the allowed ones from facts, traces each to where it comes from.

In: a text and facts. Out: figures, derivations, mentions with their source. Never: I/O, opinions, new arithmetic
beyond the closed list.
"""

from cofounder.models.figures.claims import Claim, forbidden_claims
from cofounder.models.figures.deriving import Derived, derive
from cofounder.models.figures.disagreeing import Disagreement, disagreements
from cofounder.models.figures.reading import Figure, read
from cofounder.models.figures.tracing import Ledger, Mention, allowed_by, ledger_of, trace
from cofounder.models.figures.withheld import WITHHELD, stating, withheld

__all__ = [
    "WITHHELD",
    "Claim",
    "Derived",
    "Disagreement",
    "Figure",
    "Ledger",
    "Mention",
    "allowed_by",
    "derive",
    "disagreements",
    "forbidden_claims",
    "ledger_of",
    "read",
    "stating",
    "trace",
    "withheld",
]
