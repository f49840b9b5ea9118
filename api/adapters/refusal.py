"""The exceptions of the adapters."""


class AdapterRefusal(ValueError):  # noqa: N818 - the word in the contract; it is an answer, not a crash.
    """A record that cannot be told as a campaign: why, where in the record, and what would help.

    `pointer` is a JSON Pointer (RFC 6901) into the submitted record.
    """

    def __init__(self, reason: str, *, pointer: str, help: str) -> None:  # noqa: A002 - the house's word for what to do.
        super().__init__(reason)
        self.reason = reason
        self.pointer = pointer
        self.help = help


class UnrecognisedRecord(AdapterRefusal):
    """A record in which nothing shows which of the platform's objects it is."""

    def __init__(self, reason: str, *, help: str) -> None:  # noqa: A002 - as above.
        super().__init__(reason, pointer="", help=help)
