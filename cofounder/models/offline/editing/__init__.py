"""Work on a given text without a model: shorten, restyle, mend, sum up.

In: a brief with a text. Out: a draft with the changed text and notes of what was done, what went and what cannot be
judged. Never: a figure, a name or a claim that the text does not hold.
"""

from cofounder.models.offline.editing.given import edit

__all__ = ["edit"]
