"""Many rows at once into the records: copied beside them, then merged by natural key in one statement.

In: CSV that PostgreSQL reads by itself, and which columns it has. Out: how many rows were added, corrected, unchanged
or said twice; what a corrected row said before is kept. Never: a row for a key that is there, a column touched that
was not given, an invented figure kept beside one that was given, or the words of a post of our own changed.
"""

from cofounder.business.records.merging.queries import Merged, merge, take_turn

__all__ = ["Merged", "merge", "take_turn"]
