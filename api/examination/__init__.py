"""Policies before they may decide: how they are read, and what is found of them, as documents.

The command line, the service and the language server all read policies by this room, and tell
the same of them: the check (`check`), the tests (`trials`), and what differs from another version
(`comparison`). Nothing here knows how a question was put, or how its answer is shown.
"""
