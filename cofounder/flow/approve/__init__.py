"""Approval: what a person sees, changes and decides.

In: the variants of a task with their assessments, or a plan that needs a person first. Out: one decision a round,
bound by a fingerprint to the exact text that was seen, told to the waiting task in the decision's own transaction.
Never: sends anything, decides by the clock, or lets a text through that differs from the one that was read.
"""
