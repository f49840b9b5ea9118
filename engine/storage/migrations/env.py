"""Runs revisions on the connection that `migrate` hands over, within its transaction.

Each that is applied is added to the list `applied` that it hands over as well.
"""

from alembic import context

connection = context.config.attributes["connection"]
applied = context.config.attributes["applied"]
if connection.dialect.name == "postgresql":
    connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
context.configure(
    connection=connection,
    on_version_apply=lambda *, step, **_: applied.append(step.up_revision_id),
)
context.run_migrations()
