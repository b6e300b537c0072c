"""Examples as lines of files, at any size in the same memory.

In: a filter, and whether personal data stays out. Out: batches of lines, planner lines or rows of a table. Never: another
spelling of a planner line than that of `roles`; a line that holds what the detector finds, where it was to stay out.
"""
