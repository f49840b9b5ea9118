"""The keys of requests, which lead to decisions: to which of them, no entry of the log says.

That a decision is the one on a request is looked at when the request is repeated. Here, a key is
told that would hold for longer than a day, or tell of contents that are erased.
"""

from sqlalchemy import or_, select

from ..databases.database import Database
from ..errors import LogInconsistent
from ..log.entries import DECISION
from ..schema import erased, log_entry, request_key

_IS_NO_DECISION = log_entry.c.kind.is_distinct_from(DECISION)
_IS_OF_ANOTHER_TIME = log_entry.c.logged_at.is_distinct_from(request_key.c.logged_at)
_IS_LEFT = erased.c.index.is_not(None) & request_key.c.fingerprint.is_not(None)
_WRONG = (
    select(request_key.c.index)
    .outerjoin_from(request_key, log_entry, log_entry.c.index == request_key.c.index)
    .outerjoin(erased, erased.c.index == request_key.c.index)
    .where(or_(_IS_NO_DECISION, _IS_OF_ANOTHER_TIME, _IS_LEFT))
    .order_by(request_key.c.index)
    .limit(1)
)


def compare_requests(database: Database) -> None:
    """Compare the keys of requests with the decisions that they lead to."""
    with database.reading() as connection:
        index = connection.execute(_WRONG).scalar()
    if index is not None:
        told = f"the table `request_key` has a request with entry {index}"
        raise LogInconsistent(f"{told}, which is no decision, of another time, or erased")
