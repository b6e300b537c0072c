"""A request becomes a task.

In: plain language, figures and wishes. Out: a task row with its nine phases, enqueued in the same transaction. Never
plans, never runs.
"""
