"""Alembic's entry: runs the revisions on the connection that it is given.

- All revisions and their record are one transaction, which the caller opened and ends:
  SQLite can undo schema changes too.
"""

from __future__ import annotations

from alembic import context

connection = context.config.attributes["connection"]
context.configure(connection=connection, transactional_ddl=True)
context.run_migrations()
