"""Floor 6: what is kept, in SQL. SQLAlchemy Core tables, their mapping, and one Alembic history."""
