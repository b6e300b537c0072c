"""What the runs say beside patterns: what goes together, what changed over time, who works well with whom, and when.

In: examples, steps, scored posts. Out: figures with n and interval, or "not enough data". Never: a cause.
"""
