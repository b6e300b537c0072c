"""How well each model's answers did, by what became of the runs they went into.

In: calls, and the examples of their runs. Out: sums by kind of job, complexity and model, which the router reads.
Never: sample data, tests, what a person excluded or erased; a model's own word on its work.
"""
