"""Floor 6: what is kept, in SQL by one Alembic history, and beside the database in files."""
