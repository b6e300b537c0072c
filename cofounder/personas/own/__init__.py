"""Voices that people make: one of the twelve with a name, words and habits of its own.

In: what a person says of a voice. Out: a voice that is drawn, learnt and written in like any other.
Never: a change of one of the twelve; a voice that vanishes while texts of it are counted.
"""
