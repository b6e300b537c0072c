"""Patterns: which conditions go with more or less engagement, quality or approval, and whether that is more than luck.

In: measured posts and finished runs, each with features of a fixed vocabulary. Out: patterns that stand, are watched,
were retired or rejected, each with what it rests on. Never: a candidate given to a writer before it stands, a number
that was not computed from rows, or an effect told without its interval and the number of candidates tested.
"""
