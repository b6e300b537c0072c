"""Training: which examples teach, in which form, and what was made from them.

In: the examples that learning keeps. Out: selections, tags, datasets and files. Never: changes what a run says about
itself, only which runs are used; forgets what it did with one.
"""
