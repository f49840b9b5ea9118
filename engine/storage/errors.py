"""What can go wrong with stored things, in words fit for a user.

The text of a database or driver never reaches a message; it stays behind as `__cause__`.
"""


class StorageError(Exception):
    """Something stored could not be read or written."""


class NotFound(StorageError):  # noqa: N818 - the house names what happened; the base is an error.
    """There is nothing under this name."""


class Conflict(StorageError):  # noqa: N818 - as above.
    """Something else is stored under this name already."""


class InvalidQuery(StorageError):  # noqa: N818 - as above.
    """A filter, limit or cursor is not one that can be answered; `name` is its own, if known."""

    def __init__(self, message: str, *, name: str | None = None) -> None:
        super().__init__(message)
        self.name = name


class BeyondLog(InvalidQuery):
    """A size is asked about that the log has not reached."""


class StorageUnavailable(StorageError):  # noqa: N818 - as above.
    """The database cannot be reached, read or written at the moment."""


class KeysMissing(StorageUnavailable):
    """The key store of a log, or the key that its keys are wrapped by, is not there."""


class ContentsUnread(StorageUnavailable):
    """The contents of a decision are there, and sealed under a key that is not."""


class RevocationUntold(StorageError):  # noqa: N818 - as above.
    """A key is ended, and the log does not tell of it yet; to end it again has it told."""


class LogInconsistent(StorageError):  # noqa: N818 - as above.
    """The head of the log and its entries disagree: nothing more is written to it."""
