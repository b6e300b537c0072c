"""What the company knows: its records, its state at a time, what it wrote before and how that usually does.

In: figures given with a request, rows imported or written by the stages, a time `as_of`. Out: facts with base,
period and source; similar earlier content; baselines. Never: reads anything measured after `as_of`, invents a
value for a missing one, or decides what to say.
"""
