"""Alembic's door: it uses the connection it is given, so that a migration is one transaction."""

from alembic import context

from server.storage import schema

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=schema.metadata, render_as_batch=True, user_module_prefix="")
with context.begin_transaction():
    context.run_migrations()
