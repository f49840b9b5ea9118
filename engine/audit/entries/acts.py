"""Acts: the entries of the log other than decisions, each of which records what somebody did.

Contents of the log are erased, read, held or given a retention period; a query is saved or
deleted; a version of policies moves a step towards being in force; a waiver is requested, granted,
refused or revoked; a standing fact is recorded or withdrawn; an API key is made or revoked.
`act_leaves` has their leaves.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from ..merkle.spans import Spans
from .retention import Schedule


class Ground(StrEnum):
    """Why contents are erased.

    Regulation (EU) 2016/679 (GDPR) art 17(1), points (a) to (f); and art 5(1)(e), that the period
    is over for which they are kept.
    """

    NO_LONGER_NEEDED = "no-longer-needed"
    CONSENT_WITHDRAWN = "consent-withdrawn"
    OBJECTION = "objection"
    UNLAWFUL_PROCESSING = "unlawful-processing"
    LEGAL_OBLIGATION = "legal-obligation"
    COLLECTED_FROM_CHILD = "collected-from-child"
    RETENTION = "retention"


ASKED_FOR = tuple(ground for ground in Ground if ground is not Ground.RETENTION)
"""The grounds on which somebody asks for an erasure; the other one is for a schedule to know."""


class HoldGround(StrEnum):
    """Why contents must not be erased: GDPR art 17(3), points (e) and (b)."""

    LEGAL_CLAIMS = "legal-claims"
    LEGAL_OBLIGATION = "legal-obligation"


class Action(StrEnum):
    """How contents are shown: one decision, its receipt, its replay, a search, or an export."""

    READ = "read"
    RECEIPT = "receipt"
    REPLAY = "replay"
    SEARCH = "search"
    EXPORT = "export"


class QueryChange(StrEnum):
    """What happens to a saved query."""

    SAVE = "save"
    DELETE = "delete"


class Transition(StrEnum):
    """What happens to a version of policies; an import is by whoever prepares the service."""

    IMPORT = "import"
    UPLOAD = "upload"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    ACTIVATE = "activate"
    ROLLBACK = "rollback"


class WaiverStep(StrEnum):
    """What happens to a waiver that somebody asks for."""

    REQUEST = "request"
    GRANT = "grant"
    REFUSE = "refuse"
    REVOKE = "revoke"


class FactTransition(StrEnum):
    """What happens to a standing fact: it is stated, anew or otherwise than before, or no more."""

    RECORD = "record"
    WITHDRAW = "withdraw"


class KeyChange(StrEnum):
    """What happens to an API key; one of before the log told of keys is adopted, as it is."""

    CREATE = "create"
    ADOPT = "adopt"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """That the contents of some entries are erased, on what ground, and by whom.

    `keys` are the ids of those that the contents were sealed under, which are to be destroyed.
    """

    entries: Spans
    ground: Ground
    actor: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """That contents of some entries are shown, how, and to whom; a search may find none."""

    entries: Spans
    action: Action
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """That some entries must not be erased, on what ground, and by whom; none may be there yet.

    `subject` is the commitment to whom the hold is on, which lies beside the log; entries of before
    have none.
    """

    entries: Spans
    ground: HoldGround
    actor: str
    subject: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """That a hold is lifted, by whom; the entries are those of the hold."""

    entries: Spans
    actor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyChange:
    """That a version of a policy set changes its state, by whom, and why.

    `entries` names the act on this version that came before, if any. `in_force_from` is when the
    version comes into force: of an import, an activation and a rollback, and of nothing else.
    """

    entries: Spans
    transition: Transition
    policy_set: str
    digest: str
    actor: str
    in_force_from: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FactChange:
    """That a standing fact has another version, by whom, and why.

    `entries` names the act on this fact that came before, if any. `commitment` is to what is
    stated, which lies beside the log; None where the fact is withdrawn.
    """

    entries: Spans
    transition: FactTransition
    fact: str
    version: int
    commitment: str | None
    actor: str
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """That contents are kept by a schedule from here on, as somebody says; it concerns no entry."""

    schedule: Schedule
    actor: str
    entries: Spans = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WaiverChange:
    """That a waiver of a rule is asked for, granted, refused or revoked, by whom, and why.

    `entries` names the act on this waiver that came before, if any. `text` is the waiver in the
    language of policies, of a request and a grant: that of a grant is what decides.
    """

    entries: Spans
    step: WaiverStep
    waiver: str
    policy_set: str
    rule: str
    actor: str
    reason: str | None = None
    text: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryAct:
    """That a query is saved under a name, or deleted, and by whom.

    `entries` names the act that saved it, where it is deleted. `filters` is the commitment to what
    a query asks for, where it is saved: a search for a person names that person, and the log is
    not to do so for ever.
    """

    entries: Spans
    change: QueryChange
    name: str
    actor: str
    filters: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyAct:
    """That an API key is made, adopted or revoked, and by whom.

    `entries` names the act that made or adopted it, where it is revoked. `key` is its prefix.
    `terms` is what it may do and whose it is, as JSON text; None where it is revoked.
    """

    entries: Spans
    change: KeyChange
    key: str
    actor: str
    terms: str | None = None


Act: TypeAlias = (
    Erasure
    | Access
    | Hold
    | Release
    | Declaration
    | QueryAct
    | PolicyChange
    | WaiverChange
    | FactChange
    | KeyAct
)
