"""Clauses as text: a keyword, and what stands behind it."""

from typing import TypeAlias, assert_never

from engine.syntax import tree
from tests.printer.expressions import expression, literal

_COLUMN = 14

AnyClause: TypeAlias = (
    tree.Clause | tree.ReviewClause | tree.DefinitionClause | tree.WaiverClause | tree.ProfileClause
)


def optional(text: tree.TextLiteral | None) -> str:
    """Return a text behind a space, or nothing where there is none."""
    return "" if text is None else f" {literal(text)}"


def clause(node: AnyClause, margin: str) -> str:
    """Return a clause with its keyword in a column, behind the margin."""
    return f"{margin}{node.keyword.ljust(_COLUMN - 1)} {_body(node, len(margin) + _COLUMN)}"


def _body(  # noqa: C901, PLR0912 - one flat choice.
    node: AnyClause, indent: int
) -> str:
    match node:
        case (
            tree.ApplicabilityClause(condition=condition)
            | tree.ProhibitClause(condition=condition)
            | tree.PermitClause(condition=condition)
            | tree.MeansClause(condition=condition)
            | tree.ScopeClause(condition=condition)
        ):
            return expression(condition, indent)
        case (
            tree.TextClause(text=text)
            | tree.MessageClause(text=text)
            | tree.RemedyClause(text=text)
            | tree.TicketClause(text=text)
            | tree.ReasonClause(text=text)
        ):
            return literal(text)
        case tree.SourceClause():
            return cited_in(node)
        case tree.ForceClause(start=start, end=end):
            return literal(start) + (f" {end.text}" if end else "")
        case tree.PlaceClause(places=places):
            return expression(places, indent)
        case tree.RequireClause(condition=condition, when=when):
            case_ = "" if when is None else f" when {expression(when, indent)}"
            return expression(condition, indent) + case_
        case tree.ObligeClause(duty=duty, condition=condition, due=due):
            return f"{literal(duty)} when {expression(condition, indent)} {_due(due)}"
        case tree.DespiteClause(rules=named) | tree.SubjectClause(permits=named):
            return ", ".join(each.id for each in named)
        case tree.ExceptionClause(name=name, condition=condition):
            return f"{literal(name)} {expression(condition, indent)}"
        case tree.UnknownClause(treatment=treatment):
            return treatment.value
        case tree.SeverityClause(gravity=gravity):
            return gravity.value
        case tree.EnforcementClause(enforcement=enforcement, role=role):
            return enforcement.value + optional(role)
        case tree.MonthEndClause(month_end=month_end):
            return month_end.value
        case tree.EvidenceClause(paths=paths):
            return ", ".join(each.text for each in paths)
        case tree.ReviewClause(day=day):
            return literal(day)
        case tree.WaivedClause(rule=rule):
            return rule.id
        case tree.ApprovalClause(approver=approver, role=role, day=day):
            return f"{literal(approver)} as {literal(role)} on {literal(day)}"
        case tree.AdoptsClause(modules=modules):
            return ", ".join(each.text for each in modules)
        case tree.TightenedRule(rule=rule, stringency=stringency):
            return f"{rule.id} to {stringency.value}"
        case tree.TightenedParameter(name=parameter, value=value, start=start):
            return f"{parameter.text} to {expression(value, indent)} from {literal(start)}"
    assert_never(node)


def cited_in(node: tree.SourceClause) -> str:
    """Return the provisions that a clause cites."""
    return ", ".join(f"{each.instrument.text} {each.provision}" for each in node.citations)


def _due(node: tree.Due) -> str:
    within = f"within {literal(node.within)} " if node.within is not None else ""
    return f"due {within}{node.term.value}"
