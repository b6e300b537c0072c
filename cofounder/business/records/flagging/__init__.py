"""What is odd about a row that several files made: judged of the whole row, as if one file had said all of it.

In: the columns that a file gives, and how a row reads afterwards. Out: SQL of its flags. Never: a flag lost because
another file came.
"""

from cofounder.business.records.flagging.queries import flags_of

__all__ = ["flags_of"]
