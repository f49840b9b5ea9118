"""The JSON form of a decision: what the service answers, the log keeps, and replay compares.

Every value is a text, a whole number, a boolean, null, a list or an object, so that its RFC 8785
form is exact. The order of everything in it is fixed by the decision.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from ..semantics.tree import Clause, Rule, Waiver
from .decision import Decision, MissingFact
from .justify import MOST_FINDINGS
from .outcome import Evidence, WantedFact
from .result import Finding, Obligation, RuleResult, Status, UnmetExemption
from .standing_facts.document import standing_members

Document = dict[str, object]
Origin = Callable[[str], str | None]
"""Leads from a pointer into the campaign to the pointer into the record that was submitted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What decided: the policy set by name, version and digest, and the engine by version."""

    name: str
    version: str
    digest: str
    engine: str


def document(
    decision: Decision,
    *,
    id: str,  # noqa: A002 - the member's name.
    identity: Identity,
    origin: Origin | None = None,
) -> Document:
    """Return the whole document of a decision; `rules` lists every rule with its status."""
    statuses = decision.statuses
    counts = Counter(result.status for result in statuses)
    return {
        **base_document(decision, id=id, identity=identity, origin=origin),
        "passed": counts[Status.SATISFIED] + counts[Status.EXCEPTED],
        "not_applicable": counts[Status.NOT_APPLICABLE],
        "rules": [status_line(result) for result in statuses],
    }


def base_document(
    decision: Decision,
    *,
    id: str,  # noqa: A002 - likewise.
    identity: Identity,
    origin: Origin | None,
) -> Document:
    """Return the document of a decision without the members that list or count all rules."""
    writer = _Writer(origin=origin)
    reported = decision.with_status(Status.VIOLATED, Status.UNDETERMINED)
    launched, until = decision.as_if_launched, decision.valid_until
    standing = {} if decision.standing is None else standing_members(decision.standing)
    return {
        "id": id,
        "decision": decision.verdict.effect.value,
        "conclusive": decision.verdict.conclusive,
        "campaign": decision.campaign,
        **decision.attributes.members(),
        "policy_set": _policy_set(identity),
        "engine": {"name": "assent", "version": identity.engine},
        "as_of": instant_text(decision.as_of),
        "as_if_launched": launched.isoformat() if launched is not None else None,
        "valid_until": f"{until.isoformat()}T00:00:00Z" if until is not None else None,
        "markets": [
            {
                "market": each.market,
                "decision": each.verdict.effect.value,
                "conclusive": each.verdict.conclusive,
            }
            for each in decision.markets
        ],
        "would_pass": list(decision.would_pass),
        "findings": [
            made for result in reported if result.is_enforced for made in writer.findings(result)
        ],
        "warnings": [
            made
            for result in reported
            if not result.is_enforced
            for made in writer.findings(result)
        ],
        "obligations": [
            writer.obligation(result, owed)
            for result in decision.obligations
            if (owed := result.obligation) is not None
        ],
        "waived": [made for part in decision.waived for made in writer.waived(part)],
        "upcoming": [
            {"from": each.day.isoformat(), **made}
            for each in decision.upcoming
            for made in writer.findings(each.result)
        ],
        "missing": [writer.missing(each) for each in decision.missing],
        **_more("missing", decision.further_missing),
        **standing,
    }


def _policy_set(identity: Identity) -> Document:
    return {"name": identity.name, "version": identity.version, "digest": identity.digest}


def instant_text(instant: datetime) -> str:
    """Return an instant after RFC 3339, in UTC."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def status_line(result: RuleResult) -> Document:
    """Return a result as the record lists it among all."""
    made: Document = {"rule": result.rule.id, "status": result.status.value}
    if result.reason:
        made["reason"] = result.reason
    if result.elsewhere:
        made["markets"] = list(result.markets or ())
        made["elsewhere"] = [
            {"markets": list(part.markets or ()), "status": part.status.value}
            for part in result.elsewhere
        ]
    return made


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writer:
    """Serialises results as JSON."""

    origin: Origin | None

    def findings(self, result: RuleResult) -> list[Document]:
        """Return the findings of a result that is reported, for each market apart."""
        parts = (part for part in result.parts if part.is_adverse)
        return [made for part in parts for made in self._findings(part)]

    def _findings(self, result: RuleResult) -> list[Document]:
        listed = [self._finding(result, finding) for finding in result.findings]
        if result.further_findings and listed:
            listed[-1]["more"] = result.further_findings
        return listed

    def _finding(self, result: RuleResult, finding: Finding) -> Document:
        rule = result.rule
        return {
            **_heading(rule),
            "status": result.status.value,
            "clause": _clause(finding.clause),
            "facts": [self._seen(each) for each in finding.evidence],
            **_more("facts", finding.further_evidence),
            "wanted": [self._wanted(each) for each in finding.wanted[:MOST_FINDINGS]],
            **_more("wanted", len(finding.wanted[MOST_FINDINGS:])),
            "exceptions": [self._exception(each) for each in result.unmet_exemptions],
            "message": finding.message,
            "remedy": finding.remedy,
            "markets": list(result.markets) if result.markets is not None else None,
        }

    def waived(self, result: RuleResult) -> list[Document]:
        """Return what was waived of a rule, with its waivers."""
        waivers = [_waiver(each) for each in result.waivers]
        return [{**made, "waivers": waivers} for made in self._findings(result)]

    def obligation(self, result: RuleResult, owed: Obligation) -> Document:
        """Return a duty that is owed."""
        made: Document = {
            **_heading(result.rule),
            "text": owed.text,
            "due": owed.due.isoformat() if owed.due is not None else None,
            "term": owed.term,
            "clause": _clause(result.rule.main),
            "facts": [self._seen(each) for each in owed.evidence],
            **_more("facts", owed.further_evidence),
            "markets": list(result.markets) if result.markets is not None else None,
        }
        if owed.why:
            made["why"] = owed.why
        return made

    def missing(self, fact: MissingFact) -> Document:
        """Return a fact without which the campaign cannot be cleared."""
        wanted = WantedFact(pointer=fact.pointer, path=fact.path, label=fact.label, why=fact.why)
        return {**self._wanted(wanted), "rules": list(fact.rules)}

    def _exception(self, exception: UnmetExemption) -> Document:
        return {
            "name": exception.name,
            "facts": [self._seen(each) for each in exception.evidence[:MOST_FINDINGS]],
            **_more("facts", len(exception.evidence[MOST_FINDINGS:])),
            "wanted": [self._wanted(each) for each in exception.wanted[:MOST_FINDINGS]],
            **_more("wanted", len(exception.wanted[MOST_FINDINGS:])),
        }

    def _seen(self, seen: Evidence) -> Document:
        made = self._place(seen.pointer)
        made |= {"path": seen.path, "label": seen.label, "value": seen.value}
        if seen.required:
            made["required"] = seen.required
        if seen.item:
            made["item"] = seen.item
        if seen.is_presumed:
            made["presumed"] = True
        return made

    def _wanted(self, wanted: WantedFact) -> Document:
        made = self._place(wanted.pointer)
        made |= {"path": wanted.path, "label": wanted.label}
        if wanted.why:
            made["why"] = wanted.why
        return made

    def _place(self, pointer: str) -> Document:
        """Return a pointer, and the one into the submitted record where that is another."""
        place: Document = {"pointer": pointer}
        source = self.origin(pointer) if self.origin is not None else None
        if source is not None:
            place["submitted_pointer"] = source
        return place


def _more(name: str, count: int) -> Document:
    """Return the member that counts what a list leaves out; none where it is whole."""
    return {f"more_{name}": count} if count else {}


def _heading(rule: Rule) -> Document:
    """Return what every finding of a rule begins with."""
    role = {} if rule.override_role is None else {"overridable_by": rule.override_role}
    return {
        "rule": rule.id,
        "title": rule.title,
        "enforcement": rule.enforcement.value,
        **role,
        "severity": rule.severity.value,
        "sources": [
            {
                "instrument": cited.instrument,
                "title": cited.title,
                "article": cited.provision,
                "url": cited.url,
            }
            for cited in rule.sources
        ],
    }


def _clause(clause: Clause) -> Document:
    """Return a clause, and where it stands."""
    return {
        "text": clause.text,
        "file": clause.location.source,
        "line": clause.location.line,
        "column": clause.location.column,
    }


def _waiver(waiver: Waiver) -> Document:
    """Return a waiver; it has a beginning and an end, the first day on which it no longer holds."""
    window = waiver.window
    return {
        "waiver": waiver.name,
        "approved_by": waiver.approver,
        "role": waiver.role,
        "approved_on": waiver.approved.isoformat(),
        "ticket": waiver.ticket,
        "reason": waiver.reason,
        "from": str(window.start),
        "until": str(window.until),
    }
