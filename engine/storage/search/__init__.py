"""Finding decisions: what is asked for, how the database is asked, and what comes of it."""
