"""Learning: every run becomes one training example.

In: the rows of a task, its decision, its publications and what was measured. Out: one example a task, brought up to
date whenever one of those changes, and its export. Never: waits for an answer of the world, makes up a field that is
not known, or lets a test pass for a person's decision.
"""
