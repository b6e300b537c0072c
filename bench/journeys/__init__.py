"""The parts of `bench/journey.py`. In: a request and a database. Out: figures of our journey and of its peer's.

`work` is what both carry out, `ours` drives the product's own workers from outside, `peer` is the same graph on
LangGraph and `peers` drives it. Never imported by the product.
"""
