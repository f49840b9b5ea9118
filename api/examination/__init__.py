"""Policies before they may decide: how they are read, checked, tested and compared, as documents.

The command line, the service and the language server all read policies through this package, and
report the same about them: the check (`check`), the tests (`trials`), and the differences from
another version (`comparison`). Nothing here depends on the form of the request or of the answer.
"""
