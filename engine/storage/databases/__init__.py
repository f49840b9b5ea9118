"""The database of a process, SQLite or PostgreSQL, behind one face."""
