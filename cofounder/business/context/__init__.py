"""What history has to say to a request: similar work, what to expect, when to publish, and how sure that is.

In: a topic, a draft or a channel, and a time `as_of`. Out: answers with reasons, n and interval, or "not enough data".
Never: reads anything made or measured after `as_of`, or hides that a prediction is no better than
the channel's typical post.
"""
