"""A conversation: questions about the company answered from its own data, and work given as a task.

In: a message of a person, with the wish for a mode, an agent and a model. Out: an answer that lives in the database
piece by piece as it comes, with its sources; or a task, begun through the same door as any other. Never: approves,
publishes, or offers a model a tool that could; shows a conversation to anybody but whose it is.
"""
