"""Errors of the log: a record is refused, or cannot be shown to have been committed."""


class LogError(Exception):
    """The log did not take a record, or not provably so; the message is fit for a user."""


class RecordError(LogError):
    """A record is not one that the log can hold."""
