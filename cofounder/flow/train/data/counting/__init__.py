"""Exact counts at any size: from lines that the database keeps up to date, and from single facts only at the edges.

In: a filter. Out: how many examples it lets through and what they add up to, by every part. Never: an estimate, or a
count that lags behind the examples.
"""
