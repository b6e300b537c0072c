"""Alembic's entry: uses the connection it is given. The tables come along only when a revision is being made."""

from alembic import context

given = context.config.attributes
context.configure(
    connection=given["connection"],
    target_metadata=given.get("metadata"),
    version_table="schema_revision",
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
