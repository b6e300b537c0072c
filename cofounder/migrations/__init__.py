"""Our tables' history, for Alembic: what comes in is an older database, what goes out is the present one.

`make.py` writes a new revision from the tables; a database is brought up by `kit.migrate.upgrade`. A migration never
imports the product's code, so that it still runs when that has moved on.
"""
