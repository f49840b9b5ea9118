"""The compiled program: an index over all rules, and closures for what must be heard."""
