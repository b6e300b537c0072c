"""What every part stands on: database, durable workflows, effects, leases, HTTP, live events, errors, ids, time, tests.

In come settings; out come sessions, steps, outcomes and answers. It never holds a word of the product.
"""
