"""The command line: one module a command, and how its answer is shown."""
