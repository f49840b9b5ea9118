"""Profiles: what a house adopts of policies that others have written, and how it tightens them.

A profile never loosens. Of rules that is seen in how they are enforced; of a parameter it is found
out from the rules that read it (`directions`), and where all readings agree that is the direction
in which it may be moved.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from ...source.diagnostic import Diagnostic
from ...source.text import Source
from ...syntax import tree as syntax
from ...syntax.visit import all_of, first_of, items_of
from .. import faults
from ..adopted import is_within
from ..clauses import Reasons, structure_faults
from ..declarations.instruments import Instrument, cited
from ..declarations.parameters import stated
from ..elaborate import Scope
from ..findings import Report
from ..tree import Citation, Constant, Edition, Enforcement, Parameter, Rule, Window
from ..types import ListType
from .directions import Direction, directions_of, is_as_strict
from .overrides import WrittenRule

_ORDER = (
    *(Enforcement.ADVISORY, Enforcement.ENFORCED),
    *(Enforcement.OVERRIDABLE, Enforcement.MANDATORY),
)
"""From the loosest to the strictest: whoever names a role lets nobody else waive the rule."""


_NEEDED: Reasons = {syntax.SourceClause: "say what decides this in your house: `source CODE sec 2`"}
_REPEATABLE = (syntax.AdoptsClause, syntax.TightenedRule, syntax.TightenedParameter)


def profile_structure(
    profiles: Iterable[syntax.Profile], files: Iterable[syntax.File], report: Report
) -> None:
    """Report what profiles lack, and the modules they adopt that are not there."""
    modules = {item.name for item in items_of(syntax.Module, files)}
    known = sorted({".".join(name.split(".")[:n]) for name in modules for n in (1, 2, 3)})
    for node in profiles:
        for fault in structure_faults(node, "profile", _NEEDED, _REPEATABLE):
            report(fault)
        adopted = all_of(syntax.AdoptsClause, node.clauses)
        for each in (name for clause in adopted for name in clause.modules):
            if not any(is_within(name, each.text) for name in modules):
                report(faults.profiles.unknown_module(each.span, each.text, known))


# --- rules ----------------------------------------------------------------------------------------


def tightened_rules(
    profiles: Iterable[syntax.Profile],
    written: Mapping[str, WrittenRule],
    sources: Mapping[str, Source],
    report: Report,
) -> dict[str, WrittenRule]:
    """Return the written rules, those that profiles tighten with what these make of them."""
    found = dict(written)
    clauses = (clause for node in profiles for clause in node.clauses)
    for clause in all_of(syntax.TightenedRule, clauses):
        name, span = clause.rule.id, clause.rule.span
        rule = found.get(name)
        if rule is None:
            report(faults.names.unknown_rule(span, name, written))
        elif rule.tightened is not None:
            first = rule.tightened.rule.span
            place = str(sources[first.source].locate(first.start))
            report(faults.profiles.tightened_twice(span, name, place))
        elif (fault := _rule_fault(clause, rule)) is not None:
            report(fault)
        else:
            found[name] = replace(rule, tightened=clause)
    return found


def _rule_fault(clause: syntax.TightenedRule, rule: WrittenRule) -> Diagnostic | None:
    name, span = clause.rule.id, clause.rule.span
    demands = (syntax.ProhibitClause, syntax.RequireClause)
    if not any(isinstance(each, demands) for each in rule.rule.clauses):
        why = "it neither prohibits nor requires, so that nothing is enforced"
        return faults.profiles.not_tightened(span, name, why)
    stands, asked = rule.enforcement, Enforcement[clause.stringency.name]
    if _ORDER.index(asked) < _ORDER.index(stands):
        return faults.profiles.loosened_rule(span, name, stands.value)
    if asked is Enforcement.MANDATORY and rule.yields_to:
        why = f"the permission `{rule.yields_to[0].id}` lifts it, and lifts nothing mandatory"
        return faults.profiles.not_tightened(span, name, why)
    return None


def enforced(rules: Iterable[Rule], written: Mapping[str, WrittenRule]) -> Iterator[Rule]:
    """Yield rules, each enforced as a profile says where one does."""
    for rule in rules:
        asked = written[rule.id].enforcement
        same = asked is rule.enforcement
        yield rule if same else replace(rule, enforcement=asked, override_role=None)


# --- parameters -----------------------------------------------------------------------------------


_Clause = tuple[syntax.TightenedParameter, Scope, tuple[Citation, ...]]


def _first_day(clause: _Clause) -> date:
    return clause[0].start.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Tightening:
    """Reads what profiles make of parameters; `rules` are those that may read them."""

    rules: tuple[Rule, ...]
    instruments: Mapping[str, Instrument]
    sources: Mapping[str, Source]
    report: Report

    def parameters(
        self,
        profiles: Iterable[tuple[syntax.Profile, Scope]],
        parameters: Mapping[str, Parameter],
    ) -> dict[str, Parameter]:
        """Return the parameters as profiles leave them, reporting what loosens.

        Clauses are taken in the order of their days, wherever they stand.
        """
        found = dict(parameters)
        first: dict[tuple[str, date], syntax.TightenedParameter] = {}
        for clause, scope, sources in sorted(self._by_profile(profiles), key=_first_day):
            name = clause.name.text
            if name not in found:
                fault = faults.profiles.unknown_parameter
                self.report(fault(clause.name.span, name, found))
            elif (earlier := first.setdefault((name, clause.start.value), clause)) is not clause:
                span = earlier.name.span
                place = str(self.sources[span.source].locate(span.start))
                self.report(faults.profiles.tightened_twice(clause.name.span, name, place))
            else:
                found[name] = self._tightened(clause, scope, found[name], sources) or found[name]
        return found

    def _by_profile(self, profiles: Iterable[tuple[syntax.Profile, Scope]]) -> Iterator[_Clause]:
        """Yield the clauses about parameters, each with where it stands and what decides it."""
        for node, scope in profiles:
            source = first_of(syntax.SourceClause, node.clauses)
            sources = cited(source, self.instruments, self.report)
            for clause in all_of(syntax.TightenedParameter, node.clauses):
                yield clause, scope, sources

    def _tightened(
        self,
        clause: syntax.TightenedParameter,
        scope: Scope,
        parameter: Parameter,
        sources: tuple[Citation, ...],
    ) -> Parameter | None:
        assert not isinstance(parameter.type, ListType)  # noqa: S101 - no parameter is a list.
        inner, told = scope.heeding()
        constant = stated(inner, clause.value, parameter.type, "parameter")
        if constant is None or told:
            return None
        directions = set(directions_of(parameter.name, self.rules))
        if len(directions) != 1 or None in directions:
            why = "rules read it in ways that do not agree" if directions else "no rule reads it"
            self.report(faults.profiles.no_direction(clause.name.span, parameter.name, why))
            return None
        (direction,) = directions
        start = clause.start.value
        stands = parameter.edition_on(start)
        if (
            direction is not None
            and stands is not None
            and not is_as_strict(constant, stands.content, direction)
        ):
            self.report(
                faults.profiles.loosened_value(
                    clause.value.span, parameter.name, direction.value, stands.content.text, start
                )
            )
            return None
        editions = _moved(parameter.editions, constant, start, sources, direction)
        return replace(parameter, editions=tuple(editions))


def _moved(
    editions: Iterable[Edition[Constant]],
    constant: Constant,
    start: date,
    sources: tuple[Citation, ...],
    direction: Direction | None,
) -> Iterator[Edition[Constant]]:
    """Yield editions, from a day on with a value that is stricter; what is stricter yet stays."""
    for edition in editions:
        begins, until = edition.window.start, edition.window.until
        if until is not None and until <= start:
            yield edition
            continue
        if direction is not None and not is_as_strict(constant, edition.content, direction):
            yield edition
            continue
        if (begins or date.min) < start:
            yield replace(edition, window=Window(start=begins, until=start))
            begins = start
        window = Window(start=begins, until=until)
        yield Edition(window=window, content=constant, sources=sources)
