"""Bringing data in: from a file, a database, Google Analytics or a watched folder into the company's records.

In: a source, what kind of rows it holds, and which of its columns is which. Out: rows in the records, each with where
it came from; every refused row with its line, column, value and reason. Never: the same row twice, a value changed
without a word, a formula carried out, or a secret shown again.
"""
