"""Verifying a log that somebody else kept, by hashing alone."""
