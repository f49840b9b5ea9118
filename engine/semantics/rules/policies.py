"""Rules: the clauses of a policy and its rules, gathered into the typed core."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar, assert_never

from ...source.text import Span
from ...syntax import tree as syntax
from ...syntax.visit import all_of, any_broken, first_of
from .. import clauses, faults
from ..conditions import checked_clause
from ..declarations.editions import window
from ..declarations.instruments import Instrument, cited
from ..elaborate import Scope, fact, members
from ..polarity import absence_faults
from ..tree import (
    Citation,
    Clause,
    Constant,
    Duty,
    Effect,
    Enforcement,
    Exemption,
    FactTerm,
    Rule,
    SetTerm,
    Template,
    Window,
    measure,
)
from ..types import Scalar
from .overrides import enforcement_by
from .templates import Texts

ClauseKind = TypeVar("ClauseKind", bound=syntax.Node)

_NO_TEMPLATE = Template(parts=())


def policy_rules(
    node: syntax.Policy, scope: Scope, instruments: Mapping[str, Instrument]
) -> Iterator[Rule]:
    """Yield the rules of a policy that are well formed, reporting what is not."""
    for fault in clauses.misplaced(node):
        scope.report(fault)
    for rule in node.rules:
        inner, found = scope.heeding()
        reader = _RuleReader(policy=node, rule=rule, scope=inner, instruments=instruments)
        reader = reader.counting_months()
        made = reader.read()
        if made is not None and not found and not reader.is_broken:
            yield made


@dataclass(frozen=True, slots=True, kw_only=True)
class _Main:
    """The main clause, the case in which it is required, and the text of a duty."""

    effect: Effect
    clause: Clause
    case: Clause | None = None
    duty: syntax.ObligeClause | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _RuleReader:
    """Reads one rule; its own clauses stand in place of the common ones of its policy.

    `applies when` adds up instead. What is faulty is reported and stands in as empty: the caller
    drops a rule about which anything was reported.
    """

    policy: syntax.Policy
    rule: syntax.Rule
    scope: Scope
    instruments: Mapping[str, Instrument]

    @property
    def is_broken(self) -> bool:
        """Whether a clause of the rule, or a common one, could not be parsed."""
        return any_broken((*self.policy.clauses, *self.rule.clauses))

    def counting_months(self) -> "_RuleReader":
        """Return the reader that counts months as the rule says."""
        clause = self._one(syntax.MonthEndClause)
        if clause is None:
            return self
        return replace(self, scope=replace(self.scope, month_end=clause.month_end))

    def read(self) -> Rule | None:
        """Return the rule, or None where it has no main clause that can be read."""
        self._check_structure()
        main = self._main()
        cases = [] if main is None or main.case is None else [main.case]
        applicability = (*self._applicability(), *cases)
        exemptions = tuple(self._exemptions())
        texts = Texts.of(self.scope, None if main is None else main.clause.condition)
        message = self._template(syntax.MessageClause, texts)
        remedy = self._template(syntax.RemedyClause, texts)
        duty = None if main is None or main.duty is None else self._duty(main.duty, texts)
        sources, places, evidence = self._sources(), self._places(), self._evidence()
        force = self._window()
        if main is None:
            return None
        if main.effect is Effect.OBLIGE:
            self._check_settling((*applicability, main.clause))
        return Rule(
            id=f"{self.policy.name.text}/{self.rule.name.text}",
            title=self._title(),
            sources=sources,
            window=force,
            places=places,
            applicability=applicability,
            effect=main.effect,
            main=main.clause,
            exemptions=exemptions,
            if_unknown=self._treatment(),
            severity=self._severity(),
            enforcement=self._enforcement(),
            override_role=self._role(),
            text=self._text(),
            message=message,
            remedy=remedy,
            evidence=evidence,
            duty=duty,
        )

    # --- which clauses there are ---------------------------------------------------------------

    def _one(self, kind: type[ClauseKind]) -> ClauseKind | None:
        return first_of(kind, (*self.rule.clauses, *self.policy.clauses))

    def _check_structure(self) -> None:
        found = [*clauses.repeated(self.rule.clauses), *clauses.repeated(self.policy.clauses)]
        if not self.is_broken:  # The broken clause may be the one that seems to be missing.
            found += clauses.unfit(self.policy, self.rule)
        for fault in found:
            self.scope.report(fault)

    # --- scope of the rule ---------------------------------------------------------------------

    def _title(self) -> str:
        title = self.rule.title or self.policy.title
        return title.value if title else self.rule.name.text.replace("_", " ")

    def _sources(self) -> tuple[Citation, ...]:
        clause = self._one(syntax.SourceClause)
        return cited(clause, self.instruments, self.scope.report)

    def _window(self) -> Window:
        clause = self._one(syntax.ForceClause)
        if clause is None:
            return Window()
        return window(clause.start, clause.end, self.scope.report)

    def _places(self) -> SetTerm | Constant | None:
        clause = self._one(syntax.PlaceClause)
        return None if clause is None else members(self.scope, clause.places, Scalar.PLACE)

    # --- conditions ----------------------------------------------------------------------------

    def _clause(
        self, span: Span, node: syntax.Expression, *, towards_denial: bool
    ) -> Clause | None:
        return checked_clause(self.scope, span, node, towards_denial=towards_denial)

    def _check_settling(self, clauses: Iterable[Clause]) -> None:
        """Report where absence would settle a duty that is undetermined, and thereby help."""
        for clause in clauses:
            for diagnostic in absence_faults(clause.condition, towards_denial=False):
                self.scope.report(diagnostic)

    def _main(self) -> _Main | None:
        written = [clause for clause in self.rule.clauses if isinstance(clause, clauses.MAIN)]
        if not written:
            return None
        for second in written[1:]:
            self.scope.report(faults.structure.second_demand(second.span))
        node = written[0]
        helps = isinstance(node, syntax.RequireClause | syntax.PermitClause)
        clause = self._clause(node.span, node.condition, towards_denial=not helps)
        case = None
        if isinstance(node, syntax.RequireClause) and node.when is not None:
            case = self._clause(node.when.span, node.when, towards_denial=True)
        if clause is None:
            return None
        match node:
            case syntax.ProhibitClause():
                return _Main(effect=Effect.PROHIBIT, clause=clause)
            case syntax.RequireClause():
                return _Main(effect=Effect.REQUIRE, clause=clause, case=case)
            case syntax.ObligeClause():
                return _Main(effect=Effect.OBLIGE, clause=clause, duty=node)
            case syntax.PermitClause():
                return _Main(effect=Effect.PERMIT, clause=clause)
        assert_never(node)

    def _applicability(self) -> Iterator[Clause]:
        either = (*self.policy.clauses, *self.rule.clauses)
        written = all_of(syntax.ApplicabilityClause, either)
        denies = first_of(syntax.PermitClause, self.rule.clauses) is None
        for node in written:
            made = self._clause(node.span, node.condition, towards_denial=denies)
            if made is not None:
                yield made

    def _exemptions(self) -> Iterator[Exemption]:
        for node in all_of(syntax.ExceptionClause, self.rule.clauses):
            made = self._clause(node.span, node.condition, towards_denial=False)
            if made is not None:
                yield Exemption(name=node.name.value, clause=made)

    # --- consequences --------------------------------------------------------------------------

    def _treatment(self) -> syntax.UnknownTreatment:
        clause = self._one(syntax.UnknownClause)
        return clause.treatment if clause is not None else syntax.UnknownTreatment.ASK

    def _severity(self) -> syntax.Gravity:
        clause = self._one(syntax.SeverityClause)
        return clause.gravity if clause is not None else syntax.Gravity.MEDIUM

    def _enforcement(self) -> Enforcement:
        return enforcement_by(self._one(syntax.EnforcementClause))

    def _role(self) -> str | None:
        clause = self._one(syntax.EnforcementClause)
        return clause.role.value if clause is not None and clause.role is not None else None

    def _text(self) -> str:
        clause = self._one(syntax.TextClause)
        return clause.text.value if clause is not None else ""

    def _template(
        self, kind: type[syntax.MessageClause] | type[syntax.RemedyClause], texts: Texts
    ) -> Template:
        node = self._one(kind)
        return _NO_TEMPLATE if node is None else texts.template(node.text)

    def _duty(self, node: syntax.ObligeClause, texts: Texts) -> Duty:
        within = node.due.within
        return Duty(
            text=texts.template(node.duty),
            term=node.due.term,
            within=measure(Fraction(within.amount), within.unit) if within is not None else None,
            month_end=self.scope.month_end,
            due=self.scope.words(node.due.span).removeprefix("due "),
        )

    def _evidence(self) -> tuple[FactTerm, ...]:
        clause = self._one(syntax.EvidenceClause)
        paths = clause.paths if clause is not None else ()
        found = tuple(made for path in paths if (made := fact(self.scope, path)) is not None)
        for shown in found:
            if shown.sensitive:
                self.scope.report(faults.facts.sensitive_shown(shown.span, shown.text))
        return found
