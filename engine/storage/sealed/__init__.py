"""The contents of decisions as they are stored: sealed, each under a key of its own."""
