"""How well the work goes: runs, success, cost, time, quality and decisions, by whatever they can be split by.

In: the rows of tasks, steps, model calls and examples. Out: figures with their n, as JSON, CSV or Parquet, and views for
other people's tools. Never: a mean over nothing, or a rate without the number it is of.
"""
