"""What a run teaches in each role, as one line: the only place that says how such a line reads, and what is taken out.

In: an example as the database gives it. Out: its line for planner, writer or judge, with or without personal data.
Never: a database or a file; a second spelling of a line.
"""
