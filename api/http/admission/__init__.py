"""Who is let in: by key and role, from which origin, and how often."""
