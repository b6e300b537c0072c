"""How many follow each channel, and whose they are.

In: counts that people type, that readers read or that readings bring with them. Out: books in which every change is
divided between posts and nobody. Never: a follower from nowhere; a count that nobody can correct.
"""
