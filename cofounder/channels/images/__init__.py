"""Images that go with a text: read, cleaned and kept by their content, attached to a task in an order, with alt text.

In: the bytes a person hands over, and a list of what is attached to a task. Out: pictures as an approver sees them,
their bytes for a sender, what a channel would not take. Never: trusts a name or a type that somebody states, keeps
what a camera wrote beside the picture, or changes an image that is kept.
"""
