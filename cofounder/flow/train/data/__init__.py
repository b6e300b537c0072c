"""Training data: choose examples by filter, tag, archive and erase them, count what there is.

In: a filter, tags, the hand of a person. Out: pages of examples, counts that are exact, changes that can be taken
back. Never: deletes an example (an erased one leaves a tombstone), or tags with a loop where one statement does it.
"""
