"""The Alembic history: `env.py` runs it, `versions/` holds its revisions."""
