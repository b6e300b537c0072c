"""Variants: a deliverable's forms for its channels, every version kept.

In: drafts from the writer, from refinement, from a person's edit, or a given text. Out: the one version per channel
that counts now. Never: changes a stored version's words, or decides which is better.
"""
