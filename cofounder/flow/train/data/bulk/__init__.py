"""One change to any number of examples: tags added and taken away, put away and brought back.

In: conditions, what to change, the change's id. Out: how many examples it changed, and for each what it really did, so
that it can be taken back. Never: a loop over examples; a change that its facts, counts and log do not show.
"""
