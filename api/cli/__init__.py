"""The command line: one module a command, and how people are shown what comes of it."""
