"""What came of posts: each by the reading of one fixed age, and a task's posts with all that was ever measured of them.

In: posts, readings, matched days of the site. Out: plain rows, as of a time. Never: a missing outcome taken for nought.
"""
