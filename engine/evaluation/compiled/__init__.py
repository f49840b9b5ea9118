"""The compiled program: an index over all rules, and closures for those that must be evaluated."""
