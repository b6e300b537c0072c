"""From a request to a plan.

In: a task's request and what the company knows. Out: an intent, a plan as data (validated, estimated) and one of five
outcomes. Never runs a tool of the plan.
"""
