"""Overrides: permissions and the rules that they lift, written at both ends.

A permission says `despite` which rules it holds, and each of them says that it is `subject to` the
permission, so that whoever reads either end knows of the other. Only a permission lifts, and a
permission has nothing to lift: no circle of overrides can be written.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ...source.diagnostic import Diagnostic
from ...syntax import tree as syntax
from ...syntax.visit import all_of, first_of, items_of
from .. import faults
from ..tree import Effect, Enforcement, Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenRule:
    """A rule as it stands in a file, well formed or not."""

    policy: syntax.Policy
    rule: syntax.Rule
    tightened: syntax.TightenedRule | None = None
    """What a profile makes of its enforcement."""

    @property
    def id(self) -> str:
        """The name of the rule in the whole bundle."""
        return f"{self.policy.name.text}/{self.rule.name.text}"

    @property
    def permits(self) -> bool:
        """Whether it is a permission."""
        return first_of(syntax.PermitClause, self.rule.clauses) is not None

    @property
    def enforcement(self) -> Enforcement:
        """How it is enforced: by a profile, by its own clause or by the common one."""
        if self.tightened is not None:
            return Enforcement[self.tightened.stringency.name]
        return enforcement_by(self._clause)

    @property
    def role(self) -> str | None:
        """Who may waive it, where its own clause or the common one says so."""
        clause = None if self.tightened is not None else self._clause
        return clause.role.value if clause is not None and clause.role is not None else None

    @property
    def _clause(self) -> syntax.EnforcementClause | None:
        return first_of(syntax.EnforcementClause, (*self.rule.clauses, *self.policy.clauses))

    @property
    def lifts(self) -> tuple[syntax.RuleReference, ...]:
        """The rules that it lifts."""
        clauses = all_of(syntax.DespiteClause, self.rule.clauses)
        return tuple(each for clause in clauses for each in clause.rules)

    @property
    def yields_to(self) -> tuple[syntax.RuleReference, ...]:
        """The permissions that it is subject to."""
        clauses = all_of(syntax.SubjectClause, self.rule.clauses)
        return tuple(each for clause in clauses for each in clause.permits)


def enforcement_by(clause: syntax.EnforcementClause | None) -> Enforcement:
    """Return how a rule is enforced by its clause; one without it denies."""
    return Enforcement.ENFORCED if clause is None else Enforcement[clause.enforcement.name]


def written_rules(files: Iterable[syntax.File]) -> dict[str, WrittenRule]:
    """Return every rule of the files by its id, the first of each."""
    found: dict[str, WrittenRule] = {}
    for policy in items_of(syntax.Policy, files):
        for rule in policy.rules:
            made = WrittenRule(policy=policy, rule=rule)
            found.setdefault(made.id, made)
    return found


def override_faults(written: Mapping[str, WrittenRule]) -> Iterator[Diagnostic]:
    """Yield what is wrong with what rules say of overriding each other."""
    for each in written.values():
        if each.permits:
            for reference in each.lifts:
                yield from _lifting_faults(each, reference, written)
        else:
            for reference in each.yields_to:
                yield from _yielding_faults(each, reference, written)


def _lifting_faults(
    permit: WrittenRule, reference: syntax.RuleReference, written: Mapping[str, WrittenRule]
) -> Iterator[Diagnostic]:
    lifted = written.get(reference.id)
    if lifted is None:
        yield faults.names.unknown_rule(reference.span, reference.id, written)
    elif lifted.permits:
        yield faults.overrides.nothing_to_lift(reference.span, reference.id)
    elif lifted.enforcement is Enforcement.MANDATORY:
        yield faults.overrides.lifts_mandatory(reference.span, reference.id)
    elif permit.id not in {each.id for each in lifted.yields_to}:
        yield faults.overrides.one_sided(reference.span, reference.id, f"subject to {permit.id}")


def _yielding_faults(
    rule: WrittenRule, reference: syntax.RuleReference, written: Mapping[str, WrittenRule]
) -> Iterator[Diagnostic]:
    permit = written.get(reference.id)
    if permit is None:
        yield faults.names.unknown_rule(reference.span, reference.id, written)
    elif not permit.permits:
        yield faults.overrides.not_a_permission(reference.span, reference.id)
    elif rule.id not in {each.id for each in permit.lifts}:
        yield faults.overrides.one_sided(reference.span, reference.id, f"despite {rule.id}")


def overridden(rules: Iterable[Rule], written: Mapping[str, WrittenRule]) -> Iterator[Rule]:
    """Yield rules, each with the permissions that it is subject to."""
    made = {rule.id: rule for rule in rules}
    permits = {name: rule for name, rule in made.items() if rule.effect is Effect.PERMIT}
    for rule in made.values():
        names = sorted({each.id for each in written[rule.id].yields_to} & permits.keys())
        yield replace(rule, permissions=tuple(permits[name] for name in names)) if names else rule
