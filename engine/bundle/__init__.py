"""Floor 4: a set of policies as one immutable, content-addressed value."""
