"""How the voices are drawn, one policy a file.

In: what can be drawn, and the outcomes of posts as they become known. Out: a probability for each voice, adding up to
1, none that can be drawn below the floor. Never: a database, a clock of its own, what is not known yet.
"""
