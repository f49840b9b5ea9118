"""Waivers: who lets a rule be broken, by which campaigns, on which days, and why."""

from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from .expressions import DateLiteral, Expression, TextLiteral
from .node import Broken, Keyed, Name, Node
from .policies import ForceClause, RuleReference


@dataclass(frozen=True, slots=True, kw_only=True)
class WaivedClause(Keyed):
    """The rule that is waived: `of minors/no_profiling`."""

    keyword: ClassVar = "of"
    rule: RuleReference


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeClause(Keyed):
    """The campaigns for which a rule is waived: `for campaign.id is "c-771"`."""

    keyword: ClassVar = "for"
    condition: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalClause(Keyed):
    """Who has approved a waiver, in which role, and when.

    `approved by "A. Jansen" as "DPO" on 2026-08-29`.
    """

    keyword: ClassVar = "approved by"
    approver: TextLiteral
    role: TextLiteral
    day: DateLiteral


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketClause(Keyed):
    """Where the approval is on record."""

    keyword: ClassVar = "ticket"
    text: TextLiteral


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonClause(Keyed):
    """Why a rule is waived."""

    keyword: ClassVar = "reason"
    text: TextLiteral


WaiverClause: TypeAlias = (
    WaivedClause | ScopeClause | ForceClause | ApprovalClause | TicketClause | ReasonClause
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiver(Node):
    """A waiver of one rule, for some campaigns and some days."""

    name: Name
    clauses: tuple[WaiverClause | Broken, ...]
