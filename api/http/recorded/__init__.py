"""What is read of the log, and the entry that says who read it."""
