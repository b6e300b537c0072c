"""Tasks, posts and their readings, web and financial rows: imported history and our own runs alike.

In: typed rows from the stages and importers. Out: rows and pages of rows, as of a time where it matters.
Never: commits, or lets another slice touch its tables.
"""
