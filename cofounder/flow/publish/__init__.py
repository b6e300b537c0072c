"""Publishing: one approved variant to one channel and account, each with a fate of its own.

In: decisions, as orders that approval enqueued with them. Out: publications that end published, refused, unknown or
cancelled, posts, and the task's status. Never: sends a text that no decision covers, sends twice, or lets one channel's
failure touch another's.
"""
