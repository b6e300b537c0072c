"""Compare a tuned model with the active one, its base and the built-in one on lines that none of them learned from.

In: a model of the registry and a version of a dataset, whose test part is the hold-out. Out: a row with each
contender's figures, paired differences with their intervals, a table by slice, and what the gate says in words. Never:
a line that was trained on; a contender asked twice for one line; a wait without a limit.
"""
