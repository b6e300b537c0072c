"""Why a version does not hold a line of an example, told only as far as it can be known.

In: runs, and the version that lacks them. Out: a sentence for each. Never: what came after that version, or what its
filter does not ask, given for a reason.
"""
