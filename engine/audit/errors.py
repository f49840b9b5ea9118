"""What is raised where the log does not take something, or not provably so."""


class LogError(Exception):
    """The log did not take a record, or not provably so; the message is fit for a user."""


class RecordError(LogError):
    """A record is not one that the log can hold."""
