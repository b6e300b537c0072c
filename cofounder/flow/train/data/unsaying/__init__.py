"""What the list of changes says of erased examples alone is taken out of it.

In: an example that was just erased. Out: the changes that went with it, and those that lost tags. Never: a change that
an example which is still there can be taken back to.
"""
