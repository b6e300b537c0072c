"""The parts of the built-in parser, each a pure function over the words of one request.

In: the request's text and the day it is read on. Out: mentions (channels, periods, metrics), actions, constraints
and questions, each with the words it was read from. Never: I/O, the clock, a guess that is not told.
"""
