"""Experiments with the voices: arms that tasks fall into by a hash, and what each arm came to.

In: a hypothesis, two or three ways to draw voices, their shares and an end. Out: results with intervals, a check that
tasks fell as they should, a decision with its evidence. Never: a winner that nobody decided on; a task in two arms.
"""
