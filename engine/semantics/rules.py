"""Rules: the clauses of a policy and its rules, gathered into the typed core."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar, assert_never

from ..source.diagnostic import Diagnostic
from ..source.text import Span
from ..syntax import tree as syntax
from ..syntax.visit import all_of, any_broken, first_of
from . import clauses, faults
from .conditions import checked_clause
from .declare import Instrument, cited, window
from .elaborate import Scope, fact, members, parameter
from .polarity import absence_faults
from .tree import (
    Citation,
    Clause,
    Condition,
    Constant,
    Duty,
    Effect,
    Enforcement,
    Exemption,
    FactTerm,
    Filling,
    LookupTerm,
    ParameterTerm,
    Rule,
    SetTerm,
    Template,
    ValueTerm,
    Window,
    bound_elements,
    measure,
    sensitive_elements,
    terms_below,
)
from .types import RecordType, Scalar, Type

ClauseKind = TypeVar("ClauseKind", bound=syntax.Node)

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
"""What is filled in when a message is shown; the group is the path of a fact."""

_PATH = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*")
_NO_TEMPLATE = Template(parts=())


def policy_rules(
    node: syntax.Policy, scope: Scope, instruments: Mapping[str, Instrument]
) -> Iterator[Rule]:
    """Yield the rules of a policy that are well formed, reporting what is not."""
    for fault in clauses.misplaced(node):
        scope.report(fault)
    for rule in node.rules:
        found: list[Diagnostic] = []

        def report(fault: Diagnostic, found: list[Diagnostic] = found) -> None:
            found.append(fault)
            scope.report(fault)

        reader = _RuleReader(
            policy=node,
            rule=rule,
            scope=replace(scope, report=report),
            instruments=instruments,
        ).counting_months()
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
        scope = None if main is None else self._text_scope(main.clause.condition)
        message = self._template(syntax.MessageClause, scope)
        remedy = self._template(syntax.RemedyClause, scope)
        duty = None if main is None or main.duty is None else self._duty(main.duty, scope)
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
        return window(clause.start, clause.until, self.scope.report)

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
        clause = self._one(syntax.EnforcementClause)
        return Enforcement[clause.enforcement.name] if clause is not None else Enforcement.ENFORCED

    def _role(self) -> str | None:
        clause = self._one(syntax.EnforcementClause)
        return clause.role.value if clause is not None and clause.role is not None else None

    def _text(self) -> str:
        clause = self._one(syntax.TextClause)
        return clause.text.value if clause is not None else ""

    def _text_scope(self, main: Condition) -> Scope:
        """Return the scope of the texts, which may name what the main clause binds and looks up."""
        read = terms_below(main)
        return replace(
            self.scope,
            variables={**self.scope.variables, **bound_elements(main)},
            sensitive=sensitive_elements(main),
            lookups=tuple(dict.fromkeys(each for each in read if isinstance(each, LookupTerm))),
        )

    def _template(
        self, kind: type[syntax.MessageClause] | type[syntax.RemedyClause], scope: Scope | None
    ) -> Template:
        """Return a template; `scope` is None where it is unknown what it may speak of."""
        node = self._one(kind)
        return _NO_TEMPLATE if node is None else self._filled(node.text, scope)

    def _duty(self, node: syntax.ObligeClause, scope: Scope | None) -> Duty:
        within = node.due.within
        return Duty(
            text=self._filled(node.duty, scope),
            term=node.due.term,
            within=measure(Fraction(within.amount), within.unit) if within is not None else None,
            month_end=self.scope.month_end,
            due=self.scope.words(node.due.span).removeprefix("due "),
        )

    def _filled(self, text: syntax.TextLiteral, scope: Scope | None) -> Template:
        """Return a template; `scope` is None where it is unknown what it may speak of."""
        parts: list[str | Filling] = []
        literal = text.value
        done = 0
        for match in PLACEHOLDER.finditer(literal):
            filling = self._filling(match[1], self._inside(text.span, match[0]), scope)
            parts.append(literal[done : match.start()])
            if filling is not None:
                parts.append(filling)
            done = match.end()
        parts.append(literal[done:])
        return Template(parts=tuple(part for part in parts if part != ""))

    def _inside(self, span: Span, placeholder: str) -> Span:
        """Return the span of what stands between the braces of a placeholder in a text."""
        offset = self.scope.source.slice(span).find(placeholder)
        if offset < 0:  # Escapes make it read differently in the source.
            return span
        start = span.start + offset + 1
        return Span(source=span.source, start=start, end=start + len(placeholder) - 2)

    def _filling(self, written: str, span: Span, scope: Scope | None) -> Filling | None:
        """Return what a placeholder names, or report why it cannot be filled in."""
        if written in self.scope.parameters:
            return parameter(self.scope, syntax.Step(span=span, name=written))
        if written in self.scope.tables:
            return self._looked_up(written, span, scope)
        root = self.scope.vocabulary.root
        first = written.partition(".")[0]
        is_path = _PATH.fullmatch(written) is not None
        if scope is None and is_path and first != root:
            return None  # What the main clause binds is unknown while it has faults of its own.
        if not is_path or (first != root and (scope is None or first not in scope.variables)):
            reason = "neither a fact, nor a parameter, nor an element that the main clause binds"
            self.scope.report(faults.structure.placeholder(span, written, reason))
            return None
        steps, start = [], span.start
        for name in written.split("."):
            where = Span(source=span.source, start=start, end=start + len(name))
            steps.append(syntax.Step(span=where, name=name))
            start = where.end + 1
        found = fact(scope or self.scope, syntax.Path(span=span, steps=tuple(steps)))
        if found is not None and found.sensitive:
            self.scope.report(faults.facts.sensitive_shown(span, written))
            return None
        if found is not None and isinstance(found.type, RecordType):
            reason = "a group of facts, not one of them"
            facts = list(self.scope.vocabulary.records[found.type.name].facts)[:2]
            below = ", ".join(f"`{{{written}.{name}}}`" for name in facts)
            self.scope.report(
                faults.structure.placeholder(span, written, reason, f"name its facts: {below}")
            )
            return None
        return found

    def _looked_up(self, name: str, span: Span, scope: Scope | None) -> LookupTerm | None:
        """Return the one lookup in a table that the main clause makes."""
        if scope is None or scope.tables[name] is None:
            return None  # What the main clause looks up is unknown while it has faults.
        found = [term for term in scope.lookups if term.name == name]
        if len(found) != 1:
            reason = "a table that the main clause does not look up exactly once"
        elif not all(_can_be_shown(each, scope.variables) for each in found[0].arguments):
            reason = "a table that the main clause looks up by calculated values"
        elif any(isinstance(each, FactTerm) and each.sensitive for each in found[0].arguments):
            self.scope.report(faults.facts.sensitive_shown(span, name))
            return None
        else:
            return replace(found[0], span=span)
        self.scope.report(faults.structure.placeholder(span, name, reason))
        return None

    def _evidence(self) -> tuple[FactTerm, ...]:
        clause = self._one(syntax.EvidenceClause)
        paths = clause.paths if clause is not None else ()
        found = tuple(made for path in paths if (made := fact(self.scope, path)) is not None)
        for shown in found:
            if shown.sensitive:
                self.scope.report(faults.facts.sensitive_shown(shown.span, shown.text))
        return found


def _can_be_shown(argument: ValueTerm, bound: Mapping[str, Type]) -> bool:
    """Whether a text can say again what a table was looked up by."""
    match argument:
        case FactTerm(variable=variable):
            return variable is None or variable in bound
        case _:
            return isinstance(argument, Constant | ParameterTerm)
