"""On what terms a logged decision was made: as of when, and as if launched when.

The log keeps them in the result, which it does not look into when it is written. What is recorded
assumes nothing of a launch (`docs/decisions/0069-what-is-assumed-is-not-recorded.md`); a log of
before may have decisions that do, and whoever verifies one is told.
"""

import msgspec

from ..export import Line


class LoggedTerms(msgspec.Struct, frozen=True, kw_only=True):
    """The terms as a result has them: an instant after RFC 3339, and a day or None."""

    as_of: str
    as_if_launched: str | None = None


_READ = msgspec.json.Decoder(LoggedTerms)


def terms_of(line: Line) -> LoggedTerms | None:
    """Return the terms of the decision of an entry; None where its result has none."""
    try:
        return None if line.result is None else _READ.decode(line.result)
    except (ValueError, RecursionError):
        return None
