"""How the voices are drawn, one policy a file.

In: the personas that may be drawn. Out: a probability for each, adding up to 1. Never: I/O, a random number.
"""
