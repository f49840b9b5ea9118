"""Standing facts: stated once for a period, so that campaigns need not repeat them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

import msgspec

from .answers import Subject
from .asking import Answers, Asking, below
from .bodies import given

_FACTS = "/v1/facts"


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody states, and upon what evidence.

    `facts` are written as in a campaign. `until` is the first day on which they no longer hold.
    """

    subject: Subject
    facts: Mapping[str, Any]
    since: date = msgspec.field(name="from")
    until: date
    evidence: str


class StandingFact(msgspec.Struct, frozen=True, kw_only=True):
    """A standing fact as it is in one `version`, which an `entry` of the log commits to.

    Among its versions, one that withdraws it states nothing.
    """

    id: str
    version: int
    entry: int
    commitment: str | None
    recorded_by: str
    recorded_at: datetime
    state: Literal["recorded", "withdrawn"]
    reason: str | None
    subject: Subject | None = None
    facts: dict[str, Any] | None = None
    since: date | None = msgspec.field(name="from", default=None)
    until: date | None = None
    evidence: str | None = None


class StandingFacts:
    """The standing facts. `Client.facts` is it.

    A change names the version that was seen, and is refused with `ConflictError` where somebody
    else was there first. One that may have arrived is not sent again.
    """

    def __init__(self, asking: Asking) -> None:
        self._asking = asking

    def record(self, statement: Statement, *, reason: str | None = None) -> StandingFact:
        """Record a standing fact; the same statement is the same fact."""
        body = _body(statement, reason)
        return self._asking.send(_FACTS, StandingFact, body, is_repeatable=True)

    def find(self, *, kind: str | None = None, name: str | None = None) -> Answers[StandingFact]:
        """Return those that are not withdrawn, about a kind of subject or the one of a name."""
        return self._asking.pages(_FACTS, StandingFact, given({"kind": kind, "name": name}))

    def read(self, fact: StandingFact | str) -> StandingFact:
        """Return a standing fact as it is now; of a withdrawn one, what it stated last."""
        return self._asking.get(_path(fact), StandingFact)

    def versions(self, fact: StandingFact | str) -> tuple[StandingFact, ...]:
        """Return every version, the newest first."""
        return self._asking.listed(f"{_path(fact)}/versions", StandingFact)

    def amend(
        self, seen: StandingFact, statement: Statement, *, reason: str | None = None
    ) -> StandingFact:
        """State it otherwise, about the same subject."""
        body = _body(statement, reason)
        return self._asking.send(_path(seen), StandingFact, body, method="PUT", seen=seen.version)

    def withdraw(self, seen: StandingFact, *, reason: str | None = None) -> StandingFact:
        """Withdraw it: from now on it fills nothing."""
        body = given({"reason": reason})
        return self._asking.send(f"{_path(seen)}/withdraw", StandingFact, body, seen=seen.version)


def _body(statement: Statement, reason: str | None) -> dict[str, object]:
    stated = {
        "subject": {"kind": statement.subject.kind, "name": statement.subject.name},
        "facts": statement.facts,
        "from": statement.since.isoformat(),
        "until": statement.until.isoformat(),
        "evidence": statement.evidence,
        "reason": reason,
    }
    return given(stated)


def _path(fact: StandingFact | str) -> str:
    return below(_FACTS, fact if isinstance(fact, str) else fact.id)
