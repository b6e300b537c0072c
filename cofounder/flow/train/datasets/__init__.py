"""Datasets: immutable versions of a selection of examples, and everything that leaves as a file.

In: a filter, a role, a seed, or somebody's own lines. Out: versions with exact members and a content hash that is the
same on any machine, files in every format, what two versions do not share, who holds an example. Never: changes a
version that is there, leaves half of one behind, or lets personal data out that it was asked to take out.
"""
