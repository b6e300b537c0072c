"""Language models, and the built-in one that needs no key.

In: a `Brief` to write from, or a request to understand. Out: a `Draft` or an `Intent`, and a row for each call with
tokens, cost, seconds and what it fell back from. Never: a key in a row, a log or an error; a paid call made twice for
one answer; a provider's SDK imported before it is used.
"""
