"""The product as something that runs: health, readiness, runtime settings, what is in order and what is not.

In: a session. Out: what is known about the running product, in words that say how to mend it. Never: knows a channel,
a model or a task; checks of those are handed in by whoever composes the product.
"""
