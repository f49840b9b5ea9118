"""Rules: the clauses of a policy and its rules, gathered into the typed core."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from ..source.text import Span
from ..syntax import tree as syntax
from . import faults
from .declare import Instrument, window
from .elaborate import Scope, condition, fact, members
from .polarity import absence_faults
from .tree import (
    Citation,
    Clause,
    Compared,
    Condition,
    Constant,
    Denied,
    Effect,
    Exemption,
    FactTerm,
    Holds,
    Joined,
    Over,
    Rule,
    SetTerm,
    Template,
    Window,
)
from .types import ListType, Scalar, Type

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_KEYWORDS: dict[type, str] = {
    syntax.SourceClause: "source",
    syntax.ForceClause: "in force from",
    syntax.PlaceClause: "applies in",
    syntax.ApplicabilityClause: "applies when",
    syntax.ProhibitClause: "prohibit when",
    syntax.RequireClause: "require",
    syntax.ExceptionClause: "unless",
    syntax.UnknownClause: "if unknown",
    syntax.SeverityClause: "severity",
    syntax.EnforcementClause: "enforcement",
    syntax.MessageClause: "message",
    syntax.RemedyClause: "remedy",
    syntax.EvidenceClause: "evidence",
}
_REPEATABLE = (syntax.ApplicabilityClause, syntax.ExceptionClause)
_COMMON = (
    *(syntax.SourceClause, syntax.ForceClause, syntax.PlaceClause, syntax.ApplicabilityClause),
    *(syntax.SeverityClause, syntax.EnforcementClause, syntax.UnknownClause),
)


def policy_rules(
    node: syntax.Policy, scope: Scope, instruments: Mapping[str, Instrument]
) -> Iterator[Rule]:
    """Yield the rules of a policy that are well formed, reporting what is not."""
    for clause in node.clauses:
        if not isinstance(clause, (*_COMMON, syntax.Broken)):
            scope.report(faults.misplaced_clause(clause.span, _KEYWORDS[type(clause)]))
    for rule in node.rules:
        made = _RuleReader(policy=node, rule=rule, scope=scope, instruments=instruments).read()
        if made is not None:
            yield made


@dataclass(frozen=True, slots=True, kw_only=True)
class _RuleReader:
    """Reads one rule; its own clauses stand in place of the common ones of its policy.

    `applies when` adds up instead.
    """

    policy: syntax.Policy
    rule: syntax.Rule
    scope: Scope
    instruments: Mapping[str, Instrument]

    @property
    def _id(self) -> str:
        return f"{self.policy.name.text}/{self.rule.name.text}"

    def read(self) -> Rule | None:
        """Return the rule, or None where something it needs is missing or faulty."""
        self._check_repetitions()
        sources, places = self._sources(), self._places()
        applicability = self._applicability()
        main, exemptions = self._main(), self._exemptions()
        message = self._template(syntax.MessageClause, main)
        remedy = self._template(syntax.RemedyClause, main)
        evidence = self._evidence()
        self._check_presence()
        broken = any(isinstance(c, syntax.Broken) for c in (*self.policy.clauses, *self.rule.clauses))
        incomplete = None in (sources, applicability, main, exemptions, message, evidence)
        if broken or incomplete or places is _FAULTY:
            return None
        effect, clause, extra = main
        return Rule(
            id=self._id,
            title=self.rule.title.value if self.rule.title else self._inherited_title(),
            sources=sources,
            window=self._window(),
            places=places,
            applicability=(*applicability, *extra),
            effect=effect,
            main=clause,
            exemptions=exemptions,
            if_unknown=self._chosen(syntax.UnknownClause, "treatment", syntax.UnknownTreatment.ASK),
            severity=self._chosen(syntax.SeverityClause, "gravity", syntax.Gravity.MEDIUM),
            enforcement=self._chosen(
                syntax.EnforcementClause, "enforcement", syntax.Enforcement.MANDATORY
            ),
            message=message,
            remedy=remedy,
            evidence=evidence,
        )
