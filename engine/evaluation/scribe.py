"""The record of a decision as canonical JSON (RFC 8785), written once.

These bytes are what the log keeps and hashes, and what an answer may repeat. They are those of
`document`, to the letter, but come about without the parts that are the same in every decision:
what a rule is called and cites, where its clauses stand, and the line of each rule that came to
nothing are written when they are first needed, and spliced in from then on.

A plain sorted encoder writes RFC 8785 here: a document has no floats, no integer beyond 2^53, and
no name outside ASCII, so that sorting by code points is sorting by UTF-16 code units. What it
cannot write, a lone surrogate, it refuses as `canonical` does.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import msgspec

from ..semantics.tree import Clause, Rule
from .decision import Decision
from .document import (
    Document,
    Identity,
    Origin,
    Writer,
    clause_place,
    heading,
    status_line,
    told,
)
from .result import RuleResult, Status
from .results import Listed, Results

_ENCODER = msgspec.json.Encoder(order="sorted")

_Prepared: TypeAlias = tuple[Document, msgspec.Raw]
"""What is the same of a rule in every decision: its heading, and its main clause."""


class Scribe:
    """Writes the records of decisions of one bundle. Threads may share it."""

    def __init__(self) -> None:
        self._prepared: dict[str, _Prepared] = {}

    def write(
        self,
        decision: Decision,
        *,
        id: str,  # noqa: A002 - the member's name.
        identity: Identity,
        origin: Origin | None = None,
        beside: Mapping[str, object] | None = None,
    ) -> bytes:
        """Return the canonical JSON of `document`, with further members beside it.

        Raises `UnicodeEncodeError` for half of a surrogate pair. The members beside must have no
        floats and no integers that RFC 8785 refuses.
        """
        results = decision.results
        listed = results.listed if isinstance(results, Results) else list_results(results)
        made = told(decision, _Writer(origin=origin, scribe=self), id=id, identity=identity)
        made["passed"] = listed.passed
        made["not_applicable"] = listed.not_applicable
        made["rules"] = msgspec.Raw(listed.text)
        if beside is not None:
            made.update(beside)
        return _ENCODER.encode(made)

    def prepared(self, rule: Rule) -> _Prepared:
        """Return what is the same of a rule of the bundle in every decision."""
        found = self._prepared.get(rule.id)
        if found is None:
            told_once = heading(rule)
            told_once["sources"] = msgspec.Raw(_ENCODER.encode(told_once["sources"]))
            clause = msgspec.Raw(_ENCODER.encode(clause_place(rule.main)))
            found = self._prepared[rule.id] = (told_once, clause)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer(Writer):
    scribe: Scribe

    def heading(self, rule: Rule) -> Document:
        return self.scribe.prepared(rule)[0]

    def clause(self, rule: Rule, clause: Clause) -> object:
        return self.scribe.prepared(rule)[1] if clause is rule.main else clause_place(clause)


def line_of(result: RuleResult) -> bytes:
    """Return the canonical JSON of a result as the record lists it among all."""
    return _ENCODER.encode(status_line(result))


def list_results(results: Iterable[RuleResult]) -> Listed:
    """Return results as a record lists them."""
    given = tuple(results)
    return Listed(
        lambda: map(line_of, given),
        passed=sum(result.status in PASSED for result in given),
        not_applicable=sum(result.status is Status.NOT_APPLICABLE for result in given),
    )


PASSED = (Status.SATISFIED, Status.EXCEPTED)
"""The statuses that a record counts as passed."""
