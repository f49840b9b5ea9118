"""Waivers: who lets a rule be broken, by which campaigns, on which days, and why."""

from dataclasses import dataclass
from typing import TypeAlias

from .expressions import DateLiteral, Expression, TextLiteral
from .node import Broken, Name, Node
from .policies import ForceClause, RuleReference


@dataclass(frozen=True, slots=True, kw_only=True)
class WaivedClause(Node):
    """The rule that is waived: `of minors/no_profiling`."""

    rule: RuleReference


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeClause(Node):
    """The campaigns for which a rule is waived: `for campaign.id is "c-771"`."""

    condition: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalClause(Node):
    """Who has approved a waiver, in which role, and when.

    `approved by "A. Jansen" as "DPO" on 2026-08-29`.
    """

    approver: TextLiteral
    role: TextLiteral
    day: DateLiteral


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketClause(Node):
    """Where the approval is on record."""

    text: TextLiteral


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonClause(Node):
    """Why a rule is waived."""

    text: TextLiteral


WaiverClause: TypeAlias = (
    WaivedClause | ScopeClause | ForceClause | ApprovalClause | TicketClause | ReasonClause
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver(Node):
    """A waiver of one rule, for some campaigns and some days."""

    name: Name
    clauses: tuple[WaiverClause | Broken, ...]
