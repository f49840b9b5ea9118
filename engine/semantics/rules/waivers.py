"""Waivers: who lets a rule be broken, made of what the files declare, and set into the rules.

A waiver stands apart from the rule that it waives: it is an act of the house, with an end, and
comes and goes while the rule stays. What it needs is demanded here, so that no waiver is without
an end, an approval, a ticket and a reason.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from ...source.diagnostic import Diagnostic
from ...source.text import Source
from ...syntax import tree as syntax
from ...syntax.visit import any_broken, first_of, items_of
from .. import faults
from ..clauses import Reasons, structure_faults
from ..conditions import checked_clause
from ..declarations.editions import window
from ..elaborate import Scope
from ..tree import MARKET, Effect, Enforcement, Policies, Rule, Waiver
from ..types import Scalar
from .overrides import WrittenRule

_NEEDED: Reasons = {
    syntax.WaivedClause: "say which rule is waived: `of minors/no_profiling`",
    syntax.ScopeClause: 'say for which campaigns: `for campaign.id is "c-771"`',
    syntax.ForceClause: "say on which days: `in force from 2026-09-01 through 2026-11-30`",
    syntax.ApprovalClause: "say who has approved it, in which role, and when: "
    '`approved by "A. Jansen" as "Data Protection Officer" on 2026-08-29`',
    syntax.TicketClause: 'say where the approval is on record: `ticket "LEG-991"`',
    syntax.ReasonClause: 'say why the rule is waived: `reason "…"`',
}
"""What every waiver says, each with how to say it."""

_HARMLESS: Mapping[Effect, type[syntax.Keyed]] = {
    Effect.OBLIGE: syntax.ObligeClause,
    Effect.PERMIT: syntax.PermitClause,
}
"""The effects that deny nobody, each with the clause that has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waivable:
    """What of a rule says whether it can be waived, and in which role.

    `harmless` is its clause that denies nobody, where that is what it has.
    """

    harmless: type[syntax.Keyed] | None
    enforcement: Enforcement
    role: str | None

    @classmethod
    def written(cls, rule: WrittenRule) -> "Waivable":
        """Return that of a rule as it stands in a file, well formed or not."""
        harmless = tuple(_HARMLESS.values())
        kinds = (type(each) for each in rule.rule.clauses if isinstance(each, harmless))
        return cls(harmless=next(kinds, None), enforcement=rule.enforcement, role=rule.role)

    @classmethod
    def checked(cls, rule: Rule) -> "Waivable":
        """Return that of a rule without faults."""
        return cls(
            harmless=_HARMLESS.get(rule.effect),
            enforcement=rule.enforcement,
            role=rule.override_role,
        )


def waived_rules(files: Iterable[syntax.File]) -> dict[str, str]:
    """Return the rule of every waiver, well formed or not, by the name of the waiver."""
    found: dict[str, str] = {}
    for node in items_of(syntax.Waiver, files):
        clause = first_of(syntax.WaivedClause, node.clauses)
        found.setdefault(node.name.text, clause.rule.id if clause is not None else "")
    return found


def waiver(
    node: syntax.Waiver, scope: Scope, rules: Mapping[str, Waivable]
) -> tuple[str, Waiver] | None:
    """Return the id of a rule and what waives it, or None where a fault in it was reported."""
    inner, found = scope.heeding()
    for fault in (*structure_faults(node, "waiver", _NEEDED), *_empty_texts(node)):
        inner.report(fault)
    named = first_of(syntax.WaivedClause, node.clauses)
    held = first_of(syntax.ForceClause, node.clauses)
    signed = first_of(syntax.ApprovalClause, node.clauses)
    about = first_of(syntax.ScopeClause, node.clauses)
    ticket = first_of(syntax.TicketClause, node.clauses)
    reason = first_of(syntax.ReasonClause, node.clauses)
    if named is not None:
        for fault in _rule_faults(named.rule, signed, rules):
            inner.report(fault)
    force = None if held is None else window(held.start, held.end, inner.report)
    if held is not None and held.end is None:
        inner.report(faults.waivers.endless_waiver(held.span, node.name.text))
    if held is not None and signed is not None and signed.day.value > held.start.value:
        late, first = signed.day, held.start.value
        inner.report(faults.waivers.approved_later(late.span, node.name.text, late.value, first))
    made = None
    if about is not None:
        # Leaving a fact out must not bring a waiver about.
        made = checked_clause(inner, about.span, about.condition, towards_denial=False)
    if found or named is None or force is None or signed is None or made is None:
        return None
    if ticket is None or reason is None or any_broken(node.clauses):
        return None
    return named.rule.id, Waiver(
        name=node.name.text,
        scope=made,
        window=force,
        approver=signed.approver.value,
        role=signed.role.value,
        approved=signed.day.value,
        ticket=ticket.text.value,
        reason=reason.text.value,
    )


def _empty_texts(node: syntax.Waiver) -> Iterator[Diagnostic]:
    """Yield a fault for each text that a waiver leaves empty."""
    for what, text in (each for clause in node.clauses for each in _texts(clause)):
        if not text.value.strip():
            yield faults.waivers.says_nothing(text.span, what)


def _texts(
    clause: syntax.WaiverClause | syntax.Broken,
) -> tuple[tuple[str, syntax.TextLiteral], ...]:
    match clause:
        case syntax.ApprovalClause(approver=approver, role=role):
            return ("approver", approver), ("role", role)
        case syntax.TicketClause(text=text):
            return (("ticket", text),)
        case syntax.ReasonClause(text=text):
            return (("reason", text),)
        case _:
            return ()


def _rule_faults(
    reference: syntax.RuleReference,
    signed: syntax.ApprovalClause | None,
    rules: Mapping[str, Waivable],
) -> Iterator[Diagnostic]:
    """Yield why the rule that a waiver names cannot be waived, or not in this role."""
    rule = rules.get(reference.id)
    if rule is None:
        yield faults.names.unknown_rule(reference.span, reference.id, rules)
    elif rule.harmless is not None:
        effect = rule.harmless.keyword
        yield faults.waivers.nothing_to_waive(reference.span, reference.id, effect)
    elif rule.enforcement is Enforcement.MANDATORY:
        yield faults.waivers.waives_mandatory(reference.span, reference.id)
    elif rule.enforcement is Enforcement.ADVISORY:
        yield faults.waivers.waives_advice(reference.span, reference.id)
    elif signed is not None and rule.role is not None and signed.role.value != rule.role:
        approving = signed.role.value
        yield faults.waivers.other_role(signed.role.span, reference.id, rule.role, approving)


def with_waivers(rules: Iterable[Rule], waivers: Iterable[tuple[str, Waiver]]) -> Iterator[Rule]:
    """Yield rules, each with what waives it, in the order of the names."""
    by_rule: dict[str, list[Waiver]] = {}
    for name, each in waivers:
        by_rule.setdefault(name, []).append(each)
    for rule in rules:
        waiving = sorted(by_rule.get(rule.id, ()), key=lambda each: each.name)
        yield replace(rule, waivers=tuple(waiving)) if waiving else rule


def granted(
    node: syntax.Waiver, source: Source, policies: Policies, report: Callable[[Diagnostic], None]
) -> tuple[str, Waiver] | None:
    """Return a waiver that stands apart from the files of policies, as `waiver` does.

    What those declare is known to it; its name must be none that they have given to a waiver.
    """
    scope = Scope(
        source=source,
        vocabulary=policies.vocabulary,
        sets=policies.sets,
        parameters=policies.parameters,
        definitions=policies.definitions,
        tables=policies.tables,
        report=report,
    )
    name = node.name
    if any(each.name == name.text for rule in policies.rules for each in rule.waivers):
        report(faults.names.duplicate(name.span, "waiver", name.text, "the policies"))
        return None
    rules = {rule.id: Waivable.checked(rule) for rule in policies.rules}
    return waiver(node, scope.binding(MARKET, Scalar.PLACE), rules)


def with_granted(policies: Policies, waivers: Iterable[tuple[str, Waiver]]) -> Policies:
    """Return policies with waivers that were granted apart from them set into their rules."""
    own = [(rule.id, each) for rule in policies.rules for each in rule.waivers]
    return replace(policies, rules=tuple(with_waivers(policies.rules, (*own, *waivers))))
