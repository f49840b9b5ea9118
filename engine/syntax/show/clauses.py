"""Clauses as text: a keyword, and what stands behind it."""

from typing import TypeAlias, assert_never

from .. import tree
from .expressions import expression, literal

_COLUMN = 14

AnyClause: TypeAlias = (
    tree.Clause | tree.ReviewClause | tree.DefinitionClause | tree.WaiverClause | tree.ProfileClause
)


def optional(text: tree.TextLiteral | None) -> str:
    """Return a text behind a space, or nothing where there is none."""
    return "" if text is None else f" {literal(text)}"


def clause(node: AnyClause, margin: str) -> str:
    """Return a clause with its keyword in a column, behind the margin."""
    keyword, body = _keyword_and_body(node, len(margin) + _COLUMN)
    return f"{margin}{keyword.ljust(_COLUMN - 1)} {body}"


def _keyword_and_body(  # noqa: C901, PLR0912 - one flat choice.
    node: AnyClause, indent: int
) -> tuple[str, str]:
    match node:
        case tree.SourceClause():
            return "source", cited_in(node)
        case tree.ForceClause(start=start, until=until):
            return "in force from", literal(start) + (f" until {literal(until)}" if until else "")
        case tree.PlaceClause(places=places):
            return "applies in", expression(places, indent)
        case tree.ApplicabilityClause(condition=condition):
            return "applies when", expression(condition, indent)
        case tree.ProhibitClause(condition=condition):
            return "prohibit when", expression(condition, indent)
        case tree.ReviewClause(day=day):
            return "reviewed on", literal(day)
        case tree.MeansClause(condition=condition):
            return "means", expression(condition, indent)
        case tree.RequireClause(condition=condition, when=when):
            required = expression(condition, indent)
            return (
                "require",
                required if when is None else f"{required} when {expression(when, indent)}",
            )
        case tree.ObligeClause(duty=duty, condition=condition, due=due):
            return "oblige", f"{literal(duty)} when {expression(condition, indent)} {_due(due)}"
        case tree.PermitClause(condition=condition):
            return "permit when", expression(condition, indent)
        case tree.DespiteClause(rules=rules):
            return "despite", ", ".join(each.id for each in rules)
        case tree.SubjectClause(permits=permits):
            return "subject to", ", ".join(each.id for each in permits)
        case tree.ExceptionClause(name=name, condition=condition):
            return "unless", f"{literal(name)} {expression(condition, indent)}"
        case tree.UnknownClause(treatment=treatment):
            return "if unknown", treatment.value
        case tree.SeverityClause(gravity=gravity):
            return "severity", gravity.value
        case tree.EnforcementClause(enforcement=enforcement, role=role):
            return "enforcement", enforcement.value + optional(role)
        case tree.TextClause(text=text):
            return "text", literal(text)
        case tree.MonthEndClause(month_end=month_end):
            return "month end", month_end.value
        case tree.MessageClause(text=text):
            return "message", literal(text)
        case tree.RemedyClause(text=text):
            return "remedy", literal(text)
        case tree.EvidenceClause(paths=paths):
            return "evidence", ", ".join(each.text for each in paths)
        case tree.AdoptsClause() | tree.TightenedRule() | tree.TightenedParameter():
            return _of_profile(node, indent)
        case _:
            return _of_waiver(node, indent)


def _of_profile(
    node: tree.AdoptsClause | tree.TightenedRule | tree.TightenedParameter, indent: int
) -> tuple[str, str]:
    match node:
        case tree.AdoptsClause(modules=modules):
            return "adopts", ", ".join(each.text for each in modules)
        case tree.TightenedRule(rule=rule, stringency=stringency):
            return "tightens", f"{rule.id} to {stringency.value}"
        case tree.TightenedParameter(name=name, value=value, start=start):
            since = literal(start)
            return "tightens", f"{name.text} to {expression(value, indent)} from {since}"
    assert_never(node)


def _of_waiver(
    node: tree.WaivedClause
    | tree.ScopeClause
    | tree.ApprovalClause
    | tree.TicketClause
    | tree.ReasonClause,
    indent: int,
) -> tuple[str, str]:
    match node:
        case tree.WaivedClause(rule=rule):
            return "of", rule.id
        case tree.ScopeClause(condition=condition):
            return "for", expression(condition, indent)
        case tree.ApprovalClause(approver=approver, role=role, day=day):
            return "approved by", f"{literal(approver)} as {literal(role)} on {literal(day)}"
        case tree.TicketClause(text=text):
            return "ticket", literal(text)
        case tree.ReasonClause(text=text):
            return "reason", literal(text)
    assert_never(node)


def cited_in(node: tree.SourceClause) -> str:
    """Return the provisions that a clause cites."""
    return ", ".join(f"{each.instrument.text} {each.provision}" for each in node.citations)


def _due(node: tree.Due) -> str:
    within = f"within {literal(node.within)} " if node.within is not None else ""
    return f"due {within}{node.term.value}"
