"""A client of a running Assent, for pipelines in Python: `from api.client import Client`.

A campaign that is denied is a result, a `Decision`; whatever keeps the service from deciding is an
`AssentError`, and never an allow.
"""

from .answers import (
    Clause,
    Decision,
    DecisionPage,
    Fact,
    Finding,
    ListedDecision,
    LoggedDecision,
    MissingFact,
    Obligation,
    PolicySet,
    Receipt,
    Replay,
    Statistics,
    Upcoming,
    Version,
)
from .batches import BatchItem
from .client import Client, Format
from .errors import (
    AssentError,
    BusyError,
    ConflictError,
    ErasedError,
    Fault,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    Problem,
    ProblemError,
    ServiceFaultError,
    UnauthenticatedError,
    UnexpectedAnswerError,
    UnreachableError,
)
from .filters import Filters
from .impact import AssessedDecision, Impact
from .publishing import PolicySetClient
from .transport import Patience

__all__ = [
    "AssentError",
    "AssessedDecision",
    "BatchItem",
    "BusyError",
    "Clause",
    "Client",
    "ConflictError",
    "Decision",
    "DecisionPage",
    "ErasedError",
    "Fact",
    "Fault",
    "Filters",
    "Finding",
    "ForbiddenError",
    "Format",
    "Impact",
    "InvalidRequestError",
    "ListedDecision",
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
    "Replay",
    "ServiceFaultError",
    "Statistics",
    "UnauthenticatedError",
    "UnexpectedAnswerError",
    "UnreachableError",
    "Upcoming",
    "Version",
]
