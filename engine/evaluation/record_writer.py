"""Serialises a decision once, as its record in canonical JSON (RFC 8785).

A decision without the list of all its rules is a summary, and most answers are no more. The record
is the summary with that list, whose lines are nearly all cached: each is written when it is first
needed, and then spliced in. The bytes are exactly those of `document`; the log keeps and hashes
them.

A plain encoder with sorted keys writes RFC 8785 here: a document has no floats, no integer beyond
2^53, and no name outside ASCII, so that code point order is UTF-16 order. What it cannot write, a
lone surrogate, it refuses as `canonical` does.
"""

from collections.abc import Iterable, Mapping

import msgspec

from .decision import Decision
from .document import Document, Identity, Origin, base_document, status_line
from .result import RuleResult, Status
from .results import ResultListing, Results

_ENCODER = msgspec.json.Encoder(order="sorted")


def summarise(
    decision: Decision,
    *,
    id: str,  # noqa: A002 - the member's name.
    identity: Identity,
    origin: Origin | None = None,
) -> Document:
    """Return the document of a decision without `rules`, the list of all rules."""
    listed = _listing(decision)
    return {
        **base_document(decision, id=id, identity=identity, origin=origin),
        "passed": listed.passed,
        "not_applicable": listed.not_applicable,
    }


def with_rules(decision: Decision, summary: Mapping[str, object]) -> Document:
    """Return the document of a decision, of which `summary` was made, to be written as JSON.

    `rules`, the list of all rules, is the text of one already (`msgspec.Raw`).
    """
    return {**summary, "rules": msgspec.Raw(_listing(decision).text)}


def write(decision: Decision, summary: Mapping[str, object]) -> bytes:
    """Return the canonical JSON of the document of a decision, of which `summary` was made.

    Further members of the summary are written as well; they must have no floats and no integers
    that RFC 8785 refuses. Raises `UnicodeEncodeError` for half of a surrogate pair.
    """
    return _ENCODER.encode(with_rules(decision, summary))


def _listing(decision: Decision) -> ResultListing:
    results = decision.results
    return results.listing if isinstance(results, Results) else list_results(results)


def status_line_bytes(result: RuleResult) -> bytes:
    """Return the canonical JSON of a result as the record lists it among all."""
    return _ENCODER.encode(status_line(result))


def list_results(results: Iterable[RuleResult]) -> ResultListing:
    """Return results as a record lists them."""
    given = tuple(results)
    return ResultListing(
        lambda: map(status_line_bytes, given),
        passed=sum(result.status in PASSED for result in given),
        not_applicable=sum(result.status is Status.NOT_APPLICABLE for result in given),
    )


PASSED = (Status.SATISFIED, Status.EXCEPTED)
"""The statuses that a record counts as passed."""
