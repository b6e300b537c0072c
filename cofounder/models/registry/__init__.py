"""Tuned models, and which of them a role uses: versions with where they came from, aliases, and who changed them when.

In: a model that was made, where it answers, and a gate's record or a person's reason. Out: its version, the model that
a role uses now, and the history of every change. Never: a model made active without a gate that passed or a named
person's reason; a version changed once it is there; a key.
"""
