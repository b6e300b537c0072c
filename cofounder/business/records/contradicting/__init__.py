"""Rows of one source that name the same thing and say different things of it: each value that did not count, listed.

In: rows as the merge has them beside the records. Out: line, field, both values. Never: a row that says the same again.
"""

from cofounder.business.records.contradicting.queries import Contradiction, inside, with_earlier

__all__ = ["Contradiction", "inside", "with_earlier"]
