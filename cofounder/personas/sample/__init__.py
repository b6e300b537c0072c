"""The sample company's daily notes in drawn voices, and what the product learnt of them.

In: a session, today's date, a seed. Out: ten weeks of notes, followers counted beside them, looks by the product's own
optimiser, told only at first; then its weights drew the notes after it. Never: a weight, a credit or an interval that the
product did not compute itself; a row that stays when the sample company goes.
"""

from cofounder.personas.sample.loading import describe, load, remove

__all__ = ["describe", "load", "remove"]
