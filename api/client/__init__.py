"""A client of a running Assent, for pipelines in Python: `from api.client import Client`.

A campaign that is denied is a result, a `Decision`; whatever keeps the service from deciding is an
`AssentError`, and never an allow.
"""

from .answers import (
    Checked,
    Clause,
    Decision,
    DecisionPage,
    DrawnDecision,
    Erasure,
    Fact,
    Finding,
    InclusionProof,
    ListedDecision,
    ListedVersion,
    LoggedDecision,
    MissingFact,
    Obligation,
    PolicySet,
    Receipt,
    Replay,
    Sample,
    Statistics,
    Upcoming,
    Version,
)
from .asking import Answers
from .batches import BatchItem
from .client import Client, Format
from .decisions import Export, FileFormat, Ground, RecordedDecisions
from .errors import (
    AssentError,
    BusyError,
    ConflictError,
    ErasedError,
    Fault,
    ForbiddenError,
    Hold,
    InvalidRequestError,
    NotFoundError,
    Problem,
    ProblemError,
    ServiceFaultError,
    Tombstone,
    UnauthenticatedError,
    UnexpectedAnswerError,
    UnreachableError,
)
from .facts import StandingFact, StandingFacts, Statement, Subject
from .filters import Criteria, Filters, Selection
from .impact import AssessedDecision, Impact
from .log import Log
from .publishing import PolicySetClient
from .queries import DeletedQuery, SavedQueries, SavedQuery
from .transport import Patience
from .waivers import Waiver, Waivers, WaiverState

__all__ = [
    "Answers",
    "AssentError",
    "AssessedDecision",
    "BatchItem",
    "BusyError",
    "Checked",
    "Clause",
    "Client",
    "ConflictError",
    "Criteria",
    "Decision",
    "DecisionPage",
    "DeletedQuery",
    "DrawnDecision",
    "ErasedError",
    "Erasure",
    "Export",
    "Fact",
    "Fault",
    "FileFormat",
    "Filters",
    "Finding",
    "ForbiddenError",
    "Format",
    "Ground",
    "Hold",
    "Impact",
    "InclusionProof",
    "InvalidRequestError",
    "ListedDecision",
    "ListedVersion",
    "Log",
    "LoggedDecision",
    "MissingFact",
    "NotFoundError",
    "Obligation",
    "Patience",
    "PolicySet",
    "PolicySetClient",
    "Problem",
    "ProblemError",
    "Receipt",
    "RecordedDecisions",
    "Replay",
    "Sample",
    "SavedQueries",
    "SavedQuery",
    "Selection",
    "ServiceFaultError",
    "StandingFact",
    "StandingFacts",
    "Statement",
    "Statistics",
    "Subject",
    "Tombstone",
    "UnauthenticatedError",
    "UnexpectedAnswerError",
    "UnreachableError",
    "Upcoming",
    "Version",
    "Waiver",
    "WaiverState",
    "Waivers",
]
