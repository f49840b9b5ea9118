"""Runs revisions on the connection that `migrate` hands over, within its transaction."""

from alembic import context

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
context.configure(connection=connection)
context.run_migrations()
