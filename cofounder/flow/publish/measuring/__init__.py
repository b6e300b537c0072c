"""Measuring: what became of a published post, read at fixed ages, and typed where nobody can read it.

In: published publications, connected accounts, the clock. Out: readings in the company's records, follower counts, and
for every age of every post a row that says whether it was read, and if not, why. Never: changes anything at a channel,
reads one age of a post twice, or takes a post that could not be read for one that brought nothing.
"""
